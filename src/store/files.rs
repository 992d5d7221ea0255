//! How files are created, named and put in place: private to their owner, and lasting.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::platform;

/// The results' name as a journal beside them gives it: moved together, they still fit.
#[must_use]
pub(crate) fn seen_from(journal: &Path, results: &Path) -> String {
    let (here, there) = (directory_of(journal), directory_of(results));
    let name = results.file_name().unwrap_or_default().to_string_lossy();
    if here == there { name.into_owned() } else { there.join(&*name).display().to_string() }
}

/// Its directory, in one way only however it was typed.
pub(crate) fn directory_of(path: &Path) -> PathBuf {
    let parent = parent_of(path);
    fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned())
}

/// Its directory, as it was typed.
pub(crate) fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Gives a whole file its name; the name is lasting when this returns.
pub(crate) fn put_in_place(partial: &Path, whole: &Path) -> io::Result<()> {
    fs::rename(partial, whole)?;
    sync_directory(whole)
}

/// A rename or a new file is lasting only when its directory is on disk.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    platform::sync_directory(&directory_of(path))
}

/// The name with another ending behind its own.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Creates a file that only its owner can read. What an earlier run left there is removed first: it may have other
/// rights, or lead elsewhere.
pub(crate) fn create_anew(path: &Path) -> io::Result<File> {
    remove(path)?;
    platform::private().write(true).create_new(true).open(path)
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file as a whole: under a partial name at first, so that whoever opens it finds the old one or the new one.
/// The new one is lasting when this returns; if it can't be written, nothing is left of it.
pub(crate) fn write_whole(
    path: &Path,
    partial: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let written = create_anew(partial).and_then(|file| {
        let mut writer = BufWriter::new(file);
        write(&mut writer)?;
        writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        put_in_place(partial, path)
    });
    if written.is_err() {
        // If it can't be removed, the next one replaces it.
        let _ = fs::remove_file(partial);
    }
    written
}
