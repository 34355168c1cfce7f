//! Each hook of `Scheme`, by a provider that does not exist.

use bytes::Bytes;
use countersign::{
    Covered, HmacKey, ManualClock, Outcome, Proof, Reason, Secret, Sign, Timestamp, VerifyError,
    VerifyLayer,
};
use countersign_tests::acme::{self, Acme, AcmeDigest, AcmeLines, AcmeText, AcmeToken};
use countersign_tests::conformance::read;
use countersign_tests::spy::Spy;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer, ServiceExt};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn acme() -> VerifyLayer<Acme> {
    VerifyLayer::new("acme_secret").clock(ManualClock::at(NOW))
}

fn signed(body: &'static str) -> Request<Bytes> {
    let request = Request::post("/acme").body(Bytes::from(body)).expect("a request");
    let secret = Secret::new("acme_secret").expect("a secret");
    Acme.sign(&secret, NOW, request).expect("a signature")
}

fn genuine<S>(outcome: Result<Outcome<S>, VerifyError>) -> Proof<S> {
    match outcome {
        Ok(Outcome::Genuine(proof)) => proof,
        other => panic!("not genuine: {:?}", other.err()),
    }
}

fn reason<S>(outcome: Result<Outcome<S>, VerifyError>) -> Reason {
    match outcome {
        Err(error) => error.reason(),
        Ok(_) => panic!("it was let through"),
    }
}

#[test]
fn key_sees_to_the_shape_of_the_secret() {
    let error = VerifyLayer::<Acme>::try_new("secret").expect_err("another shape");
    assert_eq!(error.to_string(), "acme: the secret begins with `acme_`");
}

#[tokio::test]
async fn challenge_answers_a_get_and_nothing_else() {
    let send = async |request: Request<Full<Bytes>>| {
        let spy = Spy::default();
        let Ok(response) = acme().layer(spy.clone()).oneshot(request).await;
        let (status, body) = read(response).await;
        (status, body, spy.calls())
    };
    let get = |uri| Request::get(uri).body(Full::default()).expect("a request");

    assert_eq!(send(get("/?challenge=abc")).await, (StatusCode::OK, "abc".into(), 0));
    assert_eq!(send(get("/?other=abc")).await, (StatusCode::UNAUTHORIZED, "".into(), 0));
    assert_eq!(send(get("/")).await, (StatusCode::UNAUTHORIZED, "".into(), 0));
    let post = Request::post("/?challenge=abc").body(Full::default()).expect("a request");
    assert_eq!(send(post).await, (StatusCode::UNAUTHORIZED, "".into(), 0));
}

#[tokio::test]
async fn attest_answers_a_signed_handshake_and_only_a_signed_one() {
    let send = async |request: Request<Bytes>| {
        let spy = Spy::default();
        let Ok(response) = acme().layer(spy.clone()).oneshot(request.map(Full::new)).await;
        let (status, body) = read(response).await;
        (status, body, spy.calls())
    };
    assert_eq!(send(signed("ping:abc")).await, (StatusCode::OK, "abc".into(), 0));
    assert_eq!(send(signed("pong:abc")).await, (StatusCode::OK, "handled".into(), 1));

    let forged = signed("pong:abc").map(|_| Bytes::from("ping:abc"));
    assert_eq!(send(forged).await, (StatusCode::UNAUTHORIZED, "".into(), 0));
}

#[test]
fn attest_reads_the_id_and_evidence_the_time() {
    let proof = genuine(acme().verify(signed("id:42")));
    assert_eq!(proof.id(), Some("42"));
    assert_eq!(proof.timestamp(), Some(NOW));
    assert_eq!(proof.payload::<AcmeText>(), Ok(AcmeText("id:42".into())));
}

/// The layer hands on the bytes that were signed, with headers that fit them.
#[tokio::test]
async fn the_handler_gets_the_canonical_form() {
    let lines = AcmeLines::signed(b"secret", "b=2\na=1\nc=", |_| true);
    let request = Request::post("/")
        .header(CONTENT_LENGTH, lines.len())
        .header(TRANSFER_ENCODING, "chunked")
        .header(CONTENT_ENCODING, "identity")
        .body(Full::<Bytes>::from(lines))
        .expect("a request");

    let spy = Spy::default();
    let layer = VerifyLayer::<AcmeLines>::new("secret");
    let Ok(response) = layer.layer(spy.clone()).oneshot(request).await;
    assert_eq!(response.status(), StatusCode::OK);

    let (parts, body) = spy.last().await.expect("it was handled");
    assert_eq!(body, "a=1\nb=2\nc=\n");
    assert_eq!(parts.headers[CONTENT_LENGTH], body.len().to_string());
    assert!(!parts.headers.contains_key(TRANSFER_ENCODING));
    assert!(!parts.headers.contains_key(CONTENT_ENCODING));
    let proof: &Proof<AcmeLines> = parts.extensions.get().expect("the proof");
    assert_eq!((proof.body(), proof.covered()), (&body, Covered::Canonical));
}

