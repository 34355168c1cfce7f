//! Twilio.

use bytes::Bytes;
use countersign::twilio::{Call, Delivery, IncomingMessage, MessageStatus, Twilio, TwilioVerify};
use countersign::{
    Algorithm, Covered, HmacKey, Outcome, Proof, Reason, Unsigned, Verified, VerifyError,
    VerifyLayer,
};
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Method, Request, StatusCode};

use super::{Served, signed};

const TOKEN: &str = "an auth token";
const BASE: &str = "https://hooks.example.com";
const DIGEST_OF_HI: &str = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

#[tokio::test]
async fn it_passes_the_suite() {
    suite(|| Twilio::at("https://hooks.example.com/hook?tenant=1")).await;
}

#[tokio::test]
async fn it_passes_the_suite_with_sha256() {
    suite(|| Twilio::under([BASE, "https://other.example.com"]).sha256_only()).await;
}

async fn suite(scheme: fn() -> Twilio) {
    let signature = Place::Header(HeaderName::from_static("x-twilio-signature"));
    let subject = Subject {
        scheme,
        layer: VerifyLayer::try_with,
        secrets: [TOKEN, "the token before that one"],
        unsigned: || form("/hook?tenant=1", "To=%2B1&From=%2B2&Body=a+b%7E&Media=2&Media=10&E="),
        required: vec![signature.clone()],
        malformed: (
            signature,
            vec![
                "",
                "AAAA",
                "L/OH5YylLD5NRKLltdqwSvS0BnU",
                "L/OH5YylLD5NRKLltdqwSvS0BnV=",
                "L_OH5YylLD5NRKLltdqwSvS0BnU=",
                "L/OH5YylLD5NRKLltdqwSvS0BnU==",
                "2ff387e58ca52c3e4d44a2e5b5dab04af4b40675",
            ],
        ),
        timed: false,
        covered: Covered::Canonical,
    };
    subject.run().await;
}

fn form(uri: &str, body: &'static str) -> Request<Bytes> {
    Request::post(uri)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .expect("a request")
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).expect("a request")
}

fn json(uri: &str, body: &'static str) -> Request<Bytes> {
    Request::post(uri)
        .header("Content-Type", "application/json")
        .body(Bytes::from(body))
        .expect("a request")
}

/// As if Twilio had signed this text.
fn with_signature_of(mut request: Request<Bytes>, text: &str) -> Request<Bytes> {
    let tag = HmacKey::new(TOKEN.as_bytes()).sign_base64(Algorithm::HmacSha1, &[text.as_bytes()]);
    let value = tag.expect("a tag").parse().expect("a value");
    request.headers_mut().insert("x-twilio-signature", value);
    request
}

fn verify(request: Request<Bytes>) -> Result<Proof<Twilio>, VerifyError> {
    match TwilioVerify::with(Twilio::under(BASE), TOKEN).verify(request)? {
        Outcome::Genuine(proof) => Ok(proof),
        other => panic!("Twilio has no handshake: {other:?}"),
    }
}

fn reason(request: Request<Bytes>) -> Reason {
    verify(request).expect_err("it is refused").reason()
}

#[tokio::test]
async fn a_call_is_read_from_a_post_and_from_a_get_alike() {
    let under = || Twilio::under(BASE);
    let on_call = async |method: Method, Verified(call): Verified<Call>| {
        let tenants = call.extra.values("tenant").len();
        format!("{method} {} {tenants}", call.from.expect("a caller"))
    };
    let layer = TwilioVerify::with(under(), TOKEN);
    let posted = Served::new(layer.clone(), on_call);
    let request = signed(&under(), TOKEN, form("/hook?tenant=1", "CallSid=CA1&From=%2B1+2"));
    assert_eq!(posted.send(request).await, (StatusCode::OK, "POST +1 2 0".into()));

    // The query is what is signed here. A body beside it is nobody's.
    let request = signed(&under(), TOKEN, get("/hook?tenant=1&CallSid=CA1&From=%2B1+2"));
    let proof = verify(request.map(|_| "CallSid=CA2".into())).expect("genuine");
    assert_eq!(proof.body(), "CallSid=CA1&From=+1 2&tenant=1".replace("+1 2", "%2B1+2").as_str());
    let call: Call = proof.payload().expect("a call");
    assert_eq!((call.call_sid.as_str(), call.extra.text("tenant")), ("CA1", Some("1")));
}

