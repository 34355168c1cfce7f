//! What other crates do, each as its documentation says to use it in axum.
//!
//! | crate | how it is used here |
//! |---|---|
//! | `webhook-verify` | its layer of tower, but not as its documentation has it, which axum 0.8 does not take: with `Full<Bytes>` as the body inside, for with axum's own the layer is not `Sync`, and in a `HandleErrorLayer`, for its error is not `Infallible` |
//! | `tower-github-webhook` | its layer of tower |
//! | `svix` | `Webhook::verify` in a handler; it is made once, not for each request |
//! | `standardwebhooks` | the same |
//! | `axum-standardwebhooks` | its extractor; of a body of more than 2 MiB, which is axum's limit, it panics, lifted or not |
//!
//! Spark and Meya are covered by none of them.

use std::sync::LazyLock;

use axum::error_handling::HandleErrorLayer;
use axum::routing::{MethodRouter, post};
use axum_standardwebhooks::{SharedWebhook, StandardWebhook};
use bytes::Bytes;
use countersign_benches::ways::{Way, github, handler, slack, standard_webhooks};
use http::{HeaderMap, StatusCode};
use http_body_util::Full;
use tower_github_webhook::ValidateGitHubWebhookLayer;
use webhook_verify::tower::VerifyLayer;
use webhook_verify::{Provider, Secret};

/// Those that know the provider.
pub(crate) fn of(provider: &str, size: usize) -> Vec<Way> {
    let routes = match provider {
        "GitHub" => vec![
            ("webhook-verify", webhook_verify(Provider::GitHub, github::SECRET)),
            ("tower-github-webhook", tower_github_webhook()),
        ],
        "Slack" => vec![("webhook-verify", webhook_verify(Provider::Slack, slack::SECRET))],
        "Standard Webhooks" => {
            let secret = standard_webhooks::SECRET;
            vec![
                ("webhook-verify", webhook_verify(Provider::StandardWebhooks, secret)),
                ("svix", post(svix)),
                ("standardwebhooks", post(standardwebhooks)),
                ("axum-standardwebhooks", axum_standardwebhooks()),
            ]
            .into_iter()
            // It does not see that axum's limit was lifted, and panics.
            .filter(|(name, _)| *name != "axum-standardwebhooks" || size <= 2 << 20)
            .collect()
        }
        _ => Vec::new(),
    };
    routes.into_iter().map(|(name, route)| Way::new(name, size, route)).collect()
}

fn webhook_verify(provider: Provider, secret: &str) -> MethodRouter {
    let layer = VerifyLayer::<Full<Bytes>>::new(provider, Secret::new(secret));
    post(handler).layer(layer).layer(HandleErrorLayer::new(
        async |_: webhook_verify::tower::BoxError| StatusCode::BAD_REQUEST,
    ))
}

fn tower_github_webhook() -> MethodRouter {
    post(handler).route_layer(ValidateGitHubWebhookLayer::new(github::SECRET))
}

async fn svix(headers: HeaderMap, body: Bytes) -> StatusCode {
    static WEBHOOK: LazyLock<svix::webhooks::Webhook> = LazyLock::new(|| {
        svix::webhooks::Webhook::new(standard_webhooks::SECRET).expect("a secret")
    });
    if WEBHOOK.verify(&body, &headers).is_err() {
        return StatusCode::BAD_REQUEST;
    }
    handler(body).await;
    StatusCode::OK
}

async fn standardwebhooks(headers: HeaderMap, body: Bytes) -> StatusCode {
    static WEBHOOK: LazyLock<standardwebhooks::Webhook> = LazyLock::new(|| {
        standardwebhooks::Webhook::new(standard_webhooks::SECRET).expect("a secret")
    });
    if WEBHOOK.verify(&body, &headers).is_err() {
        return StatusCode::BAD_REQUEST;
    }
    handler(body).await;
    StatusCode::OK
}

fn axum_standardwebhooks() -> MethodRouter {
    let webhook = axum_standardwebhooks::Webhook::new(standard_webhooks::SECRET).expect("a secret");
    let taken = async |StandardWebhook(body): StandardWebhook<Bytes>| handler(body).await;
    post(taken).with_state(SharedWebhook::new(webhook))
}
