//! A request before it is signed.

use bytes::Bytes;
use countersign::{Secret, Timestamp};
use http::Request;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};

use crate::failure::Failure;
use crate::registry::{Provider, Settings};
use crate::target::Target;

/// What a request is made of.
pub(crate) struct Draft<'a> {
    pub(crate) provider: &'static dyn Provider,
    pub(crate) target: &'a Target,
    /// Take the place of the sample's headers of the same name.
    pub(crate) headers: &'a [(HeaderName, HeaderValue)],
    /// The sample's, if there is none.
    pub(crate) body: Option<Bytes>,
}

impl Draft<'_> {
    /// The request, signed as the provider does.
    pub(crate) fn sign(
        &self,
        settings: &Settings,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Request<Bytes>, Failure> {
        let mut request = self.provider.sign(settings, secret, now, self.unsigned()?)?;
        // A form grows by its signature.
        set_length(&mut request);
        Ok(request)
    }

    /// The request without a signature.
    pub(crate) fn unsigned(&self) -> Result<Request<Bytes>, Failure> {
        let sample = self.provider.sample();
        let body = self.body.clone().unwrap_or(Bytes::from_static(sample.body));
        let mut request = Request::new(body);
        *request.method_mut() = sample.method.clone();
        *request.uri_mut() = self.target.uri().clone();
        if !self.given(&HOST) {
            request.headers_mut().insert(HOST, self.target.host_header()?);
        }
        for &(name, value) in sample.headers {
            let (name, value) = header(&format!("{name}: {value}"))?;
            if !self.given(&name) {
                request.headers_mut().append(name, value);
            }
        }
        for (name, value) in self.headers {
            request.headers_mut().append(name.clone(), value.clone());
        }
        set_length(&mut request);
        Ok(request)
    }

    fn given(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|(given, _)| given == name)
    }
}

/// Reads a header of the command line.
pub(crate) fn header(line: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    // Neither half is repeated unless it is sound: a misplaced colon puts a token into the name.
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| Failure::new("a header is written 'NAME: VALUE', with a colon"))?;
    let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        Failure::new("HTTP does not allow what is before the colon as a header's name")
    })?;
    if header == CONTENT_LENGTH || header == TRANSFER_ENCODING {
        return Err(Failure::new(format!("the header `{name}` follows from the body")));
    }
    let value = HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes())
        .map_err(|_| Failure::new(format!("HTTP does not allow this value of `{name}`")))?;
    Ok((header, value))
}

fn set_length(request: &mut Request<Bytes>) {
    let length = HeaderValue::from(request.body().len());
    request.headers_mut().insert(CONTENT_LENGTH, length);
}
