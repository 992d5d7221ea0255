//! Owns `prehire simulate`: serves until it is interrupted.

use std::io::Write;

use prehire_simulator::Simulator;

use crate::cli::SimulateArgs;
use crate::language::text;
use crate::model::{Error, Exit, Result};

/// Serves the simulated API; the first line on standard output says where.
pub(super) fn run(typed: &SimulateArgs) -> Result<Exit> {
    let failed = |error: std::io::Error| {
        Error::unusable(text!("can't serve the simulated API on {typed}", typed = typed.listen))
            .because(error)
    };
    let simulator = Simulator::bind(typed.settings()).map_err(failed)?;
    let mut output = std::io::stdout();
    let _ = writeln!(output, "listening on {}", simulator.base_url()).and_then(|()| output.flush());
    let runtime = super::run::runtime()?;
    runtime.block_on(simulator.serve()).map_err(failed)?;
    Ok(Exit::Success)
}
