//! How much memory a long body takes at most.

use allocation_counter::measure;
use axum::body::Body;
use bytes::Bytes;
use countersign::{Clock, GitHub, SystemClock};
use countersign_benches::ways::{LAYER, github, request, sign};
use countersign_benches::{Limit, markdown};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use tokio::runtime::Runtime;

use crate::chunks::{CHUNK, Chunks};

const SIZE: usize = 64 << 20;

/// Declared, and in chunks of a length that nobody knows.
pub(crate) fn of_a_long_body(runtime: &Runtime) -> Vec<Limit> {
    println!("## Peak memory for a body of 64 MiB\n");
    println!("It comes in pieces of {} KiB; one of them is in the number.\n", CHUNK >> 10);
    let mut table = markdown(["way", "declared", "bytes", "times the body"]);
    let mut limits = Vec::new();
    let signed = request(Bytes::from(vec![b'x'; SIZE]));
    let (declared, _) = sign(&GitHub, github::SECRET, SystemClock.now(), signed).into_parts();
    let mut chunked = declared.clone();
    chunked.headers.remove(CONTENT_LENGTH);
    chunked.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    for way in &mut github::case(SIZE).ways {
        for (parts, is_declared) in [(&declared, true), (&chunked, false)] {
            let body = Body::new(Chunks::new(SIZE, is_declared));
            let request = http::Request::from_parts(parts.clone(), body);
            let info = measure(|| {
                let answer = runtime.block_on(way.answer(request));
                assert_eq!(answer.status(), StatusCode::OK);
            });
            let peak = info.bytes_max as f64;
            let row = [format!("{is_declared}"), info.bytes_max.to_string(), times(peak)];
            table.add_row([way.name.to_owned()].into_iter().chain(row));
            if way.name == LAYER {
                let how = if is_declared { "declared" } else { "chunked" };
                let limit = (2 * SIZE + (64 << 10)) as f64;
                limits.push(Limit::at_most(format!("peak for 64 MiB, {how}, bytes"), peak, limit));
            }
        }
    }
    println!("{table}\n");
    limits
}

fn times(peak: f64) -> String {
    format!("{:.2}", peak / SIZE as f64)
}
