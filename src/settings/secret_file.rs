//! Secrets in files, and a warning about files that others can read as well.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::layers::Sourced;
use crate::feishu::{Secret, Webhook};
use crate::language::{Text, text};
use crate::model::{Error, Result};
use crate::store::platform;

/// No secret is longer.
const MOST_BYTES: u64 = 64 * 1024;

/// Where a secret is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretSource {
    Text(Secret),
    File(PathBuf),
}

pub(super) fn read_secret(source: &Sourced<SecretSource>, warnings: &mut Vec<Text>) -> Result<Secret> {
    let (path, origin) = match &source.value {
        SecretSource::Text(secret) => return Ok(secret.clone()),
        SecretSource::File(path) => (path, source.origin),
    };
    let shown = path.display();
    let text = secret_text(path, warnings).map_err(|error| {
        Error::invalid_input(text!("can't read {shown} ({origin})", shown, origin)).caused_by(error)
    })?;
    let secret = Secret::new(&text);
    if secret.is_empty() {
        return Err(Error::invalid_input(text!("{shown} ({origin}) is empty", shown, origin)));
    }
    Ok(secret)
}

/// The bot of `--notify-webhook-file`: what the file holds is a secret from the first byte.
pub(crate) fn read_webhook(path: &Path, warnings: &mut Vec<Text>) -> Result<Webhook> {
    let shown = path.display();
    let text = secret_text(path, warnings).map_err(|error| {
        Error::invalid_input(text!("can't read the webhook in {shown}", shown)).caused_by(error)
    })?;
    Webhook::parse(&text).map_err(|why| {
        Error::invalid_input(text!("{shown} contains no webhook: {why}", shown, why => why)).hint(text!(
            "put the address of the custom bot on its first line, and its secret, if any, on the second"
        ))
    })
}

fn secret_text(path: &Path, warnings: &mut Vec<Text>) -> io::Result<String> {
    let (access, text) = contents(path, MOST_BYTES)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is too long for a secret"));
    }
    if access.is_open_to_anybody() {
        let shown = path.display();
        warnings.push(text!("anybody can read or change the secret in {shown}: chmod 600 it", shown));
    }
    Ok(text)
}

/// What is in a file, and who may read it. Of a longer file one byte more than `most`.
pub(super) fn contents(path: &Path, most: u64) -> io::Result<(platform::Access, String)> {
    let file = File::open(path)?;
    let access = platform::Access::of(&file)?;
    let mut text = String::new();
    file.take(most + 1).read_to_string(&mut text)?;
    Ok((access, text))
}
