//! Whose credentials are used, and that those of one host are never sent to another.
//!
//! [`CredentialSources`] are what environment, systemd and the profile hold, each by the order that `README.md` tells. A
//! profile's id, secret, ticket and tenant go together: where the environment names another app, they are not looked at.
//! [`CredentialSources::resolve`] judges what was found, by the first line that fits; 6 is said on top of 4 and 5:
//!
//! | | found | goes to |
//! |---|---|---|
//! | 1 | a token | any host, but not to that of another app |
//! | 2 | no app id | nowhere: the app is not known |
//! | 3 | no secret | nowhere: the secret is not known |
//! | 4 | an id, a secret or a ticket of the profile | the profile's host alone |
//! | 5 | an app of which nothing is the profile's | any host, but not to that of another app |
//! | 6 | a ticket, but no tenant | nowhere: the tenant is not known |
//!
//! The host is that of another app if the profile names both the host and an app that is not known to be this one. A
//! host that was typed is meant, and this very machine is nobody else's.

use super::config_file::Config;
use super::environment::{
    APP_ID, APP_SECRET, APP_SECRET_FILE, APP_TICKET, APP_TICKET_FILE, Surroundings, TENANT_ACCESS_TOKEN,
    TENANT_KEY,
};
use super::layers::{Origin, Sourced, known};
use super::profile::Profile;
use super::secret_file::{SecretSource, read_secret};
use crate::feishu::{Credentials, Secret, Ticket, Token};
use crate::language::{Text, text};
use crate::model::{BaseUrl, Error, Result};

/// What was found; nothing is read from files yet.
#[derive(Clone, Debug)]
pub(crate) struct CredentialSources<'a> {
    pub(crate) token: Option<Sourced<Secret>>,
    pub(crate) app_id: Option<Sourced<String>>,
    pub(crate) app_secret: Option<Sourced<SecretSource>>,
    pub(crate) app_ticket: Option<Sourced<SecretSource>>,
    pub(crate) tenant_key: Option<Sourced<String>>,
    config: &'a Config,
}

/// Credentials that belong together, and to the host.
#[derive(Clone, Debug)]
pub(crate) enum ResolvedCredentials {
    Given(Secret),
    /// With a ticket and a tenant it is a store app.
    App {
        app_id: String,
        app_secret: Sourced<SecretSource>,
        app_ticket: Option<Sourced<SecretSource>>,
        tenant_key: Option<String>,
    },
}

