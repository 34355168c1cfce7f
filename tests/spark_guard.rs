//! The guard of rooms, over a stand-in for the Webex API on loopback.

mod answers;
mod budget;
mod cache;
mod layer;
mod origin;
mod pages;
mod settings;
mod vectors;

use countersign::SparkOrgGuard;
use countersign::spark::{Denial, DenialReason};
use countersign_tests::webex::{ORG, Page, StandIn, TOKEN, event, member, message_in};

fn guard(api: &StandIn) -> SparkOrgGuard {
    SparkOrgGuard::new(TOKEN, ORG).api(api.url())
}

async fn judge(guard: &SparkOrgGuard, room: &str) -> Result<(), Denial> {
    guard.judge(&event(&message_in(room))).await
}

/// What the guard says of a room with those pages, and what the API was asked.
async fn judge_pages(pages: Vec<Page>) -> (Result<(), DenialReason>, StandIn) {
    let api = StandIn::with_pages(pages).await;
    let verdict = judge(&guard(&api), "ROOM").await.map_err(|denial| denial.reason());
    (verdict, api)
}

fn ours() -> Page {
    Page::of(&[member("ours", ORG)])
}

fn theirs() -> Page {
    Page::of(&[member("theirs", "another-org")])
}
