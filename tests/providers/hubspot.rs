//! HubSpot.

use bytes::Bytes;
use countersign::hubspot::{Event, Events, HubSpot, HubSpotVerify};
use countersign::{
    Algorithm, Covered, HmacKey, ManualClock, Outcome, Proof, Reason, Verified, VerifyError,
    VerifyLayer,
};
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{NOW, Served, post, signed};

const SECRET: &str = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const BASE: &str = "https://hooks.example.com";
const MILLIS: &str = "1700000000000";
const SIGNATURE: HeaderName = HeaderName::from_static("x-hubspot-signature-v3");
const TIME: HeaderName = HeaderName::from_static("x-hubspot-request-timestamp");

#[tokio::test]
async fn it_passes_the_suite() {
    suite(|| HubSpot::under([BASE, "https://other.example.com"])).await;
}

#[tokio::test]
async fn it_passes_the_suite_at_a_url() {
    suite(|| HubSpot::at("https://hooks.example.com/x?a=%40")).await;
}

async fn suite(scheme: fn() -> HubSpot) {
    let signature = Place::Header(SIGNATURE);
    let subject = Subject {
        scheme,
        layer: VerifyLayer::try_with,
        secrets: [SECRET, "the secret before that one"],
        unsigned: || post(r#"[{"eventId":1,"subscriptionType":"contact.creation","portalId":1}]"#),
        required: vec![signature.clone(), Place::Header(TIME)],
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
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// As if HubSpot had signed this text.
fn with_signature_of(mut request: Request<Bytes>, text: &str, time: &str) -> Request<Bytes> {
    let tag = HmacKey::new(SECRET.as_bytes())
        .sign_base64(Algorithm::HmacSha256, &[text.as_bytes()])
        .expect("a tag");
    request.headers_mut().insert(SIGNATURE, tag.parse().expect("a value"));
    request.headers_mut().insert(TIME, time.parse().expect("a value"));
    request
}

fn verify(request: Request<Bytes>) -> Result<Proof<HubSpot>, VerifyError> {
    let layer = HubSpotVerify::with(HubSpot::under(BASE), SECRET).clock(ManualClock::at(NOW));
    match layer.verify(request)? {
        Outcome::Genuine(proof) => Ok(proof),
        other => panic!("HubSpot has no handshake: {other:?}"),
    }
}

fn reason(request: Request<Bytes>) -> Reason {
    verify(request).expect_err("it is refused").reason()
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).expect("a request")
}

#[tokio::test]
async fn a_handler_gets_the_events() {
    let hubspot = || HubSpot::under(BASE);
    let served = Served::new(
        HubSpotVerify::with(hubspot(), SECRET),
        async |Verified(Events(events)): Verified<Events>| {
            let kind = |event: Event| event.subscription_type;
            events.into_iter().map(kind).collect::<Vec<_>>().join(" ")
        },
    );
    let events = r#"[{"subscriptionType":"contact.creation","portalId":1,"objectId":2,"new":{}},
        {"subscriptionType":"deal.deletion","portalId":1}]"#;
    let request = signed(&hubspot(), SECRET, post(events));
    let right = (StatusCode::OK, "contact.creation deal.deletion".into());
    assert_eq!(served.send(request).await, right);
    let request = signed(&hubspot(), SECRET, post(r#"{"callbackId":"1"}"#));
    assert_eq!(served.send(request).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

/// The vendor's table, and nothing beyond it; or what came.
#[test]
fn some_escapes_are_decoded_once() {
    for (path, decoded) in [
        ("/a%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B", "/a:/?@!$'()*,;"),
        ("/a?b=%40%20%2B%26%3D%25%23%5B", "/a?b=@%20%2B%26%3D%25%23%5B"),
        ("/a?b=%253A%2525", "/a?b=%253A%2525"),
        ("/a?b=%3a%2f", "/a?b=%3a%2f"),
        ("/a?b=%", "/a?b=%"),
        ("/a?b=%4", "/a?b=%4"),
    ] {
        let text = format!("GET{BASE}{decoded}{MILLIS}");
        assert!(verify(with_signature_of(get(path), &text, MILLIS)).is_ok(), "{path}");
        let as_it_came = format!("GET{BASE}{path}{MILLIS}");
        // The vendor's packages decode nothing.
        assert!(verify(with_signature_of(get(path), &as_it_came, MILLIS)).is_ok(), "{path}");
    }
}

/// As many as are tried are taken: none of them is left out for the second reading of another.
#[test]
fn each_of_several_urls_is_read_in_both_ways() {
    let hosts =
        ["https://a.example", "https://b.example", "https://c.example", "https://d.example"];
    let layer = HubSpotVerify::with(HubSpot::under(hosts), SECRET).clock(ManualClock::at(NOW));
    for host in hosts {
        for path in ["/a?b=@", "/a?b=%40"] {
            let text = format!("GET{host}{path}{MILLIS}");
            let request = with_signature_of(get("/a?b=%40"), &text, MILLIS);
            assert!(layer.verify(request).is_ok(), "{text}");
        }
    }
    let urls = hosts.map(|host| format!("{host}/a?b=%40"));
    let layer = HubSpotVerify::with(HubSpot::at(urls.clone()), SECRET).clock(ManualClock::at(NOW));
    for url in urls.iter().flat_map(|url| [url.clone(), url.replace("%40", "@")]) {
        let request = with_signature_of(get("/a"), &format!("GET{url}{MILLIS}"), MILLIS);
        assert!(layer.verify(request).is_ok(), "{url}");
    }
    let five = [&hosts[..], &["https://e.example"]].concat();
    for error in [HubSpot::try_under(five.clone()), HubSpot::try_at(five)] {
        let error = error.expect_err("too many").to_string();
        assert!(error.contains("there are 5 URLs, and at most 4 are tried"), "{error}");
    }
}

/// delimiter inside an id or timestamp: nothing stands between body and time.
#[test]
fn no_digit_moves_between_body_and_time() {
    let url = format!("POST{BASE}/hook");
    let genuine = format!("{url}[1]{MILLIS}");
    assert!(verify(with_signature_of(post("[1]"), &genuine, MILLIS)).is_ok());
    let malformed = Reason::Malformed("X-HubSpot-Request-Timestamp");
    assert_eq!(reason(with_signature_of(post("[1]1"), &genuine, &MILLIS[1..])), malformed);
    let longer = format!("{url}[1]7{MILLIS}");
    let moved = with_signature_of(post("[1]"), &longer, &format!("7{MILLIS}"));
    assert_eq!(reason(moved), malformed);
}

/// The same between URI and body.
#[test]
fn nothing_moves_between_uri_and_body() {
    let on = |method: &str, uri: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(uri);
        request.body(Bytes::from(body)).expect("a request")
    };
    let events = format!("POST{BASE}/hook?a=1[[2]]{MILLIS}");
    let bracket = Reason::Unexpected("the URI has a bracket, as only a body has");
    for (uri, body) in [("/hook?a=1[", "[2]]"), ("/hook?a=1[[2]", "]"), ("/hook?a=1[[2]]", "")] {
        assert_eq!(reason(with_signature_of(on("POST", uri, body), &events, MILLIS)), bracket);
    }
    let no_json = Reason::Unexpected("the body is neither empty nor JSON");
    let shorter = with_signature_of(on("POST", "/hook", "?a=1[[2]]"), &events, MILLIS);
    assert_eq!(reason(shorter), no_json);
    let card = format!("GET{BASE}/card?user=1&admin=0{MILLIS}");
    assert!(verify(with_signature_of(get("/card?user=1&admin=0"), &card, MILLIS)).is_ok());
    let cut = with_signature_of(on("GET", "/card?user=1", "&admin=0"), &card, MILLIS);
    assert_eq!(reason(cut), no_json);
}

/// Cards are fetched by GETs, which are signed like the rest.
#[tokio::test]
async fn a_signed_get_reaches_the_handler() {
    let layer = HubSpotVerify::with(HubSpot::under(BASE), SECRET);
    let served = Served::new(layer, async || "handled");
    let request = || Request::get("/hook?portalId=1").body(Bytes::new()).expect("a request");
    let genuine = signed(&HubSpot::under(BASE), SECRET, request());
    assert_eq!(served.send(genuine).await, (StatusCode::OK, "handled".into()));
    assert_eq!(served.send(request()).await.0, StatusCode::UNAUTHORIZED);
}
