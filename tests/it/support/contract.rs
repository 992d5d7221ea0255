//! Columns and words as they are promised, written out once more: a test that took them from the program would agree
//! with any change.

/// The columns of results, behind those of the input.
pub const RESULT_COLUMNS: [&str; 13] = [
    "row",
    "status",
    "success",
    "error_code",
    "error_message",
    "retry_outcome",
    "attempts",
    "http_status",
    "confirmed_by",
    "log_id",
    "advice",
    "first_sent_at",
    "settled_at",
];

/// What a row of a withdrawal can end in.
pub const WITHDRAW_STATUSES: [&str; 8] = [
    "withdrawn",
    "already_withdrawn",
    "refused",
    "exhausted",
    "unknown",
    "invalid",
    "duplicate",
    "not_attempted",
];

/// What a row of a restoration can end in.
pub const RESTORE_STATUSES: [&str; 8] = [
    "restored",
    "already_active",
    "refused",
    "exhausted",
    "unknown",
    "invalid",
    "duplicate",
    "not_attempted",
];

/// Is this what a row ends in that needs nothing more?
pub fn is_success(status: &str) -> bool {
    ["withdrawn", "already_withdrawn", "restored", "already_active"].contains(&status)
}
