//! What each line of the journal says, as JSON: facts, in no language.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::language::Text;
use crate::model::{Attempt, ErrorCode, PreHireId, ReasonHash, SentRow, Verdict};

/// The version of this format.
pub(crate) const VERSION: u32 = 2;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A run begins.
    RunStarted(RunStarted),
    /// A call is about to leave; on disk before its first byte does.
    CallStarted {
        /// When.
        at: Timestamp,
        /// The pre-hire.
        id: PreHireId,
        /// The line of its row.
        row: u64,
        /// A short hash of the reason, or of what stands for it where there is none.
        reason: ReasonHash,
        /// Which attempt of the row it is.
        attempt: u32,
    },
    /// A call has ended.
    CallFinished {
        /// When.
        at: Timestamp,
        /// The pre-hire.
        id: PreHireId,
        /// What the reply means.
        verdict: Verdict,
        /// The status of the reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        http_status: Option<u16>,
        /// The code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
        /// The message.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        msg: Text,
        /// The log id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log_id: Option<String>,
        /// How long it took, in milliseconds.
        milliseconds: i64,
    },
    /// The server turned a call away.
    Throttled {
        /// When.
        at: Timestamp,
        /// How long no call goes, in seconds.
        seconds: f64,
    },
    /// A new token is in use.
    TokenRefreshed {
        /// When.
        at: Timestamp,
    },
    /// Pre-hires were looked up.
    ReadBack {
        /// When.
        at: Timestamp,
        /// What was found.
        found: Vec<FoundStage>,
        /// The status of the reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        http_status: Option<u16>,
        /// The code, if the look failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
        /// The log id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log_id: Option<String>,
    },
    /// The story of a row is over, for this run at least.
    RowSettled(SentRow),
    /// A run ends in order; its exit code is known.
    RunFinished {
        /// When.
        at: Timestamp,
        /// How the process ended.
        exit_code: u8,
        /// Why it was stopped early, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<Text>,
    },
}

/// What a run was about; no secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunStarted {
    /// The version of the journal's format.
    pub(crate) version: u32,
    /// The version of the program.
    pub(crate) tool: String,
    /// When.
    pub(crate) at: Timestamp,
    /// Who started it.
    #[serde(default)]
    pub(crate) user: String,
    /// On which machine.
    #[serde(default)]
    pub(crate) machine: String,
    /// The whole command, as it was typed.
    #[serde(default)]
    pub(crate) command: String,
    /// To whom the journal belongs.
    #[serde(flatten)]
    pub(crate) owner: JobIdentity,
    /// The input, as it was typed.
    pub(crate) input: String,
    /// The journal that proves what is to be undone, if something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_journal: Option<String>,
    /// The digest of its rows.
    pub(crate) digest: String,
    /// The results file, seen from the journal.
    pub(crate) results: String,
    /// The settings that matter to the calls.
    pub(crate) settings: RunSettings,
}

/// The settings that matter to the calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunSettings {
    /// `--rate`.
    pub(crate) rate: String,
    /// `--burst`.
    pub(crate) burst: u32,
    /// `--workers`.
    pub(crate) workers: usize,
    /// `--timeout`, in milliseconds.
    pub(crate) timeout_milliseconds: u64,
    /// `--max-attempts`.
    pub(crate) max_attempts: u32,
    /// Are pre-hires looked up?
    pub(crate) read_back: bool,
    /// `--confirm-workforce`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) confirm_workforce: bool,
}

/// The host, and the app, of a rehearsal.
pub(crate) const SIMULATED: &str = "simulated";

/// To whom a journal belongs: one host, app, tenant and operation; a restoration's also to what it undoes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobIdentity {
    /// Host and port.
    pub(crate) host: String,
    /// The app's id, or `given` for a given token.
    pub(crate) app: String,
    /// The tenant key, where an app has several.
    pub(crate) tenant: String,
    /// What is done to the rows.
    pub(crate) operation: String,
    /// Where something is undone: the hash of the first line of the journal that tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
}

/// What a look found of one pre-hire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundStage {
    /// The pre-hire.
    pub(crate) id: PreHireId,
    /// Its stage; `None` if it did not come back.
    pub(crate) stage: Option<String>,
}

impl Entry {
    /// The line of a call that has ended.
    #[must_use]
    pub(crate) fn call_finished(id: PreHireId, attempt: &Attempt) -> Entry {
        Entry::CallFinished {
            at: attempt.ended_at,
            id,
            verdict: attempt.verdict,
            http_status: attempt.http_status,
            code: attempt.error_code,
            msg: attempt.message.clone(),
            log_id: attempt.log_id.clone(),
            milliseconds: attempt
                .ended_at
                .duration_since(attempt.sent_at)
                .as_millis()
                .try_into()
                .unwrap_or(i64::MAX),
        }
    }

    /// When it happened, where the line says so.
    #[must_use]
    pub(crate) const fn at(&self) -> Option<Timestamp> {
        match self {
            Entry::RunStarted(run) => Some(run.at),
            Entry::CallStarted { at, .. }
            | Entry::CallFinished { at, .. }
            | Entry::Throttled { at, .. }
            | Entry::TokenRefreshed { at }
            | Entry::ReadBack { at, .. }
            | Entry::RunFinished { at, .. } => Some(*at),
            Entry::RowSettled(_) => None,
        }
    }
}

impl std::fmt::Display for JobIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of app {} at {}", self.operation, self.app, self.host)?;
        if !self.tenant.is_empty() {
            write!(f, ", tenant {}", self.tenant)?;
        }
        match &self.source {
            Some(hash) => write!(f, ", of the withdrawals whose journal begins with {hash:.8}"),
            None => Ok(()),
        }
    }
}
