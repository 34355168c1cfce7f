//! GitLab: a signing token, and the secret token from before it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign::gitlab::{GitLabSigning, GitLabToken};
use countersign::{ConfigError, Scheme};
use http::Method;

use super::entry::{Credentials, Entry, Sample, random_text};
use super::facts::{Facts, Strength};
use super::settings::Settings;

const SOURCE: &str = "https://docs.gitlab.com/user/project/integrations/webhooks/";

const SAMPLE: &Sample = &Sample {
    method: Method::POST,
    headers: &[("Content-Type", "application/json"), ("X-Gitlab-Event", "Push Hook")],
    body: br#"{"object_kind":"push","before":"95790bf891e76fee5e1747ab589903a6a1f80f22","after":"da1560886d4f094c3e6c9ef40349f7d38b5d27d7","ref":"refs/heads/main","user_id":4,"user_username":"jsmith","project":{"id":15,"name":"Diaspora","path_with_namespace":"mike/diaspora","default_branch":"main"},"commits":[{"id":"da1560886d4f094c3e6c9ef40349f7d38b5d27d7","message":"fixed readme"}],"total_commits_count":1}"#,
};

/// The signing token.
pub(super) struct Signing;

impl Entry for Signing {
    type Scheme = GitLabSigning;

    const FACTS: &'static Facts = &Facts {
        name: GitLabSigning::NAME,
        title: "GitLab, signing token",
        signature: "header webhook-signature, a list of v1",
        signed: "id, dot, time, dot, raw body",
        algorithm: "HMAC-SHA256",
        encoding: "base64",
        time: Some("header webhook-timestamp"),
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI and npm standardwebhooks"),
        note: Some("the event's name is not signed, but object_kind in the body is"),
        source: SOURCE,
    };

    const SAMPLE: &'static Sample = SAMPLE;

    fn scheme(_: &Settings) -> Result<GitLabSigning, ConfigError> {
        Ok(GitLabSigning::default())
    }

    fn credentials() -> Result<Credentials, ConfigError> {
        Credentials::shared(format!("whsec_{}", BASE64_STANDARD.encode(random_text()?)))
    }
}

/// The secret token.
pub(super) struct Token;

impl Entry for Token {
    type Scheme = GitLabToken;

    const FACTS: &'static Facts = &Facts {
        name: GitLabToken::NAME,
        title: "GitLab, secret token",
        signature: "header X-Gitlab-Token",
        signed: "nothing",
        algorithm: "none: the token itself is sent",
        encoding: "text",
        time: None,
        handshake: None,
        strength: Strength::TokenOnly,
        confirmed: true,
        oracle: None,
        note: Some(
            "take the signing token where the server has it: this protects no byte of the body",
        ),
        source: SOURCE,
    };

    const SAMPLE: &'static Sample = SAMPLE;

    fn scheme(_: &Settings) -> Result<GitLabToken, ConfigError> {
        Ok(GitLabToken)
    }
}
