//! The first pass: the whole file is validated before any call, and what it holds is counted.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use ring::digest::{Context, SHA256};

use super::columns::{ColumnChoice, Columns, ROWS_ABOVE_A_HEADER};
use super::records::{Record, RecordReader};
use super::rows::{CheckedRow, RowRules, Validator};
use crate::language::text;
use crate::model::{Error, ErrorCode, PreHireId, Problem, Result, Status, ValidRequest};

/// How many problems are kept with their words; the rest is counted.
const KEPT_PROBLEMS: usize = 20;
/// The longest file: rows are counted in 32 bits.
const MOST_ROWS: u32 = u32::MAX - 1;

/// A row whose id stands in an earlier row; rows are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DuplicateRow {
    /// The repeated row.
    pub(crate) row: u32,
    /// The first row with this id that can be sent.
    pub(crate) first: u32,
}

/// What one pass over the file finds.
#[derive(Debug)]
pub(crate) struct Survey {
    /// What the header says.
    pub(crate) columns: Columns,
    /// Rows that are not empty.
    pub(crate) rows: u32,
    /// Rows that can be sent.
    pub(crate) sendable: u32,
    /// Rows that `--only` leaves out; they are among [`Survey::rows`].
    pub(crate) left_out: u32,
    /// Rows that an earlier results file settled, by what it says of them.
    pub(crate) carried_over: BTreeMap<Status, u32>,
    /// Ids that were cleaned of white space around them, or of a leading `'`.
    pub(crate) cleaned_ids: u32,
    /// Repeated rows, in the order of the file.
    pub(crate) duplicates: Vec<DuplicateRow>,
    /// Invalid rows, by what is wrong.
    pub(crate) invalid: BTreeMap<ErrorCode, u32>,
    /// The longest cell of the header, and of the rows that will have a result.
    pub(crate) longest_cell: LongestCell,
    /// The first problems, with the line of each.
    pub(crate) problems: Vec<(u64, Problem)>,
    /// `sha256:` and 64 hex digits over the ids and reasons that can be sent, in order.
    pub(crate) digest: String,
}

impl Survey {
    /// Rows that will have a result.
    pub(crate) const fn results(&self) -> u32 {
        self.rows - self.left_out
    }

    /// Rows that an earlier results file settled.
    pub(crate) fn carried_over_rows(&self) -> u32 {
        self.carried_over.values().sum()
    }

    /// Rows that can't be sent.
    pub(crate) fn invalid_rows(&self) -> u32 {
        self.invalid.values().sum()
    }
}

/// A row that can be sent, with what checked it; no earlier row has its id.
pub(crate) struct SendableRow<'r> {
    /// For its other cells.
    pub(crate) validator: &'r Validator<'r>,
    /// Its cells.
    pub(crate) record: &'r Record,
    /// The pre-hire.
    pub(crate) id: PreHireId,
    /// What is asked for.
    pub(crate) request: ValidRequest<'r>,
}

