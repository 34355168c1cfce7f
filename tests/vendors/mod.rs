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

use self::oracle::Language::{Node, Python};
use self::trial::Trial;

#[test]
fn github() {
    Trial::of("github").against(Node, "github");
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
    Trial::of("twilio").against(Node, "twilio");
    Trial::of("twilio").against(Python, "twilio");
}
