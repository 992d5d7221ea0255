//! The proof of a restoration: the journal of the withdrawals, which is read and never changed.

use std::io;
use std::path::Path;

use crate::journal::IndexBuilder;
use crate::journal::entry::{Entry, Owner};
use crate::language::{Text, text};
use crate::model::{Error, Operation, Result, SourceJournal, WithdrawnIds};
use crate::store::{JournalReader, JournalSource};

/// The pre-hires that the journal at this path proves this tool to have withdrawn. It must belong to `owner`, or to any
/// withdrawal where that is not known.
///
/// # Errors
/// When it is not there, is damaged, or belongs to another host, app or operation; exit 2.
pub(super) fn withdrawn_ids(path: &Path, owner: Option<&Owner>) -> Result<WithdrawnIds> {
    let shown = path.display();
    let journal = JournalReader::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Error::unusable(text!("there is no withdrawal journal at {shown}", shown)).hint(no_proof())
        }
        _ => Error::unusable(text!("can't read {shown}", shown)).because(error).hint(no_proof()),
    })?;
    let (mut index, mut owners) = (IndexBuilder::with_room_for(journal.most_rows()), Vec::new());
    let scan = (&journal as &dyn JournalSource).read(&mut |id, entry| {
        index.take(id, entry);
        if let Entry::RunStarted(run) = entry {
            owners.push(run.owner.clone());
        }
    })?;
    let is_foreign = |other: &&Owner| match owner {
        Some(owner) => *other != owner,
        None => other.operation != Operation::Withdraw.word(),
    };
    if let Some(other) = owners.iter().find(is_foreign) {
        let wanted = owner.map_or_else(|| text!("a withdrawal"), |owner| Text::Plain(owner.to_string()));
        return Err(Error::unusable(text!(
            "{shown} belongs to another job: {other}; expected: {wanted}",
            shown,
            other,
            wanted => wanted
        ))
        .hint(text!("give the withdrawal journal with --source-journal FILE")));
    }
    let journal = SourceJournal { name: shown.to_string(), first_hash: scan.first_hash };
    Ok(WithdrawnIds::new(index.build().done_by_us(), journal))
}

fn no_proof() -> Text {
    text!(
        "without the withdrawal journal, nothing proves that this tool made the withdrawals; give it with --source-journal FILE"
    )
}
