//! The copying of a sheet in a process of its own, so that no workbook can take more memory than it may, or end this
//! process: both sides of it.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use serde::{Deserialize, Serialize};

use super::request::{SheetCopy, SheetRequest, WorkbookKind, broken};
use super::sheets;
use crate::language::{Text, text};
use crate::model::{Error, Exit, Result};
use crate::store::platform;

/// The hidden command that answers a request.
const COMMAND: &str = "copy-sheet";
/// With this program's own few, it makes 256 MiB.
const MOST_MEMORY: u64 = 240 * 1024 * 1024;
/// A workbook within its limits takes a few seconds.
const MOST_SECONDS: u64 = 300;

/// What the other process has to say when it ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChildReply {
    Copied { kind: WorkbookKind, sheet: String },
    Refused { message: String, hint: Option<String> },
}

/// Has the sheet that is meant copied into `copy`.
pub(super) fn copy_sheet(
    workbook: File,
    copy: File,
    request: &SheetRequest,
    program: &Path,
) -> Result<SheetCopy> {
    let impossible = |error| {
        Error::invalid_input(text!("can't start the workbook reader"))
            .caused_by(error)
            .hint(text!("save the sheet as \"CSV UTF-8\", and give that file"))
    };
    let typed = serde_json::to_string(request).expect("names are JSON");
    let output = Command::new(program)
        .args([COMMAND, typed.as_str()])
        // It needs none of the environment, and the environment may hold secrets.
        .env_clear()
        .stdin(rewound(workbook).map_err(impossible)?)
        .stdout(copy.try_clone().map_err(impossible)?)
        .stderr(Stdio::piped())
        .output()
        .map_err(impossible)?;
    match serde_json::from_slice(&output.stderr) {
        Ok(ChildReply::Copied { kind, sheet }) if output.status.success() => {
            Ok(SheetCopy { file: copy, kind, name: sheet })
        }
        Ok(ChildReply::Refused { message, hint }) => {
            let error = Error::invalid_input(Text::Plain(message));
            Err(match hint {
                Some(hint) => error.hint(Text::Plain(hint)),
                None => error,
            })
        }
        _ => Err(died(&request.name, output.status)),
    }
}

fn rewound(mut file: File) -> std::io::Result<File> {
    std::io::Seek::rewind(&mut file)?;
    Ok(file)
}

fn died(name: &str, status: ExitStatus) -> Error {
    let cause = if platform::was_killed(status) {
        text!("reading it takes more than 240 MiB of memory, or more than 5 minutes")
    } else {
        text!("its parts contradict each other")
    };
    broken(name, cause)
}

/// The other process: the workbook on standard input, its copy on standard output, the answer on standard error.
pub(crate) fn answer_request(request: &str) -> Result<Exit> {
    platform::limit_this_process(MOST_MEMORY, MOST_SECONDS)
        .map_err(|error| Error::invalid_input(text!("can't limit the workbook reader")).caused_by(error))?;
    std::panic::set_hook(Box::new(|_| ()));
    let request: SheetRequest = serde_json::from_str(request).map_err(|error| {
        Error::invalid_input(text!("this command is for internal use only")).caused_by(error)
    })?;
    let stream = |stream: std::io::Result<std::os::fd::OwnedFd>| {
        stream
            .map(File::from)
            .map_err(|error| Error::invalid_input(text!("can't use the standard streams")).caused_by(error))
    };
    let workbook = stream(std::io::stdin().as_fd().try_clone_to_owned())?;
    let copy = stream(std::io::stdout().as_fd().try_clone_to_owned())?;
    let answer = match sheets::copy_sheet(workbook, copy, &request) {
        Ok(SheetCopy { kind, name, .. }) => ChildReply::Copied { kind, sheet: name },
        Err(error) => {
            let language = request.language;
            ChildReply::Refused { message: error.message(language), hint: error.hint_text(language) }
        }
    };
    let answer = serde_json::to_string(&answer).expect("names and words are JSON");
    let written = std::io::stderr().write_all(answer.as_bytes());
    written.map_err(|error| Error::invalid_input(text!("can't answer")).caused_by(error))?;
    Ok(Exit::Success)
}
