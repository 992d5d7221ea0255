//! Leases between the processes of one machine: a file that the kernel unlocks when its holder dies, with the holder's pid in it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use crate::language::{Text, text};
use crate::model::{Error, Result};
use crate::store::limiter::Stored;
use crate::store::{Lease, Leases, platform};

/// How often a lock that is held is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// Leases that are files.
pub(super) struct FileLeases;

impl Leases for FileLeases {
    fn acquire<'a>(&'a self, name: &'a Path, what: Text, wait: Duration) -> Stored<'a, Box<dyn Lease>> {
        Box::pin(async move {
            let lock = Lock::take(name, what, wait).await?;
            Ok(Box::new(lock) as Box<dyn Lease>)
        })
    }
}

/// A lock that this process holds. Dropped, it is free, and its file is gone.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lease for Lock {
    fn fence(&self) -> u64 {
        // Nobody can overtake a holder that lives: the kernel keeps the others out.
        1
    }
}

impl Lock {
    /// Takes the lock; `what` names what it guards, and it is waited for at most so long.
    ///
    /// # Errors
    /// Exit 75 with the holder's pid; exit 4 when the file can't be created.
    async fn take(path: &Path, what: Text, wait: Duration) -> Result<Lock> {
        let begun = Instant::now();
        loop {
            let pid = match try_take(path) {
                Ok(Ok(file)) => return Ok(Lock { path: path.to_owned(), _file: file }),
                Ok(Err(pid)) => pid,
                Err(error) => {
                    return Err(Error::cannot_record(text!("can't create {path}", path = path.display()))
                        .because(error)
                        .hint(text!(
                            "check that the directory exists and is writable, or choose another with -o FILE"
                        )));
                }
            };
            if begun.elapsed() >= wait {
                let who = if pid.is_empty() { text!("another process") } else { text!("process {pid}", pid) };
                return Err(Error::locked(
                    text!("another run holds {what}: {who}", what => what, who => who),
                )
                .hint(text!("wait until it has ended, or add --wait-lock 10m")));
            }
            tokio::time::sleep(PAUSE.min(wait - begun.elapsed().min(wait))).await;
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held, so that nobody else's is removed. If it can't be, it is unlocked all the same.
        let _ = fs::remove_file(&self.path);
    }
}

/// The locked file, or the pid of its holder.
fn try_take(path: &Path) -> io::Result<std::result::Result<File, String>> {
    loop {
        let mut file = platform::private().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                // Its last holder may have removed it between our opening and our locking.
                if !platform::is_at(&file, path) {
                    continue;
                }
                file.set_len(0)?;
                file.write_all(format!("{}\n", std::process::id()).as_bytes())?;
                return Ok(Ok(file));
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                file.rewind()?;
                file.read_to_string(&mut pid)?;
                return Ok(Err(pid.trim().to_owned()));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_holder_is_told_the_first_ones_pid() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.lock");
        let first = Lock::take(&path, Text::plain("the journal"), Duration::ZERO).await.expect("it is free");
        let error =
            Lock::take(&path, Text::plain("the journal"), Duration::ZERO).await.expect_err("it is held");
        assert_eq!(error.exit().code(), 75);
        assert!(
            error.report(crate::language::Language::English).contains(&std::process::id().to_string()),
            "{}",
            error.report(crate::language::Language::English)
        );
        drop(first);
        assert!(!path.exists());
        Lock::take(&path, Text::plain("the journal"), Duration::ZERO).await.expect("it is free again");
    }

    #[tokio::test]
    async fn a_stale_file_is_no_lock() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.lock");
        fs::write(&path, "1\n").expect("a file");
        Lock::take(&path, Text::plain("the journal"), Duration::ZERO).await.expect("nobody holds it");
    }
}
