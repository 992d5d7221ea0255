//! How a run ended, for those who were not there: the value that a file of metrics is made from, too, and the card that a
//! custom bot shows, in counts and words that name nobody.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::stop::stop_words;
use super::summary::{rows_and_successes, waits};
use super::tally::Tally;
use crate::language::{Language, Text, text};
use crate::model::{Exit, Operation, Status, StopCause, in_words, one_line};

/// How much of a path, a host or an app is shown: all of them together stay far below the 20 kB that a bot takes.
const SHOWN_CHARACTERS: usize = 400;
/// Punctuation that means nothing in the markdown of a card.
const PLAIN_PUNCTUATION: &str = ".,;/-";

/// How a run ended; what is `None` was never known.
#[derive(Debug)]
pub(crate) struct FinishedRun {
    pub(crate) language: Language,
    pub(crate) operation: Operation,
    pub(crate) exit: Exit,
    pub(crate) at: Timestamp,
    /// How long the whole command took.
    pub(crate) duration: Duration,
    /// The app, as messages name it, and the host of the API.
    pub(crate) target: Option<Text>,
    pub(crate) places: Option<(PathBuf, PathBuf)>,
    /// What was counted, also of a run that ended with an error.
    pub(crate) tally: Option<Tally>,
    pub(crate) stop: Option<StopCause>,
    /// Has a second signal ended it? Then nothing else may take time.
    pub(crate) was_abandoned: bool,
}

impl FinishedRun {
    /// The end of a run of which nothing is known yet.
    pub(crate) const fn of(operation: Operation) -> Self {
        FinishedRun {
            language: Language::English,
            operation,
            exit: Exit::Success,
            at: Timestamp::UNIX_EPOCH,
            duration: Duration::ZERO,
            target: None,
            places: None,
            tally: None,
            stop: None,
            was_abandoned: false,
        }
    }

    /// How many rows there are of each status that the operation can have, or has.
    pub(crate) fn rows_by_status(&self) -> impl Iterator<Item = (Status, u32)> {
        let counted = |status| {
            self.tally.as_ref().and_then(|tally| tally.by_status.get(&status)).copied().unwrap_or_default()
        };
        Status::ALL
            .into_iter()
            .map(move |status| (status, counted(status)))
            .filter(|(status, rows)| self.operation.can_end_in(*status) || *rows > 0)
    }
}

/// The card: a title, and a line for each thing that is known. `machine` is the name of this one.
pub(crate) fn card(run: &FinishedRun, machine: &str) -> Value {
    let said = |text: Text| text.in_language(run.language);
    let title = format!("prehire {}: {}", run.operation.word(), said(run.exit.meaning()));
    let lines: Vec<String> = lines(run, machine)
        .into_iter()
        .map(|(name, value)| format!("**{}** {}", said(name), escaped(&shown(&said(value)))))
        .collect();
    json!({
        "schema": "2.0",
        "header": {
            "title": { "tag": "plain_text", "content": title },
            "template": colour(run.exit),
        },
        "body": { "elements": [{ "tag": "markdown", "content": lines.join("\n") }] },
    })
}

fn lines(run: &FinishedRun, machine: &str) -> Vec<(Text, Text)> {
    let (code, meaning) = (run.exit.code(), run.exit.meaning());
    let mut lines = vec![(text!("exit code"), text!("{code}, {meaning}", code, meaning => meaning))];
    if let Some(cause) = cause(run) {
        lines.push((text!("cause"), cause));
    }
    if let Some(tally) = &run.tally {
        lines.push((text!("rows"), rows(run, tally)));
        let (attempts, looks, tokens) = (tally.attempts, tally.read_backs, tally.token_calls);
        let calls =
            text!("attempts {attempts}, look-ups {looks}, token requests {tokens}", attempts, looks, tokens);
        lines.push((text!("calls"), calls));
        lines.push((text!("waits"), waits(tally.throttled, tally.held)));
    }
    lines.push((text!("duration"), in_words(run.duration)));
    if let Some((results, journal)) = &run.places {
        lines.push((text!("results"), Text::Plain(results.display().to_string())));
        lines.push((text!("journal"), Text::Plain(journal.display().to_string())));
    }
    lines.push((text!("machine"), Text::Plain(machine.to_owned())));
    if let Some(target) = &run.target {
        lines.push((text!("app"), target.clone()));
    }
    lines
}

fn cause(run: &FinishedRun) -> Option<Text> {
    match &run.stop {
        Some(stop) => {
            let code = stop.refusal().and_then(|refusal| refusal.error_code);
            let cause = stop_words(stop);
            Some(match code {
                Some(code) => text!("{cause} ({code})", cause => cause, code),
                None => cause,
            })
        }
        None if matches!(run.exit, Exit::Success | Exit::SomeRowsFailed) => None,
        // What an error says may quote the file.
        None => Some(text!("see the log of the run")),
    }
}

fn rows(run: &FinishedRun, tally: &Tally) -> Text {
    let counts = run.rows_by_status().filter(|(_, rows)| *rows > 0);
    let counts: Vec<String> = counts.map(|(status, rows)| format!("{} {rows}", status.word())).collect();
    let all = rows_and_successes(tally.rows.into(), tally.successes.into());
    if counts.is_empty() { all } else { text!("{all}: {counts}", all => all, counts = counts.join(", ")) }
}

