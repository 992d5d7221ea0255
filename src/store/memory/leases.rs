//! Leases within one process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::language::{Text, text};
use crate::model::Error;
use crate::store::limiter::Stored;
use crate::store::{Lease, Leases};

/// How often a lease that is held is asked for again.
const PAUSE: Duration = Duration::from_millis(100);

/// Leases that end with the process. Clones grant the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryLeases(Arc<Mutex<HashMap<PathBuf, Holder>>>);

#[derive(Debug, Default)]
struct Holder {
    /// The fencing number of the last holder.
    fence: u64,
    is_held: bool,
}

#[derive(Debug)]
struct MemoryLease {
    leases: MemoryLeases,
    name: PathBuf,
    fence: u64,
}

impl MemoryLeases {
    /// Nothing can fail between the locking and the unlocking.
    fn holders(&self) -> MutexGuard<'_, HashMap<PathBuf, Holder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_acquire(&self, name: &Path) -> Option<MemoryLease> {
        let mut holders = self.holders();
        let holder = holders.entry(name.to_owned()).or_default();
        if std::mem::replace(&mut holder.is_held, true) {
            return None;
        }
        holder.fence += 1;
        Some(MemoryLease { leases: self.clone(), name: name.to_owned(), fence: holder.fence })
    }
}

impl Leases for MemoryLeases {
    fn acquire<'a>(&'a self, name: &'a Path, what: Text, wait: Duration) -> Stored<'a, Box<dyn Lease>> {
        let begun = Instant::now();
        Box::pin(async move {
            loop {
                if let Some(lease) = self.try_acquire(name) {
                    return Ok(Box::new(lease) as Box<dyn Lease>);
                }
                let left = wait.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    let who = text!("this process");
                    return Err(Error::locked(
                        text!("another run holds {what}: {who}", what => what, who => who),
                    ));
                }
                sleep(PAUSE.min(left)).await;
            }
        })
    }
}

impl Lease for MemoryLease {
    fn fence(&self) -> u64 {
        self.fence
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        if let Some(holder) = self.leases.holders().get_mut(&self.name) {
            // One that was overtaken gives nothing back.
            holder.is_held &= holder.fence != self.fence;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what() -> Text {
        Text::plain("the journal")
    }

    #[tokio::test(start_paused = true)]
    async fn one_holder_at_a_time_each_with_a_greater_fence() {
        let leases = MemoryLeases::default();
        let name = Path::new("job");
        let first = leases.acquire(name, what(), Duration::ZERO).await.expect("it is free");
        let other = leases.acquire(Path::new("another job"), what(), Duration::ZERO).await;
        assert!(other.is_ok(), "each job has a lease of its own");
        let refused = leases.acquire(name, what(), Duration::from_secs(5)).await.expect_err("it is held");
        assert_eq!(refused.exit().code(), 75);
        let second = async {
            let second = leases.acquire(name, what(), Duration::from_secs(5)).await;
            second.expect("it is free again").fence()
        };
        let first_fence = first.fence();
        let (second_fence, ()) = tokio::join!(second, async {
            sleep(Duration::from_secs(1)).await;
            drop(first);
        });
        assert!(second_fence > first_fence);
    }
}