/// Both readings are tried, and the handler gets the one that matched.
#[test]
fn only_the_reading_that_matched_is_revealed() {
    let layer = VerifyLayer::<AcmeLines>::new("secret");
    let request = |text: String| Request::post("/").body(Bytes::from(text)).expect("a request");

    let without_blanks = AcmeLines::signed(b"secret", "b=2\nadmin=", |line| !line.ends_with('='));
    let proof = genuine(layer.verify(request(without_blanks.clone())));
    assert_eq!(proof.body(), "b=2\n");

    let altered = without_blanks.replace("b=2", "b=3");
    assert_eq!(reason(layer.verify(request(altered))), Reason::Mismatch);
    assert_eq!(reason(layer.verify(request("b=2".into()))), Reason::Missing("signature"));
    let binary = Request::post("/").body(Bytes::from_static(b"\xff")).expect("a request");
    assert_eq!(reason(layer.verify(binary)), Reason::NotCanonical("not UTF-8"));
}

#[test]
fn a_time_inside_the_body_counts_once_the_signature_holds() {
    let request = |text: &str| {
        let body = AcmeLines::signed(b"secret", text, |_| true);
        Request::post("/").body(Bytes::from(body)).expect("a request")
    };
    let layer = VerifyLayer::<AcmeLines>::new("secret")
        .max_age(std::time::Duration::from_secs(10))
        .clock(ManualClock::at(NOW));

    let proof = genuine(layer.verify(request("time=1699999990")));
    assert_eq!(proof.timestamp(), Some(Timestamp::from_secs(1_699_999_990)));
    assert_eq!(reason(layer.verify(request("time=1699999989"))), Reason::Stale);
    assert_eq!(reason(layer.verify(request("time=1700000061"))), Reason::FromTheFuture);
    assert_eq!(reason(layer.verify(request("time=soon"))), Reason::Malformed("time"));
    assert_eq!(reason(layer.verify(request("a=1"))), Reason::NoTimestamp);
}

/// Incident: a body digest that is signed but compared by nobody.
#[test]
fn body_digest_not_bound() {
    let body = "bound";
    let digest = "0e4bf1c7bd1f8e5e6e06bf0ebb1b4ad4c5a7e4fc6b6fd9a1d1a9d8a2ff1e1a11";
    let real = hex_sha256(body);
    let layer = VerifyLayer::<AcmeDigest>::new("secret");
    let request = |digest: &str, body: &'static str| {
        let text = [b"/url", digest.as_bytes()];
        let signature = HmacKey::new(b"secret").sign_hex(countersign::Algorithm::HmacSha256, &text);
        Request::post("/url")
            .header(acme::SIGNATURE, signature.expect("an HMAC"))
            .header(acme::DIGEST, digest)
            .body(Bytes::from(body))
            .expect("a request")
    };
    let proof = genuine(layer.verify(request(&real, body)));
    assert_eq!((proof.covered(), proof.id()), (Covered::Body, Some("constant")));
    assert_eq!(reason(layer.verify(request(&real, "other"))), Reason::BodyDigest);
    assert_eq!(reason(layer.verify(request(digest, body))), Reason::BodyDigest);
}

#[test]
fn a_token_covers_nothing_and_says_so() {
    let layer = VerifyLayer::<AcmeToken>::new(["new", "old"]);
    let request = |token: &str| {
        Request::post("/")
            .header(acme::SIGNATURE, token)
            .body(Bytes::from("anything"))
            .expect("a request")
    };
    let proof = genuine(layer.verify(request("old")));
    assert_eq!((proof.key(), proof.covered()), (1, Covered::Nothing));
    for wrong in ["", "ol", "olD", "old ol", "new,old"] {
        assert_eq!(reason(layer.verify(request(wrong))), Reason::Mismatch, "{wrong:?}");
    }
}

fn hex_sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
