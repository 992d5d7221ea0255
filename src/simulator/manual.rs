//! Owns the manual of the scripted ids, for `prehire simulate --help`.

use super::kinds::Kind;

const PREFIXES: &str = "\
Scripted pre-hires
  Every pre-hire id is in stage preboarding (or in that of --start) and can be
  withdrawn once; a second call is refused with 1161129, and so is a
  restoration of one that is not withdrawn. A restoration returns it to its
  previous stage (or to preboarding). Ids that begin with 99 and have 8 to 32
  digits behave as their first digits say (TAIL: any digits). No real id begins
  like that.

  Withdraw calls (restore calls of these ids: as usual)
  9901 CODE TAIL  every call is answered with this API code, on its usual HTTP
                  status, and not applied; CODE: 8 digits, zero-padded
  9902 CODE TAIL  the same for the first call only; then as usual
  9903 CODE TAIL  the first call is applied, but answered so; then as usual
  9911 KIND TAIL  every call meets this fault and is not applied; KIND: below
  9912 KIND TAIL  the same for the first call only; then as usual
  9913 KIND TAIL  the first call is applied before its fault; then as usual
  9931 TAIL       the first call is answered 99991663 and its token is revoked
  9932 TAIL       every call is answered 99991663, on HTTP 200

  Restore calls (withdraw calls of these ids: as usual)
  9941 CODE TAIL  as 9901: every restore call is answered with this API code;
                  a work email that clashes is 9941 01161118 TAIL (to 1161127)
  9942 CODE TAIL  as 9902    9952 KIND TAIL  as 9912    9971 TAIL  as 9931
  9943 CODE TAIL  as 9903    9953 KIND TAIL  as 9913    9972 TAIL  as 9932
  9951 KIND TAIL  as 9911
  9961 TAIL       1161063, the headcount is exceeded, until a call has
                  confirm_workforce true

  Stages from the start
  9921 TAIL       withdrawn
  9922 TAIL       completed
  9923 TAIL       deleted, or not visible to the app (1161105)
  9924 TAIL       day_one: can be withdrawn

  99991400 asked for by CODE comes with x-ogw-ratelimit-reset: 1.
  Example: the first call for 9903011610000000001 withdraws it, but is answered
  1161000 on HTTP 500.

Kinds
";

const OTHERS: &str = "
Looking up
  A search without ids finds the population of --people: half of it is
  preboarding, the others are in every stage, each with a name, a date, an
  email address and a department (7100000000000000011 to ...18). Ids that are
  asked for are found, whatever they are, with a name and the rest, except for
  deleted ones: only a search with onboarding_status deleted finds those.
  Of the real filters it knows pre_hire_ids, onboarding_status, the pairs of
  onboarding_date and updated_date, department_ids and key_word; any other is
  refused with 1160102.

Credentials
  Any app id with any secret is accepted, except that the app id
  cli_wrong_secret is refused with 10014, and an empty one or an empty secret
  with 10003. A store app's ticket is in --app-ticket-file, and changes after
  each resend: the old one is then refused with 10012, and with --stale-ticket
  the first one is, too. Every tenant key is known, except tenant_unknown
  (99992500), and has the app, except tenant_not_installed (20009).
  cli_custom_app gets no ticket (10016).

Watching
  GET /_simulator/state/ID   a pre-hire: the stage, how often it was
                             withdrawn and restored, the name and the rest
  GET /_simulator/app_ticket the current ticket of store apps
  GET /_simulator/record     every call so far, with --record";

/// The long help: every scripted id and fault, as tables of less than 80 columns.
#[must_use]
pub fn manual() -> String {
    let mut text = PREFIXES.to_owned();
    for (number, _, line) in Kind::ALL {
        text.push_str(&format!("  {number:02}  {line}\n"));
    }
    text.push_str(OTHERS);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_fits_a_terminal_and_names_every_kind() {
        let text = manual();
        assert!(text.lines().all(|line| line.chars().count() < 80));
        for (number, _, line) in Kind::ALL {
            assert!(text.contains(&format!("  {number:02}  {line}\n")));
        }
    }
}
