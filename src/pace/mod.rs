//! Pure decisions of admission: may a call go now?
//!
//! [`Pacing`] lets a call go when all three of its parts agree: the window log (the cap), the spacing (even calls) and the
//! hold (the server asked us to wait).

mod hold;
mod pacing;
mod spacing;
mod window;

pub(crate) use pacing::{Admission, Feedback, Pace, Pacing};
