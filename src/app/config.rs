//! Owns `prehire config show`: what is in force, and why.

use super::output::print;
use crate::cli::{ConfigCommand, ConfigShowArgs};
use crate::model::{Exit, Result};
use crate::report::ConfigReport;
use crate::settings::{Config, Effective, Layer, Surroundings};

/// Does what was asked for about settings.
pub(super) fn run(typed: &ConfigCommand, surroundings: &Surroundings) -> Result<Exit> {
    match typed {
        ConfigCommand::Show(typed) => show(typed, surroundings),
    }
}

/// Missing credentials are no failure here: they are what one wants to see.
fn show(typed: &ConfigShowArgs, surroundings: &Surroundings) -> Result<Exit> {
    let config = Config::load(&typed.profile, surroundings)?;
    let flags = Layer { lang: surroundings.typed_language.map(Some), ..Layer::of_host(&typed.host) };
    let in_force = Effective::of(flags, config.layer());
    let pieces = config.pieces(surroundings);
    let mut warnings = Vec::new();
    let trouble = pieces.access(&in_force.base_url).and_then(|access| access.read(&mut warnings)).err();
    let report = ConfigReport {
        config: &config,
        in_force: &in_force,
        pieces: &pieces,
        state_directory: surroundings.state_directory.as_deref(),
        warnings: &warnings,
        trouble: trouble.as_ref(),
        language: in_force.lang.value.unwrap_or(surroundings.language),
    };
    print(typed.format, || report.text(), || report.json());
    Ok(Exit::Success)
}
