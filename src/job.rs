//! The job as a library: rows in, one outcome for each, under the cap, with a record.

use std::collections::HashSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::feishu::{Client, ClientSettings, Credentials, Secret, Token, install_tls_provider};
use crate::journal::entry::{Entry, JobIdentity};
use crate::journal::{Index, IndexBuilder};
use crate::language::text;
use crate::model::{
    Attempt, BaseUrl, DEFAULT_BURST, Error, Event, Exit, Operation, Outcome, PreHireId, Rate, Request,
    Result, Settlement, StopCause, WithdrawReason,
};
use crate::pace::{Pace, Pacing};
use crate::plan::{Decision, Planned, by_the_past};
use crate::send::{Gate, Gates, Recorder, RetryPolicy, SendSettings, Stop, View, work_off};
use crate::store::{
    FileLimiter, Journal, JournalFile, JournalSource, Lease, Leases, MemoryJournal, MemoryLeases,
    MemoryLimiter, Past, allowance_directory, clock,
};

/// One call, from connect to last byte.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Withdraws, or restores, a list of pre-hires: one throttled call for each, and one outcome.
///
/// The defaults are those of the program: 99 calls a minute, 16 workers, five attempts, looks after calls in doubt, and
/// a stop after 20 refusals in a row.
///
/// ```no_run
/// # async fn withdraw() -> prehire::Result<()> {
/// use prehire::{Account, Job, Operation, PreHireId, Reason, Secret, Store};
///
/// let id = PreHireId::parse("7345005664477775401", false).expect("digits");
/// let reason = Reason::new("position closed")?;
/// let secret = Secret::new(&std::fs::read_to_string("secret").expect("a file"));
/// let summary = Job::new([(id, reason)])
///     .operation(Operation::Withdraw)
///     .account(Account::app("https://open.feishu.cn", "cli_1", secret)?)
///     .store(Store::files("leavers.journal", "/var/lib/prehire"))
///     .run(|event| println!("{event:?}"))
///     .await?;
/// assert_eq!(summary.outcomes.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Job {
    rows: Vec<(PreHireId, WithdrawReason)>,
    operation: Operation,
    account: Option<Account>,
    store: Store,
    rate: Rate,
    workers: NonZeroUsize,
}

/// One app, at one host, for which calls are made.
#[derive(Clone, Debug)]
pub struct Account {
    base_url: BaseUrl,
    credentials: Credentials,
}

/// Where the record of a job and the use of its allowance are kept. Clones share what is in memory.
#[derive(Clone, Debug)]
pub struct Store(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Memory { leases: MemoryLeases, journal: MemoryJournal },
    Files { journal: PathBuf, state: PathBuf },
}

/// Something that happens while a job runs. Rows are counted from 0, in the order in which they were given.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JobEvent {
    /// A call is about to leave, and recorded.
    CallStarted {
        /// The row.
        row: usize,
        /// Which attempt of the row it is, counted from 1.
        attempt: u32,
    },
    /// A call has ended.
    CallEnded {
        /// The row.
        row: usize,
        /// What it has come to.
        attempt: Attempt,
    },
    /// A row waits for another attempt, so long.
    Waiting {
        /// The row.
        row: usize,
        /// How long.
        backoff: Duration,
    },
    /// The server has throttled a call: none goes for so long.
    Throttled(Duration),
    /// The story of a row is over, and recorded.
    Settled {
        /// The row.
        row: usize,
        /// How it ended.
        outcome: Outcome,
    },
}

/// What a job has come to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// One for each row, in the order in which they were given.
    pub outcomes: Vec<Outcome>,
    /// Why it was stopped before its end, if it was; the same job again goes on.
    pub stop: Option<StopCause>,
}

impl Job {
    /// A job for these pre-hires and reasons; a restoration sends no reasons.
    pub fn new(rows: impl IntoIterator<Item = (PreHireId, WithdrawReason)>) -> Job {
        Job {
            rows: rows.into_iter().collect(),
            operation: Operation::Withdraw,
            account: None,
            store: Store::memory(),
            rate: Rate::COREHR,
            workers: NonZeroUsize::new(16).expect("sixteen is not zero"),
        }
    }

