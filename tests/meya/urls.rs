//! The external URL: configured, and never chosen by the sender.

use axum::Router;
use axum::body::Body;
use axum::routing::post as on_post;
use bytes::Bytes;
use countersign::meya::Event;
use countersign::{
    Algorithm, HmacKey, Meya, MeyaVerify, Outcome, Reason, Secret, Sign, Timestamp, Verified,
};
use countersign_tests::server::{Server, exchange};
use http::{Request, StatusCode};
use tower::ServiceExt;

use super::{KEY, URL, body_of, post, reason_of, signed, signed_by, verify};

const BODY: &str = r#"{"user_id": "1", "sender": "user", "type": "text", "text": "hi"}"#;
const BASE: &str = "https://bot.example.com";

fn under(base: &str) -> MeyaVerify {
    MeyaVerify::with(Meya::under(base), KEY)
}

/// The path at which the server sees it does not matter, nor what it calls itself.
#[test]
fn the_configured_url_is_what_counts() {
    for uri in ["/", "/hooks/meya", "http://10.0.0.1:8080/elsewhere?x", "https://other.example.com"]
    {
        let mut request = signed(BODY);
        *request.uri_mut() = uri.parse().expect("a URI");
        assert!(verify(request).is_ok(), "{uri}");
    }
    for url in ["https://bot.example.com/hooks/meya", "http://bot.example.com/hooks/meya?bot=1"] {
        let elsewhere = signed_by(&Meya::at(url), post("/hooks/meya?bot=1", BODY));
        assert_eq!(reason_of(verify(elsewhere)), Reason::Mismatch, "{url}");
    }
}

#[test]
fn a_url_without_a_path_is_signed_without_a_slash() {
    let bare = Meya::at("https://grid.meya.ai");
    let request = signed_by(&bare, post("/", BODY));
    assert!(MeyaVerify::with(bare, KEY).verify(request.clone()).is_ok());
    let slash = MeyaVerify::with(Meya::at("https://grid.meya.ai/"), KEY);
    assert_eq!(reason_of(slash.verify(request)), Reason::Mismatch);
}

