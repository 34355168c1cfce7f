//! The link to the next page, by RFC 8288.

use http::header::{HeaderMap, LINK};
use nom_rfc8288::complete::{LinkData, link_lenient};
use reqwest::Url;

/// Why there is no next page to be asked for, though there is a link to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkError {
    /// It cannot be read.
    Malformed,
    /// It leads to another scheme, host or port.
    Foreign,
}

/// The next page, if the headers of `page` link to one.
///
/// It has the scheme, host and port of `page`, or it is an error: the token goes nowhere else. A
/// `Link` that cannot be read is an error too, since it may be the one that leads to the outsider.
pub(super) fn next_page(headers: &HeaderMap, page: &Url) -> Result<Option<Url>, LinkError> {
    let mut next: Option<Url> = None;
    for value in headers.get_all(LINK) {
        let value = value.to_str().map_err(|_| LinkError::Malformed)?;
        let links = link_lenient(value).map_err(|_| LinkError::Malformed)?;
        for link in links.iter().flatten().filter(|link| leads_on(link)) {
            let target = target(link.url, page)?;
            // Of two next pages, one would not be read.
            if next.replace(target).is_some_and(|earlier| Some(&earlier) != next.as_ref()) {
                return Err(LinkError::Malformed);
            }
        }
    }
    Ok(next)
}

/// Whether `next` is among the relations. Of several `rel`, the first one counts.
fn leads_on(link: &LinkData<'_>) -> bool {
    let rel = link.params.iter().find(|param| param.key.eq_ignore_ascii_case("rel"));
    rel.and_then(|param| param.val.as_deref())
        .is_some_and(|list| list.split_whitespace().any(|it| it.eq_ignore_ascii_case("next")))
}

fn target(reference: &str, page: &Url) -> Result<Url, LinkError> {
    let mut url = page.join(reference).map_err(|_| LinkError::Malformed)?;
    // The origin of a URL that is not http(s) is equal to no other.
    let is_foreign = url.origin() != page.origin();
    if is_foreign || !url.username().is_empty() || url.password().is_some() {
        return Err(LinkError::Foreign);
    }
    // It is not sent, so two URLs that differ in it only are one page.
    url.set_fragment(None);
    drop_max_null(&mut url);
    Ok(url)
}

/// Webex links to `max=null` where the first request had no `max`, and then refuses it.
fn drop_max_null(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let kept: Vec<_> = query.split('&').filter(|&pair| pair != "max=null").collect();
    let kept = kept.join("&");
    url.set_query(Some(kept.as_str()).filter(|it| !it.is_empty()));
}
