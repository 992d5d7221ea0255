//! The long runs: 10,000 rows and more than an hour of pacing, in seconds.

use std::collections::HashSet;
use std::time::Duration;

use prehire_simulator::Api;

use super::faults::{Fault, MINUTE};
use super::world::{Ran, World};
use crate::model::{Operation, RetryOutcome, Status};

const ROWS: u32 = 10_000;
const TOKEN_INVALID: u32 = 99_991_663;

fn assert_all_done_under_the_cap(ran: &Ran, operation: Operation) {
    assert_eq!(ran.stop, None);
    assert_eq!(ran.count(operation.done()), ROWS as usize);
    assert!((0..ROWS).all(|row| ran.is_done(row)));
    let most = ran.most_in_window(MINUTE);
    assert!(most <= 99, "{most} calls in a minute");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_rows_with_a_token_that_dies_every_seven_minutes_and_a_server_with_429s() {
    let limits = [(Duration::ZERO, 100), (20 * MINUTE, 60), (35 * MINUTE, 100), (60 * MINUTE, 95)];
    let mut world = World::of(ROWS).limits(limits).simulated(|simulator| simulator.record = true);
    world.token_lives = Some(7 * MINUTE);
    let ran = world.run().await;
    assert_all_done_under_the_cap(&ran, Operation::Withdraw);
    let attempts = ran.sent().iter().filter(|sent| sent.outcome.attempts == 1).count();
    assert_eq!(attempts, ROWS as usize, "neither a stale token nor a throttle is an attempt");
    let throttled = ran.calls().iter().filter(|seen| seen.canned_status == Some(429)).count();
    assert!(throttled > 10, "the API turned {throttled} calls away");
    let minutes = ran.took.as_secs() / 60;
    assert!((101..=140).contains(&minutes), "{minutes} minutes");
    let deaths = usize::try_from(minutes / 7).expect("a small number");
    let tokens = ran.calls_to("/tenant_access_token/internal").len();
    assert!((deaths..=deaths + 2).contains(&tokens), "{tokens} tokens for {deaths} deaths");
    let record = ran.api.state().script.record();
    let judged = record.calls_to(Api::WithdrawOnboarding).filter(|call| call.code != Some(TOKEN_INVALID));
    let rows: Vec<_> = judged.map(|call| call.pre_hire_id.as_deref()).collect();
    let different: HashSet<_> = rows.iter().collect();
    assert_eq!((different.len(), rows.len()), (10_000, 10_000), "no row was sent twice past the gateway");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_rows_over_a_bad_network() {
    let faults = |row, call| match (row % 100, call) {
        (7, 1) => Some(Fault::Lost { applied: true }),
        (17, 1) => Some(Fault::Lost { applied: false }),
        (27, 1 | 2) => Some(Fault::NotSent),
        (37, 1..=3) => Some(Fault::Code(1_161_116)),
        (47, 1) => Some(Fault::Silence),
        _ => None,
    };
    for operation in Operation::ALL {
        let ran = World::of(ROWS).doing(operation).faults(faults).run().await;
        assert_all_done_under_the_cap(&ran, operation);
        assert_no_more_calls_than_needed(&ran);
    }
}

fn assert_no_more_calls_than_needed(ran: &Ran) {
    for sent in ran.sent() {
        let row = sent.line - 2;
        let (attempts, retry_outcome) = match row % 100 {
            7 => (1, RetryOutcome::Recovered),
            17 | 47 => (2, RetryOutcome::Recovered),
            27 => (3, RetryOutcome::Recovered),
            37 => (4, RetryOutcome::Recovered),
            _ => (1, RetryOutcome::NotNeeded),
        };
        assert_eq!(
            (sent.outcome.attempts, sent.outcome.retry_outcome),
            (attempts, Some(retry_outcome)),
            "{row}"
        );
    }
    assert_eq!(ran.calls_of(7), 1, "what was applied is not sent again");
    let batches = ran.batches();
    assert!(batches.iter().all(|ids| *ids <= 10), "{batches:?}");
    assert!(batches.len() < 320, "{} looks at 300 rows", batches.len());
    let most = ran.api.state().traffic.most_changes_in_flight;
    assert!(most <= 16, "{most} calls in flight");
}

#[tokio::test(start_paused = true)]
async fn a_minute_holds_no_more_than_the_cap_when_a_call_takes_up_to_twenty_seconds() {
    let slow = Duration::ZERO..=Duration::from_secs(20);
    let ran = World::of(2_000).simulated(|simulator| simulator.latency = slow).run().await;
    assert_eq!(ran.count(Status::Withdrawn), 2_000);
    let most = ran.most_in_window(MINUTE);
    assert!(most <= 99, "{most} calls in a minute");
    assert_eq!(
        ran.api.state().traffic.most_changes_in_flight,
        16,
        "the workers are used, and no more of them"
    );
}
