//! Every provider passes the same suite.

use bytes::Bytes;
use countersign::spark::Spark;
use countersign_tests::acme::{self, Acme};
use countersign_tests::conformance::Subject;
use http::Request;
use http::header::HeaderName;

#[tokio::test]
async fn spark() {
    let signature = HeaderName::from_static("x-spark-signature");
    let subject = Subject {
        scheme: Spark::default,
        secrets: ["somesupersecretphrase", "the secret before that one"],
        unsigned: || {
            post(r#"{"id":"W","resource":"messages","event":"created","data":{"id":"M"}}"#)
        },
        headers: vec![signature.clone()],
        malformed: (signature, HEX_40.to_vec()),
        timed: false,
    };
    subject.run().await;
}

/// The same with the header that is not confirmed.
#[tokio::test]
async fn spark_with_webex_signature() {
    let signature = HeaderName::from_static("x-spark-signature");
    let subject = Subject {
        scheme: || Spark::default().webex_signature(true),
        secrets: ["somesupersecretphrase", "the secret before that one"],
        unsigned: || post(r#"{"id":"W","resource":"rooms","event":"created","data":{"id":"R"}}"#),
        headers: vec![signature.clone()],
        malformed: (signature, HEX_40.to_vec()),
        timed: false,
    };
    subject.run().await;
}

/// A provider that signs a time.
#[tokio::test]
async fn acme() {
    let subject = Subject {
        scheme: Acme::default,
        secrets: ["acme_new", "acme_old"],
        unsigned: || post("a body that needs no parsing"),
        headers: vec![acme::SIGNATURE, acme::TIME],
        malformed: (acme::SIGNATURE, HEX_40.to_vec()),
        timed: true,
    };
    subject.run().await;
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
