//! What earlier runs have used of an allowance: the window log on disk, one file for each host, app and API.
//!
//! A line a call: `s CALL TIME` when it begins, `e CALL TIME OVER` when it ends (OVER is 1 if it can't arrive any
//! more), under a line `r BOOT TIMEOUT` for each run, and `c TIME GRACE` for calls of earlier runs that count yet.
//! Times are nanoseconds of uptime, which nobody can set. Against a kill a write suffices; there is no sync.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::language::text;
use crate::model::{Error, Result};

use super::lock::FileLeases;
use crate::model::Moment;
use crate::pace::{Feedback, Pace, Pacing};
use crate::store::limiter::{Answer, HeldBack, Limiter, Permit, Stored};
use crate::store::memory::MemoryLimiter;
use crate::store::platform::{self, Boot, uptime};
use crate::store::{Lease, Leases};

/// Calls are kept for the longest window that any run may have, should a later one have a longer one than this.
const SHORTEST_MEMORY: Duration = Duration::from_secs(24 * 60 * 60);
/// Older calls than the window are kept only so far: no run that takes care has a larger allowance.
const MOST_REMEMBERED: usize = 10_000;
/// The file is written anew when it has grown to twice its size and this many bytes more.
const SLACK: u64 = 1024 * 1024;

/// The window log of one API, held by this run.
#[derive(Debug)]
struct Allowance {
    path: PathBuf,
    /// Written anew with the first call: until then nothing is changed.
    file: Option<File>,
    boot: Boot,
    window: Duration,
    timeout: Duration,
    open: BTreeSet<u64>,
    bytes: u64,
    bytes_when_compact: u64,
    _lease: Box<dyn Lease>,
}

/// A call of an earlier run, or of this one, that has ended: when, and how much longer than the window it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ended {
    at: Duration,
    grace: Duration,
}

/// What a file tells.
#[derive(Debug, Default, PartialEq, Eq)]
struct WindowState {
    ended: Vec<Ended>,
    /// How many of them, the last ones, belong to the last run and have no end.
    open: usize,
}

impl Allowance {
    /// Takes the allowance whose files have this path, with the endings `.log` and `.lock`.
    ///
    /// # Errors
    /// Exit 75 if another run holds it, exit 2 if the files can't be written.
    async fn take(path: &Path, window: Duration, timeout: Duration, wait: Duration) -> Result<Allowance> {
        let what = text!("the allowance of this app");
        let lease = FileLeases.acquire(&path.with_extension("lock"), what, wait).await?;
        let path = path.with_extension("log");
        let boot = Boot::current();
        tell_file(&path, &boot, uptime()).map_err(|error| {
            Error::invalid_input(text!("can't read {path}", path = path.display())).caused_by(error)
        })?;
        Ok(Allowance {
            path,
            file: None,
            boot,
            window,
            timeout,
            open: BTreeSet::new(),
            bytes: 0,
            bytes_when_compact: 0,
            _lease: lease,
        })
    }

    /// For how long from now each earlier call counts against a window.
    #[must_use]
    fn earlier_calls(&self, window: Duration) -> Vec<Duration> {
        let now = uptime();
        let told = tell_file(&self.path, &self.boot, now).unwrap_or_default();
        let left = told.ended.iter().map(|ended| (ended.at + window + ended.grace).saturating_sub(now));
        left.filter(|left| !left.is_zero()).collect()
    }

    fn append(&mut self, line: &str) -> Result<()> {
        self.write(line).map_err(|error| {
            Error::write_failed(text!("can't write {path}", path = self.path.display())).caused_by(error)
        })
    }

    fn write(&mut self, line: &str) -> std::io::Result<()> {
        if self.file.is_none() || self.bytes > 2 * self.bytes_when_compact + SLACK {
            self.compact()?;
        }
        let file = self.file.as_mut().expect("the file was just written anew");
        self.bytes += line.len() as u64;
        file.write_all(line.as_bytes())
    }

