//! Owns the app ticket of a store app: a text, or a file that an event receiver keeps fresh.

use std::fs;
use std::path::PathBuf;

use super::secret::Secret;

/// Where the app ticket is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// It was given, and stays what it is.
    Fixed(Secret),
    /// In this file, which may change while the run goes on.
    File(PathBuf),
}

impl Ticket {
    /// The ticket of this moment; `None` while its file is missing, empty or no file.
    #[must_use]
    pub fn read(&self) -> Option<Secret> {
        match self {
            Ticket::Fixed(ticket) => Some(ticket.clone()),
            Ticket::File(path) => {
                // A pipe would never end.
                let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
                let text = is_file.then(|| fs::read_to_string(path).ok()).flatten()?;
                Some(Secret::new(&text)).filter(|ticket| !ticket.is_empty())
            }
        }
    }
}
