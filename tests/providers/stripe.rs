//! Stripe.

use bytes::Bytes;
use countersign::stripe::{Event, Object, Stripe, StripeVerify, ThinEvent};
use countersign::{Covered, ManualClock, Outcome, Reason, Verified, VerifyLayer};
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

const SECRET: &str = "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("stripe-signature"));
    let subject = Subject {
        scheme: Stripe::default,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "whsec_theOneBeforeThat"],
        unsigned: || post(CHARGE),
        required: vec![signature.clone()],
        malformed: (
            signature,
            vec![
                "",
                "t=1700000000",
                "t=1700000000,v1=",
                "t=1700000000,v1=a2114d57",
                "t=1700000000,v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "t=1700000000, v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "t=,v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "t=+1,v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "t=01,v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
                "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

const CHARGE: &str = r#"{"id":"evt_1","object":"event","created":1700000000,"livemode":false,
    "type":"charge.failed","data":{"object":{"id":"ch_1","object":"charge","amount":2000,"currency":"eur"}}}"#;

/// The header of a request that is signed with that secret, cut at its commas.
fn elements(secret: &str) -> [String; 2] {
    let request = signed(&Stripe, secret, post(CHARGE));
    let header = request.headers()["stripe-signature"].to_str().expect("a text");
    let (time, signature) = header.split_once(',').expect("two elements");
    [time.to_owned(), signature.to_owned()]
}

fn with_header(list: &str) -> Request<Bytes> {
    let mut request = post(CHARGE);
    request.headers_mut().insert("stripe-signature", list.parse().expect("a value"));
    request
}

fn verdict(list: &str) -> Result<(), Reason> {
    let layer = StripeVerify::new(SECRET).clock(ManualClock::at(NOW));
    match layer.verify(with_header(list)) {
        Ok(Outcome::Genuine(_)) => Ok(()),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.reason()),
    }
}

/// Incident: comma lists. One signature hides no other, wherever it stands, and none stands for the time.
#[test]
fn one_signature_of_the_list_has_to_hold() {
    let [time, good] = &elements(SECRET);
    let [_, other] = &elements("whsec_another");
    for list in [
        format!("{time},{good}"),
        format!("{good},{time}"),
        format!("{time},{other},{good}"),
        format!("{time},{good},{other}"),
        format!("{time},v1=,{good}"),
        format!("{time},v1=00,v0=00,v2=,x,,{good}"),
    ] {
        assert_eq!(verdict(&list), Ok(()), "{list}");
    }
    let only_v0 = good.replace("v1=", "v0=");
    for (list, reason) in [
        (format!("{time},{other}"), Reason::Mismatch),
        (format!("{time},{other},{other}"), Reason::Mismatch),
        (format!("{time},{only_v0},{other}"), Reason::Mismatch),
        (format!("{time},{only_v0}"), Reason::Malformed("Stripe-Signature")),
        (good.clone(), Reason::Missing("t in Stripe-Signature")),
        (format!("{time},{time},{good}"), Reason::Repeated("t in Stripe-Signature")),
        (format!("{time},{good},t=1"), Reason::Repeated("t in Stripe-Signature")),
        (format!("{time},{}{good}", format!("{other},").repeat(32)), Reason::TooMany("signatures")),
    ] {
        assert_eq!(verdict(&list), Err(reason), "{list}");
    }
    let many = format!("{time},{}{good}", format!("{other},").repeat(31));
    assert_eq!(verdict(&many), Ok(()), "as many as are looked at");
}

/// Incident: a window that is open to the future, as in Stripe's own packages.
#[test]
fn a_time_far_ahead_is_refused() {
    let layer = StripeVerify::new(SECRET).clock(ManualClock::at(NOW));
    let request = signed(&Stripe, SECRET, post(CHARGE));
    let early =
        layer.clone().clock(ManualClock::at(NOW.minus(std::time::Duration::from_secs(1_000_000))));
    assert!(layer.verify(request.clone()).is_ok());
    assert_eq!(early.verify(request).expect_err("refused").reason(), Reason::FromTheFuture);
}

/// Incident: delimiter inside a timestamp. The beginning of a body does not pass for the end of the time.
#[test]
fn the_time_has_no_full_stop() {
    let [_, good] = &elements(SECRET);
    for time in ["t=1700000000.", "t=1700000000.{", "t=17000000.00", "t=1700000000 "] {
        assert_eq!(
            verdict(&format!("{time},{good}")),
            Err(Reason::Malformed("Stripe-Signature")),
            "{time}"
        );
    }
}

/// Objects of another shape than expected, of another version of the API say, come as they are.
#[tokio::test]
async fn a_handler_gets_the_event() {
    let served = Served::new(
        StripeVerify::new(SECRET),
        async |Verified(event): Verified<Event>| match &event.data.object {
            Object::Charge(charge) => format!("{} charge {}", event.kind, charge.amount),
            Object::CheckoutSession(session) => format!("{} session {}", event.kind, session.id),
            Object::Other(other) => format!("{} other {}", event.kind, other.object),
            other => panic!("{other:?}"),
        },
    );
    for (kind, object, answer) in [
        (
            "charge.failed",
            r#"{"id":"ch_1","object":"charge","amount":1,"currency":"eur"}"#,
            "charge 1",
        ),
        (
            "checkout.session.completed",
            r#"{"id":"cs_1","object":"checkout.session","customer":null}"#,
            "session cs_1",
        ),
        (
            "charge.failed",
            r#"{"id":"ch_1","object":"charge","amount":{"value":1}}"#,
            "other charge",
        ),
        ("balance.available", r#"{"object":"balance"}"#, "other balance"),
    ] {
        let body = format!(
            r#"{{"id":"evt_1","created":1,"livemode":true,"type":"{kind}","data":{{"object":{object}}}}}"#
        );
        let sent = served.send(signed(&Stripe, SECRET, post(body))).await;
        assert_eq!(sent, (StatusCode::OK, format!("{kind} {answer}").into()));
    }
    let thin =
        r#"{"id":"evt_1","object":"v2.core.event","type":"v1.x","created":"2026-01-01T00:00:00Z"}"#;
    let sent = served.send(signed(&Stripe, SECRET, post(thin))).await;
    assert_eq!(sent.0, StatusCode::UNPROCESSABLE_ENTITY, "a thin event is another payload");
    let served =
        Served::new(StripeVerify::new(SECRET), async |Verified(event): Verified<ThinEvent>| {
            event.kind
        });
    assert_eq!(
        served.send(signed(&Stripe, SECRET, post(thin))).await,
        (StatusCode::OK, "v1.x".into())
    );
}
