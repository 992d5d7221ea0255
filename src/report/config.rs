//! What `prehire config show` shows: every setting with its place, and no secret.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::table::padded;
use crate::language::{Language, Text, text};
use crate::model::Error;
use crate::settings::{Config, CredentialSources, Effective, Origin, SecretSource, Sourced};

const WIDTH: usize = 80;
const NAMES: usize = 18;
const HIDDEN: &str = "***";

#[derive(Debug)]
pub(crate) struct ConfigReport<'a> {
    pub(crate) config: &'a Config,
    pub(crate) in_force: &'a Effective,
    pub(crate) sources: &'a CredentialSources<'a>,
    pub(crate) state_directory: Option<&'a Path>,
    pub(crate) warnings: &'a [Text],
    /// What a run would say before its first call.
    pub(crate) trouble: Option<&'a Error>,
    pub(crate) language: Language,
}

/// One setting, as it is shown.
struct Setting {
    name: &'static str,
    value: Option<String>,
    /// The file that a value was or will be read from, if it is a secret's.
    file: Option<String>,
    origin: Option<Origin>,
}

impl ConfigReport<'_> {
    /// The table for people, at most 80 columns wide unless a path or an address is longer.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in [
            (text!("config file"), self.config_file()),
            (text!("profile"), self.profile()),
            (text!("state directory"), shown_path(self.state_directory)),
        ] {
            let _ = writeln!(text, "{} {}", padded(&self.said(&name), NAMES), self.said(&value));
        }
        text.push('\n');
        for row in self.rows() {
            let value = match (&row.value, &row.file) {
                (Some(value), None) => value.clone(),
                (Some(value), Some(file)) => self.said(&text!("{value} in {file}", value, file)),
                (None, _) => self.said(&text!("not set")),
            };
            let _ = writeln!(text, "{}", placed(row.name, &value, &self.place(row.origin)));
        }
        for warning in self.warnings {
            let warning = text!("warning: {warning}", warning => warning.clone());
            let _ = write!(text, "\n{}\n", self.said(&warning));
        }
        if let Some(trouble) = self.trouble {
            let (code, report) = (trouble.exit().code(), trouble.report(self.language));
            let would_end = text!("A run would end with exit code {code}:\n{report}", code, report);
            let _ = write!(text, "\n{}\n", self.said(&would_end));
        }
        text
    }

    pub(crate) fn json(&self) -> Value {
        let settings: Map<String, Value> = self
            .rows()
            .into_iter()
            .map(|row| {
                let mut setting = json!({ "value": row.value, "source": row.origin.map(source) });
                if let Some(Origin::Variable(name)) = row.origin {
                    setting["variable"] = name.into();
                }
                if let Some(file) = row.file {
                    setting["file"] = file.into();
                }
                (row.name.to_owned(), setting)
            })
            .collect();
        json!({
            "command": "config show",
            "config_file": self.config.path,
            "config_file_exists": self.config.exists,
            "profile": self.config.profile.as_ref().map(|profile| &profile.name),
            "profiles": self.config.names,
            "state_directory": self.state_directory,
            "settings": settings,
            "warnings": self.warnings.iter().map(|warning| self.said(warning)).collect::<Vec<_>>(),
            "error": self.trouble.map(|trouble| trouble.report(self.language)),
        })
    }

    fn said(&self, text: &Text) -> String {
        text.in_language(self.language)
    }

    fn config_file(&self) -> Text {
        let shown = shown_path(self.config.path.as_deref());
        let is_missing = self.config.path.is_some() && !self.config.exists;
        if is_missing { text!("{shown} (does not exist)", shown => shown) } else { shown }
    }

    fn profile(&self) -> Text {
        let others = self.config.names.join(", ");
        match &self.config.profile {
            Some(profile) => Text::Plain(profile.name.clone()),
            None if others.is_empty() => text!("none"),
            None => text!("none (the file has: {others})", others),
        }
    }

    fn rows(&self) -> Vec<Setting> {
        let CredentialSources { token, app_id, app_secret, app_ticket, tenant_key, .. } = self.sources;
        let plain = |name, piece: &Option<Sourced<String>>| Setting {
            name,
            value: piece.as_ref().map(|piece| piece.value.clone()),
            file: None,
            origin: piece.as_ref().map(|piece| piece.origin),
        };
        let mut rows = vec![
            Setting {
                name: "tenant_access_token",
                value: token.as_ref().map(|_| HIDDEN.to_owned()),
                file: None,
                origin: token.as_ref().map(|token| token.origin),
            },
            plain("app_id", app_id),
            secret("app_secret", app_secret.as_ref()),
            secret("app_ticket", app_ticket.as_ref()),
            plain("tenant_key", tenant_key),
        ];
        // A given token is the rare case.
        rows.retain(|row| row.name != "tenant_access_token" || row.value.is_some());
        rows.extend(self.in_force.rows().into_iter().map(|(name, Sourced { value, origin })| Setting {
            name,
            value: Some(value.unwrap_or_else(|| "none".to_owned())),
            file: None,
            origin: Some(origin),
        }));
        rows
    }

    fn place(&self, origin: Option<Origin>) -> String {
        match (origin, &self.config.profile) {
            (None, _) => String::new(),
            (Some(Origin::Profile), Some(profile)) => format!("(profile {})", profile.name),
            (Some(origin), _) => format!("({origin})"),
        }
    }
}

fn secret(name: &'static str, piece: Option<&Sourced<SecretSource>>) -> Setting {
    let file = match piece {
        Some(Sourced { value: SecretSource::File(path), .. }) => Some(path.display().to_string()),
        _ => None,
    };
    Setting { name, value: piece.map(|_| HIDDEN.to_owned()), file, origin: piece.map(|piece| piece.origin) }
}

/// One line; two where it would be too long.
fn placed(name: &str, value: &str, place: &str) -> String {
    let line = format!("{name:<18} {value:<27} {place}");
    if line.chars().count() <= WIDTH {
        line.trim_end().to_owned()
    } else {
        format!("{name:<18} {value}\n{:<18} {place}", "").trim_end().to_owned()
    }
}

fn shown_path(path: Option<&Path>) -> Text {
    path.map_or_else(|| text!("not known"), |path| Text::Plain(path.display().to_string()))
}

const fn source(origin: Origin) -> &'static str {
    match origin {
        Origin::Flag => "flag",
        Origin::Variable(_) => "environment",
        Origin::Systemd => "systemd",
        Origin::Profile => "profile",
        Origin::Default => "default",
    }
}
