//! The flags of `prehire withdraw`, `restore` and `check`, and those about the input.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::call::CallArgs;
use super::run::{RunArgs, ShowArgs};
use crate::input::{Delimiter, Selected, TextEncoding};

/// Withdraws the pre-hires of a file, one call per row.
///
/// The app comes from the environment (FEISHU_APP_ID with FEISHU_APP_SECRET or FEISHU_APP_SECRET_FILE, or
/// FEISHU_TENANT_ACCESS_TOKEN), from systemd's credentials, or from a profile; `prehire config show` tells.
#[derive(Args, Debug)]
pub(crate) struct WithdrawArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rows: RowArgs,

    /// The results: .csv or .xlsx, by the extension.
    ///
    /// By default the input's name with .results.csv, or .simulated.results.csv.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Restores the pre-hires that a run of `prehire withdraw` has withdrawn: the undo.
///
/// Only rows that the results call `withdrawn` are sent, and of these only those of which the journal of the results proves
/// that this tool did it. The app is found as for `prehire withdraw`.
#[derive(Args, Debug)]
#[command(mut_arg("input", |input| input.value_name("RESULTS").help("The results of prehire withdraw, or - for standard input")))]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// The results: .csv or .xlsx, by the extension [default: leavers.restored.csv for leavers.results.csv].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The journal that proves what was withdrawn; it is only read [default: the name of RESULTS with .journal].
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(crate) source_journal: Option<PathBuf>,

    /// Restore even where this exceeds the headcount.
    #[arg(long, help_heading = "Guards")]
    pub(crate) confirm_workforce: bool,

    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Validates a file, and calls nothing; with --online, looks every id up, too. Exit code 0: every row can be sent; 1: some can't;
/// 2: the file is unusable.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) rows: RowArgs,

    /// Also write one result per row, as a run would: .csv or .xlsx, by the extension.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Look up the name, stage and date of every id, and report which rows would be refused or are not visible.
    #[arg(long)]
    pub(crate) online: bool,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// The input.
#[derive(Args, Debug)]
pub(crate) struct InputArgs {
    /// A CSV file, a workbook (.xlsx, .xls, .ods), or - for standard input.
    pub(crate) input: PathBuf,

    #[command(flatten)]
    pub(crate) form: FormArgs,

    /// With a results file: only its rows in these states.
    ///
    /// `failed` means every row that did not succeed.
    #[arg(long, value_name = "STATUS,…", value_delimiter = ',', help_heading = "Input")]
    pub(crate) only: Vec<Selected>,

    /// What to do about a repeated id: skip its row, or refuse the file.
    #[arg(long, value_enum, default_value = "skip", help_heading = "Input")]
    pub(crate) duplicates: Duplicates,
}

/// What form a file has, where it is not to be found by itself.
#[derive(Args, Debug)]
pub(crate) struct FormArgs {
    /// The column with the pre-hire ids [default: found by its name].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) id_column: Option<String>,

    /// The sheet of a workbook.
    ///
    /// By default it is the one that has an id column.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) sheet: Option<String>,

    /// The delimiter between cells: one character, or `tab` [default: found in the header].
    #[arg(long, value_name = "CHAR", help_heading = "Input")]
    pub(crate) delimiter: Option<Delimiter>,

    /// The encoding of a text file, such as gb18030 or utf-16le [default: by its byte order mark, else UTF-8, else GB18030].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) encoding: Option<TextEncoding>,
}

/// How rows become rows that can be withdrawn.
#[derive(Args, Debug)]
pub(crate) struct RowArgs {
    /// The column with the reasons [default: found by its name].
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) reason_column: Option<String>,

    /// The reason for rows without one.
    #[arg(long, value_name = "TEXT", help_heading = "Input")]
    pub(crate) reason: Option<String>,

    /// Do not refuse ids that merely look rounded.
    #[arg(long, help_heading = "Input")]
    pub(crate) trust_ids: bool,
}

/// What a repeated id means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Duplicates {
    /// The row gets its own result, but is not sent.
    Skip,
    /// The run fails before any call.
    Refuse,
}
