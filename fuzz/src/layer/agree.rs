//! Whether a request is genuine, by the wire formats alone: a second check, which reads as little as it needs.

mod fields;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use countersign::Timestamp;
use http::Request;
use http::request::Parts;
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

pub(super) use self::fields::{flow_action, speakap, twilio};
use super::mac::{base64, hex, hmac};
use crate::json::canonical;
use crate::keys::{DISCORD, SECRETS, WHPK, WHSECS};
use crate::time;

/// Where providers that sign a URL send to.
pub(super) const URL: &str = "https://example.com/hook";

/// A request that was let through.
pub(super) struct Came<'a> {
    pub(super) head: &'a Parts,
    pub(super) body: &'a [u8],
    /// What the handler got; `None` if it was a handshake, which no handler gets.
    pub(super) handed: Option<&'a Bytes>,
    pub(super) now: Timestamp,
    /// What was signed with a key that is believed, if anything was.
    pub(super) signed: Option<&'a Request<Bytes>>,
}

impl Came<'_> {
    /// A header that is there once.
    fn one(&self, name: &str) -> Option<&str> {
        one(self.head, name)
    }

    /// Whether the handler got this, or nobody anything.
    fn handed(&self, bytes: &[u8]) -> bool {
        self.handed.is_none_or(|handed| handed == bytes)
    }

    /// Whether that is a tag that one of the secrets makes, as `write` writes it.
    fn tagged(&self, given: Option<&str>, write: impl Fn(&[u8]) -> String) -> bool {
        given.is_some_and(|given| SECRETS[..2].iter().any(|key| write(key.as_bytes()) == given))
    }

    /// Whether that was so many seconds ago at most, and is so far ahead at most.
    fn in_time(&self, nanos: Option<i128>, old: i128, ahead: i128) -> bool {
        let age = nanos.map(|nanos| self.now.as_nanos() - nanos);
        age.is_some_and(|age| (-ahead * SECOND..=old * SECOND).contains(&age))
    }

    /// The digits of a header, and what they say in nanoseconds.
    fn digits(&self, name: &str, nanos: i128) -> Option<(&str, i128)> {
        let digits = self.one(name)?;
        Some((digits, time::digits(digits.as_bytes())? * nanos))
    }

    /// The raw body and nothing else, in hexadecimal digits of either case.
    fn body_in_hex(&self, header: &str, prefix: &str, tag: fn(&[u8], &[&[u8]]) -> Vec<u8>) -> bool {
        let given = self.one(header).and_then(|given| given.strip_prefix(prefix));
        let given = given.map(str::to_ascii_lowercase);
        self.handed(self.body) && self.tagged(given.as_deref(), |key| hex(&tag(key, &[self.body])))
    }

    fn body_in_base64(&self, header: &str, before: &[&[u8]], after: &[u8]) -> bool {
        let text = [before, &[self.body, after]].concat();
        self.handed(self.body)
            && self.tagged(self.one(header), |key| base64(&hmac::<Sha256>(key, &text)))
    }
}

const SECOND: i128 = 1_000_000_000;
const MILLI: i128 = 1_000_000;

fn one<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    let mut values = head.headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    Some(value.to_str().ok()?.trim_matches([' ', '\t']))
}

pub(super) fn spark(came: &Came<'_>) -> bool {
    !came.body.is_empty() && came.body_in_hex("x-spark-signature", "", hmac::<Sha1>)
}

pub(super) fn flow_webhook(came: &Came<'_>) -> bool {
    came.body_in_hex("x-sg-signature", "sha1=", hmac::<Sha1>)
}

/// Meta signs alike.
pub(super) fn github(came: &Came<'_>) -> bool {
    came.body_in_hex("x-hub-signature-256", "sha256=", hmac::<Sha256>)
}

pub(super) fn notion(came: &Came<'_>) -> bool {
    came.body_in_hex("x-notion-signature", "sha256=", hmac::<Sha256>)
}

pub(super) fn shopify(came: &Came<'_>) -> bool {
    came.body_in_base64("x-shopify-hmac-sha256", &[], b"")
}

pub(super) fn line(came: &Came<'_>) -> bool {
    came.body_in_base64("x-line-signature", &[], b"")
}

pub(super) fn square(came: &Came<'_>) -> bool {
    came.body_in_base64("x-square-hmacsha256-signature", &[URL.as_bytes()], b"")
}

pub(super) fn hubspot(came: &Came<'_>) -> bool {
    let Some((digits, nanos)) = came.digits("x-hubspot-request-timestamp", MILLI) else {
        return false;
    };
    let before = [came.head.method.as_str().as_bytes(), URL.as_bytes()];
    came.in_time(Some(nanos), 300, 300)
        && came.body_in_base64("x-hubspot-signature-v3", &before, digits.as_bytes())
}

pub(super) fn linear(came: &Came<'_>) -> bool {
    let body: Option<Value> = serde_json::from_slice(came.body).ok();
    let millis = body.and_then(|body| body.get("webhookTimestamp")?.as_i64());
    came.in_time(millis.map(|millis| i128::from(millis) * MILLI), 60, 60)
        && came.body_in_hex("linear-signature", "", hmac::<Sha256>)
}

pub(super) fn slack(came: &Came<'_>) -> bool {
    if came.handed.is_none() && !came.head.headers.contains_key("x-slack-signature") {
        // The check of a certificate, which says nothing and is told nothing.
        return came.body.split(|&byte| byte == b'&').any(|field| field == b"ssl_check=1");
    }
    let Some((digits, nanos)) = came.digits("x-slack-request-timestamp", SECOND) else {
        return false;
    };
    let given = came.one("x-slack-signature").and_then(|given| given.strip_prefix("v0="));
    let text = [b"v0:", digits.as_bytes(), b":", came.body];
    came.in_time(Some(nanos), 300, 300) && in_hex(came, given, &text)
}

