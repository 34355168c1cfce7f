//! The header `Stripe-Signature`: a list of a time and of signatures.

use countersign_core::{Algorithm, Head, Reason, Signature, TimeUnit, Timestamp};
use http::header::HeaderName;

const NAME: &str = "Stripe-Signature";
pub(crate) const HEADER: HeaderName = HeaderName::from_static("stripe-signature");

/// What is in the header, as far as it counts.
pub(crate) struct StripeSignature<'a> {
    pub(crate) timestamp: Timestamp,
    /// The time as it was signed.
    pub(crate) digits: &'a [u8],
    /// At least one.
    pub(crate) signatures: Vec<Signature>,
}

impl<'a> StripeSignature<'a> {
    /// Takes the one `t` and all `v1`. Other schemes are passed over: `v0` comes with test events, and is
    /// not made with the secret. So is a `v1` that cannot be a signature, where another one can.
    pub(crate) fn read(head: &Head<'a>) -> Result<Self, Reason> {
        let list = head.required(&HEADER, NAME)?;
        let (mut digits, mut signatures) = (None, Vec::new());
        for element in list.split(|&byte| byte == b',') {
            if let Some(text) = element.strip_prefix(b"t=") {
                if digits.replace(text).is_some() {
                    return Err(Reason::Repeated("t in Stripe-Signature"));
                }
            } else if let Some(hex) = element.strip_prefix(b"v1=") {
                signatures.extend(Signature::from_hex(Algorithm::HmacSha256, hex, NAME));
            }
        }
        if signatures.is_empty() {
            return Err(Reason::Malformed(NAME));
        }
        let digits = digits.ok_or(Reason::Missing("t in Stripe-Signature"))?;
        let timestamp =
            Timestamp::parse(digits, TimeUnit::Seconds).ok_or(Reason::Malformed(NAME))?;
        Ok(Self { timestamp, digits, signatures })
    }
}
