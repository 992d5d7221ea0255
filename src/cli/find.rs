//! The flags of `prehire find`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;

use super::call::CallArgs;
use super::run::ShowArgs;
use crate::model::{Day, Stage};

/// Lists pre-hires by stage and date, as a CSV file that `prehire withdraw` accepts.
#[derive(Args, Debug)]
pub(crate) struct FindArgs {
    /// In one of these stages: preboarding, day_one, withdrawn, completed, deleted.
    #[arg(
        long,
        value_name = "STAGE,…",
        value_delimiter = ',',
        default_values = ["preboarding", "day_one"],
        hide_default_value = true,
        help = "In one of these stages: preboarding, day_one, withdrawn, completed, deleted [default: preboarding,day_one]",
        value_parser = parse_stage,
        help_heading = "Who"
    )]
    pub(crate) stage: Vec<Stage>,

    /// Who start on this day or later: 2026-03-01, or relative to today: today, -30d, +7d, -2w.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true, help_heading = "Who")]
    pub(crate) onboarding_from: Option<Day>,

    /// Who start on this day or earlier.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true, help_heading = "Who")]
    pub(crate) onboarding_to: Option<Day>,

    /// Who were last changed before this day.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true, help_heading = "Who")]
    pub(crate) updated_before: Option<Day>,

    /// In this department; may be given several times.
    #[arg(long, value_name = "ID", help_heading = "Who")]
    pub(crate) department: Vec<String>,

    /// With this text in the preferred name, or with exactly this worker number.
    #[arg(long, value_name = "TEXT", help_heading = "Who")]
    pub(crate) key_word: Option<String>,

    /// List no more than this many.
    #[arg(long, value_name = "N", help_heading = "Who")]
    pub(crate) limit: Option<NonZeroU32>,

    /// The reason in each row, for `prehire withdraw`.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    /// The list [default: standard output; then the summary is on standard error].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) call: CallArgs,

    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

/// A misspelt stage would find nobody, and nobody would notice.
fn parse_stage(text: &str) -> Result<Stage, String> {
    const KNOWN: [&str; 5] = ["preboarding", "day_one", "withdrawn", "completed", "deleted"];
    if KNOWN.contains(&text) {
        Ok(Stage::from_word(text))
    } else {
        Err(format!("\"{text}\" is no stage: give {}", KNOWN.join(", ")))
    }
}
