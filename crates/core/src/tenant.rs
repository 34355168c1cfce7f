//! Whose request it is said to be: where the name of a tenant stands.

#[cfg(feature = "axum-router")]
mod path;

use http::header::{HOST, HeaderName};
use http::request::Parts;
use http::uri::Authority;

#[cfg(feature = "axum-router")]
pub use self::path::PathTenant;

/// Finds the name of the tenant in the head of a request: see
/// [`VerifyLayer::tenant`](crate::VerifyLayer::tenant).
///
/// It should stand where the deployment has put it: in the URL or host that the tenant was given to
/// enter at the provider, or in a header that a proxy sets and strips from what comes in. The body is
/// out of its reach, since nobody has verified it.
pub trait Locate: Send + Sync + 'static {
    /// The name, or `None` where there is no clear one: then there are no keys, and the request is
    /// refused. The parts are mutable for extractors that want them so; they are to be left as they
    /// are.
    fn locate(&self, parts: &mut Parts) -> Option<Box<str>>;
}

impl<F> Locate for F
where
    F: Fn(&mut Parts) -> Option<Box<str>> + Send + Sync + 'static,
{
    fn locate(&self, parts: &mut Parts) -> Option<Box<str>> {
        self(parts)
    }
}

/// The host that the request is for, in lower case and without its port: a tenant a host name.
///
/// It is the authority of the URI, which HTTP/2 has, or else the `Host` header. If that is there more
/// than once, there is no tenant.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostTenant;

impl Locate for HostTenant {
    fn locate(&self, parts: &mut Parts) -> Option<Box<str>> {
        match parts.uri.authority() {
            Some(authority) => host(authority),
            None => host(&single(parts, &HOST)?.parse().ok()?),
        }
    }
}

/// The host of an authority that has nothing but a host and perhaps a port.
fn host(authority: &Authority) -> Option<Box<str>> {
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host)?;
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|digit| digit.is_ascii_digit()));
    (is_port && !host.is_empty()).then(|| host.to_ascii_lowercase().into())
}

/// The value of a header **that the deployment vouches for**: a proxy sets it, and strips what a
/// stranger sent under its name. If it is there more than once, there is no tenant.
#[derive(Clone, Debug)]
pub struct HeaderTenant(HeaderName);

impl HeaderTenant {
    /// The header of that name.
    #[must_use]
    pub fn new(name: HeaderName) -> Self {
        Self(name)
    }
}

impl Locate for HeaderTenant {
    fn locate(&self, parts: &mut Parts) -> Option<Box<str>> {
        single(parts, &self.0).filter(|name| !name.is_empty()).map(Into::into)
    }
}

fn single<'a>(parts: &'a Parts, header: &HeaderName) -> Option<&'a str> {
    let mut values = parts.headers.get_all(header).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}
