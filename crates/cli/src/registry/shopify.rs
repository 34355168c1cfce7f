//! Shopify.

use countersign::{ConfigError, Scheme, shopify};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Shopify;

impl Entry for Shopify {
    type Scheme = shopify::Shopify;

    const FACTS: &'static Facts = &Facts {
        name: shopify::Shopify::NAME,
        title: "Shopify",
        signature: "header X-Shopify-Hmac-Sha256",
        signed: "raw body",
        algorithm: "HMAC-SHA256",
        encoding: "base64",
        time: None,
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("npm @shopify/shopify-api"),
        note: Some("the topic, the shop and the ids are not signed"),
        source: "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[
            ("Content-Type", "application/json"),
            ("X-Shopify-Topic", "orders/create"),
            ("X-Shopify-Shop-Domain", "hello.myshopify.com"),
            ("X-Shopify-API-Version", "2026-07"),
            ("X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
        ],
        body: br#"{"id":820982911946154508,"name":"1001","email":"jon@example.com","currency":"EUR","total_price":"403.00","financial_status":"paid","line_items":[{"id":466157049,"title":"Draft","quantity":1,"price":"403.00"}]}"#,
    };

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(shopify::Shopify)
    }
}
