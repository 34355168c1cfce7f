//! Discord.

use std::time::Duration;

use bytes::Bytes;
use countersign::discord::{Discord, DiscordVerify, Interaction, WebhookEvent};
use countersign::{Covered, ManualClock, Outcome, Reason, Secret, Sign, Verified, VerifyLayer};
use countersign_ed25519::Ed25519SigningKey;
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

/// RFC 8032, 7.1: the private keys of tests 1 and 2.
const PRIVATE_KEYS: [&str; 2] = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
];
const COMMAND: &str =
    r#"{"application_id":"2","data":{"id":"3","name":"roll"},"id":"1","token":"t","type":2}"#;

/// What the developer portal shows for a private key. The empty text stays what it is: no key.
fn public(private: &str) -> String {
    if private.is_empty() {
        return String::new();
    }
    Ed25519SigningKey::from_hex(private).expect("a key").public_key().to_hex()
}

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-signature-ed25519"));
    let time = Place::Header(HeaderName::from_static("x-signature-timestamp"));
    let subject = Subject {
        scheme: Discord::default,
        layer: |scheme, keys| {
            VerifyLayer::try_with(scheme, keys.into_iter().map(public).collect::<Vec<_>>())
        },
        secrets: PRIVATE_KEYS,
        unsigned: || post(COMMAND),
        required: vec![signature.clone(), time],
        malformed: (
            signature,
            vec![
                "",
                "00",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b00",
                "g5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
                "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18Flbvi RlUUFDjnoQCw==",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

fn layer() -> DiscordVerify {
    DiscordVerify::new(public(PRIVATE_KEYS[0])).clock(ManualClock::at(NOW))
}

fn genuine(body: &str) -> Request<Bytes> {
    signed(&Discord, PRIVATE_KEYS[0], post(body.to_owned()))
}

fn status(body: &str) -> StatusCode {
    match layer().verify(genuine(body)) {
        Ok(Outcome::Answer(answer)) => answer.status(),
        Ok(_) => StatusCode::ACCEPTED,
        Err(error) => error.status(),
    }
}

const PING: &str = r#"{"app_permissions":"562949953601536","application_id":"2","authorizing_integration_owners":{},"entitlements":[],"id":"1","token":"t","type":1,"user":{"id":"5","username":"data"},"version":1}"#;

/// Discord does not take an endpoint that lets a forged PING through, nor one that does not answer it.
#[tokio::test]
async fn ping_is_answered_without_the_handler() {
    let served = Served::new(layer(), async |_: Verified<Interaction>| "handled");
    let pong = (StatusCode::OK, Bytes::from(r#"{"type":1}"#));
    assert_eq!(served.send(genuine(PING)).await, pong);
    assert_eq!(served.send(post(PING)).await.0, StatusCode::UNAUTHORIZED);
    let forged = signed(&Discord, PRIVATE_KEYS[1], post(PING));
    assert_eq!(served.send(forged).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(served.send(genuine(COMMAND)).await, (StatusCode::OK, "handled".into()));
}

/// Their types are other ones: 0 is PING, and 1 is an event to be handled.
#[tokio::test]
async fn an_event_for_a_webhook_is_not_taken_for_a_ping() {
    let served = Served::new(layer(), async |Verified(event): Verified<WebhookEvent>| {
        event.event.expect("an event").text("type").unwrap_or_default().to_owned()
    });
    let event =
        r#"{"version":1,"application_id":"2","type":1,"event":{"type":"ENTITLEMENT_CREATE"}}"#;
    assert_eq!(served.send(genuine(event)).await, (StatusCode::OK, "ENTITLEMENT_CREATE".into()));
    let ping = r#"{"version":1,"application_id":"2","type":0}"#;
    assert_eq!(served.send(genuine(ping)).await, (StatusCode::NO_CONTENT, Bytes::new()));
    assert_eq!(served.send(post(ping)).await.0, StatusCode::UNAUTHORIZED);
}

#[test]
fn what_only_looks_like_a_ping_is_for_the_handler() {
    for body in [
        r#"{"type":1}"#,
        r#"{"application_id":"2","type":1}"#,
        r#"{"application_id":"2","token":"t","type":0}"#,
        r#"{"application_id":"2","token":"t","type":"1"}"#,
        r#"{"application_id":"2","token":"t","type":1,"type":1}"#,
        r#"{"application_id":"2","token":"t","type":11}"#,
        "{no JSON",
    ] {
        assert_eq!(status(body), StatusCode::ACCEPTED, "{body}");
    }
    assert_eq!(status(r#"{ "token": "t", "type": 1, "application_id": "2" }"#), StatusCode::OK);
}

/// Incident: delimiter inside a timestamp. Nothing stands between time and body, so that the last digits of the one
/// could be the first ones of the other.
#[test]
fn the_time_cannot_be_shifted_into_the_body() {
    let layer = layer().max_age(Duration::from_secs(2_000_000_000));
    let mut shifted = genuine(COMMAND);
    shifted.headers_mut().insert("x-signature-timestamp", "17000000".parse().expect("a value"));
    *shifted.body_mut() = Bytes::from(format!("00{COMMAND}"));
    let error = layer.verify(shifted).expect_err("another time and body");
    assert_eq!(
        error.reason(),
        Reason::Unexpected("the body begins with a digit, as the time before it ends with one")
    );
    assert_eq!(error.status(), StatusCode::UNAUTHORIZED);

    for body in ["7", "00{}", "0"] {
        assert_eq!(status(body), StatusCode::UNAUTHORIZED, "{body}");
    }
    for time in ["", "01700000000", "+1700000000", "1700000000.0", "1700000000{"] {
        let mut request = genuine(COMMAND);
        request.headers_mut().insert("x-signature-timestamp", time.parse().expect("a value"));
        let error = layer.verify(request).expect_err(time);
        assert_eq!(error.reason(), Reason::Malformed("X-Signature-Timestamp"), "{time}");
    }
}

#[test]
fn what_is_no_key_stops_the_start() {
    let key = public(PRIVATE_KEYS[0]);
    assert!(DiscordVerify::try_new(key.to_uppercase()).is_ok());
    for bad in [&key[1..], &key[2..], &format!("{key}00"), &format!("01{:062}", 0), "a bot's token"]
    {
        let error = DiscordVerify::try_new(bad).expect_err(bad);
        assert!(error.to_string().starts_with("discord: that is no Ed25519 public key"), "{error}");
    }
}

#[test]
fn what_signs_has_to_be_a_private_key() {
    let bad = Secret::new("not hexadecimal").expect("a secret");
    assert!(Discord.sign(&bad, NOW, post(COMMAND)).is_err());
}

#[test]
fn the_token_of_an_interaction_is_not_printed() {
    let Ok(Outcome::Genuine(proof)) = layer().verify(genuine(COMMAND)) else { panic!("refused") };
    let interaction: Interaction = proof.payload().expect("an interaction");
    assert_eq!(interaction.token.expose(), "t");
    assert!(format!("{interaction:?}").contains("Sensitive(..)"));
}
