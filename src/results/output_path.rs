//! Where the results go, and what must not be overwritten.

use std::fs;
use std::path::{Path, PathBuf};

use super::workbook_limits;
use crate::input::{FileChoice, InputPath, Survey, ends_with_ours, header_of};
use crate::language::text;
use crate::model::{Error, Operation, Result};
use crate::store::{directory_of, with_ending};

/// In which form the results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultsFormat {
    /// As text, with a delimiter.
    Csv,
    /// As a workbook: `.xlsx`.
    Workbook,
}

/// Where the results go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputPath {
    results: PathBuf,
    format: ResultsFormat,
}

impl OutputPath {
    /// The path that was typed, or the input's with its last ending replaced, as the operation and a rehearsal have it.
    ///
    /// # Errors
    /// For standard input without a typed path, an ending that we don't write, and the input itself; exit 2.
    pub(crate) fn choose(
        typed: Option<&Path>,
        input: &InputPath,
        operation: Operation,
        is_simulated: bool,
    ) -> Result<OutputPath> {
        let results = match (typed, input, operation) {
            (Some(path), ..) => path.to_owned(),
            (None, InputPath::File(path), Operation::Withdraw) => {
                path.with_extension(if is_simulated { "simulated.results.csv" } else { "results.csv" })
            }
            (None, InputPath::File(results), Operation::Restore) => restored(results, is_simulated),
            (None, InputPath::Standard, _) => {
                return Err(Error::invalid_input(text!("the results for standard input need a file name"))
                    .hint(text!("give one with -o FILE")));
            }
        };
        if results == Path::new("-") {
            return Err(Error::invalid_input(text!("the results need a file"))
                .hint(text!("give its name with -o FILE")));
        }
        let format = format_of(&results)?;
        if let InputPath::File(input) = input
            && is_same_file(input, &results)
        {
            return Err(Error::invalid_input(text!("the results can't overwrite the input file"))
                .hint(text!("choose another name with -o FILE")));
        }
        Ok(OutputPath { results, format })
    }

    /// Makes sure that nothing of somebody else's is overwritten. A file that is there is ours to replace if the
    /// journal names it (`is_ours`), and its header ends with our columns; `input` says how those are read.
    ///
    /// # Errors
    /// When there is such a file; exit 2.
    pub(crate) fn refuse_to_overwrite(&self, is_ours: bool, input: &FileChoice) -> Result<()> {
        let shown = self.results.display();
        if fs::symlink_metadata(&self.results).is_err() {
            return Ok(());
        }
        let has_our_header = || {
            header_of(&self.results, input)
                .is_ok_and(|names| ends_with_ours(names.iter().map(String::as_str)))
        };
        if is_ours && has_our_header() {
            return Ok(());
        }
        Err(Error::invalid_input(text!(
            "{shown} already exists, and was not written by an earlier run of this job",
            shown
        ))
        .hint(text!("move that file elsewhere, or choose another name with -o FILE")))
    }

    /// Makes sure that the results can hold every row of the input: a workbook has limits.
    ///
    /// # Errors
    /// When they can't; exit 2.
    pub(crate) fn refuse_what_does_not_fit(&self, survey: &Survey) -> Result<()> {
        match self.format {
            ResultsFormat::Csv => Ok(()),
            ResultsFormat::Workbook => workbook_limits::refuse_what_does_not_fit(survey),
        }
    }

    /// The journal must be a file of its own.
    ///
    /// # Errors
    /// When it is the input or the results; exit 2.
    pub(crate) fn refuse_journal_at(&self, journal: &Path, input: &InputPath) -> Result<()> {
        let is_input = matches!(input, InputPath::File(input) if is_same_file(input, journal));
        if is_input || is_same_file(&self.results, journal) || is_same_file(&self.partial(), journal) {
            return Err(Error::invalid_input(text!("the journal must be a separate file"))
                .hint(text!("choose another name with --journal FILE")));
        }
        Ok(())
    }

    /// The journal of the withdrawals stays as it is, whatever was typed.
    ///
    /// # Errors
    /// When a run would write to it; exit 2.
    pub(crate) fn refuse_source_at(&self, source: &Path, journal: &Path) -> Result<()> {
        if [self.results(), &self.partial(), journal].into_iter().any(|path| is_same_file(path, source)) {
            return Err(Error::invalid_input(text!("a restoration can't write to the withdrawal journal"))
                .hint(text!("choose other names with -o FILE and --journal FILE")));
        }
        Ok(())
    }

    /// The journal's name, unless another was typed.
    #[must_use]
    pub(crate) fn journal(&self, typed: Option<&Path>) -> PathBuf {
        typed.map_or_else(|| journal_beside(&self.results), Path::to_owned)
    }

