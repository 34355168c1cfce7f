//! Autodesk Flow Production Tracking, formerly ShotGrid.

use countersign::{ConfigError, FlowAction, FlowWebhook, Scheme};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::Settings;

pub(super) struct Action;

impl Entry for Action {
    type Scheme = FlowAction;

    const FACTS: &'static Facts = &Facts {
        name: FlowAction::NAME,
        title: "Flow Production Tracking, action menu item",
        signature: "form field signature",
        signed: "the other fields, as sorted lines",
        algorithm: "HMAC-SHA1",
        encoding: "hex",
        time: Some("form field timestamp"),
        handshake: None,
        strength: Strength::CanonicalForm,
        confirmed: true,
        oracle: None,
        note: Some("whether blank fields are signed is not confirmed: both readings are tried"),
        source: "https://developers.shotgridsoftware.com/python-api/cookbook/examples/ami_handler.html",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/x-www-form-urlencoded")],
        body: b"user_id=24&user_login=grace&entity_type=Version&selected_ids=931%2C900&ids=931%2C900%2C904&title=All+Versions&page_id=1353&server_hostname=my-site.shotgrid.autodesk.com&referrer_path=%2Fpage%2F1353&session_uuid=9676a296-7e16-11e7-8758-0242ac110004&cols=code%2Cimage&column_display_names=Version+Name%2CThumbnail&view=Default&sort_column=created_at&sort_direction=desc&project_name=Gunslinger&project_id=81",
    };

    fn scheme(_: &Settings) -> Result<FlowAction, ConfigError> {
        Ok(FlowAction::default())
    }
}

pub(super) struct Webhook;

impl Entry for Webhook {
    type Scheme = FlowWebhook;

    const FACTS: &'static Facts = &Facts {
        name: FlowWebhook::NAME,
        title: "Flow Production Tracking, webhook",
        signature: "header X-SG-SIGNATURE: sha1=",
        signed: "raw body",
        algorithm: "HMAC-SHA1",
        encoding: "hex",
        time: None,
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: None,
        note: Some("max_age_secs checks the timestamp inside the body"),
        source: "https://developers.shotgridsoftware.com/e7890fc8/",
    };

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json; charset=utf-8")],
        body: br#"{"data":{"id":"11777.3065.0","event_log_entry_id":248249,"event_type":"Shotgun_Shot_Change","operation":"update","user":{"type":"HumanUser","id":88},"entity":{"type":"Shot","id":1246},"project":{"type":"Project","id":122},"meta":{"type":"attribute_change","attribute_name":"description","entity_type":"Shot","entity_id":1246,"field_data_type":"text","old_value":"fog","new_value":"fog and mist"},"created_at":"2026-01-01 00:00:00.000000","attribute_name":"description","session_uuid":null},"timestamp":"2026-01-01T00:00:00Z"}"#,
    };

    fn scheme(_: &Settings) -> Result<FlowWebhook, ConfigError> {
        Ok(FlowWebhook)
    }
}
