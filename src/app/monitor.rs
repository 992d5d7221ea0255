//! The watch over a run: signals end it, at once before its first call and in order after; and those who were not there are
//! told how it ended, whatever ended it.

use std::cell::{Cell, RefCell};
use std::pin::pin;

use crate::cli::TellArgs;
use crate::feishu::{Webhook, show_card};
use crate::language::{Text, text};
use crate::model::{Error, Exit, Operation, Result, StopCause};
use crate::report::{FinishedRun, Level, Log, LogLine, card, write_metrics};
use crate::send::Stop;
use crate::settings::read_webhook;
use crate::store::clock;
use crate::store::platform::{self, Signals};

/// What is known of a run while it goes on.
pub(super) struct RunMonitor {
    ending: RefCell<FinishedRun>,
    /// Where is said that it stops: above the bar, when there is one.
    log: RefCell<Log>,
    has_begun: Cell<bool>,
    /// Stops it in order.
    pub(super) stop: Stop,
}

impl RunMonitor {
    fn new(operation: Operation, log: &Log) -> Self {
        RunMonitor {
            ending: RefCell::new(FinishedRun { language: log.language(), ..FinishedRun::of(operation) }),
            log: RefCell::new(log.clone()),
            has_begun: Cell::new(false),
            stop: Stop::default(),
        }
    }

    /// Something more is known of how the run goes, and will end.
    pub(super) fn note<T>(&self, known: impl FnOnce(&mut FinishedRun) -> T) -> T {
        known(&mut self.ending.borrow_mut())
    }

    /// The first call is near: from now on a signal stops the run in order. `log` is where it is said.
    pub(super) fn begin(&self, log: &Log) {
        self.has_begun.set(true);
        self.log.replace(log.clone());
    }

    /// Does the work until it is done, or signals end it.
    async fn watch(&self, work: impl Future<Output = Result<Exit>>) -> Result<Exit> {
        let mut signals = listen()?;
        let mut work = pin!(work);
        let first = tokio::select! {
            biased;
            done = &mut work => return done,
            signal = signals.next() => signal,
        };
        if !self.has_begun.get() {
            return Err(Error::interrupted(StopCause::Interrupted(first).exit()));
        }
        let stopping =
            text!("stopping: waiting for the calls in flight; send the same signal again to quit at once");
        self.log.borrow().info(&LogLine::new(Level::Warn, stopping));
        self.stop.because(StopCause::Interrupted(first));
        tokio::select! {
            biased;
            done = &mut work => done,
            second = signals.next() => {
                self.note(|ending| ending.was_abandoned = true);
                Err(Error::abandoned(StopCause::Interrupted(second).exit()))
            }
        }
    }
}

/// From here on no signal ends the process by itself.
pub(super) fn listen() -> Result<Signals> {
    Signals::listen().map_err(|error| Error::unusable(text!("can't listen for signals")).because(error))
}

/// Does the work, and tells its end.
pub(super) async fn told(
    operation: Operation,
    tell: &TellArgs,
    log: &Log,
    work: impl AsyncFnOnce(&RunMonitor) -> Result<Exit>,
) -> Exit {
    let started = clock::instant();
    let monitor = RunMonitor::new(operation, log);
    let (webhook, done) = match webhook(tell, log) {
        Ok(webhook) => (webhook, monitor.watch(work(&monitor)).await),
        Err(error) => (None, Err(error)),
    };
    let mut ending = monitor.ending.into_inner();
    let log = log.clone().speaking(ending.language);
    ending.exit = done.unwrap_or_else(|error| {
        log.error(&error);
        error.exit()
    });
    (ending.at, ending.duration) = (clock::now(), started.elapsed());
    if let Some(path) = &tell.metrics_file
        && let Err(error) = write_metrics(path, &ending)
    {
        let path = path.display();
        log.always(&LogLine::warning(text!("can't write the metrics to {path}: {error}", path, error)));
    }
    if let Some(webhook) = webhook
        && !ending.was_abandoned
        && let Err(why) = tell_bot(&webhook, &ending).await
    {
        log.always(&LogLine::warning(text!("the bot was not notified: {why}", why => why)));
    }
    ending.exit
}

/// The bot must be known before anything else is looked at.
fn webhook(tell: &TellArgs, log: &Log) -> Result<Option<Webhook>> {
    let mut warnings = Vec::new();
    let webhook = tell.notify_webhook_file.as_deref().map(|path| read_webhook(path, &mut warnings));
    for warning in warnings {
        log.info(&LogLine::warning(warning));
    }
    webhook.transpose()
}

/// A signal ends the waiting for the bot, too.
async fn tell_bot(webhook: &Webhook, ending: &FinishedRun) -> Result<(), Text> {
    let card = card(ending, &platform::machine());
    let mut signals = listen().map_err(|error| Text::plain(error.message(ending.language)))?;
    tokio::select! {
        told = show_card(webhook, &card) => told,
        _ = signals.next() => Err(text!("interrupted")),
    }
}
