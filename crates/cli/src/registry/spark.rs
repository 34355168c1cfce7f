//! Cisco Spark, now Webex.

use countersign::{ConfigError, Scheme, spark};
use http::Method;

use super::entry::{Entry, Sample};
use super::facts::{Facts, Strength};
use super::settings::{Kind, Member, SECRETS, Settings};

pub(super) struct Spark;

impl Entry for Spark {
    type Scheme = spark::Spark;

    const FACTS: &'static Facts = &Facts {
        name: spark::Spark::NAME,
        title: "Cisco Spark (Webex)",
        signature: "header X-Spark-Signature",
        signed: "raw body",
        algorithm: "HMAC-SHA1",
        encoding: "hex",
        time: None,
        handshake: None,
        strength: Strength::SignedBody,
        confirmed: true,
        oracle: None,
        note: Some("X-Webex-Signature is not confirmed; webex_signature=true reads it"),
        source: "https://developer.webex.com/docs/api/guides/webhooks",
    };

    const MEMBERS: &'static [Member] = &[
        SECRETS,
        Member {
            name: WEBEX_SIGNATURE,
            kind: Kind::Flag,
            help: "read X-Webex-Signature too (not confirmed)",
        },
    ];

    const SAMPLE: &'static Sample = &Sample {
        method: Method::POST,
        headers: &[("Content-Type", "application/json")],
        body: br#"{"id":"Y2lzY29zcGFyazovL3VzL1dFQkhPT0svMQ","name":"New message","targetUrl":"https://bot.example.com/spark","resource":"messages","event":"created","orgId":"Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi9B","createdBy":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS9hZGE","appId":"Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL2E","ownedBy":"creator","status":"active","created":"2026-01-01T00:00:00.000Z","actorId":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS9ncmFjZQ","data":{"id":"Y2lzY29zcGFyazovL3VzL01FU1NBR0UvMQ","roomId":"Y2lzY29zcGFyazovL3VzL1JPT00vMQ","roomType":"group","personId":"Y2lzY29zcGFyazovL3VzL1BFT1BMRS9ncmFjZQ","personEmail":"grace@example.com","created":"2026-01-01T00:00:00.000Z"}}"#,
    };

    fn scheme(settings: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(spark::Spark::default().webex_signature(settings.flag(WEBEX_SIGNATURE)))
    }
}

const WEBEX_SIGNATURE: &str = "webex_signature";
