//! The interface of exclusive rights: a journal and an allowance have one holder at a time.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use super::limiter::Stored;
use crate::language::Text;

/// The right of one holder. Dropped, it is free.
pub(crate) trait Lease: fmt::Debug + Send {
    /// The fencing number: each holder has a greater one than those before, so that a store can refuse one that was overtaken.
    fn fence(&self) -> u64;
}

/// Grants leases.
pub(crate) trait Leases: Send + Sync {
    /// Waits for the lease of `name` at most so long; `what` says in messages what it guards. Exit 75 if somebody else holds it.
    fn acquire<'a>(&'a self, name: &'a Path, what: Text, wait: Duration) -> Stored<'a, Box<dyn Lease>>;
}
