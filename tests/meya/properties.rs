//! What holds for any JSON.

use countersign_python_json::{Document, canonicalize};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{body_of, signed, verify};

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[a-c\"\\\\\u{e9}\u{ffff}\u{1F600}]{0,4}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Writes it with the members of its objects in an order that the numbers say.
fn shuffled(value: &Value, order: &mut impl Iterator<Item = u32>) -> String {
    match value {
        Value::Array(elements) => {
            let elements: Vec<_> =
                elements.iter().map(|element| shuffled(element, order)).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| {
                    (
                        order.next(),
                        format!("{}: {}", Value::from(name.as_str()), shuffled(value, order)),
                    )
                })
                .collect();
            members.sort();
            let members: Vec<_> = members.into_iter().map(|(_, member)| member).collect();
            format!("{{{}}}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

proptest! {
    #[test]
    fn a_form_is_its_own_form(value in json()) {
        let text = value.to_string();
        let form = canonicalize(text.as_bytes()).expect("JSON");
        let again = Document::parse(&form).expect("JSON");
        prop_assert!(again.is_canonical());
        prop_assert_eq!(again.to_vec(), form.as_slice());
        prop_assert!(form.is_ascii());
        // And it says the same.
        let read: Value = serde_json::from_slice(&form).expect("JSON");
        prop_assert_eq!(read, value);
    }

    #[test]
    fn the_order_of_members_does_not_matter(value in json(), one: [u32; 32], other: [u32; 32]) {
        let one = shuffled(&value, &mut one.into_iter().cycle());
        let other = shuffled(&value, &mut other.into_iter().cycle());
        let form = canonicalize(one.as_bytes()).expect("JSON");
        prop_assert_eq!(canonicalize(other.as_bytes()).expect("JSON"), form.as_slice());
        prop_assert_eq!(body_of(verify(signed(other))).into_bytes(), form);
    }

    #[test]
    fn names_are_sorted_by_code_point(names in prop::collection::btree_set("[^:{},]{0,12}", 0..60)) {
        let member = |name: &String| format!("{}:0", Value::from(name.as_str()));
        let mut members: Vec<_> = names.iter().map(member).collect();
        members.reverse();
        let form = canonicalize(format!("{{{}}}", members.join(",")).as_bytes()).expect("JSON");
        // `serde_json` keeps the order of strings, which is that of their UTF-8 bytes.
        let read: Vec<_> = String::from_utf8(form).expect("ASCII")
            .trim_matches(['{', '}']).split(":0").map(|name| name.trim_start_matches(',').to_owned())
            .filter(|name| !name.is_empty()).collect();
        prop_assert_eq!(read.len(), names.len());
        for (name, read) in names.iter().zip(read) {
            prop_assert_eq!(&serde_json::from_str::<String>(&read).expect("a name"), name);
        }
    }
}
