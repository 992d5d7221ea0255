//! Owns the body of a reply on its way out, which may break off before its announced end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// How many bytes a body that breaks off announces and does not send.
const MISSING: u64 = 1000;

/// All bytes at once; then the end, or a break.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    bytes: Bytes,
    announced: u64,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Proper,
    BreakAfterFlush,
    BreakNow,
}

/// The connection is to be closed here; it is no failure of the server.
#[derive(Debug)]
pub(crate) struct BrokenOff;

impl ReplyBody {
    /// A body that is whole, or one that announces more than it has.
    pub(crate) fn new(bytes: Bytes, cut_off: bool) -> ReplyBody {
        let length = bytes.len() as u64;
        if cut_off {
            ReplyBody { bytes, announced: length + MISSING, end: End::BreakAfterFlush }
        } else {
            ReplyBody { bytes, announced: length, end: End::Proper }
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if !self.bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))));
        }
        match self.end {
            End::Proper => Poll::Ready(None),
            End::BreakAfterFlush => {
                // What was sent so far is only flushed when the body makes the server wait.
                self.end = End::BreakNow;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::BreakNow => Poll::Ready(Some(Err(BrokenOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.end == End::Proper
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken off on purpose")
    }
}

impl std::error::Error for BrokenOff {}
