//! Meta.

use countersign::{ConfigError, Scheme, meta};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Kind, Member, SECRETS, Settings};

pub(super) struct Meta;

const VERIFY_TOKEN: &str = "verify_token";

impl Entry for Meta {
    type Scheme = meta::Meta;

    const FACTS: &'static Facts = &Facts {
        name: meta::Meta::NAME,
        title: "Meta (WhatsApp, Messenger, Instagram)",
        signature: "header X-Hub-Signature-256",
        signed: "raw body",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: None,
        handshake: Some("a GET with hub.challenge is answered to who has the verify token"),
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: None,
        note: Some("the challenge is not signed; mount it by route"),
        source: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
    };

    const MEMBERS: &'static [Member] = &[
        SECRETS,
        Member {
            name: VERIFY_TOKEN,
            kind: Kind::Text,
            help: "who may subscribe; give it as @FILE",
        },
    ];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"messages":[{"from":"16505551234","id":"wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=","timestamp":"1700000000","type":"text","text":{"body":"Is it up?"}}]}}]}]}"#,
    };

    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError> {
        let scheme = meta::Meta::default();
        match settings.text(VERIFY_TOKEN) {
            Some(token) => scheme.try_verify_token(token),
            None => Ok(scheme),
        }
    }
}
