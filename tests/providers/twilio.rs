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
    assert_eq!(posted.send(request.clone()).await, (StatusCode::OK, "GET +1 2 1".into()));
    let proof = verify(request.map(|_| "CallSid=CA2".into())).expect("genuine");
    assert_eq!(proof.body(), "tenant=1&CallSid=CA1&From=%2B1+2");
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
    // Nor is a form what its digest vouches for.
    let mut as_form = genuine;
    let urlencoded = "application/x-www-form-urlencoded".parse().expect("a value");
    as_form.headers_mut().insert("content-type", urlencoded);
    assert_eq!(reason(as_form), Reason::Mismatch);

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

const EVIL: &str = "MessageSid=SM1&AccountSid=AC1&From=%2B1evil&To=%2B2&Body=pwned";
const DIGEST_OF_EVIL: &str = "1de31e4d1399bdebb2f5ef00501126bb7bcbcc1fcc00295cca920d1daaec9810";

/// Who wrote a message could have written a digest into it, and cut the signed text so that it is in the URL.
#[test]
fn a_digest_that_was_the_text_of_a_field_vouches_for_nothing() {
    let text = format!(
        "{BASE}/hook?x=1AccountSidAC1Bodyx&bodySHA256={DIGEST_OF_EVIL}&From+1666MessageSidSM9To+1222"
    );
    let (_, uri) = text.split_at(BASE.len());
    assert_eq!(reason(with_signature_of(form(uri, EVIL), &text)), Reason::Mismatch);
    let no_form = Reason::Unexpected("the content type is not that of a form");
    assert_eq!(reason(with_signature_of(json(uri, EVIL), &text)), no_form);
    let mut untyped = with_signature_of(json(uri, EVIL), &text);
    untyped.headers_mut().remove("content-type");
    assert_eq!(reason(untyped), Reason::Missing("Content-Type"));
    // As the last thing of all it holds for a body, and not for one that is read as a form.
    let uri = format!("/hook?bodySHA256={DIGEST_OF_EVIL}");
    let text = format!("{BASE}{uri}");
    assert_eq!(reason(with_signature_of(form(&uri, EVIL), &text)), Reason::Mismatch);
    let proof = verify(with_signature_of(json(&uri, EVIL), &text)).expect("it is bound");
    assert_eq!((proof.body(), proof.covered()), (&Bytes::from(EVIL), Covered::Body));
    let no_form = proof.payload::<IncomingMessage>().expect_err("no form was signed");
    assert_eq!(no_form.to_string(), "the body was not signed as a form");
    // A GET has its fields in the URL, whatever body comes with it.
    let get = with_signature_of(get(&uri), &text).map(|_| Bytes::from(EVIL));
    assert_eq!(verify(get).expect("its URL is signed").body(), &uri["/hook?".len()..]);
    // Bytes from a queue are read as what they are taken for.
    assert!(countersign::danger::parse_unverified::<IncomingMessage>(EVIL).is_ok());
}

/// Twilio signs the fields of a form behind whatever URL it has, also one with a digest in it.
#[test]
fn a_form_is_signed_by_its_fields_also_where_a_digest_is_in_the_url() {
    let uri = format!("/hook?bodySHA256={DIGEST_OF_HI}");
    let request = with_signature_of(form(&uri, "b=2&a=1"), &format!("{BASE}{uri}a1b2"));
    assert_eq!(verify(request).expect("genuine").body(), "a=1&b=2");
}

#[test]
fn no_body_has_no_fields_whether_or_not_a_header_says_so() {
    let untyped = |body: &'static str| {
        let request = Request::post("/hook").body(Bytes::from(body)).expect("a request");
        with_signature_of(request, &format!("{BASE}/hook"))
    };
    let proof = verify(untyped("")).expect("its URL is signed");
    assert_eq!((proof.body().as_ref(), proof.covered()), (&b""[..], Covered::Canonical));
    assert_eq!(reason(untyped("a=1")), Reason::Missing("Content-Type"));
    let mut twice = untyped("");
    for value in ["application/json", "application/x-www-form-urlencoded"] {
        twice.headers_mut().append("content-type", value.parse().expect("a value"));
    }
    assert_eq!(reason(twice), Reason::Repeated("Content-Type"));
}

/// The signature of a GET is over the URL as it is. Whether its query has fields is asked by who reads them.
#[test]
fn the_query_of_a_get_is_read_by_who_wants_its_fields() {
    for query in ["CallSid=CA1&c=100%", "CallSid=CA1&c=%ff"] {
        let uri = format!("/hook?{query}");
        let proof = verify(signed(&Twilio::under(BASE), TOKEN, get(&uri))).expect("genuine");
        assert_eq!(proof.body(), query);
        let error = proof.payload::<Call>().expect_err("it has two readings").to_string();
        assert!(error.starts_with("the verified fields cannot be read: "), "{error}");
    }
}