#[test]
fn messages_are_read_and_debug_keeps_what_was_said() {
    let body = "MessageSid=SM1&AccountSid=AC1&From=whatsapp%3A%2B1&To=%2B2&Body=a+secret&WaId=1";
    let proof = verify(signed(&Twilio::under(BASE), TOKEN, form("/", body))).expect("genuine");
    let message: IncomingMessage = proof.payload().expect("a message");
    assert_eq!(message.from, "whatsapp:+1");
    assert_eq!(message.extra.names().collect::<Vec<_>>(), ["WaId"]);
    assert!(!format!("{message:?}").contains("secret"));
    assert_eq!(message.body.expect("a text").expose(), "a secret");
    let missing = proof.payload::<MessageStatus>().expect_err("it is none");
    assert_eq!(missing.to_string(), "there is not one field `MessageStatus`");
}

/// duplicate JSON names, form names: of several values none is chosen.
#[test]
fn a_repeated_name_is_no_single_value() {
    let body = "MessageSid=SM1&AccountSid=AC1&To=%2B2&From=%2B3&From=%2B1&From=%2B3";
    let proof = verify(signed(&Twilio::under(BASE), TOKEN, form("/", body))).expect("genuine");
    assert_eq!(proof.body(), "AccountSid=AC1&From=%2B1&From=%2B3&MessageSid=SM1&To=%2B2");
    assert!(proof.payload::<IncomingMessage>().is_err());
}

/// body digest not bound.
#[test]
fn a_body_that_is_no_form_is_bound_by_its_digest() {
    let uri = format!("/hook?a=1&bodySHA256={DIGEST_OF_HI}");
    let genuine = signed(&Twilio::under(BASE), TOKEN, json(&uri, "hi"));
    let proof = verify(genuine.clone()).expect("genuine");
    assert_eq!((proof.body().as_ref(), proof.covered()), (&b"hi"[..], Covered::Body));
    assert_eq!(reason(genuine.clone().map(|_| "ho".into())), Reason::BodyDigest);
    // Whatever it says that it is.
    let mut as_form = genuine.clone().map(|_| "a=1".into());
    let urlencoded = "application/x-www-form-urlencoded".parse().expect("a value");
    as_form.headers_mut().insert("content-type", urlencoded);
    assert_eq!(reason(as_form), Reason::BodyDigest);

    let unbound = with_signature_of(json("/hook", "hi"), "https://hooks.example.com/hook");
    let no_form = Reason::Unexpected("the content type is not that of a form");
    assert_eq!(reason(unbound), no_form);
    let other_name = uri.replace("bodySHA256", "bodysha256");
    assert_eq!(
        reason(with_signature_of(json(&other_name, "hi"), &format!("{BASE}{other_name}"))),
        no_form
    );
    for (digests, expected) in [
        (
            format!("bodySHA256={DIGEST_OF_HI}&bodySHA256={DIGEST_OF_HI}"),
            Reason::Repeated("bodySHA256"),
        ),
        ("bodySHA256=".to_owned(), Reason::Malformed("bodySHA256")),
        (format!("bodySHA256={DIGEST_OF_HI}0"), Reason::Malformed("bodySHA256")),
    ] {
        let uri = format!("/hook?{digests}");
        assert_eq!(reason(with_signature_of(json(&uri, "hi"), &format!("{BASE}{uri}"))), expected);
    }
}

/// The digest is that of the URL that is signed, not of the one that the request names.
#[test]
fn the_digest_is_read_from_the_signed_url() {
    let url = format!("{BASE}/hook?bodySHA256={DIGEST_OF_HI}");
    let layer = |urls: Vec<String>| TwilioVerify::with(Twilio::at(urls), TOKEN);
    let named_elsewhere =
        |body: &'static str| with_signature_of(json("/hook?bodySHA256=00", body), &url);
    assert!(layer(vec![url.clone()]).verify(named_elsewhere("hi")).is_ok());
    let altered = layer(vec![url.clone()]).verify(named_elsewhere("ho")).expect_err("refused");
    assert_eq!(altered.reason(), Reason::BodyDigest);

    // Beside a URL with another digest, or with none, a signature holds for no body but its own.
    for other in [format!("{BASE}/hook"), format!("{BASE}/hook?bodySHA256={}", "0".repeat(64))] {
        for urls in [vec![url.clone(), other.clone()], vec![other.clone(), url.clone()]] {
            let unbound = with_signature_of(json("/hook", "ho"), &other);
            assert!(layer(urls).verify(unbound).is_err(), "{other}");
        }
    }
}

