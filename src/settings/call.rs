//! What every command that calls the API needs, whatever for: where the calls go, and how.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::config_file::Config;
use super::credentials::CredentialSources;
use super::environment::Surroundings;
use super::layers::{Effective, Origin};
use crate::cli::CallArgs;
use crate::feishu::Credentials;
use crate::journal::entry::{JobIdentity, SIMULATED};
use crate::language::Text;
use crate::model::{BaseUrl, Operation, Rate, Result};
use crate::send::RetryPolicy;
use crate::send::search::SearchSettings;

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Api {
        base_url: BaseUrl,
        credentials: Credentials,
    },
    /// The simulated API in this process, with a limit of its own.
    Simulator {
        limit: Rate,
    },
}

impl Target {
    /// The host, and the credentials for it; what a person should know about them goes to `warnings`.
    pub(super) fn api(
        config: &Config,
        in_force: &Effective,
        surroundings: &Surroundings,
        warnings: &mut Vec<Text>,
    ) -> Result<Target> {
        let host = &in_force.base_url;
        let credentials = CredentialSources::find(surroundings, config).resolve(host)?.read(warnings)?;
        Ok(Target::Api { base_url: host.value.clone(), credentials })
    }

    /// It allows as many calls as the run makes, or else as the real one does.
    pub(super) fn simulated(in_force: &Effective) -> Target {
        let rate = &in_force.rate;
        Target::Simulator { limit: if rate.origin == Origin::Default { Rate::SIMULATOR } else { rate.value } }
    }

    /// To whom a journal belongs that tells of this operation there.
    pub(crate) fn owner(&self, operation: Operation) -> JobIdentity {
        let (host, app, tenant) = match self {
            Target::Api { base_url, credentials } => {
                (base_url.host(), credentials.app(), credentials.tenant())
            }
            Target::Simulator { .. } => (SIMULATED.to_owned(), SIMULATED, ""),
        };
        let (app, tenant) = (app.to_owned(), tenant.to_owned());
        JobIdentity { host, app, tenant, operation: operation.word().to_owned(), source: None }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct CallSettings {
    pub(crate) target: Target,
    /// Never more than this, as the server sees it, for each API apart.
    pub(crate) rate: Rate,
    /// Calls at once before even spacing sets in.
    pub(crate) burst: NonZeroU32,
    /// The longest time for one call.
    pub(crate) timeout: Duration,
    pub(crate) retry: RetryPolicy,
    /// No new call this long after the first one.
    pub(crate) deadline: Option<Duration>,
    /// How long to wait for another run to end.
    pub(crate) wait_lock: Duration,
    /// Where the allowance is kept; `None` if no directory is known.
    pub(crate) state_directory: Option<PathBuf>,
    /// What a person should know about the settings.
    pub(crate) warnings: Vec<Text>,
}

impl CallSettings {
    pub(super) fn new(
        typed: &CallArgs,
        in_force: &Effective,
        config: &Config,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let mut warnings = Vec::new();
        let target = if typed.simulate {
            Target::simulated(in_force)
        } else {
            Target::api(config, in_force, surroundings, &mut warnings)?
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

    pub(crate) const fn search(&self) -> SearchSettings {
        SearchSettings { retry: self.retry, deadline: self.deadline }
    }
}