    /// The form that the ending of the name asks for.
    #[must_use]
    pub(crate) const fn format(&self) -> ResultsFormat {
        self.format
    }

    /// The final name.
    #[must_use]
    pub(crate) fn results(&self) -> &Path {
        &self.results
    }

    /// The name while the run goes on.
    #[must_use]
    pub(crate) fn partial(&self) -> PathBuf {
        with_ending(&self.results, "partial")
    }
}

fn format_of(results: &Path) -> Result<ResultsFormat> {
    match workbook_ending(results).as_deref() {
        None => Ok(ResultsFormat::Csv),
        Some("xlsx") => Ok(ResultsFormat::Workbook),
        Some(other) => Err(Error::invalid_input(text!(
            "can't write the results to {results}: they must be .csv or .xlsx, not .{other}",
            results = results.display(),
            other
        ))
        .hint(text!("choose a name that ends with .csv or .xlsx"))),
    }
}

/// The ending of a name that promises a workbook, in small letters.
pub(super) fn workbook_ending(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_string_lossy().to_lowercase();
    matches!(&*ending, "xlsx" | "xls" | "xlsm" | "xlsb" | "ods").then_some(ending)
}

/// The journal's name beside its results.
#[must_use]
pub(crate) fn journal_beside(results: &Path) -> PathBuf {
    with_ending(results, "journal")
}

/// `leavers.results.csv` becomes `leavers.restored.csv`; of any other name the last ending is replaced.
fn restored(results: &Path, is_simulated: bool) -> PathBuf {
    let ends_with = |path: &Path, ending: &str| path.extension().is_some_and(|found| found == ending);
    let mut base = results.with_extension("");
    if ends_with(&base, "results") {
        base.set_extension("");
    }
    let rehearsal = if is_simulated && !ends_with(&base, "simulated") { ".simulated" } else { "" };
    let mut name = base.into_os_string();
    name.push(rehearsal);
    name.push(".restored.csv");
    PathBuf::from(name)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => place_of(one) == place_of(other),
    }
}

/// Where a file is, or will be.
fn place_of(path: &Path) -> Option<PathBuf> {
    path.file_name().map(|name| directory_of(path).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operation::{Restore, Withdraw};

    fn chosen(typed: Option<&str>, input: &str, operation: Operation, is_simulated: bool) -> Option<PathBuf> {
        let input = InputPath::from_argument(Path::new(input));
        let output = OutputPath::choose(typed.map(Path::new), &input, operation, is_simulated);
        output.ok().map(|output| output.results)
    }

    #[test]
    fn the_last_ending_is_replaced() {
        let default = |input, is_simulated| chosen(None, input, Withdraw, is_simulated);
        assert_eq!(default("no/leavers.csv", false), Some("no/leavers.results.csv".into()));
        assert_eq!(default("no/leavers.v2.txt", false), Some("no/leavers.v2.results.csv".into()));
        assert_eq!(default("no/leavers", true), Some("no/leavers.simulated.results.csv".into()));
        assert_eq!(default("-", false), None);
        assert_eq!(chosen(Some("no/out.csv"), "-", Withdraw, false), Some("no/out.csv".into()));
    }

    #[test]
    fn what_is_restored_has_a_name_of_its_own() {
        let default = |input, is_simulated| chosen(None, input, Restore, is_simulated);
        assert_eq!(default("no/leavers.results.csv", false), Some("no/leavers.restored.csv".into()));
        assert_eq!(default("no/results.csv", false), Some("no/results.restored.csv".into()));
        assert_eq!(default("no/out.v2.csv", false), Some("no/out.v2.restored.csv".into()));
        assert_eq!(default("no/out", true), Some("no/out.simulated.restored.csv".into()));
        assert_eq!(
            default("no/leavers.simulated.results.csv", true),
            Some("no/leavers.simulated.restored.csv".into())
        );
        assert_eq!(default("-", false), None);
    }

    #[test]
    fn the_ending_decides_the_form() {
        let form = |typed: &str| {
            let input = InputPath::from_argument(Path::new("no/in.csv"));
            OutputPath::choose(Some(Path::new(typed)), &input, Withdraw, false)
                .ok()
                .map(|output| output.format())
        };
        for typed in ["no/out.csv", "no/out.tsv", "no/out", "no/xlsx", "no/out.xlsx.csv"] {
            assert_eq!(form(typed), Some(ResultsFormat::Csv), "{typed}");
        }
        assert_eq!(form("no/out.xlsx"), Some(ResultsFormat::Workbook));
        assert_eq!(form("no/OUT.XLSX"), Some(ResultsFormat::Workbook));
        for typed in ["no/out.xls", "no/out.Ods", "no/out.xlsm", "no/out.xlsb"] {
            assert_eq!(form(typed), None, "{typed}");
        }
    }
}
