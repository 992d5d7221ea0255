//! The list that `prehire find` writes, an input of `prehire withdraw`: its columns and cells, row by row to standard output, or
//! to a partial file that gets its name at the end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Stdout, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use csv::Writer;

use super::cells::formula_safe;
use super::output_path::workbook_ending;
use crate::input::{Layout, RecordReader};
use crate::language::text;
use crate::model::{Error, PreHire, Result, Stage, WithdrawReason};
use crate::store::{create_private, rename_durably, with_ending};

/// The columns, always in this order (contract, "Commands").
pub(crate) const LIST_COLUMNS: [&str; 5] =
    ["pre_hire_id", "name", "stage", "onboarding_date", "withdraw_reason"];

/// Where a list goes, known to be a place where it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListPath {
    /// Standard output.
    Standard,
    /// This file.
    File(PathBuf),
}

impl ListPath {
    /// The path that was typed; `-`, or none, is standard output. A file that is there is replaced if it is a list of ours:
    /// one whose header is exactly that of a list.
    ///
    /// # Errors
    /// When it is somebody else's, or can't be a CSV file; exit 2.
    pub(crate) fn choose(typed: Option<&Path>) -> Result<ListPath> {
        let Some(path) = typed.filter(|path| *path != Path::new("-")) else { return Ok(ListPath::Standard) };
        let shown = path.display();
        if workbook_ending(path).is_some() {
            return Err(Error::invalid_input(text!(
                "can't write the list to {shown}: the list is a CSV file",
                shown
            ))
            .hint(text!("choose a name that ends with .csv")));
        }
        if fs::symlink_metadata(path).is_ok() && !is_list(path) {
            return Err(Error::invalid_input(text!(
                "{shown} already exists, and was not written by prehire find",
                shown
            ))
            .hint(text!("move that file elsewhere, or choose another name with -o FILE")));
        }
        Ok(ListPath::File(path.to_owned()))
    }
}

fn is_list(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut reader = RecordReader::new(file, Layout::default());
    reader.read().ok().flatten().is_some_and(|header| header.cells().eq(LIST_COLUMNS))
}

/// The list, while it is written.
#[derive(Debug)]
pub(crate) struct FoundList {
    writer: Writer<BufWriter<Form>>,
    /// The name that a file gets at the end, and the one that it has until then.
    names: Option<Names>,
}

#[derive(Debug)]
struct Names {
    whole: PathBuf,
    partial: PathBuf,
}

#[derive(Debug)]
enum Form {
    Standard(Stdout),
    File(File),
}

impl FoundList {
    /// Begins with the header.
    ///
    /// # Errors
    /// When the file can't be created; exit 4.
    pub(crate) fn create(path: ListPath) -> Result<FoundList> {
        let (sink, names) = match path {
            ListPath::Standard => (Form::Standard(io::stdout()), None),
            ListPath::File(whole) => {
                let partial = with_ending(&whole, "partial");
                let names = Names { whole, partial };
                let file =
                    create_private(&names.partial).map_err(|error| cannot_write(Some(&names), error))?;
                (Form::File(file), Some(names))
            }
        };
        let mut list = FoundList { writer: Writer::from_writer(BufWriter::new(sink)), names };
        let begun = list.writer.write_record(LIST_COLUMNS).map_err(io::Error::from);
        // On standard output it waits for the first page: there may be none.
        let begun = begun.and_then(|()| if list.names.is_some() { list.writer.flush() } else { Ok(()) });
        begun.map_err(|error| cannot_write(list.names.as_ref(), error))?;
        Ok(list)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When it can't be written: exit 4.
    pub(crate) fn write(&mut self, row: &[String; LIST_COLUMNS.len()]) -> Result<ControlFlow<()>> {
        let written = self.writer.write_record(row).map_err(io::Error::from);
        self.go_on(written)
    }

    /// Flushes what was written; `Break` means that nobody reads it any more.
    ///
    /// # Errors
    /// When it can't be written: exit 4.
    pub(crate) fn flush(&mut self) -> Result<ControlFlow<()>> {
        let flushed = self.writer.flush();
        self.go_on(flushed)
    }

    /// Completes the list; a file gets its name.
    ///
    /// # Errors
    /// When it can't be written or renamed: exit 4.
    pub(crate) fn finish(mut self) -> Result<()> {
        if self.flush()?.is_break() {
            return Ok(());
        }
        if let (Some(names), Form::File(file)) = (self.names.take(), self.writer.get_ref().get_ref()) {
            let named = file.sync_all().and_then(|()| rename_durably(&names.partial, &names.whole));
            if let Err(error) = named {
                let error = cannot_write(Some(&names), error);
                self.names = Some(names);
                return Err(error);
            }
        }
        Ok(())
    }

    /// A broken pipe is not an error.
    fn go_on(&self, written: io::Result<()>) -> Result<ControlFlow<()>> {
        match written {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(error) if self.names.is_none() && error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(ControlFlow::Break(()))
            }
            Err(error) => Err(cannot_write(self.names.as_ref(), error)),
        }
    }
}

