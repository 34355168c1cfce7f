//! Requests whose form fields are signed: Flow Production Tracking and Speakap.

mod differential;
mod payloads;
mod properties;
mod readings;

use bytes::Bytes;
use countersign::{
    FlowAction, FlowActionVerify, ManualClock, Outcome, Reason, Secret, Sign, Speakap,
    SpeakapVerify, Timestamp, VerifyError,
};
use http::Request;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const SECRET: &str = "a secret for forms";

fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post("https://app.example.com/form")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body.into())
        .expect("a request")
}

fn signed_by<S: Sign>(scheme: &S, body: impl Into<Bytes>) -> Request<Bytes> {
    let secret = Secret::new(SECRET).expect("a secret");
    scheme.sign(&secret, NOW, post(body)).expect("a signature")
}

fn flow(request: Request<Bytes>) -> Result<Outcome<FlowAction>, VerifyError> {
    FlowActionVerify::new(SECRET).clock(ManualClock::at(NOW)).verify(request)
}

fn speakap(request: Request<Bytes>) -> Result<Outcome<Speakap>, VerifyError> {
    SpeakapVerify::new(SECRET).clock(ManualClock::at(NOW)).verify(request)
}

fn body_of<S>(outcome: Result<Outcome<S>, VerifyError>) -> String {
    match outcome {
        Ok(Outcome::Genuine(proof)) => String::from_utf8_lossy(proof.body()).into_owned(),
        other => panic!("not genuine: {other:?}"),
    }
}

fn reason_of<S>(outcome: Result<Outcome<S>, VerifyError>) -> Reason {
    match outcome {
        Err(error) => error.reason(),
        Ok(outcome) => panic!("it was let through: {outcome:?}"),
    }
}
