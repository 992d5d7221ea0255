//! Owns the parts of which the settings of a command are made.

use std::path::PathBuf;

use super::environment::Surroundings;
use super::show::{Detail, LogSettings, ProgressKind};
use crate::cli::{Duplicates, FormArgs, Format, InputArgs, ProgressChoice, RowArgs, ShowArgs};
use crate::feishu::Credentials;
use crate::input::workbook::WorkbookReading;
use crate::input::{ColumnChoice, FileChoice, InputPath, Selection, WithdrawRules};
use crate::journal::entry::{Owner, SIMULATED};
use crate::language::{Language, text};
use crate::model::{BaseUrl, Error, Operation, Rate, Result};

/// Where the calls go.
#[derive(Clone, Debug)]
pub enum Target {
    /// A host, and the app that calls it.
    Api {
        /// The host.
        base_url: BaseUrl,
        /// The app.
        credentials: Credentials,
    },
    /// The simulated API in this process, with a limit of its own.
    Simulator {
        /// That limit.
        limit: Rate,
    },
}

impl Target {
    /// To whom a journal belongs that tells of this operation there.
    #[must_use]
    pub fn owner(&self, operation: Operation) -> Owner {
        let (host, app, tenant) = match self {
            Target::Api { base_url, credentials } => {
                (base_url.host(), credentials.app(), credentials.tenant())
            }
            Target::Simulator { .. } => (SIMULATED.to_owned(), SIMULATED, ""),
        };
        let (app, tenant) = (app.to_owned(), tenant.to_owned());
        Owner { host, app, tenant, operation: operation.word().to_owned(), source: None }
    }
}

/// What is read, and how.
#[derive(Clone, Debug)]
pub struct InputSettings {
    /// The file.
    pub path: InputPath,
    /// What was typed about its form.
    pub file: FileChoice,
    /// What the rows are for.
    pub purpose: Purpose,
    /// The rows of a results file that are meant; `None` if all are.
    pub only: Option<Selection>,
    /// What a repeated id means.
    pub duplicates: Duplicates,
}

/// What rows are for, and what was typed about that.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// To be withdrawn.
    Withdraw(WithdrawRules),
    /// To be restored.
    Restore {
        /// Also where this exceeds the head count?
        confirm_workforce: bool,
        /// The journal that proves what was withdrawn.
        source_journal: PathBuf,
    },
}

impl Purpose {
    /// What is done to the rows.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Purpose::Withdraw(_) => Operation::Withdraw,
            Purpose::Restore { .. } => Operation::Restore,
        }
    }
}

/// What is shown, and how.
#[derive(Clone, Copy, Debug)]
pub struct ShowSettings {
    /// The language of what is said.
    pub language: Language,
    /// The form of the summary.
    pub format: Format,
    /// The form of the progress.
    pub progress: ProgressKind,
    /// No text at all?
    pub is_quiet: bool,
    /// What is said on standard error beside the progress.
    pub log: LogSettings,
}

/// What is kept for later runs, and how those of earlier ones are met.
#[derive(Clone, Debug)]
pub struct KeepSettings {
    /// The path that was typed for the journal.
    pub journal: Option<PathBuf>,
    /// Set the journal of earlier runs aside?
    pub restart: bool,
}

/// What must be true before the first call.
#[derive(Clone, Debug)]
pub struct Guards {
    /// No more rows than this.
    pub max_rows: Option<u32>,
    /// These rows and no others.
    pub expect: Option<String>,
    /// None that a look-up says would be refused?
    pub online_check: bool,
    /// Did the person say yes beforehand?
    pub yes: bool,
}

pub(super) fn input_to_withdraw(
    typed: InputArgs,
    rows: RowArgs,
    surroundings: &Surroundings,
) -> Result<InputSettings> {
    let rules = WithdrawRules::new(rows.reason.as_deref(), rows.trust_ids)?;
    input_settings(typed, rows.reason_column, Purpose::Withdraw(rules), surroundings)
}

pub(super) fn input_settings(
    typed: InputArgs,
    reason_column: Option<String>,
    purpose: Purpose,
    surroundings: &Surroundings,
) -> Result<InputSettings> {
    if typed.input.as_os_str().is_empty() {
        return Err(Error::unusable(text!("the path of the input is empty")));
    }
    Ok(InputSettings {
        path: InputPath::from_argument(&typed.input),
        file: file_choice(typed.form, reason_column, surroundings),
        purpose,
        only: Selection::of(typed.only),
        duplicates: typed.duplicates,
    })
}

/// What was typed about the form of a file, and where workbooks are read.
pub(super) fn file_choice(
    typed: FormArgs,
    reason_column: Option<String>,
    surroundings: &Surroundings,
) -> FileChoice {
    FileChoice {
        encoding: typed.encoding,
        delimiter: typed.delimiter,
        sheet: typed.sheet,
        language: surroundings.language,
        columns: ColumnChoice { id: typed.id_column, reason: reason_column },
        workbooks: surroundings.program.clone().map_or(WorkbookReading::Here, WorkbookReading::Apart),
    }
}

/// The language is the one in force, else that of the locale.
pub(super) fn show_settings(
    typed: &ShowArgs,
    language: Option<Language>,
    surroundings: &Surroundings,
) -> ShowSettings {
    let progress = match typed.progress {
        _ if typed.quiet => ProgressKind::Never,
        ProgressChoice::Auto if surroundings.stderr_is_terminal => ProgressKind::Bar,
        ProgressChoice::Auto | ProgressChoice::Plain => ProgressKind::Plain,
        ProgressChoice::Json => ProgressKind::Json,
        ProgressChoice::Never => ProgressKind::Never,
    };
    let language = language.unwrap_or(surroundings.language);
    let log = log_settings(typed, language);
    ShowSettings { language, format: typed.format, progress, is_quiet: typed.quiet, log }
}

/// What is said on standard error: known before any other setting, so that errors are told in the form that was asked for.
#[must_use]
pub fn log_settings(typed: &ShowArgs, language: Language) -> LogSettings {
    let detail = match (typed.quiet, typed.verbose) {
        (true, _) => Detail::None,
        (false, true) => Detail::Every,
        (false, false) => Detail::Usual,
    };
    LogSettings { format: typed.log_format, detail, language }
}
