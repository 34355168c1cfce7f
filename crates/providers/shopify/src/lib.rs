//! Webhooks of Shopify.
//!
//! | | |
//! |---|---|
//! | signature | `X-Shopify-Hmac-Sha256`, base64 |
//! | algorithm | HMAC-SHA256 over the raw body, the key is the app's client secret |
//! | window | none: the provider signs no time |
//! | not signed | the topic, **the shop**, the ids and all other headers: [`Delivery`] |
//! | handshake | none |
//! | body | JSON; an answer is awaited for 5 s |
//! | source | <https://shopify.dev/docs/apps/build/webhooks/subscribe/https>, and Shopify's package for Node |
//!
//! Shopify's review of an app wants 401 for a wrong signature, which is what the layer answers. Webhooks that are
//! made in a shop's settings, and not by an app, are signed with the secret that is shown there.
//!
//! What happened, Shopify says in a header alone, which is not signed. So a handler takes the payload that it is
//! for, and a body of another kind gets 422; [`Unsigned`](countersign_core::Unsigned) says in the handler's
//! signature what nobody vouches for.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_shopify::{Order, ShopifyVerify};
//! use http::Request;
//!
//! let layer = ShopifyVerify::new("hush");
//! let request = |body: &'static str| {
//!     Request::post("/shopify")
//!         .header("X-Shopify-Hmac-Sha256", "gHDQy76+38chKmG/hW2suoASSgJPriCh7sYbzaB7OQI=")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let genuine = request(r#"{"id":820982911946154508,"total_price":"403.00"}"#);
//! let Ok(Outcome::Genuine(proof)) = layer.verify(genuine) else { panic!("refused") };
//! assert_eq!(proof.payload::<Order>()?.total_price.as_deref(), Some("403.00"));
//!
//! let forged = request(r#"{"id":820982911946154508,"total_price":"003.00"}"#);
//! assert_eq!(layer.verify(forged).unwrap_err().reason(), Reason::Mismatch);
//! # Ok::<(), countersign_core::PayloadError>(())
//! ```

mod delivery;
mod payload;
mod scheme;

pub use self::delivery::Delivery;
pub use self::payload::{
    AppUninstalled, Customer, CustomerEvent, CustomerName, CustomersDataRequest, CustomersRedact,
    DataRequest, LineItem, Order, Product, ShopRedact, Variant,
};
pub use self::scheme::Shopify;

/// The layer for Shopify: `ShopifyVerify::new(secret)`.
pub type ShopifyVerify = countersign_core::VerifyLayer<Shopify>;
