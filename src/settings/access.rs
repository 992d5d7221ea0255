//! Owns reading secrets from their files, and what is said when anybody else can read them, too.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::credentials::{Access, SecretSource};
use super::layers::Sourced;
use super::variables::TENANT_ACCESS_TOKEN;
use crate::feishu::{Credentials, Secret, Ticket, Token};
use crate::language::{Text, text};
use crate::model::{Error, Result};
use crate::store::platform;

/// No secret is longer.
const MOST_BYTES: u64 = 64 * 1024;

impl Access {
    /// The credentials themselves; what a person should know about their files goes to `warnings`.
    ///
    /// # Errors
    /// When a file can't be read, or is empty, or a token can't be one; exit 2.
    pub fn read(self, warnings: &mut Vec<Text>) -> Result<Credentials> {
        match self {
            Access::Given(token) => sendable(token).map(|token| Credentials::Given(Token(token))),
            Access::App { app_id, app_secret, app_ticket, tenant_key } => {
                let app_secret = read(&app_secret, warnings)?;
                match (app_ticket, tenant_key) {
                    (Some(ticket), Some(tenant_key)) => {
                        let ticket = ticket_of(ticket, warnings)?;
                        Ok(Credentials::StoreApp { app_id, app_secret, ticket, tenant_key })
                    }
                    (None, Some(_)) => {
                        warnings.push(text!(
                            "there is a tenant key but no app ticket: {app_id} is treated as a custom app",
                            app_id
                        ));
                        Ok(Credentials::App { app_id, app_secret })
                    }
                    (_, None) => Ok(Credentials::App { app_id, app_secret }),
                }
            }
        }
    }
}

/// A file is read to see whether it can be; its ticket may be another one by the time that it is needed.
fn ticket_of(source: Sourced<SecretSource>, warnings: &mut Vec<Text>) -> Result<Ticket> {
    let ticket = read(&source, warnings)?;
    Ok(match source.value {
        SecretSource::Text(_) => Ticket::Fixed(ticket),
        SecretSource::File(path) => Ticket::File(path),
    })
}

fn read(source: &Sourced<SecretSource>, warnings: &mut Vec<Text>) -> Result<Secret> {
    let (path, origin) = match &source.value {
        SecretSource::Text(secret) => return Ok(secret.clone()),
        SecretSource::File(path) => (path, source.origin),
    };
    let shown = path.display();
    let (access, text) = contents(path).map_err(|error| {
        Error::unusable(text!("can't read {shown} ({origin})", shown, origin)).because(error)
    })?;
    let secret = Secret::new(&text);
    if secret.is_empty() {
        return Err(Error::unusable(text!("{shown} ({origin}) is empty", shown, origin)));
    }
    warn_if_exposed(path, access, warnings);
    Ok(secret)
}

/// What a person should know about a file with a secret of this mode.
pub(super) fn warn_if_exposed(path: &Path, access: platform::Access, warnings: &mut Vec<Text>) {
    if access.is_open_to_anybody() {
        let shown = path.display();
        warnings.push(text!("anybody can read or change the secret in {shown}: chmod 600 it", shown));
    }
}

/// The mode of a file with a secret, and what is in it.
pub(super) fn contents(path: &Path) -> io::Result<(platform::Access, String)> {
    let mut file = File::open(path)?;
    let access = platform::Access::of(&file)?;
    let mut text = String::new();
    file.by_ref().take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is too long for a secret"));
    }
    Ok((access, text))
}

/// A token goes into a header, where only visible characters may stand.
fn sendable(token: Secret) -> Result<Secret> {
    if token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(token)
    } else {
        Err(Error::unusable(text!(
            "{TENANT_ACCESS_TOKEN} contains a character that no token has",
            TENANT_ACCESS_TOKEN
        )))
    }
}
