//! Owns the settings of a run: what was typed, checked and completed. Every default that clap does not show is here.

use std::path::PathBuf;

use super::{BaseUrl, Rate, Surroundings};
use crate::cli::{CheckArgs, Duplicates, Format, InputArgs, ProgressChoice, ShowArgs, WithdrawArgs};
use crate::error::{Error, Result};
use crate::feishu::Credentials;
use crate::input::{ColumnChoice, InputPath, RowRules};
use crate::report::ProgressKind;
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

/// What is read, and how.
#[derive(Clone, Debug)]
pub struct InputSettings {
    /// The file.
    pub path: InputPath,
    /// The columns that were named.
    pub columns: ColumnChoice,
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
    /// Every detail?
    pub is_verbose: bool,
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
            input: input_settings(input)?,
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
            canary: !typed.no_canary,
            stop_after: typed.stop_after,
            deadline: typed.deadline,
        };
        let guards = Guards { max_rows: typed.max_rows, expect: typed.expect, yes: typed.yes };
        let show = show_settings(&typed.show, surroundings);
        Ok(WithdrawSettings {
            input: input_settings(typed.input)?,
            output: typed.output,
            target,
            send,
            guards,
            show,
        })
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

fn input_settings(typed: InputArgs) -> Result<InputSettings> {
    if typed.input.as_os_str().is_empty() {
        return Err(Error::unusable("the path of the input is empty"));
    }
    Ok(InputSettings {
        path: InputPath::from_argument(&typed.input),
        columns: ColumnChoice { id: typed.id_column, reason: typed.reason_column },
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
    ShowSettings { format: typed.format, progress, is_quiet: typed.quiet, is_verbose: typed.verbose }
}
