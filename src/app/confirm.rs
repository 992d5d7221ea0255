//! The question before the first call: what would happen, and the number that a person types.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use super::commands::apart;
use super::preflight::Preview;
use super::rows::RunInput;
use crate::cli::LogFormat;
use crate::language::{Language, Text, text};
use crate::model::{Error, Result, about as estimate, one_line};
use crate::settings::{OperationSettings, Purpose, Surroundings, Target};

/// How much of a cell is shown.
const SHOWN_CHARACTERS: usize = 60;

/// Without `--yes` there must be somebody to ask.
///
/// The question shows whole rows: it is no part of a log, which JSON on something that is no terminal surely is.
pub(super) fn refuse_to_ask_nobody(settings: &OperationSettings, surroundings: &Surroundings) -> Result<()> {
    if settings.guards.yes {
        return Ok(());
    }
    if !surroundings.stdin_is_terminal {
        return Err(Error::invalid_input(text!("standard input is not a terminal, so nobody can be asked"))
            .hint(text!("add --yes")));
    }
    if settings.show.log.format == LogFormat::Json && !surroundings.stderr_is_terminal {
        return Err(Error::invalid_input(text!(
            "standard error is a JSON log, so nobody can be asked there"
        ))
        .hint(text!("add --yes")));
    }
    Ok(())
}

/// Asks, unless the answer was given beforehand or there is nothing to send.
pub(super) async fn confirm(input: RunInput<'_>, preview: &Preview) -> Result<()> {
    let RunInput { settings, upcoming, log, .. } = input;
    if settings.guards.yes || upcoming.rows == 0 {
        return Ok(());
    }
    let (log, question) = (log.clone(), question(input, preview));
    let ask = move || {
        let mut answer = String::new();
        log.ask(&question).and_then(|()| io::stdin().lock().read_line(&mut answer)).map(|_| answer)
    };
    let answer = apart(ask).await.map_err(|error| {
        Error::invalid_input(text!("can't ask")).caused_by(error).hint(text!("add --yes"))
    })?;
    if is_consent(&answer, upcoming.rows) {
        return Ok(());
    }
    Err(Error::invalid_input(text!("not confirmed; nothing was sent")))
}

fn is_consent(answer: &str, rows: u32) -> bool {
    answer.trim() == rows.to_string()
}

fn question(input: RunInput<'_>, preview: &Preview) -> String {
    let RunInput { settings, survey, upcoming, .. } = input;
    let said = |text: Text| text.in_language(settings.show.language);
    let mut text = String::new();
    for (row, cells) in &upcoming.first_cells {
        let _ = writeln!(text, "{}", said(text!("row {row}", row)));
        for (name, cell) in survey.columns.names().iter().zip(cells) {
            let (name, cell) = (one_line(name, 30), one_line(cell, SHOWN_CHARACTERS));
            let _ = writeln!(text, "  {name}: {cell}");
        }
    }
    let more = upcoming.rows as usize - upcoming.first_cells.len();
    if more > 0 {
        let _ = writeln!(text, "{}", said(text!("and {more} more", more)));
    }
    text.push_str(&seen(preview, upcoming.rows, settings.show.language));
    // Last, so that it stands in sight whatever the rows hold.
    let _ = writeln!(text, "\n{}", said(about(settings, upcoming.rows)));
    if let Purpose::Restore { confirm_workforce: true, .. } = settings.input.purpose {
        let _ = writeln!(text, "{}", said(text!("  headcount may be exceeded (--confirm-workforce)")));
    }
    let (results, unsent) = (survey.results(), survey.results() - upcoming.rows);
    if unsent > 0 {
        let unsent = text!(
            "  not sent  {unsent} of {results} {results|row|rows}: already settled, repeated or invalid",
            unsent,
            results
        );
        let _ = writeln!(text, "{}", said(unsent));
    }
    let rows = upcoming.rows;
    let _ = write!(
        text,
        "\n{} ",
        said(text!(
            "Type the number of rows ({rows}) to {verb} them, or anything else to quit:",
            rows,
            verb => settings.operation().verb()
        ))
    );
    text
}

/// The first names and the counts by stage, as far as the app may see them.
fn seen(preview: &Preview, rows: u32, language: Language) -> String {
    let said = |text: Text| text.in_language(language);
    match preview {
        Preview::NotAsked => String::new(),
        Preview::Blind(why) => {
            format!("\n{}\n", said(text!("Names and stages are not shown: {why}.", why => why.clone())))
        }
        Preview::Seen(report) => {
            let (seen, problems) = (report.rows, report.problems);
            let which = if seen == rows {
                text!("Looked up just now, every row ({rows}):", rows)
            } else {
                text!("Looked up just now, the first {seen} of {rows} {rows|row|rows}:", seen, rows)
            };
            let (first, counts) = (report.first_rows(language), report.counts(language));
            let mut text = format!("\n{}\n{first}{counts}", said(which));
            if problems > 0 {
                let problems = text!(
                    "  {problems} of them would be refused, or {problems|is|are} not visible",
                    problems
                );
                let _ = writeln!(text, "{}", said(problems));
            }
            text
        }
    }
}

/// What is about to be done, to whom it is said, and how long it takes.
fn about(settings: &OperationSettings, rows: u32) -> Text {
    let (host, app) = match &settings.calls.target {
        Target::Api { base_url, credentials } => {
            let (app, tenant) = (credentials.app(), credentials.tenant());
            let app = match tenant {
                "" => Text::Plain(app.to_owned()),
                tenant => text!("{app} for tenant {tenant}", app, tenant),
            };
            (Text::Plain(base_url.to_string()), app)
        }
        Target::Simulator { .. } => (text!("the simulated API"), text!("simulated")),
    };
    let rate = settings.send.rate;
    let duration = estimate(rate.time_for(u64::from(rows), u64::from(settings.send.burst.get())));
    let file = settings.input.path.shown();
    let places = text!(
        "  file      {file}\n  host      {host}\n  app       {app}\n  duration  {duration} at {rate}",
        file, host => host, app => app, duration => duration, rate
    );
    let verb = settings.operation().verb();
    text!(
        "About to {verb} {rows} {rows|pre-hire|pre-hires}, one call each.\n{places}",
        verb => verb, rows, places => places
    )
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
