//! When a run that goes wrong is stopped: too many refusals in a row, or no reply at all.

use crate::model::{Status, StopCause};

/// Rows in a row without any reply that stop a run, whatever `--stop-after` says.
const MOST_SILENT_ROWS: u32 = 20;

/// Counts what stops a run, in the order of settlement.
#[derive(Clone, Copy, Debug)]
pub(super) struct StopRules {
    stop_after: u32,
    refusals: u32,
    silent: u32,
    any_reply: bool,
}

impl StopRules {
    /// Rules that stop after so many refusals in a row; 0 means never.
    #[must_use]
    pub(super) const fn new(stop_after: u32) -> Self {
        StopRules { stop_after, refusals: 0, silent: 0, any_reply: false }
    }

    /// Notes that a row was settled by calls; `had_reply` if any of them was answered.
    pub(super) fn settled(&mut self, status: Status, had_reply: bool) -> Option<StopCause> {
        // A success without a reply was read back: its call has arrived, so somebody is there.
        let had_reply = had_reply || status.is_success();
        if had_reply {
            self.silent = 0;
        } else {
            self.silent += 1;
            if !self.any_reply {
                return Some(StopCause::FirstCallUnanswered);
            }
            if self.silent >= MOST_SILENT_ROWS {
                return Some(StopCause::ConsecutiveNoReply(self.silent));
            }
        }
        self.any_reply |= had_reply;
        match status {
            Status::Refused => self.refusals += 1,
            status if status.is_success() => self.refusals = 0,
            _ => {}
        }
        let is_over = self.stop_after != 0 && self.refusals >= self.stop_after && status == Status::Refused;
        is_over.then_some(StopCause::ConsecutiveRefusals(self.refusals))
    }

    /// Notes that a call was answered.
    pub(super) fn answered(&mut self) {
        self.any_reply = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Exhausted, Refused, Unknown, Withdrawn};

    fn stops(rules: StopRules, rows: &[(Status, bool)]) -> Option<(usize, StopCause)> {
        let mut rules = rules;
        rows.iter().enumerate().find_map(|(index, row)| Some((index, rules.settled(row.0, row.1)?)))
    }

    #[test]
    fn refusals_in_a_row_stop_and_a_success_starts_anew() {
        let cause = StopCause::ConsecutiveRefusals(3);
        let rows = [
            (Refused, true),
            (Refused, true),
            (Withdrawn, true),
            (Refused, true),
            (Refused, true),
            (Refused, true),
        ];
        assert_eq!(stops(StopRules::new(3), &rows), Some((5, cause.clone())));
        let with_others =
            [(Refused, true), (Unknown, true), (Refused, true), (Exhausted, true), (Refused, true)];
        assert_eq!(stops(StopRules::new(3), &with_others), Some((4, cause)), "other states don't count");
        assert_eq!(stops(StopRules::new(0), &[(Refused, true); 100]), None);
    }

    #[test]
    fn silence_stops_whatever_the_setting() {
        assert_eq!(stops(StopRules::new(0), &[(Unknown, false)]), Some((0, StopCause::FirstCallUnanswered)));
        let mut rows = vec![(Withdrawn, true)];
        rows.extend([(Exhausted, false); 25]);
        assert_eq!(stops(StopRules::new(0), &rows), Some((20, StopCause::ConsecutiveNoReply(20))));
        rows[10] = (Refused, true);
        assert_eq!(stops(StopRules::new(0), &rows), None);
        assert_eq!(
            stops(StopRules::new(0), &[(Withdrawn, false); 25]),
            None,
            "read back, so they have arrived"
        );
    }
}
