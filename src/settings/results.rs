//! Owns the settings of the commands that read what a run has left behind.

use std::path::{Path, PathBuf};

use super::environment::Surroundings;
use super::run::file_choice;
use crate::cli::{FormArgs, Format, ReportArgs, VerifyArgs};
use crate::input::{FileChoice, InputPath};
use crate::language::{Language, text};
use crate::model::{Error, Result};

/// A results file that is to be read.
#[derive(Clone, Debug)]
pub struct ResultsSettings {
    /// The file.
    pub path: InputPath,
    /// What was typed about its form.
    pub file: FileChoice,
}

impl ResultsSettings {
    fn new(path: &Path, form: FormArgs, surroundings: &Surroundings) -> Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(Error::unusable(text!("the path of the results is empty")));
        }
        let file = file_choice(form, None, surroundings);
        Ok(ResultsSettings { path: InputPath::from_argument(path), file })
    }
}

/// The settings of `verify`.
#[derive(Clone, Debug)]
pub struct VerifySettings {
    /// The journal.
    pub journal: PathBuf,
    /// The results that are compared with it.
    pub results: Option<ResultsSettings>,
    /// The form of what is shown.
    pub format: Format,
    /// Its language.
    pub language: Language,
}

impl VerifySettings {
    /// Checks what was typed.
    ///
    /// # Errors
    /// For what can't be meant; exit 2.
    pub fn new(typed: VerifyArgs, surroundings: &Surroundings) -> Result<Self> {
        let VerifyArgs { journal, results, form, format } = typed;
        let results = results.map(|path| ResultsSettings::new(&path, form, surroundings)).transpose()?;
        Ok(VerifySettings { journal, results, format, language: surroundings.language })
    }
}

/// The settings of `report`.
#[derive(Clone, Debug)]
pub struct ReportSettings {
    /// The results.
    pub results: ResultsSettings,
    /// The path that was typed for the page.
    pub output: Option<PathBuf>,
    /// The path that was typed for the journal.
    pub journal: Option<PathBuf>,
    /// The form of what is shown.
    pub format: Format,
    /// Its language, and the page's.
    pub language: Language,
}

impl ReportSettings {
    /// Checks what was typed.
    ///
    /// # Errors
    /// For what can't be meant; exit 2.
    pub fn new(typed: ReportArgs, surroundings: &Surroundings) -> Result<Self> {
        let ReportArgs { results, output, journal, form, format } = typed;
        let results = ResultsSettings::new(&results, form, surroundings)?;
        Ok(ReportSettings { results, output, journal, format, language: surroundings.language })
    }
}
