//! All pages are read, and only those of the same list.

use countersign::spark::DenialReason;
use countersign_tests::webex::{ORG, Page, StandIn, json_answer, member};
use serde_json::json;

use super::{guard, judge, judge_pages, ours, theirs};

/// The outsider is found on the second page only.
async fn is_followed(name: &str, value: String) {
    let (verdict, api) = judge_pages(vec![ours().header(name, value.clone()), theirs()]).await;
    assert_eq!(verdict, Err(DenialReason::Outsiders), "{value}");
    assert_eq!(api.count(|_| true), 2, "{value}");
}

#[tokio::test]
async fn an_outsider_on_the_second_page_is_found_however_it_is_linked() {
    let url = "<https://webexapis.com/v1/memberships?cursor=2>";
    for link in [
        format!("{url}; rel=\"next\""),
        format!("{url}; rel=next"),
        format!("{url};rel=\"next\""),
        format!("{url} ; rel=\"next\" ;"),
        format!("{url}; REL=\"NEXT\""),
        format!("{url}; rel=\"last next\""),
        format!("{url}; title=\"a, b; rel=prev\"; rel=\"next\""),
        format!("<https://webexapis.com/v1/memberships>; rel=\"first\", {url}; rel=\"next\""),
        format!("{url}; rel=\"next\", <https://elsewhere.example/>; rel=\"help\""),
        format!(", {url}; rel=\"next\","),
        // Relative to the page.
        "<memberships?cursor=2>; rel=\"next\"".to_owned(),
        "</v1/memberships?cursor=2>; rel=\"next\"".to_owned(),
        "<?cursor=2>; rel=\"next\"".to_owned(),
        // The same one twice is one.
        format!("{url}; rel=\"next\", {url}; rel=\"next\""),
    ] {
        is_followed("Link", link).await;
    }
}

#[tokio::test]
async fn the_link_may_be_in_the_second_header() {
    let page = ours()
        .header("Link", "<https://webexapis.com/v1/>; rel=\"first\"")
        .header("Link", "<https://webexapis.com/v1/memberships?cursor=2>; rel=\"next\"");
    let (verdict, _) = judge_pages(vec![page, theirs()]).await;
    assert_eq!(verdict, Err(DenialReason::Outsiders));
}

#[tokio::test]
async fn other_links_are_not_followed() {
    for link in [
        "<https://webexapis.com/v1/memberships?cursor=2>; rel=\"prev\"",
        "<https://webexapis.com/v1/memberships?cursor=2>; rel=\"nextish\"",
        "<https://webexapis.com/v1/memberships?cursor=2>; title=\"next\"",
        "<https://webexapis.com/v1/memberships?cursor=2>; rel=\"prev\"; rel=\"next\"",
        "<https://webexapis.com/v1/memberships?cursor=2>",
    ] {
        let (verdict, api) = judge_pages(vec![ours().header("Link", link), theirs()]).await;
        assert_eq!(verdict, Ok(()), "{link}");
        assert_eq!(api.count(|_| true), 1, "{link}");
    }
}

#[tokio::test]
async fn a_link_that_cannot_be_read_denies() {
    for link in [
        "garbage",
        "<https://webexapis.com/v1/memberships?cursor=2; rel=\"next\"",
        "<https://webexapis.com/v1/memberships?cursor=2>; rel=\"next",
        "<http://[::1>; rel=\"next\"",
        // Two next pages, of which one would not be read.
        "<?cursor=2>; rel=\"next\", <?cursor=3>; rel=\"next\"",
        "<?cursor=2>; rel=\"next\"; title=\"\u{e9}\"",
    ] {
        let (verdict, api) = judge_pages(vec![ours().header("Link", link)]).await;
        assert_eq!(verdict, Err(DenialReason::MalformedLink), "{link}");
        assert_eq!(api.count(|_| true), 1, "{link}");
    }
}

