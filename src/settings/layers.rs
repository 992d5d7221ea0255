//! The settings that a profile may set: the one table of them, and which place wins: flag, profile, default.
//!
//! Credentials have an order of their own, in `credentials`.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use crate::cli::{CallArgs, HostArgs, RunArgs};
use crate::language::{Language, Text, text};
use crate::model::{BaseUrl, DEFAULT_BURST, Rate, parse_positive_span, parse_span, spelled};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Variable(&'static str),
    /// A credential that systemd has loaded for the service.
    Systemd,
    Profile,
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Flag => "flag",
            Origin::Variable(name) => name,
            Origin::Systemd => "systemd credential",
            Origin::Profile => "profile",
            Origin::Default => "default",
        })
    }
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl<T> Sourced<T> {
    pub(crate) const fn new(value: T, origin: Origin) -> Self {
        Sourced { value, origin }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced::new(change(self.value), self.origin)
    }

    /// The first that says something: the flag, the profile, the default.
    fn first(flag: Option<T>, profile: Option<T>, default: impl FnOnce() -> T) -> Self {
        match (flag, profile) {
            (Some(value), _) => Sourced::new(value, Origin::Flag),
            (None, Some(value)) => Sourced::new(value, Origin::Profile),
            (None, None) => Sourced::new(default(), Origin::Default),
        }
    }
}

/// The table: key of the profile (with `-` for `_` the flag), type, default, how it is read, how it is written.
macro_rules! layered {
    ($($key:ident: $type:ty = $default:expr, $read:expr, $write:expr;)*) => {
        /// What one place says of each setting, or nothing.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub(crate) struct Layer {
            $(pub $key: Option<$type>,)*
        }

        /// What is in force.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct Effective {
            $(pub $key: Sourced<$type>,)*
        }

        impl Layer {
            pub(crate) const KEYS: &[&str] = &[$(stringify!($key)),*];

            /// Sets what a profile says of a key; `None` if there is no such key.
            pub(super) fn read(&mut self, key: &str, text: &str) -> Option<Result<(), Text>> {
                match key {
                    $(stringify!($key) => Some($read(text).map(|value| self.$key = Some(value))),)*
                    _ => None,
                }
            }
        }

        impl Effective {
            /// Lays the flags over the profile, and the profile over the defaults.
            pub(crate) fn of(flags: Layer, profile: Layer) -> Self {
                Effective { $($key: Sourced::first(flags.$key, profile.$key, || $default),)* }
            }

            /// Every key with its value as one would type it; `None` for no limit.
            pub(crate) fn rows(&self) -> Vec<(&'static str, Sourced<Option<String>>)> {
                vec![$((
                    stringify!($key),
                    Sourced::new($write(&self.$key.value), self.$key.origin),
                ),)*]
            }
        }
    };
}

layered! {
    base_url: BaseUrl = known(BaseUrl::FEISHU), parsed, shown;
    rate: Rate = Rate::COREHR, parsed, shown;
    burst: NonZeroU32 = DEFAULT_BURST, positive, shown;
    workers: NonZeroUsize = NonZeroUsize::new(16).expect("sixteen is not zero"), positive, shown;
    timeout: Duration = Duration::from_secs(30), parse_positive_span, shown_span;
    max_attempts: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero"), positive, shown;
    retry_base: Duration = Duration::from_secs(1), parse_span, shown_span;
    retry_cap: Duration = Duration::from_secs(60), parse_span, shown_span;
    read_back_delay: Duration = Duration::from_secs(3), parse_span, shown_span;
    // Zero means never.
    stop_after: u32 = 20, whole, shown;
    max_rows: Option<u32> = None, |text| whole(text).map(Some), |rows: &Option<u32>| rows.as_ref().and_then(shown);
    deadline: Option<Duration> =
        None, |text| parse_span(text).map(Some), |span: &Option<Duration>| span.as_ref().and_then(shown_span);
    wait_lock: Duration = Duration::ZERO, parse_span, shown_span;
    // None is that of the locale.
    lang: Option<Language> = None, |text| parsed(text).map(Some), |language: &Option<Language>| language.as_ref().and_then(shown);
}

impl Layer {
    /// The host of `--base-url` or `--lark`, and nothing else.
    pub(crate) fn of_host(typed: &HostArgs) -> Self {
        let base_url = typed.base_url.clone().or_else(|| typed.lark.then(|| known(BaseUrl::LARK)));
        Layer { base_url, ..Layer::default() }
    }

    /// What was typed about calls.
    pub(crate) fn of_calls(typed: &CallArgs, language: Option<Language>) -> Self {
        Layer {
            rate: typed.rate,
            burst: typed.burst,
            timeout: typed.timeout,
            max_attempts: typed.max_attempts,
            retry_base: typed.retry_base,
            retry_cap: typed.retry_cap,
            deadline: typed.deadline.map(Some),
            wait_lock: typed.wait_lock,
            lang: language.map(Some),
            ..Layer::of_host(&typed.host)
        }
    }

    /// What was typed for a run.
    pub(crate) fn of_run(typed: &RunArgs, language: Option<Language>) -> Self {
        Layer {
            workers: typed.workers,
            read_back_delay: typed.read_back_delay,
            stop_after: typed.stop_after,
            max_rows: typed.max_rows.map(Some),
            ..Layer::of_calls(&typed.call, language)
        }
    }
}

