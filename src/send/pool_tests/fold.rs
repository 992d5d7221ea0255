//! The walk of one row through any sequence of replies, looks and restarts, to exactly one honest outcome.
//!
//! The walk knows the truth that the program can't see: whether the deed is done with the pre-hire, and by whom.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::model::{
    Attempt, Ending, ErrorCode, History, Operation, Outcome, RetryOutcome, Stage, Status, Verdict,
};
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
    use Verdict::{Conflict, Fatal, NotSent, Refused, Throttled, TokenStale};
    let instead = |verdict, code| Just(Step::Instead(verdict, code));
    prop_oneof![
        2 => Just(Step::Plain),
        4 => any::<bool>().prop_map(|applied| Step::Lost { applied }),
        2 => instead(Conflict, 1_161_116),
        1 => instead(NotSent, 0),
        1 => instead(Throttled, 99_991_400),
        1 => instead(TokenStale, 99_991_663),
        1 => instead(Refused, 1_161_097),
        1 => instead(Fatal, 99_991_672),
        1 => Just(Step::Interrupted),
        1 => Just(Step::Killed),
    ]
}

/// The truth about one pre-hire, and about the app.
#[derive(Debug)]
struct World {
    operation: Operation,
    /// How long the run has gone on.
    run: Duration,
    /// May old copies still show the stage from before what is undone?
    was_undone_lately: bool,
    is_done: bool,
    was_done_by_us: bool,
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
                self.was_done_by_us |= applied && !self.is_done;
                self.is_done |= applied;
                self.had_doubt = true;
                (Verdict::InDoubt, 1_161_000)
            }
            // Who is done with already is refused for the stage, whatever else might be wrong.
            Step::Instead(Verdict::Refused, _) if self.is_done => (Verdict::Refused, 1_161_129),
            Step::Instead(verdict, code) => (verdict, code),
            _ if self.is_done => (Verdict::Refused, 1_161_129),
            _ => {
                (self.is_done, self.was_done_by_us) = (true, true);
                (Verdict::Accepted, 0)
            }
        };
        self.attempts += u32::from(verdict.is_attempt());
        Attempt {
            verdict,
            error_code: (verdict != Verdict::Accepted).then_some(ErrorCode::Api(code)),
            message: crate::language::Text::plain("said"),
            http_status: Some(400),
            log_id: None,
            sent_at: Timestamp::UNIX_EPOCH,
            ended_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Looks until there is an answer: old copies may show an earlier stage, for two seconds.
    fn look(&mut self, question: Question, history: &mut History, stale: bool) -> AfterLook {
        let (operation, began) = (self.operation, self.run);
        let mut age = question.first_delay(operation, DELAY, self.run);
        for looks in 1..=3 {
            self.run = began + age;
            let look = Look { operation, question, looks, age, run_age: self.run, at: Timestamp::UNIX_EPOCH };
            let found = if self.looks_fail { Found::Failed } else { Found::In(self.seen(stale, age)) };
            let is_untouched = matches!(&found, Found::In(stage) if operation.is_possible_in(stage));
            match look.decide(found, history.last().and_then(|(_, code)| code), DELAY) {
                AfterLook::LookAgainAfter(pause) => age += pause,
                answer => {
                    if answer == AfterLook::CallAgain && is_untouched && look.is_believed() {
                        history.found_untouched();
                    }
                    return answer;
                }
            }
        }
        unreachable!("three looks are the most")
    }

    /// The stage that a copy shows.
    fn seen(&self, stale: bool, age: Duration) -> Stage {
        const LAG: Duration = Duration::from_secs(2);
        let shows_before = stale && self.was_done_by_us && age < LAG;
        let shows_before_that = stale && self.was_undone_lately && self.run < LAG;
        let looks_done = (self.is_done && !shows_before) || shows_before_that;
        if looks_done == (self.operation == Operation::Withdraw) {
            Stage::Withdrawn
        } else {
            Stage::Preboarding
        }
    }

    /// Walks to the end: the outcome, after how many runs.
    fn walk(&mut self, steps: &[Step]) -> Outcome {
        let mut history = History::default();
        let mut steps = steps.iter().copied().chain(std::iter::repeat(Step::Plain));
        let mut next = Next::AgainAfter(Duration::ZERO);
        for step in steps.by_ref().take(200) {
            match (next, step) {
                (Next::Settle(ending), _) => return history.settle(&ending, self.operation),
                (Next::AgainAfter(_) | Next::Ask(_), Step::Interrupted) => {
                    // The cells of the interrupted row are all that the next run knows.
                    self.run = Duration::ZERO;
                    let doubt = history.doubt();
                    let outcome = history.settle(&Ending::Interrupted, self.operation);
                    self.assert_honest(&outcome);
                    history =
                        History::resumed(outcome.attempts, outcome.first_sent_at, doubt).in_another_run(None);
                    next = POLICY.decide(&history, self.may_look, 0.5);
                }
                (Next::AgainAfter(_), Step::Killed) => {
                    // Cut off while the call was under way; it may have been applied.
                    self.run = Duration::ZERO;
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
                    let outcome = history.settle(&Ending::Interrupted, self.operation);
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
            // A call in doubt makes it ours: nobody can tell whose of two deeds came first.
            status if status == self.operation.done() => {
                assert!(self.is_done && (self.was_done_by_us || self.had_doubt), "{shown}");
            }
            status if status == self.operation.done_before() => {
                assert!(self.is_done && !self.was_done_by_us, "{shown}");
            }
            // Without a look nobody can know that somebody else had done it before the first call.
            Status::Refused => assert!(!self.was_done_by_us, "{shown}"),
            Status::NotAttempted | Status::Exhausted => assert!(!self.was_done_by_us, "{shown}"),
            Status::Unknown => {}
            _ => panic!("{shown}"),
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
        operation in prop::sample::select(Operation::ALL.to_vec()),
    ) {
        let mut world = World {
            operation,
            run: Duration::ZERO,
            was_undone_lately: operation == Operation::Restore && !somebody_else,
            is_done: somebody_else,
            was_done_by_us: false,
            may_look,
            looks_fail,
            had_doubt: false,
            calls: 0,
            attempts: 0,
        };
        let outcome = world.walk(&steps);
        world.assert_honest(&outcome);
        if may_look && !looks_fail && outcome.status == Status::Refused {
            prop_assert!(!world.is_done, "a look would have told: {:?}", outcome);
        }
    }
}
