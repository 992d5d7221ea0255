//! The page's charts: from numbers to places, in units of their view boxes; and the same in words.

use std::fmt::Write;
use std::time::Duration;

use jiff::Timestamp;

use super::source::PageRecord;
use super::timeline::Timeline;
use super::tracks::Track;
use super::words::{ending, grouped};
use crate::journal::RunStory;
use crate::language::{Text, text};
use crate::model::in_words;
use crate::report::summary::waits;
use crate::results::cells::Locale;

/// The outcomes' bar is as long as this.
const BAR: f64 = 1_000.0;
/// No part of it is shorter: a single row among a million can be seen.
const SHORTEST: f64 = 4.0;

/// The view box of a timeline, and the place of its plot within.
const FRAME: Frame =
    Frame { width: 1_080.0, height: 190.0, left: 52.0, right: 1_064.0, top: 22.0, bottom: 160.0 };

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) x: f64,
    pub(super) width: f64,
}

/// The parts of a bar, in proportion to these numbers, none of which is zero.
pub(super) fn bar(numbers: &[u64]) -> Vec<Part> {
    let total: f64 = numbers.iter().map(|number| *number as f64).sum();
    let wanted: Vec<f64> =
        numbers.iter().map(|number| (*number as f64 / total * BAR).max(SHORTEST)).collect();
    let scale = BAR / wanted.iter().sum::<f64>();
    let mut x = 0.0;
    let place = |width: f64| {
        let part = Part { x: rounded(x), width: rounded(width * scale) };
        x += width * scale;
        part
    };
    wanted.into_iter().map(place).collect()
}

/// A timeline, drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    /// The calls in the last window, as a path.
    pub(super) calls: String,
    /// The height of the cap, where it is in the picture.
    pub(super) cap: Option<f64>,
    /// The times when calls were held back.
    pub(super) held: Vec<Part>,
    /// Where the server turned calls away.
    pub(super) throttled: Vec<f64>,
    /// Numbers on the left, with their heights.
    pub(super) numbers: Vec<(usize, f64)>,
    /// Places of times below, as shares of the whole.
    pub(super) times: Vec<(f64, f64)>,
}

/// Draws a timeline under a cap. A cap that is far above all calls is left out: they could not be seen below it.
pub(super) fn draw(timeline: &Timeline, cap: usize) -> Drawing {
    let Frame { left, right, top, bottom, .. } = FRAME;
    let (buckets, most) = (timeline.buckets(), timeline.most_in_window().max(1));
    let shows_cap = cap <= most.saturating_mul(4);
    let highest = if shows_cap { most.max(cap) } else { most } as f64 * 1.08;
    let x = |index: usize| rounded(left + (right - left) * index as f64 / buckets.len().max(1) as f64);
    let y = |number: usize| rounded(bottom - (bottom - top) * number as f64 / highest);
    let mut calls = format!("M{left} {bottom}");
    for (index, bucket) in buckets.iter().enumerate() {
        let _ = write!(calls, "V{}H{}", y(bucket.peak), x(index + 1));
    }
    let _ = write!(calls, "V{bottom}Z");
    let marked = |is_marked: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..buckets.len()).filter(|index| is_marked(*index)).collect()
    };
    let held = marked(&|index| buckets[index].is_held);
    let held = runs_of(&held).into_iter().map(|(first, last)| {
        let (begin, end) = (x(first), x(last + 1));
        Part { x: begin, width: rounded(end - begin) }
    });
    let throttled = marked(&|index| buckets[index].throttled > 0);
    let numbers = if shows_cap && cap != most && (y(cap) - y(most)).abs() > 14.0 {
        vec![(0, y(0)), (most, y(most)), (cap, y(cap))]
    } else {
        let highest = if shows_cap { cap.max(most) } else { most };
        vec![(0, y(0)), (highest, y(highest))]
    };
    let times = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, rounded(left + (right - left) * share)));
    Drawing {
        calls,
        cap: shows_cap.then(|| y(cap)),
        held: held.collect(),
        throttled: throttled.into_iter().map(|index| rounded((x(index) + x(index + 1)) / 2.0)).collect(),
        numbers,
        times: times.to_vec(),
    }
}

/// Neighbours together: the first and the last of each row of them.
fn runs_of(places: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *place => *last = *place,
            _ => runs.push((*place, *place)),
        }
    }
    runs
}

/// A hundredth of a unit is finer than any screen.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[derive(Debug)]
pub(super) struct TrackView {
    pub(super) number: usize,
    pub(super) heading: String,
    pub(super) ending: String,
    pub(super) in_words: String,
    pub(super) drawing: Drawing,
    pub(super) times: Vec<TimeLabel>,
    pub(super) frame: Frame,
}

/// A time below the plot.
#[derive(Debug)]
pub(super) struct TimeLabel {
    pub(super) x: f64,
    pub(super) label: String,
    pub(super) anchor: &'static str,
}

/// The places that all drawings share.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

pub(super) fn track_views(record: &PageRecord<'_>, locale: &Locale) -> Vec<TrackView> {
    let shown = record.tracks.shown().filter_map(|track| Some((track, record.runs.all.get(track.run)?)));
    shown.map(|(track, run)| view(track, run, locale)).collect()
}

