//! Owns the one table of the API's codes: what each means for a row and for the run.
//!
//! Source: the API's own tables of the withdraw and the restore call, and its general error codes. What a reply means as a
//! whole is decided by [`classify`](crate::send::classify).

/// What a code means, whatever the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// It can't be done for this row; for the others it can.
    Refused,
    /// Not applied, somebody else was at work; again later.
    Conflict,
    /// Too many calls; wait.
    Throttled,
    /// A new token is needed.
    TokenStale,
    /// Nothing in this run can succeed.
    Hopeless,
    /// The server failed; it may have applied the call before.
    InDoubt,
}

/// The pre-hire is in a stage that does not allow it; it may have been done before.
pub const WRONG_STAGE: i64 = 1_161_129;
/// The workflow does not allow this step; it may have been done before.
pub const WRONG_STEP: i64 = 1_161_094;
/// The pre-hire does not exist, or the app may not see it.
pub const NOT_VISIBLE: i64 = 1_161_105;
/// Somebody else was working on the same pre-hire.
pub const CONFLICT: i64 = 1_161_116;
/// A restoration would exceed the head count.
pub const WORKFORCE_EXCEEDED: i64 = 1_161_063;
/// Somebody or something else has the pre-hire's work e-mail, or seems to.
pub const WORK_EMAIL_TAKEN: [i64; 5] = [1_161_036, 1_161_118, 1_161_119, 1_161_125, 1_161_127];
/// The app may not read pre-hires: the answer of `query` and `search` without the scope or the data permission.
pub const MAY_NOT_READ: i64 = 1_160_103;
/// The quota of the month is used up: the one 429 for which waiting is of no use.
pub const QUOTA_USED_UP: i64 = 99_991_403;

/// The app ticket of a store app is not the current one; a new one can be asked for.
pub const TICKET_REFUSED: i64 = 10_012;
/// The app lacks a scope, the token a permission, or the tenant has not granted one.
const NO_PERMISSION: [i64; 4] = [MAY_NOT_READ, 99_991_672, 99_991_676, 99_991_679];

/// Every code with a meaning of its own.
pub const TABLE: [(i64, Meaning); 60] = [
    (1_161_097, Meaning::Refused),
    (NOT_VISIBLE, Meaning::Refused),
    (WRONG_STEP, Meaning::Refused),
    (WRONG_STAGE, Meaning::Refused),
    (1_161_001, Meaning::Refused),
    (WORKFORCE_EXCEEDED, Meaning::Refused),
    (1_161_034, Meaning::Refused),
    (1_161_035, Meaning::Refused),
    (1_161_036, Meaning::Refused),
    (1_161_118, Meaning::Refused),
    (1_161_119, Meaning::Refused),
    (1_161_120, Meaning::Refused),
    (1_161_121, Meaning::Refused),
    (1_161_122, Meaning::Refused),
    (1_161_123, Meaning::Refused),
    (1_161_124, Meaning::Refused),
    (1_161_125, Meaning::Refused),
    (1_161_126, Meaning::Refused),
    (1_161_127, Meaning::Refused),
    (99_992_402, Meaning::Refused),
    (CONFLICT, Meaning::Conflict),
    (1_161_604, Meaning::Throttled),
    (99_991_400, Meaning::Throttled),
    (99_991_663, Meaning::TokenStale),
    (99_991_664, Meaning::TokenStale),
    (99_991_665, Meaning::TokenStale),
    (99_991_671, Meaning::TokenStale),
    (99_991_661, Meaning::Hopeless),
    (99_991_662, Meaning::Hopeless),
    (99_991_668, Meaning::Hopeless),
    (99_991_672, Meaning::Hopeless),
    (99_991_673, Meaning::Hopeless),
    (99_991_676, Meaning::Hopeless),
    (99_991_677, Meaning::Hopeless),
    (99_991_679, Meaning::Hopeless),
    (99_991_401, Meaning::Hopeless),
    (QUOTA_USED_UP, Meaning::Hopeless),
    (99_991_543, Meaning::Hopeless),
    (99_991_201, Meaning::Hopeless),
    (99_991_301, Meaning::Hopeless),
    (90_003_087, Meaning::Hopeless),
    (90_003_088, Meaning::Hopeless),
    (10_003, Meaning::Hopeless),
    (10_005, Meaning::Hopeless),
    (TICKET_REFUSED, Meaning::Hopeless),
    (10_013, Meaning::Hopeless),
    (10_014, Meaning::Hopeless),
    (10_015, Meaning::Hopeless),
    (10_016, Meaning::Hopeless),
    (20_009, Meaning::Hopeless),
    (1_161_000, Meaning::InDoubt),
    (1_161_204, Meaning::InDoubt),
    (1_500, Meaning::InDoubt),
    (1_663, Meaning::InDoubt),
    (1_668, Meaning::InDoubt),
    (2_200, Meaning::InDoubt),
    (5_000, Meaning::InDoubt),
    (10_101, Meaning::InDoubt),
    (55_001, Meaning::InDoubt),
    (65_001, Meaning::InDoubt),
];

/// The meaning of a code; `None` for one that no page names.
#[must_use]
pub fn meaning(code: i64) -> Option<Meaning> {
    TABLE.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// Would another permission of the app help?
#[must_use]
pub fn lacks_permission(code: i64) -> bool {
    NO_PERMISSION.contains(&code)
}

/// Could this refusal come from an earlier call that was applied after all?
///
/// Who was restored takes up head count, and has the work e-mail: by themselves, as far as a repeat can tell.
#[must_use]
pub fn leaves_doubt(code: i64) -> bool {
    matches!(code, WRONG_STAGE | WRONG_STEP | NOT_VISIBLE | WORKFORCE_EXCEEDED)
        || WORK_EMAIL_TAKEN.contains(&code)
}
