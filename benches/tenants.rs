//! What a tenant costs: keys looked up in a warm cache by a parameter of the path, against one fixed
//! key on the same route; and what a stranger learns of the time until a refusal.
//!
//! `cargo bench -p countersign-benches --bench tenants`

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{CachedKeys, PathTenant, Secret, Sign, SparkVerify, TenantKeys, Timestamp};
use divan::{AllocProfiler, Bencher};
use http::{Request, StatusCode};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Counts what is allocated.
#[global_allocator]
static ALLOCATED: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const SIZES: [usize; 2] = [256, 64 << 10];

fn app(verify: SparkVerify) -> Router {
    Router::new().route("/hooks/{tenant}/spark", post(async || ()).route_layer(verify))
}

fn fixed() -> Router {
    app(SparkVerify::new("the secret of acme"))
}

/// Its database knows `acme`.
fn cached() -> Router {
    let load = async |name: Arc<str>| match &*name {
        "acme" => Ok(vec![Secret::new("the secret of acme").expect("a secret")]),
        _ => Ok(Vec::new()),
    };
    let keys = CachedKeys::by_tenant(TenantKeys::new(Spark::default(), load));
    app(SparkVerify::with_keys(Spark::default(), keys).tenant(PathTenant::new("tenant")))
}

/// A request to that tenant, signed with that secret.
fn signed(tenant: &str, secret: &str, size: usize) -> Request<Bytes> {
    let request = Request::post(format!("/hooks/{tenant}/spark"));
    let request = request.body(Bytes::from(vec![b'x'; size])).expect("a request");
    let secret = Secret::new(secret).expect("a secret");
    Spark::default().sign(&secret, Timestamp::from_secs(0), request).expect("a signature")
}

/// Sends it again and again, after once to warm what is cached.
fn send(bencher: Bencher<'_, '_>, app: &Router, request: &Request<Bytes>, status: StatusCode) {
    let runtime = Runtime::new().expect("a runtime");
    // The router as a server has it: with its state.
    let app = app.clone().with_state::<()>(());
    let send = |request: Request<Bytes>| {
        let Ok(answer) = runtime.block_on(app.clone().oneshot(request.map(Body::from)));
        answer
    };
    assert_eq!(send(request.clone()).status(), status);
    bencher.with_inputs(|| request.clone()).bench_values(send);
}

#[divan::bench(args = SIZES)]
fn genuine_with_a_fixed_key(bencher: Bencher<'_, '_>, size: usize) {
    send(bencher, &fixed(), &signed("acme", "the secret of acme", size), StatusCode::OK);
}

#[divan::bench(args = SIZES)]
fn genuine_with_a_cached_tenant(bencher: Bencher<'_, '_>, size: usize) {
    send(bencher, &cached(), &signed("acme", "the secret of acme", size), StatusCode::OK);
}

#[divan::bench(args = SIZES)]
fn refused_for_a_wrong_signature(bencher: Bencher<'_, '_>, size: usize) {
    send(bencher, &cached(), &signed("acme", "guessed", size), StatusCode::UNAUTHORIZED);
}

#[divan::bench(args = SIZES)]
fn refused_for_an_unknown_tenant(bencher: Bencher<'_, '_>, size: usize) {
    send(bencher, &cached(), &signed("emca", "guessed", size), StatusCode::UNAUTHORIZED);
}
