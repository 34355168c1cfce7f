//! Spark's events.

use bytes::Bytes;
use countersign::danger::parse_unverified;
use countersign::spark::{Data, Event, EventKind, Resource, Spark};
use countersign::{Outcome, Proof, Reason, Secret, Sign, SparkVerify, Timestamp};
use http::Request;
use serde_json::{Value, json};

/// Signs and verifies, as a real event would come.
fn proof(body: &str) -> Proof<Spark> {
    let request =
        Request::post("/").body(Bytes::copy_from_slice(body.as_bytes())).expect("a request");
    let secret = Secret::new("secret").expect("a secret");
    let request = Spark::default().sign(&secret, Timestamp::from_secs(0), request);
    match SparkVerify::new("secret").verify(request.expect("a signature")) {
        Ok(Outcome::Genuine(proof)) => proof,
        other => panic!("not genuine: {other:?}"),
    }
}

fn event(resource: &str, event: &str, data: Value) -> Event {
    let body = json!({"id": "W", "resource": resource, "event": event, "data": data});
    proof(&body.to_string()).payload().expect("an event")
}

#[test]
fn only_four_members_are_required() {
    let event = event("messages", "created", json!({}));
    assert_eq!((event.id.as_str(), event.resource), ("W", Resource::Messages));
    for missing in ["id", "resource", "event", "data"] {
        let mut body = json!({"id": "W", "resource": "rooms", "event": "created", "data": {}});
        body.as_object_mut().expect("an object").remove(missing);
        let error = proof(&body.to_string()).payload::<Event>().expect_err("it is required");
        assert!(error.to_string().contains(missing), "{error}");
    }
    assert!(
        proof(r#"{"id":"a","id":"b","resource":"r","event":"e","data":{}}"#)
            .payload::<Event>()
            .is_err()
    );
}

#[test]
fn an_empty_body_is_refused_under_a_valid_signature() {
    let request = Request::post("/").body(Bytes::new()).expect("a request");
    let secret = Secret::new("secret").expect("a secret");
    let request = Spark::default().sign(&secret, Timestamp::from_secs(0), request);
    let error = SparkVerify::new("secret").verify(request.expect("a signature"));
    assert_eq!(error.expect_err("it is empty").reason(), Reason::EmptyBody);
}

#[test]
fn each_resource_has_its_type() {
    let data = |resource| event(resource, "created", json!({"id": "X", "roomId": "R"})).data;
    assert!(matches!(data("messages"), Data::Message(m) if m.room_id.as_deref() == Some("R")));
    assert!(matches!(data("memberships"), Data::Membership(m) if m.id == "X"));
    assert!(matches!(data("rooms"), Data::Room(room) if room.id == "X"));
    assert!(matches!(data("attachmentActions"), Data::AttachmentAction(a) if a.id == "X"));
    assert!(matches!(data("recordings"), Data::Recording(r) if r.id == "X"));
    assert!(matches!(data("convergedRecordings"), Data::Recording(r) if r.id == "X"));
    assert!(matches!(data("serviceApp"), Data::ServiceApp(app) if app.id == "X"));
    assert!(matches!(data("telephony_calls"), Data::Other(members) if members["id"] == "X"));
}

#[test]
fn the_customer_of_a_service_app_is_the_one_that_authorised_it() {
    let event = event("serviceApp", "authorized", json!({"id": "A", "authorizerOrgId": "C"}));
    assert_eq!(event.event, EventKind::Authorized);
    let Data::ServiceApp(app) = event.data else { panic!("another type") };
    assert_eq!(app.authorizer_org_id.as_deref(), Some("C"));
}

#[test]
fn unknown_names_and_members_are_kept() {
    let event = event("starships", "landed", json!({"crew": 7}));
    assert_eq!(event.resource, Resource::Other("starships".into()));
    assert_eq!(event.event, EventKind::Other("landed".into()));
    assert_eq!(event.resource.to_string(), "starships");
    assert!(matches!(event.data, Data::Other(members) if members["crew"] == 7));

    let body = r#"{"id":"W","resource":"rooms","event":"updated","data":{"id":"R","pinned":true},
        "owner":{"new":1}}"#;
    let event: Event = proof(body).payload().expect("an event");
    assert_eq!(event.extra["owner"], json!({"new": 1}));
    assert!(matches!(event.data, Data::Room(room) if room.extra["pinned"] == true));
}

#[test]
fn names_are_those_of_the_provider() {
    for name in [
        "attachmentActions",
        "dataSources",
        "memberships",
        "messages",
        "rooms",
        "meetings",
        "recordings",
        "convergedRecordings",
        "meetingParticipants",
        "meetingTranscripts",
        "telephony_calls",
        "telephony_conference",
        "telephony_mwi",
        "uc_counters",
        "serviceApp",
        "adminBatchJobs",
    ] {
        let event = event(name, "created", json!({}));
        assert!(!matches!(event.resource, Resource::Other(_)), "{name}");
        assert_eq!(event.resource.to_string(), name);
    }
    for name in [
        "created",
        "updated",
        "deleted",
        "started",
        "ended",
        "joined",
        "left",
        "migrated",
        "authorized",
        "deauthorized",
        "statusChanged",
    ] {
        let event = event("rooms", name, json!({}));
        assert!(!matches!(event.event, EventKind::Other(_)), "{name}");
        assert_eq!(event.event.to_string(), name);
    }
}

#[test]
fn what_opens_a_recording_is_not_shown() {
    let data = json!({"id": "X", "password": "hush1", "playbackUrl": "https://hush2/",
        "downloadUrl": "https://hush3/", "temporaryDirectDownloadLinks": "hush4"});
    let event = event("recordings", "created", data);
    let shown = format!("{event:?}");
    assert!(!shown.contains("hush"), "{shown}");
    let Data::Recording(recording) = event.data else { panic!("another type") };
    assert_eq!(recording.password.expect("it is there").expose(), "hush1");
}

#[test]
fn the_room_of_an_event() {
    let room = |resource, data| event(resource, "created", data).room_id().map(String::from);
    assert_eq!(room("messages", json!({"id": "M", "roomId": "R"})).as_deref(), Some("R"));
    assert_eq!(room("rooms", json!({"id": "R"})).as_deref(), Some("R"));
    assert_eq!(room("meetings", json!({"id": "M", "roomId": "R"})).as_deref(), Some("R"));
    assert_eq!(room("meetings", json!({"id": "M"})), None);
}

/// Answer at once, work later: either form can be queued and read back.
#[test]
fn a_verified_event_goes_through_a_queue() {
    let body = r#"{"id":"W","name":"n","resource":"messages","event":"created","orgId":"O",
        "data":{"id":"M","roomId":"R","mentionedPeople":["P"],"new":[1,2.5,null]},"extra":{"a":[]}}"#;
    let proof = proof(body);
    let event: Event = proof.payload().expect("an event");

    let raw: Vec<u8> = proof.body().to_vec();
    assert_eq!(parse_unverified::<Event>(raw).expect("the raw form"), event);
    let typed = serde_json::to_vec(&event).expect("it serialises");
    assert_eq!(parse_unverified::<Event>(typed.clone()).expect("the typed form"), event);
    let (sent, queued): (Value, Value) =
        (serde_json::from_str(body).expect("JSON"), serde_json::from_slice(&typed).expect("JSON"));
    assert_eq!(sent, queued, "the typed form keeps every member under its name");
}