/// What Twilio adds to the query that is configured is signed with it, so the request may say what it is.
#[test]
fn at_a_fixed_url_what_twilio_adds_is_taken_from_the_request() {
    let digest = format!("bodySHA256={DIGEST_OF_HI}");
    for (configured, uri) in [
        ("/hook", format!("/hook?{digest}")),
        ("/hook?a=1", format!("/hook?a=1&{digest}")),
        ("/outside?a=1", format!("/inside?a=1&{digest}")),
    ] {
        let layer = TwilioVerify::with(Twilio::at(format!("{BASE}{configured}")), TOKEN);
        let added = uri.find(&digest).map_or("", |at| &uri[at - 1..]);
        let text = format!("{BASE}{configured}{added}");
        assert!(layer.verify(with_signature_of(json(&uri, "hi"), &text)).is_ok(), "{uri}");
        let altered = layer.verify(with_signature_of(json(&uri, "ho"), &text));
        assert_eq!(altered.expect_err("refused").reason(), Reason::BodyDigest, "{uri}");
        let Ok(Outcome::Genuine(proof)) = layer.verify(with_signature_of(get(&uri), &text)) else {
            panic!("{uri}")
        };
        assert!(text.ends_with(std::str::from_utf8(proof.body()).expect("a text")));
        // Signed for another URL, and with something in place of what parts it from what is added.
        for other in [format!("{BASE}/elsewhere{added}"), text.replace(added, &added[1..])] {
            let refused = layer.verify(with_signature_of(json(&uri, "hi"), &other));
            assert_eq!(refused.expect_err("refused").reason(), Reason::Mismatch, "{other}");
        }
        // A form is posted to the URL as configured.
        let posted = with_signature_of(form(&uri, "a=1"), &format!("{BASE}{configured}a1"));
        assert!(layer.verify(posted).is_ok(), "{uri}");
    }
    // As many URLs as there may be stay as many.
    let urls: Vec<_> = (0..8).map(|host| format!("https://{host}.example.com/hook")).collect();
    let layer = TwilioVerify::with(Twilio::at(urls.clone()), TOKEN);
    let uri = format!("/hook?{digest}");
    for url in urls {
        let request = with_signature_of(json(&uri, "hi"), &format!("{url}?{digest}"));
        assert!(layer.verify(request).is_ok(), "{url}");
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
            assert!(layer(urls.clone()).verify(unbound).is_err(), "{other}");
            assert!(layer(urls).verify(with_signature_of(json("/hook", "hi"), &url)).is_ok());
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
        ("algorithm=none", not_taken),
        ("key=k,algorithm=HMAC_SHA512", not_taken),
        ("algorithm=HMAC_SHA256", malformed),
        ("algorithm=HMAC_SHA1,algorithm=HMAC_SHA1", Reason::Repeated(NAME)),
    ] {
        assert_eq!(refused(&both, with_settings(sha1.clone(), settings)), expected, "{settings}");
    }
}

/// The vendor's packages read the settings header so, and what they take is genuine.
#[test]
fn the_settings_header_is_read_as_by_the_vendor() {
    let with_settings = |mut request: Request<Bytes>, settings: &'static str| {
        request.headers_mut().insert(SETTINGS, settings.parse().expect("a value"));
        request
    };
    let layer = TwilioVerify::with(Twilio::under(BASE), TOKEN);
    let sha1 = signed(&Twilio::under(BASE), TOKEN, form("/hook", "a=1"));
    let sha256 = signed(&Twilio::under(BASE).sha256_only(), TOKEN, form("/hook", "a=1"));
    for settings in [
        "",
        "abc",
        "HMAC_SHA256",
        "algorithm=",
        "algorithm= ,key=k",
        "Algorithm=HMAC_SHA256",
        "algorithm=hmac_sha1",
        "key=k, algorithm=HMAC_SHA1",
        "key=a,algorithm=HMAC_SHA1,",
        "algorithm=,algorithm=HMAC_SHA1",
    ] {
        assert!(layer.verify(with_settings(sha1.clone(), settings)).is_ok(), "{settings}");
        assert!(layer.verify(with_settings(sha256.clone(), settings)).is_err(), "{settings}");
    }
    for settings in ["algorithm=HMAC_SHA256", "abc,,algorithm = hmac_sha256 ,"] {
        assert!(layer.verify(with_settings(sha256.clone(), settings)).is_ok(), "{settings}");
    }
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
