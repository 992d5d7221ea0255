//! What the API shows of a pre-hire: as far as the app may see it, and no further than anybody asked.

use std::fmt;

use super::id::PreHireId;
use super::stage::Stage;

/// One pre-hire as the API shows it. A field that is missing may merely be hidden from the app.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PreHire {
    /// Who it is.
    pub(crate) id: PreHireId,
    /// The preferred name, else the legal one.
    pub(crate) name: Option<String>,
    /// Where it stands.
    pub(crate) stage: Option<Stage>,
    /// The day on which the job begins, as the API writes it: `2026-03-01`.
    pub(crate) onboarding_date: Option<String>,
    /// The work e-mail.
    pub(crate) work_email: Option<String>,
}

/// A person is no matter for logs: debug output shows the id and the stage.
impl fmt::Debug for PreHire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreHire").field("id", &self.id).field("stage", &self.stage).finish_non_exhaustive()
    }
}
