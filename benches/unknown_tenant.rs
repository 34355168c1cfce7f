//! Whether the time until a refusal tells which tenants there are: requests for an unknown tenant and
//! for a known one with a wrong signature, in turns, through the layer with a warm cache. What counts as
//! noise is measured as well, by two halves of the same requests. It fails if the difference is
//! larger than 3 % and than three times the noise.
//!
//! `cargo bench -p countersign-benches --bench unknown_tenant`

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use countersign::space::testing::TestKey;
use countersign::spark::Spark;
use countersign::{
    CachedKeys, HeaderTenant, Secret, Sign, SpacePublicKey, TenantKeys, Timestamp, VerifyLayer,
};
use countersign_benches::{Limit, markdown};
use http::Request;
use http::header::{HeaderName, HeaderValue};
use tokio::runtime::Runtime;

const ROUNDS: usize = 20_000;

fn main() -> ExitCode {
    let text = |text: &str| Secret::new(text).expect("a secret");
    let spark = [text("the secret of acme"), text("guessed")];
    let rsa = [(); 2].map(|()| TestKey::generate().expect("a key"));
    let known = Secret::new(rsa[0].jwk()).expect("a key");
    let guessed = rsa[1].pem().expect("a key");
    let [secret, wrong] = spark;

    let compared = [
        compare("Spark, 256 B", Spark::default, &secret, &wrong, 256),
        compare("Spark, 64 KiB", Spark::default, &secret, &wrong, 64 << 10),
        compare("Space, public key, 256 B", SpacePublicKey::default, &known, &guessed, 256),
    ];
    let mut table = markdown(["medians", "wrong signature", "unknown tenant", "noise, %"]);
    let mut limits = Vec::new();
    for Compared { title, wrong, unknown, difference, noise } in compared {
        let [wrong, unknown] = [wrong, unknown].map(|time| format!("{time:.1?}"));
        table.add_row([title, &wrong, &unknown, &format!("{noise:.2}")]);
        let limit = f64::max(3.0, (noise * 300.0).round() / 100.0);
        limits.push(Limit::at_most(format!("{title}: difference, %"), difference, limit));
    }
    println!("{table}\n");
    Limit::judge(&limits)
}

struct Compared {
    title: &'static str,
    wrong: Duration,
    unknown: Duration,
    /// In percent, as the noise is.
    difference: f64,
    noise: f64,
}

/// How far unknown and wrong are apart.
fn compare<S: Sign>(
    title: &'static str,
    scheme: fn() -> S,
    secret: &Secret,
    wrong: &Secret,
    size: usize,
) -> Compared {
    let runtime = Runtime::new().expect("a runtime");
    let secret = secret.clone();
    let load = move |name: Arc<str>| {
        let known = (&*name == "acme").then(|| secret.clone());
        async { Ok(known.into_iter().collect::<Vec<_>>()) }
    };
    let keys = CachedKeys::by_tenant(TenantKeys::new(scheme(), load));
    let header = HeaderName::from_static("x-tenant");
    let layer = VerifyLayer::with_keys(scheme(), keys).tenant(HeaderTenant::new(header));

    let signed = |tenant: &'static str, nonce: usize| {
        let body = [nonce.to_string().into_bytes(), vec![b' '; size]].concat();
        let mut request = Request::post("/").body(Bytes::from(body)).expect("a request");
        request.headers_mut().insert("x-tenant", HeaderValue::from_static(tenant));
        scheme().sign(wrong, Timestamp::from(SystemTime::now()), request).expect("a signature")
    };
    let time = |request: Request<Bytes>| {
        let start = Instant::now();
        let refused = runtime.block_on(layer.verify_async(request)).is_err();
        let time = start.elapsed();
        assert!(refused);
        time
    };
    let mut times = [const { Vec::new() }; 3];
    // The same requests for both, so that neither has the luckier signatures.
    let requests: Vec<_> =
        (0..64).map(|nonce| [signed("acme", nonce), signed("emca", nonce)]).collect();
    for round in 0..ROUNDS {
        let [known, unknown] = &requests[round % requests.len()];
        let order = if round % 2 == 0 { [0, 1, 2] } else { [2, 1, 0] };
        for kind in order {
            let request = if kind == 1 { unknown } else { known };
            times[kind].push(time(request.clone()));
        }
    }
    let [one, unknown, other] = times.map(median);
    let wrong = (one + other) / 2;
    let (difference, noise) = (apart(unknown, wrong, wrong), apart(one, other, wrong));
    Compared { title, wrong, unknown, difference, noise }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// What lies between the two, in percent of `whole`.
fn apart(one: Duration, other: Duration, whole: Duration) -> f64 {
    one.abs_diff(other).as_secs_f64() / whole.as_secs_f64() * 100.0
}
