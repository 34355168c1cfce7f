//! The `Link` header, by which the guard of a room finds the next page of its members.

// From where it is: it is nobody's but the guard's.
#[path = "../../crates/providers/spark/src/org_guard/links.rs"]
mod links;

use http::HeaderMap;
use http::header::{HeaderValue, LINK};
use reqwest::Url;

use crate::large::large;

const PAGE: &str = "https://webexapis.com/v1/memberships?roomId=R&max=100";

/// Whatever the links are, the token goes nowhere else, and a page that is linked to is not passed over.
pub fn check(data: &[u8]) {
    let large = large(data);
    let text = large.as_deref().unwrap_or(data);
    let mut headers = HeaderMap::new();
    // Each line is a header of its own.
    for line in text.split(|&byte| byte == b'\n') {
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        if headers.try_append(LINK, value).is_err() {
            return;
        }
    }
    let page = Url::parse(PAGE).expect("a URL");
    let next = links::next_page(&headers, &page);
    match &next {
        Ok(Some(next)) => {
            assert_eq!((next.scheme(), next.host_str()), ("https", Some("webexapis.com")));
            assert_eq!((next.port(), next.username(), next.password()), (None, "", None));
            assert_eq!(next.fragment(), None);
            let mut pairs = next.query().unwrap_or_default().split('&');
            assert!(!pairs.any(|pair| pair == "max=null"), "{next}");
            let mentioned = text.to_ascii_lowercase();
            assert!(mentioned.windows(4).any(|word| word == b"next"), "{next}");
        }
        Ok(None) => assert!(!plainly_next(text), "a next page was passed over"),
        Err(_) => {}
    }
    // In another order, the same page.
    let mut reversed = HeaderMap::new();
    let values: Vec<_> = headers.get_all(LINK).iter().rev().cloned().collect();
    for value in values {
        reversed.append(LINK, value);
    }
    let again = links::next_page(&reversed, &page);
    assert_eq!(again.is_ok(), next.is_ok());
    if let (Ok(one), Ok(other)) = (next, again) {
        assert_eq!(one, other);
    }
}

/// Whether a line is a link to the next page as Webex writes it, with nothing particular.
fn plainly_next(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| {
        let target = line.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">; rel=\"next\""));
        target.is_some_and(|target| {
            target.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/:.?=&".contains(byte))
        })
    })
}
