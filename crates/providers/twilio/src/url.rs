//! The URL that may be signed, and what stands in its query.

use countersign_core::{Algorithm, Head, Reason, Signature, Urls};

/// In the query: the digest of a body that is no form.
const DIGEST: &str = "bodySHA256";

/// One of the URLs that Twilio may have signed, in the parts that it is made of.
#[derive(Clone, Copy, Default)]
pub(crate) struct Url<'a> {
    configured: &'a str,
    /// What comes behind it, of the request.
    rest: &'a str,
}

impl<'a> Url<'a> {
    /// Those of a posted form: as configured.
    pub(crate) fn of_form(
        urls: &'a Urls,
        head: &Head<'a>,
    ) -> Result<impl Iterator<Item = Self> + use<'a>, Reason> {
        Ok(urls.candidates(head)?.map(|[configured, rest]| Self { configured, rest }))
    }

    /// Those of any other request. Twilio adds to the query that is configured: the fields of a GET, or the
    /// digest of the body. What it added is part of the URL that it signs, so it is taken from the request.
    pub(crate) fn with_added(
        urls: &'a Urls,
        head: &Head<'a>,
    ) -> Result<impl Iterator<Item = Self> + use<'a>, Reason> {
        let asked = head.uri().path_and_query().map_or("", |text| text.as_str());
        Ok(Self::of_form(urls, head)?.map(move |url| match url.rest {
            "" => Self { rest: added(url.configured, asked).unwrap_or_default(), ..url },
            _ => url,
        }))
    }

    pub(crate) fn parts(self) -> [&'a [u8]; 2] {
        [self.configured.as_bytes(), self.rest.as_bytes()]
    }

    /// The query. It begins in the one part or in the other.
    pub(crate) fn query(self) -> String {
        let url = [self.configured, self.rest].concat();
        let url = url.split_once('#').map_or(url.as_str(), |(url, _fragment)| url);
        url.split_once('?').map_or("", |(_, query)| query).to_owned()
    }

    /// The digest of the body: the last thing in the query, since Twilio adds it to what was there. Anywhere
    /// else it may be the text of a field, which is signed behind the URL, and has other fields behind it.
    /// Twilio writes the name as it stands here, so no other spelling is one.
    pub(crate) fn digest(self) -> Result<Option<Signature>, Reason> {
        let query = self.query();
        let digest = |field| match str::split_once(field, '=') {
            Some((DIGEST, hex)) => Some(hex),
            _ => None,
        };
        let mut fields = query.rsplit('&');
        let Some(hex) = fields.next().and_then(digest) else { return Ok(None) };
        if fields.any(|field| digest(field).is_some()) {
            return Err(Reason::Repeated(DIGEST));
        }
        Signature::from_hex(Algorithm::Sha256, hex.as_bytes(), DIGEST).map(Some)
    }
}

/// What a request has behind the query of this URL, with the character that parts them; `None` where its query
/// does not begin with that one.
fn added<'a>(configured: &str, asked: &'a str) -> Option<&'a str> {
    let asked = asked.get(asked.find('?')?..)?;
    match configured.find('?').and_then(|at| configured.get(at..)) {
        None => Some(asked),
        Some(query) => asked.strip_prefix(query).filter(|rest| rest.starts_with('&')),
    }
}