    fn compact(&mut self) -> std::io::Result<()> {
        let now = uptime();
        let WindowState { mut ended, open } = tell_file(&self.path, &self.boot, now)?;
        if self.file.is_some() {
            // Those in flight come last, and are no ended calls of this run.
            ended.truncate(ended.len() - open);
        }
        forget(&mut ended, now, self.window, self.window.max(SHORTEST_MEMORY));
        let mut text = compact(&ended, &self.boot, self.timeout);
        for call in &self.open {
            let _ = writeln!(text, "s {call} {}", now.as_nanos());
        }
        self.file = Some(replace(&self.path, &text)?);
        self.bytes = text.len() as u64;
        self.bytes_when_compact = self.bytes;
        Ok(())
    }
}

impl Allowance {
    /// Notes that a call is about to go.
    fn admitted(&mut self, call: u64) -> Result<()> {
        self.open.insert(call);
        self.append(&format!("s {call} {}\n", uptime().as_nanos()))
    }

    /// Notes that a call has ended; `is_over` if it can't arrive any more.
    fn ended(&mut self, call: u64, is_over: bool) -> Result<()> {
        self.open.remove(&call);
        self.append(&format!("e {call} {} {}\n", uptime().as_nanos(), u8::from(is_over)))
    }
}

/// The allowance of one API that the runs of this user on this machine use one after the other.
#[derive(Debug)]
pub(crate) struct FileLimiter {
    limiter: MemoryLimiter,
    log: Allowance,
}

impl FileLimiter {
    /// Takes the allowance whose files have this path, with the endings `.log` and `.lock`; calls of earlier runs count.
    /// Exit 75 if another run holds it.
    pub(crate) async fn take(path: &Path, pace: Pace, wait: Duration) -> Result<FileLimiter> {
        let Pace { rate, burst, timeout } = pace;
        let log = Allowance::take(path, rate.period(), timeout, wait).await?;
        let earlier = log.earlier_calls(rate.period());
        let limiter = MemoryLimiter::new(Pacing::after_earlier_calls(rate, burst, timeout, earlier));
        Ok(FileLimiter { limiter, log })
    }
}

impl Limiter for FileLimiter {
    fn admit(&mut self, now: Moment) -> Stored<'_, Answer> {
        let answer = self.limiter.decide(now);
        let recorded = match &answer {
            Answer::Granted(permit) => self.log.admitted(permit.call),
            Answer::NotBefore(_) | Answer::AfterACall => Ok(()),
        };
        Box::pin(std::future::ready(recorded.map(|()| answer)))
    }

    fn ended(&mut self, now: Moment, permit: Permit, feedback: Feedback) -> Stored<'_, HeldBack> {
        let hold = self.limiter.note(now, &permit, feedback);
        let recorded = self.log.ended(permit.call, feedback != Feedback::NoReply);
        Box::pin(std::future::ready(recorded.map(|()| hold)))
    }
}

/// The directory of the allowances of one host, app and tenant, below the state directory; it is made, and can be written to.
pub(crate) fn allowance_directory(state: Option<&Path>, of: [&str; 3]) -> Result<PathBuf> {
    let hint = || text!("set STATE_DIRECTORY or XDG_STATE_HOME to a writable directory");
    // Hashed: a token must not be in a file name, nor a host's colon.
    let digest = ring::digest::digest(&ring::digest::SHA256, of.join("\n").as_bytes());
    let name: String = digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let state = state.ok_or_else(|| {
        Error::invalid_input(text!("there is no directory for the record of the allowance")).hint(hint())
    })?;
    let directory = state.join("allowance").join(name);
    // A file is tried, too: a directory may be there and be read-only.
    fs::create_dir_all(&directory).and_then(|()| tempfile::tempfile_in(&directory)).map_err(|error| {
        Error::invalid_input(text!("can't write to {directory}", directory = directory.display()))
            .caused_by(error)
            .hint(hint())
    })?;
    Ok(directory)
}