    /// What is done to them; by default they are withdrawn.
    #[must_use]
    pub fn operation(self, operation: Operation) -> Job {
        Job { operation, ..self }
    }

    /// For which app calls are made, and at which host.
    #[must_use]
    pub fn account(self, account: Account) -> Job {
        Job { account: Some(account), ..self }
    }

    /// Where the record is kept; by default in memory, so that a job that dies knows nothing of its calls.
    #[must_use]
    pub fn store(self, store: Store) -> Job {
        Job { store, ..self }
    }

    /// Never more calls than this in any rolling window, as the server sees it; by default 99 in 60 s.
    #[must_use]
    pub fn rate(self, rate: Rate) -> Job {
        Job { rate, ..self }
    }

    /// Calls in flight at most; by default 16.
    #[must_use]
    pub fn workers(self, workers: NonZeroUsize) -> Job {
        Job { workers, ..self }
    }

    /// Runs it to its end. What the store knows of earlier runs counts: what is settled is not sent again, what is in doubt is
    /// looked up first.
    ///
    /// # Errors
    /// When there is no account, an id stands there twice, the store belongs to another job or is held by another run, or it
    /// can't be written any more.
    pub async fn run(self, on_event: impl FnMut(&JobEvent)) -> Result<Summary> {
        let account =
            self.account.as_ref().ok_or_else(|| Error::invalid_input(text!("the job has no account")))?;
        refuse_repeated(&self.rows)?;
        install_tls_provider();
        let owner = account.owner(self.operation);
        let OpenStore { mut journal, earlier, index, _held } = self.store.open(&owner).await?;
        let gates = self.gates(account).await?;
        let past = Past { index: &index, journal: earlier.as_deref() };
        let settings = self.send_settings();
        journal.append_durably(Entry::RunStarted(settings.run_started(owner))).await?;

        let (base_url, credentials) = (account.base_url.clone(), account.credentials.clone());
        let client = Client::new(ClientSettings { base_url, credentials, timeout: TIMEOUT })?;
        let watch = Watch { outcomes: vec![None; self.rows.len()], earlier: earlier.as_deref(), on_event };
        let sending = (client, settings, gates);
        let (recorder, stop) = work_off(sending, self.plan(past), (journal, watch), Stop::default()).await?;
        let Recorder { mut journal, view, trouble, .. } = recorder;
        let outcomes: Vec<Outcome> = view.outcomes.into_iter().map(Option::unwrap_or_default).collect();
        let exit = match (&trouble, &stop) {
            (Some(trouble), _) => trouble.exit(),
            (None, Some(stop)) => stop.exit(),
            (None, None) if outcomes.iter().all(|outcome| outcome.status.is_success()) => Exit::Success,
            (None, None) => Exit::SomeRowsFailed,
        };
        let finished = Entry::RunFinished { at: clock::now(), exit_code: exit.code(), stopped: None };
        journal.append_durably(finished).await?;
        trouble.map_or(Ok(Summary { outcomes, stop }), Err)
    }

    /// What is to be done with each row, by what the store knows of it.
    fn plan<'a>(&'a self, past: Past<'a>) -> impl Iterator<Item = Result<Planned>> + 'a {
        (0..).zip(&self.rows).map(move |(index, (id, reason))| {
            let request = match self.operation {
                Operation::Withdraw => Request::Withdraw(reason.clone()),
                Operation::Restore => Request::Restore { confirm_workforce: false },
            };
            let decision: Decision = by_the_past(past, *id, request)?;
            Ok(Planned::Row { index, line: u64::from(index) + 1, decision })
        })
    }

    async fn gates(&self, account: &Account) -> Result<Gates> {
        let pace = Pace { rate: self.rate, burst: DEFAULT_BURST, timeout: TIMEOUT };
        let call = self.store.gate(account, self.operation.api(), pace).await?;
        Ok(Gates { call, query: self.store.gate(account, "query", pace).await? })
    }

