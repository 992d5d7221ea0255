//! The stores in memory, shared with nobody: for rehearsals, for tests, and for the token endpoint.

mod journal;
mod leases;
mod limiter;

pub(crate) use journal::MemoryJournal;
pub(crate) use leases::MemoryLeases;
pub(crate) use limiter::MemoryLimiter;
