//! One run of the pool against the simulated API, and what came of it.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use prehire_simulator::{self as simulator, SimulatorSettings};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::faults::{Allowance, Faults, MINUTE, SECOND, id_of, rule};
use crate::feishu::{Client, Credentials, Secret, Ticket, TokenCall, TokenReply};
use crate::model::{
    Event, Interrupt, Operation, Request, SentRow, Settlement, Status, StopCause, ValidReason,
};
use crate::pace::Pacing;
use crate::plan::{Decision, Planned};
use crate::send::scripted::{Scripted, Seen};
use crate::send::{Account, Gate, Gates, Lines, Notice, RetryPolicy, SendSettings, Stop};
use crate::store::MemoryLimiter;

/// A run that is yet to come: change what differs from an ordinary one, then [`World::run`] it.
pub(super) struct World {
    rows: u32,
    settings: SendSettings,
    simulator: SimulatorSettings,
    faults: Faults,
    allowance: Allowance,
    /// What was done to which rows before.
    before: Vec<(Operation, u32)>,
    /// How long a tenant's token lives, when that is less than was said.
    pub(super) token_lives: Option<Duration>,
    /// How often store apps are sent a new ticket.
    pub(super) new_ticket_every: Option<Duration>,
    /// When somebody presses Ctrl-C.
    pub(super) halt_after: Option<Duration>,
}

/// What came of a run.
pub(super) struct Ran {
    pub(super) events: Vec<Event>,
    pub(super) stop: Option<StopCause>,
    pub(super) took: Duration,
    pub(super) api: Scripted,
    operation: Operation,
}

impl World {
    /// So many rows, under the default settings, against an API that is well and has no limit, on a fast network.
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
        let latency = Duration::ZERO..=Duration::from_millis(400);
        World {
            rows,
            settings,
            simulator: SimulatorSettings { rate: None, latency, ..Default::default() },
            faults: |_, _| None,
            allowance: Allowance::default(),
            before: Vec::new(),
            token_lives: None,
            new_ticket_every: None,
            halt_after: None,
        }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut SendSettings)) -> World {
        change(&mut self.settings);
        self
    }

    pub(super) fn simulated(mut self, change: impl FnOnce(&mut SimulatorSettings)) -> World {
        change(&mut self.simulator);
        self
    }

    /// A run that does this to its rows; at the start every pre-hire is ready for it.
    pub(super) fn doing(self, operation: Operation) -> World {
        self.with(|settings| settings.operation = operation).simulated(|simulator| {
            simulator.start = match operation {
                Operation::Withdraw => simulator::Stage::Preboarding,
                Operation::Restore => simulator::Stage::Withdrawn,
            }
        })
    }

    /// A run whose calls meet these faults.
    pub(super) fn faults(self, faults: Faults) -> World {
        World { faults, ..self }
    }

    /// A run whose API has these limits: from when on, how many calls in any rolling minute.
    pub(super) fn limits(mut self, limits: impl Into<Vec<(Duration, usize)>>) -> World {
        self.allowance.limits = limits.into();
        self
    }

    /// A run whose API asks for this wait with every 429; otherwise for the true one.
    pub(super) fn throttle_says(mut self, wait: Option<Duration>) -> World {
        self.allowance.says = wait;
        self
    }

    /// A run before which this was done to these rows.
    pub(super) fn after(mut self, operation: Operation, rows: impl IntoIterator<Item = u32>) -> World {
        self.before.extend(rows.into_iter().map(|row| (operation, row)));
        self
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
        let (api, client) = self.api().await;
        let World { settings, faults, allowance, halt_after, .. } = self;
        api.rule(rule(faults, allowance));
        let gate =
            || Gate::new(MemoryLimiter::new(Pacing::new(settings.rate, settings.burst, settings.timeout)));
        let gates = Gates { call: gate(), query: gate() };
        let (events, notices) = mpsc::channel(1_024);
        let order = Stop::default();
        let plan = plan.into_iter().map(Ok);
        let began = Instant::now();
        let lines = Lines { events, stop: order.clone() };
        let account = Account::new(client, settings.clone(), gates, lines);
        let halting = async {
            if let Some(after) = halt_after {
                sleep(after).await;
                order.because(StopCause::Interrupted(Interrupt::Interrupt));
            }
        };
        let work = async { tokio::join!(account.run(plan), record(notices)) };
        let ((stop, events), ()) = tokio::join!(work, halting);
        let (stop, operation) = (stop.expect("everything is recorded"), settings.operation);
        Ran { events, stop, took: began.elapsed(), api, operation }
    }

    /// The simulated API, after what was done before, and the client of the run.
    async fn api(&self) -> (Scripted, Client<Scripted>) {
        let api = Scripted::new(self.simulator.clone(), self.settings.timeout);
        if let Some(lives) = self.token_lives {
            api.end_tokens_after(lives);
        }
        let (app_id, app_secret) = ("cli_pool".to_owned(), Secret::new("the-simulated-api-takes-any-secret"));
        let custom = Credentials::App { app_id: app_id.clone(), app_secret: app_secret.clone() };
        let somebody = api.unseen_client_of(custom.clone());
        if !self.before.is_empty() {
            let granted = somebody.token(&TokenCall::OfCustomApp).await;
            let TokenReply::Granted(token, _) = granted else { panic!("no token but {granted:?}") };
            for (operation, row) in &self.before {
                let exchange = somebody.call(&token, id_of(*row), &request(*operation)).await;
                assert_eq!(exchange.code(), Some(0), "{exchange:?}");
            }
        }
        if let Some(pause) = self.new_ticket_every {
            tokio::spawn(async move {
                loop {
                    sleep(pause).await;
                    somebody.token(&TokenCall::ResendTicket).await;
                }
            });
        }
        let store_app = |file| {
            let (ticket, tenant_key) = (Ticket::File(file), "t1".to_owned());
            Credentials::StoreApp { app_id, app_secret, ticket, tenant_key }
        };
        let client = api.client_of(self.simulator.app_ticket_file.clone().map_or(custom, store_app));
        (api, client)
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

    /// Does a row's pre-hire stand where the run would bring it?
    pub(super) fn is_done(&self, row: u32) -> bool {
        let done = match self.operation {
            Operation::Withdraw => simulator::Stage::Withdrawn,
            Operation::Restore => simulator::Stage::Preboarding,
        };
        self.api.state().script.look_up(&id_of(row).to_string()).stage == done
    }

    /// The calls that would change a pre-hire, in the order of their arrival.
    pub(super) fn calls(&self) -> Vec<Seen> {
        self.api.state().traffic.seen.iter().filter(|seen| seen.pre_hire.is_some()).cloned().collect()
    }

    /// How many calls would change this row's pre-hire.
    pub(super) fn calls_of(&self, row: u32) -> usize {
        let id = id_of(row).to_string();
        self.calls().iter().filter(|seen| seen.pre_hire.as_ref() == Some(&id)).count()
    }

    /// The calls to the endpoint whose path ends so.
    pub(super) fn calls_to(&self, path: &str) -> Vec<Seen> {
        self.api.state().traffic.seen.iter().filter(|seen| seen.path.ends_with(path)).cloned().collect()
    }

    /// How many pre-hires each look asked for.
    pub(super) fn batches(&self) -> Vec<usize> {
        self.calls_to("/query").iter().map(|seen| seen.looked_up).collect()
    }

    /// The most calls that would change a pre-hire in any half-open window.
    pub(super) fn most_in_window(&self, window: Duration) -> usize {
        let mut arrivals: Vec<Duration> = self.calls().iter().map(|seen| seen.at).collect();
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
