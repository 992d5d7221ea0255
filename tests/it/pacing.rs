//! The cap in real time, coarsely: the proofs are beside the code, in virtual time.

use std::time::Duration;

use crate::context::TestContext;

const WINDOW: Duration = Duration::from_secs(1);

#[test]
fn no_window_of_arrivals_holds_more_calls_than_the_rate() {
    let context =
        TestContext::new().rows(80).rate("20/1s").flag("--burst", 10).flag("--format", "json").simulator(
            |settings| {
                settings.rate = Some("20/1s".parse().unwrap());
                settings.latency = Duration::ZERO..=Duration::from_millis(60);
            },
        );
    let run = context.run();
    run.assert_exit(0);
    let record = context.record();
    let throttled = record.calls.iter().filter(|call| call.status == Some(429)).count();
    assert_eq!(throttled, 0, "a call was throttled{run}");
    let most = context.api().most_in_window(WINDOW);
    assert!(most <= 20, "{most} calls arrived in one window{run}");
    let summary = run.json();
    assert!(summary["max_calls_in_window"].as_u64().unwrap() <= 20, "{summary}");
    assert_eq!(summary["calls"]["attempts"], 80, "{summary}");
}

#[test]
fn calls_beyond_the_servers_own_limit_are_held_and_repeated() {
    let context = TestContext::new()
        .rows(30)
        .rate("30/1s")
        .flag("--burst", 30)
        .flag("--format", "json")
        .simulator(|settings| settings.rate = Some("10/1s".parse().unwrap()));
    let run = context.run();
    run.assert_exit(0);
    for row in run.results() {
        assert_eq!(row.words(&["status", "retry_outcome", "attempts"]), "withdrawn not_needed 1", "{row:?}");
    }
    let summary = run.json();
    let throttled = context.record().calls.iter().filter(|call| call.status == Some(429)).count();
    assert!(throttled > 0, "the server's limit was never met{run}");
    assert_eq!(summary["waits"]["throttled"], throttled, "{summary}");
    assert!(summary["waits"]["seconds"].as_f64().unwrap() > 0.0, "{summary}");
    assert_eq!(summary["calls"]["attempts"], 30, "{summary}");
}
