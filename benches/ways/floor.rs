//! What any layer costs that reads a body before its service gets it, whatever it does with it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt};

/// It clones the service inside, reads the body, hands it on as one of another type and puts something into the
/// extensions.
#[derive(Clone, Copy, Debug)]
pub struct Floor;

/// The service of it.
#[derive(Clone, Debug)]
pub struct FloorService<Inner>(Inner);

#[derive(Clone)]
struct Something {
    _bytes: [u8; 64],
}

impl<Inner> Layer<Inner> for Floor {
    type Service = FloorService<Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        FloorService(inner)
    }
}

impl<Inner> Service<Request<Body>> for FloorService<Inner>
where
    Inner: Service<Request<Full<Bytes>>, Response = Response<Body>> + Clone + Send + 'static,
    Inner::Error: Send,
    Inner::Future: Send,
{
    type Response = Response<Body>;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Inner::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut inner = self.0.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            parts.extensions.insert(Something { _bytes: [0; 64] });
            let request = Request::from_parts(parts, Full::new(body));
            inner.ready().await?.call(request).await
        })
    }
}
