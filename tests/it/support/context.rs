//! How a test runs the program: a directory of its own, an input, a server, flags and an environment.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::rc::Rc;

use prehire_simulator::{Api, Record, Running, Simulator, SimulatorSettings};
use tempfile::TempDir;

use crate::run::{Run, bounded, exit_code};

pub const APP_ID: &str = "cli_a1b2c3d4e5f6";
pub const APP_SECRET: &str = "correct-horse-battery-staple";
/// An ordinary pre-hire.
pub const SOMEBODY: &str = "7345005664477775407";

/// One test's world. `withdraw` runs at full speed against a simulated API without a limit, unless it is told otherwise.
pub struct TestContext {
    directory: Rc<TempDir>,
    input: Vec<u8>,
    input_name: String,
    flags: BTreeMap<String, Option<String>>,
    environment: BTreeMap<String, OsString>,
    simulator_settings: SimulatorSettings,
    simulator: OnceCell<Running>,
    base_url: Option<String>,
}

impl TestContext {
    pub fn new() -> TestContext {
        let context = TestContext {
            directory: Rc::new(tempfile::tempdir().unwrap()),
            input: b"pre_hire_id,withdraw_reason\n".to_vec(),
            input_name: "leavers.csv".to_owned(),
            flags: BTreeMap::new(),
            environment: BTreeMap::new(),
            simulator_settings: SimulatorSettings {
                rate: None,
                record: true,
                ..SimulatorSettings::default()
            },
            simulator: OnceCell::new(),
            base_url: None,
        };
        let state = context.path("state");
        context
            .flag("--rate", "100000/1s")
            .flag("--burst", "10000")
            .flag("--retry-base", "1ms")
            .flag("--retry-cap", "5ms")
            .flag("--read-back-delay", "10ms")
            .switch("--yes")
            .env("FEISHU_APP_ID", APP_ID)
            .env("FEISHU_APP_SECRET", APP_SECRET)
            .env("XDG_STATE_HOME", state)
    }

    /// Adds a row to the input.
    pub fn row(mut self, id: &str, reason: &str) -> TestContext {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record([id, reason]).unwrap();
        self.input.extend(writer.into_inner().unwrap());
        self
    }

    /// Adds so many rows with ids of ordinary pre-hires.
    pub fn rows(self, count: u64) -> TestContext {
        (0..count).fold(self, |context, index| {
            context.row(&(7_345_005_664_477_000_000 + 7 * index + 1).to_string(), "候选人放弃入职")
        })
    }

