//! What nobody shares is kept in memory: for rehearsals, for tests, and for the token endpoint.

mod journal;
mod leases;
mod limiter;

pub use journal::MemoryJournal;
pub use leases::MemoryLeases;
pub use limiter::MemoryLimiter;
