//! The surroundings of the process: read once, in `main`, and passed on as values.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::feishu::Secret;
use crate::language::Language;
use crate::results::cells::Locale;

pub(super) const TENANT_ACCESS_TOKEN: &str = "FEISHU_TENANT_ACCESS_TOKEN";
pub(super) const APP_ID: &str = "FEISHU_APP_ID";
pub(super) const APP_SECRET: &str = "FEISHU_APP_SECRET";
pub(super) const APP_SECRET_FILE: &str = "FEISHU_APP_SECRET_FILE";
pub(super) const APP_TICKET: &str = "FEISHU_APP_TICKET";
pub(super) const APP_TICKET_FILE: &str = "FEISHU_APP_TICKET_FILE";
pub(super) const TENANT_KEY: &str = "FEISHU_TENANT_KEY";

/// The flag that sets an earlier run aside.
const RESTART: &str = "--restart";
/// The flag whose value is personal data.
const REASON: &str = "--reason";
/// The file of systemd's credential with the app's secret, in `$CREDENTIALS_DIRECTORY`.
const SYSTEMD_SECRET: &str = "feishu_app_secret";

/// Its variables may hold secrets.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) variables: Variables,
    /// The app's secret that systemd has loaded, if it has.
    pub(crate) systemd_secret: Option<PathBuf>,
    /// Where the config file is unless another is named; `None` if no home is known.
    pub(crate) config_file: Option<PathBuf>,
    pub(crate) stdin_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
    /// Where state is kept: `$STATE_DIRECTORY`, else the XDG place; `None` if neither is known.
    pub(crate) state_directory: Option<PathBuf>,
    /// This very program, to be called again for a workbook; `None` if it can't be found.
    pub(crate) program: Option<PathBuf>,
    /// What is to be typed to go on: the same again.
    pub(crate) command_line: String,
    /// What was typed, for the record: without reasons, and without what a URL tells of a user.
    pub(crate) typed: String,
    /// The language of advice, messages and summaries: `--lang`, else that of the locale.
    pub(crate) language: Language,
    pub(crate) typed_language: Option<Language>,
    /// The day of the start, where this machine is.
    pub(crate) today: Date,
    /// That of every time that people read.
    pub(crate) time_zone: TimeZone,
}

impl Surroundings {
    #[expect(clippy::disallowed_methods, reason = "the environment is read here, once")]
    pub(crate) fn read() -> Self {
        let now = Zoned::now();
        Surroundings {
            variables: Variables::read(|name| std::env::var(name).ok()),
            systemd_secret: systemd_secret(),
            config_file: config_file(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            state_directory: state_directory(),
            program: std::env::current_exe().ok(),
            command_line: command_line(std::env::args().filter(|argument| argument != RESTART)),
            typed: command_line(recorded(std::env::args())),
            language: Language::of_locale(&locale()),
            typed_language: None,
            today: now.date(),
            time_zone: now.time_zone().clone(),
        }
    }

    /// How times and sentences are written, in this language.
    pub(crate) fn locale(&self, language: Language) -> Locale {
        Locale { time_zone: self.time_zone.clone(), language }
    }

    /// The same with the language that was typed, if one was.
    pub(crate) fn with_language(self, typed: Option<Language>) -> Self {
        Surroundings { language: typed.unwrap_or(self.language), typed_language: typed, ..self }
    }
}

/// The variables that are set and not empty. Any of them may hold a secret.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(HashMap<&'static str, Secret>);

impl Variables {
    pub(crate) const NAMES: [&str; 7] =
        [TENANT_ACCESS_TOKEN, APP_ID, APP_SECRET, APP_SECRET_FILE, APP_TICKET, APP_TICKET_FILE, TENANT_KEY];

    pub(super) fn read(value_of: impl Fn(&str) -> Option<String>) -> Self {
        let filled = |name: &'static str| {
            let value = Secret::new(&value_of(name)?);
            (!value.is_empty()).then_some((name, value))
        };
        Variables(Variables::NAMES.into_iter().filter_map(filled).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }
}

#[expect(clippy::disallowed_methods, reason = "for Surroundings::read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The locale of messages, by the order that POSIX gives the variables.
fn locale() -> String {
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable).unwrap_or_default()
}

fn systemd_secret() -> Option<PathBuf> {
    let path = PathBuf::from(variable("CREDENTIALS_DIRECTORY")?).join(SYSTEMD_SECRET);
    // One that is there and can't be read is an error later, not a reason to look elsewhere.
    path.symlink_metadata().is_ok().then_some(path)
}

fn config_file() -> Option<PathBuf> {
    let of_user = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = of_user.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")));
    Some(home?.join("prehire/config.toml"))
}

/// systemd may name several directories; the first is ours.
fn state_directory() -> Option<PathBuf> {
    let of_systemd =
        variable("STATE_DIRECTORY").map(|list| list.split(':').next().unwrap_or_default().into());
    let of_user = || variable("XDG_STATE_HOME").map(|home| PathBuf::from(home).join("prehire"));
    let default = || variable("HOME").map(|home| PathBuf::from(home).join(".local/state/prehire"));
    of_systemd.or_else(of_user).or_else(default)
}

/// The command as a shell takes it. To go on is to leave `--restart` out: that would begin anew.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:=,@%+".contains(character);
    let quoted = |argument: String| {
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    arguments.map(quoted).collect::<Vec<_>>().join(" ")
}

/// The arguments as they may be recorded: no reason is, and no password in a URL.
fn recorded(arguments: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    const LEFT_OUT: &str = "***";
    let mut is_reason = false;
    arguments.map(move |argument| {
        let is_left_out = std::mem::replace(&mut is_reason, argument == REASON);
        let is_reason_itself = argument.strip_prefix(REASON).is_some_and(|rest| rest.starts_with('='));
        if is_left_out {
            LEFT_OUT.to_owned()
        } else if is_reason_itself {
            format!("{REASON}={LEFT_OUT}")
        } else {
            without_user(argument)
        }
    })
}

/// An argument without the name and the password that a URL in it may hold.
fn without_user(argument: String) -> String {
    const SCHEME_END: &str = "://";
    let Some(scheme) = argument.find(SCHEME_END) else { return argument };
    let (before, rest) = argument.split_at(scheme + SCHEME_END.len());
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => format!("{before}{}", &rest[at + 1..]),
        None => argument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_holds_no_password_of_a_url_and_no_reason() {
        for (typed, kept) in [
            ("--base-url=https://me:secret@host/a@b", "--base-url=https://host/a@b"),
            ("http://a@b:c@host", "http://host"),
            ("https://host/a@b", "https://host/a@b"),
            ("a@b.csv", "a@b.csv"),
        ] {
            assert_eq!(without_user(typed.to_owned()), kept);
        }
        let typed = ["prehire", "--reason", "health", "--reason=health", "--reason-column", "why"];
        let kept: Vec<String> = recorded(typed.iter().map(ToString::to_string)).collect();
        assert_eq!(kept, ["prehire", "--reason", "***", "--reason=***", "--reason-column", "why"]);
    }

    #[test]
    fn the_command_line_can_be_typed_again() {
        let line = |words: &[&str]| command_line(words.iter().map(ToString::to_string));
        assert_eq!(line(&["prehire", "withdraw", "离职.csv", "--yes"]), "prehire withdraw 离职.csv --yes");
        assert_eq!(line(&["prehire", "a b.csv", "it's", ""]), r"prehire 'a b.csv' 'it'\''s' ''");
        assert_eq!(line(&["prehire", "--restart", "-y"]), "prehire --restart -y");
    }
}
