//! The file in which a new app ticket reaches the app, as the app's own event receiver would keep it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::time::sleep;

/// Where tickets go, and how long they are on their way.
#[derive(Debug)]
pub(crate) struct TicketFile {
    pub(crate) file: Option<PathBuf>,
    pub(crate) delay: Duration,
}

impl TicketFile {
    /// The first ticket is there before the first call.
    pub(crate) fn write_initial(&self, ticket: &str) -> io::Result<()> {
        match &self.file {
            None => Ok(()),
            Some(file) => write(file, ticket).map_err(|error| {
                io::Error::new(error.kind(), format!("{} can't be written: {error}", file.display()))
            }),
        }
    }

    /// A later one comes at once or on its own time; one that gets lost is resent on request, as in reality.
    pub(crate) fn deliver(&self, ticket: String) {
        let Some(file) = self.file.clone() else { return };
        if self.delay.is_zero() {
            let _ = write(&file, &ticket);
            return;
        }
        let delay = self.delay;
        tokio::spawn(async move {
            sleep(delay).await;
            let _ = write(&file, &ticket);
        });
    }
}

/// Replaces the file as a whole, readable by its owner alone.
fn write(file: &Path, ticket: &str) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut fresh = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    writeln!(fresh, "{ticket}")?;
    fresh.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_ticket_replaces_the_one_before_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ticket");
        let ticket_file = TicketFile { file: Some(file.clone()), delay: Duration::ZERO };
        ticket_file.write_initial("one").unwrap();
        ticket_file.deliver("two".to_owned());
        assert_eq!(fs::read_to_string(&file).unwrap(), "two\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test(start_paused = true)]
    async fn a_delayed_ticket_comes_later() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ticket");
        let ticket_file = TicketFile { file: Some(file.clone()), delay: Duration::from_secs(5) };
        ticket_file.deliver("late".to_owned());
        sleep(Duration::from_secs(4)).await;
        assert!(!file.exists());
        sleep(Duration::from_secs(2)).await;
        assert_eq!(fs::read_to_string(&file).unwrap(), "late\n");
    }

    #[test]
    fn a_file_that_can_not_be_written_is_named() {
        let ticket_file = TicketFile { file: Some("/nowhere/ticket".into()), delay: Duration::ZERO };
        assert!(ticket_file.write_initial("one").unwrap_err().to_string().contains("/nowhere/ticket"));
    }
}
