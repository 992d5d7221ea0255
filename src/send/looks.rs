//! Looks at pre-hires in doubt, as rows wait for them; `queries` answers them, ten at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use tokio::sync::{Notify, oneshot};

use super::api::TokenApi;
use super::calls::Calls;
use super::look::Found;
use crate::feishu;
use crate::model::{Moment, PreHireId};

/// The result of a row's look.
pub(super) enum LookReply {
    Found(Found),
    /// The app may not look pre-hires up.
    MayNotLook,
    /// The run ends first.
    Interrupted,
}

/// A pre-hire that waits to be looked up.
pub(super) struct Waiting {
    pub(super) id: PreHireId,
    pub(super) reply: oneshot::Sender<LookReply>,
}

/// The looks of an account.
pub(super) struct Looks {
    may_look: AtomicBool,
    queue: Mutex<Queue>,
    /// Somebody has asked, or a batch is on its way.
    pub(super) changed: Notify,
}

#[derive(Default)]
struct Queue {
    /// By the moment at which the look is due, and in the order of asking.
    waiting: BTreeMap<(Moment, u64), Waiting>,
    asked: u64,
    /// Does a query wait for its leave? It will take whatever is due then.
    is_gathering: bool,
}

impl Looks {
    pub(super) fn new(may_look: bool) -> Self {
        Looks { may_look: AtomicBool::new(may_look), queue: Mutex::default(), changed: Notify::new() }
    }

    /// May the app look pre-hires up, as far as one knows?
    pub(super) fn may_look(&self) -> bool {
        self.may_look.load(Ordering::Relaxed)
    }

    /// Looks a pre-hire up at this moment.
    pub(super) async fn ask<A: TokenApi>(&self, calls: &Calls<A>, id: PreHireId, due: Moment) -> LookReply {
        if !self.may_look() {
            return LookReply::MayNotLook;
        }
        let (sender, reply) = oneshot::channel();
        self.put(due, Waiting { id, reply: sender });
        self.changed.notify_one();
        tokio::select! {
            biased;
            reply = reply => reply.unwrap_or(LookReply::Interrupted),
            () = calls.too_late(due) => LookReply::Interrupted,
        }
    }

    /// The app may not; true if that is news.
    pub(super) fn refused(&self) -> bool {
        self.may_look.swap(false, Ordering::Relaxed)
    }

    /// A query waits for its leave, or no longer does.
    pub(super) fn gather(&self, is_gathering: bool) {
        self.queue().is_gathering = is_gathering;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nobody panics with the queue")
    }

    pub(super) fn put(&self, due: Moment, waiting: Waiting) {
        let mut queue = self.queue();
        queue.asked += 1;
        let number = queue.asked;
        queue.waiting.insert((due, number), waiting);
    }

    /// When the next look is due, unless a query is about to take it.
    pub(super) fn next_due(&self) -> Option<Moment> {
        let queue = self.queue();
        queue.waiting.first_key_value().map(|((due, _), _)| *due).filter(|_| !queue.is_gathering)
    }

    /// What is due, as many as one query takes.
    pub(super) fn take_batch(&self, now: Moment) -> Vec<Waiting> {
        let mut queue = self.queue();
        queue.is_gathering = false;
        let mut batch = Vec::new();
        while batch.len() < feishu::MOST_QUERIED
            && let Some(first) = queue.waiting.first_entry()
            && first.key().0 <= now
        {
            batch.push(first.remove());
        }
        batch
    }

    /// Every look that waits is answered so.
    pub(super) fn answer_all(&self, reply: fn() -> LookReply) {
        let waiting = std::mem::take(&mut self.queue().waiting);
        for waiting in waiting.into_values() {
            // A row that was dropped does not matter.
            let _ = waiting.reply.send(reply());
        }
    }
}
