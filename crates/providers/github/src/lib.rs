//! Webhooks of GitHub.
//!
//! | | |
//! |---|---|
//! | signature | `X-Hub-Signature-256`, `sha256=` and 64 hexadecimal digits |
//! | algorithm | HMAC-SHA256 over the raw body, the key is the webhook's secret |
//! | window | none: the provider signs no time |
//! | not signed | the event's name, the delivery's id and all other headers: [`Delivery`] |
//! | handshake | `ping`, which GitHub sends when a webhook is made, is answered by the layer |
//! | body | JSON, or a form with JSON in it, as the webhook is set; up to 25 MB, which is the limit here too; an answer is awaited for 10 s |
//! | source | <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries> |
//!
//! The header comes only from webhooks that have a secret. The older `X-Hub-Signature`, with SHA-1, is not
//! read: GitHub sends both.
//!
//! Which event it is, GitHub says in a header alone, which is not signed. So a handler takes the payload of the
//! event that it is for, and a body of another kind gets 422; [`Unsigned`](countersign_core::Unsigned) says in the
//! handler's signature what nobody vouches for. Who lets one URL take several events takes [`Event`], and looks
//! at what is in it.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_github::GitHubVerify;
//! use http::Request;
//!
//! // The example of GitHub's documentation.
//! let layer = GitHubVerify::new("It's a Secret to Everybody");
//! let request = |body: &'static str| {
//!     Request::post("/github")
//!         .header(
//!             "X-Hub-Signature-256",
//!             "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
//!         )
//!         .body(Bytes::from(body))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request("Hello, World!")) else { panic!("refused") };
//! assert_eq!(proof.body(), "Hello, World!");
//!
//! let error = layer.verify(request("Hello, World?")).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! ```

mod delivery;
mod payload;
mod scheme;

pub use self::delivery::Delivery;
pub use self::payload::{
    Account, Comment, Commit, Event, Issue, IssueCommentEvent, IssuesEvent, PullRequest,
    PullRequestEvent, PushEvent, Release, ReleaseEvent, Repository, WorkflowRun, WorkflowRunEvent,
};
pub use self::scheme::GitHub;

/// The layer for GitHub: `GitHubVerify::new(secret)`.
pub type GitHubVerify = countersign_core::VerifyLayer<GitHub>;