impl Drop for FoundList {
    fn drop(&mut self) {
        // Half a list is of no use, and holds names.
        if let Some(names) = &self.names {
            let _ = fs::remove_file(&names.partial);
        }
    }
}

impl Write for Form {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Form::Standard(output) => output.write(bytes),
            Form::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Form::Standard(output) => output.flush(),
            Form::File(file) => file.flush(),
        }
    }
}

fn cannot_write(names: Option<&Names>, error: io::Error) -> Error {
    let Some(names) = names else {
        return Error::write_failed(text!("can't write to standard output")).caused_by(error);
    };
    Error::write_failed(text!("can't write {written}", written = names.partial.display()))
        .caused_by(error)
        .hint(text!("free up disk space, or choose another place with -o FILE"))
}

/// The cells of one pre-hire. What the app may not see is empty, but for the stage that was searched for.
#[must_use]
pub(crate) fn list_row(
    pre_hire: &PreHire,
    searched: Option<&Stage>,
    reason: Option<&WithdrawReason>,
) -> [String; LIST_COLUMNS.len()] {
    let safe = |text: &Option<String>| text.as_deref().map_or_else(String::new, formula_safe);
    let stage = pre_hire.stage.as_ref().or(searched);
    [
        // Digits alone, which no spreadsheet takes for a formula.
        pre_hire.id.to_string(),
        safe(&pre_hire.name),
        stage.map_or_else(String::new, |stage| formula_safe(&stage.to_string())),
        safe(&pre_hire.onboarding_date),
        // Ours, and sent byte for byte as it is.
        reason.map_or_else(String::new, |reason| reason.as_str().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PreHireId, ValidReason};

    fn row(name: &str) -> String {
        let id = PreHireId::parse("7345005664477775407", true).expect("an id");
        let date = Some("2026-03-01".to_owned());
        let pre_hire =
            PreHire { id, name: Some(name.to_owned()), stage: None, onboarding_date: date, work_email: None };
        let reason = WithdrawReason::from(ValidReason::parse("=1+1 no, a reason").expect("a reason"));
        list_row(&pre_hire, Some(&Stage::DayOne), Some(&reason)).join("|")
    }

    #[test]
    fn texts_of_the_server_are_no_formulas_and_a_reason_is_sent_as_it_is() {
        let rest = "|day_one|2026-03-01|=1+1 no, a reason";
        assert_eq!(row("张伟"), format!("7345005664477775407|张伟{rest}"));
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(row(formula), format!("7345005664477775407|'{formula}{rest}"));
        }
    }

    #[test]
    fn what_the_app_may_not_see_is_empty() {
        let id = PreHireId::parse("1", true).expect("an id");
        let bare = PreHire { id, name: None, stage: None, onboarding_date: None, work_email: None };
        assert_eq!(list_row(&bare, None, None), ["1", "", "", "", ""]);
        let known = PreHire { stage: Some(Stage::DayOne), ..bare };
        assert_eq!(list_row(&known, Some(&Stage::Preboarding), None)[2], "day_one", "what is said counts");
    }
}
