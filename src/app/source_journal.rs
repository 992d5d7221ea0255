//! Owns the proof of a restoration: the journal of the withdrawals, which is read and never changed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};
use std::path::Path;

use crate::journal::chain::hash_of;
use crate::journal::entry::Owner;
use crate::language::{Text, text};
use crate::model::{Error, Operation, Result, SourceJournal, WithdrawnIds};
use crate::store::replay;

/// The pre-hires that the journal at this path proves this tool to have withdrawn. It must belong to `owner`, or to any
/// withdrawal where that is not known.
///
/// # Errors
/// When it is not there, is damaged, or belongs to another host, app or operation; exit 2.
pub(super) fn withdrawn_ids(path: &Path, owner: Option<&Owner>) -> Result<WithdrawnIds> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Error::unusable(text!("there is no withdrawal journal at {shown}", shown)).hint(no_proof())
        }
        _ => Error::unusable(text!("can't read {shown}", shown)).because(error).hint(no_proof()),
    })?;
    let told = replay(&file, path)?;
    let is_foreign = |other: &&Owner| match owner {
        Some(owner) => *other != owner,
        None => other.operation != Operation::Withdraw.word(),
    };
    if let Some(other) = told.runs.iter().map(|run| &run.owner).find(is_foreign) {
        let wanted = owner.map_or_else(|| text!("a withdrawal"), |owner| Text::Plain(owner.to_string()));
        return Err(Error::unusable(text!(
            "{shown} belongs to another job: {other}; expected: {wanted}",
            shown,
            other,
            wanted => wanted
        ))
        .hint(text!("give the withdrawal journal with --source-journal FILE")));
    }
    let first_hash = first_hash(&file).map_err(|error| {
        Error::unusable(text!("can't read {shown}", shown)).because(error).hint(no_proof())
    })?;
    let journal = SourceJournal { name: shown.to_string(), first_hash };
    Ok(WithdrawnIds::new(told.ledger.done_by_us(), journal))
}

fn no_proof() -> Text {
    text!(
        "without the withdrawal journal, nothing proves that this tool made the withdrawals; give it with --source-journal FILE"
    )
}

/// The hash of the first line; empty where there is none.
fn first_hash(mut file: &File) -> io::Result<String> {
    let mut line = Vec::new();
    file.rewind()?;
    BufReader::new(file).read_until(b'\n', &mut line)?;
    Ok(hash_of(line.trim_ascii_end()).unwrap_or_default())
}
