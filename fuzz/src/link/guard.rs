//! The reader of links, and what it refuses them for, from where they are: they are nobody's but the guard's.
#![allow(dead_code, reason = "of what a denial is, only the reasons are needed")]

#[path = "../../../crates/providers/spark/src/org_guard/denial.rs"]
mod denial;
#[path = "../../../crates/providers/spark/src/org_guard/links.rs"]
mod links;

use http::HeaderMap;
use reqwest::Url;

use self::denial::DenialReason;

pub(super) fn next_page(headers: &HeaderMap, page: &Url) -> Result<Option<Url>, DenialReason> {
    links::next_page(headers, page)
}