/// Reads the whole file once, and shows `visit` each row that can be sent.
pub(crate) fn survey<R: Read>(
    mut reader: RecordReader<R>,
    choice: &ColumnChoice,
    rules: &RowRules,
    mut visit: impl FnMut(SendableRow<'_>) -> Result<()>,
) -> Result<Survey> {
    let header = reader.header()?;
    let is_without_id = !choice.finds_an_id(header.cells());
    let found = Columns::find(header, choice, rules.operation());
    let mut longest_cell = LongestCell::default();
    longest_cell.observe(header, header.len());
    let columns = match found {
        Err(error) if is_without_id => return Err(hint_at_header_below(error, &mut reader, choice)),
        found => found?,
    };
    if rules.only.is_some() && !columns.is_results() {
        return Err(Error::invalid_input(text!(
            "--only selects rows of a results file, and this file is not one"
        ))
        .hint(text!("give a results file that prehire has written, or omit --only")));
    }
    let mut surveyor = Surveyor::new(reader.bytes());
    let mut survey = Survey {
        columns: columns.clone(),
        rows: 0,
        sendable: 0,
        left_out: 0,
        carried_over: BTreeMap::new(),
        cleaned_ids: 0,
        duplicates: Vec::new(),
        invalid: BTreeMap::new(),
        longest_cell,
        problems: Vec::new(),
        digest: String::new(),
    };
    let validator = Validator::new(&columns, rules);
    while let Some(record) = reader.read()? {
        if survey.rows == MOST_ROWS {
            return Err(Error::invalid_input(text!(
                "the file has more than {MOST_ROWS} {MOST_ROWS|row|rows}",
                MOST_ROWS
            )));
        }
        if let Some((id, request)) = surveyor.note(&mut survey, record, validator.row(record)) {
            visit(SendableRow { validator: &validator, record, id, request })?;
        }
        survey.rows += 1;
    }
    survey.digest = surveyor.digest();
    Ok(survey)
}

/// Titles above the header are common in spreadsheets of people.
fn hint_at_header_below<R: Read>(error: Error, reader: &mut RecordReader<R>, choice: &ColumnChoice) -> Error {
    for _ in 1..ROWS_ABOVE_A_HEADER {
        match reader.read() {
            Ok(Some(record)) if choice.finds_an_id(record.cells()) => {
                let row = record.line();
                return error
                    .hint(text!("row {row} looks like the column names: delete the rows above it", row));
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    error
}

struct Surveyor {
    seen: SeenIds,
    hash: Context,
}

impl Surveyor {
    fn new(bytes: u64) -> Self {
        Surveyor { seen: SeenIds::for_file_of(bytes), hash: Context::new(&SHA256) }
    }

    /// Counts a row; returns what it asks for if it can be sent.
    fn note<'r>(
        &mut self,
        survey: &mut Survey,
        record: &Record,
        row: CheckedRow<'r>,
    ) -> Option<(PreHireId, ValidRequest<'r>)> {
        if !matches!(row, CheckedRow::LeftOut { .. }) {
            survey.longest_cell.observe(record, survey.columns.width());
        }
        let first = match &row {
            CheckedRow::Sendable { id, .. } => self.seen.note(*id, survey.rows),
            CheckedRow::CarriedOver { id, .. } | CheckedRow::LeftOut { success: id } => {
                id.and_then(|id| self.seen.note(id, survey.rows))
            }
            CheckedRow::Repetition { id, .. } => self.seen.first_with(*id),
            CheckedRow::Invalid(_) => None,
        };
        match (row, first) {
            (CheckedRow::Invalid(problem), _) | (CheckedRow::Repetition { problem, .. }, None) => {
                *survey.invalid.entry(problem.code).or_default() += 1;
                if survey.problems.len() < KEPT_PROBLEMS {
                    survey.problems.push((record.line(), problem));
                }
            }
            (CheckedRow::LeftOut { .. }, _) => survey.left_out += 1,
            (_, Some(first)) => survey.duplicates.push(DuplicateRow { row: survey.rows, first }),
            (CheckedRow::CarriedOver { status, .. }, None) => {
                *survey.carried_over.entry(status).or_default() += 1;
            }
            (CheckedRow::Sendable { id, request }, None) => {
                self.add_to_digest(&id.to_string());
                self.add_to_digest(request.reason());
                survey.sendable += 1;
                let cell = record.cell(survey.columns.id());
                survey.cleaned_ids += u32::from(PreHireId::is_cleaned(cell));
                return Some((id, request));
            }
        }
        None
    }

    /// The length in front keeps `("1", "2x")` and `("12", "x")` apart.
    fn add_to_digest(&mut self, text: &str) {
        self.hash.update(&(text.len() as u64).to_le_bytes());
        self.hash.update(text.as_bytes());
    }

    fn digest(self) -> String {
        let mut text = "sha256:".to_owned();
        for byte in self.hash.finish().as_ref() {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }
}

/// An id of 19 digits, a comma, a reason and a line end.
const FEWEST_BYTES_A_ROW: u64 = 24;
/// Beyond this a file of short rows just grows.
const MOST_RESERVED: usize = 4_000_000;

/// The ids seen so far.
#[derive(Debug, Default)]
struct SeenIds {
    places: HashTable<u32>,
    ids: Vec<PreHireId>,
    rows: Vec<u32>,
    hasher: RandomState,
}

impl SeenIds {
    /// Room for the ids of a file of this size. What is not used costs no memory; growing would, for a moment.
    fn for_file_of(bytes: u64) -> Self {
        let rows = usize::try_from(bytes / FEWEST_BYTES_A_ROW).unwrap_or(0).min(MOST_RESERVED);
        let (ids, rows_of) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        #[expect(clippy::disallowed_methods, reason = "a secret of the hash table: no result depends on it")]
        let hasher = RandomState::new();
        SeenIds { places: HashTable::with_capacity(rows), ids, rows: rows_of, hasher }
    }

    /// The row that held the id first, if one did.
    fn first_with(&self, id: PreHireId) -> Option<u32> {
        let place = self.places.find(self.hasher.hash_one(id), |place| self.ids[*place as usize] == id)?;
        Some(self.rows[*place as usize])
    }

    /// Notes that a row (counted from 0) holds the id; the row that held it first, if there was one.
    fn note(&mut self, id: PreHireId, row: u32) -> Option<u32> {
        let SeenIds { places, ids, rows, hasher } = self;
        let hash = hasher.hash_one(id);
        let rehash = |place: &u32| hasher.hash_one(ids[*place as usize]);
        match places.entry(hash, |place| ids[*place as usize] == id, rehash) {
            Entry::Occupied(entry) => Some(rows[*entry.get() as usize]),
            Entry::Vacant(entry) => {
                entry.insert(u32::try_from(rows.len()).expect("rows are counted in 32 bits"));
                ids.push(id);
                rows.push(row);
                None
            }
        }
    }
}

/// The longest cell that belongs to a column, the header's included; the first of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LongestCell {
    /// The line on which its row begins.
    pub(crate) line: u64,
    /// The place of its column.
    pub(crate) column: usize,
    /// Its length in UTF-16 code units, as spreadsheets count.
    pub(crate) length: usize,
}

impl LongestCell {
    /// Looks at the cells of one more row, as far as the header goes.
    fn observe(&mut self, record: &Record, width: usize) {
        for column in 0..width.min(record.len()) {
            // No text has more code units than bytes, so hardly any must be counted.
            if record.cell_bytes(column).len() <= self.length {
                continue;
            }
            let length = record.cell(column).encode_utf16().count();
            if length > self.length {
                *self = LongestCell { line: record.line(), column, length };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Layout;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn survey_of(text: &str) -> Survey {
        let reader = RecordReader::new(text.as_bytes(), Layout::default());
        survey(reader, &ColumnChoice::default(), &RowRules::default(), |_| Ok(())).expect("a usable file")
    }

    #[test]
    fn a_header_below_a_title_is_hinted_at() {
        let refused = |text: &str| {
            let reader = RecordReader::new(text.as_bytes(), Layout::default());
            let error = survey(reader, &ColumnChoice::default(), &RowRules::default(), |_| Ok(()))
                .expect_err("no header");
            error.report(crate::language::Language::English)
        };
        let title = refused("Leavers of May,,\n\nname,pre_hire_id,reason\nWang,1,a\n");
        assert!(title.contains("row 3 looks like the column names"), "{title}");
        assert!(refused("name,reason\nWang,a\n").contains("name it pre_hire_id"));
    }

    #[test]
    fn counts_every_row_once() {
        let found = survey_of("pre_hire_id,reason\n1,a\n2,\n\n1,b\nx,c\n3,d,e\n4,f,\n");
        assert_eq!((found.rows, found.sendable, found.invalid_rows()), (6, 2, 3));
        assert_eq!(found.duplicates, [DuplicateRow { row: 2, first: 0 }]);
        let lines: Vec<u64> = found.problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 6, 7]);
    }

    #[test]
    fn an_invalid_row_is_no_first_one() {
        let found = survey_of("pre_hire_id,reason\n1,\n1,a\n1,b\n");
        assert_eq!(found.sendable, 1);
        assert_eq!(found.duplicates, [DuplicateRow { row: 2, first: 1 }]);
    }

    #[test]
    fn the_digest_follows_the_rows_that_can_be_sent_alone() {
        let digest = |text: &str| survey_of(text).digest;
        let plain = digest("pre_hire_id,reason\n1,a\n2,b\n");
        assert_eq!(plain, digest("name,reason,pre_hire_id\nx,a,1\n,,\n,b,2\n,,bad\nz,c,1\n"));
        assert_ne!(plain, digest("pre_hire_id,reason\n2,b\n1,a\n"));
        assert_ne!(plain, digest("pre_hire_id,reason\n1,a\n2,B\n"));
        assert_eq!(plain.len(), "sha256:".len() + 64);
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_map(ids in proptest::collection::vec(0_u8..40, 0..120)) {
            let mut seen = SeenIds::default();
            let mut plain = HashMap::new();
            for (row, id) in ids.iter().enumerate() {
                let row = u32::try_from(row).expect("few rows");
                let id = PreHireId::parse(&id.to_string(), false).expect("digits");
                prop_assert_eq!(seen.first_with(id), plain.get(&id).copied());
                prop_assert_eq!(seen.note(id, row), plain.get(&id).copied());
                plain.entry(id).or_insert(row);
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_counting_every_cell(rows in proptest::collection::vec("[a字😀]{1,9}(,[a字😀]{0,9}){0,3}", 1..8)) {
            let text = rows.join("\n");
            let mut reader = RecordReader::new(text.as_bytes(), Layout::default());
            let (mut longest, mut expected) = (LongestCell::default(), 0);
            while let Some(record) = reader.read().expect("readable") {
                longest.observe(record, 3);
                let lengths = record.cells().take(3).map(|cell| cell.encode_utf16().count());
                expected = lengths.fold(expected, usize::max);
            }
            prop_assert_eq!(longest.length, expected);
            let row = rows[longest.line as usize - 1].split(',').nth(longest.column).unwrap_or("");
            prop_assert_eq!(row.encode_utf16().count(), expected);
        }
    }
}
