//! One run of the pool against the fake API, and what came of it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::fake::{Fake, MINUTE, SECOND, Script, Server, id_of};
use crate::model::{
    Event, Interrupt, Operation, Request, SentRow, Settlement, Status, StopCause, ValidReason,
};
use crate::pace::Pacing;
use crate::plan::{Decision, Planned};
use crate::send::{Account, Gate, Gates, Lines, Notice, RetryPolicy, SendSettings, Stop};
use crate::store::MemoryLimiter;

/// A run that is yet to come: change what differs from an ordinary one, then [`World::run`] it.
pub(super) struct World {
    pub(super) rows: u32,
    pub(super) settings: SendSettings,
    pub(super) fake: Fake,
    /// When somebody presses Ctrl-C.
    pub(super) halt_after: Option<Duration>,
}

/// What came of a run.
pub(super) struct Ran {
    pub(super) events: Vec<Event>,
    pub(super) stop: Option<StopCause>,
    pub(super) took: Duration,
    pub(super) fake: Fake,
}

impl World {
    /// So many rows, under the default settings, against a server that is well.
    pub(super) fn of(rows: u32) -> World {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        let settings = SendSettings {
            operation: Operation::Withdraw,
            rate: "99/60s".parse().expect("a rate"),
            burst: number(10),
            workers: NonZeroUsize::new(16).expect("not zero"),
            timeout: 30 * SECOND,
            retry: RetryPolicy { max_attempts: number(5), base: SECOND, cap: MINUTE },
            read_back: Some(3 * SECOND),
            canary: true,
            stop_after: 20,
            deadline: None,
        };
        let fake = Fake::well(settings.timeout);
        World { rows, settings, fake, halt_after: None }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut SendSettings)) -> World {
        change(&mut self.settings);
        self
    }

    pub(super) fn server(self, change: impl FnOnce(&mut Server)) -> World {
        change(&mut self.fake.server());
        self
    }

    /// A run that does this to its rows.
    pub(super) fn doing(self, operation: Operation) -> World {
        self.with(|settings| settings.operation = operation).server(|server| server.operation = operation)
    }

    /// A run whose faults are these.
    pub(super) fn script(self, script: Script) -> World {
        self.server(|server| server.script = script)
    }

    /// Rows that were never called.
    pub(super) async fn run(self) -> Ran {
        let request = request(self.settings.operation);
        let decide = |row| Decision::Send(id_of(row), request.clone());
        let plan: Vec<Planned> = (0..self.rows)
            .map(|index| Planned::Row { index, line: u64::from(index) + 2, decision: decide(index) })
            .collect();
        self.run_plan(plan).await
    }

    pub(super) async fn run_plan(self, plan: Vec<Planned>) -> Ran {
        let World { settings, fake, halt_after, .. } = self;
        let gate =
            || Gate::new(MemoryLimiter::new(Pacing::new(settings.rate, settings.burst, settings.timeout)));
        let gates = Gates { call: gate(), query: gate() };
        let (events, notices) = mpsc::channel(1_024);
        let order = Stop::default();
        let plan = plan.into_iter().map(Ok);
        let began = Instant::now();
        let lines = Lines { events, stop: order.clone() };
        let account = Account::new(fake.clone(), settings.clone(), gates, lines);
        let halting = async {
            if let Some(after) = halt_after {
                sleep(after).await;
                order.because(StopCause::Interrupted(Interrupt::Interrupt));
            }
        };
        let work = async { tokio::join!(account.run(plan), record(notices)) };
        let ((stop, events), ()) = tokio::join!(work, halting);
        Ran { events, stop: stop.expect("everything is recorded"), took: began.elapsed(), fake }
    }
}

/// What is asked for in each row.
pub(super) fn request(operation: Operation) -> Request {
    match operation {
        Operation::Withdraw => Request::Withdraw(ValidReason::parse("r").expect("a reason").into()),
        Operation::Restore => Request::Restore { confirm_workforce: false },
    }
}

/// Acknowledges every line at once, as a fast disk would.
async fn record(mut notices: mpsc::Receiver<Notice>) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(Notice { event, ack }) = notices.recv().await {
        if let Some(ack) = ack {
            ack.send(()).expect("the call waits");
        }
        events.push(event);
    }
    events
}

impl Ran {
    /// Every row, with how it ended; each exactly once, or this panics.
    pub(super) fn settled(&self) -> Vec<(u32, &Settlement)> {
        let mut settled: Vec<(u32, &Settlement)> = self
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Settled { row, settlement } => Some((*row, settlement)),
                _ => None,
            })
            .collect();
        settled.sort_by_key(|(row, _)| *row);
        assert!(settled.iter().enumerate().all(|(index, (row, _))| index == *row as usize), "each row once");
        settled
    }

    /// The rows that were sent.
    pub(super) fn sent(&self) -> Vec<&SentRow> {
        let settled = self.settled().into_iter();
        let sent = settled.filter_map(|(_, settlement)| match settlement {
            Settlement::Sent(sent) => Some(sent),
            _ => None,
        });
        sent.collect()
    }

    pub(super) fn count(&self, status: Status) -> usize {
        self.sent().iter().filter(|sent| sent.outcome.status == status).count()
    }

    /// The most arrivals in any half-open window.
    pub(super) fn most_in_window(&self, window: Duration) -> usize {
        let mut arrivals = self.fake.server().arrivals.clone();
        arrivals.sort_unstable();
        let mut first = 0;
        let counts = arrivals.iter().enumerate().map(|(last, at)| {
            while arrivals[first] + window <= *at {
                first += 1;
            }
            last - first + 1
        });
        counts.max().unwrap_or(0)
    }
}
