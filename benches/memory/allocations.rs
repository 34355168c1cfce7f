//! How often a request allocates, and how much.

use std::convert::Infallible;
use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use axum::body::Body;
use bytes::Bytes;
use countersign::{GitHubVerify, Scheme, SparkVerify, VerifyLayer};
use countersign_benches::ways::{BARE, Case, LAYER, github, slack, spark, standard_webhooks};
use countersign_benches::{Limit, markdown};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::runtime::Runtime;
use tower::{Layer, Service, service_fn};

const SIZE: usize = 1 << 10;

/// Every way of taking a webhook of 1 KiB. Meya's canonical form is memory of its own, so it is left out.
pub(crate) fn under_axum(runtime: &Runtime) -> Vec<Limit> {
    println!(
        "## Allocations of a request of 1 KiB\n\nUnder axum. That of the request is not in it.\n"
    );
    let mut table = markdown(["provider", "way", "allocations", "bytes"]);
    let mut limits = Vec::new();
    let cases: [fn(usize) -> Case; 4] =
        [spark::case, github::case, standard_webhooks::case, slack::case];
    for mut case in cases.map(|case| case(SIZE)) {
        runtime.block_on(case.check());
        let counted = of_ways(runtime, &mut case);
        for (way, info) in &counted {
            row(&mut table, case.provider, way, info);
        }
        let count = |name| {
            let found = counted.iter().find(|(way, _)| *way == name);
            found.map_or(f64::NAN, |(_, info)| info.count_total as f64)
        };
        let what = format!("{}: allocations beyond the bare handler, under axum", case.provider);
        limits.push(Limit::at_most(what, count(LAYER) - count(BARE), 5.0));
    }
    println!("{table}\n");
    limits
}

/// The layer around a function, beside the function alone.
pub(crate) fn in_plain_tower(runtime: &Runtime) -> Vec<Limit> {
    println!("In plain tower, around a `service_fn`.\n");
    let mut table = markdown(["provider", "way", "allocations", "bytes"]);
    let limits = vec![
        around(runtime, &mut table, &spark::case(SIZE), SparkVerify::new(spark::SECRET)),
        around(runtime, &mut table, &github::case(SIZE), GitHubVerify::new(github::SECRET)),
    ];
    println!("{table}\n");
    limits
}

fn of_ways(runtime: &Runtime, case: &mut Case) -> Vec<(&'static str, AllocationInfo)> {
    let genuine = case.genuine.clone();
    let ways = case.ways.iter_mut().map(|way| {
        let request = genuine.clone().map(Body::from);
        let info = measure(|| {
            black_box(runtime.block_on(way.answer(request)));
        });
        (way.name, info)
    });
    ways.collect()
}

fn around<S: Scheme>(
    runtime: &Runtime,
    table: &mut comfy_table::Table,
    case: &Case,
    layer: VerifyLayer<S>,
) -> Limit {
    let service = service_fn(async |request: Request<Full<Bytes>>| {
        black_box(request);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let alone = once(runtime, service, case);
    let layered = once(runtime, layer.layer(service), case);
    row(table, case.provider, "service_fn", &alone);
    row(table, case.provider, LAYER, &layered);
    let beyond = layered.count_total as f64 - alone.count_total as f64;
    let what = format!("{}: allocations beyond the bare service, in plain tower", case.provider);
    Limit::at_most(what, beyond, 3.0)
}

/// The second request: the first one may find something that is made once.
fn once<S, B>(runtime: &Runtime, mut service: S, case: &Case) -> AllocationInfo
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
{
    let mut info = AllocationInfo::default();
    for _ in 0..2 {
        let request = case.genuine.clone().map(Full::new);
        info = measure(|| {
            let Ok(answer) = runtime.block_on(service.call(request));
            assert_eq!(answer.status(), StatusCode::OK);
        });
    }
    info
}

fn row(table: &mut comfy_table::Table, provider: &str, way: &str, info: &AllocationInfo) {
    let numbers = [info.count_total, info.bytes_total].map(|number| number.to_string());
    table.add_row([provider.to_owned(), way.to_owned()].into_iter().chain(numbers));
}
