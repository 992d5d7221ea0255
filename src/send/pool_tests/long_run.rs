//! The long runs: 10,000 rows and more than an hour of pacing, in seconds.

use std::time::Duration;

use super::fake::{Fault, MINUTE, id_of};
use super::world::{Ran, World};
use crate::model::{Operation, RetryOutcome, Status};

const ROWS: u32 = 10_000;

fn assert_all_done_under_the_cap(ran: &Ran, operation: Operation) {
    assert_eq!(ran.stop, None);
    assert_eq!(ran.count(operation.done()), ROWS as usize);
    assert_eq!(ran.fake.server().done.len(), ROWS as usize);
    let most = ran.most_in_window(MINUTE);
    assert!(most <= 99, "{most} calls in a minute");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_rows_with_a_token_that_dies_every_seven_minutes_and_a_server_with_429s() {
    let world = World::of(ROWS).server(|server| {
        server.token_lives = 7 * MINUTE;
        server.limits = vec![(Duration::ZERO, 100), (20 * MINUTE, 60), (35 * MINUTE, 100), (60 * MINUTE, 95)];
    });
    let ran = world.run().await;
    assert_all_done_under_the_cap(&ran, Operation::Withdraw);
    let attempts = ran.sent().iter().filter(|sent| sent.outcome.attempts == 1).count();
    assert_eq!(attempts, ROWS as usize, "neither a stale token nor a throttle is an attempt");
    let server = ran.fake.server();
    assert!(server.throttled > 10, "the server turned {} calls away", server.throttled);
    let minutes = ran.took.as_secs() / 60;
    assert!((101..=140).contains(&minutes), "{minutes} minutes");
    let deaths = u32::try_from(minutes / 7).expect("a small number");
    let tokens = server.token_calls;
    assert!((deaths..=deaths + 2).contains(&tokens), "{tokens} tokens for {deaths} deaths");
    assert!(server.calls.values().all(|calls| *calls == 1), "no row was sent twice past the gateway");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_rows_over_a_bad_network() {
    let script = |row, call| match (row % 100, call) {
        (7, 1) => Some(Fault::Lost { applied: true }),
        (17, 1) => Some(Fault::Lost { applied: false }),
        (27, 1 | 2) => Some(Fault::NotSent),
        (37, 1..=3) => Some(Fault::Code(1_161_116)),
        (47, 1) => Some(Fault::Silence),
        _ => None,
    };
    for operation in Operation::ALL {
        let ran = World::of(ROWS).doing(operation).script(script).run().await;
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
    let server = ran.fake.server();
    assert_eq!(server.calls[&id_of(7)], 1, "what was applied is not sent again");
    assert!(server.batches.iter().all(|ids| *ids <= 10), "{:?}", server.batches);
    assert!(server.batches.len() < 320, "{} looks at 300 rows", server.batches.len());
    assert!(server.most_in_flight <= 16, "{} calls in flight", server.most_in_flight);
}

#[tokio::test(start_paused = true)]
async fn a_minute_holds_no_more_than_the_cap_when_every_leg_takes_up_to_ten_seconds() {
    let ran = World::of(2_000).server(|server| server.longest_leg = Duration::from_secs(10)).run().await;
    assert_eq!(ran.count(Status::Withdrawn), 2_000);
    let most = ran.most_in_window(MINUTE);
    assert!(most <= 99, "{most} calls in a minute");
    assert_eq!(ran.fake.server().most_in_flight, 16, "the workers are used, and no more of them");
}
