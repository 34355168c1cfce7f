//! Shopify.

use countersign::shopify::{
    AppUninstalled, CustomerEvent, CustomersDataRequest, CustomersRedact, Delivery, Order, Product,
    ShopRedact, Shopify, ShopifyVerify,
};
use countersign::{Covered, Unsigned, Verified, VerifyLayer};
use countersign_tests::conformance::{NO_SHA256_IN_BASE64, Place, Subject};
use http::StatusCode;
use http::header::HeaderName;

use super::{Served, post, reads, signed};

const SECRET: &str = "hush";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-shopify-hmac-sha256"));
    let subject = Subject {
        scheme: Shopify::default,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "the secret before that one"],
        unsigned: || post(r#"{"id":820982911946154508,"total_price":"403.00"}"#),
        required: vec![signature.clone()],
        malformed: (signature, NO_SHA256_IN_BASE64.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// The topic decides what a handler makes of the body only as long as the body is of that kind.
#[tokio::test]
async fn a_handler_gets_the_webhook_that_it_is_for() {
    let served = Served::new(
        ShopifyVerify::new(SECRET),
        async |Unsigned(delivery): Unsigned<Delivery>,
               Verified(event): Verified<CustomersRedact>| {
            format!("{:?} {} {}", delivery.topic, event.shop_domain, event.customer.id)
        },
    );
    let redact = r#"{"shop_id":954889,"shop_domain":"hello.myshopify.com",
        "customer":{"id":191167,"email":"jon@example.com","phone":"555-625-1199"},
        "orders_to_redact":[299938,280263,220458]}"#;
    let mut request = signed(&Shopify, SECRET, post(redact));
    request.headers_mut().insert("x-shopify-topic", "customers/redact".parse().expect("a value"));
    let sent = served.send(request).await;
    let answer = r#"Some("customers/redact") hello.myshopify.com 191167"#;
    assert_eq!(sent, (StatusCode::OK, answer.into()));

    let shop = r#"{"shop_id":954889,"shop_domain":"hello.myshopify.com"}"#;
    let sent = served.send(signed(&Shopify, SECRET, post(shop))).await;
    assert_eq!(sent.0, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Incident: dedupe on an unsigned header. Whoever has one request can give it any id, topic and shop.
#[test]
fn what_is_not_signed_is_said_to_be() {
    let mut request = post("");
    for (name, value) in [
        ("x-shopify-topic", "orders/create"),
        ("x-shopify-shop-domain", "hello.myshopify.com"),
        ("x-shopify-webhook-id", "b54557e4"),
        ("x-shopify-event-id", "98880550"),
        ("x-shopify-api-version", "2026-07"),
    ] {
        request.headers_mut().append(name, value.parse().expect("a value"));
    }
    let Unsigned(delivery) = Unsigned::<Delivery>::read(request.headers());
    assert_eq!(delivery.topic.as_deref(), Some("orders/create"));
    assert_eq!(delivery.shop_domain.as_deref(), Some("hello.myshopify.com"));
    assert_eq!(delivery.webhook_id.as_deref(), Some("b54557e4"));
    assert_eq!(delivery.event_id.as_deref(), Some("98880550"));
    assert_eq!(delivery.api_version.as_deref(), Some("2026-07"));
    request.headers_mut().append("x-shopify-shop-domain", "other".parse().expect("a value"));
    assert_eq!(Unsigned::<Delivery>::read(request.headers()).0.shop_domain, None, "which of them?");
}

#[test]
fn what_shopify_leaves_out_is_not_missed() {
    reads::<Order>(
        r#"{"id":1,"customer":null,"email":null,"line_items":[{"id":2,"product_id":null}]}"#,
    );
    reads::<AppUninstalled>(r#"{"id":548380009,"name":"Super Toys","domain":null}"#);
    reads::<CustomersDataRequest>(
        r#"{"shop_id":1,"shop_domain":"a","orders_requested":[1],"customer":{"id":2},"data_request":{"id":9}}"#,
    );
    reads::<Product>(r#"{"id":1,"title":"T","variants":[{"id":2,"inventory_quantity":-1}]}"#);
    reads::<Product>(r#"{"id":1}"#);
    reads::<CustomerEvent>(r#"{"id":1,"email":null,"state":"enabled"}"#);
    reads::<ShopRedact>(r#"{"shop_id":1,"shop_domain":"a"}"#);
}
