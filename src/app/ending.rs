//! Owns the end of a run for those who were not there: whatever ended it, the metrics are written and the bot is told.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::run::runtime;
use super::signals::Signals;
use super::watch::{Fact, Witness, watched};
use crate::cli::TellArgs;
use crate::feishu::{Webhook, show_card};
use crate::language::{Text, text};
use crate::model::{Exit, Operation, Result};
use crate::report::{FinishedRun, Log, LogLine, card, write_metrics};
use crate::settings::read_webhook;
use crate::store::platform;

/// Does the work, and tells its end.
pub(super) fn told(
    operation: Operation,
    tell: &TellArgs,
    log: &Log,
    work: impl FnOnce(&Witness) -> Result<Exit> + Send + 'static,
) -> Exit {
    let started = Instant::now();
    let mut ending = FinishedRun { language: log.language(), ..FinishedRun::of(operation) };
    let mut bot = None;
    let done = prepared(tell, log).and_then(|(runtime, webhook)| {
        let (runtime, _) = bot.insert((runtime, webhook));
        watched(runtime, work, |fact| note(&mut ending, fact))
    });
    let log = log.clone().speaking(ending.language);
    ending.exit = done.unwrap_or_else(|error| {
        log.error(&error);
        error.exit()
    });
    (ending.at, ending.duration) = (Timestamp::now(), started.elapsed());
    if let Some(path) = &tell.metrics_file
        && let Err(error) = write_metrics(path, &ending)
    {
        let path = path.display();
        log.always(&LogLine::warning(text!("can't write the metrics to {path}: {error}", path, error)));
    }
    let Some((runtime, webhook)) = bot else { return ending.exit };
    if let Some(webhook) = webhook
        && !ending.was_abandoned
        && let Err(why) = tell_bot(&runtime, &webhook, &ending)
    {
        log.always(&LogLine::warning(text!("the bot was not notified: {why}", why => why)));
    }
    // A look-up of a name that hangs must not hold the process up.
    runtime.shutdown_timeout(Duration::ZERO);
    ending.exit
}

/// What must work before anything else is looked at.
fn prepared(tell: &TellArgs, log: &Log) -> Result<(Runtime, Option<Webhook>)> {
    let mut warnings = Vec::new();
    let webhook = tell.notify_webhook_file.as_deref().map(|path| read_webhook(path, &mut warnings));
    for warning in warnings {
        log.info(&LogLine::warning(warning));
    }
    Ok((runtime()?, webhook.transpose()?))
}

fn note(ending: &mut FinishedRun, fact: Fact) {
    match fact {
        Fact::Language(language) => ending.language = language,
        Fact::Target(target) => ending.target = Some(target),
        Fact::Places { results, journal } => ending.places = Some((results, journal)),
        Fact::Counted(tally, stop) => (ending.tally, ending.stop) = (Some(*tally), stop),
        Fact::Stopped(stop) => ending.stop = Some(stop),
        Fact::Abandoned => ending.was_abandoned = true,
    }
}

/// A signal ends the waiting for the bot, too.
fn tell_bot(runtime: &Runtime, webhook: &Webhook, ending: &FinishedRun) -> std::result::Result<(), Text> {
    let card = card(ending, &platform::machine());
    let mut signals =
        Signals::listen_in(runtime).map_err(|error| Text::Plain(error.message(ending.language)))?;
    runtime.block_on(async {
        tokio::select! {
            told = show_card(webhook, &card) => told,
            _ = signals.next() => Err(text!("interrupted")),
        }
    })
}
