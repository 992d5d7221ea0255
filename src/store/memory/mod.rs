//! What nobody shares is kept in memory: for rehearsals, for tests, and for the token endpoint.

mod limiter;

pub use limiter::MemoryLimiter;
