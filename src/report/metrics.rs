//! The metrics of a run, in the format of Prometheus, for the textfile collector of its node exporter. The file is
//! replaced in one step, so that nobody reads half of it.
//!
//! There is no label but the status: one file tells of one job. A file for each of several jobs is for collectors that
//! add a label of their own.

use std::fmt::{Display, Write as _};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::card::FinishedRun;
use crate::model::Exit;
use crate::store::{parent_of, platform, write_whole};

const LAST_SUCCESS: &str = "prehire_last_success_timestamp_seconds";
/// Each name begins so.
const PREFIX: &str = "prehire_last_";
/// No file of ours is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Writes how the run ended; when a run was last a success is kept from the file that is there.
pub(crate) fn write_metrics(path: &Path, run: &FinishedRun) -> io::Result<()> {
    let text = metrics(run, earlier_success(path)?);
    // The exporter reads names that end with .prom; this one does not.
    let partial = parent_of(path).join(format!(".prehire-metrics-{}", std::process::id()));
    write_whole(path, &partial, |writer| {
        writer.write_all(text.as_bytes())?;
        // It names nobody, and another user's exporter reads it.
        platform::let_all_read(writer.get_ref())
    })
}

fn earlier_success(path: &Path) -> io::Result<Option<f64>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let foreign = || io::Error::other("something is there that is no file of these metrics");
    if !metadata.is_file() || metadata.len() > MOST_BYTES {
        return Err(foreign());
    }
    let text = String::from_utf8(fs::read(path)?).map_err(|_| foreign())?;
    if is_metrics(&text) { Ok(last_success(&text)) } else { Err(foreign()) }
}

/// The text; `last_success` is what an earlier run has left behind.
fn metrics(run: &FinishedRun, last_success: Option<f64>) -> String {
    let (attempts, throttled) =
        run.tally.as_ref().map_or((0, 0.0), |tally| (tally.attempts, tally.held.as_secs_f64()));
    let finished = run.at.as_millisecond() as f64 / 1_000.0;
    let mut text = String::new();
    head(&mut text, "prehire_last_run_rows", "Rows of the last run, by their status in its results.");
    for (status, rows) in run.rows_by_status() {
        let _ = writeln!(text, "prehire_last_run_rows{{status=\"{}\"}} {rows}", status.word());
    }
    let mut value = |name, help, value: &dyn Display| {
        head(&mut text, name, help);
        let _ = writeln!(text, "{name} {value}");
    };
    value(
        "prehire_last_run_attempts",
        "Calls of the last run, as the column attempts counts them.",
        &attempts,
    );
    value(
        "prehire_last_run_throttled_seconds",
        "How long the last run held calls back because the server asked it to.",
        &throttled,
    );
    value(
        "prehire_last_run_duration_seconds",
        "How long the last run took, its waiting for another run included.",
        &run.duration.as_secs_f64(),
    );
    value("prehire_last_run_finished_timestamp_seconds", "When the last run ended.", &finished);
    value("prehire_last_run_exit_code", "The exit code of the last run.", &run.exit.code());
    let success = if run.exit == Exit::Success { Some(finished) } else { last_success };
    if let Some(success) = success {
        value(LAST_SUCCESS, "When a run last ended with exit code 0.", &success);
    }
    text
}

fn head(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
}

/// When a run was last a success, as the text of an earlier one says.
fn last_success(text: &str) -> Option<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(LAST_SUCCESS)?.trim().parse::<f64>().ok())?;
    (value.is_finite() && value > 0.0).then_some(value)
}

/// Is the text one of ours, which may be replaced?
fn is_metrics(text: &str) -> bool {
    text.lines().all(|line| {
        let name = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")).unwrap_or(line);
        line.trim().is_empty() || name.starts_with(PREFIX)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::model::{Operation, Rate, Status};
    use crate::report::Tally;
    use crate::results::Written;

    fn run(operation: Operation, exit: Exit, tally: Option<Tally>) -> FinishedRun {
        let at = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let duration = Duration::from_millis(1_500);
        FinishedRun { exit, at, duration, tally, ..FinishedRun::of(operation) }
    }

    fn tally(rows: &[(Status, u32)]) -> Tally {
        let mut tally = Tally::new(Rate::COREHR);
        for (status, rows) in rows {
            let written = Written { status: *status, success: status.is_success(), error_code: None };
            (0..*rows).for_each(|_| tally.wrote(written));
        }
        tally.attempts = 7;
        tally.held = Duration::from_millis(2_250);
        tally
    }

    #[test]
    fn the_text_of_a_run() {
        let rows = [(Status::Withdrawn, 12), (Status::Refused, 1)];
        let run = run(Operation::Withdraw, Exit::SomeRowsFailed, Some(tally(&rows)));
        insta::assert_snapshot!(metrics(&run, Some(1_700_000_000.25)));
    }

    #[test]
    fn every_end_of_every_operation_has_the_same_names_each_told_and_typed_once() {
        for operation in Operation::ALL {
            for exit in Exit::ALL {
                for tally in [None, Some(tally(&[(Status::Unknown, 3)]))] {
                    let text = metrics(&run(operation, exit, tally), Some(1.0));
                    let names: Vec<&str> = text
                        .lines()
                        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" gauge"))
                        .collect();
                    assert_eq!(names.len(), 7, "{text}");
                    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 7, "{text}");
                    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
                    assert_eq!(samples.len(), 8 + 6, "{text}");
                    let series: BTreeSet<&str> =
                        samples.iter().map(|line| line.split_once(' ').unwrap().0).collect();
                    assert_eq!(series.len(), samples.len(), "no series twice: {text}");
                    assert!(is_metrics(&text) && text.ends_with('\n'));
                    assert!(text.contains(&format!("\nprehire_last_run_exit_code {}\n", exit.code())));
                    assert!(text.contains(&format!("{{status=\"{}\"}}", operation.done().word())));
                }
            }
        }
    }

    #[test]
    fn the_last_success_outlives_runs_that_are_none() {
        let mut known = None;
        for (exit, expected) in [
            (Exit::Locked, None),
            (Exit::Success, Some(1_767_323_045.678)),
            (Exit::StoppedEarly, Some(1_767_323_045.678)),
            (Exit::Usage, Some(1_767_323_045.678)),
        ] {
            let text = metrics(&run(Operation::Withdraw, exit, None), known);
            known = last_success(&text);
            assert_eq!(known, expected, "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_success_and_no_file_of_ours() {
        for value in ["", "NaN", "-1", "0", "+Inf", "soon", "1 2 3"] {
            assert_eq!(last_success(&format!("{LAST_SUCCESS} {value}\n")), None, "{value}");
        }
        assert_eq!(last_success("other 1\n"), None);
        for text in ["pre_hire_id,withdraw_reason\n", "# HELP node_load1 x\n", "{}"] {
            assert!(!is_metrics(text), "{text}");
        }
        assert!(is_metrics(""));
    }
}
