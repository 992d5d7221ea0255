//! Owns the sending stage's view of the world: the API, the store of the allowance, and the ear for its events.

use tokio::sync::{mpsc, oneshot};

use crate::feishu::{
    Client, Exchange, PageToken, QueryReply, SearchQuery, SearchReply, Secret, Token, TokenCall, TokenReply,
    TokenSource,
};
use crate::language::text;
use crate::model::{Error, Event, PreHireId, Request, Result};

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

impl TokenApi for Client {
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

impl Api for Client {
    async fn call(&self, token: &Token, id: PreHireId, request: &Request) -> Exchange {
        Client::call(self, token, id, request).await
    }

    async fn query(&self, token: &Token, ids: &[PreHireId]) -> QueryReply {
        Client::query(self, token, ids).await
    }
}

impl SearchApi for Client {
    async fn search(&self, token: &Token, query: &SearchQuery, page: Option<&PageToken>) -> SearchReply {
        Client::search(self, token, query, page).await
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
