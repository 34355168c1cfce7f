//! The texts that Twilio may have signed.

use bytes::Bytes;
use countersign_core::{Canonical, Head, Message, Reason, Signature, Urls};
use countersign_form::expect_form;
use http::Method;

use crate::canonical::{InUrl, Posted};
use crate::url::Url;

/// A text that may be signed: a URL, and what it covers.
pub(crate) struct Candidate<'a> {
    url: Url<'a>,
    covers: Covers,
}

enum Covers {
    /// The fields that are in its query.
    Query,
    /// The fields of a form, which are signed behind it.
    Form(Posted),
    /// The body whose digest is in its query.
    Digest(Signature),
}

/// All of them, for the URLs that may be signed; `None` where the body is needed to say it.
///
/// What a request says that its body is, is not signed. So it decides what has to be signed, the fields or a
/// digest, and never that one of them does for the other.
pub(crate) fn candidates<'a>(
    urls: &'a Urls,
    head: &Head<'a>,
    body: Option<&Bytes>,
) -> Result<Option<Vec<Candidate<'a>>>, Reason> {
    if *head.method() == Method::GET {
        let urls = Url::with_added(urls, head)?;
        return Ok(Some(urls.map(|url| Candidate { url, covers: Covers::Query }).collect()));
    }
    if let Err(no_form) = expect_form(head) {
        let bound = bound(urls, head)?;
        if !bound.is_empty() {
            return Ok(Some(bound));
        }
        // Of no body nothing has to say what it is: it has no fields.
        let is_empty = body.is_none_or(Bytes::is_empty);
        if !(is_empty && matches!(no_form, Reason::Missing(_))) {
            return Err(no_form);
        }
    }
    let Some(body) = body else { return Ok(None) };
    // Read once, whatever the number of URLs.
    let fields = Posted::read(body)?;
    let urls = Url::of_form(urls, head)?;
    Ok(Some(urls.map(|url| Candidate { url, covers: Covers::Form(fields.clone()) }).collect()))
}

/// Those that have a digest, each with its own.
fn bound<'a>(urls: &'a Urls, head: &Head<'a>) -> Result<Vec<Candidate<'a>>, Reason> {
    let bound = Url::with_added(urls, head)?.filter_map(|url| {
        let digest = url.digest().transpose()?;
        Some(digest.map(|digest| Candidate { url, covers: Covers::Digest(digest) }))
    });
    bound.collect()
}

impl Candidate<'_> {
    /// The whole of it.
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut text = self.url.parts().concat();
        if let Covers::Form(fields) = &self.covers {
            fields.feed(&mut |piece| text.extend_from_slice(piece));
        }
        text
    }
}

impl From<Candidate<'_>> for Message {
    fn from(Candidate { url, covers }: Candidate<'_>) -> Self {
        let message = match covers {
            Covers::Query => Self::canonical(InUrl::new(&url.query())),
            Covers::Form(fields) => Self::canonical(fields),
            Covers::Digest(digest) => Self::digest(digest),
        };
        url.parts().into_iter().fold(message, Self::prefix)
    }
}
