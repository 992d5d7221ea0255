//! Owns the walk of one row through any sequence of replies, looks and restarts, to exactly one honest outcome.
//!
//! The walk knows the truth that the program can't see: whether the pre-hire is withdrawn, and by whom.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::feishu::Stage;
use crate::history::{Ending, History};
use crate::outcome::{Attempt, ErrorCode, Outcome, RetryOutcome, Status, Verdict};
use crate::send::{AfterLook, Found, Look, Next, Question, RetryPolicy};

const POLICY: RetryPolicy = RetryPolicy {
    max_attempts: NonZeroU32::new(5).expect("five"),
    base: Duration::from_secs(1),
    cap: Duration::from_secs(60),
};
const DELAY: Duration = Duration::from_millis(500);

/// What the world does at one step.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The server plays by the rules.
    Plain,
    /// The reply is lost, before or after the deed.
    Lost {
        applied: bool,
    },
    /// This verdict and code, and nothing is done.
    Instead(Verdict, i64),
    /// The run is interrupted, or killed, before this step.
    Interrupted,
    Killed,
}

fn any_step() -> impl Strategy<Value = Step> {
    use Verdict::{Conflict, Hopeless, NotSent, Refused, Throttled, TokenStale};
    let instead = |verdict, code| Just(Step::Instead(verdict, code));
    prop_oneof![
        2 => Just(Step::Plain),
        4 => any::<bool>().prop_map(|applied| Step::Lost { applied }),
        2 => instead(Conflict, 1_161_116),
        1 => instead(NotSent, 0),
        1 => instead(Throttled, 99_991_400),
        1 => instead(TokenStale, 99_991_663),
        1 => instead(Refused, 1_161_097),
        1 => instead(Hopeless, 99_991_672),
        1 => Just(Step::Interrupted),
        1 => Just(Step::Killed),
    ]
}

/// The truth about one pre-hire, and about the app.
#[derive(Debug)]
struct World {
    is_withdrawn: bool,
    was_withdrawn_by_us: bool,
    may_look: bool,
    looks_fail: bool,
    had_doubt: bool,
    calls: u32,
    attempts: u32,
}

