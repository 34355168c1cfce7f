//! A type that is no payload, and the message that says what to take.

use countersign::Verified;

struct MyEvent;

fn extracted<T: axum::extract::FromRequestParts<()>>() {}

fn main() {
    extracted::<Verified<MyEvent>>();
}
