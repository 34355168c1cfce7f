//! The token goes to the API and nowhere else.

use countersign::spark::DenialReason;
use countersign_tests::webex::{Page, StandIn, TOKEN};

use super::{judge_pages, ours};

#[tokio::test]
async fn a_link_to_another_origin_is_not_followed() {
    let elsewhere = StandIn::with_pages(vec![ours()]).await;
    let port = elsewhere.origin().rsplit(':').next().unwrap();
    for link in [
        format!("{}memberships?cursor=2", elsewhere.url()),
        format!("//127.0.0.1:{port}/v1/memberships?cursor=2"),
        format!("http://localhost:{port}/v1/memberships?cursor=2"),
        format!("http://127.0.0.1:{port}\\@webexapis.com/"),
        "http://127.0.0.1/v1/memberships".to_owned(),
        "file:///etc/passwd".to_owned(),
        "data:application/json,{}".to_owned(),
    ] {
        let (verdict, api) = judge_pages(vec![ours().next(&link), ours()]).await;
        assert_eq!(verdict, Err(DenialReason::ForeignLink), "{link}");
        assert_eq!(api.count(|_| true), 1, "{link}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn the_same_port_under_another_scheme_host_or_user_is_another_origin() {
    for (from, to) in [
        ("http://127.0.0.1", "https://127.0.0.1"),
        ("http://127.0.0.1", "http://localhost"),
        ("http://127.0.0.1", "http://127.0.0.2"),
        ("http://127.0.0.1", "http://user@127.0.0.1"),
        ("http://127.0.0.1", "http://user:password@127.0.0.1"),
    ] {
        // The stand-in learns its own port from the request, so it makes the link.
        let api = StandIn::start(move |asked| async move {
            let host = asked.headers["host"].to_str().unwrap();
            let link =
                format!("<http://{host}/v1/memberships?cursor=2>; rel=next").replace(from, to);
            let body = r#"{"items":[{"id":"m","personOrgId":"our-org"}]}"#;
            http::Response::builder().header("link", link).body(body.into()).unwrap()
        })
        .await;
        let verdict = super::judge(&super::guard(&api), "ROOM").await;
        assert_eq!(verdict.unwrap_err().reason(), DenialReason::ForeignLink, "{to}");
        assert_eq!(api.count(|_| true), 1, "{to}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = StandIn::with_pages(vec![ours()]).await;
    for status in [301, 302, 303, 307, 308] {
        // Not to another origin, and not to the same one either.
        for location in [elsewhere.url(), "/v1/memberships?again=1"] {
            let page = Page::status(status).header("Location", location);
            let (verdict, api) = judge_pages(vec![page, ours()]).await;
            let Err(DenialReason::Status(got)) = verdict else { panic!("{verdict:?}") };
            assert_eq!(got, status);
            assert_eq!(api.count(|_| true), 1, "{status}");
        }
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn the_next_page_of_the_api_gets_the_token() {
    let (verdict, api) = judge_pages(vec![ours().next("?cursor=2"), ours()]).await;
    assert_eq!(verdict, Ok(()));
    let [_, second] = api.seen().try_into().unwrap();
    assert_eq!(second.headers["authorization"], format!("Bearer {TOKEN}"));
}
