//! SendGrid.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::sendgrid::testing::TestKey;
use countersign::sendgrid::{Events, SendGrid, SendGridVerify};
use countersign::{
    Covered, ManualClock, MemoryReplay, Outcome, Reason, Replay, Verified, VerifyLayer,
};
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

/// Private keys that were made for this test.
const NEW: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCKg9BxevNOrv0gUxUN69t3K/NebC4z5NwhjZt/+Q4huhRANCAARScuwT/DtKy4JP2zZmWbILEErIWYY7omRZbjOb6elcqElr3E57LOBrKAwpEmRsgr/esOVrOM9xdZFGkhc2TN3m";
const OLD: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZdA1q5t9ez8qWD2rD1dKHK87pii9PsiFKhtPCTHmfeqhRANCAAQabCTDGWZnVJNwfhbCzSDKr5F1zuvi1mP/ip8crou4Vrq9pfR7Whu4SZxH7NXJEwsLdM6WxVtcwia5p+kU2EzG";

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-email-event-webhook-signature");
const TIME: HeaderName = HeaderName::from_static("x-twilio-email-event-webhook-timestamp");
const EVENTS: &str = "[{\"email\":\"a@example.com\",\"timestamp\":1,\"event\":\"open\"}]\r\n";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(SIGNATURE);
    let subject = Subject {
        scheme: SendGrid::default,
        layer: |scheme, private| {
            VerifyLayer::try_with(scheme, private.into_iter().map(public).collect::<Vec<_>>())
        },
        secrets: [NEW, OLD],
        unsigned: || post(r#"[{"event":"open","timestamp":1}]"#),
        required: vec![signature.clone(), Place::Header(TIME)],
        malformed: (
            signature,
            vec![
                "",
                "AAAA",
                "%%%%",
                "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6Z",
                "MAYCAQECAQ==",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// The empty text stays what it is: no key.
fn public(private: &str) -> String {
    if private.is_empty() {
        return String::new();
    }
    TestKey::read(private.as_bytes()).expect("a key").public().expect("its other half")
}

fn layer() -> SendGridVerify {
    SendGridVerify::new(public(NEW)).clock(ManualClock::at(NOW))
}

fn signature_of(request: &Request<Bytes>) -> Vec<u8> {
    BASE64_STANDARD.decode(&request.headers()[SIGNATURE]).expect("base64")
}

fn with_signature(request: &Request<Bytes>, der: &[u8]) -> Request<Bytes> {
    let mut request = request.clone();
    let text = BASE64_STANDARD.encode(der).parse().expect("a value");
    request.headers_mut().insert(SIGNATURE, text);
    request
}

/// The numbers `r` and `s` of a signature.
fn numbers(der: &[u8]) -> [Vec<u8>; 2] {
    let first = der[3] as usize;
    let (r, rest) = der[4..].split_at(first);
    [r.to_vec(), rest[2..].to_vec()]
}

fn written([r, s]: &[Vec<u8>; 2]) -> Vec<u8> {
    let number = |n: &[u8]| [&[2, n.len() as u8][..], n].concat();
    let both = [number(r), number(s)].concat();
    [&[0x30, both.len() as u8][..], &both].concat()
}

/// `n - s`, where `n` is the order of P-256: another signature of the same text by the same key.
fn twin(der: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let [r, s] = numbers(der);
    let mut wide = [0; 32];
    let s: Vec<u8> = s.into_iter().skip_while(|&byte| byte == 0).collect();
    wide[32 - s.len()..].copy_from_slice(&s);
    let mut borrow = 0;
    let mut other = [0; 33];
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(wide[at]) - borrow;
        borrow = i16::from(difference < 0);
        other[at + 1] = difference.rem_euclid(256) as u8;
    }
    let zeros = other.iter().take_while(|&&byte| byte == 0).count();
    let from = if other[zeros] & 0x80 == 0 { zeros } else { zeros - 1 };
    written(&[r, other[from..].to_vec()])
}

/// replay key from header text: the second signature that each one has is the same request.
#[tokio::test]
async fn the_other_signature_of_the_same_text_is_a_repetition() {
    let genuine = signed(&SendGrid, NEW, post(EVENTS));
    let other = with_signature(&genuine, &twin(&signature_of(&genuine)));
    assert_ne!(signature_of(&genuine), signature_of(&other));
    assert!(layer().verify(other.clone()).is_ok(), "it holds");

    let remembering = layer().replay(Replay::new(MemoryReplay::new()));
    let served = Served::new(remembering, async |_: Verified<Events>| "handled");
    assert_eq!(served.send(genuine.clone()).await, (StatusCode::OK, "handled".into()));
    for again in [other, genuine] {
        assert_ne!(served.send(again).await.1, "handled");
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let genuine = signed(&SendGrid, NEW, post(EVENTS));
    let der = signature_of(&genuine);
    let [r, s] = numbers(&der);
    assert_eq!(written(&[r.clone(), s.clone()]), der);
    let zero_before = |number: &[u8]| [&[0], number].concat();
    let long_length = [&[0x30, 0x81], &der[1..]].concat();
    for bad in [
        written(&[zero_before(&r), s.clone()]),
        written(&[r.clone(), zero_before(&s)]),
        [&der[..], &[0]].concat(),
        der[..der.len() - 1].to_vec(),
        long_length,
        written(&[vec![0], vec![0]]),
        [r, s].concat(),
    ] {
        let error = layer().verify(with_signature(&genuine, &bad)).expect_err("it is refused");
        let reason = error.reason();
        let expected =
            [Reason::Mismatch, Reason::Malformed("X-Twilio-Email-Event-Webhook-Signature")];
        assert!(expected.contains(&reason), "{reason}: {bad:x?}");
    }
}

/// delimiter inside an id or timestamp: nothing stands between time and body.
#[test]
fn the_end_of_the_time_is_not_the_beginning_of_the_body() {
    let genuine = signed(&SendGrid, NEW, post("[]"));
    let mut moved = genuine.clone().map(|_| "0[]".into());
    moved.headers_mut().insert(TIME, "170000000".parse().expect("a value"));
    let then = ManualClock::at(countersign::Timestamp::from_secs(170_000_000));
    let error = layer().clock(then).verify(moved).expect_err("it is refused");
    assert_eq!(error.reason(), Reason::Unexpected("the body begins with a digit"));
    assert!(matches!(layer().verify(genuine), Ok(Outcome::Genuine(_))));
}

#[test]
fn a_key_is_one_as_the_vendor_shows_it() {
    let text = public(NEW);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n",
        &text[..64],
        &text[64..]
    );
    let request = signed(&SendGrid, NEW, post(EVENTS));
    for good in [pem.clone(), format!("{text}\n")] {
        let layer = SendGridVerify::new(good).clock(ManualClock::at(NOW));
        assert!(layer.verify(request.clone()).is_ok());
    }
    let der = BASE64_STANDARD.decode(&text).expect("base64");
    for bad in [
        "a verification key".to_owned(),
        text.trim_end_matches('=').to_owned(),
        NEW.to_owned(),
        pem.replace("PUBLIC", "PRIVATE"),
        BASE64_STANDARD.encode(&der[..der.len() - 1]),
        BASE64_STANDARD.encode([&der[..], &[0]].concat()),
        // The point alone, and one that is not on the curve.
        BASE64_STANDARD.encode(&der[der.len() - 65..]),
        BASE64_STANDARD.encode([&der[..der.len() - 1], &[der[der.len() - 1] ^ 1]].concat()),
    ] {
        let error = SendGridVerify::try_new(bad.clone()).expect_err("no key");
        assert!(error.to_string().contains("give the one that SendGrid shows"), "{bad}: {error}");
    }
}
