//! What Shopify says in headers.

use countersign_core::{FromHeaders, header_text};
use http::HeaderMap;

/// What Shopify says of a delivery, in headers that it does **not sign**: to be had as
/// `Unsigned<Delivery>` alone.
///
/// **The shop is among them.** Most bodies do not name it, so who captured a genuine request of one shop
/// can send it again in the name of another that has the same app. Where that matters, give each shop a
/// URL of its own, or ask Shopify's API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// `X-Shopify-Topic`, such as `orders/create`.
    pub topic: Option<String>,
    /// `X-Shopify-Shop-Domain`, such as `hello.myshopify.com`.
    pub shop_domain: Option<String>,
    /// `X-Shopify-Webhook-Id`: the same where a delivery is repeated.
    pub webhook_id: Option<String>,
    /// `X-Shopify-Event-Id`: the same in all webhooks that one event caused.
    pub event_id: Option<String>,
    /// `X-Shopify-API-Version`, such as `2026-07`.
    pub api_version: Option<String>,
    /// `X-Shopify-Triggered-At`, in RFC 3339.
    pub triggered_at: Option<String>,
    /// `X-Shopify-Test`: `true` for one that somebody sent to try it.
    pub test: Option<String>,
}

impl FromHeaders for Delivery {
    fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name| header_text(headers, name);
        Self {
            topic: text("x-shopify-topic"),
            shop_domain: text("x-shopify-shop-domain"),
            webhook_id: text("x-shopify-webhook-id"),
            event_id: text("x-shopify-event-id"),
            api_version: text("x-shopify-api-version"),
            triggered_at: text("x-shopify-triggered-at"),
            test: text("x-shopify-test"),
        }
    }
}
