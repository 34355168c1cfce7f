//! Webhooks of Twilio: messages, calls and what becomes of them.
//!
//! | | |
//! |---|---|
//! | signature | `X-Twilio-Signature`, base64 |
//! | algorithm | HMAC-SHA1, the key is the account's auth token; HMAC-SHA256, the key is a shared key, where `X-Twilio-Webhooks-Signature-Settings` says `algorithm=HMAC_SHA256` |
//! | signed, POST of a form | the external URL, then name and value of each field, sorted by name |
//! | signed, GET | the external URL, with the fields in its query |
//! | signed, any other body | the external URL, whose last parameter `bodySHA256` is the SHA-256 of the body in hexadecimal digits |
//! | window | none: the provider signs no time |
//! | not signed | all headers: [`Delivery`] has the one that tells repetitions |
//! | source | <https://www.twilio.com/docs/usage/webhooks/webhooks-security>, and the vendor's packages for Python and Node |
//!
//! The URL is the one that Twilio was given: [`Twilio::under`] makes it of a base and the path and query of each
//! request. A handler gets the signed fields and nothing else: of a POST those of the form, of a GET the query of
//! the signed URL, as it stands there. Of any other body it gets the raw bytes, whose digest was compared; one that
//! has no digest in the URL is refused.
//!
//! The content type is not signed. So a form is signed by its fields whatever is in the URL, and [`Call`],
//! [`IncomingMessage`] and [`MessageStatus`] are never read from a body that its digest vouches for.
//!
//! A name that a form has several times is signed with each of its values, in their order, and a value that is
//! there twice once. That is what the handler gets.
//!
//! # Which algorithm
//!
//! The settings header is not signed, so it chooses only among what was configured: both, or SHA-256 alone with
//! [`Twilio::sha256_only`]. It is read as in the vendor's packages, which pass over what is no `name=value`; but two
//! algorithms are refused. Where it names none it is SHA-1, as there, unless that was excluded.
//! Who takes the header away gains nothing: a signature of 32 bytes is none of SHA-1.
//!
//! # What the signature does not say
//!
//! Twilio writes URL, names and values one after the other, **with nothing between them**, and signs neither the
//! method nor where one ends. So who has seen a genuine request could send the same text cut at other places:
//!
//! - `ab=c` in place of `a=bc`;
//! - the text of a field as fields of its own, **by name**: of a message that says
//!   `hiFrom+1999MessageSidSM9To+1x` another sender and another id;
//! - under a base, the fields as the end of the URL: a message that says `hi&From=+1999&To=+1` makes of a form a GET
//!   whose query has these fields. A URL that is configured with [`Twilio::at`] is not made longer so.
//!
//! It takes somebody who both wrote such a text and has seen the request in which Twilio signed it, or its log.
//! Twilio sends over TLS, so few can have seen one. What can be done against the rest: `.replay(..)` refuses the
//! second request that has the same signed text, however it is cut. Let no route end with a wildcard, and let a
//! route whose webhook is configured as POST take no GET, as `post(handler).route_layer(..)` does.
//!
//! The vendor's packages also try the URL with another port than the one that they were given, since Twilio has
//! left out ports in the past. Here each URL that may be signed is configured: `Twilio::under(["https://a.example",
//! "https://a.example:8443"])`.
//!
//! # A genuine request and a forged one
//!
//! ```
//! use bytes::Bytes;
//! use countersign_core::{Outcome, Reason};
//! use countersign_twilio::{Call, Twilio, TwilioVerify};
//! use http::Request;
//!
//! // The example of Twilio's documentation.
//! let layer = TwilioVerify::with(Twilio::under("https://example.com"), "12345");
//! let request = |digits: &str| {
//!     let form = format!(
//!         "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits={digits}&From=%2B14158675310\
//!          &To=%2B18005551212"
//!     );
//!     Request::post("/myapp.php?foo=1&bar=2")
//!         .header("Content-Type", "application/x-www-form-urlencoded")
//!         .header("X-Twilio-Signature", "L/OH5YylLD5NRKLltdqwSvS0BnU=")
//!         .body(Bytes::from(form))
//!         .unwrap()
//! };
//!
//! let Ok(Outcome::Genuine(proof)) = layer.verify(request("1234")) else { panic!("refused") };
//! let call: Call = proof.payload()?;
//! assert_eq!(call.digits.unwrap().expose(), "1234");
//!
//! let error = layer.verify(request("1235")).unwrap_err();
//! assert_eq!(error.reason(), Reason::Mismatch);
//! # Ok::<(), countersign_core::PayloadError>(())
//! ```
//!
//! # Feature
//!
//! - `axum`: [`Twilio::under`] knows the URI from before `Router::nest`. Without it, it is that which the layer
//!   sees.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod candidate;
mod canonical;
mod delivery;
mod payload;
mod scheme;
mod settings;
mod url;

pub use self::delivery::Delivery;
pub use self::payload::{Call, Fields, IncomingMessage, MessageStatus};
pub use self::scheme::Twilio;

/// The layer for Twilio: `TwilioVerify::with(Twilio::under("https://example.com"), auth_token)`.
pub type TwilioVerify = countersign_core::VerifyLayer<Twilio>;
