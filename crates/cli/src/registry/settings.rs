//! How a verifier is set up: the same members in vectors (`config`) and on the command line
//! (`--set`).

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Display, Formatter};
use std::time::Duration;

use countersign::explain::Setup;
use countersign::{ConfigError, Secret};
use serde_json::Value;
use zeroize::Zeroizing;

/// A member of the configuration that a provider takes.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it does, for people.
    pub help: &'static str,
}

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A list of secrets as text, the newest first. Never on the command line.
    Secrets,
    /// `true` or `false`.
    Flag,
    /// Whole seconds, not negative.
    Seconds,
    /// A text.
    Text,
    /// A list of texts; on the command line one for each `--set`.
    Texts,
    /// JSON, such as a JWKS.
    Json,
}

/// The secrets: most providers take them.
pub const SECRETS: Member =
    Member { name: "secrets", kind: Kind::Secrets, help: "the secrets, newest first" };

/// The public keys: providers that sign with a private key of theirs take them.
pub const PUBLIC_KEYS: Member = Member {
    name: "public_keys",
    kind: Kind::Texts,
    help: "the public keys as the vendor shows them, newest first",
};

/// The external URLs: providers that sign the URL take them.
pub(super) const URLS: Member = Member {
    name: "urls",
    kind: Kind::Texts,
    help: "the external URLs to be tried, as configured at the provider",
};

/// What the layer itself takes, whichever the provider.
pub(super) const WINDOW: &[Member] = &[
    Member { name: MAX_AGE, kind: Kind::Seconds, help: "how old a signed time may be" },
    Member { name: MAX_FUTURE, kind: Kind::Seconds, help: "how far ahead a signed time may be" },
];

pub(super) const MAX_AGE: &str = "max_age_secs";
pub(super) const MAX_FUTURE: &str = "max_future_secs";

/// The settings of one verifier. Each member was checked when it was put in: it is one that the
/// provider takes, there once, and of the kind that it has to be.
#[derive(Clone, Default)]
pub struct Settings {
    secrets: Vec<Zeroizing<Vec<u8>>>,
    values: BTreeMap<&'static str, Value>,
    url: Option<String>,
}

