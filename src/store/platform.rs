//! What differs from one operating system to another: private files, reading at a place, the clock that nobody can set,
//! who and where we are, limits of a child process, signals. No other file names an operating system.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::model::Interrupt;

const OWNER_ONLY: u32 = 0o600;
const READ_BY_ALL: u32 = 0o644;

/// Where Linux names the current boot. Elsewhere boots can't be told apart, and each run counts as another one.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Where the users of this machine are listed.
const USERS: &str = "/etc/passwd";

/// Options for files that only their owner can read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(OWNER_ONLY);
    options
}

/// Lets other users read a file, for what names nobody.
pub(crate) fn let_all_read(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(READ_BY_ALL))
}

/// Reads at a place, and leaves the file's own place alone.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    file.read_at(buffer, place)
}

/// Is the open file the one that has this name?
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Puts the names in a directory on disk: a rename or a new file is lasting only then.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Who may read and change a file beside its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access(u32);

impl Access {
    /// That of an open file.
    pub(crate) fn of(file: &File) -> io::Result<Access> {
        Ok(Access(file.metadata()?.permissions().mode() & 0o777))
    }

    /// May anybody read or change it? The group is left out: that is how systemd and Kubernetes hand secrets to a service.
    pub(crate) const fn is_open_to_anybody(self) -> bool {
        self.0 & 0o007 != 0
    }

    /// May the group, or anybody, read or change it?
    pub(crate) const fn is_open_to_others(self) -> bool {
        self.0 & 0o077 != 0
    }

    /// May anybody change it?
    pub(crate) const fn is_written_by_anybody(self) -> bool {
        self.0 & 0o002 != 0
    }
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

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

/// The name of this machine.
pub(crate) fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The name of the user whose process this is; the number where the machine itself knows no name.
pub(crate) fn user() -> String {
    let number = getuid().as_raw();
    let users = std::fs::read_to_string(USERS).unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, own) = (fields.next()?, fields.next()?, fields.next()?);
        (own.parse() == Ok(number)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| number.to_string())
}

/// Limits what this process may take: bytes of memory, seconds of computing. It leaves no core behind: what is in memory is
/// nobody's business.
pub(crate) fn limit_this_process(memory: u64, seconds: u64) -> io::Result<()> {
    for (resource, limit) in [(Resource::As, memory), (Resource::Cpu, seconds), (Resource::Core, 0)] {
        // Whoever has started us may have set a lower one already.
        let limit = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}

/// Did the system end a process that had reached its limits?
pub(crate) fn was_killed(status: ExitStatus) -> bool {
    status.signal().is_some()
}

/// The signals that stop a run. From when they are listened for, none ends the process by itself.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from here on; within a runtime.
    pub(crate) fn listen() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.interrupt.recv() => Interrupt::Interrupt,
            _ = self.terminate.recv() => Interrupt::Terminate,
        }
    }
}
