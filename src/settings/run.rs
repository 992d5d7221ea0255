//! Owns the settings of a run: what was typed, checked and completed. What a profile may set, and
//! every default of it, is in `layers`.

use std::path::PathBuf;
use std::time::Duration;

use super::{BaseUrl, Config, Effective, Layer, Origin, Rate, Surroundings};
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
        let (host, app, tenant) = match self {
            Target::Api { base_url, credentials } => {
                (base_url.host(), credentials.app(), credentials.tenant())
            }
            Target::Simulator { .. } => ("simulated".to_owned(), "simulated", ""),
        };
        let (app, tenant) = (app.to_owned(), tenant.to_owned());
        Owner { host, app, tenant, operation: "withdraw".to_owned() }
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
    /// What a person should know about the settings.
    pub warnings: Vec<String>,
}

impl CheckSettings {
    /// Checks what was typed for `check`.
    ///
    /// # Errors
    /// For what can't be meant; exit 2.
    pub fn new(typed: CheckArgs, surroundings: &Surroundings) -> Result<Self> {
        let CheckArgs { input, output, rate, profile, show } = typed;
        let flags = Layer { rate, ..Layer::default() };
        let rate = Effective::of(flags, Config::load(&profile, surroundings)?.layer()).rate.value;
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
        let WithdrawArgs { input, output, rate, profile, show, .. } = typed;
        CheckSettings::new(CheckArgs { input, output, rate, profile, show }, surroundings)
    }
}

impl WithdrawSettings {
    /// Checks what was typed for `withdraw`.
    ///
    /// # Errors
    /// For what can't be meant, and for missing credentials; exit 2.
    pub fn new(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let config = Config::load(&typed.profile, surroundings)?;
        let in_force = Effective::of(Layer::of_withdraw(&typed), config.layer());
        let mut warnings = Vec::new();
        let target = if typed.simulate {
            let rate = &in_force.rate;
            Target::Simulator {
                limit: if rate.origin == Origin::Default { Rate::SIMULATOR } else { rate.value },
            }
        } else {
            let pieces = config.pieces(surroundings);
            let credentials = pieces.access(&in_force.base_url)?.read(&mut warnings)?;
            Target::Api { base_url: in_force.base_url.value.clone(), credentials }
        };
        let retry = RetryPolicy {
            max_attempts: in_force.max_attempts.value,
            base: in_force.retry_base.value,
            cap: in_force.retry_cap.value,
        };
        let send = SendSettings {
            rate: in_force.rate.value,
            burst: in_force.burst.value,
            workers: in_force.workers.value,
            timeout: in_force.timeout.value,
            retry,
            read_back: (!typed.no_read_back).then_some(in_force.read_back_delay.value),
            canary: !typed.no_canary,
            stop_after: in_force.stop_after.value,
            deadline: in_force.deadline.value,
        };
        let guards = Guards { max_rows: in_force.max_rows.value, expect: typed.expect, yes: typed.yes };
        let keep = KeepSettings {
            journal: typed.journal,
            restart: typed.restart,
            wait_lock: in_force.wait_lock.value,
            state_directory: surroundings.state_directory.clone(),
        };
        let show = show_settings(&typed.show, surroundings);
        let input = input_settings(typed.input, surroundings)?;
        Ok(WithdrawSettings { input, output: typed.output, target, send, keep, guards, show, warnings })
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
