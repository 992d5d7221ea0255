//! Looking pre-hires up: batches, what is done where the app may not look, and doubt from earlier runs.

use jiff::Timestamp;
use prehire_simulator::Stage;

use super::faults::{Fault, MINUTE, SECOND, id_of};
use super::world::{World, request};
use crate::model::{ConfirmedBy, Doubt, Event, History, Operation, RetryOutcome, SentRow, Status};
use crate::plan::{Decision, Planned};

fn resumed(row: u32, history: History, operation: Operation) -> Planned {
    let decision = Decision::Resume(id_of(row), Some(request(operation)), history);
    Planned::Row { index: row, line: u64::from(row) + 2, decision }
}

#[tokio::test(start_paused = true)]
async fn doubts_are_gathered_into_batches_of_ten() {
    for operation in Operation::ALL {
        let history = History::resumed(1, Some(Timestamp::UNIX_EPOCH), Doubt::Now);
        let world = World::of(0).doing(operation).with(|settings| settings.canary = false);
        let world = world.after(operation, 0..200);
        let plan = (0..200).map(|row| resumed(row, history.clone(), operation)).collect();
        let ran = world.run_plan(plan).await;
        assert_eq!(ran.count(operation.done()), 200);
        assert_eq!(ran.batches(), [10; 20]);
        assert!(ran.sent().iter().all(|sent| sent.outcome.confirmed_by == Some(ConfirmedBy::ReadBack)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_row_that_was_applied_without_a_reply_is_no_reason_to_stop() {
    for operation in Operation::ALL {
        let faults = |row, _| (row < 30).then_some(Fault::Lost { applied: true });
        let ran = World::of(40).doing(operation).faults(faults).run().await;
        assert_eq!((ran.stop.clone(), ran.count(operation.done())), (None, 40));
    }
}

#[tokio::test(start_paused = true)]
async fn looks_keep_under_the_cap_of_their_own_api() {
    let world = World::of(300).faults(|_, call| (call <= 2).then_some(Fault::Lost { applied: false }));
    let ran = world.with(|settings| settings.rate = "20/60s".parse().expect("a rate")).run().await;
    assert_eq!(ran.count(Status::Withdrawn), 300);
    assert!(ran.most_in_window(MINUTE) <= 20);
    let looks = ran.events.iter().filter(|event| matches!(event, Event::LookedUp(_))).count();
    assert_eq!(looks, ran.batches().len());
    assert!(ran.took.as_secs() / 60 >= looks as u64 / 20 - 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_app_may_not_look_it_is_said_once_and_the_call_is_repeated() {
    for operation in Operation::ALL {
        let faults = |row: u32, call| match (row % 3, call) {
            (0, 1) => Some(Fault::Lost { applied: true }),
            (1, 1) => Some(Fault::Lost { applied: false }),
            _ => None,
        };
        let world = World::of(90).doing(operation).faults(faults);
        let ran = world.simulated(|simulator| simulator.may_read = false).run().await;
        assert_eq!(ran.stop, None);
        let said = ran.events.iter().filter(|event| matches!(event, Event::MayNotLook(_))).count();
        assert_eq!(said, 1);
        for sent in ran.sent() {
            let outcome = &sent.outcome;
            let expected = match (sent.line - 2) % 3 {
                0 => (Status::Unknown, Some(RetryOutcome::RefusedOnRetry), 2),
                1 => (operation.done(), Some(RetryOutcome::Recovered), 2),
                _ => (operation.done(), Some(RetryOutcome::NotNeeded), 1),
            };
            let told = (outcome.status, outcome.retry_outcome, outcome.attempts);
            assert_eq!(told, expected, "line {}", sent.line);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_did_before_is_found_by_a_look_and_needs_one_attempt() {
    for operation in Operation::ALL {
        let ran = World::of(60).doing(operation).after(operation, (0..60).step_by(2)).run().await;
        assert_eq!((ran.count(operation.done_before()), ran.count(operation.done())), (30, 30));
        let before = |sent: &&&SentRow| sent.outcome.status == operation.done_before();
        for sent in ran.sent().iter().filter(before) {
            let outcome = &sent.outcome;
            assert_eq!((outcome.attempts, outcome.retry_outcome), (1, Some(RetryOutcome::NotNeeded)));
            assert_eq!((outcome.confirmed_by, outcome.error_code), (Some(ConfirmedBy::ReadBack), None));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn doubt_from_an_earlier_run_is_looked_up_before_anything_is_sent() {
    let mut cut_off = History::default();
    cut_off.record_cut_off(Timestamp::UNIX_EPOCH);
    let interrupted = History::resumed(2, Some(Timestamp::UNIX_EPOCH), Doubt::Now);
    let stories =
        Operation::ALL.into_iter().flat_map(|of| [(of, cut_off.clone()), (of, interrupted.clone())]);
    for (operation, history) in stories {
        let world = World::of(0).doing(operation).after(operation, 0..20);
        let plan = (0..40).map(|row| resumed(row, history.clone(), operation)).collect();
        let ran = world.run_plan(plan).await;
        assert_eq!(ran.count(operation.done()), 40);
        let sent_again = (0..40).filter(|row| ran.calls_of(*row) > 0).collect::<Vec<u32>>();
        assert_eq!(
            sent_again,
            (20..40).collect::<Vec<u32>>(),
            "only what was not applied, after {history:?}"
        );
        assert!(ran.sent()[..20].iter().all(|sent| sent.outcome.confirmed_by == Some(ConfirmedBy::ReadBack)));
        assert!(ran.sent()[20..].iter().all(|sent| sent.outcome.attempts == history.attempts() + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_file_no_longer_holds_is_looked_up_and_never_called() {
    for operation in Operation::ALL {
        let mut history = History::default();
        history.record_cut_off(Timestamp::UNIX_EPOCH);
        let world = World::of(0).doing(operation).after(operation, [1]);
        let plan = (1..=2).map(|row| Planned::LeftInDoubt(id_of(row), history.clone())).collect();
        let ran = world.run_plan(plan).await;
        let left: Vec<Status> = ran
            .events
            .iter()
            .filter_map(|event| match event {
                Event::LeftInDoubt(sent) => Some(sent.outcome.status),
                _ => None,
            })
            .collect();
        assert_eq!(left, [operation.done(), Status::NotAttempted]);
        assert!(ran.calls().is_empty());
        assert!(ran.took >= 3 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_follows_at_once_is_not_fooled_by_copies_that_lag_behind() {
    // Nothing is applied, and for two seconds the copies still show everybody as before the withdrawal.
    let lost = |_, _| Some(Fault::Lost { applied: false });
    let world = World::of(30).doing(Operation::Restore).faults(lost).after(Operation::Withdraw, 0..30);
    let world = world.simulated(|simulator| {
        (simulator.start, simulator.replica_lag) = (Stage::Preboarding, 2 * SECOND);
    });
    let ran = world
        .with(|settings| {
            (settings.read_back, settings.stop_after) = (Some(SECOND / 10), 0);
            settings.canary = false;
        })
        .run()
        .await;
    assert_eq!((ran.count(Status::Restored), ran.count(Status::AlreadyActive)), (0, 0));
    assert!(ran.count(Status::Exhausted) > 0);
    assert!((0..30).all(|row| !ran.is_done(row)));
}
