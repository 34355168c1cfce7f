//! The service that the layer makes.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::body::{BoxError, ResponseBody};
use crate::future::ResponseFuture;
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
        if self.config.locate.is_some() {
            return self.call_for_tenant(request);
        }
        ResponseFuture::begin(self.inner.clone(), Arc::clone(&self.config), None, request)
    }
}

impl<S: Scheme, Inner: Service<Request<Full<Bytes>>> + Clone> Verify<S, Inner> {
    /// With the tenant located in the head. Only for that the head is taken off: it has hundreds of bytes.
    fn call_for_tenant<ReqBody>(
        &self,
        request: Request<ReqBody>,
    ) -> ResponseFuture<S, Inner, ReqBody>
    where
        ReqBody: Body + Send + 'static,
        ReqBody::Data: Send,
    {
        let (mut parts, body) = request.into_parts();
        let tenant = self.config.locate(&mut parts);
        let request = Request::from_parts(parts, body);
        ResponseFuture::begin(self.inner.clone(), Arc::clone(&self.config), tenant, request)
    }
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
