//! The files of the checkout that belong to it: whatever a user has left beside them is none of a test's business.

use std::path::Path;
use std::process::Command;

/// The files right inside a folder that git tracks, by name; where there is no git to ask (an unpacked archive), all.
pub(crate) fn tracked_files(folder: &Path) -> Vec<String> {
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "-C"]).arg(folder).args(["ls-files", "-z", "."]);
    let listed = git.output().ok().filter(|output| output.status.success() && !output.stdout.is_empty());
    let mut names: Vec<String> = match listed {
        Some(output) => {
            let names = String::from_utf8(output.stdout).expect("names are UTF-8");
            names.split_terminator('\0').filter(|name| !name.contains('/')).map(str::to_owned).collect()
        }
        None => {
            let entries =
                folder.read_dir().expect("the folder is there").map(|entry| entry.expect("an entry"));
            let files = entries.filter(|entry| entry.path().is_file());
            files.map(|entry| entry.file_name().into_string().expect("names are UTF-8")).collect()
        }
    };
    names.sort_unstable();
    names
}
