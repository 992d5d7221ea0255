//! Owns standard output: what is printed there, and the form of it that was asked for.

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

/// Prints one of the two forms.
pub(super) fn print(format: Format, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
    let shown = match format {
        Format::Json => format!("{}\n", json()),
        Format::Text => text(),
    };
    print_whole(shown.as_bytes());
}

/// Prints what has one form; a reader that has gone away is no failure.
pub(super) fn print_whole(shown: &[u8]) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(shown).and_then(|()| output.flush());
}
