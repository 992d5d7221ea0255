//! Owns the settings of a run that calls the API: what was typed, checked and completed. Every default that clap does not
//! show is here.

use std::path::PathBuf;

use super::run::{
    Guards, InputSettings, KeepSettings, Purpose, ShowSettings, Target, input_settings, input_to_withdraw,
    show_settings,
};
use super::{BaseUrl, Rate, Surroundings};
use crate::cli::{InputArgs, RestoreArgs, RunArgs, UndoArgs, WithdrawArgs};
use crate::error::{Error, Result};
use crate::input::InputPath;
use crate::operation::Operation;
use crate::record::journal_beside;
use crate::send::{RetryPolicy, SendSettings};

/// The settings of `withdraw` and `restore`.
#[derive(Clone, Debug)]
pub struct OperationSettings {
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

impl OperationSettings {
    /// Checks what was typed for `withdraw`.
    ///
    /// # Errors
    /// For what can't be meant, and for missing credentials; exit 2.
    pub fn of_withdrawal(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let WithdrawArgs { input, rows, output, run } = typed;
        OperationSettings::new(input_to_withdraw(input, rows, surroundings)?, output, run, surroundings)
    }

    /// Checks what was typed for `restore`.
    ///
    /// # Errors
    /// As [`OperationSettings::of_withdrawal`].
    pub fn of_restoration(typed: RestoreArgs, surroundings: &Surroundings) -> Result<Self> {
        let RestoreArgs { input, output, undo, run } = typed;
        let input = input_to_restore(input, undo, surroundings)?;
        OperationSettings::new(input, output, run, surroundings)
    }

    fn new(
        input: InputSettings,
        output: Option<PathBuf>,
        typed: RunArgs,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let target = target(&typed, surroundings)?;
        let retry =
            RetryPolicy { max_attempts: typed.max_attempts, base: typed.retry_base, cap: typed.retry_cap };
        let send = SendSettings {
            operation: input.purpose.operation(),
            rate: typed.rate.unwrap_or(Rate::COREHR),
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
        Ok(OperationSettings { input, output, target, send, keep, guards, show })
    }

    /// What is done to the pre-hires.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.send.operation
    }
}

pub(super) fn target(typed: &RunArgs, surroundings: &Surroundings) -> Result<Target> {
    if typed.simulate {
        return Ok(Target::Simulator { limit: typed.rate.unwrap_or(Rate::SIMULATOR) });
    }
    let known = |url: &str| url.parse().expect("the known hosts are good addresses");
    surroundings.target(match &typed.base_url {
        Some(base_url) => base_url.clone(),
        None if typed.lark => known(BaseUrl::LARK),
        None => known(BaseUrl::FEISHU),
    })
}

pub(super) fn input_to_restore(
    typed: InputArgs,
    undo: UndoArgs,
    surroundings: &Surroundings,
) -> Result<InputSettings> {
    let UndoArgs { source_journal, confirm_workforce } = undo;
    let source_journal = match (source_journal, InputPath::from_argument(&typed.input)) {
        (Some(path), _) => path,
        (None, InputPath::File(results)) => journal_beside(&results),
        (None, InputPath::Standard) => {
            return Err(Error::unusable("the results on standard input have no journal beside them")
                .hint("give the journal of the withdrawals with --source-journal FILE"));
        }
    };
    input_settings(typed, None, Purpose::Restore { confirm_workforce, source_journal }, surroundings)
}
