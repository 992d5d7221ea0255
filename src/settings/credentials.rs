//! Owns whose credentials are used, and that those of one host are never sent to another.
//!
//! Found first, judged then: [`Pieces`] are what flags, environment, systemd and the profile hold, each by the order
//! that `README.md` tells; [`Pieces::access`] says whether they belong together, and to the host.

use std::path::PathBuf;

use super::config_file::Config;
use super::layers::{Origin, Sourced, known};
use super::profile::Profile;
use super::variables::{
    APP_ID, APP_SECRET, APP_SECRET_FILE, APP_TICKET, APP_TICKET_FILE, TENANT_ACCESS_TOKEN, TENANT_KEY,
    Variables,
};
use crate::feishu::Secret;
use crate::language::{Text, text};
use crate::model::{BaseUrl, Error, Result};

/// Where a secret is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// Here it is.
    Text(Secret),
    /// In this file.
    File(PathBuf),
}

/// What was found; nothing is read from files yet.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// A token that was given.
    pub token: Option<Sourced<Secret>>,
    /// The app's id.
    pub app_id: Option<Sourced<String>>,
    /// The app's secret.
    pub app_secret: Option<Sourced<SecretSource>>,
    /// A store app's ticket.
    pub app_ticket: Option<Sourced<SecretSource>>,
    /// The tenant that a store app calls for.
    pub tenant_key: Option<Sourced<String>>,
    /// For which app and host the profile was made, if there is a profile.
    bond: Option<Bond>,
    /// The profiles that there are.
    profiles: Vec<String>,
}

/// For which app and which host a profile was made.
#[derive(Clone, Debug)]
struct Bond {
    profile: String,
    app_id: Option<String>,
    host: BaseUrl,
    holds_secret: bool,
}

/// Credentials that belong together, and to the host.
#[derive(Clone, Debug)]
pub enum Access {
    /// A token.
    Given(Secret),
    /// An app.
    App {
        /// Its id.
        app_id: String,
        /// Its secret.
        app_secret: Sourced<SecretSource>,
        /// Its ticket, if it is a store app.
        app_ticket: Option<Sourced<SecretSource>>,
        /// The tenant, if one is named; with the ticket it makes a store app.
        tenant_key: Option<String>,
    },
}

impl Pieces {
    /// Looks for each piece; `systemd` is the file of systemd's credential, if it is there.
    #[must_use]
    pub fn find(variables: &Variables, systemd: Option<PathBuf>, config: &Config) -> Pieces {
        let profile = config.profile.as_ref();
        let variable =
            |name: &'static str| Some(Sourced::new(variables.get(name)?.clone(), Origin::Variable(name)));
        let word = |name| variable(name).map(|word| word.map(|word| word.reveal().to_owned()));
        let text = |name| variable(name).map(|secret| secret.map(SecretSource::Text));
        let file = |name| word(name).map(|path| path.map(|path| SecretSource::File(path.into())));
        let named = word(APP_ID);
        // What a profile holds is of its own app: with another app's id it is of no use.
        let own = profile.filter(|profile| match (&named, &profile.app_id) {
            (Some(named), Some(own)) => named.value == *own,
            _ => true,
        });
        let systemd = systemd.map(|path| Sourced::new(SecretSource::File(path), Origin::Systemd));
        let app_secret = text(APP_SECRET).or_else(|| file(APP_SECRET_FILE)).or(systemd);
        let app_ticket = text(APP_TICKET).or_else(|| file(APP_TICKET_FILE));
        let bond = profile.map(|profile| Bond {
            profile: profile.name.clone(),
            app_id: profile.app_id.clone(),
            host: profile.layer.base_url.clone().unwrap_or_else(|| known(BaseUrl::FEISHU)),
            holds_secret: profile.secret().is_some(),
        });
        Pieces {
            token: variable(TENANT_ACCESS_TOKEN),
            app_secret: app_secret.or_else(|| of_profile(own?.secret())),
            app_ticket: app_ticket.or_else(|| of_profile(own?.ticket())),
            tenant_key: word(TENANT_KEY).or_else(|| of_profile(own?.tenant_key.clone())),
            app_id: named.or_else(|| of_profile(own?.app_id.clone())),
            bond,
            profiles: config.names.clone(),
        }
    }

