//! Owns the looks: pre-hires in doubt are gathered, looked up ten at a time, and go on by what was found.

use std::time::Duration;

use super::api::Api;
use super::board::Job;
use super::classify::{classify_question, echo_of_question, refusal};
use super::gate::Pass;
use super::look::{AfterLook, Found, Look, Question};
use super::pool::{Landed, Pool};
use super::reading::Reading;
use super::token_state::Generation;
use crate::feishu::{self, QueryReply, Token};
use crate::model::{Ending, Event, Moment, PreHireId, Result};
use crate::plan::Planned;

/// A pre-hire that waits to be looked up.
pub(super) struct WaitingLook {
    pub(super) job: Job,
    pub(super) question: Question,
    looks: u32,
    call_ended: Moment,
}

/// A query that has come back.
pub(super) struct LandedQuery {
    batch: Vec<WaitingLook>,
    reply: QueryReply,
    pass: Pass,
    generation: Generation,
}

impl<A: Api, P: Iterator<Item = Result<Planned>>> Pool<A, P> {
    /// Lets a pre-hire wait for its first look.
    pub(super) fn ask(&mut self, job: Job, question: Question, now: Moment) {
        let delay = question.first_delay(self.settings.operation, self.look_delay(), now.since_origin());
        self.looks.put(now + delay, WaitingLook { job, question, looks: 0, call_ended: now });
    }

    fn look_delay(&self) -> Duration {
        self.settings.read_back.unwrap_or_default()
    }

    pub(super) fn launch_query(&mut self, pass: Pass, token: Token, generation: Generation) {
        let now = self.clock.now();
        let batch: Vec<WaitingLook> =
            std::iter::from_fn(|| self.looks.take_due(now)).take(feishu::MOST_QUERIED).collect();
        let ids: Vec<PreHireId> = batch.iter().map(|look| look.job.id).collect();
        let api = self.api.clone();
        self.in_flight.spawn(async move {
            let reply = api.query(&token, &ids).await;
            Landed::Query(LandedQuery { batch, reply, pass, generation })
        });
    }

    pub(super) async fn land_query(&mut self, landed: LandedQuery) -> Result<()> {
        let LandedQuery { batch, reply, pass, generation } = landed;
        let now = self.clock.now();
        let reading = Reading::of(&reply.exchange);
        self.gates.query.ended(now, &pass, echo_of_question(&reply.exchange))?;
        self.ear.tell(Event::LookedUp(self.told(&batch, &reply, reading))).await?;
        // No code of a look ever stops the run: at worst it goes on without looking.
        let has_failed = match reading {
            Reading::Throttled | Reading::TokenStale => {
                if reading == Reading::Throttled {
                    self.note_hold(self.gates.query.hold(now), now).await?;
                } else {
                    self.renew_token(&reply.exchange, generation);
                }
                batch.into_iter().for_each(|look| self.looks.put(now, look));
                return Ok(());
            }
            Reading::Refused => {
                if std::mem::replace(&mut self.may_look, false) {
                    self.ear.tell(Event::MayNotLook(refusal(&reply.exchange))).await?;
                }
                batch.into_iter().for_each(|look| self.looks.put(now, look));
                return self.answer_all_if_blind().await;
            }
            Reading::Answered => {
                self.token.proved(generation);
                false
            }
            Reading::Failed => true,
        };
        for look in batch {
            let found = match reply.stage_of(look.job.id) {
                _ if has_failed => Found::Failed,
                Some(stage) => Found::In(stage.clone()),
                None => Found::Nothing,
            };
            self.take_answer(look, found, now).await?;
        }
        Ok(())
    }

    /// Where the app may not look, every open question goes unanswered.
    pub(super) async fn answer_all_if_blind(&mut self) -> Result<()> {
        let now = self.clock.now();
        while !self.may_look
            && let Some(look) = self.looks.take_any()
        {
            let code = look.job.history.last().and_then(|(_, code)| code);
            let answer = look.question.unanswered(code);
            self.act(look.job, answer, now).await?;
        }
        Ok(())
    }

    async fn take_answer(&mut self, look: WaitingLook, found: Found, now: Moment) -> Result<()> {
        let WaitingLook { mut job, question, looks, call_ended } = look;
        let looks = looks + 1;
        let operation = self.settings.operation;
        let (age, run_age, at) = (now.since(call_ended), now.since_origin(), self.clock.wall());
        let made = Look { operation, question, looks, age, run_age, at };
        let code = job.history.last().and_then(|(_, code)| code);
        let is_untouched = matches!(&found, Found::In(stage) if operation.is_possible_in(stage));
        match made.decide(found, code, self.look_delay()) {
            AfterLook::LookAgainAfter(pause) => {
                self.looks.put(now + pause, WaitingLook { job, question, looks, call_ended });
                Ok(())
            }
            answer => {
                if answer == AfterLook::CallAgain && is_untouched && made.is_believed() {
                    job.history.found_untouched();
                }
                self.act(job, answer, now).await
            }
        }
    }

    async fn act(&mut self, job: Job, answer: AfterLook, now: Moment) -> Result<()> {
        match answer {
            // Nobody asked for a pre-hire that the file no longer holds: it is looked up, never called.
            AfterLook::CallAgain | AfterLook::LookAgainAfter(_) if job.row.is_none() => {
                self.settle(job, &Ending::Interrupted).await
            }
            answer => {
                let next = self.settings.retry.after(answer, &job.history, fastrand::f64());
                self.follow(job, next, now).await
            }
        }
    }

    fn told(&self, batch: &[WaitingLook], reply: &QueryReply, reading: Reading) -> crate::model::Look {
        let found = batch.iter().map(|look| (look.job.id, reply.stage_of(look.job.id).cloned()));
        let error_code = classify_question(&reply.exchange).error_code;
        crate::model::Look {
            at: self.clock.wall(),
            found: found.collect(),
            http_status: reply.exchange.status(),
            error_code: error_code.filter(|_| reading != Reading::Answered),
            log_id: reply.exchange.log_id(),
        }
    }
}