fn view(track: &Track, run: &RunStory, locale: &Locale) -> TrackView {
    let said = |text: Text| text.in_language(locale.language);
    let cap = track.rate.calls().get() as usize;
    let drawing = draw(&track.timeline, cap);
    let (start, extent) = track.timeline.extent();
    let times = drawing.times.iter().map(|(share, x)| TimeLabel {
        x: *x,
        label: time_label(start, extent.mul_f64(*share), extent, locale),
        anchor: match share {
            0.0 => "start",
            1.0 => "end",
            _ => "middle",
        },
    });
    let ended = run.ended.as_ref().map_or_else(
        || text!("has not ended: it was killed, or is still running"),
        |end| match &end.stopped {
            Some(why) => text!("{ending}: {why}", ending => ending(end.exit_code), why => why.clone()),
            None => ending(end.exit_code),
        },
    );
    TrackView {
        number: track.run + 1,
        heading: said(text!("Run {number}, {at}", number = track.run + 1, at = locale.shown(run.started.at))),
        ending: said(ended),
        in_words: said(in_words_of(track, run)),
        times: times.collect(),
        drawing,
        frame: FRAME,
    }
}

fn in_words_of(track: &Track, run: &RunStory) -> Text {
    let lasted = run.last_at.duration_since(run.started.at).try_into().unwrap_or(Duration::ZERO);
    let calls = text!(
        "{calls} {calls|call|calls} in {duration}; at most {most} in any {window} (allowed: {rate})",
        calls = grouped(run.calls),
        duration => in_words(lasted),
        most = grouped(track.timeline.most_in_window() as u64),
        window => in_words(track.rate.period()),
        rate = track.rate,
    );
    if run.throttled == 0 {
        return calls;
    }
    text!("{calls}; {waits}", calls => calls, waits => waits(grouped(run.throttled), run.held))
}

/// As fine as the whole needs it.
fn time_label(start: Timestamp, after: Duration, extent: Duration, locale: &Locale) -> String {
    let form = match extent.as_secs() {
        0..=9 => "%H:%M:%S%.3f",
        10..=599 => "%H:%M:%S",
        600..=172_799 => "%H:%M",
        _ => "%m-%d %H:%M",
    };
    let at = start.checked_add(after).unwrap_or(start);
    at.to_zoned(locale.time_zone.clone()).strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::page::timeline::RecentCalls;
    use proptest::prelude::*;

    #[test]
    fn neighbours_are_drawn_together() {
        assert_eq!(runs_of(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
        assert_eq!(runs_of(&[]), []);
    }

    #[test]
    fn a_cap_that_is_far_above_is_left_out() {
        let mut timeline = Timeline::of(Timestamp::UNIX_EPOCH, Duration::from_secs(1));
        timeline.call(Timestamp::UNIX_EPOCH, &mut RecentCalls::default());
        assert!(draw(&timeline, 4).cap.is_some());
        assert_eq!(draw(&timeline, 5).cap, None);
        let empty = Timeline::of(Timestamp::UNIX_EPOCH, Duration::from_secs(1));
        assert_eq!(draw(&empty, 1).calls, "M52 160V160Z");
    }

    proptest! {
        #[test]
        fn a_bar_is_full_and_every_part_can_be_seen(numbers in prop::collection::vec(1_u64..1_000_000, 1..11)) {
            let parts = bar(&numbers);
            prop_assert_eq!(parts.len(), numbers.len());
            prop_assert!(parts.iter().all(|part| part.width >= SHORTEST * 0.9));
            let (last, sum) = (parts[parts.len() - 1], parts.iter().map(|part| part.width).sum::<f64>());
            prop_assert!((last.x + last.width - BAR).abs() < 0.1 && (sum - BAR).abs() < 0.2);
        }

        #[test]
        fn all_of_a_drawing_is_within_its_plot(
            times in prop::collection::vec((0_i64..100_000, any::<bool>()), 1..200), cap in 1_usize..500
        ) {
            let (mut timeline, mut calls) = (Timeline::of(Timestamp::UNIX_EPOCH, Duration::from_secs(5)), RecentCalls::default());
            for (millisecond, is_throttled) in times {
                let at = Timestamp::from_millisecond(millisecond).expect("a time");
                timeline.call(at, &mut calls);
                if is_throttled {
                    timeline.throttled(at, Duration::from_millis(700), &mut calls);
                }
            }
            let drawing = draw(&timeline, cap);
            let in_plot = |x: f64| (FRAME.left..=FRAME.right + 0.1).contains(&x);
            prop_assert!(drawing.held.iter().all(|part| in_plot(part.x) && in_plot(part.x + part.width)));
            prop_assert!(drawing.throttled.iter().all(|x| in_plot(*x)));
            let heights = drawing.numbers.iter().map(|(_, y)| *y).chain(drawing.cap);
            prop_assert!(heights.into_iter().all(|y| (FRAME.top..=FRAME.bottom).contains(&y)), "{:?}", drawing);
        }
    }
}
