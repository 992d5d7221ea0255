//! Owns the sending stage's view of the API, so that tests can put another one in its place.

use crate::feishu::{Client, Exchange, Token, TokenReply};
use crate::input::{PreHireId, WithdrawReason};

/// Makes calls; each is one request and one reply, without retries.
pub trait Api: Clone + Send + Sync + 'static {
    /// Withdraws one pre-hire.
    fn withdraw(
        &self,
        token: &Token,
        id: PreHireId,
        reason: &WithdrawReason,
    ) -> impl Future<Output = Exchange> + Send;

    /// Asks for a token.
    fn token(&self) -> impl Future<Output = TokenReply> + Send;

    /// Is the token given, so that none can be asked for?
    fn token_is_given(&self) -> bool;
}

impl Api for Client {
    async fn withdraw(&self, token: &Token, id: PreHireId, reason: &WithdrawReason) -> Exchange {
        Client::withdraw(self, token, id, reason).await
    }

    async fn token(&self) -> TokenReply {
        Client::token(self).await
    }

    fn token_is_given(&self) -> bool {
        Client::token_is_given(self)
    }
}
