//! The ground floor: values that every room speaks of. They know no file, no network and no clock.

mod base_url;
mod day;
mod error;
mod error_code;
mod event;
mod history;
mod id;
mod moment;
mod operation;
mod outcome;
mod pre_hire;
mod problem;
mod rate;
mod reason;
mod request;
mod span;
mod stage;
mod withdrawn;

pub use base_url::{BaseUrl, is_this_machine};
pub use day::Day;
pub use error::{Error, Exit, Result};
pub use error_code::ErrorCode;
pub use event::{
    EntryId, Event, Interrupt, Look, NoTicket, PageFault, Refusal, SentRow, Settlement, StopCause,
};
pub use history::{Doubt, Ending, History};
pub(crate) use id::is_blank;
pub use id::{IdProblem, PreHireId};
pub use moment::Moment;
pub use operation::Operation;
pub use outcome::{Attempt, ConfirmedBy, Outcome, RetryOutcome, Status, Verdict};
pub use pre_hire::PreHire;
pub use problem::{Problem, one_line};
pub use rate::{DEFAULT_BURST, Rate};
pub use reason::{ReasonHash, ReasonProblem, ValidReason, WithdrawReason};
pub use request::{Request, ValidRequest};
pub(crate) use span::spelled;
pub use span::{about, in_words, parse_positive_span, parse_span};
pub use stage::Stage;
pub use withdrawn::{SourceJournal, WithdrawnIds};
