//! Ways of signing that a provider has beside the one of its entry in the registry.

use countersign::ConfigError;
use countersign::hubspot::HubSpot;
use countersign::meya::Meya;
use countersign::twilio::Twilio;
use countersign_cli::registry::{Entry, Facts, Sample, Settings, Strength, find};
use countersign_tests::key_pair::key_pair;
use http::Method;
use sha2::{Digest, Sha256};

use super::proof::{Proof, Signed};
use super::same::Body;

pub(super) fn all() -> impl Iterator<Item = Proof> {
    let twilio = |name| Proof::new(find("twilio").expect("Twilio")).named(name);
    let standard_webhooks = find("standard-webhooks").expect("Standard Webhooks");
    [
        Proof::of(standard_webhooks, key_pair()).named("standard-webhooks, v1a"),
        Proof::new(&HubSpotUnder).under_base(),
        Proof::new(&MeyaUnder).under_base(),
        Proof::new(&TwilioUnder).under_base(),
        twilio("twilio, HMAC-SHA256").set("sha256_only=true"),
        twilio("twilio, JSON").sends(&JSON, Body::Raw, bound).signing(Signed::Query),
        twilio("twilio, GET")
            .sends(&GET, Body::Raw, |_| "&To=%2B1".to_owned())
            .signing(Signed::Query),
    ]
    .into_iter()
}

/// What Twilio sends of conversations and events ..
const JSON: Sample =
    Sample { method: Method::POST, headers: &[("Content-Type", "application/json")], body: b"{}" };

/// .. and to a URL that is configured with GET.
const GET: Sample = Sample { method: Method::GET, headers: &[], body: b"" };

const FORM: Sample = Sample {
    method: Method::POST,
    headers: &[("Content-Type", "application/x-www-form-urlencoded")],
    body: b"a=1",
};

/// What Twilio adds to the query for a body that is no form.
fn bound(body: &[u8]) -> String {
    let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("&bodySHA256={digest}")
}

/// What is said of providers that sign path and query of the request, behind a base that is configured.
const fn under_base(name: &'static str, strength: Strength, time: Option<&'static str>) -> Facts {
    Facts {
        name,
        title: name,
        signature: "a header",
        signed: "base, path and query, and what else is signed",
        algorithm: "HMAC",
        encoding: "base64",
        time,
        handshake: None,
        strength,
        confirmed: true,
        oracle: None,
        note: None,
        source: "https://example.com/",
    }
}

struct HubSpotUnder;

impl Entry for HubSpotUnder {
    type Scheme = HubSpot;

    const FACTS: &'static Facts =
        &under_base("hubspot, under a base", Strength::SignedBody, Some("a header"));
    const SAMPLE: &'static Sample = &JSON;

    fn scheme(settings: &Settings) -> Result<HubSpot, ConfigError> {
        HubSpot::try_under(settings.urls())
    }
}

struct MeyaUnder;

impl Entry for MeyaUnder {
    type Scheme = Meya;

    const FACTS: &'static Facts = &under_base("meya, under a base", Strength::CanonicalForm, None);
    const SAMPLE: &'static Sample = &JSON;

    fn scheme(settings: &Settings) -> Result<Meya, ConfigError> {
        Meya::try_under(settings.urls())
    }
}

struct TwilioUnder;

impl Entry for TwilioUnder {
    type Scheme = Twilio;

    const FACTS: &'static Facts =
        &under_base("twilio, under a base", Strength::CanonicalForm, None);
    const SAMPLE: &'static Sample = &FORM;

    fn scheme(settings: &Settings) -> Result<Twilio, ConfigError> {
        Twilio::try_under(settings.urls())
    }
}
