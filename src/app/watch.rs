//! Owns the watch over a run: what is known of it is passed on as it comes, and a signal that comes before the run has
//! begun ends it at once, whatever it waits for.
//!
//! The run has a thread of its own, so that a lock or a question that it waits for keeps nobody from ending it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::signals::Signals;
use crate::language::{Language, Text, text};
use crate::model::{Error, Exit, Result, StopCause};
use crate::report::Tally;

/// What becomes known of a run while it goes on.
#[derive(Debug)]
pub(super) enum Fact {
    /// In which language people are told.
    Language(Language),
    /// Which app is used, and at which host.
    Target(Text),
    /// Where its files are.
    Places { results: PathBuf, journal: PathBuf },
    /// What was counted, and why it was stopped early, if it was.
    Counted(Box<Tally>, Option<StopCause>),
    /// Why it does not even begin, where that is no error.
    Stopped(StopCause),
    /// A second signal has ended it at once.
    Abandoned,
}

/// Who has decided whether the run begins; the first one has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    Begun,
    Stopped(Exit),
}

/// What a run tells those who watch it.
pub(super) struct Witness {
    facts: UnboundedSender<Fact>,
    decision: Arc<OnceLock<Decision>>,
}

impl Witness {
    /// Something is known.
    pub(super) fn tell(&self, fact: Fact) {
        // When nobody listens any more, the process is about to end.
        let _ = self.facts.send(fact);
    }

    /// The run is about to begin, and from now on takes care of signals itself; an error if one has come before.
    pub(super) fn begin(&self) -> Result<()> {
        match self.decision.get_or_init(|| Decision::Begun) {
            Decision::Begun => Ok(()),
            Decision::Stopped(exit) => Err(Error::interrupted(*exit)),
        }
    }
}

/// Runs it on a thread of its own; returns with its end, or with the first signal before it has begun.
pub(super) fn watched(
    runtime: &Runtime,
    work: impl FnOnce(&Witness) -> Result<Exit> + Send + 'static,
    mut note: impl FnMut(Fact),
) -> Result<Exit> {
    let (sender, facts) = unbounded_channel();
    let decision = Arc::default();
    let witness = Witness { facts: sender, decision: Arc::clone(&decision) };
    let mut signals = Signals::listen_in(runtime)?;
    let run = thread::Builder::new()
        .name("run".to_owned())
        .spawn(move || work(&witness))
        .map_err(|error| Error::unusable(text!("can't start")).because(error))?;
    match runtime.block_on(early_signal(&mut signals, facts, &decision, &mut note)) {
        // The thread is left where it is: the process ends now, and the thread can't begin any more.
        Some(exit) => Err(Error::interrupted(exit)),
        None => run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

/// The exit code of a signal that came before the run had begun; `None` when the run has ended.
async fn early_signal(
    signals: &mut Signals,
    mut facts: UnboundedReceiver<Fact>,
    decision: &OnceLock<Decision>,
    note: &mut impl FnMut(Fact),
) -> Option<Exit> {
    loop {
        tokio::select! {
            biased;
            fact = facts.recv() => note(fact?),
            signal = signals.next(), if decision.get().is_none() => {
                let stop = Decision::Stopped(StopCause::Interrupted(signal).exit());
                if let Decision::Stopped(exit) = decision.get_or_init(|| stop) {
                    return Some(*exit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn witness(decision: &Arc<OnceLock<Decision>>) -> (Witness, UnboundedReceiver<Fact>) {
        let (facts, receiver) = unbounded_channel();
        (Witness { facts, decision: Arc::clone(decision) }, receiver)
    }

    #[test]
    fn a_run_that_was_stopped_before_it_began_never_begins() {
        let decision = Arc::new(OnceLock::new());
        let (witness, _facts) = witness(&decision);
        assert!(decision.set(Decision::Stopped(Exit::Terminated)).is_ok());
        assert_eq!(witness.begin().unwrap_err().exit(), Exit::Terminated);
    }

    #[test]
    fn a_run_that_has_begun_is_not_stopped_from_here() {
        let decision = Arc::new(OnceLock::new());
        let (witness, _facts) = witness(&decision);
        witness.begin().unwrap();
        assert!(decision.set(Decision::Stopped(Exit::Interrupted)).is_err());
        witness.begin().unwrap();
    }
}
