//! Owns what stands before the API: tokens first, then scopes, then the allowance of each endpoint.

use crate::api::Api;
use crate::codes;
use crate::limit::{Refusal, Window};
use crate::render::Say;
use crate::request::{Moment, Request};
use crate::settings::SimulatorSettings;
use crate::tokens::{Holder, Tokens};

/// What the gateway remembers.
#[derive(Debug)]
pub(crate) struct Gateway {
    may_read: bool,
    windows: [Option<Window>; Api::ALL.len()],
    pub(crate) tokens: Tokens,
}

impl Gateway {
    pub(crate) fn new(settings: &SimulatorSettings) -> Gateway {
        Gateway {
            may_read: settings.may_read,
            windows: Api::ALL.map(|api| api.rate(settings.rate).map(Window::new)),
            tokens: Tokens::new(settings.token_lifetime),
        }
    }

    /// Who calls, or what the gateway says in place of the API.
    pub(crate) fn pass(&mut self, api: Api, request: Request<'_>, moment: Moment) -> Result<Holder, Say> {
        let token = request.token().ok_or(Say::Code(codes::TOKEN_MISSING))?;
        let caller = self.tokens.holder_of(token, moment.arrived_at).filter(|holder| holder.has_tenant());
        let caller = caller.ok_or(Say::Code(codes::TOKEN_INVALID))?.clone();
        if api.only_reads() && !self.may_read {
            return Err(Say::Code(codes::SCOPE_MISSING));
        }
        self.admit(api, moment).map_err(Say::Throttled)?;
        Ok(caller)
    }

    /// Admits a call within the allowance of its endpoint.
    pub(crate) fn admit(&mut self, api: Api, moment: Moment) -> Result<(), Refusal> {
        match &mut self.windows[api as usize] {
            Some(window) => window.admit(moment.arrived_at),
            None => Ok(()),
        }
    }
}
