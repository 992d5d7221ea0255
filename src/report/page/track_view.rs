//! Owns how the timeline of a run is shown: its heading, its numbers, its drawing, and the same in words.

use std::time::Duration;

use jiff::Timestamp;

use super::chart::{BOTTOM, Drawing, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw};
use super::shown::grouped;
use super::tracks::Track;
use super::view::PageRecord;
use super::words::ending;
use crate::journal::RunStory;
use crate::language::{Text, text};
use crate::model::in_words;
use crate::results::cells::Locale;

/// The timeline of a run.
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

const FRAME: Frame =
    Frame { width: WIDTH, height: HEIGHT, left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM };

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
    let waits = text!(
        "{throttled} throttled {throttled|reply|replies}, {held} held back",
        throttled = grouped(run.throttled),
        held => in_words(run.held)
    );
    text!("{calls}; {waits}", calls => calls, waits => waits)
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
