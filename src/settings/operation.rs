//! Owns the settings of a run that calls the API: what was typed, checked and completed. What a profile may set, and every
//! default of it, is in `layers`.

use std::path::PathBuf;

use super::call::CallSettings;
use super::config_file::Config;
use super::environment::Surroundings;
use super::run::{
    Guards, InputSettings, KeepSettings, Purpose, ShowSettings, input_settings, input_to_withdraw,
    show_settings,
};
use super::{Effective, Layer};
use crate::cli::{InputArgs, RestoreArgs, RunArgs, UndoArgs, WithdrawArgs};
use crate::input::InputPath;
use crate::language::text;
use crate::model::{Error, Operation, Result};
use crate::results::journal_beside;
use crate::send::SendSettings;

/// The settings of `withdraw` and `restore`.
#[derive(Clone, Debug)]
pub struct OperationSettings {
    /// What is read.
    pub input: InputSettings,
    /// The path that was typed for the results.
    pub output: Option<PathBuf>,
    /// Where calls go, and how.
    pub calls: CallSettings,
    /// How those of the operation go.
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
        let config = Config::load(&typed.call.profile, surroundings)?;
        let in_force = Effective::of(Layer::of_run(&typed, surroundings.typed_language), config.layer());
        let calls = CallSettings::new(&typed.call, &in_force, &config, surroundings)?;
        let send = SendSettings {
            operation: input.purpose.operation(),
            rate: calls.rate,
            burst: calls.burst,
            workers: in_force.workers.value,
            timeout: calls.timeout,
            retry: calls.retry,
            read_back: (!typed.no_read_back).then_some(in_force.read_back_delay.value),
            canary: !typed.no_canary,
            stop_after: in_force.stop_after.value,
            deadline: calls.deadline,
        };
        let guards = Guards {
            max_rows: in_force.max_rows.value,
            expect: typed.expect,
            online_check: typed.require_online_check,
            yes: typed.yes,
        };
        let keep = KeepSettings { journal: typed.journal, restart: typed.restart };
        let show = show_settings(&typed.show, in_force.lang.value, surroundings);
        Ok(OperationSettings { input, output, calls, send, keep, guards, show })
    }

    /// What is done to the pre-hires.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.send.operation
    }
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
            return Err(Error::unusable(text!("results from standard input have no journal next to them"))
                .hint(text!("give the withdrawal journal with --source-journal FILE")));
        }
    };
    input_settings(typed, None, Purpose::Restore { confirm_workforce, source_journal }, surroundings)
}
