//! The first request of a subscription: it is not signed, since its reader has no key yet.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use bytes::Bytes;
use countersign_core::{Inspect, JsonObject, Reason, Secret, handshake, read_json};
use serde::Deserialize;

/// Who is shown the token of a first request.
#[derive(Clone)]
pub(crate) struct FirstRequest(Arc<dyn Fn(Secret) + Send + Sync>);

impl FirstRequest {
    pub(crate) fn new(show: impl Fn(Secret) + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }

    /// Answers it, or refuses whatever else came without a signature.
    pub(crate) fn inspect(&self, body: Option<&Bytes>) -> Result<Inspect, Reason> {
        let Some(body) = body else { return Ok(Inspect::NeedBody) };
        let token = token(body).ok_or(Reason::Missing("X-Notion-Signature"))?;
        (self.0)(token);
        Ok(Inspect::Handshake(handshake::ok()))
    }
}

impl Debug for FirstRequest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("FirstRequest(..)")
    }
}

/// The token, if there is one, nothing beside it, and nothing in it that could be more than a line of text.
fn token(body: &[u8]) -> Option<Secret> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        verification_token: String,
    }
    const LONGEST: usize = 256;
    let JsonObject(Body { verification_token: token }) = read_json(body).ok()?;
    let is_a_line = token.len() <= LONGEST && token.bytes().all(|byte| byte.is_ascii_graphic());
    Secret::new(token).ok().filter(|_| is_a_line)
}
