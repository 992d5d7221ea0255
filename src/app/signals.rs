//! Owns the signals that stop a run: SIGINT and SIGTERM.

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::error::{Error, Exit, Result};
use crate::event::{Interrupt, StopCause};
use crate::language::text;
use crate::report::{Level, Log, LogLine};

/// SIGINT and SIGTERM. The first stops the run in order, the second at once.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From here on no signal ends the process by itself.
    pub(super) fn listen_in(runtime: &Runtime) -> Result<Signals> {
        let _within = runtime.enter();
        let unheard = |error| Error::unusable(text!("can't listen for signals")).because(error);
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt()).map_err(unheard)?,
            terminate: signal(SignalKind::terminate()).map_err(unheard)?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.interrupt.recv() => Interrupt::Interrupt,
            _ = self.terminate.recv() => Interrupt::Terminate,
        }
    }

    /// Passes the first one on to the pool, and returns with the second.
    pub(super) async fn second(&mut self, halt: &watch::Sender<Option<StopCause>>, log: &Log) -> Exit {
        let first = self.next().await;
        let stopping =
            text!("stopping: waiting for the calls in flight; send the same signal again to quit at once");
        log.announce(&LogLine::new(Level::Warn, stopping));
        halt.send_if_modified(|order| {
            let is_new = order.is_none();
            order.get_or_insert(StopCause::Interrupted(first));
            is_new
        });
        StopCause::Interrupted(self.next().await).exit()
    }
}
