//! Owns what is told of searches while they go on.

use std::time::Duration;

use crate::model::{Event, Refusal};

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum SearchEvent {
    /// A call went out, and has ended.
    Called,
    /// The server turned it away; no call goes for so long.
    Held(Duration),
    /// It got no answer, and is made again after this pause.
    Again(Duration, Refusal),
    /// What the token desk says.
    OfToken(Event),
}

/// Hears of it.
pub trait SearchWatcher {
    /// Takes note.
    fn note(&mut self, event: SearchEvent);
}
