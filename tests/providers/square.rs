//! Square.

use countersign::square::{Event, Square, SquareVerify};
use countersign::{Covered, Reason, Verified, VerifyLayer};
use countersign_tests::conformance::{Place, Subject};
use http::StatusCode;
use http::header::HeaderName;

use super::{Served, post, signed};

const KEY: &str = "a signature key";
const URL: &str = "https://hooks.example.com/hook";

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-square-hmacsha256-signature"));
    let subject = Subject {
        scheme: || Square::at([URL, "https://other.example.com/hook?a=1"]),
        layer: VerifyLayer::try_with,
        secrets: [KEY, "the key before that one"],
        unsigned: || post(r#"{"merchant_id":"M","type":"payment.created","event_id":"E"}"#),
        required: vec![signature.clone()],
        malformed: (
            signature,
            vec![
                "",
                "AAAA",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPdM",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPdN=",
                "8A366vpKRwnUXoYs8HRxkOQincftsX2O5ZyJ240NPd_=",
                "96a595eb479a51cc21ad55ff2bb9652c1ce84f060587f83bf024744d41d33e60",
            ],
        ),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

#[tokio::test]
async fn a_handler_gets_the_event() {
    let served = Served::new(
        SquareVerify::with(Square::at(URL), KEY),
        async |Verified(event): Verified<Event>| {
            let data = event.data.expect("data");
            format!("{} {} {}", event.kind, event.merchant_id, data.id.expect("an id"))
        },
    );
    let event = r#"{"merchant_id":"M","type":"payment.created","event_id":"E","data":{"id":"7","object":{}}}"#;
    let request = signed(&Square::at(URL), KEY, post(event));
    assert_eq!(served.send(request).await, (StatusCode::OK, "payment.created M 7".into()));
}

/// delimiter inside an id or timestamp: nothing stands between the URL and the body.
#[test]
fn the_end_of_a_url_is_not_the_beginning_of_a_body() {
    let layer = SquareVerify::with(Square::at([URL, "https://hooks.example.com/ho"]), KEY);
    let genuine = signed(&Square::at(URL), KEY, post("{}"));
    assert!(layer.verify(genuine.clone()).is_ok());
    let moved = genuine.map(|_| "ok{}".into());
    let error = layer.verify(moved).expect_err("it is refused");
    assert_eq!(error.reason(), Reason::Unexpected("the body is no JSON object"));
}

/// forwarded headers build the signed URL.
#[test]
fn the_url_is_the_configured_one() {
    let elsewhere = signed(&Square::at("https://other.example.com/hook"), KEY, post("{}"));
    let mut request = elsewhere;
    for name in ["host", "x-forwarded-host"] {
        request.headers_mut().insert(name, "other.example.com".parse().expect("a value"));
    }
    let error = SquareVerify::with(Square::at(URL), KEY).verify(request).expect_err("refused");
    assert_eq!(error.reason(), Reason::Mismatch);
}
