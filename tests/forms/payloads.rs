//! What the handlers get.

use bytes::Bytes;
use countersign::flow::{ActionMenu, Delivery};
use countersign::speakap::SignedRequest;
use countersign::{
    FlowAction, FlowWebhook, FlowWebhookVerify, Outcome, Payload, PayloadError, Proof, Scheme,
    Speakap, VerifyError,
};
use serde_json::{Value, json};

use super::{SECRET, flow, signed_by, speakap};

fn payload<S: Scheme, T: Payload<Scheme = S>>(
    outcome: Result<Outcome<S>, VerifyError>,
) -> Result<T, PayloadError> {
    match outcome {
        Ok(Outcome::Genuine(proof)) => Proof::payload(&proof),
        other => panic!("not genuine: {other:?}"),
    }
}

fn menu(body: &'static str) -> Result<ActionMenu, PayloadError> {
    payload(flow(signed_by(&FlowAction::default(), body)))
}

#[test]
fn an_action_menu_has_typed_numbers_and_lists() {
    let menu = menu(
        "user_id=24&user_login=shotgun_admin&entity_type=Version&selected_ids=931%2C900\
         &ids=931%2C900%2C904&title=All+Versions&page_id=1353&column_display_names=A%2CB\
         &grouping_column=sg_status&project_name=Gunslinger&project_id=81&sort_columns=&cols=code%2Cimage&grouping_columns=a\
         &new_field=caf%C3%A9+%26+co",
    )
    .expect("an action menu item");
    assert_eq!((menu.user_id, menu.page_id, menu.project_id), (24, Some(1353), Some(81)));
    assert_eq!((menu.selected_ids, menu.ids), (vec![931, 900], vec![931, 900, 904]));
    assert_eq!((menu.title.as_str(), menu.column_display_names.as_str()), ("All Versions", "A,B"));
    assert_eq!(menu.grouping_column.as_deref(), Some("sg_status"));
    assert_eq!((menu.cols, menu.sort_columns), (vec!["code".into(), "image".into()], vec![]));
    assert_eq!((menu.grouping_columns, menu.grouping_method), (vec!["a".into()], None));
    assert_eq!(menu.extra["new_field"], "café & co");
    assert_eq!(menu.timestamp, "2023-11-14T22:13:20Z");
    assert!(!menu.extra.contains_key("signature"));
}

#[test]
fn an_action_menu_with_nothing_selected() {
    let empty = menu("user_id=24&selected_ids=&ids=&page_id=").expect("an action menu item");
    assert_eq!((empty.selected_ids, empty.ids, empty.page_id), (vec![], vec![], None));
    assert_eq!(menu("a=1").expect_err("nobody called it").to_string(), "missing field `user_id`");
    for (body, name) in [("user_id=x", "user_id"), ("user_id=1&ids=1%2Cprivate", "ids")] {
        let error = menu(body).expect_err("no number").to_string();
        assert_eq!(error, format!("`{name}` is not a number"), "and not its value");
    }
}

fn delivery(body: &Value) -> Result<Delivery, PayloadError> {
    let request = signed_by(&FlowWebhook, Bytes::from(body.to_string()));
    payload(FlowWebhookVerify::new(SECRET).verify(request))
}

fn event(id: &str) -> Value {
    json!({"id": id, "event_log_entry_id": 248_249, "event_type": "Shotgun_Shot_Change",
        "operation": "update", "user": {"type": "HumanUser", "id": 88},
        "entity": {"type": "Shot", "id": 1246}, "project": null,
        "meta": {"type": "attribute_change", "attribute_name": "description",
            "entity_type": "Shot", "entity_id": 1246, "field_data_type": "text",
            "old_value": null, "new_value": ["x", 1.5], "added": true},
        "created_at": "2022-02-01 20:53:08.523887", "attribute_name": "description",
        "session_uuid": null, "delivery_id": "d", "novel": {"a": 1}})
}

#[test]
fn a_delivery_is_single_or_batched() {
    let single = json!({"data": event("1"), "timestamp": "2022-02-01T20:53:09Z", "more": 1});
    let batch = json!({"timestamp": "2022-02-01T20:53:09Z",
        "data": {"deliveries": [event("1"), event("2")], "beside": 1}});

    let one = delivery(&single).expect("a delivery");
    assert_eq!((one.batched, one.events.len()), (false, 1));
    let meta = one.events[0].meta.as_ref().expect("what changed");
    assert_eq!((&meta.old_value, &meta.new_value), (&Some(Value::Null), &Some(json!(["x", 1.5]))));
    assert_eq!(one.events[0].entity.as_ref().map(|entity| entity.id), Some(1246));
    assert_eq!((&one.events[0].extra["novel"], &one.extra["more"]), (&json!({"a": 1}), &json!(1)));

    let two = delivery(&batch).expect("a delivery");
    let ids: Vec<_> = two.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!((two.batched, ids), (true, vec!["1", "2"]));

    for (sent, read) in [(single, one), (batch, two)] {
        assert_eq!(serde_json::to_value(read).expect("it serialises"), sent);
    }
}

#[test]
fn a_large_delivery_comes_without_its_values() {
    let mut large = event("1");
    large["warning"] = json!("too large");
    let meta = large["meta"].as_object_mut().expect("an object");
    meta.remove("old_value");
    meta.remove("new_value");
    let read = delivery(&json!({"data": large})).expect("a delivery");
    assert_eq!(read.events[0].warning.as_deref(), Some("too large"));
    let meta = read.events[0].meta.as_ref().expect("what changed");
    assert_eq!((&meta.old_value, &meta.new_value), (&None, &None));
    assert!(delivery(&json!({"data": {"id": 1}})).is_err());
}

#[test]
fn a_signed_request_says_who_and_in_which_language() {
    let read = |body: &'static str| -> Result<SignedRequest, PayloadError> {
        payload(speakap(signed_by(&Speakap::default(), body)))
    };
    let request =
        read("appData=x&locale=nl-NL&networkEID=08e1&role=admin&userEID=dc968&new=%C3%A9")
            .expect("a signed request");
    assert_eq!((request.user_eid.as_str(), request.network_eid.as_str()), ("dc968", "08e1"));
    assert_eq!((request.locale.as_str(), request.role.as_deref()), ("nl-NL", Some("admin")));
    assert_eq!((request.app_data.as_str(), request.extra["new"].as_str()), ("x", "é"));
    assert_eq!(request.issued_at, "2023-11-14T22:13:20.000+0000");

    for body in ["networkEID=1&userEID=2", "networkEID=1&userEID=2&locale=&role="] {
        let request = read(body).expect("a signed request");
        assert_eq!((request.locale.as_str(), request.role), ("en-US", None));
    }
    assert_eq!(read("networkEID=1").expect_err("who?").to_string(), "missing field `userEID`");
}