/// Reads a file at a moment of uptime; one that is not there tells nothing.
fn tell_file(path: &Path, boot: &Boot, now: Duration) -> std::io::Result<WindowState> {
    match File::open(path) {
        Ok(file) => Ok(parse(BufReader::new(file).lines().map_while(std::io::Result::ok), boot, now)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(WindowState::default()),
        Err(error) => Err(error),
    }
}

/// Drops the calls that can't count any more.
fn forget(ended: &mut Vec<Ended>, now: Duration, window: Duration, memory: Duration) {
    let counts = |ended: &Ended, window| ended.at + ended.grace + window > now;
    ended.retain(|ended| counts(ended, memory));
    let too_many = ended.len().saturating_sub(MOST_REMEMBERED);
    let mut place = 0;
    ended.retain(|ended| {
        place += 1;
        place > too_many || counts(ended, window)
    });
}

/// Reads the lines of a file at a moment of uptime.
fn parse(lines: impl Iterator<Item = String>, boot: &Boot, now: Duration) -> WindowState {
    let mut told = WindowState::default();
    let mut open = BTreeSet::new();
    let (mut same_boot, mut timeout) = (false, Duration::ZERO);
    // A moment of another boot, or one that is yet to come, tells nothing: the call counts as ended now.
    let moment = |nanos: Duration, same_boot: bool| if same_boot { nanos.min(now) } else { now };
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["r", word, nanos] => {
                told.ended.extend(open.iter().map(|_| Ended { at: now, grace: timeout }));
                open.clear();
                same_boot = boot.is(word);
                timeout = nanoseconds(nanos).unwrap_or_default();
            }
            ["c", nanos, grace] => {
                if let (Some(at), Some(grace)) = (nanoseconds(nanos), nanoseconds(grace)) {
                    told.ended.push(Ended { at: moment(at, same_boot), grace });
                }
            }
            ["s", call, _] => {
                open.extend(call.parse::<u64>().ok());
            }
            ["e", call, nanos, is_over] => {
                if let Ok(call) = call.parse::<u64>() {
                    open.remove(&call);
                }
                let grace = if is_over == "1" { Duration::ZERO } else { timeout };
                let at = nanoseconds(nanos).map_or(now, |at| moment(at, same_boot));
                told.ended.push(Ended { at, grace });
            }
            // The torn last line of a run that was killed: its call is still among the open ones, or never left.
            _ => {}
        }
    }
    // In flight when the run died: it may arrive until its timeout is over, and counts for a window from then.
    told.ended.extend(open.iter().map(|_| Ended { at: now, grace: timeout }));
    told.open = open.len();
    told
}

fn compact(ended: &[Ended], boot: &Boot, timeout: Duration) -> String {
    let mut text = format!("r {} {}\n", boot.word(), timeout.as_nanos());
    for Ended { at, grace } in ended {
        let _ = writeln!(text, "c {} {}", at.as_nanos(), grace.as_nanos());
    }
    text
}

fn nanoseconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_nanos)
}

