//! HubSpot.

use countersign::{ConfigError, Scheme, hubspot};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Member, SECRETS, Settings, URLS};

pub(super) struct HubSpot;

impl Entry for HubSpot {
    type Scheme = hubspot::HubSpot;

    const FACTS: &'static Facts = &Facts {
        name: hubspot::HubSpot::NAME,
        title: "HubSpot",
        signature: "header X-HubSpot-Signature-V3",
        signed: "method, external URL with some escapes decoded, raw body, time",
        algorithm: "HMAC-SHA256",
        encoding: "base64",
        time: Some("header X-HubSpot-Request-Timestamp"),
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: Some("PyPI hubspot-api-client, npm @hubspot/api-client"),
        note: Some("version 3 alone: the versions before have no time and are no HMAC"),
        source: "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
    };

    const MEMBERS: &'static [Member] = &[SECRETS, URLS];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"appId":54321,"occurredAt":1767225600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM"}]"#,
    };

    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError> {
        hubspot::HubSpot::try_at(settings.urls())
    }
}
