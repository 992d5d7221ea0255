//! The flags of `prehire simulate` and their help.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};
use jiff::civil::Date;
use prehire_simulator::{self as simulator, FieldName, SimulatorSettings, Stage, manual};

use crate::language::Text;
use crate::model::{Rate, parse_positive_span, parse_span};

/// Serves the simulated API on loopback, for rehearsals and tests.
///
/// It answers the token, withdraw, restore, query and search calls as the documents of Feishu say, under the same limit, and knows
/// no real person. The first line on standard output is where it listens; it serves until it is interrupted.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = manual())]
pub(crate) struct SimulateArgs {
    /// Where to listen: loopback only; port 0 picks a free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = parse_loopback)]
    pub(crate) listen: SocketAddr,

    /// The allowance in any rolling period, or `none`.
    #[arg(long, value_name = "CALLS/PERIOD", default_value = "100/60s", value_parser = parse_limit)]
    pub(crate) rate: Limit,

    /// The network's delay per call: a time, or a range such as 20ms..2s.
    #[arg(long, value_name = "MIN..MAX", default_value = "0ms", value_parser = parse_latency)]
    pub(crate) latency: RangeInclusive<Duration>,

    /// The share of withdraw and restore calls that meet a random fault.
    ///
    /// Each is one of: 1161000 before or after the change, the connection closed before or after it, 1161116, or
    /// 1161204 after it.
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = parse_percent)]
    pub(crate) faults: f64,

    /// The stage of all pre-hires at the start, such as `withdrawn` to rehearse restorations.
    #[arg(long, value_name = "STAGE", default_value = "preboarding")]
    pub(crate) start: Stage,

    /// How long a token is valid; it is renewed when less than a quarter of that is left.
    #[arg(long, value_name = "DURATION", default_value = "2h", value_parser = parse_positive_span)]
    pub(crate) token_lifetime: Duration,

    /// Keep the app ticket of store apps in this file: the first one now, another one after each resend.
    #[arg(long, value_name = "FILE")]
    pub(crate) app_ticket_file: Option<PathBuf>,

    /// How long an app ticket is valid [default: until the next one].
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_span)]
    pub(crate) ticket_lifetime: Option<Duration>,

    /// The first app ticket is refused from the start, until one is resent.
    #[arg(long)]
    pub(crate) stale_ticket: bool,

    /// How long a ticket takes to reach the file after a resend.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_span)]
    pub(crate) resend_delay: Duration,

    /// Make random faults, tokens and log ids repeatable.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// How many pre-hires a search without ids finds, in all stages.
    #[arg(long, value_name = "NUMBER", default_value = "1000", value_parser = value_parser!(u32).range(..=1_000_000))]
    pub(crate) people: u32,

    /// The day around which onboarding dates fall [default: today].
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(crate) today: Option<Date>,

    /// How long it takes until a search sees a change; up to 5s in reality.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_span)]
    pub(crate) index_lag: Duration,

    /// How long it takes until a query sees a change; up to 2s in reality.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_span)]
    pub(crate) replica_lag: Duration,

    /// The app is not allowed to look up pre-hires: query and search are answered 99991672.
    #[arg(long)]
    pub(crate) no_read_scope: bool,

    /// The app is not allowed to see these fields, such as person_info or employment_info.work_email.
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(crate) hidden_fields: Vec<FieldName>,

    /// Keep every call, for GET /_simulator/record (takes memory).
    #[arg(long)]
    pub(crate) record: bool,
}

/// An allowance, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<simulator::Rate>);

impl SimulateArgs {
    /// What the simulator needs.
    pub(crate) fn settings(&self) -> SimulatorSettings {
        SimulatorSettings {
            listen: self.listen,
            rate: self.rate.0,
            latency: self.latency.clone(),
            fault_percent: self.faults,
            start: self.start,
            token_lifetime: self.token_lifetime,
            app_ticket_file: self.app_ticket_file.clone(),
            ticket_lifetime: self.ticket_lifetime,
            stale_ticket: self.stale_ticket,
            resend_delay: self.resend_delay,
            seed: self.seed,
            record: self.record,
            people: self.people,
            today: self.today,
            index_lag: self.index_lag,
            replica_lag: self.replica_lag,
            may_read: !self.no_read_scope,
            hidden_fields: self.hidden_fields.clone(),
        }
    }
}

