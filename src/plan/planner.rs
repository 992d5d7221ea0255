//! Owns the second pass: row after row, what is to be done with it.

use std::collections::BTreeSet;
use std::io::Read;

use crate::input::{Record, RecordReader, Row, RowRules, Survey, Validator};
use crate::language::Text;
use crate::model::{Doubt, History, Outcome, PreHireId, Request, Result, Settlement, Status};
use crate::store::{Earlier, Past};

/// One step of the plan.
#[derive(Debug)]
pub enum Planned {
    /// A row of the file, decided.
    Row {
        /// The row, counted from 0.
        index: u32,
        /// The line on which it begins.
        line: u64,
        /// What to do with it.
        decision: Decision,
    },
    /// After the rows: a pre-hire in doubt that the file no longer holds. It is looked up, and never called.
    LeftInDoubt(PreHireId, History),
}

/// What to do with a row.
#[derive(Debug)]
pub enum Decision {
    /// Send it.
    Send(PreHireId, Request),
    /// Go on with it where an earlier run left it.
    Resume(PreHireId, Option<Request>, History),
    /// Nothing: its story is over before it began.
    Settled(Settlement),
}

/// Reads the copy again and decides by what the survey and earlier runs have found.
#[derive(Debug)]
pub struct Planner<'a, R> {
    reader: RecordReader<R>,
    survey: &'a Survey,
    rules: &'a RowRules,
    past: Past<'a>,
    left_in_doubt: BTreeSet<PreHireId>,
    next_row: u32,
    next_duplicate: usize,
    at_end: bool,
}

impl<'a, R: Read> Planner<'a, R> {
    /// A planner at the first row behind the header; `reader` has read nothing yet.
    ///
    /// # Errors
    /// When the copy can't be read.
    pub fn new(
        mut reader: RecordReader<R>,
        survey: &'a Survey,
        rules: &'a RowRules,
        past: Past<'a>,
    ) -> Result<Self> {
        reader.read()?;
        let left_in_doubt = past.index.in_doubt().collect();
        Ok(Planner {
            reader,
            survey,
            rules,
            past,
            left_in_doubt,
            next_row: 0,
            next_duplicate: 0,
            at_end: false,
        })
    }

    fn plan_next(&mut self) -> Result<Option<Planned>> {
        if self.at_end {
            let Some(id) = self.left_in_doubt.pop_first() else { return Ok(None) };
            let history = match self.past.of(id)? {
                Some(Earlier::Open(history)) => history,
                _ => History::default(),
            };
            return Ok(Some(Planned::LeftInDoubt(id, history)));
        }
        let Some(record) = self.reader.read()? else {
            self.at_end = true;
            return self.plan_next();
        };
        let (index, line) = (self.next_row, record.line());
        self.next_row += 1;
        let duplicate =
            self.survey.duplicates.get(self.next_duplicate).filter(|duplicate| duplicate.row == index);
        if let Some(duplicate) = duplicate {
            self.next_duplicate += 1;
            let decision = Decision::Settled(Settlement::Duplicate { first: duplicate.first });
            return Ok(Some(Planned::Row { index, line, decision }));
        }
        let validator = Validator::new(&self.survey.columns, self.rules);
        let decision = match validator.row(record) {
            Row::Sendable { id, request } => {
                self.left_in_doubt.remove(&id);
                match in_doubt_by_its_cells(&validator, record) {
                    Some(history) if !self.past.knows(id) => {
                        Decision::Resume(id, Some(request.into()), history)
                    }
                    _ => by_the_past(self.past, id, request.into())?,
                }
            }
            Row::Invalid(problem) | Row::Repetition { problem, .. } => {
                Decision::Settled(Settlement::Invalid(problem))
            }
            Row::CarriedOver { .. } => Decision::Settled(Settlement::CarriedOver),
            Row::LeftOut { .. } => Decision::Settled(Settlement::LeftOut),
        };
        Ok(Some(Planned::Row { index, line, decision }))
    }
}

/// A row that an earlier results file calls unknown starts in doubt, and goes on from its cells.
fn in_doubt_by_its_cells(validator: &Validator<'_>, record: &Record) -> Option<History> {
    let cell = |column: &str| validator.earlier_cell(record, column).unwrap_or_default();
    let is_unknown = Status::from_word(cell("status")) == Some(Status::Unknown);
    let outcome = || Outcome {
        status: Status::Unknown,
        error_code: cell("error_code").parse().ok(),
        message: Text::Plain(cell("error_message").to_owned()),
        attempts: cell("attempts").parse().unwrap_or(0),
        http_status: cell("http_status").parse().ok(),
        log_id: Some(cell("log_id").to_owned()).filter(|log_id| !log_id.is_empty()),
        first_sent_at: cell("first_sent_at").parse().ok(),
        ..Outcome::default()
    };
    is_unknown.then(|| History::recorded(outcome(), Doubt::Now))
}

