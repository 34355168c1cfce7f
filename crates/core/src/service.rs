//! The service that the layer makes.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::EXPECT;
use http::request::Parts;
use http::{Request, Response, Version};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::body::{BoxError, ResponseBody};
use crate::drain::drain;
use crate::engine::{self, Begun};
use crate::error::{Reason, VerifyError};
use crate::future::{Reading, ResponseFuture};
use crate::gather::{Gather, declared_length};
use crate::head::Head;
use crate::layer::Config;
use crate::scheme::Scheme;

/// The service that [`VerifyLayer`](crate::VerifyLayer) makes: it verifies, then calls `Inner`
/// with the verified bytes as the body.
///
/// It is always ready: `Inner` is cloned for each request, and that clone is made ready when the
/// request turned out to be genuine. So a limit inside counts genuine requests only.
pub struct Verify<S: Scheme, Inner> {
    inner: Inner,
    config: Arc<Config<S>>,
}

impl<S: Scheme, Inner> Verify<S, Inner> {
    pub(crate) fn new(inner: Inner, config: Arc<Config<S>>) -> Self {
        Self { inner, config }
    }
}

impl<S, Inner, ReqBody, ResBody> Service<Request<ReqBody>> for Verify<S, Inner>
where
    S: Scheme,
    Inner: Service<Request<Full<Bytes>>, Response = Response<ResBody>> + Clone,
    ReqBody: Body + Send + 'static,
    ReqBody::Data: Send,
    ReqBody::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = Inner::Error;
    type Future = ResponseFuture<S, Inner, ReqBody>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (parts, body) = request.into_parts();
        match self.begin(&parts, &body) {
            Ok(Begun::Answered(answer)) => ResponseFuture::answered(answer),
            Ok(Begun::Streaming(check)) => self.read(parts, body, Some(check)),
            Ok(Begun::NeedBody) => self.read(parts, body, None),
            Err(reason) => {
                let answer = self.config.refuse(VerifyError::new(S::NAME, reason));
                if worth_draining(&parts) {
                    drain(body, self.config.body_limit);
                }
                ResponseFuture::answered(answer)
            }
        }
    }
}

impl<S: Scheme, Inner: Clone> Verify<S, Inner> {
    fn begin(&self, parts: &Parts, body: &impl Body) -> Result<Begun<S::Method>, Reason> {
        let begun = engine::begin(&self.config, &Head::new(parts))?;
        if !matches!(begun, Begun::Answered(_))
            && declared_length(body).is_some_and(|length| length > self.config.body_limit as u64)
        {
            return Err(Reason::BodyTooLarge);
        }
        Ok(begun)
    }

    fn read<ReqBody>(
        &self,
        parts: Parts,
        body: ReqBody,
        check: Option<engine::Check<S::Method>>,
    ) -> ResponseFuture<S, Inner, ReqBody>
    where
        Inner: Service<Request<Full<Bytes>>>,
        ReqBody: Body,
    {
        let gather = Gather::new(&body, self.config.body_limit);
        let (inner, config) = (self.inner.clone(), Arc::clone(&self.config));
        ResponseFuture::reading(body, Reading { inner, config, parts, check, gather })
    }
}

/// Whether a client may be writing a body that it was not asked for.
///
/// With `Expect: 100-continue` it waits to be asked, and HTTP/2 tells it to stop.
fn worth_draining(parts: &Parts) -> bool {
    parts.version < Version::HTTP_2 && !parts.headers.contains_key(EXPECT)
}

impl<S: Scheme, Inner: Clone> Clone for Verify<S, Inner> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), config: Arc::clone(&self.config) }
    }
}

impl<S: Scheme, Inner: Debug> Debug for Verify<S, Inner> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("inner", &self.inner).field("config", &self.config).finish()
    }
}
