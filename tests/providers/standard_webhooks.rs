//! Standard Webhooks, and the services that send them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::standard_webhooks::{Event, MAX_ASYMMETRIC, Profile, StandardWebhooks};
use countersign::{
    ConfigError, Covered, ManualClock, MemoryReplay, Outcome, Reason, Replay,
    StandardWebhooksVerify, Verified, VerifyLayer,
};
use countersign_ed25519::Ed25519SigningKey;
use countersign_tests::conformance::{Place, Subject};
use http::header::{HeaderName, HeaderValue};
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

const SECRETS: [&str; 2] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrscChlQIMV+b5sSYspob7oD",
];
/// As a sender has them; below, what it publishes of them.
const PRIVATE_KEYS: [&str; 2] = [
    "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
    "whsk_V0VCSE9PS0FTWU1NRVRSSUNURVNUUFJJVkFURUtFWTE=",
];
const PUBLIC_KEYS: [&str; 2] = [
    "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=",
    "whpk_4rQZjjkCnn4m/ciYBaRPSZTA+Y/UwqgD6hgxOllF28g=",
];
const BODY: &str = r#"{"type":"user.created","data":{"id":"user_1"}}"#;

fn place(name: &'static str) -> Place {
    Place::Header(HeaderName::from_static(name))
}

