//! The founding providers pass the suite that every provider has to pass.

use bytes::Bytes;
use countersign::flow::{FlowAction, FlowWebhook};
use countersign::meya::Meya;
use countersign::spark::Spark;
use countersign::speakap::Speakap;
use countersign::{
    ConfigError, Covered, IntoSecret, KeySet, KeyTable, Scheme, SpacePublicKey, SpaceSigningKey,
    SpaceToken, VerifyLayer,
};
use countersign_tests::acme::{self, Acme, AcmeLate};
use countersign_tests::conformance::{MakeLayer, Place, Subject};
use countersign_tests::rsa;
use http::Request;
use http::header::HeaderName;

#[tokio::test]
async fn spark() {
    let signature = Place::Header(HeaderName::from_static("x-spark-signature"));
    let subject = Subject {
        scheme: Spark::default,
        layer: VerifyLayer::try_with,
        secrets: ["somesupersecretphrase", "the secret before that one"],
        unsigned: || {
            post(r#"{"id":"W","resource":"messages","event":"created","data":{"id":"M"}}"#)
        },
        required: vec![signature.clone()],
        malformed: (signature, HEX_40.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// The same with the header that is not confirmed.
#[tokio::test]
async fn spark_with_webex_signature() {
    let signature = Place::Header(HeaderName::from_static("x-spark-signature"));
    let subject = Subject {
        scheme: || Spark::default().webex_signature(true),
        layer: VerifyLayer::try_with,
        secrets: ["somesupersecretphrase", "the secret before that one"],
        unsigned: || post(r#"{"id":"W","resource":"rooms","event":"created","data":{"id":"R"}}"#),
        required: vec![signature.clone()],
        malformed: (signature, HEX_40.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// A provider that signs a time.
#[tokio::test]
async fn acme() {
    let subject = Subject {
        scheme: Acme::default,
        layer: VerifyLayer::try_with,
        secrets: ["acme_new", "acme_old"],
        unsigned: || post("a body that needs no parsing"),
        required: vec![Place::Header(acme::SIGNATURE), Place::Header(acme::TIME)],
        malformed: (Place::Header(acme::SIGNATURE), HEX_40.to_vec()),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// One that signs the raw body and looks at it first.
#[tokio::test]
async fn acme_late() {
    let subject = Subject {
        scheme: AcmeLate::default,
        layer: VerifyLayer::try_with,
        secrets: ["new", "old"],
        unsigned: || post("a body that is looked at first"),
        required: vec![Place::Header(acme::SIGNATURE)],
        malformed: (Place::Header(acme::SIGNATURE), HEX_40.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

#[tokio::test]
async fn flow_action() {
    let signature = Place::Field("signature");
    let subject = Subject {
        scheme: FlowAction::default,
        layer: VerifyLayer::try_with,
        secrets: ["a secret token", "the token before that one"],
        unsigned: || form("user_id=24&selected_ids=931%2C900&title=All+Versions&view=&%C3%A9=%7e"),
        required: vec![signature.clone(), Place::Field("timestamp")],
        malformed: (signature, HEX_40_IN_A_FORM.to_vec()),
        timed: true,
        covered: Covered::Canonical,
    };
    subject.run().await;
}

#[tokio::test]
async fn flow_webhook() {
    let signature = Place::Header(HeaderName::from_static("x-sg-signature"));
    let subject = Subject {
        scheme: FlowWebhook::default,
        layer: VerifyLayer::try_with,
        secrets: ["a secret token", "the token before that one"],
        unsigned: || post(r#"{"data":{"id":"11777.3065.0","event_type":"Shotgun_Shot_New"}}"#),
        required: vec![signature.clone()],
        malformed: (
            signature,
            vec![
                "",
                "sha1=",
                "6402f3c82e34dd4c187d601c448a753366ea8981",
                "SHA1=6402f3c82e34dd4c187d601c448a753366ea8981",
                "sha256=6402f3c82e34dd4c187d601c448a753366ea8981",
                "sha1=6402f3c82e34dd4c187d601c448a753366ea898",
                "sha1= 6402f3c82e34dd4c187d601c448a753366ea8981",
            ],
        ),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

#[tokio::test]
async fn meya() {
    let signature = Place::Header(HeaderName::from_static("x-meya-signature"));
    let subject = Subject {
        scheme: || Meya::at("https://bot.example.com/hook?a=1"),
        layer: VerifyLayer::try_with,
        secrets: ["an API key", "the key before that one"],
        unsigned: || {
            post(r#"{"user_id": "1", "sender": "user", "n": [1E2, -0, {"é": "\u00E9"}], "a": {}}"#)
        },
        required: vec![signature.clone()],
        malformed: (
            signature,
            vec![
                "",
                "AAAA",
                "Wrl+9YX4ok2RI0VAugSwKcVWgto",
                "Wrl+9YX4ok2RI0VAugSwKcVWgtp=",
                "Wrl-9YX4ok2RI0VAugSwKcVWgto=",
                "Wrl+9YX4ok2RI0VAugSwKcVWgto==",
                "Oo7fNKAJ+/rbHw9YFrNoxn8VL7g9baiuvwa3ZW+94hc=",
                "5ab97ef585f8a24d9123454092ba04b029c55682",
            ],
        ),
        timed: false,
        covered: Covered::Canonical,
    };
    subject.run().await;
}

#[tokio::test]
async fn speakap() {
    let signature = Place::Field("signature");
    let subject = Subject {
        scheme: Speakap::default,
        layer: VerifyLayer::try_with,
        secrets: ["an app's secret", "the secret before that one"],
        unsigned: || form("appData=&locale=nl-NL&networkEID=08e1&role=user&userEID=dc968&x=%26+~"),
        required: vec![signature.clone(), Place::Field("issuedAt")],
        malformed: (
            signature,
            vec![
                "",
                "AAAA",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPdM",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPdN%3D",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPdM%3D%0A",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPd_%3D",
                "96a595eb479a51cc21ad55ff2bb9652c1ce84f060587f83bf024744d41d33e60",
            ],
        ),
        timed: true,
        covered: Covered::Canonical,
    };
    subject.run().await;
}

#[tokio::test]
async fn space_signing_key() {
    space_signing_key_of(SpaceSigningKey::default, VerifyLayer::try_with, &[]).await;
}

/// With the key chosen by the `clientId` in the body.
#[tokio::test]
async fn space_signing_key_by_client_id() {
    space_signing_key_of(|| SpaceSigningKey::default().by_client_id(), by_client_id, &[CLIENT_ID])
        .await;
}

async fn space_signing_key_of(
    scheme: fn() -> SpaceSigningKey,
    layer: MakeLayer<SpaceSigningKey>,
    also: &[Place],
) {
    let signature = Place::Header(HeaderName::from_static("x-space-signature"));
    let subject = Subject {
        scheme,
        layer,
        secrets: ["a signing key", "the key before that one"],
        unsigned: space_post,
        required: [&[signature.clone(), Place::Header(SPACE_TIME)], also].concat(),
        malformed: (
            signature,
            vec![
                "",
                "0",
                "0edd91aa9ea9c2c7c1f0cf0ad4ad3e0ab94c7cec6fbd9e1e45b8c24d4a4ad3",
                "0edd91aa9ea9c2c7c1f0cf0ad4ad3e0ab94c7cec6fbd9e1e45b8c24d4a4ad3e",
                "0edd91aa9ea9c2c7c1f0cf0ad4ad3e0ab94c7cec6fbd9e1e45b8c24d4a4ad3e0ab",
                "sha256=0edd91aa9ea9c2c7c1f0cf0ad4ad3e0ab94c7cec6fbd9e1e45b8c24d4a4ad3e0",
                "0edd91aa9ea9c2c7c1f0cf0ad4ad3e0ab94c7cec6fbd9e1e45b8c24d4a4ad3eg",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// Signed with private keys, verified with the public ones.
#[tokio::test]
async fn space_public_key() {
    space_public_key_of(
        SpacePublicKey::default,
        |scheme, pems| {
            VerifyLayer::try_with(scheme, pems.into_iter().map(public).collect::<Vec<_>>())
        },
        &[],
    )
    .await;
}

#[tokio::test]
async fn space_public_key_by_client_id() {
    space_public_key_of(
        || SpacePublicKey::default().by_client_id(),
        |scheme, pems| by_client_id(scheme, pems.into_iter().map(public).collect()),
        &[CLIENT_ID],
    )
    .await;
}

/// The empty text stays what it is: no key.
fn public(pem: &str) -> String {
    if pem.is_empty() { String::new() } else { rsa::jwk(pem) }
}

async fn space_public_key_of(
    scheme: fn() -> SpacePublicKey,
    layer: MakeLayer<SpacePublicKey>,
    also: &[Place],
) {
    let signature = Place::Header(HeaderName::from_static("x-space-public-key-signature"));
    let subject = Subject {
        scheme,
        layer,
        secrets: [rsa::NEW, rsa::OLD],
        unsigned: space_post,
        required: [&[signature.clone(), Place::Header(SPACE_TIME)], also].concat(),
        malformed: (signature, vec!["", "AAAA", "AA==", "%%%%", "0edd91aa9ea9c2c7"]),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// The weak tier: refusals are the same, and nothing is covered.
#[tokio::test]
async fn space_token() {
    space_token_of(SpaceToken::default, VerifyLayer::try_with, &[]).await;
}

#[tokio::test]
async fn space_token_by_client_id() {
    space_token_of(|| SpaceToken::default().by_client_id(), by_client_id, &[CLIENT_ID]).await;
}

async fn space_token_of(scheme: fn() -> SpaceToken, layer: MakeLayer<SpaceToken>, also: &[Place]) {
    let token = Place::Member("verificationToken");
    let subject = Subject {
        scheme,
        layer,
        secrets: ["d415ca5965b37f4f", "c0cac59fd33de7b9"],
        unsigned: space_post,
        required: [std::slice::from_ref(&token), also].concat(),
        malformed: (token, vec!["true", "0", "1e99", "{}", "[\"d415ca5965b37f4f\"]", "nul", ""]),
        timed: false,
        covered: Covered::Nothing,
    };
    subject.run().await;
}

/// What names the organisation has to be there once as well.
const CLIENT_ID: Place = Place::Member("clientId");

const SPACE_TIME: HeaderName = HeaderName::from_static("x-space-timestamp");

fn space_post() -> Request<Bytes> {
    post(r#"{"className":"ListCommandsPayload","clientId":"f6df","userId":"2Bg"}"#)
}

/// The secrets are those of one organisation, beside which there is another.
fn by_client_id<S: Scheme + Clone, T: IntoSecret + Clone>(
    scheme: S,
    secrets: Vec<T>,
) -> Result<VerifyLayer<S>, ConfigError> {
    VerifyLayer::try_with(scheme.clone(), secrets.clone())?;
    let keys = secrets.into_iter().map(|secret| scheme.key(&secret.into_secret()?));
    let table = KeyTable::by_key_id();
    table.replace("f6df", KeySet::new(keys.collect::<Result<Vec<_>, _>>()?));
    table.replace("another", KeySet::new([]));
    Ok(VerifyLayer::with_keys(scheme, table))
}

/// The same for a field of a form.
const HEX_40_IN_A_FORM: [&str; 3] = [
    "",
    "772b102ec0709e0a1950a38c2ff87375127db8",
    "sha1%3D772b102ec0709e0a1950a38c2ff87375127db864",
];

fn form(body: &'static str) -> Request<Bytes> {
    Request::post("https://app.example.com/form?admin=1")
        .header("Content-Type", "Application/X-WWW-Form-URLencoded; charset=UTF-8")
        .body(Bytes::from(body))
        .expect("a request")
}

/// None of these is a signature of 20 bytes, or of any other number, in hexadecimal digits.
const HEX_40: [&str; 7] = [
    "",
    "0",
    "772b102ec0709e0a1950a38c2ff87375127db8",
    "772b102ec0709e0a1950a38c2ff87375127db86411",
    "sha1=772b102ec0709e0a1950a38c2ff87375127db864",
    "772b102ec0709e0a1950a38c2ff87375127db86g",
    "772b102ec0709e0a1950a38c2ff87375127db864, 772b102ec0709e0a1950a38c2ff87375127db864",
];

fn post(body: &'static str) -> Request<Bytes> {
    Request::post("https://bot.example.com/hook").body(Bytes::from(body)).expect("a request")
}
