//! Owns the app tickets of store apps: which one is current, and whether it is still valid.

use std::time::Duration;

/// The current ticket. Every store app has the same one: the simulated API tells apps apart by their tokens alone.
#[derive(Debug)]
pub(crate) struct Tickets {
    lifetime: Option<Duration>,
    current: String,
    ends_at: Option<Duration>,
    count: u32,
    is_delivered: bool,
}

impl Tickets {
    /// The first ticket; a stale one is refused from the start. Without a lifetime a ticket ends with the next one.
    pub(crate) fn new(lifetime: Option<Duration>, is_stale: bool, salt: u64) -> Tickets {
        let ends_at = if is_stale { Some(Duration::ZERO) } else { lifetime };
        Tickets { lifetime, current: text(salt, 1), ends_at, count: 1, is_delivered: false }
    }

    /// Replaces the ticket; the old one is invalid at once.
    pub(crate) fn renew(&mut self, now: Duration, salt: u64) {
        self.count += 1;
        self.current = text(salt, self.count);
        self.ends_at = self.lifetime.map(|lifetime| now + lifetime);
        self.is_delivered = false;
    }

    /// Whether this is the current ticket, before its end.
    pub(crate) fn accepts(&self, text: &str, now: Duration) -> bool {
        text == self.current && self.ends_at.is_none_or(|end| now < end)
    }

    /// The current ticket.
    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// The current ticket, if it is to be delivered: each is once.
    pub(crate) fn take_undelivered(&mut self) -> Option<String> {
        let is_delivered = std::mem::replace(&mut self.is_delivered, true);
        (!is_delivered).then(|| self.current.clone())
    }
}

fn text(salt: u64, count: u32) -> String {
    // The count keeps two tickets apart whatever the salt is.
    format!("ticket-{salt:016x}{count:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_ticket_is_valid_until_the_next_one() {
        let mut tickets = Tickets::new(None, false, 7);
        let first = tickets.current().to_owned();
        assert!(tickets.accepts(&first, seconds(1_000_000)));
        tickets.renew(seconds(5), 7);
        let second = tickets.current().to_owned();
        assert!(!tickets.accepts(&first, seconds(5)) && tickets.accepts(&second, seconds(5)));
        assert!(!tickets.accepts("", seconds(5)));
    }

    #[test]
    fn a_ticket_ends_with_its_lifetime_and_a_stale_one_is_over_at_once() {
        let mut tickets = Tickets::new(Some(seconds(60)), false, 7);
        let first = tickets.current().to_owned();
        assert!(tickets.accepts(&first, seconds(59)) && !tickets.accepts(&first, seconds(60)));
        tickets.renew(seconds(60), 8);
        assert!(tickets.accepts(tickets.current(), seconds(119)));
        let mut stale = Tickets::new(None, true, 7);
        assert!(!stale.accepts(stale.current(), seconds(0)));
        stale.renew(seconds(1), 7);
        assert!(stale.accepts(stale.current(), seconds(1)));
    }

    #[test]
    fn each_ticket_is_delivered_once() {
        let mut tickets = Tickets::new(None, false, 7);
        assert!(tickets.take_undelivered().is_some());
        assert_eq!(tickets.take_undelivered(), None);
        tickets.renew(seconds(1), 7);
        assert_eq!(tickets.take_undelivered().as_deref(), Some(tickets.current()));
    }
}