impl<'a> CredentialSources<'a> {
    pub(crate) fn find(surroundings: &Surroundings, config: &'a Config) -> Self {
        let variable = |name: &'static str| {
            Some(Sourced::new(surroundings.variables.get(name)?.clone(), Origin::Variable(name)))
        };
        let word = |name| variable(name).map(|word| word.map(|word| word.reveal().to_owned()));
        let secret = |name, name_of_file| {
            let file = || word(name_of_file).map(|path| path.map(|path| SecretSource::File(path.into())));
            variable(name).map(|secret| secret.map(SecretSource::Text)).or_else(file)
        };
        let named = word(APP_ID);
        let profile = matching_profile(config, named.as_ref());
        let systemd = surroundings.systemd_secret.clone();
        let systemd = systemd.map(|path| Sourced::new(SecretSource::File(path), Origin::Systemd));
        CredentialSources {
            token: variable(TENANT_ACCESS_TOKEN),
            app_secret: secret(APP_SECRET, APP_SECRET_FILE)
                .or(systemd)
                .or_else(|| of_profile(profile?.app_secret.as_ref())),
            app_ticket: secret(APP_TICKET, APP_TICKET_FILE)
                .or_else(|| of_profile(profile?.app_ticket.as_ref())),
            tenant_key: word(TENANT_KEY).or_else(|| of_profile(profile?.tenant_key.as_ref())),
            app_id: named.or_else(|| of_profile(profile?.app_id.as_ref())),
            config,
        }
    }

    /// The credentials for this host, by the table.
    pub(crate) fn resolve(&self, host: &Sourced<BaseUrl>) -> Result<ResolvedCredentials> {
        if let Some(token) = &self.token {
            self.refuse_host_of_another_app(host, TENANT_ACCESS_TOKEN, None)?;
            return Ok(ResolvedCredentials::Given(token.value.clone()));
        }
        let app_id = self.app_id.as_ref().ok_or_else(|| self.no_app())?;
        let app_secret = self.app_secret.as_ref().ok_or_else(|| self.no_secret(app_id))?;
        let app_ticket = self.app_ticket.clone();
        let of_ticket = app_ticket.as_ref().map(|ticket| ticket.origin);
        if [Some(app_id.origin), Some(app_secret.origin), of_ticket].contains(&Some(Origin::Profile)) {
            self.refuse_another_host(host)?;
        } else {
            self.refuse_host_of_another_app(host, APP_ID, Some(&app_id.value))?;
        }
        let tenant_key = self.tenant_key.as_ref().map(|key| key.value.clone());
        if app_ticket.is_some() && tenant_key.is_none() {
            return Err(Error::invalid_input(text!(
                "there is an app ticket, which only store apps have, but no tenant key"
            ))
            .hint(text!("set {TENANT_KEY}, or put tenant_key in the profile", TENANT_KEY)));
        }
        let (app_id, app_secret) = (app_id.value.clone(), app_secret.clone());
        Ok(ResolvedCredentials::App { app_id, app_secret, app_ticket, tenant_key })
    }

    fn profile(&self) -> Option<&'a Profile> {
        self.config.profile.as_ref()
    }

    fn no_app(&self) -> Error {
        let profile = match (self.profile(), self.config.names.as_slice()) {
            (None, names @ [_, ..]) => {
                text!("choose a profile with --profile ({profiles}), ", profiles = names.join(", "))
            }
            _ => Text::default(),
        };
        Error::invalid_input(text!("there is no app to use")).hint(text!(
            "{profile}set {APP_ID} and {APP_SECRET} (or {APP_SECRET_FILE}), or rehearse with --simulate",
            profile => profile,
            APP_ID,
            APP_SECRET,
            APP_SECRET_FILE
        ))
    }

    fn no_secret(&self, app_id: &Sourced<String>) -> Error {
        let hint = text!(
            "set {APP_SECRET}, or {APP_SECRET_FILE} to the path of a file that contains it",
            APP_SECRET,
            APP_SECRET_FILE
        );
        match self.profile() {
            Some(Profile { name: profile, app_id: Some(other), app_secret: Some(_), .. })
                if *other != app_id.value =>
            {
                let app = &app_id.value;
                Error::invalid_input(text!(
                    "{APP_ID} is {app}, but the secret of the profile {profile} is that of the app {other}",
                    APP_ID,
                    app,
                    profile,
                    other
                ))
                .hint(text!("{hint}; or unset {APP_ID}", hint => hint, APP_ID))
            }
            _ => {
                Error::invalid_input(text!("there is no secret for the app {app_id}", app_id = app_id.value))
                    .hint(text!("{hint}; or put app_secret_file in a profile", hint => hint))
            }
        }
    }

    fn refuse_another_host(&self, host: &Sourced<BaseUrl>) -> Result<()> {
        let Some(Profile { name: profile, layer, .. }) = self.profile() else { return Ok(()) };
        let own = layer.base_url.clone().unwrap_or_else(|| known(BaseUrl::FEISHU));
        if own == host.value {
            return Ok(());
        }
        Err(Error::invalid_input(text!("the app of the profile {profile} belongs to {own}; its credentials are not sent to {host}", profile, own, host = host.value))
        .hint(text!("remove the flag for the host; or create a profile for that host; or set {APP_ID} and {APP_SECRET}", APP_ID, APP_SECRET)))
    }

    fn refuse_host_of_another_app(
        &self,
        host: &Sourced<BaseUrl>,
        variable: &str,
        app: Option<&str>,
    ) -> Result<()> {
        let Some(Profile { name: profile, app_id: Some(own), .. }) = self.profile() else { return Ok(()) };
        if host.origin != Origin::Profile || host.value.is_loopback() || app == Some(own) {
            return Ok(());
        }
        let host = &host.value;
        Err(Error::invalid_input(text!("{host} is the host of the profile {profile} for the app {own}, and {variable} may be for another host", host, profile, own, variable))
        .hint(text!("unset {variable} to use the profile's app; or add --base-url {host} if it is for that host", variable, host)))
    }
}

impl ResolvedCredentials {
    /// The credentials themselves; what a person should know about their files goes to `warnings`.
    pub(crate) fn read(self, warnings: &mut Vec<Text>) -> Result<Credentials> {
        let (app_id, app_secret, app_ticket, tenant_key) = match self {
            ResolvedCredentials::Given(token) => return given(token),
            ResolvedCredentials::App { app_id, app_secret, app_ticket, tenant_key } => {
                (app_id, read_secret(&app_secret, warnings)?, app_ticket, tenant_key)
            }
        };
        let Some(tenant_key) = tenant_key else { return Ok(Credentials::App { app_id, app_secret }) };
        let Some(source) = app_ticket else {
            warnings.push(text!(
                "there is a tenant key but no app ticket: {app_id} is treated as a custom app",
                app_id
            ));
            return Ok(Credentials::App { app_id, app_secret });
        };
        // A file is read to see whether it can be; its ticket may be another one by the time that it is needed.
        let ticket = read_secret(&source, warnings)?;
        let ticket = match source.value {
            SecretSource::Text(_) => Ticket::Fixed(ticket),
            SecretSource::File(path) => Ticket::File(path),
        };
        Ok(Credentials::StoreApp { app_id, app_secret, ticket, tenant_key })
    }
}

