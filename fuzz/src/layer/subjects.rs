//! Every provider, each with a second check of its own.

use std::sync::LazyLock;

use countersign::hubspot::HubSpot;
use countersign::meya::Meya;
use countersign::square::Square;
use countersign::twilio::Twilio;
use countersign::{
    Discord, FlowAction, FlowWebhook, GitHub, GitLabSigning, GitLabToken, Line, Linear, Meta,
    Notion, Scheme, Secret, SendGrid, Shopify, Sign, Slack, SpacePublicKey, SpaceSigningKey,
    SpaceToken, Spark, Speakap, StandardWebhooks, Stripe, Telegram, VerifyLayer,
};

use super::agree::{self, Came, URL};
use super::subject::{Run, Sample, Subject, timed};
use crate::keys::{
    DISCORD, ED25519_PRIVATE, JWK, P256, P256_PRIVATE, SECRETS, WHPK, WHSECS, WHSK, rsa,
};

/// Runs the one of that number, and of larger numbers one of them all the same.
pub(super) fn with(number: u8, run: impl FnOnce(&dyn Run)) {
    thread_local! {
        static ALL: LazyLock<Vec<Box<dyn Run>>> = const { LazyLock::new(all) };
    }
    ALL.with(|all| run(&*all[usize::from(number) % all.len()]));
}

fn all() -> Vec<Box<dyn Run>> {
    vec![
        shared(Spark::default(), JSON, |body| !body.is_empty(), agree::spark),
        shared(FlowAction::default(), FORM, any, agree::flow_action),
        shared(FlowWebhook, JSON, any, agree::flow_webhook),
        pair(SpacePublicKey::default(), rsa::NEW, &JWK, any, agree::space_public_key),
        shared(SpaceSigningKey::default(), JSON, any, agree::space_signing_key),
        shared(SpaceToken::default(), JSON, any, agree::space_token),
        shared(Meya::at(URL), JSON, any, agree::meya),
        shared(Speakap::default(), FORM, any, agree::speakap),
        shared(GitHub, JSON, any, agree::github),
        shared(Slack, JSON, any, agree::slack),
        shared(Stripe, JSON, any, agree::stripe),
        shared(Shopify, JSON, any, agree::shopify),
        shared(Line, JSON, any, agree::line),
        shared(Notion::default(), JSON, any, agree::notion),
        shared(Meta::default(), JSON, any, agree::github),
        by(StandardWebhooks::default(), WHSECS, JSON, any, agree::standard_webhooks),
        pair(StandardWebhooks::default(), WHSK, WHPK, any, agree::standard_webhooks),
        by(GitLabSigning::default(), WHSECS, JSON, any, agree::standard_webhooks),
        shared(GitLabToken, JSON, any, agree::gitlab_token),
        pair(Discord, ED25519_PRIVATE, DISCORD, no_digit, agree::discord),
        shared(Telegram, JSON, any, agree::telegram),
        shared(Twilio::at(URL), FORM, any, agree::twilio),
        shared(HubSpot::at(URL), JSON, bracket, agree::hubspot),
        shared(Linear, JSON, any, agree::linear),
        pair(SendGrid, P256_PRIVATE, &P256, no_digit, agree::sendgrid),
        shared(Square::at(URL), JSON, any, agree::square),
    ]
}

const JSON: Sample =
    Sample { content_type: "application/json", body: r#"{"id":"1","b":[1e2,-0],"a":"caf\u00e9"}"# };

const FORM: Sample = Sample {
    content_type: "application/x-www-form-urlencoded",
    body: "user_id=42&a-b=2&a=1&blank=&title=All+%26+more",
};

fn any(_: &[u8]) -> bool {
    true
}

/// Where nothing stands between the time and the body.
fn no_digit(body: &[u8]) -> bool {
    !body.first().is_some_and(u8::is_ascii_digit)
}

fn bracket(body: &[u8]) -> bool {
    matches!(body, [] | [b'[' | b'{', ..])
}

/// With secrets that are any text.
fn shared<S: Scheme + Sign + Clone>(
    scheme: S,
    sample: Sample,
    is_sent: fn(&[u8]) -> bool,
    agrees: fn(&Came<'_>) -> bool,
) -> Box<dyn Run> {
    by(scheme, SECRETS, sample, is_sent, agrees)
}

/// With those secrets, the first two of which are believed.
fn by<S: Scheme + Sign + Clone>(
    scheme: S,
    secrets: [&'static str; 3],
    sample: Sample,
    is_sent: fn(&[u8]) -> bool,
    agrees: fn(&Came<'_>) -> bool,
) -> Box<dyn Run> {
    let [new, old, _] = secrets;
    let (layer, clock) = timed(VerifyLayer::with(scheme.clone(), [new, old]));
    let signers = secrets.map(secret).into();
    Box::new(Subject { layer, clock, scheme, signers, sample, is_sent, agrees })
}

/// With a private key, and the public one that is believed.
fn pair<S: Scheme + Sign + Clone>(
    scheme: S,
    private: &str,
    public: &str,
    is_sent: fn(&[u8]) -> bool,
    agrees: fn(&Came<'_>) -> bool,
) -> Box<dyn Run> {
    let (layer, clock) = timed(VerifyLayer::with(scheme.clone(), public));
    let signers = vec![secret(private)];
    Box::new(Subject { layer, clock, scheme, signers, sample: JSON, is_sent, agrees })
}

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("a secret")
}
