//! Runs of a store app: tickets that change every hour, and one that does not come.

use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::faults::{HOUR, MINUTE, SECOND};
use super::world::World;
use crate::model::{Event, NoTicket, Settlement, Status, StopCause};

const APP_TOKEN: &str = "/app_access_token";
const TENANT_TOKEN: &str = "/auth/v3/tenant_access_token";
const RESEND: &str = "/app_ticket/resend";

fn folder() -> TempDir {
    tempdir().expect("a place for the ticket")
}

/// A run of a store app whose ticket is in a file of this folder.
fn store_app(rows: u32, folder: &Path) -> World {
    let file = folder.join("ticket");
    World::of(rows)
        .with(|settings| settings.canary = false)
        .simulated(|simulator| simulator.app_ticket_file = Some(file))
}

#[tokio::test(start_paused = true)]
async fn a_long_run_renews_both_tokens_and_reads_the_ticket_of_the_hour() {
    // 30,000 rows take five hours; a tenant's token dies after 25 minutes, whatever its reply said.
    let folder = folder();
    let mut world =
        store_app(30_000, folder.path()).simulated(|simulator| simulator.resend_delay = 20 * SECOND);
    (world.token_lives, world.new_ticket_every) = (Some(25 * MINUTE), Some(HOUR));
    let ran = world.run().await;
    assert_eq!(ran.stop, None);
    assert_eq!(ran.count(Status::Withdrawn), 30_000);
    assert!(ran.most_in_window(MINUTE) <= 99);
    let tenant_tokens = ran.calls_to(TENANT_TOKEN).len();
    assert!((12..=15).contains(&tenant_tokens), "{tenant_tokens} tokens of the tenant");
    let app_tokens = ran.calls_to(APP_TOKEN);
    assert!((3..=4).contains(&app_tokens.len()), "each serves for two hours: {app_tokens:?}");
    assert_eq!(ran.calls_to(RESEND).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_new_ticket_that_is_late_is_asked_for_once_and_no_row_suffers() {
    // Both tokens are renewed after 6,900 s. The ticket has ended by then, and a new one takes half a minute.
    let folder = folder();
    let world = store_app(12_000, folder.path()).simulated(|simulator| {
        (simulator.ticket_lifetime, simulator.resend_delay) = (Some(HOUR), 30 * SECOND);
    });
    let ran = world.run().await;
    assert_eq!((ran.stop.clone(), ran.count(Status::Withdrawn)), (None, 12_000));
    let asked: Vec<u64> = ran.calls_to(APP_TOKEN).iter().map(|seen| seen.at.as_secs()).collect();
    let [0, refused, granted] = asked.as_slice() else { panic!("{asked:?}") };
    assert!((6_900..6_910).contains(refused) && (6_930..6_943).contains(granted), "{asked:?}");
    assert!((30..33).contains(&(granted - refused)), "{asked:?}");
    assert_eq!((ran.calls_to(RESEND).len(), ran.calls_to(TENANT_TOKEN).len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_does_not_come_stops_the_run_after_a_minute() {
    let folder = folder();
    let world = store_app(5, folder.path()).simulated(|simulator| {
        (simulator.stale_ticket, simulator.resend_delay) = (true, HOUR);
    });
    let ran = world.run().await;
    let Some(StopCause::NoTicket(NoTicket::NoneCame, refusal)) = &ran.stop else {
        panic!("stopped because of {:?}", ran.stop)
    };
    assert_eq!(refusal.error_code.map(|code| code.to_string()).as_deref(), Some("10012"));
    assert!((60 * SECOND..63 * SECOND).contains(&ran.took), "{:?}", ran.took);
    let asked = ran.events.iter().filter(|event| matches!(event, Event::TicketAskedFor)).count();
    assert_eq!((asked, ran.calls().len()), (1, 0));
    assert!(ran.settled().iter().all(|(_, settlement)| matches!(settlement, Settlement::NotReached)));
}
