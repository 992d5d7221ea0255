//! Owns the words for a run that was stopped early: the cause, what the API said, and the command to go on.

use std::fmt::Write;

use super::log::{Level, LogLine};
use crate::error::Exit;
use crate::event::{Interrupt, NoTicket, Refusal, StopCause};

impl StopCause {
    /// How the process ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            StopCause::Interrupted(Interrupt::Interrupt) => Exit::Interrupted,
            StopCause::Interrupted(Interrupt::Terminate) => Exit::Terminated,
            StopCause::CannotRecord => Exit::CannotRecord,
            _ => Exit::StoppedEarly,
        }
    }

    pub(super) const fn refusal(&self) -> Option<&Refusal> {
        match self {
            StopCause::Hopeless(refusal)
            | StopCause::TokenDenied(refusal)
            | StopCause::TokenRefusedAgain(refusal)
            | StopCause::NoToken(refusal)
            | StopCause::NoTicket(_, refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// The cause in a few words, without what the API said.
#[must_use]
pub fn stop_words(stop: &StopCause) -> &'static str {
    match stop {
        StopCause::Hopeless(_) => "the API refused a call in a way that all rows would meet",
        StopCause::TokenDenied(_) => "the API gave no token: check app id and secret (and the tenant)",
        StopCause::TokenRefusedAgain(_) => "the API refused the token, and there is no way to a better one",
        StopCause::NoToken(_) => "no token could be fetched: check the network and the address",
        StopCause::NoTicket(why, _) => match why {
            NoTicket::NoneCame => "the app ticket was refused, and no new one came within 60 s",
            NoTicket::Fixed => "the app ticket was refused, and a given one can't be renewed",
            NoTicket::NotResent => "the app ticket was refused, and no new one could be asked for",
        },
        StopCause::RefusalsInARow(_) => "too many rows were refused one after the other (--stop-after)",
        StopCause::SilenceInARow(_) => "too many rows in a row got no reply: check the network",
        StopCause::FirstCallUnanswered => "the first row got no reply: check the network and the address",
        StopCause::ThrottledTooLong => "the API turned all calls away for 15 minutes: try again later",
        StopCause::Deadline => "the time of --deadline is over",
        StopCause::Interrupted(Interrupt::Interrupt) => "interrupted by Ctrl-C (SIGINT)",
        StopCause::Interrupted(Interrupt::Terminate) => "interrupted by SIGTERM",
        StopCause::CannotRecord => "the results can't be written",
    }
}

/// The cause, what the API said, and the command to go on.
#[must_use]
pub fn stop_story(stop: &StopCause, again: &str) -> String {
    let mut story = format!("stopped early: {}", stop_words(stop));
    if let StopCause::RefusalsInARow(rows) | StopCause::SilenceInARow(rows) = stop {
        let _ = write!(story, "\n  rows    {rows}");
    }
    let ticket = match stop {
        StopCause::NoTicket(NoTicket::NoneCame, _) => {
            "a new one was asked for: does the event receiver write its file?"
        }
        StopCause::NoTicket(NoTicket::Fixed, _) => "a new one was asked for: set FEISHU_APP_TICKET to it",
        _ => "",
    };
    if !ticket.is_empty() {
        let _ = write!(story, "\n  ticket  {ticket}");
    }
    if let Some(refusal) = stop.refusal() {
        let code = refusal.error_code.map_or_else(String::new, |code| format!("{code} "));
        let _ = write!(story, "\n  said    {code}{}", refusal.message);
        for (name, value) in [("help", &refusal.help_url), ("log id", &refusal.log_id)] {
            if let Some(value) = value {
                let _ = write!(story, "\n  {name:<7} {value}");
            }
        }
    }
    let _ = write!(story, "\nto go on, run the same command again:\n  {again}");
    story
}

/// The same for the log: what a collector can search for stands in fields of its own.
#[must_use]
pub fn stop_line(stop: &StopCause, again: &str) -> LogLine {
    let line = LogLine::new(Level::Error, format!("stopped early: {}", stop_words(stop)))
        .field("exit_code", stop.exit().code())
        .field("hint", format!("to go on, run the same command again: {again}"))
        .shown_as(stop_story(stop, again));
    let Some(refusal) = stop.refusal() else { return line };
    line.field("error_code", refusal.error_code.map(|code| code.to_string()))
        .field("said", refusal.message.clone())
        .field("help", refusal.help_url.clone())
        .field("log_id", refusal.log_id.clone())
}
