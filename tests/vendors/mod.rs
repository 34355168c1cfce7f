//! Against the vendors' own verifiers: what we sign they accept, what they sign we accept, and about what was
//! changed on the way both agree.
//!
//! `scripts/test --oracles` installs the packages and runs this. Where we differ on purpose is listed in
//! `divergences.rs`, each with its reason; anything else that differs is a failure, and so is a divergence in
//! the list that does not show.

mod divergences;
mod mutations;
mod oracle;
mod requests;
mod trial;

use countersign_cli::registry::Sample;
use countersign_tests::key_pair::key_pair;
use http::Method;
use sha2::{Digest, Sha256};

use self::oracle::Language::{Node, Python};
use self::trial::{PATH, Trial};

#[test]
fn github() {
    Trial::of("github").against(Node, "github");
}

#[test]
fn slack() {
    Trial::of("slack").against(Python, "slack");
    Trial::of("slack").against(Node, "slack");
}

#[test]
fn stripe() {
    Trial::of("stripe").against(Python, "stripe");
    Trial::of("stripe").against(Node, "stripe");
}

#[test]
fn shopify() {
    Trial::of("shopify").against(Node, "shopify");
}

#[test]
fn line() {
    Trial::of("line").against(Python, "line");
    Trial::of("line").against(Node, "line");
}

#[test]
fn notion() {
    Trial::of("notion").against(Node, "notion");
}

#[test]
fn standard_webhooks() {
    for language in [Node, Python] {
        Trial::of("standard-webhooks").against(language, "standard-webhooks");
        Trial::of("standard-webhooks").set("profile=svix").against(language, "svix");
        Trial::of("standard-webhooks").set("profile=openai").against(language, "openai");
        Trial::of("standard-webhooks").set("profile=resend").against(language, "resend");
    }
    Trial::of("standard-webhooks").set("profile=clerk").against(Node, "clerk");
    Trial::of("standard-webhooks").credentials(key_pair).against(Node, "standard-webhooks-v1a");
}

#[test]
fn gitlab() {
    for language in [Node, Python] {
        Trial::of("gitlab-signing").against(language, "standard-webhooks");
    }
}

#[test]
fn discord() {
    for language in [Node, Python] {
        Trial::of("discord").against(language, "discord");
    }
}

#[test]
fn hubspot() {
    Trial::of("hubspot").against(Node, "hubspot");
    Trial::of("hubspot").against(Python, "hubspot");
}

#[test]
fn linear() {
    Trial::of("linear").against(Node, "linear");
}

#[test]
fn sendgrid() {
    Trial::of("sendgrid").against(Node, "sendgrid");
    Trial::of("sendgrid").against(Python, "sendgrid");
}

#[test]
fn square() {
    Trial::of("square").against(Node, "square");
    Trial::of("square").against(Python, "square");
}

#[test]
fn twilio() {
    let json = || Trial::of("twilio").sends(&JSON, bound);
    for language in [Node, Python] {
        Trial::of("twilio").against(language, "twilio");
        json().against(language, "twilio");
    }
    // The package for Node knows no SHA-256.
    Trial::of("twilio").set("sha256_only=true").against(Python, "twilio-sha256");
    json().set("sha256_only=true").against(Python, "twilio-sha256");
}

/// What Twilio sends of conversations and events.
const JSON: Sample =
    Sample { method: Method::POST, headers: &[("Content-Type", "application/json")], body: b"{}" };

/// Where Twilio sends a body to that is no form: its digest is behind the query that was configured.
fn bound(body: &[u8]) -> String {
    let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{PATH}&bodySHA256={digest}")
}