/// request picks the provider or method: a header that is not signed chooses only among what was configured.
#[test]
fn the_settings_header_cannot_weaken_anything() {
    let with_settings = |mut request: Request<Bytes>, settings: &'static str| {
        request.headers_mut().insert(SETTINGS, settings.parse().expect("a value"));
        request
    };
    let both = TwilioVerify::with(Twilio::under(BASE), TOKEN);
    let one = TwilioVerify::with(Twilio::under(BASE).sha256_only(), TOKEN);
    let sha1 = signed(&Twilio::under(BASE), TOKEN, form("/hook", "a=1"));
    let sha256 = signed(&Twilio::under(BASE).sha256_only(), TOKEN, form("/hook", "a=1"));
    let mut unsaid = sha256.clone();
    unsaid.headers_mut().remove(SETTINGS);

    assert!(both.verify(sha1.clone()).is_ok() && both.verify(sha256.clone()).is_ok());
    assert!(one.verify(sha256.clone()).is_ok() && one.verify(unsaid.clone()).is_ok());
    let refused = |layer: &TwilioVerify, request: Request<Bytes>| {
        layer.verify(request).expect_err("it is refused").reason()
    };
    let malformed = Reason::Malformed("X-Twilio-Signature");
    assert_eq!(refused(&both, unsaid), malformed, "without the header it is SHA-1");
    assert_eq!(refused(&one, sha1.clone()), malformed);
    let not_taken = Reason::Unexpected("the request is signed in a way that is not taken");
    assert_eq!(refused(&one, with_settings(sha1.clone(), "algorithm=HMAC_SHA1")), not_taken);
    const NAME: &str = "X-Twilio-Webhooks-Signature-Settings";
    for (settings, expected) in [
        ("algorithm=", not_taken),
        ("algorithm=none", not_taken),
        ("algorithm=hmac_sha1", not_taken),
        ("key=k,algorithm=HMAC_SHA512", not_taken),
        ("algorithm=HMAC_SHA1,algorithm=HMAC_SHA1", Reason::Repeated(NAME)),
        ("HMAC_SHA1", Reason::Malformed(NAME)),
        ("algorithm=HMAC_SHA1,", Reason::Malformed(NAME)),
        ("", Reason::Malformed(NAME)),
    ] {
        assert_eq!(refused(&both, with_settings(sha1.clone(), settings)), expected, "{settings}");
    }
    assert!(both.verify(with_settings(sha1, "key=k, algorithm=HMAC_SHA1")).is_ok());
}

/// delimiter inside an id or timestamp: Twilio has no delimiters at all, so where the text is cut is not signed.
/// What is known is which URL it begins with: one that was configured is not made longer.
#[test]
fn the_text_can_be_cut_elsewhere_only_under_a_base() {
    let genuine = signed(&Twilio::under(BASE), TOKEN, form("/hook", "Body=hi&From=%2B1"));
    let mut moved = get("/hookBodyhiFrom+1");
    *moved.headers_mut() = genuine.headers().clone();
    assert!(verify(moved.clone()).is_ok(), "the documentation says so");
    let exact = TwilioVerify::with(Twilio::at(format!("{BASE}/hook")), TOKEN);
    assert!(exact.verify(genuine).is_ok());
    assert_eq!(exact.verify(moved).expect_err("refused").reason(), Reason::Mismatch);
}

/// At a fixed URL the query of a GET is not the one that the request names.
#[test]
fn at_a_fixed_url_a_handler_gets_no_other_query() {
    let url = format!("{BASE}/voice?CallSid=CA1");
    let layer = TwilioVerify::with(Twilio::at(url.clone()), TOKEN);
    let request = with_signature_of(get("/voice?CallSid=CA2"), &url);
    let Ok(Outcome::Genuine(proof)) = layer.verify(request) else { panic!("refused") };
    assert_eq!(proof.body(), "CallSid=CA1");
}

/// Incident: dedupe on an unsigned header.
#[test]
fn what_is_not_signed_is_said_to_be() {
    let mut request = form("/hook", "");
    let token = "d5f3d6b8".parse().expect("a value");
    request.headers_mut().insert("i-twilio-idempotency-token", token);
    let Unsigned(delivery) = Unsigned::<Delivery>::read(request.headers());
    assert_eq!(delivery.idempotency_token.as_deref(), Some("d5f3d6b8"));
}