// The parsers of this file speak English alone, as the help of this command does: it is for developers.

fn parse_loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| format!("expected ADDRESS:PORT, such as 127.0.0.1:0, not \"{text}\""))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the simulated API listens on loopback only, such as 127.0.0.1:0".to_owned())
    }
}

fn parse_limit(text: &str) -> Result<Limit, Text> {
    if text == "none" {
        return Ok(Limit(None));
    }
    let rate: Rate = text.parse()?;
    Ok(Limit(Some(simulator::Rate::new(rate.calls(), rate.period()))))
}

fn parse_latency(text: &str) -> Result<RangeInclusive<Duration>, String> {
    let (shortest, longest) = text.split_once("..").unwrap_or((text, text));
    let span = |text| parse_span(text).map_err(|wrong| wrong.to_string());
    let range = span(shortest)?..=span(longest)?;
    if range.is_empty() {
        return Err(format!("\"{text}\" ends before it begins"));
    }
    Ok(range)
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("expected a date such as 2026-03-01, not \"{text}\""))
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let percent: Option<f64> = text.trim_end_matches('%').parse().ok();
    percent
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| format!("expected a number from 0 to 100, not \"{text}\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::{Command, FromArgMatches};

    use super::*;

    fn parse(flags: &[&str]) -> Result<SimulateArgs, String> {
        let command = SimulateArgs::augment_args(Command::new("simulate").no_binary_name(true));
        let matches = command.try_get_matches_from(flags).map_err(|error| error.to_string())?;
        Ok(SimulateArgs::from_arg_matches(&matches).unwrap())
    }

    #[test]
    fn the_flags_default_to_the_settings_default() {
        let typed = parse(&[]).unwrap().settings();
        assert_eq!(format!("{typed:?}"), format!("{:?}", SimulatorSettings::default()));
    }

    #[test]
    fn the_forms_of_each_flag_are_read() {
        let flags =
            ["--rate", "none", "--latency", "20ms..2s", "--faults", "2.5%", "--seed", "7", "--record"];
        let settings = parse(&flags).unwrap().settings();
        assert_eq!((settings.rate, settings.seed, settings.record), (None, Some(7), true));
        assert_eq!(settings.latency, Duration::from_millis(20)..=Duration::from_secs(2));
        assert_eq!(settings.fault_percent, 2.5);
        assert_eq!(parse(&["--start", "withdrawn"]).unwrap().settings().start, Stage::Withdrawn);
        let flags = [
            "--people",
            "5000",
            "--index-lag",
            "5s",
            "--hidden-fields",
            "person_info,employment_info.work_email",
        ];
        let settings = parse(&flags).unwrap().settings();
        assert_eq!(
            (settings.people, settings.index_lag.as_secs(), settings.hidden_fields.len()),
            (5000, 5, 2)
        );
        let flags =
            ["--stale-ticket", "--ticket-lifetime", "1h", "--app-ticket-file", "t", "--resend-delay", "5s"];
        let settings = parse(&flags).unwrap().settings();
        assert_eq!((settings.stale_ticket, settings.resend_delay.as_secs()), (true, 5));
        assert_eq!(settings.ticket_lifetime, Some(Duration::from_secs(3600)));
        let one = parse(&["--latency", "5ms"]).unwrap().settings().latency;
        assert_eq!(one, Duration::from_millis(5)..=Duration::from_millis(5));
    }

    #[test]
    fn nonsense_is_refused() {
        let table = [
            ["--listen", "0.0.0.0:80"],
            ["--listen", "localhost"],
            ["--latency", "2s..1s"],
            ["--faults", "101"],
            ["--faults", "NaN"],
            ["--rate", "0/60s"],
            ["--token-lifetime", "0s"],
            ["--start", "gone"],
            ["--people", "1000001"],
            ["--today", "yesterday"],
            ["--index-lag", "five"],
            ["--hidden-fields", "person_info,salary"],
        ];
        for flags in table {
            assert!(parse(&flags).is_err(), "{flags:?}");
        }
    }
}