/// Puts a new file in the place of the old one, so that a kill leaves one or the other.
fn replace(path: &Path, text: &str) -> std::io::Result<File> {
    let fresh = path.with_extension("fresh");
    let mut file = platform::private().write(true).create(true).truncate(true).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&fresh, path)?;
    OpenOptions::new().append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Moment;
    use crate::pace::{Admission, Feedback, Pacing};
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn boot(word: &str) -> Boot {
        Boot::named(word)
    }

    fn told(text: &str, boot: &Boot) -> Vec<Ended> {
        parse(text.lines().map(str::to_owned), boot, SECOND * 60).ended
    }

    fn ended(at: u32, grace: u32) -> Ended {
        Ended { at: SECOND * at, grace: SECOND * grace }
    }

    #[test]
    fn calls_that_ended_count_from_their_end() {
        let text = "r b1 30000000000\ns 1 1000000000\ns 2 2000000000\ne 1 3000000000 1\ne 2 5000000000 0\n";
        assert_eq!(told(text, &boot("b1")), [ended(3, 0), ended(5, 30)]);
    }

    #[test]
    fn a_call_without_its_end_counts_as_in_flight_for_its_timeout() {
        assert_eq!(told("r b1 30000000000\ns 7 1000000000\n", &boot("b1")), [ended(60, 30)]);
        assert_eq!(told("r b1 30000000000\ns 7 1000000000\ne 7 20000", &boot("b1")), [ended(60, 30)]);
    }

    #[test]
    fn the_times_of_another_boot_or_of_the_future_count_as_now() {
        let text = "r b1 30000000000\nc 900000000000 0\ns 1 1\ne 1 950000000000 1\n";
        assert_eq!(told(text, &boot("b2")), [ended(60, 0), ended(60, 0)]);
        assert_eq!(told(text, &boot("b1")), [ended(60, 0), ended(60, 0)]);
    }

    #[tokio::test]
    async fn the_next_run_knows_of_the_calls_before() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("withdraw");
        let take =
            async || Allowance::take(&path, SECOND * 60, SECOND * 30, Duration::ZERO).await.expect("free");
        let mut first = take().await;
        for call in 1..=3 {
            first.admitted(call).expect("room");
        }
        first.ended(1, true).expect("room");
        first.ended(2, false).expect("room");
        drop(first);
        let mut left = take().await.earlier_calls(SECOND * 60);
        left.sort_unstable();
        assert_eq!(left.len(), 3);
        assert!(left[0] <= SECOND * 60 && left[0] > SECOND * 50, "{left:?}");
        assert!(left[1] > SECOND * 80 && left[2] > SECOND * 80, "{left:?}");
    }

    #[tokio::test]
    async fn a_long_log_is_written_anew_and_forgets_nothing_of_its_window() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("withdraw");
        let mut log = Allowance::take(&path, SECOND * 60, SECOND * 30, Duration::ZERO).await.expect("free");
        log.admitted(1_000_000).expect("room");
        let compact_at_first = log.bytes_when_compact;
        for call in 0..30_000 {
            log.admitted(call).expect("room");
            log.ended(call, true).expect("room");
        }
        assert_eq!(log.earlier_calls(SECOND * 60).len(), 30_001);
        assert!(log.bytes_when_compact > compact_at_first);
    }

    #[test]
    fn of_the_calls_before_the_window_only_the_last_ones_are_kept() {
        let mut calls: Vec<Ended> = (0..20_000).map(|_| ended(50, 0)).collect();
        calls.extend((0..5_000).map(|_| ended(59, 0)));
        calls.push(ended(0, 0));
        forget(&mut calls, SECOND * 60, SECOND * 2, SECOND * 60);
        assert_eq!(calls.len(), MOST_REMEMBERED);
        let mut calls: Vec<Ended> = (0..20_000).map(|_| ended(59, 0)).collect();
        forget(&mut calls, SECOND * 60, SECOND * 2, SECOND * 60);
        assert_eq!(calls.len(), 20_000, "all of the window count");
    }

    /// What happened to the allowance in one run, nanosecond after nanosecond: calls begin and end.
    fn log_of(calls: &[(u64, bool)]) -> Vec<String> {
        let mut lines = vec![format!("r b1 {}\n", 5_000)];
        let mut open: Vec<(u64, u64)> = Vec::new();
        for (number, (life, is_over)) in (1..).zip(calls) {
            let now = number * 10;
            while let Some(place) = open.iter().position(|(_, ends)| *ends <= now) {
                let (call, ends) = open.remove(place);
                lines.push(format!("e {call} {ends} {}\n", u8::from(*is_over)));
            }
            lines.push(format!("s {number} {now}\n"));
            open.push((number, now + life));
        }
        lines
    }

    /// Until when the calls of a log count as under way, in order, by what it says of each.
    fn under_way(log: &str, now: Duration) -> Vec<Duration> {
        let mut calls = std::collections::BTreeMap::new();
        for line in log.lines() {
            let number = |word: &str| word.parse::<u64>().expect("a number");
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["s", call, _] => {
                    calls.insert(number(call), now + Duration::from_nanos(5_000));
                }
                ["e", call, at, is_over] => {
                    let grace = if is_over == "1" { 0 } else { 5_000 };
                    calls.insert(number(call), Duration::from_nanos(number(at) + grace));
                }
                _ => {}
            }
        }
        let mut until: Vec<Duration> = calls.into_values().collect();
        until.sort_unstable();
        until
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_log_that_is_cut_at_any_byte_forgets_no_call_that_had_begun(
            calls in proptest::collection::vec((1_u64..200, any::<bool>()), 1..40),
            cut in any::<proptest::sample::Index>(),
        ) {
            let lines = log_of(&calls);
            let text = lines.concat();
            let cut = cut.index(text.len() + 1);
            let now = Duration::from_nanos(10_000);
            let told = parse(text[..cut].lines().map(str::to_owned), &boot("b1"), now).ended;
            let mut until: Vec<Duration> = told.iter().map(|ended| ended.at + ended.grace).collect();
            until.sort_unstable();
            let is_whole = cut == 0 || text[..cut].ends_with('\n') || text[cut..].starts_with('\n');
            let last_line = text[..cut].rfind('\n').map_or(0, |end| end + 1);
            // With its third blank a line has told the time of an end, if not yet whether it is over.
            let is_told = text[last_line..cut].matches(' ').count() == 3;
            let readable = if is_whole || is_told { &text[..cut] } else { &text[..last_line] };
            let expected = under_way(readable, now);
            // Any other torn line is that of a call that has not left, or of an end that is not believed.
            prop_assert!((expected.len()..=expected.len() + 1).contains(&until.len()));
            let counts = |(told, expected): (&Duration, &Duration)| told >= expected;
            prop_assert!(until.iter().rev().zip(expected.iter().rev()).all(counts), "{until:?} {expected:?}");
            prop_assert!(!is_whole || until == expected);
        }

        #[test]
        fn the_server_never_sees_more_than_the_cap_over_any_number_of_kills(
            lives in proptest::collection::vec((1_u64..400, 0_u64..200), 1..30),
            latencies in proptest::collection::vec((0_u64..40, 0.0_f64..=1.0, proptest::bool::weighted(0.9)), 60..200),
            cap in 1_u32..12,
        ) {
            let arrivals = live_and_die(&lives, &latencies, cap);
            let most = arrivals.iter().map(|from| {
                arrivals.iter().filter(|at| (*from..from + WINDOW).contains(*at)).count()
            });
            prop_assert!(most.max().unwrap_or(0) <= cap as usize);
        }
    }

    const WINDOW: u64 = 100;
    const TIMEOUT: u64 = 50;

    /// Runs that live and lie dead for so many milliseconds, in virtual time; when the server saw their calls.
    fn live_and_die(lives: &[(u64, u64)], calls: &[(u64, f64, bool)], cap: u32) -> Vec<u64> {
        let millis = Duration::from_millis;
        let rate: crate::model::Rate = format!("{cap}/100ms").parse().expect("a rate");
        let burst = std::num::NonZeroU32::new(4).expect("four");
        let mut calls = calls.iter().cycle();
        let (mut log, mut now, mut arrivals) = (String::new(), 1_000, Vec::new());
        for (life, pause) in lives {
            let born = now;
            let mut ended = parse(log.lines().map(str::to_owned), &boot("b1"), millis(now)).ended;
            forget(&mut ended, millis(now), millis(WINDOW), millis(WINDOW));
            log = compact(&ended, &boot("b1"), millis(TIMEOUT));
            let counts =
                |ended: &Ended| (ended.at + ended.grace + millis(WINDOW)).saturating_sub(millis(now));
            let earlier = ended.iter().map(counts).collect();
            let mut pacing = Pacing::after_earlier_calls(rate, burst, millis(TIMEOUT), earlier);
            let moment = |now: u64| Moment::after_origin(millis(now - born));
            let mut in_flight: Vec<(u64, u64, u64, bool)> = Vec::new();
            for number in 1_u64.. {
                while let Some(place) = in_flight.iter().position(|call| call.0 <= now) {
                    let (ends, call, began, is_answered) = in_flight.remove(place);
                    let echo = if is_answered { Feedback::Passed } else { Feedback::NoReply };
                    pacing.ended(moment(now), moment(began), echo, 0.0);
                    let _ = writeln!(log, "e {call} {} {}", ends * 1_000_000, u8::from(is_answered));
                }
                if now >= born + life {
                    break;
                }
                if pacing.admit(moment(now)) == Admission::Granted {
                    let (latency, arrives_at, is_answered) = calls.next().expect("they go round");
                    let (ends, latest) = if *is_answered {
                        (now + latency, now + latency)
                    } else {
                        (now + TIMEOUT, now + 2 * TIMEOUT)
                    };
                    let _ = writeln!(log, "s {number} {}", now * 1_000_000);
                    in_flight.push((ends, number, now, *is_answered));
                    let arrival = (now as f64 + (latest - now) as f64 * arrives_at) as u64;
                    // A kill gives up what is in flight: no later than a timeout after it, as with any other end.
                    arrivals.push(arrival.min(born + life + TIMEOUT));
                } else {
                    now += 1;
                }
            }
            now += pause;
        }
        arrivals
    }
}
