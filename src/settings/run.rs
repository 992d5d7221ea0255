//! What `withdraw`, `restore` and `check` need: the input, what must be true before the first call, and how the run goes.
//! What a profile may set, and every default of it, is in `layers`.

use std::path::PathBuf;

use super::call::{CallSettings, Target};
use super::config_file::Config;
use super::environment::Surroundings;
use super::layers::{Effective, Layer};
use super::show::ShowSettings;
use crate::cli::{CheckArgs, Duplicates, FormArgs, InputArgs, RestoreArgs, RowArgs, RunArgs, WithdrawArgs};
use crate::input::workbook::WorkbookReading;
use crate::input::{ColumnChoice, FileChoice, InputPath, Selection, WithdrawRules};
use crate::journal::entry::JobIdentity;
use crate::language::text;
use crate::model::{Error, Operation, Rate, Result};
use crate::results::journal_beside;
use crate::send::SendSettings;

/// `withdraw` and `restore`.
#[derive(Clone, Debug)]
pub(crate) struct OperationSettings {
    pub(crate) input: InputSettings,
    /// The path that was typed for the results.
    pub(crate) output: Option<PathBuf>,
    /// The path that was typed for the journal.
    pub(crate) journal: Option<PathBuf>,
    /// Set the journal of earlier runs aside?
    pub(crate) restart: bool,
    pub(crate) calls: CallSettings,
    pub(crate) send: SendSettings,
    pub(crate) guards: Guards,
    pub(crate) show: ShowSettings,
}

/// What must be true before the first call.
#[derive(Clone, Debug)]
pub(crate) struct Guards {
    /// No more rows than this.
    pub(crate) max_rows: Option<u32>,
    /// These rows and no others.
    pub(crate) expect: Option<String>,
    /// None that a look-up says would be refused?
    pub(crate) online_check: bool,
    /// Did the person say yes beforehand?
    pub(crate) yes: bool,
}

/// `check`, and a dry run.
#[derive(Clone, Debug)]
pub(crate) struct CheckSettings {
    pub(crate) input: InputSettings,
    /// Where one result per row goes, if anywhere.
    pub(crate) output: Option<PathBuf>,
    /// The allowance for the estimate.
    pub(crate) rate: Rate,
    /// How every id is looked up, if it is.
    pub(crate) online: Option<CallSettings>,
    /// To whom the journal of the withdrawals must belong, as far as that is known without credentials.
    pub(crate) source_owner: Option<JobIdentity>,
    pub(crate) show: ShowSettings,
}

#[derive(Clone, Debug)]
pub(crate) struct InputSettings {
    pub(crate) path: InputPath,
    pub(crate) file: FileChoice,
    pub(crate) purpose: Purpose,
    /// The rows of a results file that are meant; `None` if all are.
    pub(crate) only: Option<Selection>,
    pub(crate) duplicates: Duplicates,
}

/// What rows are for, and what was typed about that.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    Withdraw(WithdrawRules),
    Restore {
        /// Also where this exceeds the head count?
        confirm_workforce: bool,
        /// The journal that proves what was withdrawn.
        source_journal: PathBuf,
    },
}

impl Purpose {
    pub(crate) const fn operation(&self) -> Operation {
        match self {
            Purpose::Withdraw(_) => Operation::Withdraw,
            Purpose::Restore { .. } => Operation::Restore,
        }
    }
}

impl OperationSettings {
    pub(crate) fn of_withdrawal(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let WithdrawArgs { input, rows, output, run } = typed;
        let input = InputSettings::to_withdraw(input, rows, surroundings)?;
        OperationSettings::new(input, output, run, surroundings)
    }

    pub(crate) fn of_restoration(typed: RestoreArgs, surroundings: &Surroundings) -> Result<Self> {
        let RestoreArgs { input, output, source_journal, confirm_workforce, run } = typed;
        let input = InputSettings::to_restore(input, source_journal, confirm_workforce, surroundings)?;
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
        let show = ShowSettings::new(&typed.show, in_force.lang.value, surroundings);
        let (journal, restart) = (typed.journal, typed.restart);
        Ok(OperationSettings { input, output, journal, restart, calls, send, guards, show })
    }

