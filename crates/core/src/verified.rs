//! The extractor for axum.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::error::PayloadError;
use crate::payload::Payload;
use crate::proof::Proof;
use crate::scheme::Scheme;

/// A payload that is genuine: it was read out of the [`Proof`] that the layer left, so nothing
/// between layer and handler can have changed it.
///
/// Without the layer of its scheme the answer is 500 and the log says which call to add; a genuine
/// body that is no such payload gets 422.
#[derive(Clone, Copy, Debug)]
pub struct Verified<T>(pub T);

impl<T, State> FromRequestParts<State> for Verified<T>
where
    T: Payload,
    State: Send + Sync,
{
    type Rejection = VerifiedRejection;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, VerifiedRejection> {
        let scheme = T::Scheme::NAME;
        let Some(proof) = parts.extensions.get::<Proof<T::Scheme>>() else {
            let payload = type_name::<T>();
            tracing::error!(
                target: "countersign",
                scheme,
                payload,
                "Verified<{payload}> was reached without the layer of {scheme}: add \
                 `.route_layer(..)` with that provider's `..Verify::new(secret)` to this route"
            );
            return Err(VerifiedRejection { scheme, payload: None });
        };
        proof.payload().map(Self).map_err(|error| {
            tracing::warn!(target: "countersign", scheme, %error, "genuine, but not this payload");
            VerifiedRejection { scheme, payload: Some(error) }
        })
    }
}

/// Why a [`Verified`] could not be extracted: 500 without its layer, 422 for another payload. The
/// answer has no body; this is in its extensions.
#[derive(Clone, Debug)]
pub struct VerifiedRejection {
    scheme: &'static str,
    payload: Option<PayloadError>,
}

impl VerifiedRejection {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.payload {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Display for VerifiedRejection {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.payload {
            Some(error) => write!(f, "{}: {error}", self.scheme),
            None => write!(f, "{}: the layer of this scheme is missing", self.scheme),
        }
    }
}

impl Error for VerifiedRejection {}

impl IntoResponse for VerifiedRejection {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
