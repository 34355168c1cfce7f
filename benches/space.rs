//! RSA signatures of JetBrains Space, beside a bare call of aws-lc; and what a lookup of keys costs
//! that were fetched before.
//!
//! `cargo bench -p countersign-benches --bench space`

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;
use std::thread;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use countersign::space::testing::TestKey;
use countersign::space::{Installation, Jwks, RsaPublicKey, SpaceKeys};
use countersign::{
    KeyError, KeyHint, KeySource, Lookup, ManualClock, Outcome, Sign, SpacePublicKey,
    SpacePublicKeyVerify, Timestamp,
};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use http::Request;
use serde_json::Value;

/// Counts what is allocated.
#[global_allocator]
static ALLOCATED: AllocProfiler = AllocProfiler::system();

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const SIZES: [usize; 2] = [1 << 10, 1 << 20];
const TIME: &str = "x-space-timestamp";
const SIGNATURE: &str = "x-space-public-key-signature";

static KEY: LazyLock<TestKey> = LazyLock::new(|| TestKey::generate().expect("an RSA key"));

fn main() {
    divan::main();
}

fn signed(size: usize) -> Request<Bytes> {
    let (start, end) = (r#"{"className":"MessagePayload","text":""#, r#""}"#);
    let text = "x".repeat(size - start.len() - end.len());
    let request = Request::post("/space").body(Bytes::from([start, &text, end].concat()));
    let secret = KEY.pem().expect("a PEM");
    SpacePublicKey::default().sign(&secret, NOW, request.expect("a request")).expect("a signature")
}

fn layer(keys: impl KeySource<RsaPublicKey>) -> SpacePublicKeyVerify {
    SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), keys).clock(ManualClock::at(NOW))
}

fn fixed() -> Jwks {
    Jwks::parse(KEY.jwks()).expect("a JWK set")
}

fn check(bencher: Bencher<'_, '_>, layer: &SpacePublicKeyVerify, size: usize) {
    let request = signed(size);
    assert!(matches!(layer.verify(request.clone()), Ok(Outcome::Genuine(_))));
    bencher
        .counter(BytesCount::new(size))
        .with_inputs(|| request.clone())
        .bench_values(|request| layer.verify(request).is_ok());
}

/// The floor: the text is in one piece already, and so is the signature.
#[divan::bench(args = SIZES)]
fn aws_lc_alone(bencher: Bencher<'_, '_>, size: usize) {
    let (parts, body) = signed(size).into_parts();
    let text = [parts.headers[TIME].as_bytes(), b":", &body].concat();
    let signature = BASE64_STANDARD.decode(&parts.headers[SIGNATURE]).expect("base64");
    let key = bare();
    assert!(key.verify_sig(&text, &signature).is_ok());
    bencher
        .counter(BytesCount::new(size))
        .bench(|| key.verify_sig(black_box(&text), black_box(&signature)));
}

fn bare() -> ParsedPublicKey {
    let jwk: Value = serde_json::from_str(&KEY.jwk()).expect("a JWK");
    let number = |name: &str| {
        let text = jwk[name].as_str().expect("a text");
        BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64")
    };
    let components = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA512).expect("a key")
}

/// The whole check.
#[divan::bench(args = SIZES)]
fn verify(bencher: Bencher<'_, '_>, size: usize) {
    check(bencher, &layer(fixed()), size);
}

/// The same with keys that were fetched before: as many allocations.
#[divan::bench(args = SIZES)]
fn verify_with_fetched_keys(bencher: Bencher<'_, '_>, size: usize) {
    check(bencher, &layer(fetched()), size);
}

/// A request whose keys are looked up that often, and then are not there: what more lookups cost is
/// theirs alone.
#[divan::bench(args = [1, 1001])]
fn lookups(bencher: Bencher<'_, '_>, count: usize) {
    let (layer, request) = (layer(Repeated { keys: fetched(), count }), signed(SIZES[0]));
    bencher.with_inputs(|| request.clone()).bench_values(|request| layer.verify(request).is_ok());
}

struct Repeated {
    keys: SpaceKeys,
    count: usize,
}

impl KeySource<RsaPublicKey> for Repeated {
    fn keys(&self, hint: &KeyHint<'_>) -> Lookup<RsaPublicKey> {
        for _ in 0..self.count {
            let Lookup::Ready(Ok(_)) = black_box(self.keys.keys(hint)) else {
                panic!("it is not in the cache")
            };
        }
        Lookup::Ready(Err(KeyError::Unknown))
    }
}

/// Keys from a server on loopback, which is asked once.
fn fetched() -> SpaceKeys {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = thread::spawn(move || {
        for answer in
            [r#"{"access_token":"token"}"#.to_owned(), Value::from(KEY.jwks()).to_string()]
        {
            let (stream, _) = listener.accept().expect("a connection");
            serve(stream, &answer);
        }
    });
    let url = format!("http://{address}");
    let keys = SpaceKeys::new(Installation::new(&url, "client-id", "client secret"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let genuine =
        runtime.expect("a runtime").block_on(layer(keys.clone()).verify_async(signed(SIZES[0])));
    assert!(matches!(genuine, Ok(Outcome::Genuine(_))), "{genuine:?}");
    server.join().expect("it was asked");
    keys
}

fn serve(mut stream: TcpStream, answer: &str) {
    let mut reader = BufReader::new(stream.try_clone().expect("a connection"));
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        line.clear();
    }
    reader.read_exact(&mut vec![0; length]).expect("a body");
    let length = answer.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all([head.as_bytes(), answer.as_bytes()].concat().as_slice()).expect("an answer");
}