/// A token goes into a header, where only visible characters may stand.
fn given(token: Secret) -> Result<Credentials> {
    if token.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Credentials::Given(Token(token)))
    } else {
        Err(Error::invalid_input(text!(
            "{TENANT_ACCESS_TOKEN} contains a character that no token has",
            TENANT_ACCESS_TOKEN
        )))
    }
}

/// The profile, unless the environment names another app than the profile does.
fn matching_profile<'a>(config: &'a Config, named: Option<&Sourced<String>>) -> Option<&'a Profile> {
    config.profile.as_ref().filter(|profile| match (named, &profile.app_id) {
        (Some(named), Some(own)) => named.value == *own,
        _ => true,
    })
}

fn of_profile<T: Clone>(piece: Option<&T>) -> Option<Sourced<T>> {
    piece.map(|piece| Sourced::new(piece.clone(), Origin::Profile))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::layers::{Effective, Layer};
    use super::*;
    use crate::cli::HostArgs;
    use crate::settings::environment::Variables;
    use crate::settings::profile::parse;

    const ELSEWHERE: &str = "https://elsewhere.example";

    /// One person's situation, in a few words: `id=B secret=env systemd profile=P flag=URL`.
    #[derive(Clone, Debug, Default)]
    struct Situation {
        variables: Vec<(&'static str, &'static str)>,
        systemd: bool,
        profile: Option<String>,
        flag: Option<&'static str>,
    }

    impl Situation {
        fn profile(text: &str) -> Self {
            Situation { profile: Some(text.replace("; ", "\n")), ..Situation::default() }
        }

        fn set(mut self, name: &'static str, value: &'static str) -> Self {
            self.variables.push((name, value));
            self
        }

        fn systemd(self) -> Self {
            Situation { systemd: true, ..self }
        }

        fn flag(self, url: &'static str) -> Self {
            Situation { flag: Some(url), ..self }
        }

        fn config(&self) -> Config {
            let profile =
                self.profile.as_ref().map(|text| parse(&format!("[profile.p]\n{text}")).unwrap().remove(0));
            Config { profile, ..Config::default() }
        }

        fn host(&self) -> Sourced<BaseUrl> {
            let flags = Layer::of_host(&HostArgs { base_url: self.flag.map(known), lark: false });
            Effective::of(flags, self.config().layer()).base_url
        }

        /// Who is meant, in one line: app, secret and host; or the start of the error.
        fn outcome(&self) -> String {
            let value_of = |name: &str| {
                let found = self.variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let surroundings = Surroundings {
                variables: Variables::read(value_of),
                systemd_secret: self.systemd.then(|| "/run/cred".into()),
                ..Surroundings::read()
            };
            match CredentialSources::find(&surroundings, &self.config()).resolve(&self.host()) {
                Ok(ResolvedCredentials::Given(token)) => format!("token {}", token.reveal()),
                Ok(ResolvedCredentials::App { app_id, app_secret, app_ticket, tenant_key }) => {
                    let tenant = tenant_key.map_or_else(String::new, |key| format!(", tenant {key}"));
                    let ticket =
                        app_ticket.map_or_else(String::new, |ticket| format!(", ticket {}", told(&ticket)));
                    format!("{app_id} {}{ticket}{tenant}", told(&app_secret))
                }
                Err(error) => {
                    error.report(crate::language::Language::English).lines().next().unwrap().to_owned()
                }
            }
        }
    }

    fn told(secret: &Sourced<SecretSource>) -> String {
        let Sourced { value, origin } = secret;
        match value {
            SecretSource::Text(secret) => format!("{} ({origin})", secret.reveal()),
            SecretSource::File(path) => format!("{} ({origin})", path.display()),
        }
    }

    #[track_caller]
    fn assert_outcome(situation: &Situation, expected: &str) {
        let outcome = situation.outcome();
        assert!(outcome.starts_with(expected), "{situation:?}: {outcome}");
    }

    const WHOLE: &str = "app_id = 'A'; app_secret_file = 'a'";

    #[test]
    fn the_first_that_is_found_wins() {
        let all = Situation::profile(WHOLE)
            .systemd()
            .set(APP_SECRET_FILE, "/file")
            .set(APP_SECRET, "text")
            .set(APP_ID, "A")
            .set(TENANT_ACCESS_TOKEN, "t-1");
        assert_outcome(&all, "token t-1");
        let without = |names: &[&str]| {
            let mut situation = all.clone();
            situation.variables.retain(|(name, _)| !names.contains(name));
            situation
        };
        assert_outcome(&without(&[TENANT_ACCESS_TOKEN]), "A text (FEISHU_APP_SECRET)");
        assert_outcome(&without(&[TENANT_ACCESS_TOKEN, APP_SECRET]), "A /file (FEISHU_APP_SECRET_FILE)");
        let nothing_set = without(&[TENANT_ACCESS_TOKEN, APP_SECRET, APP_SECRET_FILE, APP_ID]);
        assert_outcome(&nothing_set, "A /run/cred (systemd credential)");
        assert_outcome(&Situation { systemd: false, ..nothing_set }, "A a (profile)");
        assert_outcome(&Situation::profile("app_id = 'A'; app_secret = 's'"), "A s (profile)");
        assert_outcome(&Situation::profile("app_id = 'A'").systemd(), "A /run/cred (systemd credential)");
        assert_outcome(&Situation::profile("app_id = 'A'").set(APP_SECRET, "s"), "A s (FEISHU_APP_SECRET)");
        assert_outcome(&Situation::default().set(APP_ID, "B").systemd(), "B /run/cred (systemd credential)");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_outcome(&Situation::default(), "error: there is no app to use");
        assert_outcome(&Situation::default().set(APP_SECRET, "s"), "error: there is no app to use");
        assert_outcome(&Situation::default().set(APP_ID, "B"), "error: there is no secret for the app B");
        assert_outcome(&Situation::profile("app_id = 'A'"), "error: there is no secret for the app A");
    }

    #[test]
    fn a_secret_belongs_to_its_app() {
        let other = Situation::profile(WHOLE).set(APP_ID, "B");
        assert_outcome(
            &other,
            "error: FEISHU_APP_ID is B, but the secret of the profile p is that of the app A",
        );
        assert_outcome(&other.set(APP_SECRET, "s"), "B s (FEISHU_APP_SECRET)");
        assert_outcome(&Situation::profile(WHOLE).set(APP_ID, "A"), "A a (profile)");
        assert_outcome(&Situation::profile("app_secret_file = 'a'").set(APP_ID, "B"), "B a (profile)");
    }

    #[test]
    fn a_profile_s_credentials_go_to_its_host_alone() {
        let refused = "error: the app of the profile p belongs to https://open.feishu.cn";
        assert_outcome(&Situation::profile(WHOLE).flag(ELSEWHERE), refused);
        assert_outcome(&Situation::profile(WHOLE).flag(BaseUrl::LARK), refused);
        assert_outcome(&Situation::profile(WHOLE).flag(BaseUrl::FEISHU), "A a (profile)");
        assert_outcome(&Situation::profile(WHOLE).flag("http://127.0.0.1:9"), refused);
        assert_outcome(&Situation::profile(WHOLE).flag(ELSEWHERE).set(APP_ID, "A"), refused);
        assert_outcome(&Situation::profile("app_id = 'A'").systemd().flag(ELSEWHERE), refused);
        let lark = || Situation::profile("app_id = 'A'; app_secret = 's'; lark = true");
        assert_outcome(&lark(), "A s (profile)");
        assert_outcome(&lark().flag(BaseUrl::LARK), "A s (profile)");
        assert_outcome(
            &lark().flag(BaseUrl::FEISHU),
            "error: the app of the profile p belongs to https://open.larksuite",
        );
        let environment = lark().flag(BaseUrl::FEISHU).set(APP_ID, "B").set(APP_SECRET, "e");
        assert_outcome(&environment, "B e (FEISHU_APP_SECRET)");
    }

    #[test]
    fn a_profile_s_host_gets_no_credentials_of_another_app() {
        let lark = || Situation::profile("app_id = 'A'; lark = true");
        let refused = "error: https://open.larksuite.com is the host of the profile p for the app A";
        assert_outcome(&lark().set(TENANT_ACCESS_TOKEN, "t-1"), refused);
        assert_outcome(&lark().set(APP_ID, "B").set(APP_SECRET, "e"), refused);
        assert_outcome(&lark().set(APP_ID, "A").set(APP_SECRET, "e"), "A e");
        assert_outcome(&lark().set(TENANT_ACCESS_TOKEN, "t-1").flag(BaseUrl::LARK), "token t-1");
        let host_alone = || Situation::profile("lark = true");
        assert_outcome(&host_alone().set(TENANT_ACCESS_TOKEN, "t-1"), "token t-1");
        assert_outcome(&host_alone().set(APP_ID, "B").set(APP_SECRET, "e"), "B e");
        let here = || Situation::profile("app_id = 'A'; base_url = 'http://127.0.0.1:9'");
        assert_outcome(&here().set(TENANT_ACCESS_TOKEN, "t-1"), "token t-1");
        assert_outcome(&here().set(APP_ID, "B").set(APP_SECRET, "e"), "B e");
    }

    #[test]
    fn a_ticket_and_a_tenant_make_a_store_app() {
        let app = || Situation::default().set(APP_ID, "B").set(APP_SECRET, "s");
        let both = app().set(APP_TICKET, "ticket").set(APP_TICKET_FILE, "/file").set(TENANT_KEY, "key");
        assert_outcome(&both, "B s (FEISHU_APP_SECRET), ticket ticket (FEISHU_APP_TICKET), tenant key");
        let by_file = app().set(APP_TICKET_FILE, "/file").set(TENANT_KEY, "key");
        assert_outcome(
            &by_file,
            "B s (FEISHU_APP_SECRET), ticket /file (FEISHU_APP_TICKET_FILE), tenant key",
        );
        assert_outcome(&app().set(TENANT_KEY, "key"), "B s (FEISHU_APP_SECRET), tenant key");
        assert_outcome(
            &app().set(APP_TICKET, "ticket"),
            "error: there is an app ticket, which only store apps have, but",
        );
        assert_outcome(&both.set(TENANT_ACCESS_TOKEN, "t-1"), "token t-1");

        let store = "app_id = 'A'; app_secret = 's'; app_ticket_file = 'own'; tenant_key = 'mine'";
        assert_outcome(&Situation::profile(store), "A s (profile), ticket own (profile), tenant mine");
        let other_tenant = Situation::profile(store).set(TENANT_KEY, "key").set(APP_TICKET_FILE, "/file");
        assert_outcome(&other_tenant, "A s (profile), ticket /file (FEISHU_APP_TICKET_FILE), tenant key");
        let other_app = Situation::profile(store).set(APP_ID, "B").set(APP_SECRET, "e");
        assert_eq!(other_app.outcome(), "B e (FEISHU_APP_SECRET)", "ticket and tenant are another app's");
        let same_app = Situation::profile(store).set(APP_ID, "A").set(APP_SECRET, "e").flag(ELSEWHERE);
        assert_outcome(&same_app, "error: the app of the profile p belongs to https://open.feishu.cn");
    }

    /// Every situation there is: nothing of a profile ever leaves its app and its host.
    #[test]
    fn nothing_of_a_profile_leaves_its_app_and_its_host() {
        let mut count = 0;
        let profiles = [
            "",
            "app_id = 'A'",
            WHOLE,
            "app_secret = 'own'",
            "app_id = 'A'; app_secret = 'own'; lark = true",
        ];
        let flags = [None, Some(ELSEWHERE), Some(BaseUrl::LARK), Some(BaseUrl::FEISHU)];
        for bits in 0..32 {
            for profile in profiles {
                for flag in flags {
                    let mut situation =
                        Situation { flag, systemd: bits & 1 != 0, ..Situation::profile(profile) };
                    for (bit, name, value) in [
                        (2, APP_ID, "A"),
                        (4, APP_ID, "B"),
                        (8, APP_SECRET, "env"),
                        (16, TENANT_ACCESS_TOKEN, "t"),
                    ] {
                        if bits & bit != 0 {
                            situation = situation.set(name, value);
                        }
                    }
                    let own_host =
                        known(if profile.contains("lark") { BaseUrl::LARK } else { BaseUrl::FEISHU });
                    let outcome = situation.outcome();
                    let is_elsewhere = situation.host().value != own_host;
                    assert!(!(is_elsewhere && outcome.contains("(profile)")), "{situation:?}: {outcome}");
                    let is_other_app = outcome.starts_with("B ") && profile.contains("app_id");
                    assert!(!(is_other_app && outcome.contains("(profile)")), "{situation:?}: {outcome}");
                    let is_profile_s_app = outcome.starts_with("A ") && bits & 2 == 0;
                    assert!(!(is_elsewhere && is_profile_s_app), "{situation:?}: {outcome}");
                    count += 1;
                }
            }
        }
        assert_eq!(count, 32 * 5 * 4);
    }
}
