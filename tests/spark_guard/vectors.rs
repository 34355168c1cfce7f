//! The cases of `vectors/spark-membership.json`.

use countersign::SparkOrgGuard;
use countersign_tests::webex::{StandIn, TOKEN, cases, event, message_in};

#[tokio::test]
async fn every_case_ends_as_it_says() {
    for case in cases() {
        let api = StandIn::with_pages(case.pages).await;
        let pages = api.clone();
        let guard = match case.allowed.as_slice() {
            [one] if case.is_one_text => SparkOrgGuard::try_new(TOKEN, one.as_str()),
            several => SparkOrgGuard::try_new(TOKEN, several.to_vec()),
        };
        // A list of nobody is refused before there is a room to deny.
        let Ok(guard) = guard else {
            assert_eq!((case.allowed.len(), case.is_allowed), (0, false), "{}", case.name);
            continue;
        };
        let verdict = guard.api(api.url()).judge(&event(&message_in("ROOM"))).await;
        assert_eq!(verdict.is_ok(), case.is_allowed, "{}: {verdict:?}", case.name);
        assert!(pages.count(|_| true) > 0, "{}: the API was not asked", case.name);
    }
}
