//! Runs of a store app: tickets that change every hour, and one that does not come.

use std::time::Duration;

use super::fake::{MINUTE, SECOND, refused};
use super::world::World;
use crate::feishu::{Secret, Token, TokenCall, TokenReply};
use crate::model::{Event, NoTicket, Settlement, Status, StopCause};

const HOUR: Duration = Duration::from_secs(3600);

/// A server of tickets. The good one is named by the hour; the file is written some time after it has changed.
#[derive(Debug, Default)]
pub(super) struct StoreApp {
    /// How long after a new ticket its file still holds the old one; `None` for ever.
    pub(super) file_lags: Option<Duration>,
    /// When each app token was asked for.
    pub(super) app_tokens: Vec<Duration>,
    pub(super) resends: u32,
}

impl StoreApp {
    /// The ticket in the file.
    pub(super) fn file(&self, now: Duration) -> Secret {
        let hour = self.file_lags.map(|lag| now.saturating_sub(lag).as_secs() / HOUR.as_secs());
        Secret::new(&format!("ticket {}", hour.map_or("of last week".to_owned(), |hour| hour.to_string())))
    }

    /// `None` for the call of the tenant, which the fake API answers itself.
    pub(super) fn answer(&mut self, call: &TokenCall, now: Duration) -> Option<TokenReply> {
        match call {
            TokenCall::OfStoreApp(ticket) => {
                self.app_tokens.push(now);
                let is_good = ticket.reveal() == format!("ticket {}", now.as_secs() / HOUR.as_secs());
                Some(if is_good {
                    TokenReply::Granted(Token(Secret::new("a-1")), 2 * HOUR)
                } else {
                    TokenReply::Denied(refused(10_012))
                })
            }
            TokenCall::ResendTicket => {
                self.resends += 1;
                Some(TokenReply::TicketResent)
            }
            TokenCall::OfTenant(app_token) => {
                assert_eq!(app_token.0.reveal(), "a-1");
                None
            }
            TokenCall::OfCustomApp => unreachable!("a store app has a way of its own"),
        }
    }
}

fn store_app(rows: u32, file_lags: Option<Duration>) -> World {
    World::of(rows)
        .with(|settings| settings.canary = false)
        .server(|server| server.store_app = Some(StoreApp { file_lags, ..StoreApp::default() }))
}

#[tokio::test(start_paused = true)]
async fn a_long_run_renews_both_tokens_and_reads_the_ticket_of_the_hour() {
    // 30,000 rows take five hours; a tenant's token dies after 25 minutes, whatever its reply said.
    let world = store_app(30_000, Some(20 * SECOND)).server(|server| server.token_lives = 25 * MINUTE);
    let ran = world.run().await;
    assert_eq!(ran.stop, None);
    assert_eq!(ran.count(Status::Withdrawn), 30_000);
    assert!(ran.most_in_window(MINUTE) <= 99);
    let server = ran.fake.server();
    let app = server.store_app.as_ref().expect("a store app");
    assert!((12..=15).contains(&server.token_calls), "{} tokens of the tenant", server.token_calls);
    assert!((3..=4).contains(&app.app_tokens.len()), "each serves for two hours: {:?}", app.app_tokens);
    assert_eq!(app.resends, 0);
}

#[tokio::test(start_paused = true)]
async fn a_new_ticket_that_is_late_is_asked_for_once_and_no_row_suffers() {
    // Both tokens are renewed after 6,900 s. The ticket of that hour comes into the file half a minute later.
    let ran = store_app(12_000, Some(3_330 * SECOND)).run().await;
    assert_eq!((ran.stop.clone(), ran.count(Status::Withdrawn)), (None, 12_000));
    let server = ran.fake.server();
    let app = server.store_app.as_ref().expect("a store app");
    let asked: Vec<u64> = app.app_tokens.iter().map(Duration::as_secs).collect();
    let [0, refused, granted] = asked.as_slice() else { panic!("{asked:?}") };
    assert!((6_900..6_910).contains(refused) && (6_930..6_933).contains(granted), "{asked:?}");
    assert_eq!((app.resends, server.token_calls), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_ticket_that_does_not_come_stops_the_run_after_a_minute() {
    let ran = store_app(5, None).run().await;
    let Some(StopCause::NoTicket(NoTicket::NoneCame, refusal)) = &ran.stop else {
        panic!("stopped because of {:?}", ran.stop)
    };
    assert_eq!(refusal.error_code.map(|code| code.to_string()).as_deref(), Some("10012"));
    assert!((60 * SECOND..63 * SECOND).contains(&ran.took), "{:?}", ran.took);
    let asked = ran.events.iter().filter(|event| matches!(event, Event::TicketAskedFor)).count();
    assert_eq!((asked, ran.fake.server().arrivals.len()), (1, 0));
    assert!(ran.settled().iter().all(|(_, settlement)| matches!(settlement, Settlement::NotReached)));
}
