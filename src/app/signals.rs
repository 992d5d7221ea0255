//! The signals that stop a run: the first in order, the second at once.

use std::io;

use tokio::runtime::Runtime;

use crate::language::text;
use crate::model::{Error, Exit, Interrupt, Result, StopCause};
use crate::report::{Level, Log, LogLine};
use crate::send::Stop;
use crate::store::platform;

/// The signals, while they are listened for.
pub(super) struct Signals(platform::Signals);

impl Signals {
    /// From here on no signal ends the process by itself.
    pub(super) fn listen_in(runtime: &Runtime) -> Result<Signals> {
        let _within = runtime.enter();
        let unheard = |error: io::Error| Error::unusable(text!("can't listen for signals")).because(error);
        platform::Signals::listen().map(Signals).map_err(unheard)
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Interrupt {
        self.0.next().await
    }

    /// Passes the first one on to the run, and returns with the second.
    pub(super) async fn second(&mut self, order: &Stop, log: &Log) -> Exit {
        let first = self.next().await;
        let stopping =
            text!("stopping: waiting for the calls in flight; send the same signal again to quit at once");
        log.info(&LogLine::new(Level::Warn, stopping));
        order.because(StopCause::Interrupted(first));
        StopCause::Interrupted(self.next().await).exit()
    }
}
