//! Stripe.

use countersign::{ConfigError, Scheme, stripe};
use http::Method;

use super::entry::{Credentials, Entry, Sample, random_text};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Stripe;

impl Entry for Stripe {
    type Scheme = stripe::Stripe;

    const FACTS: &'static Facts = &Facts {
        name: stripe::Stripe::NAME,
        title: "Stripe",
        signature: "header Stripe-Signature: t=, v1=",
        signed: "time, dot, raw body",
        algorithm: "HMAC-SHA256",
        encoding: "hex",
        time: Some("t in Stripe-Signature"),
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI stripe, npm stripe"),
        note: Some("v0 is not read; several v1 are there while a secret is rolled"),
        source: "https://docs.stripe.com/webhooks/signature",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json; charset=utf-8")],
        body: br#"{"id":"evt_1MqqbKLt4dXK03v5qaIbiNCC","object":"event","api_version":"2026-01-28","created":1700000000,"data":{"object":{"id":"pi_3MtwBwLkdIwHu7ix28a3tqPa","object":"payment_intent","amount":2000,"currency":"eur","status":"succeeded"}},"livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"payment_intent.succeeded"}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(stripe::Stripe)
    }

    /// With the prefix that Stripe's have.
    fn credentials() -> Result<Credentials, ConfigError> {
        Credentials::shared(format!("whsec_{}", random_text()?))
    }
}
