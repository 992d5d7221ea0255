//! The timelines of a journal's last runs.

use std::collections::VecDeque;
use std::time::Duration;

use super::timeline::{RecentCalls, Timeline};
use crate::journal::entry::{Entry, RunStarted};
use crate::model::Rate;

/// The runs that are shown, the last ones of those with calls.
pub(super) const MOST_TRACKS: usize = 6;

#[derive(Clone, Debug, Default)]
pub(crate) struct Tracks {
    shown: VecDeque<Track>,
    left_out: u64,
    calls: RecentCalls,
    runs: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Track {
    /// The run, counted from 0.
    pub(crate) run: usize,
    pub(crate) rate: Rate,
    pub(crate) timeline: Timeline,
    has_calls: bool,
}

impl Track {
    fn of(run: usize, started: &RunStarted) -> Track {
        let rate = started.settings.rate.parse().unwrap_or(Rate::COREHR);
        Track { run, rate, timeline: Timeline::of(started.at, rate.period()), has_calls: false }
    }
}

impl Tracks {
    pub(crate) fn take(&mut self, entry: &Entry) {
        if let Entry::RunStarted(started) = entry {
            self.begin(started);
            return;
        }
        let (Some(track), Some(at)) = (self.shown.back_mut(), entry.at()) else { return };
        match entry {
            Entry::CallStarted { .. } => {
                track.timeline.call(at, &mut self.calls);
                track.has_calls = true;
            }
            Entry::Throttled { seconds, .. } => {
                let hold = Duration::try_from_secs_f64(*seconds).unwrap_or_default();
                track.timeline.throttled(at, hold, &mut self.calls);
            }
            _ => track.timeline.pass(at, &mut self.calls),
        }
    }

    /// The runs with calls, the last one first.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Track> {
        self.shown.iter().rev().filter(|track| track.has_calls)
    }

    /// How many runs with calls are not shown.
    pub(crate) const fn left_out(&self) -> u64 {
        self.left_out
    }

    fn begin(&mut self, started: &RunStarted) {
        // A run that had nothing to do is no news.
        if self.shown.back().is_some_and(|track| !track.has_calls) {
            self.shown.pop_back();
        }
        self.shown.push_back(Track::of(self.runs, started));
        self.runs += 1;
        if self.shown.len() > MOST_TRACKS {
            self.shown.pop_front();
            self.left_out += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PreHireId, ReasonHash};
    use jiff::Timestamp;
    use serde_json::json;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn started(second: i64, rate: &str) -> Entry {
        let started = json!({
            "version": 2, "tool": "0.1.0", "at": at(second), "host": "h", "app": "a", "tenant": "", "operation": "withdraw",
            "input": "in.csv", "digest": "0", "results": "out.csv",
            "settings": { "rate": rate, "burst": 1, "workers": 1, "timeout_milliseconds": 1, "max_attempts": 1, "read_back": true }
        });
        Entry::RunStarted(serde_json::from_value(started).expect("a line of a journal"))
    }

    fn call(second: i64) -> Entry {
        let id = PreHireId::parse("7", true).expect("an id");
        Entry::CallStarted { at: at(second), id, row: 2, reason: ReasonHash(1), attempt: 1 }
    }

    #[test]
    fn the_last_runs_with_calls_are_shown_and_the_others_counted() {
        let mut tracks = Tracks::default();
        for run in 0..20 {
            tracks.take(&started(run * 1_000, "99/60s"));
            // Every other night has nothing to do.
            if run % 2 == 0 {
                tracks.take(&call(run * 1_000 + 1));
            }
        }
        let runs: Vec<usize> = tracks.shown().map(|track| track.run).collect();
        assert_eq!(runs, [18, 16, 14, 12, 10]);
        assert_eq!(runs.len() as u64 + tracks.left_out(), 10, "no run with calls is forgotten");
    }

    #[test]
    fn the_window_goes_on_over_runs_and_each_has_its_own_length() {
        let mut tracks = Tracks::default();
        for entry in [started(0, "9/10s"), call(1), call(2), started(3, "9/2s"), call(3), call(4)] {
            tracks.take(&entry);
        }
        let most: Vec<usize> = tracks.shown().map(|track| track.timeline.most_in_window()).collect();
        assert_eq!(most, [2, 2]);
    }
}