const fn colour(exit: Exit) -> &'static str {
    match exit {
        Exit::Success => "green",
        Exit::SomeRowsFailed | Exit::Locked => "orange",
        Exit::Usage | Exit::StoppedEarly | Exit::WriteFailed => "red",
        Exit::Interrupted | Exit::Terminated => "grey",
    }
}

/// On one line; of one that is too long, the end, where a path has its name.
fn shown(value: &str) -> String {
    let left_out = value.chars().count().saturating_sub(SHOWN_CHARACTERS);
    let end: String = value.chars().skip(left_out).collect();
    let end = one_line(&end, SHOWN_CHARACTERS);
    if left_out > 0 { format!("…{end}") } else { end }
}

/// A text that markdown shows as it is: no emphasis, no link, no mention of anybody, no emoji.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() && !PLAIN_PUNCTUATION.contains(character) {
            escaped.push_str(&format!("&#{};", u32::from(character)));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::model::{ErrorCode, Rate, Refusal};
    use crate::results::Written;

    fn ending(exit: Exit) -> FinishedRun {
        FinishedRun { exit, duration: Duration::from_secs(720), ..FinishedRun::of(Operation::Withdraw) }
    }

    fn counted() -> Tally {
        let mut tally = Tally::new(Rate::COREHR);
        for (status, rows) in [(Status::Withdrawn, 12), (Status::AlreadyWithdrawn, 1), (Status::Refused, 2)] {
            let written = Written { status, success: status.is_success(), error_code: None };
            (0..rows).for_each(|_| tally.wrote(written));
        }
        (tally.attempts, tally.read_backs, tally.token_calls) = (17, 1, 1);
        (tally.throttled, tally.held) = (2, Duration::from_secs(23));
        tally
    }

    fn told(ending: &FinishedRun) -> String {
        card(ending, "night-1")["body"]["elements"][0]["content"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_card_of_a_run() {
        let refusal = Refusal {
            error_code: Some(ErrorCode::Api(99_991_672)),
            message: Text::Plain("said by the server".to_owned()),
            log_id: Some("log".to_owned()),
            help_url: Some("https://help".to_owned()),
        };
        let ending = FinishedRun {
            target: Some(Text::Plain("cli_a1, open.feishu.cn".to_owned())),
            places: Some(("/var/lib/prehire/a*b.csv".into(), "/var/lib/prehire/a_b.csv.journal".into())),
            tally: Some(counted()),
            stop: Some(StopCause::Fatal(refusal)),
            ..ending(Exit::StoppedEarly)
        };
        insta::assert_snapshot!(serde_json::to_string_pretty(&card(&ending, "night-1")).unwrap());
    }

    #[test]
    fn an_error_is_told_by_its_kind_alone() {
        for exit in [Exit::Usage, Exit::WriteFailed, Exit::Locked, Exit::Interrupted] {
            let told = told(&ending(exit));
            assert!(told.contains("see the log of the run"), "{told}");
            assert!(told.contains(&format!("**exit code** {}, ", exit.code())), "{told}");
        }
        assert!(!told(&ending(Exit::Success)).contains("log"));
    }

    #[test]
    fn it_speaks_chinese_and_the_words_of_the_results_stay() {
        let ending = FinishedRun {
            language: Language::Chinese,
            tally: Some(counted()),
            ..ending(Exit::SomeRowsFailed)
        };
        let told = told(&ending);
        assert!(told.starts_with("**退出码** 1，已结束；部分行未成功\n"), "{told}");
        assert!(told.contains("withdrawn 12, already&#95;withdrawn 1, refused 2"), "{told}");
        assert!(card(&ending, "")["header"]["title"]["content"].as_str().unwrap().ends_with("部分行未成功"));
    }

    #[test]
    fn nothing_of_a_value_is_markdown() {
        assert_eq!(
            escaped("<at id=all></at> *a* _b_ [c](d) `e` ~f~ #g :OK: $h & \\i"),
            "&#60;at id&#61;all&#62;&#60;/at&#62; &#42;a&#42; &#95;b&#95; &#91;c&#93;&#40;d&#41; &#96;e&#96; \
             &#126;f&#126; &#35;g &#58;OK&#58; &#36;h &#38; &#92;i"
        );
        assert_eq!(escaped("/var/lib/离职 1.csv"), "/var/lib/离职 1.csv");
    }

    #[test]
    fn of_a_long_path_its_end_is_shown() {
        let path = format!("{}/leavers.csv", "d".repeat(5_000));
        assert!(shown(&path).starts_with("…dd") && shown(&path).ends_with("/leavers.csv"));
        assert_eq!(shown(&path).chars().count(), SHOWN_CHARACTERS + 1);
        assert_eq!(shown("a\nb"), "a b");
    }

    proptest! {
        #[test]
        fn the_longest_card_is_one_that_a_bot_takes(path in "[*<>_字😀\u{1}\n]{300,1000}", name in ".{0,300}") {
            let ending = FinishedRun {
                target: Some(Text::Plain(path.clone())),
                places: Some((path.clone().into(), path.into())),
                tally: Some(counted()),
                ..ending(Exit::SomeRowsFailed)
            };
            let card = card(&ending, &name);
            prop_assert!(card.to_string().len() < 19_000, "{} bytes", card.to_string().len());
            let lines = card["body"]["elements"][0]["content"].as_str().unwrap().lines().count();
            prop_assert_eq!(lines, 9, "a value is never more than a line");
        }
    }
}
