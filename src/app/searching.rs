//! Owns how a command that only reads goes: it ends with its last page, or with the first signal.

use super::run::runtime;
use super::signals::Signals;
use crate::model::{Exit, Result, StopCause};
use crate::report::{Log, search_stop_line};
use crate::send::search::SearchEnd;

/// Does the work of a command that does nothing else; why it was stopped, if it was.
pub(super) fn until_a_signal<T>(
    work: impl Future<Output = std::result::Result<T, SearchEnd>>,
) -> Result<std::result::Result<T, StopCause>> {
    let runtime = runtime()?;
    let mut signals = Signals::listen_in(&runtime)?;
    // A call that is cut off changes nothing.
    stopped_apart(runtime.block_on(async {
        tokio::select! {
            ended = work => ended,
            interrupt = signals.next() => Err(StopCause::Interrupted(interrupt).into()),
        }
    }))
}

/// Why it was stopped is no error.
pub(super) fn stopped_apart<T>(
    ended: std::result::Result<T, SearchEnd>,
) -> Result<std::result::Result<T, StopCause>> {
    match ended {
        Ok(value) => Ok(Ok(value)),
        Err(SearchEnd::Stopped(cause)) => Ok(Err(cause)),
        Err(SearchEnd::Failed(error)) => Err(error),
    }
}

/// Says why it was stopped.
pub(super) fn say_stopped(cause: &StopCause, again: &str, log: &Log) -> Exit {
    log.always(&search_stop_line(cause, again, log.language()));
    cause.exit()
}
