//! Webhooks of GitLab.
//!
//! | | signing token | secret token |
//! |---|---|---|
//! | layer | [`GitLabSigningVerify`] | [`GitLabTokenVerify`]: **PROTECTS NO BYTE OF THE BODY** |
//! | signature | `webhook-signature`, a list of `v1,` and base64 | `X-Gitlab-Token`, the token itself |
//! | signed | `webhook-id`, `.`, `webhook-timestamp` in seconds, `.`, raw body | nothing |
//! | algorithm | HMAC-SHA256, the key is the base64 after `whsec_`, 32 bytes | none |
//! | window | 300 s both ways | none: no time is signed |
//! | signed id | `webhook-id`, which is the `Idempotency-Key` too | none |
//! | not signed | the event's name and all other headers: [`Delivery`] | everything |
//! | source | <https://docs.gitlab.com/user/project/integrations/webhooks/>, and the change that brought it: <https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944> | the same page |
//!
//! The signing token follows [Standard Webhooks](countersign_standard_webhooks), and so does this crate. GitLab has had
//! it only of late, at first behind the feature flag `webhook_signing_token`. Take the secret token where the server
//! is older, and nowhere else: who has seen one request can send any other.
//!
//! A webhook may have both tokens. Each layer looks at its own and at nothing of the other, so that a request with a
//! good token and no signature does not pass for a signed one.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{ManualClock, Outcome, Reason, Timestamp};
//! use countersign_gitlab::GitLabSigningVerify;
//! use http::Request;
//!
//! let layer = GitLabSigningVerify::new("whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=")
//!     .clock(ManualClock::at(Timestamp::from_secs(1_700_000_000)));
//! let request = |body: &'static str| {
//!     Request::post("/gitlab")
//!         .header("webhook-id", "4c2fb1f2-7f0c-4b0c-8f2e-6a2a2a4c2d11")
//!         .header("webhook-timestamp", "1700000000")
//!         .header("webhook-signature", "v1,RzC5Oyk1b4eBjnCse9B+Yifx3cxrFheIGFoHwZz56/M=")
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request(r#"{"object_kind":"push"}"#)) else {
//!     panic!("refused")
//! };
//! assert_eq!(proof.id(), Some("4c2fb1f2-7f0c-4b0c-8f2e-6a2a2a4c2d11"));
//!
//! let error = layer.verify(request(r#"{"object_kind":"Push"}"#)).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! ```

mod delivery;
mod payload;
mod signing;
mod token;

pub use self::delivery::Delivery;
pub use self::payload::{
    Commit, Issue, IssueEvent, IssueKind, MergeRequest, MergeRequestEvent, MergeRequestKind, Note,
    NoteEvent, NoteKind, Pipeline, PipelineEvent, PipelineKind, Project, PushEvent, PushKind, User,
};
pub use self::signing::GitLabSigning;
pub use self::token::GitLabToken;

/// GitLab sends up to 25 MB.
const BODY_LIMIT: usize = 25 * 1024 * 1024;

/// The layer for the signing token: `GitLabSigningVerify::new("whsec_..")`.
pub type GitLabSigningVerify = countersign_core::VerifyLayer<GitLabSigning>;

/// **PROTECTS NO BYTE OF THE BODY.** The layer for the secret token: `GitLabTokenVerify::new(token)`. Who has seen one
/// request can send any other; see [`GitLabToken`].
pub type GitLabTokenVerify = countersign_core::VerifyLayer<GitLabToken>;
