//! What the API is asked, and which of its answers count.

use countersign::spark::DenialReason;
use countersign::spark::Roomless;
use countersign_tests::webex::{ORG, Page, StandIn, TOKEN, event, joined, member, message_in};
use serde_json::json;

use super::{guard, judge, judge_pages, ours};

#[tokio::test]
async fn the_request_is_as_the_api_wants_it() {
    let api = StandIn::with_pages(vec![ours()]).await;
    assert_eq!(judge(&guard(&api).page_size(7), "ROOM").await, Ok(()));
    let [request] = api.seen().try_into().unwrap();
    assert_eq!(request.method, "GET");
    assert_eq!(request.target, "/v1/memberships?roomId=ROOM&max=7");
    assert_eq!(request.headers["authorization"], format!("Bearer {TOKEN}"));
}

#[tokio::test]
async fn a_room_id_cannot_add_to_the_query() {
    let api = StandIn::with_pages(vec![ours()]).await;
    assert_eq!(judge(&guard(&api), "a/b?c&roomId=d#e+f g%\u{e9}\u{1F980}").await, Ok(()));
    let target = &api.seen()[0].target;
    let room = "a%2Fb%3Fc%26roomId%3Dd%23e%2Bf%20g%25%C3%A9%F0%9F%A6%80";
    assert_eq!(target, &format!("/v1/memberships?roomId={room}&max=100"));
}

#[tokio::test]
async fn malformed_answers_deny() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        r#"{"items":null}"#,
        r#"{"items":{}}"#,
        r#"{"items":[null]}"#,
        r#"{"items":["x"]}"#,
        r#"{"items":[{"personOrgId":7}]}"#,
        r#"{"items":[{"personOrgId":"our-org"}]"#,
        r#"{"items":[{"personOrgId":"another","personOrgId":"our-org"}]}"#,
        r#"{"items":[{"personOrgId":"another"}],"items":[{"personOrgId":"our-org"}]}"#,
        r#"{"items":[{"personOrgId":"our-org"}]} trailing"#,
    ] {
        let (verdict, _) = judge_pages(vec![Page::body(body)]).await;
        assert_eq!(verdict, Err(DenialReason::MalformedAnswer), "{body}");
    }
}

#[tokio::test]
async fn a_member_without_an_organisation_denies() {
    for org in [json!(null), json!(""), json!(" ")] {
        let nobody = json!({ "id": "nobody", "personOrgId": org });
        let api = StandIn::with_pages(vec![Page::of(&[member("ours", ORG), nobody])]).await;
        let denial = judge(&guard(&api), "ROOM").await.unwrap_err();
        assert_eq!(denial.reason(), DenialReason::UnknownOrganisation, "{org}");
        assert!(denial.outsiders().is_empty(), "{org}");
    }
}

#[tokio::test]
async fn an_organisation_is_compared_to_the_letter() {
    for org in ["OUR-ORG", "our-or", "our-org ", "our-orgs", "o"] {
        let (verdict, _) = judge_pages(vec![Page::of(&[member("m", org)])]).await;
        assert_eq!(verdict, Err(DenialReason::Outsiders), "{org}");
    }
}

#[tokio::test]
async fn an_outsider_without_a_membership_id_denies_too() {
    let (verdict, _) = judge_pages(vec![Page::of(&[json!({ "personOrgId": "x" })])]).await;
    assert_eq!(verdict, Err(DenialReason::Outsiders));
}

#[tokio::test]
async fn an_oversized_answer_denies() {
    let padding = "x".repeat(8 * 1024 * 1024);
    let body = json!({ "items": [member("m", ORG)], "padding": padding }).to_string();
    let (verdict, _) = judge_pages(vec![Page::body(body)]).await;
    assert_eq!(verdict, Err(DenialReason::OversizedAnswer));
}

#[tokio::test]
async fn other_statuses_deny_even_with_a_good_body() {
    let body = json!({ "items": [member("m", ORG)] }).to_string();
    for status in [201, 203, 206, 304, 400, 403, 404, 502, 503] {
        let page = Page::status(status).with_body(&body).header("Retry-After", "1");
        let (verdict, api) = judge_pages(vec![page]).await;
        let Err(DenialReason::Status(got)) = verdict else { panic!("{status}: {verdict:?}") };
        assert_eq!(got, status);
        assert_eq!(api.count(|_| true), 1, "{status}");
    }
}

#[tokio::test]
async fn an_api_that_is_not_there_denies() {
    let guard = countersign::SparkOrgGuard::new(TOKEN, ORG).api("http://127.0.0.1:1/");
    assert_eq!(judge(&guard, "ROOM").await.unwrap_err().reason(), DenialReason::Unreachable);
}

#[tokio::test]
async fn events_without_a_room_are_denied_unless_allowed() {
    let meeting = event(&json!({
        "id": "w", "resource": "meetings", "event": "started", "data": { "id": "m" },
    }));
    let api = StandIn::with_pages(vec![ours()]).await;
    let denial = guard(&api).judge(&meeting).await.unwrap_err();
    assert_eq!(denial.reason(), DenialReason::NoRoom);
    assert_eq!(guard(&api).roomless(Roomless::Allow).judge(&meeting).await, Ok(()));
    assert_eq!(api.count(|_| true), 0);
}

/// `memberships?roomId=` lists the bot's own memberships, whatever the room.
#[tokio::test]
async fn a_blank_room_is_never_asked_about() {
    let api = StandIn::with_pages(vec![ours()]).await;
    for room in ["", " "] {
        let guard = guard(&api).roomless(Roomless::Allow);
        assert_eq!(judge(&guard, room).await.unwrap_err().reason(), DenialReason::NoRoom);
    }
    assert_eq!(api.count(|_| true), 0);
}

#[tokio::test]
async fn the_room_is_where_the_resource_has_it() {
    let room = json!({
        "id": "w", "resource": "rooms", "event": "updated",
        "data": { "id": "THE-ROOM", "roomId": "another", "title": "t" },
    });
    let action = json!({
        "id": "w", "resource": "attachmentActions", "event": "created",
        "data": { "id": "a", "roomId": "THE-ROOM", "messageId": "m" },
    });
    let unknown = json!({
        "id": "w", "resource": "novelty", "event": "created", "data": { "roomId": "THE-ROOM" },
    });
    for body in [room, action, unknown, message_in("THE-ROOM"), joined("THE-ROOM")] {
        let api = StandIn::with_pages(vec![ours()]).await;
        assert_eq!(guard(&api).judge(&event(&body)).await, Ok(()), "{body}");
        assert_eq!(api.seen()[0].target, "/v1/memberships?roomId=THE-ROOM&max=100", "{body}");
    }
}
