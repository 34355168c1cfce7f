//! How much the layer adds to the future of the service inside.

use std::convert::Infallible;
use std::future::Ready;

use axum::body::Body;
use axum::routing::Route;
use bytes::Bytes;
use countersign::{GitHub, Scheme, Spark, Verify};
use countersign_benches::{Limit, markdown};
use http::{Request, Response};
use http_body_util::Full;
use tower::Service;
use tower::util::ServiceFn;

/// A service whose future is as small as one can be.
type Function =
    ServiceFn<fn(Request<Full<Bytes>>) -> Ready<Result<Response<Full<Bytes>>, Infallible>>>;

/// Under axum, and in plain tower around a function that answers at once.
pub(crate) fn sizes() -> Vec<Limit> {
    println!("## Size of the future\n");
    let mut table =
        markdown(["provider", "service inside", "its future", "with the layer", "more"]);
    let mut limits = Vec::new();
    let sizes = [
        ("Spark", "route of axum", size::<Spark, Route, Body>()),
        ("GitHub", "route of axum", size::<GitHub, Route, Body>()),
        ("Spark", "function of plain tower", size::<Spark, Function, Full<Bytes>>()),
        ("GitHub", "function of plain tower", size::<GitHub, Function, Full<Bytes>>()),
    ];
    for (provider, inside, (inner, outer)) in sizes {
        let more = outer.saturating_sub(inner);
        let numbers = [inner, outer, more].map(|number| number.to_string());
        table.add_row([provider.to_owned(), inside.to_owned()].into_iter().chain(numbers));
        let what = format!("{provider}, {inside}: future beyond the inner one, bytes");
        limits.push(Limit::at_most(what, more as f64, 512.0));
    }
    println!("{table}\n");
    limits
}

/// That of the service inside, and that of the layer around it.
fn size<S: Scheme, Inner, B>() -> (usize, usize)
where
    Inner: Service<Request<Full<Bytes>>>,
    Verify<S, Inner>: Service<Request<B>>,
{
    (size_of::<Inner::Future>(), size_of::<<Verify<S, Inner> as Service<Request<B>>>::Future>())
}
