//! Owns where the results go, and what must not be overwritten.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::input::{InputPath, Layout, RecordReader, ends_with_ours};
use crate::operation::Operation;

/// Where the results go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPath {
    results: PathBuf,
}

impl OutputPath {
    /// The path that was typed, or the input's with its last ending replaced, as the operation and a rehearsal have it.
    ///
    /// # Errors
    /// For standard input without a typed path, an ending of a workbook, and the input itself; exit 2.
    pub fn choose(
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
                return Err(Error::unusable("the results of standard input need a name")
                    .hint("give one with -o FILE"));
            }
        };
        if results == Path::new("-") {
            return Err(Error::unusable("the results need a file").hint("give its name with -o FILE"));
        }
        let ending = results.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if matches!(ending.as_deref(), Some("xlsx" | "xls" | "ods")) {
            return Err(Error::unusable(format!(
                "can't write the results to {}: they are CSV",
                results.display()
            ))
            .hint("choose a name that ends with .csv"));
        }
        if let InputPath::File(input) = input
            && is_same_file(input, &results)
        {
            return Err(Error::unusable("the results can't replace the input itself")
                .hint("choose another name with -o FILE"));
        }
        Ok(OutputPath { results })
    }

    /// Makes sure that nothing of somebody else's is overwritten. A file that is there is ours to replace if the
    /// journal names it (`is_ours`), and its header ends with our columns.
    ///
    /// # Errors
    /// When there is such a file; exit 2.
    pub fn refuse_to_overwrite(&self, is_ours: bool) -> Result<()> {
        let shown = self.results.display();
        if fs::symlink_metadata(&self.results).is_err() || (is_ours && self.has_our_header()) {
            return Ok(());
        }
        Err(Error::unusable(format!("{shown} exists already, and no earlier run of this job wrote it"))
            .hint("move that file away, or choose another name with -o FILE"))
    }

    /// The journal must be a file of its own.
    ///
    /// # Errors
    /// When it is the input or the results; exit 2.
    pub fn refuse_journal_at(&self, journal: &Path, input: &InputPath) -> Result<()> {
        let is_input = matches!(input, InputPath::File(input) if is_same_file(input, journal));
        if is_input || is_same_file(&self.results, journal) || is_same_file(&self.partial(), journal) {
            return Err(Error::unusable("the journal must be a file of its own")
                .hint("choose another name with --journal FILE"));
        }
        Ok(())
    }

    /// The journal of the withdrawals stays as it is, whatever was typed.
    ///
    /// # Errors
    /// When a run would write to it; exit 2.
    pub fn refuse_source_at(&self, source: &Path, journal: &Path) -> Result<()> {
        if [self.results(), &self.partial(), journal].into_iter().any(|path| is_same_file(path, source)) {
            return Err(Error::unusable(
                "the journal of the withdrawals can't be written to by a restoration",
            )
            .hint("choose other names with -o FILE and --journal FILE"));
        }
        Ok(())
    }

    fn has_our_header(&self) -> bool {
        let Ok(file) = File::open(&self.results) else { return false };
        let mut reader = RecordReader::new(file, Layout::default());
        reader.read().ok().flatten().is_some_and(|header| ends_with_ours(header.cells()))
    }

    /// The journal's name, unless another was typed.
    #[must_use]
    pub fn journal(&self, typed: Option<&Path>) -> PathBuf {
        typed.map_or_else(|| journal_beside(&self.results), Path::to_owned)
    }

    /// The final name.
    #[must_use]
    pub fn results(&self) -> &Path {
        &self.results
    }

    /// The name while the run goes on.
    #[must_use]
    pub fn partial(&self) -> PathBuf {
        let mut name = self.results.as_os_str().to_owned();
        name.push(".partial");
        PathBuf::from(name)
    }
}

/// The journal's name beside its results.
#[must_use]
pub fn journal_beside(results: &Path) -> PathBuf {
    let mut name = results.as_os_str().to_owned();
    name.push(".journal");
    PathBuf::from(name)
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
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned());
    path.file_name().map(|name| parent.join(name))
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
        assert_eq!(chosen(Some("no/out.xlsx"), "no/in.csv", Withdraw, false), None);
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
}
