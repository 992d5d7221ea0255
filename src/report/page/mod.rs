//! The page of a results file: self-contained, and made to be read by anybody.
//!
//! - [`Facts`] is what the rows tell, [`Tracks`] are the timelines of the journal's runs: both take bounded memory.
//! - `source` is what a page is made of, `view` what `templates/report.html` shows: a [`Page`] of `sections` and `chart`s,
//!   with `words` in one language.

mod chart;
mod facts;
mod sections;
mod source;
mod timeline;
mod tracks;
mod view;
mod words;

pub(crate) use facts::Facts;
pub(crate) use source::{PageRecord, PageSource};
pub(crate) use tracks::Tracks;
pub(crate) use view::Page;