impl Settings {
    /// Puts in a member of a vector's `config`.
    ///
    /// # Errors
    ///
    /// When `members` does not have it, it is there already, or it is of another kind.
    pub fn put(
        &mut self,
        members: &[Member],
        name: &str,
        value: Value,
    ) -> Result<(), SettingError> {
        let member = find(members, name)?;
        if self.values.contains_key(member.name) {
            return Err(SettingError::repeated(name));
        }
        if !member.kind.takes(&value) {
            return Err(SettingError::kind(member));
        }
        if member.kind == Kind::Secrets {
            for secret in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                self.secret(secret.as_bytes().to_vec());
            }
            // Noted as present; the secrets themselves are kept where nothing prints them.
            self.values.insert(member.name, Value::Null);
            return Ok(());
        }
        self.values.insert(member.name, value);
        Ok(())
    }

    /// Puts in a `KEY=VALUE` of the command line.
    ///
    /// # Errors
    ///
    /// As for [`put`](Self::put), and for a secret, which has no place on a command line.
    pub fn parse(&mut self, members: &[Member], assignment: &str) -> Result<(), SettingError> {
        let (name, text) = assignment.split_once('=').ok_or_else(SettingError::no_assignment)?;
        let member = find(members, name)?;
        let value = match member.kind {
            Kind::Secrets => return Err(SettingError::secret_in_sight()),
            Kind::Texts => {
                let texts = self.values.entry(member.name).or_insert_with(|| Value::Array(vec![]));
                if let Value::Array(texts) = texts {
                    texts.push(Value::from(text));
                }
                return Ok(());
            }
            Kind::Text => Value::from(text),
            Kind::Flag | Kind::Seconds | Kind::Json => {
                serde_json::from_str(text).map_err(|_| SettingError::kind(member))?
            }
        };
        self.put(members, name, value)
    }

    /// Adds a secret, after those that are there.
    pub fn secret(&mut self, secret: Vec<u8>) {
        self.secrets.push(Zeroizing::new(secret));
    }

    /// The URL that requests are sent to: what [`urls`](Self::urls) says where nothing else does.
    ///
    /// For who knows that URL of himself, as a sender does. A URL out of a received request has no
    /// place here: it would let the sender choose what is signed.
    #[must_use]
    pub fn sent_to(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }

    /// What of it may be wrong, for who explains a refusal: the secrets and the external URLs.
    ///
    /// # Errors
    ///
    /// When a secret is empty.
    pub fn setup(&self) -> Result<Setup, ConfigError> {
        let setup = self.urls().into_iter().fold(Setup::default(), |setup, url| setup.url(url));
        let mut secrets = self.secrets.iter();
        secrets.try_fold(setup, |setup, secret| Ok(setup.secret(Secret::new(secret.to_vec())?)))
    }

    /// The same with the secrets and external URLs of that setup.
    #[must_use]
    pub fn set_up(&self, setup: &Setup) -> Self {
        let secrets = setup.secrets().iter().map(|secret| Zeroizing::new(secret.expose().to_vec()));
        let mut settings = Self { secrets: secrets.collect(), ..self.clone() };
        if !setup.urls().is_empty() {
            settings.values.insert(URLS.name, Value::from(setup.urls()));
        }
        settings
    }

    /// The secrets, newest first; what is wrong with them is for the verifier to say.
    #[must_use]
    pub fn secrets(&self) -> Vec<Vec<u8>> {
        self.secrets.iter().map(|secret| secret.to_vec()).collect()
    }

    /// What the verifier believes: the secrets and then the public keys, newest first each.
    #[must_use]
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let public = self.texts(PUBLIC_KEYS.name).into_iter().map(|key| key.as_bytes().to_vec());
        self.secrets().into_iter().chain(public).collect()
    }

    /// A flag; `false` if it was not set.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::as_str)
    }

    /// A time.
    #[must_use]
    pub fn seconds(&self, name: &str) -> Option<Duration> {
        self.values.get(name).and_then(Value::as_u64).map(Duration::from_secs)
    }

    /// A list of texts; empty if it was not set.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let texts = self.values.get(name).and_then(Value::as_array);
        texts.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The member `urls`: the external URLs under which the server is reached.
    #[must_use]
    pub fn urls(&self) -> Vec<&str> {
        let urls = self.texts(URLS.name);
        if urls.is_empty() { self.url.as_deref().into_iter().collect() } else { urls }
    }

    /// A member that holds JSON.
    #[must_use]
    pub fn json(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}

/// Without the secrets.
impl Debug for Settings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("secrets", &self.secrets.len())
            .field("members", &self.values.keys().collect::<Vec<_>>())
            .field("url", &self.url)
            .finish()
    }
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Secrets | Self::Texts => {
                value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string))
            }
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Seconds => value.is_u64(),
            Self::Json => true,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Secrets | Self::Texts => "a list of texts",
            Self::Text => "a text",
            Self::Flag => "true or false",
            Self::Seconds => "a whole number of seconds",
            Self::Json => "JSON",
        }
    }
}

fn find<'a>(members: &'a [Member], name: &str) -> Result<&'a Member, SettingError> {
    members.iter().find(|member| member.name == name).ok_or_else(|| {
        let names: Vec<_> = members.iter().map(|member| member.name).collect();
        SettingError(format!("it has no setting `{name}`; it takes: {}", names.join(", ")))
    })
}

/// A setting that the provider does not take, or not like that. It holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError(String);

impl SettingError {
    fn repeated(name: &str) -> Self {
        Self(format!("the setting `{name}` is there more than once"))
    }

    fn kind(member: &Member) -> Self {
        Self(format!("the setting `{}` has to be {}", member.name, member.kind.text()))
    }

    fn no_assignment() -> Self {
        Self("a setting is written KEY=VALUE".to_owned())
    }

    fn secret_in_sight() -> Self {
        Self(
            "a secret has no place on the command line, where other users see it; give \
             --secret-env or --secret-file"
                .to_owned(),
        )
    }
}

impl Display for SettingError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingError {}
