//! Owns what the program takes from its surroundings: read once, in `main`, and passed on as values.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use super::Target;
use crate::error::{Error, Result};
use crate::feishu::{Credentials, Secret, Token};
use crate::settings::BaseUrl;

const APP_ID: &str = "FEISHU_APP_ID";
const APP_SECRET: &str = "FEISHU_APP_SECRET";
const APP_SECRET_FILE: &str = "FEISHU_APP_SECRET_FILE";
const TENANT_ACCESS_TOKEN: &str = "FEISHU_TENANT_ACCESS_TOKEN";

/// The surroundings of the process. Its variables may hold secrets, so it has no debug form.
pub struct Surroundings {
    variables: HashMap<&'static str, Secret>,
    /// Can a person answer on standard input?
    pub stdin_is_terminal: bool,
    /// Does a person look at standard error?
    pub stderr_is_terminal: bool,
    /// Where state is kept: `$STATE_DIRECTORY`, else the XDG place; `None` if neither is known.
    pub state_directory: Option<PathBuf>,
    /// This very program, to be called again for a workbook; `None` if it can't be found.
    pub program: Option<PathBuf>,
    /// What was typed, so that it can be typed again.
    pub command_line: String,
}

impl Surroundings {
    /// Reads them.
    #[must_use]
    pub fn read() -> Self {
        let names = [APP_ID, APP_SECRET, APP_SECRET_FILE, TENANT_ACCESS_TOKEN];
        let variables = names.into_iter().filter_map(|name| {
            let value = Secret::new(&std::env::var(name).ok()?);
            (!value.is_empty()).then_some((name, value))
        });
        Surroundings {
            variables: variables.collect(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            state_directory: state_directory(),
            program: std::env::current_exe().ok(),
            command_line: command_line(std::env::args()),
        }
    }

    fn variable(&self, name: &str) -> Option<&Secret> {
        self.variables.get(name)
    }

    /// The app, or the token, for a host: a given token first, then the app.
    ///
    /// # Errors
    /// When something is missing, or the file of the secret can't be read; exit 2.
    pub fn target(&self, base_url: BaseUrl) -> Result<Target> {
        Ok(Target::Api { base_url, credentials: self.credentials()? })
    }

    fn credentials(&self) -> Result<Credentials> {
        if let Some(token) = self.variable(TENANT_ACCESS_TOKEN) {
            return sendable(TENANT_ACCESS_TOKEN, token.clone())
                .map(|token| Credentials::Given(Token(token)));
        }
        let Some(app_id) = self.variable(APP_ID) else {
            return Err(Error::unusable("the app is not known").hint(format!(
                "set {APP_ID} and {APP_SECRET} (or {APP_SECRET_FILE}), or rehearse with --simulate"
            )));
        };
        let app_secret = match (self.variable(APP_SECRET), self.variable(APP_SECRET_FILE)) {
            (Some(secret), _) => secret.clone(),
            (None, Some(path)) => secret_from_file(path.reveal())?,
            (None, None) => {
                return Err(Error::unusable("the app's secret is not known").hint(format!(
                    "set {APP_SECRET}, or {APP_SECRET_FILE} to the path of a file that holds it"
                )));
            }
        };
        Ok(Credentials::App { app_id: app_id.reveal().to_owned(), app_secret })
    }
}

/// systemd may name several directories; the first is ours.
fn state_directory() -> Option<PathBuf> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let of_systemd =
        variable("STATE_DIRECTORY").map(|list| list.split(':').next().unwrap_or_default().into());
    let of_user = || variable("XDG_STATE_HOME").map(|home| PathBuf::from(home).join("prehire"));
    let default = || variable("HOME").map(|home| PathBuf::from(home).join(".local/state/prehire"));
    of_systemd.or_else(of_user).or_else(default)
}

/// The command as a shell takes it.
fn command_line(arguments: impl Iterator<Item = String>) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:=,@%+".contains(character);
    let quoted = |argument: String| {
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    arguments.map(quoted).collect::<Vec<_>>().join(" ")
}

fn secret_from_file(path: &str) -> Result<Secret> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::unusable(format!("can't read {path}, which {APP_SECRET_FILE} names")).because(error)
    })?;
    let secret = Secret::new(&text);
    if secret.is_empty() {
        return Err(Error::unusable(format!("{path}, which {APP_SECRET_FILE} names, is empty")));
    }
    Ok(secret)
}

/// A token goes into a header, where only visible characters may stand.
fn sendable(name: &str, token: Secret) -> Result<Secret> {
    if token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(token)
    } else {
        Err(Error::unusable(format!("{name} holds characters that no token has")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_can_be_typed_again() {
        let line = |words: &[&str]| command_line(words.iter().map(ToString::to_string));
        assert_eq!(line(&["prehire", "withdraw", "离职.csv", "--yes"]), "prehire withdraw 离职.csv --yes");
        assert_eq!(line(&["prehire", "a b.csv", "it's", ""]), r"prehire 'a b.csv' 'it'\''s' ''");
    }
}
