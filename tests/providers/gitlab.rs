//! GitLab.

use bytes::Bytes;
use countersign::gitlab::{
    Delivery, GitLabSigning, GitLabSigningVerify, GitLabToken, GitLabTokenVerify, IssueEvent,
    MergeRequestEvent, NoteEvent, PipelineEvent, PushEvent,
};
use countersign::{
    ConfigError, Covered, Payload, Reason, TokenOnly, Unsigned, Verified, VerifyLayer, Via,
};
use countersign_tests::conformance::{Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{Served, post, reads, signed};

const SECRETS: [&str; 2] = [
    "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
    "whsec_bm90IHRoZSBzYW1lIHNlY3JldCBhcyB0aGUgb3RoZXI=",
];
const TOKENS: [&str; 2] = ["mysecrettoken", "the token before that one"];
const PUSH: &str = r#"{"object_kind":"push","before":"0","after":"1","ref":"refs/heads/main",
    "project":{"id":15,"name":"Diaspora"},"commits":[{"id":"1","message":"fixed"}],"user_email":""}"#;

fn place(name: &'static str) -> Place {
    Place::Header(HeaderName::from_static(name))
}

#[tokio::test]
async fn the_signing_token_passes_the_suite() {
    let subject = Subject {
        scheme: GitLabSigning::default,
        layer: VerifyLayer::try_with,
        secrets: SECRETS,
        unsigned: || post(r#"{"object_kind":"push","ref":"refs/heads/main"}"#),
        required: ["webhook-id", "webhook-timestamp", "webhook-signature"].map(place).to_vec(),
        malformed: (
            place("webhook-signature"),
            vec![
                "",
                "v1,",
                "v1,AAAA",
                "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
                "sha256=83484cf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1",
            ],
        ),
        timed: true,
        covered: Covered::Body,
    };
    subject.run().await;
}

/// The weak tier: refusals are the same, and nothing is covered.
#[tokio::test]
async fn the_secret_token_passes_the_suite() {
    let subject = Subject {
        scheme: GitLabToken::default,
        layer: VerifyLayer::try_with,
        secrets: TOKENS,
        unsigned: || post(r#"{"object_kind":"push","ref":"refs/heads/main"}"#),
        required: vec![place("x-gitlab-token")],
        malformed: (place("x-gitlab-token"), vec!["", " "]),
        timed: false,
        covered: Covered::Nothing,
    };
    subject.run().await;
}

#[test]
fn the_secret_token_is_of_the_weak_tier() {
    fn is_weak<S: TokenOnly>() {}
    is_weak::<GitLabToken>();
}

#[test]
fn a_signing_token_has_32_bytes() {
    for bad in [
        "mysecrettoken",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ] {
        let error: ConfigError = GitLabSigningVerify::try_new(bad).expect_err(bad);
        let text = error.to_string();
        assert!(text.contains("as it is shown") && text.starts_with("gitlab-signing"), "{text}");
    }
}

/// A webhook may have both tokens, so a request may carry both.
#[test]
fn a_good_token_is_no_signature_and_no_signature_is_no_token() {
    let both =
        signed(&GitLabToken, TOKENS[0], signed(&GitLabSigning::default(), SECRETS[0], post(PUSH)));
    let at_now = |layer: GitLabSigningVerify| layer.clock(countersign::ManualClock::at(super::NOW));
    let signing = at_now(GitLabSigningVerify::new(SECRETS[0]));
    let token = GitLabTokenVerify::new(TOKENS[0]);
    assert!(signing.verify(both.clone()).is_ok() && token.verify(both.clone()).is_ok());

    let mut altered = both;
    *altered.body_mut() = Bytes::from(PUSH.replace("main", "evil"));
    assert!(token.verify(altered.clone()).is_ok(), "it protects nothing");
    let reason = |error: countersign::VerifyError| error.reason();
    assert_eq!(signing.verify(altered.clone()).map_err(reason).err(), Some(Reason::Mismatch));
    altered.headers_mut().remove("webhook-signature");
    let missing = Some(Reason::Missing("webhook-signature"));
    assert_eq!(signing.verify(altered).map_err(reason).err(), missing);
    let other = signed(&GitLabToken, SECRETS[0], post(PUSH));
    assert_eq!(token.verify(other).map_err(reason).err(), Some(Reason::Mismatch));
}

#[tokio::test]
async fn a_handler_gets_the_event_that_it_is_for() {
    let served = Served::new(
        GitLabSigningVerify::new(SECRETS[0]),
        async |Unsigned(delivery): Unsigned<Delivery>, Verified(event): Verified<PushEvent>| {
            assert_eq!(delivery.event.as_deref(), Some("Push Hook"));
            format!("{} {}", event.reference, event.commits[0].message)
        },
    );
    let mut request = signed(&GitLabSigning::default(), SECRETS[0], post(PUSH));
    request.headers_mut().insert("x-gitlab-event", "Push Hook".parse().expect("a value"));
    assert_eq!(served.send(request).await, (StatusCode::OK, "refs/heads/main fixed".into()));
}

/// A merge request has all the members of an issue: it is told by what is signed, not by the header.
#[tokio::test]
async fn a_merge_request_is_no_issue() {
    const BODY: &str = r#"{"object_kind":"merge_request","user":{"id":1,"name":"Administrator","username":"root"},
        "project":{"id":1,"name":"Gitlab Test"},"object_attributes":{"id":99,"iid":1,"title":"MS-Viewport",
        "state":"opened","action":"open","source_branch":"ms-viewport","target_branch":"main"}}"#;
    let merge = Served::new(
        GitLabSigningVerify::new(SECRETS[0]),
        async |Verified(event): Verified<MergeRequestEvent>| event.object_attributes.title,
    );
    let request = || signed(&GitLabSigning::default(), SECRETS[0], post(BODY));
    assert_eq!(merge.send(request()).await, (StatusCode::OK, "MS-Viewport".into()));
    let issue = Served::new(
        GitLabSigningVerify::new(SECRETS[0]),
        async |_: Verified<IssueEvent>| "handled",
    );
    let mut request = request();
    request.headers_mut().insert("x-gitlab-event", "Issue Hook".parse().expect("a value"));
    assert_eq!(issue.send(request).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A handler that takes what is proven by a token alone says so.
#[tokio::test]
async fn the_token_carries_the_same_payloads_and_is_named() {
    let served = Served::new(
        GitLabTokenVerify::new(TOKENS),
        async |Verified(event): Verified<Via<GitLabToken, PushEvent>>| event.reference.clone(),
    );
    let request = signed(&GitLabToken, TOKENS[1], post(PUSH));
    assert_eq!(served.send(request).await, (StatusCode::OK, "refs/heads/main".into()));
}

#[test]
fn what_is_not_signed_is_said_to_be() {
    let mut request: Request<Bytes> = post("");
    for (name, value) in [
        ("x-gitlab-event", "Push Hook"),
        ("x-gitlab-event-uuid", "13792a34"),
        ("x-gitlab-webhook-uuid", "6f5ee8f2"),
        ("x-gitlab-instance", "https://gitlab.example.com"),
        ("idempotency-key", "f5e57a9c"),
    ] {
        request.headers_mut().append(name, value.parse().expect("a value"));
    }
    let Unsigned(delivery) = Unsigned::<Delivery>::read(request.headers());
    let Delivery { event, event_uuid, webhook_uuid, instance, idempotency_key, .. } = delivery;
    assert_eq!(
        [event, event_uuid, webhook_uuid, instance, idempotency_key].map(Option::unwrap_or_default),
        ["Push Hook", "13792a34", "6f5ee8f2", "https://gitlab.example.com", "f5e57a9c"]
    );
}

#[test]
fn each_event_is_read() {
    const PROJECT: &str = r#""project":{"id":1,"name":"p"}"#;
    fn event<P: Payload>(members: &str) -> P {
        reads(&format!("{{{members},{PROJECT}}}"))
    }
    let issue: IssueEvent =
        event(r#""object_kind":"work_item","object_attributes":{"id":1,"iid":2,"title":"t"}"#);
    assert_eq!(issue.object_attributes.iid, 2);
    let note: NoteEvent = event(
        r#""object_kind":"note","object_attributes":{"id":1,"note":"n","noteable_type":"Issue"},"issue":{"id":1}"#,
    );
    assert_eq!(note.object_attributes.note, "n");
    let pipeline: PipelineEvent = event(
        r#""object_kind":"pipeline","object_attributes":{"id":1,"ref":"main","status":"success"}"#,
    );
    assert_eq!(pipeline.object_attributes.status, "success");
}
