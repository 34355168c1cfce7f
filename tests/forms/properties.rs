//! The signer and the verifier agree on any fields, and any change to a field is refused.

use std::collections::BTreeMap;

use bytes::Bytes;
use countersign::{FlowAction, Outcome, Sign, Speakap, VerifyError};
use http::Request;
use proptest::prelude::*;

use super::{flow, signed_by, speakap};

type Fields = BTreeMap<String, String>;

/// Texts that are prone to trouble: any Unicode, delimiters, blanks, prefixes of each other.
fn text(letters: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::string::string_regex(letters).expect("a pattern"),
        any::<String>(),
        Just(String::new()),
        "a{0,3}[-._0-9A-Z=&%+ a]{0,3}",
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    prop::collection::btree_map(text("[a-f=&%+ \u{e9}\u{1F600}]{1,4}"), text("\\PC{0,12}"), 1..12)
        .prop_map(|mut fields| {
            for reserved in ["signature", "timestamp", "issuedAt"] {
                fields.remove(reserved);
            }
            fields
        })
}

/// Only what an action menu item may hold: no control characters, no `=` in a name.
fn plain(fields: Fields) -> Fields {
    let clean = |text: String| text.replace(|c: char| c < ' ' && c != '\t' || c == '\u{7f}', "");
    fields.into_iter().map(|(name, value)| (clean(name).replace('=', ""), clean(value))).collect()
}

fn encode(fields: &Fields) -> Bytes {
    serde_urlencoded::to_string(fields).expect("a form").into()
}

fn decode(body: &[u8]) -> Fields {
    serde_urlencoded::from_bytes(body).expect("a form")
}

/// The verified fields of a genuine request; the reserved ones, which the signer adds, left out.
fn verified<S>(outcome: Result<Outcome<S>, VerifyError>) -> Option<Fields> {
    let Ok(Outcome::Genuine(proof)) = outcome else { return None };
    let mut fields = decode(proof.body());
    fields.retain(|name, _| !["timestamp", "issuedAt"].contains(&name.as_str()));
    Some(fields)
}

fn agree<S: Sign>(
    scheme: &S,
    verify: impl Fn(Request<Bytes>) -> Result<Outcome<S>, VerifyError>,
    fields: &Fields,
    (at, name, value): &(prop::sample::Index, String, String),
) -> Result<(), TestCaseError> {
    let signed = signed_by(scheme, encode(fields));
    let seen = verified(verify(signed.clone()));
    prop_assert_eq!(seen.as_ref(), Some(fields));

    let mut all = decode(signed.body());
    let changed = at.get(&all.keys().cloned().collect::<Vec<_>>()).clone();
    let old = all.remove(&changed).unwrap_or_default();
    for (new_name, new_value) in [(name, &old), (&changed, value), (name, value)] {
        if (new_name, new_value) == (&changed, &old) || all.contains_key(new_name) {
            continue;
        }
        let mut altered = all.clone();
        altered.insert(new_name.clone(), new_value.clone());
        let request = signed.clone().map(|_| encode(&altered));
        prop_assert!(
            verify(request).is_err(),
            "{changed:?}={old:?} became {new_name:?}={new_value:?}"
        );
    }
    let removed = signed.map(|_| encode(&all));
    prop_assert!(verify(removed).is_err(), "{changed:?} was removed");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn flow_action(fields in fields().prop_map(plain), change in any::<(prop::sample::Index, String, String)>()) {
        agree(&FlowAction::default(), flow, &fields, &change)?;
    }

    #[test]
    fn speakap_request(fields in fields(), change in any::<(prop::sample::Index, String, String)>()) {
        agree(&Speakap::default(), speakap, &fields, &change)?;
    }

    /// Whatever comes, there is an answer and no panic.
    #[test]
    fn any_body_at_all(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = flow(super::post(body.clone()));
        let _ = speakap(super::post(body));
    }
}
