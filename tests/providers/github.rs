//! GitHub.

use bytes::Bytes;
use countersign::github::{
    Delivery, GitHub, GitHubVerify, IssueCommentEvent, IssuesEvent, PullRequestEvent, PushEvent,
    ReleaseEvent, WorkflowRunEvent,
};
use countersign::{Covered, Payload, Unsigned, Verified, VerifyLayer};
use countersign_tests::conformance::{NO_SHA256_WITH_PREFIX, Place, Subject};
use http::header::HeaderName;
use http::{Request, StatusCode};

use super::{Served, post, reads, signed};

#[tokio::test]
async fn it_passes_the_suite() {
    let signature = Place::Header(HeaderName::from_static("x-hub-signature-256"));
    let subject = Subject {
        scheme: GitHub::default,
        layer: VerifyLayer::try_with,
        secrets: ["It's a Secret to Everybody", "the secret before that one"],
        unsigned: || post(r#"{"action":"opened","issue":{"id":1,"number":7,"title":"t"}}"#),
        required: vec![signature.clone()],
        malformed: (signature, NO_SHA256_WITH_PREFIX.to_vec()),
        timed: false,
        covered: Covered::Body,
    };
    subject.run().await;
}

const SECRET: &str = "It's a Secret to Everybody";

/// The event's name decides what a handler makes of the body only as long as the body is of that kind.
#[tokio::test]
async fn a_handler_gets_the_event_that_it_is_for() {
    let served = Served::new(
        GitHubVerify::new(SECRET),
        async |Unsigned(delivery): Unsigned<Delivery>, Verified(event): Verified<IssuesEvent>| {
            assert_eq!(delivery.event.as_deref(), Some("issues"));
            format!("{} {}", event.action, event.issue.title)
        },
    );
    let opened = r#"{"action":"opened","issue":{"id":1,"number":7,"title":"It does not start"},
        "repository":{"id":2,"name":"hello","full_name":"octocat/hello"},"new":{"to":"us"}}"#;
    let mut request = signed(&GitHub, SECRET, post(opened));
    request.headers_mut().insert("x-github-event", "issues".parse().expect("a value"));
    assert_eq!(served.send(request).await, (StatusCode::OK, "opened It does not start".into()));

    let push = r#"{"ref":"refs/heads/main","before":"0","after":"1","commits":[],
        "repository":{"id":2,"name":"hello","full_name":"octocat/hello"}}"#;
    let request = signed(&GitHub, SECRET, post(push));
    assert_eq!(served.send(request).await, (StatusCode::UNPROCESSABLE_ENTITY, Bytes::new()));
}

/// The content type is a setting of the webhook, and what is signed is the form.
#[tokio::test]
async fn a_form_is_read_like_json() {
    let served =
        Served::new(GitHubVerify::new(SECRET), async |Verified(event): Verified<IssuesEvent>| {
            event.issue.title
        });
    let json = r#"{"action":"opened","issue":{"id":1,"number":7,"title":"It & I"},
        "repository":{"id":2,"name":"hello","full_name":"octocat/hello"}}"#;
    let form = serde_urlencoded::to_string([("payload", json)]).expect("a form");
    let request = signed(&GitHub, SECRET, post(form.clone()));
    assert_eq!(served.send(request).await, (StatusCode::OK, "It & I".into()));
    let twice = signed(&GitHub, SECRET, post(format!("{form}&payload=%7B%7D")));
    assert_eq!(served.send(twice).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let ping =
        serde_urlencoded::to_string([("payload", r#"{"zen":"Z","hook_id":1}"#)]).expect("a form");
    let ping = signed(&GitHub, SECRET, post(ping));
    assert_eq!(served.send(ping).await, (StatusCode::OK, Bytes::new()));
}

/// GitHub shows a webhook as broken whose ping was not answered.
#[tokio::test]
async fn ping_is_answered_without_the_handler() {
    let served = Served::new(GitHubVerify::new(SECRET), async |_: Verified<PushEvent>| "handled");
    let ping = r#"{"zen":"Keep it logically awesome.","hook_id":1,"hook":{"type":"Repository"}}"#;
    let request = signed(&GitHub, SECRET, post(ping));
    assert_eq!(served.send(request).await, (StatusCode::OK, Bytes::new()));
    // Not for strangers, and not what only looks like one.
    assert_eq!(served.send(post(ping)).await.0, StatusCode::UNAUTHORIZED);
    let other = signed(&GitHub, SECRET, post(r#"{"zen":7,"hook_id":1}"#));
    assert_eq!(served.send(other).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Incident: dedupe on an unsigned header. The id is nobody's word, so it is of another type.
#[test]
fn what_is_not_signed_is_said_to_be() {
    let mut request: Request<Bytes> = post("");
    for (name, value) in [("x-github-event", "push"), ("x-github-delivery", "72d3162e")] {
        request.headers_mut().append(name, value.parse().expect("a value"));
    }
    let Unsigned(delivery) = Unsigned::<Delivery>::read(request.headers());
    assert_eq!(
        (delivery.event.as_deref(), delivery.id.as_deref()),
        (Some("push"), Some("72d3162e"))
    );
    request.headers_mut().append("x-github-event", "release".parse().expect("a value"));
    assert_eq!(Unsigned::<Delivery>::read(request.headers()).0.event, None, "which of them?");
}

#[test]
fn each_event_is_read() {
    const REPOSITORY: &str = r#""repository":{"id":2,"name":"hello","full_name":"octocat/hello"}"#;
    fn event<P: Payload>(members: &str) -> P {
        reads(&format!("{{{members},{REPOSITORY}}}"))
    }
    let pull: PullRequestEvent = event(
        r#""action":"opened","number":7,"pull_request":{"id":1,"number":7,"state":"open","title":"t","user":null,"merged":false}"#,
    );
    assert_eq!((pull.number, pull.pull_request.merged), (7, Some(false)));
    let comment: IssueCommentEvent = event(
        r#""action":"created","issue":{"id":1,"number":7,"title":"t"},"comment":{"id":3,"body":"b"}"#,
    );
    assert_eq!((comment.issue.number, comment.comment.id), (7, 3));
    let release: ReleaseEvent = event(r#""action":"published","release":{"id":4,"tag_name":"v1"}"#);
    assert_eq!((release.release.id, &*release.release.tag_name), (4, "v1"));
    let run: WorkflowRunEvent =
        event(r#""action":"completed","workflow_run":{"id":5,"head_sha":"1","conclusion":null}"#);
    assert_eq!((run.workflow_run.id, run.workflow_run.conclusion), (5, None));
}