fn named(
    headers: [&'static str; 3],
    scheme: fn() -> StandardWebhooks,
) -> Subject<StandardWebhooks> {
    Subject {
        scheme,
        layer: VerifyLayer::try_with,
        secrets: SECRETS,
        unsigned: || post(BODY),
        required: headers.map(place).to_vec(),
        malformed: (place(headers[2]), MALFORMED.to_vec()),
        timed: true,
        covered: Covered::Body,
    }
}

const STANDARD: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX: [&str; 3] = ["svix-id", "svix-timestamp", "svix-signature"];

const MALFORMED: [&str; 16] = [
    "",
    " ",
    ",",
    "v1",
    "v1,",
    "v1a,",
    "v1,v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
    "v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,",
    "v1,AAAA",
    "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
];

#[tokio::test]
async fn it_passes_the_suite() {
    named(STANDARD, StandardWebhooks::default).run().await;
}

#[tokio::test]
async fn svix_passes_the_suite_and_so_do_clerk_and_resend() {
    let mut svix = named(SVIX, StandardWebhooks::svix);
    // Without its signature it is a request of the other names, which has none of them.
    svix.required.remove(2);
    svix.run().await;
    named(SVIX, StandardWebhooks::clerk).run().await;
    named(SVIX, StandardWebhooks::resend).run().await;
}

#[tokio::test]
async fn supabase_passes_the_suite() {
    let subject = Subject {
        secrets: [
            "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "v1,whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        ],
        ..named(STANDARD, StandardWebhooks::supabase)
    };
    subject.run().await;
    // Without what it shows before it, as others do.
    assert!(VerifyLayer::try_with(StandardWebhooks::supabase(), SECRETS[0]).is_ok());
    assert!(VerifyLayer::try_with(StandardWebhooks::default(), "v1,whsec_AAAA").is_err());
}

#[tokio::test]
async fn key_pairs_pass_the_suite() {
    let subject = Subject {
        layer: |scheme, private| {
            let public = private.into_iter().map(|key| match key {
                "" => "",
                _ if key == PRIVATE_KEYS[0] => PUBLIC_KEYS[0],
                _ => PUBLIC_KEYS[1],
            });
            VerifyLayer::try_with(scheme, public.collect::<Vec<_>>())
        },
        secrets: PRIVATE_KEYS,
        ..named(STANDARD, StandardWebhooks::default)
    };
    subject.run().await;
}

fn layer<const N: usize>(keys: [&str; N]) -> StandardWebhooksVerify {
    at_now(StandardWebhooksVerify::new(keys))
}

fn at_now(layer: StandardWebhooksVerify) -> StandardWebhooksVerify {
    layer.clock(ManualClock::at(NOW))
}

fn genuine(secret: &str) -> Request<Bytes> {
    signed(&StandardWebhooks::default(), secret, post(BODY))
}

/// A genuine request with another list of signatures, in which `{}` is the genuine one.
fn with_list(secret: &str, list: &str) -> Request<Bytes> {
    let mut request = genuine(secret);
    let signature = request.headers()["webhook-signature"].to_str().expect("a text").to_owned();
    let list = HeaderValue::try_from(list.replace("{}", &signature)).expect("a value");
    request.headers_mut().insert("webhook-signature", list);
    request
}

fn reason(layer: &StandardWebhooksVerify, request: Request<Bytes>) -> Option<Reason> {
    layer.verify(request).err().map(|error| error.reason())
}

fn key(layer: &StandardWebhooksVerify, request: Request<Bytes>) -> usize {
    match layer.verify(request) {
        Ok(Outcome::Genuine(proof)) => proof.key(),
        other => panic!("{other:?}"),
    }
}

/// Incident: RUSTSEC-2024-0010. A signature of no bytes was compared as far as it went, and matched.
#[test]
fn a_signature_of_no_bytes_or_few_is_none() {
    let layer = layer(SECRETS);
    for list in ["v1,", "v1a,", "v1, v1,", "v1,=", "v1,gw==", "v2,"] {
        let reason = reason(&layer, with_list(SECRETS[0], list)).expect("it is refused");
        assert_eq!(reason, Reason::Malformed("webhook-signature"), "{list}");
    }
}

#[test]
fn one_signature_of_the_list_has_to_hold_and_none_hides_another() {
    const OTHER: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let layer = layer([SECRETS[0]]);
    for list in [
        "{} OTHER",
        "OTHER {}",
        "v2,x {}",
        "{} v9,",
        "OTHER {} OTHER v1x,{}",
        "v1, {}",
        "{} v1,!! junk",
    ] {
        let list = list.replace("OTHER", OTHER);
        assert_eq!(reason(&layer, with_list(SECRETS[0], &list)), None, "{list}");
        let refused = reason(&layer, with_list(SECRETS[1], &list));
        assert_eq!(refused, Some(Reason::Mismatch), "{list}");
    }
    let many = vec![OTHER; 33].join(" ");
    let refused = reason(&layer, with_list(SECRETS[0], &many)).expect("it is refused");
    assert!(matches!(refused, Reason::TooMany(_)), "{refused}");
}

/// Each costs a hash of the body.
#[test]
fn few_signatures_of_key_pairs_are_looked_at() {
    let layer = layer([PUBLIC_KEYS[0]]);
    let junk = format!("v1a,{}", BASE64_STANDARD.encode([7; 64]));
    let list = |count| format!("{}{{}}", format!("{junk} ").repeat(count));
    assert_eq!(reason(&layer, with_list(PRIVATE_KEYS[0], &list(MAX_ASYMMETRIC - 1))), None);
    let refused = reason(&layer, with_list(PRIVATE_KEYS[0], &list(MAX_ASYMMETRIC)));
    assert_eq!(refused, Some(Reason::Mismatch), "one more is not looked at");
}

/// A sender that goes over from a secret to a key pair signs with one, with both, and with the other.
#[test]
fn secrets_and_key_pairs_stand_beside_each_other() {
    let layer = layer([PUBLIC_KEYS[0], SECRETS[0], PUBLIC_KEYS[1], SECRETS[1]]);
    for (index, signing) in
        [PRIVATE_KEYS[0], SECRETS[0], PRIVATE_KEYS[1], SECRETS[1]].into_iter().enumerate()
    {
        assert_eq!(key(&layer, genuine(signing)), index);
    }
    let by_pair = genuine(PRIVATE_KEYS[1]);
    let by_pair = by_pair.headers()["webhook-signature"].to_str().expect("a text");
    assert_eq!(key(&layer, with_list(SECRETS[0], &format!("{{}} {by_pair}"))), 1);
    assert_eq!(key(&layer, with_list(SECRETS[1], &format!("{by_pair} {{}}"))), 2);
}

/// Who knows the public key, as everybody does, must not be able to sign with it as with a secret.
#[test]
fn a_key_is_used_for_the_algorithm_that_its_prefix_says() {
    let layer = layer([PUBLIC_KEYS[0]]);
    let as_secret = PUBLIC_KEYS[0].replace("whpk_", "whsec_");
    assert_eq!(reason(&layer, genuine(&as_secret)), Some(Reason::Mismatch));
    // The same signature under the name of the other algorithm.
    for (secret, from, to) in [(SECRETS[0], "v1,", "v1a,"), (PRIVATE_KEYS[0], "v1a,", "v1,")] {
        let mut request = genuine(secret);
        let text = request.headers()["webhook-signature"].to_str().expect("a text").to_owned();
        let renamed = HeaderValue::try_from(text.replace(from, to)).expect("a value");
        request.headers_mut().insert("webhook-signature", renamed);
        let refused =
            reason(&at_now(StandardWebhooksVerify::new([PUBLIC_KEYS[0], SECRETS[0]])), request);
        assert_eq!(refused, Some(Reason::Malformed("webhook-signature")));
    }
}

#[test]
fn what_is_no_key_stops_the_start() {
    let all: ConfigError = StandardWebhooksVerify::try_new("").unwrap_err();
    assert!(all.to_string().contains("empty"), "{all}");
    for (bad, says) in [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "with whsec_ before it"),
        ("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "with whsec_ before it"),
        ("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "with whsec_ before it"),
        (" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "with whsec_ before it"),
        ("whsec_", "less than 24"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ==", "less than 24"),
        ("whsec_not base64", "no base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "no base64"),
        (PRIVATE_KEYS[0], "private key"),
        ("whpk_AAAA", "no Ed25519 public key"),
        ("whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "everybody could sign"),
    ] {
        let error = StandardWebhooksVerify::try_new(bad).expect_err(bad).to_string();
        assert!(error.contains(says) && error.starts_with("standard-webhooks: "), "{bad}: {error}");
    }
    let longest = format!("whsec_{}", "AAAA".repeat(21) + "AAA=");
    assert!(StandardWebhooksVerify::try_new(&longest).is_err(), "65 bytes");
    let secret = |end: &str| format!("whsec_{}{end}", "AAAA".repeat(8));
    assert!(StandardWebhooksVerify::try_new([secret("AA=="), secret("AA")]).is_ok());
}

/// Incident: delimiter inside an id or timestamp. `msg_1.17` before `00000000.{}` is the same text as `msg_1`
/// before `1700000000.{}`.
#[test]
fn an_id_cannot_take_the_time_in() {
    let layer = layer([SECRETS[0]]);
    for id in ["msg.1", ".", "msg_1.1700000000", "", "a b", "\u{e4}", "a\tb"] {
        let mut request = genuine(SECRETS[0]);
        let value = HeaderValue::from_bytes(id.as_bytes()).expect("a value");
        request.headers_mut().insert("webhook-id", value);
        assert_eq!(reason(&layer, request), Some(Reason::Malformed("webhook-id")), "{id:?}");
    }
    for time in ["", "+1700000000", "01700000000", "1700000000.0", "1.7e9", "1700000000 0"] {
        let mut request = genuine(SECRETS[0]);
        request.headers_mut().insert("webhook-timestamp", time.parse().expect("a value"));
        assert_eq!(reason(&layer, request), Some(Reason::Malformed("webhook-timestamp")), "{time}");
    }
}

/// The headers of one name say nothing of those of the other.
#[test]
fn headers_of_two_names_are_not_mixed() {
    let layer = VerifyLayer::with(StandardWebhooks::svix(), SECRETS[0]).clock(ManualClock::at(NOW));
    assert_eq!(reason(&layer, genuine(SECRETS[0])), None, "either name will do");

    let mut both = signed(&StandardWebhooks::svix(), SECRETS[0], genuine(SECRETS[0]));
    assert_eq!(reason(&layer, both.clone()), None);
    both.headers_mut().remove("svix-id");
    assert_eq!(reason(&layer, both), Some(Reason::Missing("svix-id")));

    let standard = at_now(StandardWebhooksVerify::new(SECRETS[0]));
    let svix = signed(&StandardWebhooks::svix(), SECRETS[0], post(BODY));
    assert_eq!(reason(&standard, svix), Some(Reason::Missing("webhook-signature")));
}

/// What is sent again after a failure has another time and the same id: it is the same request.
#[tokio::test]
async fn the_signed_id_tells_requests_apart() {
    let replay = Replay::new(MemoryReplay::new());
    let served = Served::new(
        StandardWebhooksVerify::new(SECRETS).replay(replay),
        async |Verified(event): Verified<Event>| {
            format!(
                "{} {:?}",
                event.kind,
                event.data.and_then(|data| data.text("id").map(str::to_owned))
            )
        },
    );
    let handled = (StatusCode::OK, Bytes::from(r#"user.created Some("user_1")"#));
    assert_eq!(served.send(genuine(SECRETS[0])).await, handled);
    assert_eq!(served.send(genuine(SECRETS[0])).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(served.send(genuine(SECRETS[1])).await.0, StatusCode::UNAUTHORIZED, "rotated");
    let mut other = post(BODY);
    other.headers_mut().insert("webhook-id", HeaderValue::from_static("msg_other"));
    let other = signed(&StandardWebhooks::default(), SECRETS[0], other);
    assert_eq!(served.send(other).await, handled);
}

#[test]
fn profiles_are_data() {
    for profile in Profile::ALL {
        assert!(StandardWebhooks::profile(profile.name).is_ok(), "{}", profile.name);
    }
    let error = StandardWebhooks::profile("stripe").unwrap_err().to_string();
    assert!(error.contains("standard, svix, clerk, resend, supabase, openai"), "{error}");
}

#[test]
fn public_keys_are_those_of_the_private_ones() {
    for (private, public) in PRIVATE_KEYS.into_iter().zip(PUBLIC_KEYS) {
        let private = private.trim_start_matches("whsk_");
        let pair = Ed25519SigningKey::from_base64(private).expect("a key");
        assert_eq!(format!("whpk_{}", pair.public_key().to_base64()), public);
    }
}
