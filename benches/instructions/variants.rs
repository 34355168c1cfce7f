//! What is counted: requests through a router of axum and through a plain service, with the layer and without.

use std::convert::Infallible;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use tokio::runtime::Builder;
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::null;

pub(crate) const SIZES: [usize; 3] = [256, 1024, 4096];

pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// The same without the layer.
    pub(crate) beside: Option<&'static str>,
}

pub(crate) const VARIANTS: &[Variant] = &[
    Variant { name: "axum-bare", title: "axum, bare handler", beside: None },
    Variant { name: "axum-layer", title: "axum, layer", beside: Some("axum-bare") },
    Variant { name: "axum-refused", title: "axum, layer, unsigned", beside: None },
    Variant { name: "tower-bare", title: "plain tower, bare service", beside: None },
    Variant { name: "tower-layer", title: "plain tower, layer", beside: Some("tower-bare") },
    Variant { name: "tower-refused", title: "plain tower, layer, unsigned", beside: None },
];

/// Sends that many requests of that size through it.
pub(crate) fn send(variant: &str, size: &str, times: &str) {
    let size = size.parse().expect("a size");
    let times = times.parse().expect("a number");
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let work = async {
        match variant {
            "axum-bare" => repeat(bare_router(), size, times, StatusCode::OK).await,
            "axum-layer" => repeat(router(), size, times, StatusCode::OK).await,
            "axum-refused" => repeat(router(), size, times, StatusCode::UNAUTHORIZED).await,
            "tower-bare" => repeat(service_fn(answer), size, times, StatusCode::OK).await,
            "tower-layer" => repeat(service(), size, times, StatusCode::OK).await,
            "tower-refused" => repeat(service(), size, times, StatusCode::UNAUTHORIZED).await,
            other => panic!("nothing is called {other}"),
        }
    };
    runtime.block_on(work);
}

/// A request that is to be refused has no signature.
async fn repeat<S, ResBody>(service: S, size: usize, times: usize, status: StatusCode)
where
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>, Error = Infallible> + Clone,
{
    let body = Bytes::from(vec![b'x'; size]);
    for _ in 0..times {
        let mut request = Request::post("/hook");
        if status == StatusCode::OK {
            request = request.header(null::HEADER, null::SIGNATURE);
        } else {
            // Of HTTP/1.1 the rest of a refused request is read by a task of its own, with a timer of its own.
            request = request.version(Version::HTTP_2);
        }
        let request = request.body(Full::new(body.clone())).expect("a request");
        let Ok(answer) = service.clone().oneshot(request).await;
        assert_eq!(answer.status(), status);
    }
}

fn bare_router() -> Router {
    Router::new().route("/hook", post(handler)).with_state(())
}

fn router() -> Router {
    Router::new().route("/hook", post(handler).route_layer(null::layer())).with_state(())
}

async fn handler(body: Bytes) {
    assert!(!body.is_empty());
}

fn service()
-> impl Service<Request<Full<Bytes>>, Response = Response<impl Sized>, Error = Infallible> + Clone {
    null::layer().layer(service_fn(answer))
}

async fn answer(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let Ok(body) = request.into_body().collect().await;
    assert!(!body.to_bytes().is_empty());
    Ok(Response::default())
}