pub(super) fn space_signing_key(came: &Came<'_>) -> bool {
    let Some((digits, nanos)) = came.digits("x-space-timestamp", MILLI) else { return false };
    let text = [digits.as_bytes(), b":", came.body];
    came.in_time(Some(nanos), 300, 300) && in_hex(came, came.one("x-space-signature"), &text)
}

pub(super) fn stripe(came: &Came<'_>) -> bool {
    let Some(list) = came.one("stripe-signature") else { return false };
    let times: Vec<_> = list.split(',').filter_map(|it| it.strip_prefix("t=")).collect();
    let [digits] = times[..] else { return false };
    let nanos = time::digits(digits.as_bytes()).map(|secs| secs * SECOND);
    let mut given = list.split(',').filter_map(|it| it.strip_prefix("v1="));
    let text = [digits.as_bytes(), b".", came.body];
    came.in_time(nanos, 300, 300) && given.any(|given| in_hex(came, Some(given), &text))
}

fn in_hex(came: &Came<'_>, given: Option<&str>, text: &[&[u8]]) -> bool {
    let given = given.map(str::to_ascii_lowercase);
    came.handed(came.body) && came.tagged(given.as_deref(), |key| hex(&hmac::<Sha256>(key, text)))
}

/// GitLab's signing token is one of these secrets, too.
pub(super) fn standard_webhooks(came: &Came<'_>) -> bool {
    let Some((digits, nanos)) = came.digits("webhook-timestamp", SECOND) else { return false };
    let Some(id) = came.one("webhook-id").filter(|id| !id.contains('.')) else { return false };
    let Some(list) = came.one("webhook-signature") else { return false };
    let text = [id.as_bytes(), b".", digits.as_bytes(), b".", came.body];
    let is_signed = |given: &str| {
        if let Some(given) = given.strip_prefix("v1a,") {
            let signature = BASE64_STANDARD.decode(given).unwrap_or_default();
            return ed25519(&WHPK[5..], &text.concat(), &signature);
        }
        let keys = WHSECS[..2].iter().filter_map(|key| BASE64_STANDARD.decode(&key[6..]).ok());
        let mut tags = keys.map(|key| base64(&hmac::<Sha256>(&key, &text)));
        given.strip_prefix("v1,").is_some_and(|given| tags.any(|tag| tag == given))
    };
    came.in_time(Some(nanos), 300, 300) && came.handed(came.body) && list.split(' ').any(is_signed)
}

pub(super) fn discord(came: &Came<'_>) -> bool {
    let Some((digits, nanos)) = came.digits("x-signature-timestamp", SECOND) else { return false };
    let Some(given) = came.one("x-signature-ed25519") else { return false };
    let text = [digits.as_bytes(), came.body].concat();
    came.in_time(Some(nanos), 300, 300)
        && came.handed(came.body)
        && !came.body.first().is_some_and(u8::is_ascii_digit)
        && ed25519(&base64(&unhex(DISCORD)), &text, &unhex(given))
}

/// By aws-lc, where the library takes another implementation.
fn ed25519(key: &str, text: &[u8], signature: &[u8]) -> bool {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    let key = BASE64_STANDARD.decode(key).expect("base64");
    UnparsedPublicKey::new(&ED25519, key).verify(text, signature).is_ok()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair.get(1).unwrap_or(&0)) as u8).collect()
}

/// Nobody but this target has the private key: what is let through has the text that was signed with it.
pub(super) fn space_public_key(came: &Came<'_>) -> bool {
    as_signed(came, "x-space-timestamp", MILLI, 300, 300)
}

/// As for Space.
pub(super) fn sendgrid(came: &Came<'_>) -> bool {
    as_signed(came, "x-twilio-email-event-webhook-timestamp", SECOND, 25 * 3600, 300)
}

fn as_signed(came: &Came<'_>, time: &str, nanos: i128, old: i128, ahead: i128) -> bool {
    let (Some(signed), Some((digits, nanos))) = (came.signed, came.digits(time, nanos)) else {
        return false;
    };
    let is_the_same = signed.headers().get(time).is_some_and(|signed| signed == digits);
    came.in_time(Some(nanos), old, ahead)
        && came.handed(came.body)
        && is_the_same
        && signed.body() == came.body
}

pub(super) fn meya(came: &Came<'_>) -> bool {
    let Some(form) = canonical(came.body) else { return false };
    let text = [URL.as_bytes(), form.as_bytes()];
    came.handed(form.as_bytes())
        && came.tagged(came.one("x-meya-signature"), |key| base64(&hmac::<Sha1>(key, &text)))
}

pub(super) fn telegram(came: &Came<'_>) -> bool {
    token(came, came.one("x-telegram-bot-api-secret-token"))
}

pub(super) fn gitlab_token(came: &Came<'_>) -> bool {
    token(came, came.one("x-gitlab-token"))
}

pub(super) fn space_token(came: &Came<'_>) -> bool {
    let body: Option<Value> = serde_json::from_slice(came.body).ok();
    token(came, body.as_ref().and_then(|body| body.get("verificationToken")?.as_str()))
}

fn token(came: &Came<'_>, given: Option<&str>) -> bool {
    came.handed(came.body) && given.is_some_and(|given| SECRETS[..2].contains(&given))
}
