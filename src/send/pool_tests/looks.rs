//! Owns looking pre-hires up: batches, what is done where the app may not look, and doubt from earlier runs.

use jiff::Timestamp;

use super::fake::{Fault, MINUTE, SECOND, id_of};
use super::world::World;
use crate::event::Event;
use crate::history::{Doubt, History};
use crate::input::ValidReason;
use crate::outcome::{ConfirmedBy, RetryOutcome, Status};
use crate::plan::{Decision, Planned};

fn resumed(row: u32, history: History) -> Planned {
    let reason = ValidReason::parse("r").expect("a reason").into();
    Planned::Row {
        index: row,
        line: u64::from(row) + 2,
        decision: Decision::Resume(id_of(row), Some(reason), history),
    }
}

#[tokio::test(start_paused = true)]
async fn doubts_are_gathered_into_batches_of_ten() {
    let history = History::resumed(1, Some(Timestamp::UNIX_EPOCH), Doubt::Now);
    let world = World::of(0).with(|settings| settings.canary = false);
    let world = world.server(|server| server.withdrawn.extend((0..200).map(id_of)));
    let ran = world.run_plan((0..200).map(|row| resumed(row, history.clone())).collect()).await;
    assert_eq!(ran.count(Status::Withdrawn), 200);
    assert_eq!(ran.fake.server().batches, [10; 20]);
    assert!(ran.sent().iter().all(|sent| sent.outcome.confirmed_by == Some(ConfirmedBy::ReadBack)));
}

#[tokio::test(start_paused = true)]
async fn a_first_row_that_was_applied_without_a_reply_is_no_reason_to_stop() {
    let script = |row, _| (row < 30).then_some(Fault::Lost { applied: true });
    let ran = World::of(40).script(script).run().await;
    assert_eq!((ran.stop.clone(), ran.count(Status::Withdrawn)), (None, 40));
}

#[tokio::test(start_paused = true)]
async fn looks_keep_under_the_cap_of_their_own_api() {
    let world = World::of(300).script(|_, call| (call <= 2).then_some(Fault::Lost { applied: false }));
    let ran = world.with(|settings| settings.rate = "20/60s".parse().expect("a rate")).run().await;
    assert_eq!(ran.count(Status::Withdrawn), 300);
    assert!(ran.most_in_window(MINUTE) <= 20);
    let looks = ran.events.iter().filter(|event| matches!(event, Event::LookedUp(_))).count();
    assert_eq!(looks, ran.fake.server().batches.len());
    assert!(ran.took.as_secs() / 60 >= looks as u64 / 20 - 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_app_may_not_look_it_is_said_once_and_the_call_is_repeated() {
    let script = |row: u32, call| match (row % 3, call) {
        (0, 1) => Some(Fault::Lost { applied: true }),
        (1, 1) => Some(Fault::Lost { applied: false }),
        _ => None,
    };
    let ran = World::of(90).script(script).server(|server| server.may_read = false).run().await;
    assert_eq!(ran.stop, None);
    let said = ran.events.iter().filter(|event| matches!(event, Event::MayNotLook(_))).count();
    assert_eq!(said, 1);
    for sent in ran.sent() {
        let outcome = &sent.outcome;
        let expected = match (sent.line - 2) % 3 {
            0 => (Status::Unknown, Some(RetryOutcome::RefusedOnRetry), 2),
            1 => (Status::Withdrawn, Some(RetryOutcome::Recovered), 2),
            _ => (Status::Withdrawn, Some(RetryOutcome::NotNeeded), 1),
        };
        assert_eq!((outcome.status, outcome.retry_outcome, outcome.attempts), expected, "line {}", sent.line);
    }
}

#[tokio::test(start_paused = true)]
async fn doubt_from_an_earlier_run_is_looked_up_before_anything_is_sent() {
    let mut cut_off = History::default();
    cut_off.record_cut_off(Timestamp::UNIX_EPOCH);
    let interrupted = History::resumed(2, Some(Timestamp::UNIX_EPOCH), Doubt::Now);
    for history in [cut_off, interrupted] {
        let world = World::of(0).server(|server| {
            server.withdrawn.extend((0..20).map(id_of));
        });
        let ran = world.run_plan((0..40).map(|row| resumed(row, history.clone())).collect()).await;
        assert_eq!(ran.count(Status::Withdrawn), 40);
        let server = ran.fake.server();
        let sent_again = (0..40).filter(|row| server.calls.contains_key(&id_of(*row))).collect::<Vec<u32>>();
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
    let mut history = History::default();
    history.record_cut_off(Timestamp::UNIX_EPOCH);
    let world = World::of(0).server(|server| {
        server.withdrawn.insert(id_of(1));
    });
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
    assert_eq!(left, [Status::Withdrawn, Status::NotAttempted]);
    assert!(ran.fake.server().arrivals.is_empty());
    assert!(ran.took >= 3 * SECOND);
}
