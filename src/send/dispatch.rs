//! Owns what goes out, and when: looks first, then rows, each through its gate, with a token that is good.

use super::api::Api;
use super::board::{Job, Row};
use super::gate::{Answer, Pass};
use super::pool::{Fetched, Landed, LandedCall, Pool};
use super::token_state::Generation;
use crate::feishu::Token;
use crate::model::{Event, History, Moment, Request, Result, StopCause};
use crate::plan::{Decision, Planned};

impl<A: Api, P: Iterator<Item = Result<Planned>>> Pool<A, P> {
    /// Lets every call go that may go now; the moment at which to look again, if time alone can change anything.
    pub(super) async fn dispatch(&mut self) -> Result<Option<Moment>> {
        self.dispatch_looks().await?;
        let calls = self.dispatch_calls().await?;
        // Again: a row that was opened in doubt waits for its look only since then.
        let looks = self.dispatch_looks().await?;
        Ok([looks, calls].into_iter().flatten().min())
    }

    async fn dispatch_looks(&mut self) -> Result<Option<Moment>> {
        while self.has_free_worker() && self.looks.next_due().is_some_and(|due| due <= self.clock.now()) {
            if self.is_past_deadline(Some(self.clock.now())) {
                self.stop_because(StopCause::Deadline);
                return Ok(None);
            }
            let Some((token, generation)) = self.usable_token() else { return Ok(None) };
            match self.gates.query.admit(self.clock.now())? {
                Answer::Go(pass) => self.launch_query(pass, token, generation),
                Answer::Wait(moment) => return Ok(moment),
            }
        }
        Ok(self.looks.next_due().filter(|_| self.has_free_worker()))
    }

    async fn dispatch_calls(&mut self) -> Result<Option<Moment>> {
        while self.has_free_worker() {
            let now = self.clock.now();
            if !self.make_ready(now).await? {
                return Ok(self.waiting.next_due());
            }
            let Some((token, generation)) = self.usable_token() else { return Ok(None) };
            if self.is_past_deadline(Some(now)) {
                self.stop_because(StopCause::Deadline);
                return Ok(None);
            }
            match self.gates.call.admit(now)? {
                Answer::Go(pass) => self.launch(pass, token, generation).await?,
                Answer::Wait(moment) if self.is_past_deadline(moment) => {
                    self.stop_because(StopCause::Deadline)
                }
                Answer::Wait(moment) => return Ok(moment),
            }
        }
        Ok(None)
    }

    fn has_free_worker(&self) -> bool {
        self.stop.is_none() && self.in_flight.len() < self.settings.workers.get()
    }

    pub(super) fn is_past_deadline(&self, moment: Option<Moment>) -> bool {
        self.deadline().is_some_and(|deadline| moment.is_some_and(|moment| moment >= deadline))
    }

    /// The moment from which on no call starts, once the first one has.
    pub(super) fn deadline(&self) -> Option<Moment> {
        Some(self.first_call? + self.settings.deadline?)
    }

    /// Sees to it that a row is ready to go: one whose wait is over, else the next of the plan.
    async fn make_ready(&mut self, now: Moment) -> Result<bool> {
        if self.ready.is_none() {
            self.ready = self.waiting.take_due(now);
        }
        while self.ready.is_none() && self.board.has_room(self.next_row) {
            let Some(planned) = self.plan.next().transpose()? else { return Ok(false) };
            self.open(planned, now).await?;
        }
        Ok(self.ready.is_some())
    }

    /// Takes a row of the plan: it is settled, or ready, or is looked up first.
    async fn open(&mut self, planned: Planned, now: Moment) -> Result<()> {
        let (row, decision) = match planned {
            Planned::Row { index, line, decision } => {
                self.next_row = index + 1;
                (Some(Row { index, line }), decision)
            }
            Planned::LeftInDoubt(id, history) => (None, Decision::Resume(id, None, history)),
        };
        let (id, request, history) = match (decision, row) {
            (Decision::Settled(settlement), Some(row)) => {
                return self.ear.tell(Event::Settled { row: row.index, settlement }).await;
            }
            (Decision::Settled(_), None) => return Ok(()),
            (Decision::Send(id, request), _) => (id, Some(request), History::default()),
            (Decision::Resume(id, request, history), _) => {
                let hash = request.as_ref().map(Request::hash);
                (id, request, history.in_another_run(hash))
            }
        };
        if let Some(row) = row {
            self.board.opened(row.index);
        }
        let is_new = history.last().is_none() && !history.is_in_doubt();
        let job = Job { row, id, request, history, had_reply: false, stale_in_a_row: 0 };
        if is_new {
            self.ready = Some(job)
        } else {
            self.go_on(job, now).await?
        }
        Ok(())
    }

    async fn launch(&mut self, pass: Pass, token: Token, generation: Generation) -> Result<()> {
        let job = self.ready.take().expect("a row was made ready before the gate was asked");
        let request = job.request.clone().expect("a row without a request is only looked up");
        self.first_call.get_or_insert(pass.admitted);
        let sent_at = self.clock.wall();
        let begun = Event::Admitted {
            at: pass.admitted,
            sent_at,
            line: job.line(),
            id: job.id,
            reason: request.hash(),
            attempt: job.history.attempts() + 1,
        };
        let leave = self.ear.ask_leave(begun).await?;
        let api = self.api.clone();
        self.in_flight.spawn(async move {
            let exchange = match leave.await {
                Ok(()) => Some(api.call(&token, job.id, &request).await),
                Err(_) => None,
            };
            Landed::Call(Box::new(LandedCall { job, exchange, pass, sent_at, generation }))
        });
        Ok(())
    }

    /// The token, if there is a good one; else one is fetched, and nothing goes until it is there.
    fn usable_token(&mut self) -> Option<(Token, Generation)> {
        let usable = self.token.usable(self.clock.now());
        if usable.is_none()
            && let Some(desk) = self.desk.take()
        {
            self.fetch = Some(Box::pin(desk.fetch()));
        }
        usable
    }

    pub(super) async fn take_token(&mut self, (desk, fetched): Fetched<A>) -> Result<()> {
        self.fetch = None;
        self.desk = Some(desk);
        match fetched {
            Ok((token, expire)) => {
                self.token.granted(self.clock.now(), token, expire);
                self.ear.tell(Event::TokenObtained).await
            }
            Err(cause) => {
                self.stop_because(cause);
                Ok(())
            }
        }
    }
}