    pub(crate) const fn operation(&self) -> Operation {
        self.send.operation
    }
}

impl CheckSettings {
    pub(crate) fn new(typed: CheckArgs, surroundings: &Surroundings) -> Result<Self> {
        let CheckArgs { input, rows, output, online, call, show } = typed;
        let config = Config::load(&call.profile, surroundings)?;
        let in_force = Effective::of(Layer::of_calls(&call, surroundings.typed_language), config.layer());
        let online =
            online.then(|| CallSettings::new(&call, &in_force, &config, surroundings)).transpose()?;
        Ok(CheckSettings {
            input: InputSettings::to_withdraw(input, rows, surroundings)?,
            output,
            rate: in_force.rate.value,
            online,
            source_owner: None,
            show: ShowSettings::new(&show, in_force.lang.value, surroundings),
        })
    }

    pub(crate) fn of_dry_withdrawal(typed: WithdrawArgs, surroundings: &Surroundings) -> Result<Self> {
        let WithdrawArgs { input, rows, output, run: RunArgs { call, show, .. } } = typed;
        let typed = CheckArgs { input, rows, output, online: false, call, show };
        CheckSettings::new(typed, surroundings)
    }

    /// It needs no credentials: nothing is called.
    pub(crate) fn of_dry_restoration(typed: RestoreArgs, surroundings: &Surroundings) -> Result<Self> {
        let RestoreArgs { input, output, source_journal, confirm_workforce, run } = typed;
        let config = Config::load(&run.call.profile, surroundings)?;
        let in_force = Effective::of(Layer::of_run(&run, surroundings.typed_language), config.layer());
        let known = if run.call.simulate {
            Some(Target::simulated(&in_force))
        } else {
            Target::api(&config, &in_force, surroundings, &mut Vec::new()).ok()
        };
        Ok(CheckSettings {
            input: InputSettings::to_restore(input, source_journal, confirm_workforce, surroundings)?,
            output,
            rate: in_force.rate.value,
            online: None,
            source_owner: known.map(|target| target.owner(Operation::Withdraw)),
            show: ShowSettings::new(&run.show, in_force.lang.value, surroundings),
        })
    }
}

impl InputSettings {
    fn to_withdraw(typed: InputArgs, rows: RowArgs, surroundings: &Surroundings) -> Result<Self> {
        let rules = WithdrawRules::new(rows.reason.as_deref(), rows.trust_ids)?;
        Ok(InputSettings::new(typed, rows.reason_column, Purpose::Withdraw(rules), surroundings))
    }

    fn to_restore(
        typed: InputArgs,
        source_journal: Option<PathBuf>,
        confirm_workforce: bool,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let source_journal = match (source_journal, InputPath::from_argument(&typed.input)) {
            (Some(path), _) => path,
            (None, InputPath::File(results)) => journal_beside(&results),
            (None, InputPath::Standard) => {
                return Err(Error::invalid_input(text!(
                    "results from standard input have no journal next to them"
                ))
                .hint(text!("give the withdrawal journal with --source-journal FILE")));
            }
        };
        let purpose = Purpose::Restore { confirm_workforce, source_journal };
        Ok(InputSettings::new(typed, None, purpose, surroundings))
    }

    fn new(
        typed: InputArgs,
        reason_column: Option<String>,
        purpose: Purpose,
        surroundings: &Surroundings,
    ) -> Self {
        InputSettings {
            path: InputPath::from_argument(&typed.input),
            file: file_choice(typed.form, reason_column, surroundings),
            purpose,
            only: Selection::of(typed.only),
            duplicates: typed.duplicates,
        }
    }
}

/// What was typed about the form of a file, and where workbooks are read.
pub(crate) fn file_choice(
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
