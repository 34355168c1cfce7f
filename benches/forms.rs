//! Requests whose form fields are signed: time linear in the body, memory at most three times it.
//!
//! `cargo bench -p countersign-benches --bench forms`

use bytes::Bytes;
use countersign::{
    Algorithm, FlowAction, FlowActionVerify, HmacKey, ManualClock, Outcome, Secret, Sign, Timestamp,
};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use http::Request;

/// Counts what is allocated: `max alloc` is the most at one time.
#[global_allocator]
static ALLOCATED: AllocProfiler = AllocProfiler::system();

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const SIZES: [usize; 3] = [64 << 10, 1 << 20, 8 << 20];

fn main() {
    divan::main();
}

/// An action menu item with an `ids` field that makes the body about that large.
fn signed(size: usize) -> Request<Bytes> {
    let ids = (0..900_000).cycle().map(|id: u32| (100_000 + id).to_string());
    let ids = ids.take((size - 300) / 9).collect::<Vec<_>>().join("%2C");
    let request = Request::post("/ami")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(format!("user_id=24&title=All+Versions&view=&ids={ids}")));
    let secret = Secret::new("secret").expect("a secret");
    FlowAction::default().sign(&secret, NOW, request.expect("a request")).expect("a signature")
}

/// The floor: the hash of a text as long as the body.
#[divan::bench(args = SIZES)]
fn hash_alone(bencher: Bencher<'_, '_>, size: usize) {
    let (key, body) = (HmacKey::new(b"secret"), signed(size).into_body());
    bencher
        .counter(BytesCount::new(body.len()))
        .bench(|| key.sign(Algorithm::HmacSha1, &[black_box(&body)]));
}

/// The whole check: decode, sort, hash both readings, reveal the one that matched.
#[divan::bench(args = SIZES)]
fn verify(bencher: Bencher<'_, '_>, size: usize) {
    let request = signed(size);
    let layer = FlowActionVerify::new("secret").clock(ManualClock::at(NOW));
    assert!(matches!(layer.verify(request.clone()), Ok(Outcome::Genuine(_))));
    bencher
        .counter(BytesCount::new(request.body().len()))
        .with_inputs(|| request.clone())
        .bench_values(|request| layer.verify(request).is_ok());
}
