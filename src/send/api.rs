//! Owns the sending stage's view of the world: the API, the store of the allowance, and the ear for its events.

use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};
use crate::event::Event;
use crate::feishu::{
    Client, Exchange, PageToken, QueryReply, SearchQuery, SearchReply, Secret, Token, TokenCall, TokenReply,
    TokenSource, Transport,
};
use crate::input::{PreHireId, Request};
use crate::language::text;

/// Asks for tokens; each call is one request and one reply, without retries.
pub trait TokenApi: Clone + Send + Sync + 'static {
    /// Makes one call on the way to a token.
    fn token(&self, call: &TokenCall) -> impl Future<Output = TokenReply> + Send;

    /// How tokens are come by.
    fn token_source(&self) -> TokenSource;

    /// The app ticket of this moment, if there is one.
    fn ticket(&self) -> Option<Secret>;
}

/// Changes pre-hires, and looks those up that are in doubt.
pub trait Api: TokenApi {
    /// Asks for one pre-hire to be withdrawn, or restored.
    fn call(&self, token: &Token, id: PreHireId, request: &Request) -> impl Future<Output = Exchange> + Send;

    /// Looks pre-hires up, at most ten.
    fn query(&self, token: &Token, ids: &[PreHireId]) -> impl Future<Output = QueryReply> + Send;
}

/// Searches for pre-hires.
pub trait SearchApi: TokenApi {
    /// Asks for one page of a search; the first one without a page token.
    fn search(
        &self,
        token: &Token,
        query: &SearchQuery,
        page: Option<&PageToken>,
    ) -> impl Future<Output = SearchReply> + Send;
}

impl<T: Transport> TokenApi for Client<T> {
    async fn token(&self, call: &TokenCall) -> TokenReply {
        Client::token(self, call).await
    }

    fn token_source(&self) -> TokenSource {
        Client::token_source(self)
    }

    fn ticket(&self) -> Option<Secret> {
        Client::ticket(self)
    }
}

impl<T: Transport> Api for Client<T> {
    async fn call(&self, token: &Token, id: PreHireId, request: &Request) -> Exchange {
        Client::call(self, token, id, request).await
    }

    async fn query(&self, token: &Token, ids: &[PreHireId]) -> QueryReply {
        Client::query(self, token, ids).await
    }
}

impl<T: Transport> SearchApi for Client<T> {
    async fn search(&self, token: &Token, query: &SearchQuery, page: Option<&PageToken>) -> SearchReply {
        Client::search(self, token, query, page).await
    }
}

/// Keeps what a later run must know of the allowance: which calls began, and which ended.
pub trait AllowanceStore: Send {
    /// Notes that a call is about to go.
    ///
    /// # Errors
    /// When it can't be noted; the call must not go.
    fn admitted(&mut self, call: u64) -> Result<()>;

    /// Notes that a call has ended; `is_over` if it can't arrive any more.
    ///
    /// # Errors
    /// When it can't be noted.
    fn ended(&mut self, call: u64, is_over: bool) -> Result<()>;
}

/// Keeps nothing: for an allowance that nobody shares.
#[derive(Clone, Copy, Debug)]
pub struct NoStore;

impl AllowanceStore for NoStore {
    fn admitted(&mut self, _call: u64) -> Result<()> {
        Ok(())
    }

    fn ended(&mut self, _call: u64, _is_over: bool) -> Result<()> {
        Ok(())
    }
}

/// Tells the word that a call may go, once its beginning is on disk. Dropped untold, the call does not go.
pub type Clearance = oneshot::Sender<()>;

/// One event; a call that is about to begin waits for its clearance.
#[derive(Debug)]
pub struct Notice {
    /// What happened.
    pub event: Event,
    /// For the call that waits, if one does.
    pub clearance: Option<Clearance>,
}

/// The ear of whoever records the events.
#[derive(Clone, Debug)]
pub(super) struct Ear(pub(super) mpsc::Sender<Notice>);

impl Ear {
    pub(super) async fn tell(&self, event: Event) -> Result<()> {
        self.send(Notice { event, clearance: None }).await
    }

    /// Tells of a call that is about to begin; what comes back is its leave.
    pub(super) async fn ask_leave(&self, event: Event) -> Result<oneshot::Receiver<()>> {
        let (clearance, leave) = oneshot::channel();
        self.send(Notice { event, clearance: Some(clearance) }).await?;
        Ok(leave)
    }

    async fn send(&self, notice: Notice) -> Result<()> {
        // Nothing may be sent that can't be recorded.
        self.0.send(notice).await.map_err(|_| Error::cannot_record(text!("the run can't be recorded")))
    }
}
