//! The ends of a run: what stops it, how soon, and what becomes of the rows that are left.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::faults::{Fault, MINUTE, SECOND};
use super::world::{Ran, World};
use crate::model::{Event, Interrupt, Operation, RetryOutcome, Settlement, Status, StopCause};

const FORBIDDEN: i64 = 1_161_097;

fn not_reached(ran: &Ran) -> usize {
    ran.settled().iter().filter(|(_, settlement)| matches!(settlement, Settlement::NotReached)).count()
}

#[tokio::test(start_paused = true)]
async fn a_throttle_that_does_not_end_stops_the_run_after_a_quarter_of_an_hour() {
    for wait in [None, Some(45 * SECOND), Some(600 * SECOND)] {
        let ran = World::of(50).limits([(Duration::ZERO, 0)]).throttle_says(wait).run().await;
        assert_eq!(ran.stop, Some(StopCause::ThrottledTooLong));
        assert!(ran.took > 15 * MINUTE && ran.took < 31 * MINUTE, "{wait:?}: {:?}", ran.took);
        assert_eq!(ran.settled().len(), 50);
        assert_eq!(ran.count(Status::NotAttempted) + not_reached(&ran), 50);
        assert!(ran.sent().iter().all(|sent| sent.outcome.attempts == 0), "a throttled call is no attempt");
    }
}

