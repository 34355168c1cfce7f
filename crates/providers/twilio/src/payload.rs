//! The webhooks that are handled most: forms, of a POST and of a GET alike.
//! <https://www.twilio.com/docs/usage/webhooks/messaging-webhooks>,
//! <https://www.twilio.com/docs/usage/webhooks/voice-webhooks>

mod fields;

use countersign_core::{Payload, PayloadBytes, PayloadError, Sensitive};
use serde::Serialize;

pub use self::fields::Fields;
use crate::scheme::Twilio;

/// A message came in: SMS, MMS, `WhatsApp` or another channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct IncomingMessage {
    /// The id of the message.
    pub message_sid: String,
    /// The account that it is for.
    pub account_sid: String,
    /// Who sent it: a number, or `whatsapp:` and a number.
    pub from: String,
    /// What it was sent to.
    pub to: String,
    /// The text. `Debug` does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Sensitive>,
    /// How many files came with it; where they are is in `MediaUrl0` and so on of [`extra`](Self::extra).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_media: Option<String>,
    /// The messaging service that it came by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messaging_service_sid: Option<String>,
    /// What the sender is called, on channels that say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// Fields that are not listed above.
    #[serde(flatten)]
    pub extra: Fields,
}

impl Payload for IncomingMessage {
    type Scheme = Twilio;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let mut fields = Fields::read(bytes)?;
        Ok(Self {
            message_sid: fields.required("MessageSid")?,
            account_sid: fields.required("AccountSid")?,
            from: fields.required("From")?,
            to: fields.required("To")?,
            body: fields.optional("Body").map(Sensitive::from),
            num_media: fields.optional("NumMedia"),
            messaging_service_sid: fields.optional("MessagingServiceSid"),
            profile_name: fields.optional("ProfileName"),
            extra: fields,
        })
    }
}

/// What became of a message that was sent: a status callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MessageStatus {
    /// The id of the message.
    pub message_sid: String,
    /// What became of it, such as `delivered` or `failed`.
    pub message_status: String,
    /// The account that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_sid: Option<String>,
    /// What it was sent from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Whom it was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Fields that are not listed above.
    #[serde(flatten)]
    pub extra: Fields,
}

impl Payload for MessageStatus {
    type Scheme = Twilio;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let mut fields = Fields::read(bytes)?;
        Ok(Self {
            message_sid: fields.required("MessageSid")?,
            message_status: fields.required("MessageStatus")?,
            account_sid: fields.optional("AccountSid"),
            from: fields.optional("From"),
            to: fields.optional("To"),
            error_code: fields.optional("ErrorCode"),
            extra: fields,
        })
    }
}

/// A call: it came in, wants to know how to go on, or its status changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Call {
    /// The id of the call.
    pub call_sid: String,
    /// The account that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_sid: Option<String>,
    /// Who calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Who is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How it stands, such as `ringing` or `completed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_status: Option<String>,
    /// `inbound` or `outbound-api`, say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// How long it took, in seconds, once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_duration: Option<String>,
    /// The keys that were pressed. `Debug` does not show them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<Sensitive>,
    /// What was said, as far as it was understood. `Debug` does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_result: Option<Sensitive>,
    /// Fields that are not listed above.
    #[serde(flatten)]
    pub extra: Fields,
}

impl Payload for Call {
    type Scheme = Twilio;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let mut fields = Fields::read(bytes)?;
        Ok(Self {
            call_sid: fields.required("CallSid")?,
            account_sid: fields.optional("AccountSid"),
            from: fields.optional("From"),
            to: fields.optional("To"),
            call_status: fields.optional("CallStatus"),
            direction: fields.optional("Direction"),
            call_duration: fields.optional("CallDuration"),
            digits: fields.optional("Digits").map(Sensitive::from),
            speech_result: fields.optional("SpeechResult").map(Sensitive::from),
            extra: fields,
        })
    }
}
