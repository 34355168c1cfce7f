//! How long the guard is patient.

use std::time::{Duration, SystemTime};

use countersign::spark::DenialReason;
use countersign_tests::webex::{Page, StandIn};
use tokio::time::{Instant, sleep};

use super::{guard, judge, ours};

const SECOND: Duration = Duration::from_secs(1);

/// Judges with that budget, and says how long it took.
async fn timed(
    pages: Vec<Page>,
    budget: Duration,
) -> (Result<(), DenialReason>, Duration, StandIn) {
    let api = StandIn::with_pages(pages).await;
    let guard = guard(&api).time_budget(budget);
    let start = Instant::now();
    let verdict = judge(&guard, "ROOM").await.map_err(|denial| denial.reason());
    (verdict, start.elapsed(), api)
}

fn later(status: u16, wait: &str) -> Page {
    Page::status(status).header("Retry-After", wait)
}

#[tokio::test]
async fn a_wait_beyond_the_budget_denies_at_once() {
    for (status, wait) in [
        (429, "3600"),
        (423, "3600"),
        (429, "11"),
        (429, "99999999999999999999999999"),
        (429, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        let (verdict, took, api) = timed(vec![later(status, wait), ours()], 10 * SECOND).await;
        assert_eq!(verdict, Err(DenialReason::OutOfTime), "{status} {wait}");
        assert!(took < 9 * SECOND, "{status} {wait}: {took:?}");
        assert_eq!(api.count(|_| true), 1, "{status} {wait}");
    }
}

/// Fifteen seconds: more than ten, less than sixty.
#[tokio::test]
async fn without_a_readable_wait_it_is_fifteen_seconds() {
    let unreadable = ["", "soon", "-1", "1.5", "1s", "+1"];
    let pages = unreadable.iter().map(|wait| later(429, wait)).chain([Page::status(429)]);
    for page in pages {
        let (verdict, took, _) = timed(vec![page.clone(), ours()], 10 * SECOND).await;
        assert_eq!(verdict, Err(DenialReason::OutOfTime), "{page:?}");
        assert!(took < 9 * SECOND, "{page:?}: {took:?}");

        // With enough time it waits, and would for long.
        let api = StandIn::with_pages(vec![page.clone(), ours()]).await;
        let guard = guard(&api).time_budget(60 * SECOND);
        let verdict = tokio::time::timeout(SECOND / 10, judge(&guard, "ROOM")).await;
        assert!(verdict.is_err(), "{page:?}: {verdict:?}");
    }
}

#[tokio::test]
async fn it_waits_as_long_as_it_is_told_and_a_second_at_least() {
    let past = httpdate_in(SystemTime::now() - 60 * SECOND);
    let waits = ["1", "0", past.as_str()].map(|wait| async move {
        let (verdict, took, api) = timed(vec![later(429, wait), ours()], 10 * SECOND).await;
        assert_eq!(verdict, Ok(()), "{wait}");
        assert!(took >= SECOND, "{wait}: {took:?}");
        assert_eq!(api.count(|_| true), 2, "{wait}");
    });
    let [one, zero, date] = waits;
    tokio::join!(one, zero, date);
}

#[tokio::test]
async fn a_date_is_waited_for() {
    let until = SystemTime::now() + 3 * SECOND;
    let (verdict, ..) = timed(vec![later(423, &httpdate_in(until)), ours()], 20 * SECOND).await;
    assert_eq!(verdict, Ok(()));
    // In whole seconds, what was written is less than one before that.
    assert!(SystemTime::now() + SECOND > until);
}

#[tokio::test]
async fn waits_add_up() {
    let pages = vec![later(429, "4")];
    let (verdict, took, api) = timed(pages, 10 * SECOND).await;
    assert_eq!(verdict, Err(DenialReason::OutOfTime));
    assert!(took < 20 * SECOND, "{took:?}");
    assert!((2..=3).contains(&api.count(|_| true)), "{:?}", api.seen());
}

#[tokio::test]
async fn an_api_that_hangs_is_cut_off() {
    let api = StandIn::start(|_| async {
        sleep(60 * SECOND).await;
        http::Response::default()
    })
    .await;
    for guard in [guard(&api).time_budget(SECOND / 5), guard(&api).request_timeout(SECOND / 5)] {
        let start = Instant::now();
        let denial = judge(&guard, "ROOM").await.unwrap_err();
        assert_eq!(denial.reason(), DenialReason::OutOfTime);
        assert!(start.elapsed() < 10 * SECOND, "{:?}", start.elapsed());
    }
}

/// Each page comes within the time of one request, but there is no end of them.
#[tokio::test]
async fn the_budget_is_for_all_pages_together() {
    let api = StandIn::start(|asked| async move {
        sleep(SECOND / 10).await;
        let link = format!("<{}x>; rel=next", asked.target);
        let body = r#"{"items":[{"id":"m","personOrgId":"our-org"}]}"#;
        http::Response::builder().header("link", link).body(body.into()).unwrap()
    })
    .await;
    let start = Instant::now();
    let denial = judge(&guard(&api).time_budget(SECOND / 2), "ROOM").await.unwrap_err();
    assert_eq!(denial.reason(), DenialReason::OutOfTime);
    assert!(start.elapsed() < 8 * SECOND, "{:?}", start.elapsed());
}

fn httpdate_in(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}