    fn send_settings(&self) -> SendSettings {
        SendSettings {
            operation: self.operation,
            rate: self.rate,
            burst: DEFAULT_BURST,
            workers: self.workers,
            timeout: TIMEOUT,
            retry: RetryPolicy {
                max_attempts: NonZeroU32::new(5).expect("five is not zero"),
                base: Duration::from_secs(1),
                cap: Duration::from_secs(60),
            },
            read_back: Some(Duration::from_secs(3)),
            canary: true,
            stop_after: 20,
            deadline: None,
        }
    }
}

impl Account {
    /// A custom app at a host such as `https://open.feishu.cn`; `http` is for loopback alone.
    ///
    /// # Errors
    /// When that is no such host.
    pub fn app(base_url: &str, app_id: impl Into<String>, app_secret: Secret) -> Result<Account> {
        Account::with(base_url, Credentials::App { app_id: app_id.into(), app_secret })
    }

    /// A tenant access token that was given; when it is stale, the job stops.
    ///
    /// # Errors
    /// As [`Account::app`].
    pub fn token(base_url: &str, token: Secret) -> Result<Account> {
        Account::with(base_url, Credentials::Given(Token(token)))
    }

    fn with(base_url: &str, credentials: Credentials) -> Result<Account> {
        let base_url = base_url.parse().map_err(Error::invalid_input)?;
        Ok(Account { base_url, credentials })
    }

    fn owner(&self, operation: Operation) -> JobIdentity {
        JobIdentity {
            host: self.base_url.host(),
            app: self.credentials.app().to_owned(),
            tenant: self.credentials.tenant().to_owned(),
            operation: operation.word().to_owned(),
            source: None,
        }
    }
}

/// A journal that this run may append to, and what it knows of earlier ones.
struct OpenStore {
    journal: Box<dyn Journal>,
    earlier: Option<Box<dyn JournalSource>>,
    index: Index,
    /// Whatever keeps other runs away until the end.
    _held: KeptOpen,
}

enum KeptOpen {
    Lease { _lease: Box<dyn Lease> },
    File { _file: JournalFile },
}

impl Store {
    /// Kept as long as the process lives.
    #[must_use]
    pub fn memory() -> Store {
        Store(Kept::Memory { leases: MemoryLeases::default(), journal: MemoryJournal::default() })
    }

    /// The record in this file, and what is used of the allowance below this directory, shared with other runs of this user on
    /// this machine.
    pub fn files(journal: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Store {
        Store(Kept::Files { journal: journal.into(), state: state.into() })
    }

    async fn open(&self, owner: &JobIdentity) -> Result<OpenStore> {
        match &self.0 {
            Kept::Memory { leases, journal } => {
                let what = text!("the journal of these results");
                let lease = leases.acquire(Path::new("job"), what, Duration::ZERO).await?;
                let mut index = IndexBuilder::default();
                journal.scan(&mut |id, entry| index.take(id, entry))?;
                Ok(OpenStore {
                    journal: Box::new(journal.held_by(&*lease)),
                    earlier: Some(Box::new(journal.clone())),
                    index: index.build(),
                    _held: KeptOpen::Lease { _lease: lease },
                })
            }
            Kept::Files { journal, .. } => {
                let (file, index) = JournalFile::take(journal, owner, false, Duration::ZERO).await?;
                let (journal, earlier) = file.open()?;
                Ok(OpenStore {
                    journal,
                    earlier: Some(earlier),
                    index,
                    _held: KeptOpen::File { _file: file },
                })
            }
        }
    }

    async fn gate(&self, account: &Account, api: &str, pace: Pace) -> Result<Gate> {
        Ok(match &self.0 {
            Kept::Memory { .. } => {
                Gate::new(MemoryLimiter::new(Pacing::new(pace.rate, pace.burst, pace.timeout)))
            }
            Kept::Files { state, .. } => {
                let of = [
                    &*account.base_url.host(),
                    account.credentials.allowance(),
                    account.credentials.tenant(),
                ];
                let directory = allowance_directory(Some(state), of)?;
                Gate::new(FileLimiter::take(&directory.join(api), pace, Duration::ZERO).await?)
            }
        })
    }
}

/// Tells the caller what happens, and keeps the outcomes.
struct Watch<'a, F> {
    outcomes: Vec<Option<Outcome>>,
    earlier: Option<&'a dyn JournalSource>,
    on_event: F,
}