/// One of the hosts that this program knows by itself.
pub(super) fn known(url: &str) -> BaseUrl {
    url.parse().expect("the known hosts are good addresses")
}

fn parsed<T: FromStr<Err = Text>>(text: &str) -> Result<T, Text> {
    text.parse()
}

/// A number of the types that refuse zero.
fn positive<T: FromStr>(text: &str) -> Result<T, Text> {
    text.parse().map_err(|_| text!("expected a whole number of 1 or more, not \"{typed}\"", typed = text))
}

fn whole(text: &str) -> Result<u32, Text> {
    text.parse().map_err(|_| text!("expected a whole number of 0 or more, not \"{typed}\"", typed = text))
}

fn shown(value: &impl ToString) -> Option<String> {
    Some(value.to_string())
}

fn shown_span(span: &Duration) -> Option<String> {
    Some(spelled(*span))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::{Cli, Command};

    /// For each key: what a profile says, and what is typed, as [`Effective::rows`] writes it.
    const TABLE: [(&str, &str, &str); 14] = [
        ("base_url", "https://profile.example", "https://flag.example"),
        ("rate", "10/60s", "20/60s"),
        ("burst", "1", "2"),
        ("workers", "3", "4"),
        ("timeout", "5s", "6s"),
        ("max_attempts", "7", "8"),
        ("retry_base", "100ms", "200ms"),
        ("retry_cap", "9s", "11s"),
        ("read_back_delay", "12s", "13s"),
        ("stop_after", "0", "14"),
        ("max_rows", "15", "16"),
        ("deadline", "50m", "6h"),
        ("wait_lock", "17s", "18s"),
        ("lang", "zh", "en"),
    ];

    fn flag_of(key: &str) -> String {
        format!("--{}", key.replace('_', "-"))
    }

    fn typed(flags: &[&str]) -> Layer {
        let arguments = ["prehire", "withdraw", "leavers.csv"].iter().chain(flags);
        let cli = Cli::try_parse_from(arguments).unwrap();
        match cli.command {
            Command::Withdraw(typed) => Layer::of_run(&typed.run, cli.lang),
            _ => unreachable!("withdraw was typed"),
        }
    }

    fn profile(key: &str, text: &str) -> Layer {
        let mut layer = Layer::default();
        layer.read(key, text).unwrap().unwrap();
        layer
    }

    fn row(effective: &Effective, key: &str) -> Sourced<Option<String>> {
        effective.rows().into_iter().find(|(known, _)| *known == key).unwrap().1
    }

    #[test]
    fn the_flag_wins_over_the_profile_and_the_profile_over_the_default_for_every_key() {
        assert_eq!(TABLE.map(|(key, ..)| key), Layer::KEYS);
        let default = Effective::of(Layer::default(), Layer::default());
        for (key, in_profile, by_flag) in TABLE {
            let flags = || typed(&[&flag_of(key), by_flag]);
            let says = |text: &str, origin| Sourced::new(Some(text.to_owned()), origin);
            let both = Effective::of(flags(), profile(key, in_profile));
            assert_eq!(row(&both, key), says(by_flag, Origin::Flag));
            let flag_alone = Effective::of(flags(), Layer::default());
            assert_eq!(row(&flag_alone, key), says(by_flag, Origin::Flag));
            let profile_alone = Effective::of(typed(&[]), profile(key, in_profile));
            assert_eq!(row(&profile_alone, key), says(in_profile, Origin::Profile));
            assert_eq!(row(&default, key).origin, Origin::Default);
            for (other, _, _) in TABLE.iter().filter(|(other, ..)| *other != key) {
                assert_eq!(row(&both, other), row(&default, other), "{key} changes {other}");
            }
        }
        let lark = Effective::of(typed(&["--lark"]), profile("base_url", "https://profile.example"));
        assert_eq!(lark.base_url, Sourced::new(known(BaseUrl::LARK), Origin::Flag));
    }

    #[test]
    fn the_help_names_every_default() {
        let mut cli = Cli::command();
        cli.build();
        let withdraw = cli.find_subcommand("withdraw").unwrap();
        for (key, row) in Effective::of(Layer::default(), Layer::default()).rows() {
            let flag = flag_of(key);
            let argument = withdraw.get_arguments().find(|known| known.get_long() == Some(&flag[2..]));
            let help = argument.unwrap().get_help().unwrap().to_string();
            match row.value {
                Some(default) => assert!(help.contains(&format!("[default: {default}]")), "{flag}: {help}"),
                None => assert!(!help.contains("[default") || key == "lang", "{flag}: {help}"),
            }
        }
    }

    #[test]
    fn what_a_profile_says_is_read_as_the_flag_is() {
        for (key, text) in [
            ("rate", "99"),
            ("burst", "0"),
            ("workers", "-1"),
            ("timeout", "0s"),
            ("timeout", "30"),
            ("base_url", "http://open.feishu.cn"),
            ("deadline", "none"),
        ] {
            assert!(Layer::default().read(key, text).unwrap().is_err(), "{key} = {text}");
        }
        assert_eq!(Layer::default().read("app_id", "cli_a"), None);
    }
}