#[tokio::test]
async fn max_null_is_dropped_and_the_rest_is_kept() {
    for (link, followed) in [
        ("?roomId=R%2F1&max=null&cursor=2", "/v1/memberships?roomId=R%2F1&cursor=2"),
        ("?max=null&cursor=2", "/v1/memberships?cursor=2"),
        ("?cursor=2&max=null", "/v1/memberships?cursor=2"),
        ("/v1/more?max=null", "/v1/more"),
        ("?max=nullify&xmax=null", "/v1/memberships?max=nullify&xmax=null"),
    ] {
        let (verdict, api) = judge_pages(vec![ours().next(link), ours()]).await;
        let seen = api.seen();
        assert_eq!(seen.last().map(|it| it.target.as_str()), Some(followed), "{link}");
        // Whatever is not under `memberships` is not there.
        assert_eq!(verdict.is_ok(), followed.starts_with("/v1/memberships"), "{link}");
    }
}

#[tokio::test]
async fn a_loop_denies() {
    for link in ["?cursor=2", "?cursor=2&max=null"] {
        let (verdict, api) = judge_pages(vec![ours().next(link)]).await;
        assert_eq!(verdict, Err(DenialReason::RepeatedLink), "{link}");
        assert_eq!(api.count(|_| true), 2, "{link}");
    }
}

/// The fragment is not sent, so it makes no other page.
#[tokio::test]
async fn a_loop_with_another_fragment_each_time_denies() {
    let pages = (0..9).map(|turn| ours().next(&format!("?cursor=2#{turn}"))).collect();
    let (verdict, api) = judge_pages(pages).await;
    assert_eq!(verdict, Err(DenialReason::RepeatedLink));
    assert_eq!(api.count(|_| true), 2);
}

#[tokio::test]
async fn too_many_pages_deny() {
    let pages = vec![ours().next("?cursor=2"), ours().next("?cursor=3"), ours()];
    let api = StandIn::with_pages(pages.clone()).await;
    let verdict = judge(&guard(&api).page_limit(2), "ROOM").await;
    assert_eq!(verdict.unwrap_err().reason(), DenialReason::TooManyPages);
    assert_eq!(api.count(|_| true), 2);

    let api = StandIn::with_pages(pages).await;
    assert_eq!(judge(&guard(&api).page_limit(3), "ROOM").await, Ok(()));
}

#[tokio::test]
async fn the_outsiders_of_all_pages_are_named() {
    let one = Page::of(&[member("a", "x"), member("b", ORG)]).next("?cursor=2");
    let api = StandIn::with_pages(vec![one, Page::of(&[member("c", ORG), member("d", "y")])]).await;
    let denial = judge(&guard(&api), "ROOM").await.unwrap_err();
    assert_eq!(denial.reason(), DenialReason::Outsiders);
    assert_eq!(denial.outsiders(), ["a", "d"]);
}

#[tokio::test]
async fn outsiders_that_were_found_are_named_though_the_rest_could_not_be_read() {
    let one = Page::of(&[member("a", "x")]).next("?cursor=2");
    let api = StandIn::with_pages(vec![one, Page::status(500)]).await;
    let denial = judge(&guard(&api), "ROOM").await.unwrap_err();
    assert!(matches!(denial.reason(), DenialReason::Status(status) if status == 500));
    assert_eq!(denial.outsiders(), ["a"]);
}

/// A list in place of an object has no `items`, whatever stands where they would be.
#[tokio::test]
async fn an_array_is_not_an_answer() {
    for answer in [json!([[["m", "our-org"]]]), json!([[{"personOrgId": "our-org"}]])] {
        let api = StandIn::start(move |_| {
            let answer = json_answer(&answer);
            async move { answer }
        })
        .await;
        assert!(judge(&guard(&api), "ROOM").await.is_err());
    }
    let api = StandIn::start(|_| {
        let answer = json_answer(&json!({"items": [["m", "our-org"]]}));
        async move { answer }
    })
    .await;
    assert!(judge(&guard(&api), "ROOM").await.is_err());
}
