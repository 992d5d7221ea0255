//! The file of metrics: replaced in one step, so that nobody reads half of it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::ending::Ending;
use super::metrics::{is_metrics, last_success, metrics};
use crate::store::{parent_of, platform, write_whole};

/// No file of ours is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Writes how the run ended; when a run was last a success is kept from the file that is there.
///
/// # Errors
/// When it can't be written, or something else than a file of ours is there.
pub fn write_metrics(path: &Path, ending: &Ending) -> io::Result<()> {
    let text = metrics(ending, earlier_success(path)?);
    // The exporter reads names that end with .prom; this one does not.
    let partial = parent_of(path).join(format!(".prehire-metrics-{}", std::process::id()));
    write_whole(path, &partial, |writer| {
        writer.write_all(text.as_bytes())?;
        // It names nobody, and another user's exporter reads it.
        platform::let_all_read(writer.get_ref())
    })
}

fn earlier_success(path: &Path) -> io::Result<Option<f64>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let foreign = || io::Error::other("something is there that is no file of these metrics");
    if !metadata.is_file() || metadata.len() > MOST_BYTES {
        return Err(foreign());
    }
    let text = String::from_utf8(fs::read(path)?).map_err(|_| foreign())?;
    if is_metrics(&text) { Ok(last_success(&text)) } else { Err(foreign()) }
}
