//! The metrics, on a listener of their own: they are not for who sends webhooks.

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::time::interval;

/// Up to how many seconds a bucket of the latencies goes: from 10 us, about what a small body takes, to 10 s, the longest
/// that a body may take.
const BUCKETS: [f64; 19] = [
    0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,
];

/// How often what was recorded is put into the buckets: it is kept one by one until then.
const UPKEEP: Duration = Duration::from_secs(5);

/// The text form of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Records from now on: to be called before the first request, since a layer keeps what it gets with that.
pub(crate) fn record() -> Result<PrometheusHandle, Box<dyn Error>> {
    let latency = Matcher::Full("countersign_verification_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(latency, &BUCKETS)?;
    Ok(builder.install_recorder()?)
}

/// Serves them for as long as the process runs: on loopback, wherever webhooks arrive.
pub(crate) async fn serve(recorded: PrometheusHandle, port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    tracing::info!("metrics on http://{}/metrics", listener.local_addr()?);
    let upkept = recorded.clone();
    tokio::spawn(async move {
        let mut upkeep = interval(UPKEEP);
        loop {
            upkeep.tick().await;
            upkept.run_upkeep();
        }
    });
    let render = get(async move || ([(CONTENT_TYPE, TEXT)], recorded.render()));
    let app = Router::new().route("/metrics", render);
    let server = serving::server(listener);
    tokio::spawn(server.serve(app.into_make_service()));
    Ok(())
}
