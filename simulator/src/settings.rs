//! What can be chosen about a simulated API, and the defaults.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::fields::FieldName;
use crate::pre_hire::Stage;

/// How a simulated API behaves. The default is the documented API without delays or chance faults.
#[derive(Clone, Debug)]
pub struct SimulatorSettings {
    /// Where it listens: loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The allowance of each CoreHR API, in any rolling period; `None` is no limit, for benchmarks.
    pub rate: Option<Rate>,
    /// The network's delay for one call, there and back together, drawn evenly from this range.
    pub latency: RangeInclusive<Duration>,
    /// How many of a hundred withdraw and restore calls meet a fault by chance.
    pub fault_percent: f64,
    /// The stage in which pre-hires are at the start, but for ids that say otherwise.
    pub start: Stage,
    /// How many pre-hires a search without ids finds, in all stages.
    pub people: u32,
    /// The day around which onboarding dates lie; `None` is the day of the start, in Beijing.
    pub today: Option<Date>,
    /// How long a search does not see a change.
    pub index_lag: Duration,
    /// How long a query does not see a change.
    pub replica_lag: Duration,
    /// May the app look pre-hires up?
    pub may_read: bool,
    /// Fields for which the app lacks the permission: they are never returned.
    pub hidden_fields: Vec<FieldName>,
    /// How long a token is valid; a new one is handed out when less than a quarter of it is left.
    pub token_lifetime: Duration,
    /// Where the current app ticket of store apps is kept, as their event receiver would.
    pub app_ticket_file: Option<PathBuf>,
    /// How long a ticket is valid; `None` is until the next one is sent.
    pub ticket_lifetime: Option<Duration>,
    /// Whether the first ticket is refused from the start.
    pub stale_ticket: bool,
    /// How long a ticket that was asked for is on its way to the file.
    pub resend_delay: Duration,
    /// Makes chance, tokens and log ids repeat; `None` is different each time.
    pub seed: Option<u64>,
    /// Whether every call is kept for [`Script::record`](crate::Script::record) and `GET /_simulator/record`.
    pub record: bool,
}

impl Default for SimulatorSettings {
    fn default() -> Self {
        SimulatorSettings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            rate: Some(Rate::DOCUMENTED),
            latency: Duration::ZERO..=Duration::ZERO,
            fault_percent: 0.0,
            start: Stage::Preboarding,
            token_lifetime: Duration::from_secs(2 * 60 * 60),
            app_ticket_file: None,
            ticket_lifetime: None,
            stale_ticket: false,
            resend_delay: Duration::ZERO,
            seed: None,
            record: false,
            people: 1000,
            today: None,
            index_lag: Duration::ZERO,
            replica_lag: Duration::ZERO,
            may_read: true,
            hidden_fields: Vec::new(),
        }
    }
}

/// An allowance: so many calls in any rolling period. It is written as `100/60s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub(crate) calls: NonZeroU32,
    pub(crate) period: Duration,
}

impl Rate {
    /// What the documents allow each CoreHR API.
    pub const DOCUMENTED: Rate = Rate::per_minute(100);
    /// For the token endpoints, about which the documents say nothing.
    pub(crate) const TOKEN: Rate = Rate::per_minute(1000);

    /// So many calls in any period of this length.
    #[must_use]
    pub const fn new(calls: NonZeroU32, period: Duration) -> Rate {
        Rate { calls, period }
    }

    const fn per_minute(calls: u32) -> Rate {
        Rate::new(NonZeroU32::new(calls).expect("the constants above are not zero"), Duration::from_secs(60))
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Rate, String> {
        let read = || {
            let (calls, period) = text.split_once('/')?;
            let period: SignedDuration = period.parse().ok()?;
            Some(Rate::new(calls.parse().ok()?, Duration::try_from(period).ok()?))
        };
        read().ok_or_else(|| format!("expected CALLS/PERIOD, such as 100/60s, not \"{text}\""))
    }
}