    /// Takes the whole input as it is.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> TestContext {
        self.input = bytes.into();
        self
    }

    /// Gives the input another name.
    pub fn named(mut self, name: &str) -> TestContext {
        self.input_name = name.to_owned();
        self
    }

    /// Sets a flag with a value; the last one counts.
    pub fn flag(mut self, name: &str, value: impl ToString) -> TestContext {
        self.flags.insert(name.to_owned(), Some(value.to_string()));
        self
    }

    /// Sets a flag without a value.
    pub fn switch(mut self, name: &str) -> TestContext {
        self.flags.insert(name.to_owned(), None);
        self
    }

    /// Takes a flag away.
    pub fn without(mut self, name: &str) -> TestContext {
        self.flags.remove(name);
        self
    }

    pub fn rate(self, rate: &str) -> TestContext {
        self.flag("--rate", rate)
    }

    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> TestContext {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    pub fn without_env(mut self, name: &str) -> TestContext {
        self.environment.remove(name);
        self
    }

    /// Changes how the simulated API behaves.
    pub fn simulator(mut self, change: impl FnOnce(&mut SimulatorSettings)) -> TestContext {
        change(&mut self.simulator_settings);
        self
    }

    /// Calls this server in place of a simulated API.
    pub fn server(mut self, base_url: impl Into<String>) -> TestContext {
        self.base_url = Some(base_url.into());
        self
    }

    /// A path in the test's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where the input is.
    pub fn input_path(&self) -> PathBuf {
        self.path(&self.input_name)
    }

    /// Where the results go when nobody says otherwise.
    pub fn results_path(&self) -> PathBuf {
        self.input_path().with_extension("results.csv")
    }

    /// What the simulated API has seen.
    pub fn record(&self) -> Record {
        self.api().record()
    }

    /// How many withdraw calls the simulated API has seen.
    pub fn withdraw_calls(&self) -> usize {
        self.record().calls_to(Api::WithdrawOnboarding).count()
    }

    /// The simulated API.
    pub fn api(&self) -> &Running {
        self.simulator.get_or_init(|| Simulator::spawn(self.simulator_settings.clone()).unwrap())
    }

    /// Where the server is that this test calls.
    pub fn base_url(&self) -> String {
        self.base_url.clone().unwrap_or_else(|| self.api().base_url().to_owned())
    }

    /// Runs `prehire withdraw INPUT` with all flags.
    pub fn run(&self) -> Run {
        self.finish(self.withdraw_command())
    }

    /// Runs `prehire withdraw - -o RESULTS`, with the input on standard input.
    pub fn run_from_standard_input(&self) -> Run {
        let mut command = self.program(["withdraw", "-"]);
        self.add_flags(&mut command);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // Small enough for the pipe, so that nobody waits for anybody; a run that ends at once does not read it.
        let _ = child.stdin.take().unwrap().write_all(&self.input);
        self.outcome(child)
    }

    /// Runs `prehire restore RESULTS` with all flags, on the results of [`TestContext::run`].
    pub fn restore(&self) -> Run {
        let child = self.restore_command().spawn().unwrap();
        self.restored(child)
    }

    /// The command line of [`TestContext::restore`].
    pub fn restore_command(&self) -> Command {
        let mut command = self.program(["restore"]);
        command.arg(self.results_path());
        self.add_flags(&mut command);
        command
    }

    /// Waits for the end of a restoration that was started, within bounds.
    pub fn restored(&self, child: Child) -> Run {
        let default = self.input_path().with_extension("restored.csv");
        Run { results_path: self.output_path().unwrap_or(default), ..self.outcome(child) }
    }

    /// Runs `prehire check INPUT` with these arguments and none of the flags of `withdraw`.
    pub fn check(&self, arguments: &[&str]) -> Run {
        let mut command = self.program(["check"]);
        command.arg(self.write_input()).args(arguments);
        self.finish(command)
    }

    /// The command line of [`TestContext::run`], for tests with standard streams of their own.
    pub fn withdraw_command(&self) -> Command {
        let mut command = self.program(["withdraw"]);
        command.arg(self.write_input());
        self.add_flags(&mut command);
        command
    }

    /// The program with these arguments, in this test's directory and environment.
    pub fn program<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prehire"));
        command.args(arguments).current_dir(self.directory.path()).env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts a command and waits for its end, within bounds.
    pub fn finish(&self, mut command: Command) -> Run {
        self.outcome(command.spawn().unwrap())
    }

    /// Waits for the end of a run that was started, within bounds.
    pub fn outcome(&self, child: Child) -> Run {
        let Output { status, stdout, stderr } = bounded(child);
        let is_simulated = self.flags.contains_key("--simulate");
        let simulated = is_simulated.then(|| self.input_path().with_extension("simulated.results.csv"));
        let results_path = self.output_path().or(simulated).unwrap_or_else(|| self.results_path());
        Run {
            exit_code: exit_code(status),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
            results_path,
            _directory: Rc::clone(&self.directory),
        }
    }

    fn output_path(&self) -> Option<PathBuf> {
        self.flags.get("--output")?.as_deref().map(|name| self.path(name))
    }

    /// Writes the input; where it is.
    pub fn write_input(&self) -> PathBuf {
        let path = self.input_path();
        fs::write(&path, &self.input).unwrap();
        path
    }

    fn add_flags(&self, command: &mut Command) {
        for (name, value) in &self.flags {
            command.arg(name).args(value);
        }
        if !self.flags.contains_key("--simulate") && !self.flags.contains_key("--base-url") {
            command.arg("--base-url").arg(self.base_url());
        }
    }
}
