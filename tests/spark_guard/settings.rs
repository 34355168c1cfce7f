//! Settings that cannot be right, and what is not shown.

use countersign::SparkOrgGuard;
use countersign_tests::webex::{ORG, StandIn, TOKEN};

use super::{guard, judge, ours};

#[test]
fn a_token_that_is_none_is_refused() {
    for token in ["", " ", "\t", "token\n", "to\0ken"] {
        let error = SparkOrgGuard::try_new(token, ORG).unwrap_err().to_string();
        assert!(error.contains("token"), "{error}");
    }
}

#[test]
fn a_list_that_allows_nobody_is_refused() {
    let nobody: [Vec<&str>; 6] =
        [vec![], vec![""], vec![" "], vec![ORG, ""], vec![ORG, " "], vec!["a, b"]];
    for orgs in nobody {
        let error = SparkOrgGuard::try_new(TOKEN, orgs.clone()).unwrap_err().to_string();
        assert!(error.contains("organisation") && error.contains("give"), "{orgs:?}: {error}");
    }
    assert!(SparkOrgGuard::try_new(TOKEN, "").is_err());
}

#[test]
fn one_or_several_are_a_list() {
    assert!(SparkOrgGuard::try_new(TOKEN, "a").is_ok());
    assert!(SparkOrgGuard::try_new(TOKEN, "a".to_owned()).is_ok());
    assert!(SparkOrgGuard::try_new(TOKEN, ["a", "b"]).is_ok());
    assert!(SparkOrgGuard::try_new(TOKEN, vec!["a".to_owned()]).is_ok());
    assert!(SparkOrgGuard::try_new(TOKEN, ["a".to_owned()].as_slice()).is_ok());
}

#[test]
#[should_panic(expected = "SparkOrgGuard: the list of allowed organisations is empty; give")]
fn new_panics_without_an_organisation() {
    let _ = SparkOrgGuard::new(TOKEN, Vec::<String>::new());
}

#[test]
#[should_panic(expected = "SparkOrgGuard: the bot's token is empty; give")]
fn new_panics_without_a_token() {
    let _ = SparkOrgGuard::new("", ORG);
}

#[test]
#[should_panic(expected = "SparkOrgGuard: the URL of the API")]
fn api_panics_without_a_url() {
    let _ = SparkOrgGuard::new(TOKEN, ORG).api("webexapis.com");
}

#[test]
fn a_url_that_is_none_of_an_api_is_refused() {
    for url in [
        "",
        "webexapis.com/v1/",
        "/v1/",
        "ftp://webexapis.com/",
        "file:///v1/",
        "https://user@webexapis.com/v1/",
        "https://:secret@webexapis.com/v1/",
        "https://webexapis.com/v1/?a=b",
        "https://webexapis.com/v1/#a",
    ] {
        let guard = SparkOrgGuard::new(TOKEN, ORG);
        let error = guard.try_api(url).unwrap_err().to_string();
        assert!(error.contains("URL of the API"), "{url}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_slash_is_added_to_the_url() {
    let api = StandIn::with_pages(vec![ours()]).await;
    let guard = guard(&api).api(api.url().trim_end_matches('/'));
    assert_eq!(judge(&guard, "ROOM").await, Ok(()));
    assert_eq!(api.seen()[0].target, "/v1/memberships?roomId=ROOM&max=100");
}

#[test]
fn debug_shows_no_token() {
    let guard = SparkOrgGuard::new(TOKEN, ORG);
    let shown = format!("{guard:?} {guard:#?}");
    assert!(shown.contains("https://webexapis.com/v1/") && shown.contains(ORG), "{shown}");
    assert!(!shown.contains(TOKEN) && !shown.contains("Bearer"), "{shown}");
}
