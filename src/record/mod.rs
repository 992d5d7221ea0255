//! Stage 4: what came of each row, on disk.
//!
//! - [`Advice`](advice::advice) says what a person should do next.
//! - [`cells`] turns a settlement into the cells of the contract.
//! - `order` puts settlements back into the order of the file.
//! - [`ResultsFile`] writes them.

pub mod advice;
pub mod cells;
mod order;
mod output_path;
mod results;

pub use output_path::OutputPath;
pub use results::{ResultsFile, Written};