#[test]
fn each_of_several_urls_is_tried() {
    let urls: Vec<_> = (1..=8).map(|at| format!("https://bot.example.com/{at}")).collect();
    let layer = MeyaVerify::with(Meya::at(urls.clone()), KEY);
    for url in urls {
        let request = signed_by(&Meya::at(url), post("/", BODY));
        assert!(body_of(layer.verify(request)).starts_with(r#"{"sender":"user","text":"hi""#));
    }
    assert_eq!(reason_of(layer.verify(signed(BODY))), Reason::Mismatch);
}

/// forwarded headers build the signed URL.
#[test]
fn no_header_chooses_the_url() {
    let elsewhere = "https://other.example.com/hooks/meya?bot=1";
    let replayed = signed_by(&Meya::at(elsewhere), post("/hooks/meya?bot=1", BODY));
    let layers = [
        MeyaVerify::with(Meya::at(URL), KEY),
        under(BASE),
        MeyaVerify::with(Meya::under([BASE, "https://bot2.example.com"]), KEY),
    ];
    for (name, value) in [
        ("host", "other.example.com"),
        ("x-forwarded-host", "other.example.com"),
        ("x-forwarded-server", "other.example.com"),
        ("x-original-url", elsewhere),
        ("x-original-uri", elsewhere),
        ("x-rewrite-url", elsewhere),
        ("forwarded", "host=other.example.com;proto=https"),
    ] {
        let mut request = replayed.clone();
        request.headers_mut().insert(name, value.parse().expect("a value"));
        request.headers_mut().insert("x-forwarded-proto", "https".parse().expect("a value"));
        for layer in &layers {
            assert_eq!(reason_of(layer.verify(request.clone())), Reason::Mismatch, "{name}");
        }
    }
    // Nor does the host of a request that is sent as if to a proxy.
    let mut absolute = replayed;
    *absolute.uri_mut() = elsewhere.parse().expect("a URI");
    assert_eq!(reason_of(under(BASE).verify(absolute)), Reason::Mismatch);
}

#[test]
fn under_a_base_the_path_is_the_raw_one_of_the_request() {
    for path in ["/", "/hooks/meya?bot=1", "/%7Ebot//x/../y?a=%20&a=b?c", "/caf%C3%A9?"] {
        let request = signed_by(&Meya::at(format!("{BASE}{path}")), post(path, BODY));
        assert!(under(BASE).verify(request.clone()).is_ok(), "{path}");
        let mut moved = request;
        *moved.uri_mut() = "/hooks/meya?bot=2".parse().expect("a URI");
        assert_eq!(reason_of(under(BASE).verify(moved)), Reason::Mismatch, "{path}");
    }
    let behind_a_prefix = signed_by(&Meya::at(format!("{BASE}/apps/x")), post("/x", BODY));
    assert!(under(&format!("{BASE}/apps")).verify(behind_a_prefix).is_ok());
}

/// Neither a host in place of the path nor a `*` becomes a part of the URL, and that there is no URL does not
/// make a signature of the body alone good.
#[test]
fn without_a_path_nothing_is_under_a_base() {
    let no_path = Reason::Unexpected("the request has no path");
    let key = HmacKey::new(KEY.as_bytes());
    let of_the_body = key.sign_base64(Algorithm::HmacSha1, &[BODY.as_bytes()]).expect("a tag");
    for uri in ["evil.example:443", "*"] {
        for url in [BASE.to_owned(), format!("{BASE}{uri}")] {
            let mut request = signed_by(&Meya::at(url), post("/", BODY));
            *request.uri_mut() = uri.parse().expect("a URI");
            assert_eq!(reason_of(under(BASE).verify(request.clone())), no_path, "{uri}");
            let signature = of_the_body.parse().expect("a value");
            request.headers_mut().insert("x-meya-signature", signature);
            assert_eq!(reason_of(under(BASE).verify(request.clone())), no_path, "{uri}");
            let secret = Secret::new(KEY).expect("a secret");
            let signed = Meya::under(BASE).sign(&secret, Timestamp::from_secs(0), request);
            assert!(signed.is_err(), "{uri}");
        }
    }
}

async fn on_event(Verified(event): Verified<Event>) -> String {
    match event {
        Event::Message(message) => message.text.unwrap_or_default(),
        _ => "no message".into(),
    }
}

fn nested() -> Router {
    let inner = Router::new().route("/apibot", on_post(on_event).route_layer(under(BASE)));
    Router::new().nest("/outer", Router::new().nest("/rx", inner))
}

/// A router that nests takes its prefix off the URI that the layer sees.
#[tokio::test]
async fn a_nested_router_with_a_prefix_verifies() {
    let send = async |request: Request<Bytes>| {
        let Ok(answer) = nested().oneshot(request.map(Body::from)).await;
        answer.status()
    };
    let path = "/outer/rx/apibot?a=%20x";
    let genuine = signed_by(&Meya::at(format!("{BASE}{path}")), post(path, BODY));
    assert_eq!(send(genuine).await, StatusCode::OK);
    let stripped = signed_by(&Meya::at(format!("{BASE}/apibot?a=%20x")), post(path, BODY));
    assert_eq!(send(stripped).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_nested_router_verifies_over_tcp_and_believes_no_host() {
    let server = Server::start(nested()).await.expect("a server");
    let ask = async |signed_for: &str, head: &str| {
        let request = signed_by(&Meya::at(signed_for), post("/", BODY));
        let signature = request.headers()["x-meya-signature"].to_str().expect("a text");
        let text = format!(
            "POST /outer/rx/apibot HTTP/1.1\r\n{head}X-Meya-Signature: {signature}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{BODY}",
            BODY.len()
        );
        exchange(server.address, text.as_bytes()).await.expect("an answer")
    };
    let answer = ask("https://bot.example.com/outer/rx/apibot", "Host: 127.0.0.1\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nhi"), "{answer}");
    let other = "https://other.example.com/outer/rx/apibot";
    for head in [
        "Host: other.example.com\r\n",
        "Host: bot.example.com\r\nX-Forwarded-Host: other.example.com\r\nX-Forwarded-Proto: https\r\n",
    ] {
        let answer = ask(other, head).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }
}

#[test]
fn a_url_that_cannot_be_right_stops_the_start() {
    let long: Vec<_> = (0..9).map(|at| format!("https://bot.example.com/{at}")).collect();
    for (urls, what) in [
        (vec![], "the list of URLs is empty"),
        (vec![""], "the URL is empty"),
        (vec!["/meya"], "does not begin with https:// or http://"),
        (vec!["bot.example.com/meya"], "does not begin with https:// or http://"),
        (vec!["ftp://bot.example.com/"], "does not begin with https:// or http://"),
        (vec!["https://"], "names no host"),
        (vec!["https:///meya"], "names no host"),
        (vec!["https://bot.example.com/meya "], "white space"),
        (vec!["https://bot.example.com/meya\n"], "white space"),
        (vec![BASE, ""], "the URL is empty"),
        (vec!["https://a.example,https://c.example"], "is a list with commas"),
        (vec!["https://a.example/x,https://c.example/y"], "is a list with commas"),
        (vec!["https://a.example,c.example"], "is a list with commas"),
        (vec!["https://@"], "names no host"),
        (vec!["https://user@/meya"], "names no host"),
        (vec!["https://:80"], "names no host"),
        (vec!["https://a.example:"], "has no valid port"),
        (vec!["https://a.example:port/"], "has no valid"),
        (vec!["https://a.example:65536"], "has no valid port"),
        (vec!["https://a.example:80:80"], "has no valid"),
        (vec!["https://[::1"], "has no valid"),
        (vec!["https://a<b>.example"], "has no valid host"),
        (vec!["https://b\u{f6}t.example/"], "not ASCII"),
        (vec!["https://bot\u{200b}.example/"], "not ASCII"),
        (long.iter().map(String::as_str).collect(), "there are 9 URLs, and at most 8"),
    ] {
        for error in [Meya::try_at(urls.clone()).err(), Meya::try_under(urls.clone()).err()] {
            let text = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(text.contains(what), "{urls:?}: {text}");
        }
    }
    for base in ["https://bot.example.com/", "https://bot.example.com?a=1", "https://a.example#b"] {
        let error = Meya::try_under(base).expect_err("no base").to_string();
        assert!(error.contains("give what is before"), "{error}");
        assert!(Meya::try_at(base).is_ok());
    }
    let error = Meya::try_at("wss://user:password@bot.example.com").expect_err("no webhook");
    assert!(!error.to_string().contains("password"), "{error}");
    for url in [
        "https://bot.example.com/x?callback=a,https://other.example.com",
        "https://[::1]:8443/x",
        "HTTPS://Bot.Example.com",
        "https://user:password@bot.example.com:8443/a,b?c=d,e",
        "http://[::1]:3000/meya",
        "https://bot.example.com/caf\u{e9}?next=https://a.example",
    ] {
        assert!(Meya::try_at(url).is_ok(), "{url}");
    }
    assert!(matches!(
        MeyaVerify::try_with(Meya::at(URL), ""),
        Err(error) if error.to_string().starts_with("meya: ")
    ));
}

#[test]
#[should_panic(expected = "countersign: the URL is empty")]
fn at_panics_at_start_up() {
    let _ = Meya::at("");
}

/// All are tried, so nothing shows which one it was; the body is read once, and revealed once.
#[test]
fn the_text_is_the_same_for_every_url() {
    let layer = MeyaVerify::with(Meya::at(["https://a.example", URL]), KEY);
    let Ok(Outcome::Genuine(proof)) = layer.verify(signed("[ 1 ]")) else { panic!("refused") };
    assert_eq!(proof.body(), "[1]");
}
