//! What sending needs of the world: the API, and somebody who records its events.

use tokio::sync::{mpsc, oneshot};

use crate::feishu::{
    Client, Exchange, PageToken, QueryReply, SearchQuery, SearchReply, Secret, Token, TokenCall, TokenReply,
    TokenSource, Transport,
};
use crate::language::text;
use crate::model::{Error, Event, PreHireId, Request, Result};

/// Asks for tokens; each call is one request and one reply, without retries.
pub(crate) trait TokenApi: Clone + Send + Sync + 'static {
    /// Makes one call on the way to a token.
    fn token(&self, call: &TokenCall) -> impl Future<Output = TokenReply> + Send;

    /// How tokens are obtained.
    fn token_source(&self) -> TokenSource;

    /// The app ticket of this moment, if there is one.
    fn ticket(&self) -> Option<Secret>;
}

/// Changes pre-hires, and looks those up that are in doubt.
pub(crate) trait Api: TokenApi {
    /// Asks for one pre-hire to be withdrawn, or restored.
    fn call(&self, token: &Token, id: PreHireId, request: &Request) -> impl Future<Output = Exchange> + Send;

    /// Looks pre-hires up, at most ten.
    fn query(&self, token: &Token, ids: &[PreHireId]) -> impl Future<Output = QueryReply> + Send;
}

/// Searches for pre-hires.
pub(crate) trait SearchApi: TokenApi {
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

/// Tells that the beginning of a call is on disk. Dropped untold, the call does not go.
pub(super) type Ack = oneshot::Sender<()>;

/// One event; a call that is about to begin waits for its acknowledgement.
#[derive(Debug)]
pub(crate) struct Notice {
    /// What happened.
    pub(crate) event: Event,
    /// For the call that waits, if one does.
    pub(super) ack: Option<Ack>,
}

/// Sends events to the recorder.
#[derive(Clone, Debug)]
pub(super) struct EventSender(pub(super) mpsc::Sender<Notice>);

impl EventSender {
    pub(super) async fn send(&self, event: Event) -> Result<()> {
        self.notify(Notice { event, ack: None }).await
    }

    /// Sends the beginning of a call, and waits until it is on disk; false if it can't be written.
    pub(super) async fn write_ahead(&self, event: Event) -> Result<bool> {
        let (ack, written) = oneshot::channel();
        self.notify(Notice { event, ack: Some(ack) }).await?;
        Ok(written.await.is_ok())
    }

    async fn notify(&self, notice: Notice) -> Result<()> {
        // Nothing may be sent that can't be recorded.
        self.0.send(notice).await.map_err(|_| Error::write_failed(text!("the run can't be recorded")))
    }
}
