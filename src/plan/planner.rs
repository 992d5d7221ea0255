//! Owns the second pass: row after row, what is to be done with it.

use std::io::Read;

use crate::error::Result;
use crate::event::Settlement;
use crate::input::{PreHireId, RecordReader, Row, RowRules, Survey, Validator, WithdrawReason};

/// One row of the file, decided.
#[derive(Debug)]
pub struct Planned {
    /// The row, counted from 0.
    pub row: u32,
    /// The line on which it begins.
    pub line: u64,
    /// What to do with it.
    pub decision: Decision,
}

/// What to do with a row.
#[derive(Debug)]
pub enum Decision {
    /// Send it.
    Send(PreHireId, WithdrawReason),
    /// Nothing: its story is over before it began.
    Settled(Settlement),
}

/// Reads the copy again and decides by what the survey found.
#[derive(Debug)]
pub struct Planner<'a, R> {
    reader: RecordReader<R>,
    survey: &'a Survey,
    rules: &'a RowRules,
    next_row: u32,
    next_duplicate: usize,
}

impl<'a, R: Read> Planner<'a, R> {
    /// A planner at the first row behind the header.
    ///
    /// # Errors
    /// When the copy can't be read.
    pub fn new(source: R, survey: &'a Survey, rules: &'a RowRules) -> Result<Self> {
        let mut reader = RecordReader::new(source);
        reader.read()?;
        Ok(Planner { reader, survey, rules, next_row: 0, next_duplicate: 0 })
    }

    fn plan_next(&mut self) -> Result<Option<Planned>> {
        let Some(record) = self.reader.read()? else { return Ok(None) };
        let (row, line) = (self.next_row, record.line());
        self.next_row += 1;
        let duplicate =
            self.survey.duplicates.get(self.next_duplicate).filter(|duplicate| duplicate.row == row);
        if let Some(duplicate) = duplicate {
            self.next_duplicate += 1;
            let settlement = Settlement::Duplicate { first: duplicate.first };
            return Ok(Some(Planned { row, line, decision: Decision::Settled(settlement) }));
        }
        let decision = match Validator::new(&self.survey.columns, self.rules).row(record) {
            Row::Sendable { id, reason } => Decision::Send(id, reason.into()),
            Row::Invalid(problem) => Decision::Settled(Settlement::Invalid(problem)),
            Row::CarriedOver { .. } => Decision::Settled(Settlement::CarriedOver),
        };
        Ok(Some(Planned { row, line, decision }))
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
    use crate::input::{ColumnChoice, survey};

    #[test]
    fn decides_on_every_row_in_order() {
        let text = "pre_hire_id,reason\n1,a\n2,\n1,b\n\n3,c\n";
        let rules = RowRules::default();
        let found = survey(text.as_bytes(), &ColumnChoice::default(), &rules).expect("a usable file");
        let planner = Planner::new(text.as_bytes(), &found, &rules).expect("readable");
        let shown: Vec<String> = planner
            .map(|planned| match planned.expect("readable").decision {
                Decision::Send(id, reason) => format!("send {id} {}", reason.as_str()),
                Decision::Settled(Settlement::Duplicate { first }) => format!("duplicate of {first}"),
                Decision::Settled(Settlement::Invalid(problem)) => problem.code.to_string(),
                Decision::Settled(other) => format!("{other:?}"),
            })
            .collect();
        assert_eq!(shown, ["send 1 a", "missing_reason", "duplicate of 0", "send 3 c"]);
    }
}
