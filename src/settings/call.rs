//! Owns the settings of every command that calls the API, whatever for: where the calls go, and how.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::Effective;
use super::config_file::Config;
use super::environment::Surroundings;
use super::layers::Origin;
use super::run::Target;
use crate::cli::CallArgs;
use crate::language::Text;
use crate::model::{Rate, Result};
use crate::send::RetryPolicy;
use crate::send::search::SearchSettings;

/// Where calls go, and how.
#[derive(Clone, Debug)]
pub struct CallSettings {
    /// Where.
    pub target: Target,
    /// Never more than this, as the server sees it, for each API apart.
    pub rate: Rate,
    /// Calls at once before even spacing sets in.
    pub burst: NonZeroU32,
    /// The longest time for one call.
    pub timeout: Duration,
    /// How often something is tried, and after which pauses.
    pub retry: RetryPolicy,
    /// No new call this long after the first one.
    pub deadline: Option<Duration>,
    /// How long to wait for another run to end.
    pub wait_lock: Duration,
    /// Where the allowance is kept; `None` if no directory is known.
    pub state_directory: Option<PathBuf>,
    /// What a person should know about the settings.
    pub warnings: Vec<Text>,
}

impl CallSettings {
    /// Completes what is in force by where the calls go.
    ///
    /// # Errors
    /// When the credentials are missing, or can't be used; exit 2.
    pub(super) fn new(
        typed: &CallArgs,
        in_force: &Effective,
        config: &Config,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let mut warnings = Vec::new();
        let target = if typed.simulate {
            simulated(in_force)
        } else {
            config.target(in_force, surroundings, &mut warnings)?
        };
        let retry = RetryPolicy {
            max_attempts: in_force.max_attempts.value,
            base: in_force.retry_base.value,
            cap: in_force.retry_cap.value,
        };
        Ok(CallSettings {
            target,
            rate: in_force.rate.value,
            burst: in_force.burst.value,
            timeout: in_force.timeout.value,
            retry,
            deadline: in_force.deadline.value,
            wait_lock: in_force.wait_lock.value,
            state_directory: surroundings.state_directory.clone(),
            warnings,
        })
    }

    /// How searches go.
    #[must_use]
    pub const fn search(&self) -> SearchSettings {
        SearchSettings { retry: self.retry, deadline: self.deadline }
    }
}

/// The simulated API, which allows as many calls as the run makes, or else as the real one does.
pub(super) fn simulated(in_force: &Effective) -> Target {
    let rate = &in_force.rate;
    Target::Simulator { limit: if rate.origin == Origin::Default { Rate::SIMULATOR } else { rate.value } }
}
