//! The words for a run that was stopped early: the cause, what the API said, and the command to go on.

use super::log::{Level, LogLine};
use super::table::Table;
use crate::feishu::codes;
use crate::language::{Language, Text, text};
use crate::model::{ErrorCode, Interrupt, NoTicket, PageFault, Refusal, StopCause};

/// The places of the names of details.
const DETAIL_NAMES: usize = 7;

/// The cause in a few words, without what the API said.
pub(crate) fn stop_words(stop: &StopCause) -> Text {
    match stop {
        StopCause::Fatal(_) => text!("the API refused a call for a reason that affects every row"),
        StopCause::TokenDenied(_) => {
            text!("the API issued no token: check app id and secret (and tenant)")
        }
        StopCause::TokenRefusedAgain(_) => {
            text!("the API rejected the token, and it can't be renewed")
        }
        StopCause::NoToken(_) => text!("no token could be fetched: check the network and the address"),
        StopCause::NoTicket(why, _) => match why {
            NoTicket::NoneCame => text!("the app ticket was rejected, and no new one arrived within 60 s"),
            NoTicket::Fixed => {
                text!("the app ticket was rejected, and a fixed one can't be renewed")
            }
            NoTicket::NotResent => text!("the app ticket was rejected, and no new one could be requested"),
        },
        StopCause::ConsecutiveRefusals(_) => {
            text!("too many consecutive rows were refused (--stop-after)")
        }
        StopCause::ConsecutiveNoReply(_) => {
            text!("too many consecutive rows got no reply: check the network")
        }
        StopCause::FirstCallUnanswered => {
            text!("the first row got no reply: check the network and the address")
        }
        StopCause::ThrottledTooLong => text!("the API rejected all calls for 15 minutes: try again later"),
        StopCause::Deadline => text!("the --deadline has passed"),
        StopCause::Interrupted(Interrupt::Interrupt) => text!("interrupted by Ctrl-C (SIGINT)"),
        StopCause::Interrupted(Interrupt::Terminate) => text!("interrupted by SIGTERM"),
        StopCause::WriteFailed => text!("the results can't be written"),
        StopCause::SearchRefused(refusal) if lacks_permission(refusal) => {
            text!("the app is not allowed to look up pre-hires")
        }
        StopCause::SearchRefused(_) => text!("the API refused the search"),
        StopCause::SearchUnanswered(_) => {
            text!("the API did not answer the search, not even after several attempts")
        }
        StopCause::PaginationBroken(fault) => page_fault_words(*fault),
    }
}

fn page_fault_words(fault: PageFault) -> Text {
    match fault {
        PageFault::NoToken => {
            text!("the API says that there is another page of search results, but not where")
        }
        PageFault::EmptyPage => {
            text!("the API says that there is another page of search results after an empty one")
        }
        PageFault::RepeatedToken => {
            text!("the API points back to a page of search results that it already returned")
        }
        PageFault::RepeatedPage => text!("the API returned the same page of search results twice"),
        PageFault::TooMany => text!("the API returns more pages of search results than there can be"),
    }
}

fn lacks_permission(refusal: &Refusal) -> bool {
    matches!(refusal.error_code, Some(ErrorCode::Api(code)) if codes::lacks_permission(code))
}

/// A run goes on; a command that only reads has changed nothing, and is tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WhatNow {
    GoOn,
    TryAgain,
}

impl WhatNow {
    fn text(self) -> Text {
        match self {
            WhatNow::GoOn => text!("to continue, run the same command again:"),
            WhatNow::TryAgain => text!("nothing was changed; to try again:"),
        }
    }
}

/// The cause, what the API said, and the command to go on.
pub(crate) fn stop_story(stop: &StopCause, again: &str, language: Language) -> String {
    story(stop, WhatNow::GoOn, again, language)
}

/// The same for the log: what a collector can search for stands in fields of its own.
pub(crate) fn stop_line(stop: &StopCause, again: &str, language: Language) -> LogLine {
    line(stop, WhatNow::GoOn, again, language)
}

/// The same for a command that only reads.
pub(crate) fn search_stop_line(stop: &StopCause, again: &str, language: Language) -> LogLine {
    line(stop, WhatNow::TryAgain, again, language)
}

fn story(stop: &StopCause, next: WhatNow, again: &str, language: Language) -> String {
    let mut story = cause_story(stop, language);
    if let (StopCause::SearchRefused(refusal), WhatNow::TryAgain) = (stop, next)
        && lacks_permission(refusal)
    {
        story.line(
            text!("needs"),
            text!("a scope such as corehr:pre_hire.search:read, and the data permission 待入职人员"),
        );
    }
    story.say(next.text());
    // The command is the last line, which has no end.
    story.add(&format!("  {again}"));
    story.into_text()
}

fn cause_story(stop: &StopCause, language: Language) -> Table {
    let mut story = Table::with_names(language, DETAIL_NAMES);
    story.say(text!("stopped early: {cause}", cause => stop_words(stop)));
    if let StopCause::ConsecutiveRefusals(rows) | StopCause::ConsecutiveNoReply(rows) = stop {
        story.count(text!("rows"), rows);
    }
    match stop {
        StopCause::NoTicket(NoTicket::NoneCame, _) => story.line(
            text!("ticket"),
            text!("a new one was requested: does the event receiver write it to the file?"),
        ),
        StopCause::NoTicket(NoTicket::Fixed, _) => {
            story.line(text!("ticket"), text!("a new one was requested: set FEISHU_APP_TICKET to it"))
        }
        _ => {}
    }
    if let Some(refusal) = stop.refusal() {
        let code = refusal.error_code.map_or_else(String::new, |code| format!("{code} "));
        story.count(text!("said"), format!("{code}{}", refusal.message.in_language(language)));
        for (name, value) in [(text!("help"), &refusal.help_url), (text!("log id"), &refusal.log_id)] {
            if let Some(value) = value {
                story.count(name, value);
            }
        }
    }
    story
}

fn line(stop: &StopCause, next: WhatNow, again: &str, language: Language) -> LogLine {
    let hint = format!("{} {again}", next.text().in_language(language));
    let line = LogLine::new(Level::Error, text!("stopped early: {cause}", cause => stop_words(stop)))
        .field("exit_code", stop.exit().code())
        .field("hint", hint)
        .shown_as(Text::Plain(story(stop, next, again, language)));
    let Some(refusal) = stop.refusal() else { return line };
    line.field("error_code", refusal.error_code.map(|code| code.to_string()))
        .field("said", refusal.message.in_language(language))
        .field("help", refusal.help_url.clone())
        .field("log_id", refusal.log_id.clone())
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_reason_to_stop_fits_a_terminal() {
        let stops = [
            StopCause::Fatal(Refusal::default()),
            StopCause::TokenDenied(Refusal::default()),
            StopCause::TokenRefusedAgain(Refusal::default()),
            StopCause::NoToken(Refusal::default()),
            StopCause::NoTicket(NoTicket::NoneCame, Refusal::default()),
            StopCause::NoTicket(NoTicket::Fixed, Refusal::default()),
            StopCause::NoTicket(NoTicket::NotResent, Refusal::default()),
            StopCause::ConsecutiveRefusals(9_999),
            StopCause::ConsecutiveNoReply(20),
            StopCause::FirstCallUnanswered,
            StopCause::ThrottledTooLong,
            StopCause::Deadline,
        ];
        for stop in &stops {
            for line in stop_story(stop, "prehire withdraw leavers.csv", Language::English).lines() {
                assert!(line.width() <= 80, "{} columns: {line}", line.width());
            }
        }
    }
}
