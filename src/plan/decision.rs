//! What is to be done with a row, by its own cells and by the journal.

use crate::input::{Record, SendableRow, Validator};
use crate::language::Text;
use crate::model::{Doubt, History, Outcome, PreHireId, Request, Result, Settlement, Status};
use crate::store::{Earlier, Past};

/// What to do with a row.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Send it.
    Send(PreHireId, Request),
    /// Go on with it where an earlier run left it.
    Resume(PreHireId, Option<Request>, History),
    /// Nothing: its story is over before it began.
    Settled(Settlement),
}

/// A row for which a call will be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UpcomingRow {
    /// The line on which it begins.
    pub(crate) line: u64,
    /// The pre-hire.
    pub(crate) id: PreHireId,
    /// A call of ours may have been carried out already.
    pub(crate) was_in_doubt: bool,
}

impl Decision {
    /// The row on this line, if a call will be made for it.
    pub(crate) fn upcoming(&self, line: u64) -> Option<UpcomingRow> {
        match self {
            Decision::Send(id, _) => Some(UpcomingRow { line, id: *id, was_in_doubt: false }),
            Decision::Resume(id, _, history) => {
                Some(UpcomingRow { line, id: *id, was_in_doubt: history.was_ever_in_doubt() })
            }
            Decision::Settled(_) => None,
        }
    }
}

/// Decides on a row that can be sent. What the journal knows of the pre-hire is newer than the row's own cells.
pub(super) fn decide(row: SendableRow<'_>, past: Past<'_>) -> Result<Decision> {
    let SendableRow { validator, record, id, request } = row;
    match in_doubt_by_its_cells(validator, record) {
        Some(history) if !past.knows(id) => Ok(Decision::Resume(id, Some(request.into()), history)),
        _ => by_the_past(past, id, request.into()),
    }
}

/// A row that an earlier results file calls unknown starts in doubt, and goes on from its cells.
fn in_doubt_by_its_cells(validator: &Validator<'_>, record: &Record) -> Option<History> {
    let cell = |column: &str| validator.earlier_cell(record, column).unwrap_or_default();
    let is_unknown = Status::from_word(cell("status")) == Some(Status::Unknown);
    let outcome = || Outcome {
        status: Status::Unknown,
        error_code: cell("error_code").parse().ok(),
        message: Text::plain(cell("error_message")),
        attempts: cell("attempts").parse().unwrap_or(0),
        http_status: cell("http_status").parse().ok(),
        log_id: Some(cell("log_id").to_owned()).filter(|log_id| !log_id.is_empty()),
        first_sent_at: cell("first_sent_at").parse().ok(),
        ..Outcome::default()
    };
    is_unknown.then(|| History::recorded(outcome(), Doubt::Now))
}

/// Decides by what earlier runs say of the pre-hire.
pub(crate) fn by_the_past(past: Past<'_>, id: PreHireId, request: Request) -> Result<Decision> {
    Ok(match past.of(id)? {
        None => Decision::Send(id, request),
        Some(Earlier::Done(entry)) => Decision::Settled(Settlement::Recorded(entry)),
        Some(Earlier::Refused { entry, reason, .. }) if reason == request.hash() => {
            Decision::Settled(Settlement::Recorded(entry))
        }
        // Another request is a new chance, but neither its calls nor its doubt are forgotten.
        Some(Earlier::Refused { history, .. } | Earlier::Open(history)) => {
            Decision::Resume(id, Some(request), history)
        }
    })
}
