//! The page of a results file: self-contained, and made to be read by anybody.
//!
//! - [`Facts`] is what the rows tell, [`Tracks`] are the timelines of the journal's runs: both take bounded memory.
//! - `chart` turns numbers into places; `words` are those of the page, in one language.
//! - `view`, with `head`, `numbers_view`, `rows_view` and `track_view`, is what `templates/report.html` shows: a [`Page`].

mod chart;
mod facts;
mod head;
mod numbers_view;
mod rows_view;
mod shown;
mod timeline;
mod track_view;
mod tracks;
mod view;
mod words;

pub use facts::Facts;
pub use tracks::Tracks;
pub use view::{Page, PageRecord, PageSource};