#[tokio::test(start_paused = true)]
async fn one_call_let_through_starts_the_quarter_of_an_hour_anew() {
    let minutes = |number: u32| number * MINUTE;
    let limits =
        [(0, 5), (1, 0), (13, 2), (14, 0), (26, usize::MAX)].map(|(minute, limit)| (minutes(minute), limit));
    let ran = World::of(30).limits(limits).throttle_says(Some(10 * SECOND)).run().await;
    assert_eq!((ran.stop.clone(), ran.count(Status::Withdrawn)), (None, 30));
    assert!(ran.took > 26 * MINUTE, "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn no_call_begins_after_the_deadline_and_the_rest_is_not_attempted() {
    let ran = World::of(10_000).with(|settings| settings.deadline = Some(10 * MINUTE)).run().await;
    assert_eq!(ran.stop, Some(StopCause::Deadline));
    assert_eq!(ran.settled().len(), 10_000);
    let withdrawn = ran.count(Status::Withdrawn);
    assert_eq!(withdrawn + not_reached(&ran), 10_000);
    assert!((970..=1_000).contains(&withdrawn), "{withdrawn} in ten minutes");
    assert!(ran.took <= 10 * MINUTE + SECOND, "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_outlast_the_deadline_ends_the_run_now() {
    let world = World::of(40).with(|settings| settings.deadline = Some(5 * MINUTE));
    let ran = world.limits([(Duration::ZERO, 20)]).throttle_says(Some(9 * MINUTE)).run().await;
    assert_eq!(ran.stop, Some(StopCause::Deadline));
    assert!(ran.took < MINUTE, "{:?}", ran.took);
    assert_eq!(ran.count(Status::Withdrawn), 20);
}

#[tokio::test(start_paused = true)]
async fn the_canary_flies_alone_until_its_first_json_reply() {
    let faults = |row, call| (row == 0 && call <= 2).then_some(Fault::NotSent);
    for (canary, alone) in [(true, 3), (false, 1)] {
        let ran = World::of(20).with(|settings| settings.canary = canary).faults(faults).run().await;
        assert_eq!(ran.count(Status::Withdrawn), 20);
        let first_of_another =
            ran.events.iter().position(|event| matches!(event, Event::Admitted { line: 3, .. }));
        let before = &ran.events[..first_of_another.expect("row 3 was sent")];
        let calls = before.iter().filter(|event| matches!(event, Event::Admitted { .. })).count();
        let ends = before.iter().filter(|event| matches!(event, Event::Ended { .. })).count();
        assert_eq!(calls, alone, "canary: {canary}");
        assert_eq!(ends, if canary { 3 } else { 0 }, "canary: {canary}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_in_a_row_stop_the_run_and_only_calls_in_flight_follow() {
    let refused = |_, _| Some(Fault::Code(FORBIDDEN));
    for workers in [1, 16] {
        let world = World::of(500).faults(refused).with(|settings| {
            settings.workers = NonZeroUsize::new(workers).expect("not zero");
            settings.rate = "1000/1s".parse().expect("a rate");
        });
        let ran = world.run().await;
        assert_eq!(ran.stop, Some(StopCause::ConsecutiveRefusals(20)));
        let refused = ran.count(Status::Refused);
        assert!((20..20 + workers).contains(&refused), "{refused} refusals with {workers} workers");
        assert_eq!(refused + not_reached(&ran), 500);
    }
    let ran = World::of(100).faults(refused).with(|settings| settings.stop_after = 0).run().await;
    assert_eq!((ran.stop.clone(), ran.count(Status::Refused)), (None, 100), "0 is never");
}

#[tokio::test(start_paused = true)]
async fn refusals_count_in_the_order_of_settlement_not_of_the_file() {
    // Rows 1 to 4 are refused only after a backoff; by then row 5 has succeeded, and row 6 after them.
    let faults = |row, call| match (row, call) {
        (1..=4, 1) | (6, 1..=3) => Some(Fault::Code(1_161_116)),
        (1..=4, 2) => Some(Fault::Code(FORBIDDEN)),
        (7.., _) => Some(Fault::Code(FORBIDDEN)),
        _ => None,
    };
    let ran = World::of(10).faults(faults).with(|settings| settings.stop_after = 8).run().await;
    assert_eq!(ran.stop, None, "seven refusals in all");
    let ran = World::of(10).faults(faults).with(|settings| settings.stop_after = 3).run().await;
    assert_eq!(ran.stop, Some(StopCause::ConsecutiveRefusals(3)), "three of them follow each other");
    let alternating = |row: u32, _| (row % 2 == 1).then_some(Fault::Code(FORBIDDEN));
    let world = World::of(60).faults(alternating).with(|settings| {
        settings.workers = NonZeroUsize::MIN;
        settings.stop_after = 2;
    });
    assert_eq!(world.run().await.stop, None, "a success starts the count anew");
}

#[tokio::test(start_paused = true)]
async fn a_first_row_that_is_never_answered_stops_the_run_with_its_own_calls_alone() {
    for fault in [Fault::NotSent, Fault::Silence, Fault::Lost { applied: false }] {
        let faults = match fault {
            Fault::NotSent => |_, _| Some(Fault::NotSent),
            Fault::Silence => |_, _| Some(Fault::Silence),
            _ => |_, _| Some(Fault::Lost { applied: false }),
        };
        let ran = World::of(50).faults(faults).with(|settings| settings.stop_after = 0).run().await;
        assert_eq!(ran.stop, Some(StopCause::FirstCallUnanswered), "{fault:?}");
        assert_eq!(ran.calls().len(), 5, "{fault:?}");
        assert_eq!(not_reached(&ran), 49, "{fault:?}");
        assert_eq!(ran.count(Status::Exhausted), 1, "the looks say that nothing was applied: {fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_rows_in_a_row_without_a_reply_stop_a_run_that_had_replies() {
    let faults = |row: u32, _| (row >= 30).then_some(Fault::NotSent);
    let ran = World::of(200).faults(faults).with(|settings| settings.stop_after = 0).run().await;
    assert_eq!(ran.stop, Some(StopCause::ConsecutiveNoReply(20)));
    assert_eq!(ran.count(Status::Withdrawn), 30);
    assert_eq!(ran.settled().len(), 200);
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_awaits_what_is_in_flight_and_settles_every_row() {
    let faults = |row, call| match (row % 5, call) {
        (1, 1) => Some(Fault::Lost { applied: true }),
        (2, _) => Some(Fault::Code(1_161_116)),
        (3, 1) if row > 100 => Some(Fault::Silence),
        _ => None,
    };
    let moments = [0, 1, 150, 2_000, 61_234, 95_000, 125_500];
    for (operation, milliseconds) in Operation::ALL.into_iter().flat_map(|of| moments.map(|at| (of, at))) {
        let mut world = World::of(1_000).doing(operation).faults(faults);
        world.halt_after = Some(Duration::from_millis(milliseconds));
        let ran = world.run().await;
        assert_eq!(ran.stop, Some(StopCause::Interrupted(Interrupt::Interrupt)), "after {milliseconds} ms");
        assert_eq!(ran.settled().len(), 1_000);
        let began = ran.events.iter().filter(|event| matches!(event, Event::Admitted { .. })).count();
        let ended = ran.events.iter().filter(|event| matches!(event, Event::Ended { .. })).count();
        assert_eq!(began, ended, "every call was awaited and told");
        assert!(ran.took <= Duration::from_millis(milliseconds) + 31 * SECOND, "{:?}", ran.took);
        for sent in ran.sent() {
            let (outcome, applied) =
                (&sent.outcome, ran.is_done(u32::try_from(sent.line - 2).expect("a row")));
            match outcome.status {
                status if status == operation.done() => assert!(applied),
                Status::Unknown => assert_eq!(outcome.retry_outcome, Some(RetryOutcome::Interrupted)),
                Status::NotAttempted | Status::Exhausted => assert!(!applied, "{outcome:?}"),
                other => panic!("{other:?} was not to be expected"),
            }
        }
        assert_eq!(began > 0, !ran.sent().is_empty());
    }
}
