//! Owns the settings of a run: what was typed, checked and completed. Every default that clap does not show is here.

use std::path::PathBuf;
use std::time::Duration;

use super::{BaseUrl, Rate, Surroundings};
use crate::cli::{CheckArgs, Duplicates, Format, InputArgs, ProgressChoice, ShowArgs, WithdrawArgs};
use crate::error::{Error, Result};
use crate::feishu::Credentials;
use crate::input::workbook::WorkbookReading;
use crate::input::{ColumnChoice, FileChoice, InputPath, RowRules};
use crate::record::entry::Owner;
use crate::report::{Detail, ProgressKind};
use crate::send::{RetryPolicy, SendSettings};

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
    /// To whom a journal of this target's calls belongs.
    #[must_use]
    pub fn owner(&self) -> Owner {
        let (host, app) = match self {
            Target::Api { base_url, credentials } => (base_url.host(), credentials.app().to_owned()),
            Target::Simulator { .. } => ("simulated".to_owned(), "simulated".to_owned()),
        };
        Owner { host, app, tenant: String::new(), operation: "withdraw".to_owned() }
    }
}

/// What is read, and how.
#[derive(Clone, Debug)]
pub struct InputSettings {
    /// The file.
    pub path: InputPath,
    /// What was typed about its form.
    pub file: FileChoice,
    /// How rows become rows that can be sent.
    pub rules: RowRules,
    /// What a repeated id means.
    pub duplicates: Duplicates,
}

/// What is shown, and how.
#[derive(Clone, Copy, Debug)]
pub struct ShowSettings {
    /// The form of the summary.
    pub format: Format,
    /// The form of the progress.
    pub progress: ProgressKind,
    /// No text at all?
    pub is_quiet: bool,
    /// How much is told beside the progress.
    pub detail: Detail,
}

/// What is kept for later runs, and how those of earlier ones are met.
#[derive(Clone, Debug)]
pub struct KeepSettings {
    /// The path that was typed for the journal.
    pub journal: Option<PathBuf>,
    /// Set the journal of earlier runs aside?
    pub restart: bool,
    /// How long to wait for another run to end.
    pub wait_lock: Duration,
    /// Where the allowance is kept; `None` if no directory is known.
    pub state_directory: Option<PathBuf>,
}

/// What must be true before the first call.
#[derive(Clone, Debug)]
pub struct Guards {
    /// No more rows than this.
    pub max_rows: Option<u32>,
    /// These rows and no others.
    pub expect: Option<String>,
    /// Did the person say yes beforehand?
    pub yes: bool,
}

/// The settings of `check`, and of `withdraw --dry-run`.
#[derive(Clone, Debug)]
pub struct CheckSettings {
    /// What is read.
    pub input: InputSettings,
    /// Where one result per row goes, if anywhere.
    pub output: Option<PathBuf>,
    /// The allowance for the estimate.
    pub rate: Rate,
    /// What is shown.
    pub show: ShowSettings,
}

/// The settings of `withdraw`.
#[derive(Clone, Debug)]
pub struct WithdrawSettings {
    /// What is read.
    pub input: InputSettings,
    /// The path that was typed for the results.
    pub output: Option<PathBuf>,
    /// Where the calls go.
    pub target: Target,
    /// How they go.
    pub send: SendSettings,
    /// What is kept for later runs.
    pub keep: KeepSettings,
    /// What must be true before.
    pub guards: Guards,
    /// What is shown.
    pub show: ShowSettings,
}

impl CheckSettings {
    /// Checks what was typed for `check`.
    ///
    /// # Errors
    /// For what can't be meant; exit 2.
    pub fn new(typed: CheckArgs, surroundings: &Surroundings) -> Result<Self> {
        let CheckArgs { input, output, rate, show } = typed;
        let rate = rate.unwrap_or(Rate::COREHR);
        Ok(CheckSettings {
            input: input_settings(input, surroundings)?,
            output,
            rate,
            show: show_settings(&show, surroundings),
        })
    }

    /// The settings of a dry run.
    ///
    /// # Errors
    /// As [`CheckSettings::new`].
    pub fn of_dry_run(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let WithdrawArgs { input, output, rate, show, .. } = typed;
        CheckSettings::new(CheckArgs { input, output, rate, show }, surroundings)
    }
}

impl WithdrawSettings {
    /// Checks what was typed for `withdraw`.
    ///
    /// # Errors
    /// For what can't be meant, and for missing credentials; exit 2.
    pub fn new(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let rate = typed.rate.unwrap_or(Rate::COREHR);
        let target = if typed.simulate {
            Target::Simulator { limit: typed.rate.unwrap_or(Rate::SIMULATOR) }
        } else {
            surroundings.target(base_url(&typed))?
        };
        let retry =
            RetryPolicy { max_attempts: typed.max_attempts, base: typed.retry_base, cap: typed.retry_cap };
        let send = SendSettings {
            rate,
            burst: typed.burst,
            workers: typed.workers,
            timeout: typed.timeout,
            retry,
            read_back: (!typed.no_read_back).then_some(typed.read_back_delay),
            canary: !typed.no_canary,
            stop_after: typed.stop_after,
            deadline: typed.deadline,
        };
        let guards = Guards { max_rows: typed.max_rows, expect: typed.expect, yes: typed.yes };
        let keep = KeepSettings {
            journal: typed.journal,
            restart: typed.restart,
            wait_lock: typed.wait_lock,
            state_directory: surroundings.state_directory.clone(),
        };
        let show = show_settings(&typed.show, surroundings);
        let input = input_settings(typed.input, surroundings)?;
        Ok(WithdrawSettings { input, output: typed.output, target, send, keep, guards, show })
    }
}

fn base_url(typed: &WithdrawArgs) -> BaseUrl {
    let known = |url: &str| url.parse().expect("the known hosts are good addresses");
    match &typed.base_url {
        Some(base_url) => base_url.clone(),
        None if typed.lark => known(BaseUrl::LARK),
        None => known(BaseUrl::FEISHU),
    }
}

fn input_settings(typed: InputArgs, surroundings: &Surroundings) -> Result<InputSettings> {
    if typed.input.as_os_str().is_empty() {
        return Err(Error::unusable("the path of the input is empty"));
    }
    Ok(InputSettings {
        path: InputPath::from_argument(&typed.input),
        file: FileChoice {
            encoding: typed.encoding,
            delimiter: typed.delimiter,
            sheet: typed.sheet,
            columns: ColumnChoice { id: typed.id_column, reason: typed.reason_column },
            workbooks: surroundings.program.clone().map_or(WorkbookReading::Here, WorkbookReading::Apart),
        },
        rules: RowRules::new(typed.reason.as_deref(), typed.trust_ids)?,
        duplicates: typed.duplicates,
    })
}

fn show_settings(typed: &ShowArgs, surroundings: &Surroundings) -> ShowSettings {
    let progress = match typed.progress {
        _ if typed.quiet => ProgressKind::Never,
        ProgressChoice::Auto if surroundings.stderr_is_terminal => ProgressKind::Bar,
        ProgressChoice::Auto | ProgressChoice::Plain => ProgressKind::Plain,
        ProgressChoice::Json => ProgressKind::Json,
        ProgressChoice::Never => ProgressKind::Never,
    };
    let detail = match (typed.quiet, typed.verbose) {
        (true, _) => Detail::None,
        (false, true) => Detail::Every,
        (false, false) => Detail::Usual,
    };
    ShowSettings { format: typed.format, progress, is_quiet: typed.quiet, detail }
}
