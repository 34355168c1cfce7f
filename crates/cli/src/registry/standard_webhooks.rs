//! Standard Webhooks, and the services that send them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign::{ConfigError, Scheme, VerifyLayer, standard_webhooks};
use http::Method;

use super::entry::{Credentials, Entry, Sample, random_text};
use super::facts::{Facts, Strength};
use super::settings::{Kind, Member, PUBLIC_KEYS, SECRETS, Settings};

pub(super) struct StandardWebhooks;

impl Entry for StandardWebhooks {
    type Scheme = standard_webhooks::StandardWebhooks;

    const FACTS: &'static Facts = &Facts {
        name: standard_webhooks::StandardWebhooks::NAME,
        title: "Standard Webhooks: Svix, OpenAI, Clerk, Resend and others",
        signature: "header webhook-signature, a list of v1 and v1a",
        signed: "id, dot, time, dot, raw body",
        algorithm: "HMAC-SHA256 or Ed25519",
        encoding: "base64",
        time: Some("header webhook-timestamp"),
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some(
            "PyPI and npm standardwebhooks, svix, openai, resend; npm @clerk/backend; for v1a node:crypto",
        ),
        note: Some(
            "profile=svix, clerk, resend, supabase: other names of headers, or another way to show the secret",
        ),
        source: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    };

    const MEMBERS: &'static [Member] = &[
        SECRETS,
        PUBLIC_KEYS,
        Member { name: PROFILE, kind: Kind::Text, help: "the service that sends them" },
    ];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52-5198-4599-803e-771906343485"}}"#,
    };

    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError> {
        settings.text(PROFILE).map_or_else(
            || Ok(Self::Scheme::default()),
            standard_webhooks::StandardWebhooks::profile,
        )
    }

    /// Each kind of key in its place: a public key that stands among the secrets was mistaken for one.
    fn layer(settings: &Settings) -> Result<VerifyLayer<Self::Scheme>, ConfigError> {
        if settings.secrets().iter().any(|secret| secret.starts_with(b"whpk_")) {
            return Err(ConfigError::new("a public key, whpk_.., stands among the secrets"));
        }
        if settings.texts(PUBLIC_KEYS.name).iter().any(|key| !key.starts_with("whpk_")) {
            return Err(ConfigError::new("a public key begins with whpk_"));
        }
        VerifyLayer::try_with(Self::scheme(settings)?, settings.keys())
    }

    fn credentials() -> Result<Credentials, ConfigError> {
        Credentials::shared(format!("whsec_{}", BASE64_STANDARD.encode(random_text()?)))
    }
}

const PROFILE: &str = "profile";
