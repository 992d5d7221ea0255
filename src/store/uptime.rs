//! Owns the one clock that nobody can set: the time since this machine was started, and which start it was.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Where Linux names the current boot. Elsewhere boots can't be told apart, and each run counts as another one.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// A start of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Boot(String);

impl Boot {
    /// The current one.
    pub(super) fn current() -> Boot {
        let id = std::fs::read_to_string(BOOT_ID).unwrap_or_default();
        Boot(id.trim().to_owned())
    }

    #[cfg(test)]
    pub(super) fn named(word: &str) -> Boot {
        Boot(word.to_owned())
    }

    /// Its name in a file.
    pub(super) fn word(&self) -> &str {
        if self.0.is_empty() { "unknown" } else { &self.0 }
    }

    /// Is it certainly the boot that a file names?
    pub(super) fn is(&self, word: &str) -> bool {
        !self.0.is_empty() && self.0 == word
    }
}

/// The time since the machine was started; on Linux also while it slept.
pub(super) fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let now = clock_gettime(clock);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}