impl<F: FnMut(&JobEvent)> View for Watch<'_, F> {
    fn note(&mut self, event: &Event) {
        let row = |line: u64| usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let event = match event {
            Event::Admitted { line, attempt, .. } => {
                JobEvent::CallStarted { row: row(*line), attempt: *attempt }
            }
            // One that stands in no row was left in doubt by an earlier run.
            Event::Ended { line, attempt, .. } if *line > 0 => {
                JobEvent::CallEnded { row: row(*line), attempt: attempt.clone() }
            }
            Event::Waiting { line, backoff } => JobEvent::Waiting { row: row(*line), backoff: *backoff },
            Event::Held { at, until } => JobEvent::Throttled(until.since(*at)),
            _ => return,
        };
        (self.on_event)(&event);
    }

    fn settled(&mut self, row: u32, settlement: Settlement) -> Result<()> {
        let outcome = match (settlement, self.earlier) {
            (Settlement::Sent(sent), _) => sent.outcome,
            (Settlement::Recorded(entry), Some(earlier)) => earlier.entry(entry)?.outcome,
            _ => Outcome::default(),
        };
        let row = row as usize;
        self.outcomes[row] = Some(outcome.clone());
        (self.on_event)(&JobEvent::Settled { row, outcome });
        Ok(())
    }

    fn tick(&mut self) -> Result<()> {
        Ok(())
    }
}

/// One call for each pre-hire: which of two reasons is meant, nobody can know.
fn refuse_repeated(rows: &[(PreHireId, WithdrawReason)]) -> Result<()> {
    let mut seen = HashSet::new();
    match rows.iter().find(|(id, _)| !seen.insert(*id)) {
        Some((id, _)) => Err(Error::invalid_input(text!("the pre-hire {id} stands there twice", id))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use prehire_simulator::{Simulator, SimulatorSettings};

    use super::*;

    /// What stands in the journal of a job for this id, and how it ended.
    async fn recorded_exit(id: &str) -> (Option<StopCause>, String) {
        let api = Simulator::spawn(SimulatorSettings::default()).expect("it starts");
        let directory = tempfile::tempdir().expect("a directory");
        let journal = directory.path().join("journal");
        let account = Account::app(api.base_url(), "cli_1", Secret::new("any")).expect("it is loopback");
        let row = (PreHireId::parse(id, true).expect("an id"), WithdrawReason::new("closed").expect("one"));
        let job = Job::new([row]).account(account).store(Store::files(&journal, directory.path()));
        let summary = job.run(|_| ()).await.expect("it can be recorded");
        let text = std::fs::read_to_string(&journal).expect("it is there");
        let last = text.lines().last().unwrap_or_default();
        let (_, exit) = last.split_once("\"exit_code\":").expect("the run has ended");
        (summary.stop, exit.chars().take_while(char::is_ascii_digit).collect())
    }

    #[tokio::test]
    async fn the_record_says_how_a_job_ended() {
        assert_eq!(recorded_exit("7345005664477775401").await, (None, "0".to_owned()));
        assert_eq!(recorded_exit("990101161105000000").await, (None, "1".to_owned()), "a row was refused");
        let (stop, exit) = recorded_exit("990199991661000000").await;
        assert!(matches!(stop, Some(StopCause::Fatal(_))), "{stop:?}");
        assert_eq!(exit, "3", "it was stopped");
    }
}