fn by_the_past(past: Past<'_>, id: PreHireId, request: Request) -> Result<Decision> {
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

impl<R: Read> Iterator for Planner<'_, R> {
    type Item = Result<Planned>;

    fn next(&mut self) -> Option<Self::Item> {
        self.plan_next().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{ColumnChoice, Layout, survey};
    use crate::journal::IndexBuilder;
    use crate::journal::entry::Entry;
    use crate::model::{ReasonHash, SentRow};
    use crate::store::{JournalSource, MemoryJournal};
    use jiff::Timestamp;

    fn plan(text: &str, earlier: &[Entry]) -> Vec<String> {
        let journal = MemoryJournal::of(earlier);
        let mut index = IndexBuilder::default();
        journal.scan(&mut |id, entry| index.take(id, entry)).expect("memory");
        let index = index.build();
        let rules = RowRules::default();
        let records = || RecordReader::new(text.as_bytes(), Layout::default());
        let found = survey(records(), 0, &ColumnChoice::default(), &rules).expect("a usable file");
        let planner =
            Planner::new(records(), &found, &rules, Past { index: &index, journal: Some(&journal) })
                .expect("readable");
        let shown = |planned| match planned {
            Planned::LeftInDoubt(id, _) => format!("look up {id}"),
            Planned::Row { decision, .. } => match decision {
                Decision::Send(id, Request::Withdraw(reason)) => format!("send {id} {}", reason.as_str()),
                Decision::Send(id, restore) => format!("send {id} {restore:?}"),
                Decision::Resume(id, ..) => format!("resume {id}"),
                Decision::Settled(Settlement::Duplicate { first }) => format!("duplicate of {first}"),
                Decision::Settled(Settlement::Invalid(problem)) => problem.code.to_string(),
                Decision::Settled(Settlement::Recorded(entry)) => format!("recorded at {}", entry.0),
                Decision::Settled(other) => format!("{other:?}"),
            },
        };
        planner.map(|planned| shown(planned.expect("readable"))).collect()
    }

    #[test]
    fn decides_on_every_row_in_order() {
        let planned = plan("pre_hire_id,reason\n1,a\n2,\n1,b\n\n3,c\n", &[]);
        assert_eq!(planned, ["send 1 a", "missing_reason", "duplicate of 0", "send 3 c"]);
    }

    #[test]
    fn what_is_settled_is_not_sent_again_and_what_is_in_doubt_goes_on() {
        let id = |text| PreHireId::parse(text, true).expect("an id");
        let settled = |text, status, reason| {
            let outcome = Outcome { status, ..Outcome::default() };
            let (line, reason, doubt) = (2, Some(ReasonHash::of(reason)), Doubt::Never);
            Entry::RowSettled(SentRow { line, id: id(text), reason, doubt, outcome })
        };
        let called = |text| {
            let (at, reason) = (Timestamp::UNIX_EPOCH, ReasonHash(1));
            Entry::CallStarted { at, id: id(text), row: 2, reason, attempt: 1 }
        };
        let earlier = [
            settled("1", Status::Withdrawn, "old"),
            settled("2", Status::Refused, "same"),
            settled("3", Status::Refused, "old"),
            called("4"),
            called("9"),
        ];
        let planned = plan("pre_hire_id,reason\n4,a\n3,new\n2,same\n1,new\n", &earlier);
        assert_eq!(planned, ["resume 4", "resume 3", "recorded at 1", "recorded at 0", "look up 9"]);
    }

    #[test]
    fn an_unknown_row_of_a_results_file_starts_in_doubt() {
        let header = format!("pre_hire_id,reason,{}", crate::input::RESULT_COLUMNS.join(","));
        let row = |id: u8, status: &str| {
            format!("{id},a,2,{status},false,timed_out,,exhausted,5,,,,,2026-01-01T00:00:00Z,")
        };
        let text =
            format!("{header}\n{}\n{}\n{}\n", row(1, "unknown"), row(2, "exhausted"), row(3, "withdrawn"));
        assert_eq!(plan(&text, &[]), ["resume 1", "send 2 a", "CarriedOver"]);
    }
}
