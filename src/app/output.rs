//! Owns standard output: the summary, in the form that was asked for.

use std::io::Write;

use serde_json::Value;

use crate::cli::Format;
use crate::settings::ShowSettings;

/// Prints a summary. `--quiet` silences text, not JSON.
pub(super) fn print_summary(show: ShowSettings, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
    if show.format == Format::Json || !show.is_quiet {
        print(show.format, text, json);
    }
}

/// Prints one of the two forms; a reader that has gone away is no failure.
pub(super) fn print(format: Format, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
    let shown = match format {
        Format::Json => format!("{}\n", json()),
        Format::Text => text(),
    };
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(shown.as_bytes()).and_then(|()| output.flush());
}
