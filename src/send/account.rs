//! An account: the app, host and tenant for which calls are made, with everything that they share.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit, mpsc};

use super::api::{Api, EventSender, Notice};
use super::calls::{Calls, Stop};
use super::clock::Clock;
use super::gate::Gate;
use super::looks::Looks;
use super::retry::RetryPolicy;
use super::stop::StopRules;
use super::tokens::Tokens;
use crate::journal::entry::{JobIdentity, RunSettings, RunStarted, VERSION};
use crate::model::{Operation, Rate};
use crate::store::{clock, platform};

/// How rows are sent.
#[derive(Clone, Debug)]
pub(crate) struct SendSettings {
    /// What is done to the pre-hires.
    pub(crate) operation: Operation,
    /// Never more calls than this, as the server sees it, for each API apart.
    pub(crate) rate: Rate,
    /// Calls at once before even spacing sets in.
    pub(crate) burst: NonZeroU32,
    /// Calls in flight at most.
    pub(crate) workers: NonZeroUsize,
    /// The longest time for one call.
    pub(crate) timeout: Duration,
    /// How often a row is tried, and after which pauses.
    pub(crate) retry: RetryPolicy,
    /// How long after a doubtful call the first look comes; `None` if pre-hires are never looked up.
    pub(crate) read_back: Option<Duration>,
    /// Does the first call go alone?
    pub(crate) canary: bool,
    /// Refusals in a row that stop the run; 0 means never.
    pub(crate) stop_after: u32,
    /// No new call this long after the first one.
    pub(crate) deadline: Option<Duration>,
}

impl SendSettings {
    /// What the record says of a run with these settings, by whoever runs this program now; the file and what else is known of it
    /// is empty.
    pub(crate) fn run_started(&self, owner: JobIdentity) -> RunStarted {
        RunStarted {
            version: VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            at: clock::now(),
            user: platform::user(),
            machine: platform::machine(),
            command: String::new(),
            owner,
            input: String::new(),
            source_journal: None,
            digest: String::new(),
            results: String::new(),
            settings: RunSettings {
                rate: self.rate.to_string(),
                burst: self.burst.get(),
                workers: self.workers.get(),
                timeout_milliseconds: u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
                max_attempts: self.retry.max_attempts.get(),
                read_back: self.read_back.is_some(),
                confirm_workforce: false,
            },
        }
    }
}

/// The gates of the two APIs.
pub(crate) struct Gates {
    /// For the calls of the operation.
    pub(crate) call: Gate,
    /// For looks.
    pub(crate) query: Gate,
}

/// Where events go, and where an order to stop comes from.
pub(crate) struct Lines {
    pub(crate) events: mpsc::Sender<Notice>,
    pub(crate) stop: Stop,
}

/// One app, at one host, for one tenant, at work.
pub(crate) struct Account<A> {
    pub(super) calls: Calls<A>,
    pub(super) gates: Gates,
    pub(super) looks: Looks,
    pub(super) settings: SendSettings,
    pub(super) workers: Semaphore,
    stop_rules: Mutex<StopRules>,
    pub(super) canary: Canary,
}

/// The first row goes alone, until a reply says that others may follow.
pub(super) struct Canary {
    is_pending: AtomicBool,
    pub(super) passed: Notify,
}

impl<A: Api> Account<A> {
    pub(crate) fn new(api: A, settings: SendSettings, gates: Gates, lines: Lines) -> Self {
        let tokens = Tokens::new(api, Clock::start(), settings.retry, EventSender(lines.events));
        Account {
            calls: Calls::new(tokens, settings.deadline, lines.stop),
            gates,
            looks: Looks::new(settings.read_back.is_some()),
            workers: Semaphore::new(settings.workers.get()),
            stop_rules: Mutex::new(StopRules::new(settings.stop_after)),
            canary: Canary { is_pending: AtomicBool::new(settings.canary), passed: Notify::new() },
            settings,
        }
    }

    /// The worker that a call goes with: this one, or else the next that is free; `None` if the run stops first.
    pub(super) async fn worker<'a>(
        &'a self,
        worker: Option<SemaphorePermit<'a>>,
    ) -> Option<SemaphorePermit<'a>> {
        if worker.is_some() {
            return worker;
        }
        tokio::select! {
            biased;
            () = self.calls.stop.ordered() => None,
            worker = self.workers.acquire() => worker.ok(),
        }
    }

    pub(super) fn stop_rules(&self) -> MutexGuard<'_, StopRules> {
        self.stop_rules.lock().expect("nobody panics with the rules")
    }

    pub(super) fn is_canary_pending(&self) -> bool {
        self.canary.is_pending.load(Ordering::Relaxed)
    }

    /// The first call has come back, or its row is settled: others may follow.
    pub(super) fn pass_canary(&self) {
        if self.canary.is_pending.swap(false, Ordering::Relaxed) {
            self.canary.passed.notify_one();
        }
    }
}
