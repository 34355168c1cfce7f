//! Random requests of the kind that a provider sends.

use bytes::Bytes;
use countersign_cli::registry::Sample;
use http::Request;
use http::header::CONTENT_TYPE;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// A request like the sample, with a body of its kind, still without signature.
pub(super) fn request(sample: &Sample, runner: &mut TestRunner) -> Request<Bytes> {
    let mut builder = Request::builder().method(sample.method.clone());
    for &(name, value) in sample.headers {
        builder = builder.header(name, value);
    }
    let mut request = builder.body(Bytes::new()).expect("a request");
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let body = if is_form { form(runner) } else { json(runner) };
    *request.body_mut() = body.into();
    request
}

/// Now and then with a name that is there more than once. Its values are ASCII: packages for Node sort others
/// as UTF-16.
fn form(runner: &mut TestRunner) -> String {
    let fields = btree_map("[A-Za-z][A-Za-z0-9_]{0,8}", text(), 0..8);
    let repeated = vec("[ -~]{0,3}", 0..4);
    let form = (fields, repeated).new_tree(runner).expect("a form").current();
    let repeated = form.1.into_iter().map(|value| ("Repeated".to_owned(), value));
    let fields: Vec<_> = form.0.into_iter().chain(repeated).collect();
    serde_urlencoded::to_string(fields).expect("a form")
}

/// An object of JSON, as some library would write it.
fn json(runner: &mut TestRunner) -> String {
    let value = (btree_map(text(), value(), 0..6), any::<bool>());
    let (members, pretty) = value.new_tree(runner).expect("a document").current();
    let members = Value::Object(members.into_iter().collect());
    if pretty { format!("{members:#}") } else { members.to_string() }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,12}", "\\PC{0,8}", any::<String>()]
}