impl World {
    fn call(&mut self, step: Step) -> Attempt {
        self.calls += 1;
        let (verdict, code) = match step {
            Step::Lost { applied } => {
                self.was_withdrawn_by_us |= applied && !self.is_withdrawn;
                self.is_withdrawn |= applied;
                self.had_doubt = true;
                (Verdict::InDoubt, 1_161_000)
            }
            // Who is withdrawn already is refused for the stage, whatever else might be wrong.
            Step::Instead(Verdict::Refused, _) if self.is_withdrawn => (Verdict::Refused, 1_161_129),
            Step::Instead(verdict, code) => (verdict, code),
            _ if self.is_withdrawn => (Verdict::Refused, 1_161_129),
            _ => {
                (self.is_withdrawn, self.was_withdrawn_by_us) = (true, true);
                (Verdict::Accepted, 0)
            }
        };
        self.attempts += u32::from(verdict.is_attempt());
        Attempt {
            verdict,
            error_code: (verdict != Verdict::Accepted).then_some(ErrorCode::Api(code)),
            message: "said".to_owned(),
            http_status: Some(400),
            log_id: None,
            sent_at: Timestamp::UNIX_EPOCH,
            ended_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Looks until there is an answer: old copies may show the stage before our call, for two seconds.
    fn look(&self, question: Question, history: &mut History, stale: bool) -> AfterLook {
        let mut age = question.first_delay(DELAY);
        for looks in 1..=3 {
            let look = Look { question, looks, age, at: Timestamp::UNIX_EPOCH };
            let hides = stale && self.was_withdrawn_by_us && age < Duration::from_secs(2);
            let found = match self.is_withdrawn && !hides {
                _ if self.looks_fail => Found::Failed,
                true => Found::In(Stage::Withdrawn),
                false => Found::In(Stage::Preboarding),
            };
            let is_active = found == Found::In(Stage::Preboarding);
            match look.decide(found, history.last().and_then(|(_, code)| code), DELAY) {
                AfterLook::LookAgainAfter(pause) => age += pause,
                answer => {
                    if answer == AfterLook::CallAgain && is_active && look.is_believed() {
                        history.found_active();
                    }
                    return answer;
                }
            }
        }
        unreachable!("three looks are the most")
    }

    /// Walks to the end: the outcome, after how many runs.
    fn walk(&mut self, steps: &[Step]) -> Outcome {
        let mut history = History::default();
        let mut steps = steps.iter().copied().chain(std::iter::repeat(Step::Plain));
        let mut next = Next::AgainAfter(Duration::ZERO);
        for step in steps.by_ref().take(200) {
            match (next, step) {
                (Next::Settle(ending), _) => return history.settle(&ending),
                (Next::AgainAfter(_) | Next::Ask(_), Step::Interrupted) => {
                    // The cells of the interrupted row are all that the next run knows.
                    let doubt = history.doubt();
                    let outcome = history.settle(&Ending::Interrupted);
                    self.assert_honest(&outcome);
                    history =
                        History::resumed(outcome.attempts, outcome.first_sent_at, doubt).in_another_run(None);
                    next = POLICY.decide(&history, self.may_look, 0.5);
                }
                (Next::AgainAfter(_), Step::Killed) => {
                    // Cut off while the call was under way; it may have been applied.
                    self.call(Step::Lost { applied: self.calls.is_multiple_of(2) });
                    history.record_cut_off(Timestamp::UNIX_EPOCH);
                    history = history.in_another_run(None);
                    next = POLICY.decide(&history, self.may_look, 0.5);
                }
                (Next::Ask(question), step) => {
                    let stale = matches!(step, Step::Lost { .. });
                    let answer = self.look(question, &mut history, stale);
                    next = POLICY.after(answer, &history, 0.5);
                }
                (Next::StopRun, _) => {
                    let outcome = history.settle(&Ending::Interrupted);
                    return outcome;
                }
                (Next::AgainAfter(_), step) => {
                    let knows = self.may_look && !self.looks_fail;
                    assert!(
                        !knows || !history.is_in_doubt(),
                        "a repeat in doubt, without a look: {history:?}"
                    );
                    history.record(&self.call(step));
                    next = POLICY.decide(&history, self.may_look, 0.5);
                }
            }
        }
        unreachable!("no story is endless")
    }

    /// No word of an outcome may be false.
    fn assert_honest(&self, outcome: &Outcome) {
        let shown = format!("{outcome:?} {self:?}");
        match outcome.status {
            // A call in doubt makes it ours: nobody can tell whose of two withdrawals came first.
            Status::Withdrawn => {
                assert!(self.is_withdrawn && (self.was_withdrawn_by_us || self.had_doubt), "{shown}");
            }
            Status::AlreadyWithdrawn => assert!(self.is_withdrawn && !self.was_withdrawn_by_us, "{shown}"),
            // Without a look nobody can know that somebody else had withdrawn it before the first call.
            Status::Refused => assert!(!self.was_withdrawn_by_us, "{shown}"),
            Status::NotAttempted | Status::Exhausted => assert!(!self.was_withdrawn_by_us, "{shown}"),
            Status::Unknown => {}
            Status::Invalid | Status::Duplicate => panic!("{shown}"),
        }
        assert_eq!(outcome.attempts, self.attempts, "{shown}");
        assert!(!outcome.status.is_success() || outcome.error_code.is_none(), "{shown}");
        if outcome.retry_outcome == Some(RetryOutcome::NotNeeded) {
            assert!(outcome.attempts == 1, "{shown}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_sequence_of_replies_looks_and_restarts_folds_to_one_honest_outcome(
        steps in prop::collection::vec(any_step(), 0..14),
        may_look in prop::bool::weighted(0.7),
        looks_fail in prop::bool::weighted(0.2),
        somebody_else in prop::bool::weighted(0.2),
    ) {
        let mut world = World {
            is_withdrawn: somebody_else,
            was_withdrawn_by_us: false,
            may_look,
            looks_fail,
            had_doubt: false,
            calls: 0,
            attempts: 0,
        };
        let outcome = world.walk(&steps);
        world.assert_honest(&outcome);
        if may_look && !looks_fail && outcome.status == Status::Refused {
            prop_assert!(!world.is_withdrawn, "a look would have told: {:?}", outcome);
        }
    }
}
