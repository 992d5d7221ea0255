//! Owns the settings of `prehire check`, and of a dry run.

use std::path::PathBuf;

use super::call::{CallSettings, simulated};
use super::config_file::Config;
use super::environment::Surroundings;
use super::operation::input_to_restore;
use super::run::{InputSettings, ShowSettings, input_to_withdraw, show_settings};
use super::{Effective, Layer};
use crate::cli::{CheckArgs, RestoreArgs, RunArgs, WithdrawArgs};
use crate::journal::entry::Owner;
use crate::model::{Operation, Rate, Result};

/// The settings of `check`, and of a dry run.
#[derive(Clone, Debug)]
pub struct CheckSettings {
    /// What is read.
    pub input: InputSettings,
    /// Where one result per row goes, if anywhere.
    pub output: Option<PathBuf>,
    /// The allowance for the estimate.
    pub rate: Rate,
    /// How every id is looked up, if it is.
    pub online: Option<CallSettings>,
    /// To whom the journal of the withdrawals must belong, as far as that is known without credentials.
    pub source_owner: Option<Owner>,
    /// What is shown.
    pub show: ShowSettings,
}

impl CheckSettings {
    /// Checks what was typed for `check`.
    ///
    /// # Errors
    /// For what can't be meant; exit 2.
    pub fn new(typed: CheckArgs, surroundings: &Surroundings) -> Result<Self> {
        let CheckArgs { input, rows, output, online, call, show } = typed;
        let config = Config::load(&call.profile, surroundings)?;
        let in_force = Effective::of(Layer::of_calls(&call, surroundings.typed_language), config.layer());
        let online =
            online.then(|| CallSettings::new(&call, &in_force, &config, surroundings)).transpose()?;
        Ok(CheckSettings {
            input: input_to_withdraw(input, rows, surroundings)?,
            output,
            rate: in_force.rate.value,
            online,
            source_owner: None,
            show: show_settings(&show, in_force.lang.value, surroundings),
        })
    }

    /// The settings of `withdraw --dry-run`.
    ///
    /// # Errors
    /// As [`CheckSettings::new`].
    pub fn of_dry_withdrawal(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let WithdrawArgs { input, rows, output, run: RunArgs { call, show, .. } } = typed;
        let typed = CheckArgs { input, rows, output, online: false, call, show };
        CheckSettings::new(typed, surroundings)
    }

    /// The settings of `restore --dry-run`, which needs no credentials: nothing is called.
    ///
    /// # Errors
    /// As [`CheckSettings::new`].
    pub fn of_dry_restoration(typed: RestoreArgs, surroundings: &Surroundings) -> Result<Self> {
        let RestoreArgs { input, output, undo, run } = typed;
        let config = Config::load(&run.call.profile, surroundings)?;
        let in_force = Effective::of(Layer::of_run(&run, surroundings.typed_language), config.layer());
        let known = if run.call.simulate {
            Some(simulated(&in_force))
        } else {
            config.target(&in_force, surroundings, &mut Vec::new()).ok()
        };
        Ok(CheckSettings {
            input: input_to_restore(input, undo, surroundings)?,
            output,
            rate: in_force.rate.value,
            online: None,
            source_owner: known.map(|target| target.owner(Operation::Withdraw)),
            show: show_settings(&run.show, in_force.lang.value, surroundings),
        })
    }
}
