//! The second pass, during the run: row after row, what is to be done with it.

use std::collections::BTreeSet;
use std::io::Read;

use super::decision::{Decision, decide};
use crate::input::{CheckedRow, RecordReader, RowRules, SendableRow, Survey, Validator};
use crate::model::{History, PreHireId, Result, Settlement};
use crate::store::{Earlier, Past};

/// One step of the plan.
#[derive(Debug)]
pub(crate) enum Planned {
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

impl Planned {
    /// The row, counted from 0, if it stands in the file.
    pub(crate) const fn index(&self) -> Option<u32> {
        match self {
            Planned::Row { index, .. } => Some(*index),
            Planned::LeftInDoubt(..) => None,
        }
    }
}

/// Reads the copy again and decides by what the survey and earlier runs have found.
#[derive(Debug)]
pub(crate) struct Planner<'a, R> {
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
    pub(crate) fn new(
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
            CheckedRow::Sendable { id, request } => {
                self.left_in_doubt.remove(&id);
                decide(SendableRow { validator: &validator, record, id, request }, self.past)?
            }
            CheckedRow::Invalid(problem) | CheckedRow::Repetition { problem, .. } => {
                Decision::Settled(Settlement::Invalid(problem))
            }
            CheckedRow::CarriedOver { .. } => Decision::Settled(Settlement::CarriedOver),
            CheckedRow::LeftOut { .. } => Decision::Settled(Settlement::LeftOut),
        };
        Ok(Some(Planned::Row { index, line, decision }))
    }
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
    use crate::input::{ColumnChoice, Layout};
    use crate::journal::IndexBuilder;
    use crate::journal::entry::Entry;
    use crate::model::{Doubt, Outcome, ReasonHash, Request, SentRow, Status};
    use crate::plan::first_pass;
    use crate::store::{JournalSource, MemoryJournal};
    use jiff::Timestamp;

    fn plan(text: &str, earlier: &[Entry]) -> Vec<String> {
        let journal = MemoryJournal::of(earlier);
        let mut index = IndexBuilder::default();
        journal.scan(&mut |id, entry| index.take(id, entry)).expect("memory");
        let index = index.build();
        let rules = RowRules::default();
        let records = || RecordReader::new(text.as_bytes(), Layout::default());
        let past = Past { index: &index, journal: Some(&journal) };
        let (found, upcoming) =
            first_pass(records(), &ColumnChoice::default(), &rules, past).expect("a usable file");
        let planner = Planner::new(records(), &found, &rules, past).expect("readable");
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
        let planned: Vec<String> = planner.map(|planned| shown(planned.expect("readable"))).collect();
        let is_sent = |shown: &&String| shown.starts_with("send") || shown.starts_with("resume");
        assert_eq!(
            upcoming.rows as usize,
            planned.iter().filter(is_sent).count(),
            "the first pass counts the same"
        );
        planned
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
