//! Owns what stands before the API: tokens first, then scopes, then the allowance of each endpoint.

use super::api::Api;
use super::codes;
use super::limit::{Refusal, Window};
use super::render::Say;
use super::request::{Moment, Request};
use super::settings::SimulatorSettings;
use super::tokens::Tokens;

/// What the gateway remembers.
#[derive(Debug)]
pub(super) struct Gateway {
    may_read: bool,
    windows: [Option<Window>; Api::ALL.len()],
    pub(super) tokens: Tokens,
}

impl Gateway {
    pub(super) fn new(settings: &SimulatorSettings) -> Gateway {
        Gateway {
            may_read: settings.may_read,
            windows: Api::ALL.map(|api| api.rate(settings.rate).map(Window::new)),
            tokens: Tokens::new(settings.token_lifetime),
        }
    }

    /// The app that calls, or what the gateway says in place of the API.
    pub(super) fn pass(&mut self, api: Api, request: Request<'_>, moment: Moment) -> Result<String, Say> {
        let token = request.token().ok_or(Say::Code(codes::TOKEN_MISSING))?;
        let app_id = self.tokens.app_of(token, moment.arrived_at);
        let app_id = app_id.ok_or(Say::Code(codes::TOKEN_INVALID))?.to_owned();
        if api.only_reads() && !self.may_read {
            return Err(Say::Code(codes::SCOPE_MISSING));
        }
        self.admit(api, moment).map_err(Say::Throttled)?;
        Ok(app_id)
    }

    /// Admits a call within the allowance of its endpoint.
    pub(super) fn admit(&mut self, api: Api, moment: Moment) -> Result<(), Refusal> {
        match &mut self.windows[api as usize] {
            Some(window) => window.admit(moment.arrived_at),
            None => Ok(()),
        }
    }
}
