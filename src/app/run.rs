//! Owns the one event loop: what the pool says goes into the results, the tally and the progress, in this order.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver};

use crate::error::{Error, Result};
use crate::event::{Event, StopCause};
use crate::input::{Spool, Survey};
use crate::plan::Planner;
use crate::record::ResultsFile;
use crate::report::{Progress, Tally};
use crate::send::{Api, Pool};
use crate::settings::WithdrawSettings;

/// Events that may wait for the loop.
const QUEUE: usize = 1_024;
/// How often the display and the partial results are brought up to date.
const TICK: Duration = Duration::from_millis(200);

/// What a run reads.
#[derive(Clone, Copy)]
pub(super) struct RunInput<'a> {
    pub(super) settings: &'a WithdrawSettings,
    pub(super) spool: &'a Spool,
    pub(super) survey: &'a Survey,
}

/// What a run leaves behind.
pub(super) struct Ran {
    pub(super) tally: Tally,
    pub(super) stop: Option<StopCause>,
}

/// One thread does it all: the work is waiting.
pub(super) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unusable("can't start").because(error))
}

/// Works the file off; the results have their final name when it returns without an error.
pub(super) async fn run_to_the_end<A: Api>(
    input: RunInput<'_>,
    api: A,
    results: ResultsFile<'_>,
) -> Result<Ran> {
    let RunInput { settings, spool, survey } = input;
    let (sender, events) = mpsc::channel(QUEUE);
    let plan = Planner::new(spool.reader(), survey, &settings.input.rules)?;
    let pool = Pool::new(api, plan, settings.send.clone(), sender);
    let (show, rate) = (settings.show, settings.send.rate);
    let desk = Desk {
        results,
        tally: Tally::new(rate),
        progress: Progress::new(show.progress, show.is_verbose, (survey.rows, survey.sendable), rate),
    };
    let (stop, tally) = tokio::join!(pool.run(), desk.record(events));
    // Trouble with the results comes first: the pool's own error follows from it.
    let tally = tally?;
    Ok(Ran { tally, stop: stop? })
}

/// Everything that changes when something happens, in one hand.
struct Desk<'a> {
    results: ResultsFile<'a>,
    tally: Tally,
    progress: Progress,
}

impl Desk<'_> {
    async fn record(mut self, mut events: Receiver<Event>) -> Result<Tally> {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = ticks.tick() => {
                    self.results.flush()?;
                    self.progress.tick(&self.tally);
                }
                event = events.recv() => match event {
                    Some(event) => self.apply(event)?,
                    None => break,
                }
            }
        }
        self.progress.finish();
        self.results.finish()?;
        Ok(self.tally)
    }

    fn apply(&mut self, event: Event) -> Result<()> {
        self.tally.note(&event);
        self.progress.note(&event);
        if let Event::Settled { row, settlement } = event {
            let tally = &mut self.tally;
            self.results.settle(row, settlement, |written| tally.wrote(written))?;
        }
        Ok(())
    }
}
