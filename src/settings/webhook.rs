//! Owns reading the file of `--notify-webhook-file`: what it holds is a secret from the first byte.

use std::path::Path;

use super::access::{contents, warn_if_exposed};
use crate::feishu::Webhook;
use crate::language::{Text, text};
use crate::model::{Error, Result};

/// The bot of the file; what a person should know about the file goes to `warnings`.
///
/// # Errors
/// When it can't be read, or holds no address that may be called; exit 2.
pub fn read_webhook(path: &Path, warnings: &mut Vec<Text>) -> Result<Webhook> {
    let shown = path.display();
    let (mode, text) = contents(path)
        .map_err(|error| Error::unusable(text!("can't read the webhook in {shown}", shown)).because(error))?;
    warn_if_exposed(path, mode, warnings);
    Webhook::parse(&text).map_err(|why| {
        Error::unusable(text!("{shown} contains no webhook: {why}", shown, why => why)).hint(text!(
            "put the address of the custom bot on its first line, and its secret, if any, on the second"
        ))
    })
}
