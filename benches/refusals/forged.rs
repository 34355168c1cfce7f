//! How many forged requests a core gets through in a second.

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::routing::post;
use bytes::Bytes;
use countersign::{Clock, Discord, DiscordVerify, GitHub, GitHubVerify, SystemClock};
use countersign_benches::ways::{LAYER, Way, event, handler, request, sign};
use countersign_benches::{Budget, Paired, markdown};
use http::{Request, StatusCode};
use tokio::runtime::Runtime;

const SIZES: [usize; 2] = [1 << 10, 25 << 20];

/// The key pair of the first example of RFC 8032, and the private key of the second.
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const PRIVATE: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const GUESSED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

pub(crate) fn table(runtime: &Runtime) {
    println!("## Forged requests that one core refuses\n");
    println!("Their signatures have the right shape, so that the body is hashed to its end.\n");
    let mut table = markdown(["signature", "body", "forged requests a second", "MB/s"]);
    for size in SIZES {
        let hmac = GitHubVerify::new("a secret").body_limit(size);
        let hmac = Way::new(LAYER, size, post(handler).route_layer(hmac));
        let ed25519 = DiscordVerify::new(PUBLIC).body_limit(size);
        let ed25519 = Way::new(LAYER, size, post(handler).route_layer(ed25519));
        let now = SystemClock.now();
        let request = request(event(size));
        let signed = |secret| sign(&GitHub, secret, now, request.clone());
        let hmac = (hmac, [signed("a secret"), signed("guessed")]);
        let signed = |secret| sign(&Discord, secret, now, request.clone());
        let ed25519 = (ed25519, [signed(PRIVATE), signed(GUESSED)]);
        for (name, (mut way, [genuine, forged])) in
            [("HMAC-SHA256 (GitHub)", hmac), ("Ed25519 (Discord)", ed25519)]
        {
            assert_eq!(send(runtime, &mut way, &genuine, 1).1, StatusCode::OK);
            let ns = time(runtime, &mut way, &forged, size);
            let body = if size < 1 << 20 {
                format!("{} KiB", size >> 10)
            } else {
                format!("{} MiB", size >> 20)
            };
            let (each, speed) =
                (format!("{:.0}", 1e9 / ns), format!("{:.0}", size as f64 * 1e3 / ns));
            table.add_row([name, &body, &each, &speed]);
        }
    }
    println!("{table}\n");
}

/// The median time of one.
fn time(runtime: &Runtime, way: &mut Way, forged: &Request<Bytes>, size: usize) -> f64 {
    let batch = ((64 << 10) / size).clamp(1, 16);
    let budget = Budget::new(Duration::from_secs(4), 15);
    let measured = Paired::measure([LAYER], budget, |_| {
        let (ns, status) = send(runtime, way, forged, batch);
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        ns
    });
    measured.median(&LAYER).unwrap_or(f64::NAN)
}

/// Sends it so often; how long one took, and the last answer.
fn send(
    runtime: &Runtime,
    way: &mut Way,
    request: &Request<Bytes>,
    times: usize,
) -> (f64, StatusCode) {
    let requests = vec![request.clone(); times];
    let requests: Vec<_> = requests.into_iter().map(|it| it.map(Body::from)).collect();
    runtime.block_on(async {
        let mut status = StatusCode::OK;
        let start = Instant::now();
        for request in requests {
            status = black_box(way.answer(request).await).status();
        }
        (start.elapsed().as_nanos() as f64 / times as f64, status)
    })
}
