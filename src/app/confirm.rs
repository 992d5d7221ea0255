//! Owns the question before the first call: what would happen, and the number that a person types.

use std::fmt::Write as _;
use std::io::{self, BufRead, Write};

use crate::error::{Error, Result};
use crate::input::{Survey, one_line};
use crate::settings::{Surroundings, Target, WithdrawSettings, in_words};

/// How much of a cell is shown.
const SHOWN_CHARACTERS: usize = 60;

/// Asks, unless the answer was given beforehand or there is nothing to send.
pub(super) fn confirm(
    settings: &WithdrawSettings,
    survey: &Survey,
    surroundings: &Surroundings,
) -> Result<()> {
    if settings.guards.yes || survey.sendable == 0 {
        return Ok(());
    }
    if !surroundings.stdin_is_terminal {
        return Err(
            Error::unusable("standard input is no terminal, so nobody can be asked").hint("add --yes")
        );
    }
    let mut terminal = io::stderr();
    let ask = terminal.write_all(question(settings, survey).as_bytes()).and_then(|()| terminal.flush());
    let mut answer = String::new();
    ask.and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(|error| Error::unusable("can't ask").because(error).hint("add --yes"))?;
    if is_consent(&answer, survey.sendable) {
        return Ok(());
    }
    Err(Error::unusable("not confirmed; nothing was sent"))
}

fn is_consent(answer: &str, rows: u32) -> bool {
    answer.trim() == rows.to_string()
}

fn question(settings: &WithdrawSettings, survey: &Survey) -> String {
    let rows = survey.sendable;
    let (host, app) = match &settings.target {
        Target::Api { base_url, credentials } => (base_url.to_string(), credentials.app().to_owned()),
        Target::Simulator { .. } => ("the simulated API".to_owned(), "simulated".to_owned()),
    };
    let rate = settings.send.rate;
    let duration = in_words(rate.time_for(u64::from(rows)));
    let mut text = format!(
        "About to withdraw {rows} pre-hires, one call each.\n  file      {}\n  host      {host}\n  app       {app}\n  duration  about {duration} at {rate}\n",
        settings.input.path.shown()
    );
    let unsent = survey.rows - rows;
    if unsent > 0 {
        let _ = writeln!(text, "  not sent  {unsent} of {} rows (see prehire check)", survey.rows);
    }
    for (line, cells) in &survey.first_rows {
        let _ = writeln!(text, "\nrow {line}");
        for (name, cell) in survey.columns.names().iter().zip(cells) {
            let (name, cell) = (one_line(name, 30), one_line(cell, SHOWN_CHARACTERS));
            let _ = writeln!(text, "  {name}: {cell}");
        }
    }
    if rows as usize > survey.first_rows.len() {
        let _ = writeln!(text, "\nand {} more", rows as usize - survey.first_rows.len());
    }
    let _ = write!(text, "\nType the number of rows to withdraw them ({rows}), anything else to leave: ");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_of_rows_is_a_yes() {
        assert!(is_consent("12\n", 12));
        assert!(is_consent(" 12 \r\n", 12));
        for answer in ["", "\n", "y\n", "yes\n", "1\n", "012\n", "12 rows\n", "+12\n"] {
            assert!(!is_consent(answer, 12), "{answer:?}");
        }
    }
}