    /// Judges them: the credentials for this host.
    ///
    /// # Errors
    /// When something is missing, or does not belong to the app or the host; exit 2.
    pub fn access(&self, host: &Sourced<BaseUrl>) -> Result<Access> {
        if let Some(token) = &self.token {
            self.refuse_host_of_another_app(host, TENANT_ACCESS_TOKEN, None)?;
            return Ok(Access::Given(token.value.clone()));
        }
        let Some(app_id) = &self.app_id else {
            return Err(self.no_app());
        };
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
            return Err(Error::unusable(text!(
                "there is an app ticket, which only store apps have, but no tenant key"
            ))
            .hint(text!("set {TENANT_KEY}, or put tenant_key in the profile", TENANT_KEY)));
        }
        let (app_id, app_secret) = (app_id.value.clone(), app_secret.clone());
        Ok(Access::App { app_id, app_secret, app_ticket, tenant_key })
    }

    fn no_app(&self) -> Error {
        let profile = match (&self.bond, self.profiles.as_slice()) {
            (None, [_, ..]) => {
                text!("choose a profile with --profile ({profiles}), ", profiles = self.profiles.join(", "))
            }
            _ => Text::default(),
        };
        Error::unusable(text!("there is no app to use")).hint(text!(
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
        match &self.bond {
            Some(Bond { profile, app_id: Some(other), holds_secret: true, .. }) if *other != app_id.value => {
                let app = &app_id.value;
                Error::unusable(text!(
                    "{APP_ID} is {app}, but the secret of the profile {profile} is that of the app {other}",
                    APP_ID,
                    app,
                    profile,
                    other
                ))
                .hint(text!("{hint}; or unset {APP_ID}", hint => hint, APP_ID))
            }
            _ => Error::unusable(text!("there is no secret for the app {app_id}", app_id = app_id.value))
                .hint(text!("{hint}; or put app_secret_file in a profile", hint => hint)),
        }
    }

    /// What a profile holds goes to the profile's host alone.
    fn refuse_another_host(&self, host: &Sourced<BaseUrl>) -> Result<()> {
        let Some(bond) = self.bond.as_ref().filter(|bond| bond.host != host.value) else { return Ok(()) };
        let Bond { profile, host: own, .. } = bond;
        Err(Error::unusable(text!("the app of the profile {profile} belongs to {own}; its credentials are not sent to {host}", profile, own, host = host.value))
        .hint(text!("remove the flag for the host; or create a profile for that host; or set {APP_ID} and {APP_SECRET}", APP_ID, APP_SECRET)))
    }

    /// A host that a profile names for its own app gets no credentials of the environment that may be another's.
    /// This very machine is no other world.
    fn refuse_host_of_another_app(
        &self,
        host: &Sourced<BaseUrl>,
        variable: &str,
        app: Option<&str>,
    ) -> Result<()> {
        let Some(Bond { profile, app_id: Some(own), .. }) = &self.bond else { return Ok(()) };
        if host.origin != Origin::Profile || host.value.is_loopback() || app == Some(own) {
            return Ok(());
        }
        let host = &host.value;
        Err(Error::unusable(text!("{host} is the host of the profile {profile} for the app {own}, and {variable} may be for another host", host, profile, own, variable))
        .hint(text!("unset {variable} to use the profile's app; or add --base-url {host} if it is for that host", variable, host)))
    }
}

impl Profile {
    fn secret(&self) -> Option<SecretSource> {
        let text = self.app_secret.clone().map(SecretSource::Text);
        text.or_else(|| self.app_secret_file.clone().map(SecretSource::File))
    }

    fn ticket(&self) -> Option<SecretSource> {
        self.app_ticket_file.clone().map(SecretSource::File)
    }
}

fn of_profile<T>(piece: Option<T>) -> Option<Sourced<T>> {
    piece.map(|piece| Sourced::new(piece, Origin::Profile))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::layers::{Effective, Layer};
    use super::*;
    use crate::cli::HostArgs;
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
            let systemd = self.systemd.then(|| "/run/cred".into());
            let pieces = Pieces::find(&Variables::read(value_of), systemd, &self.config());
            match pieces.access(&self.host()) {
                Ok(Access::Given(token)) => format!("token {}", token.reveal()),
                Ok(Access::App { app_id, app_secret, app_ticket, tenant_key }) => {
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
