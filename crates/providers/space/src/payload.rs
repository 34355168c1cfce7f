//! What Space posts.

mod chat;
mod events;
mod fields;
mod installation;

use countersign_core::{
    Carries, JsonObject, Payload as Read, PayloadBytes, PayloadError, Via, read_json,
};
use serde::Serialize;
use serde_json::{Map, Value};

pub use self::chat::{
    CustomActionPayload, ListCommandsPayload, MenuActionPayload, MessageActionPayload,
    MessageContext, MessagePayload,
};
pub use self::events::{
    CreateExternalIssueRequestPayload, NewExternalIssueEventPayload, NewUnfurlQueueItemsPayload,
    OpenPayload, SafeMergeCommandPayload, UnfurlActionPayload, WebhookRequestPayload,
};
pub use self::fields::Common;
use self::fields::{Class, Fields};
pub use self::installation::{
    AppPublicationCheckPayload, ApplicationUninstalledPayload, ChangeClientSecretPayload,
    ChangeServerUrlPayload, InitPayload, RefreshTokenPayload,
};
use crate::public_key::SpacePublicKey;
use crate::signing_key::SpaceSigningKey;
use crate::token::SpaceToken;

/// What Space posts, by its `className`.
///
/// As `Verified<Payload>` it is proven by the public key. With another layer it is
/// `Verified<Via<SpaceSigningKey, Payload>>` or `Verified<Via<SpaceToken, Payload>>`, so a handler
/// says how well its payload has to be proven.
///
/// It implements [`Serialize`], in the shape in which it came, and on purpose not `Deserialize`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "className")]
#[non_exhaustive]
pub enum Payload {
    /// Installed in an organisation.
    #[serde(rename = "InitPayload")]
    Init(InitPayload),
    /// Which commands are there?
    #[serde(rename = "ListCommandsPayload")]
    ListCommands(ListCommandsPayload),
    /// A message to the application.
    #[serde(rename = "MessagePayload")]
    Message(MessagePayload),
    /// A control of a message was used.
    #[serde(rename = "MessageActionPayload")]
    MessageAction(MessageActionPayload),
    /// An item of a menu was used.
    #[serde(rename = "MenuActionPayload")]
    MenuAction(MenuActionPayload),
    /// Something that a webhook is for.
    #[serde(rename = "WebhookRequestPayload")]
    WebhookRequest(WebhookRequestPayload),
    /// Removed from an organisation.
    #[serde(rename = "ApplicationUninstalledPayload")]
    ApplicationUninstalled(ApplicationUninstalledPayload),
    /// The organisation moved.
    #[serde(rename = "ChangeServerUrlPayload")]
    ChangeServerUrl(ChangeServerUrlPayload),
    /// Another client secret.
    #[serde(rename = "ChangeClientSecretPayload")]
    ChangeClientSecret(ChangeClientSecretPayload),
    /// A permission that lasts.
    #[serde(rename = "RefreshTokenPayload")]
    RefreshToken(RefreshTokenPayload),
    /// Links that wait for a preview.
    #[serde(rename = "NewUnfurlQueueItemsPayload")]
    NewUnfurlQueueItems(NewUnfurlQueueItemsPayload),
    /// A control of a preview was used.
    #[serde(rename = "UnfurlActionPayload")]
    UnfurlAction(UnfurlActionPayload),
    /// An issue is asked for.
    #[serde(rename = "CreateExternalIssueRequestPayload")]
    CreateExternalIssueRequest(CreateExternalIssueRequestPayload),
    /// Issues that wait to be looked at.
    #[serde(rename = "NewExternalIssueEventPayload")]
    NewExternalIssueEvent(NewExternalIssueEventPayload),
    /// An action was used.
    #[serde(rename = "CustomActionPayload")]
    CustomAction(CustomActionPayload),
    /// Of a safe merge.
    #[serde(rename = "SafeMergeCommandPayload")]
    SafeMergeCommand(SafeMergeCommandPayload),
    /// A trial before publication.
    #[serde(rename = "AppPublicationCheckPayload")]
    AppPublicationCheck(AppPublicationCheckPayload),
    /// Of a class that is not listed here, as it came.
    #[serde(untagged)]
    Unknown(OpenPayload),
}

impl Payload {
    /// The `className`.
    #[must_use]
    pub fn class_name(&self) -> &str {
        match self {
            Self::Init(_) => InitPayload::NAME,
            Self::ListCommands(_) => ListCommandsPayload::NAME,
            Self::Message(_) => MessagePayload::NAME,
            Self::MessageAction(_) => MessageActionPayload::NAME,
            Self::MenuAction(_) => MenuActionPayload::NAME,
            Self::WebhookRequest(_) => WebhookRequestPayload::NAME,
            Self::ApplicationUninstalled(_) => ApplicationUninstalledPayload::NAME,
            Self::ChangeServerUrl(_) => ChangeServerUrlPayload::NAME,
            Self::ChangeClientSecret(_) => ChangeClientSecretPayload::NAME,
            Self::RefreshToken(_) => RefreshTokenPayload::NAME,
            Self::NewUnfurlQueueItems(_) => NewUnfurlQueueItemsPayload::NAME,
            Self::UnfurlAction(_) => UnfurlActionPayload::NAME,
            Self::CreateExternalIssueRequest(_) => CreateExternalIssueRequestPayload::NAME,
            Self::NewExternalIssueEvent(_) => NewExternalIssueEventPayload::NAME,
            Self::CustomAction(_) => CustomActionPayload::NAME,
            Self::SafeMergeCommand(_) => SafeMergeCommandPayload::NAME,
            Self::AppPublicationCheck(_) => AppPublicationCheckPayload::NAME,
            Self::Unknown(unknown) => &unknown.class_name,
        }
    }

    /// The id that the application has in the organisation that sent it.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        let common = match self {
            Self::Init(payload) => &payload.common,
            Self::ListCommands(payload) => &payload.common,
            Self::Message(payload) => &payload.common,
            Self::MessageAction(payload) => &payload.common,
            Self::MenuAction(payload) => &payload.common,
            Self::WebhookRequest(payload) => &payload.common,
            Self::ApplicationUninstalled(payload) => &payload.common,
            Self::ChangeServerUrl(payload) => &payload.common,
            Self::ChangeClientSecret(payload) => &payload.common,
            Self::RefreshToken(payload) => &payload.common,
            Self::NewUnfurlQueueItems(payload) => &payload.common,
            Self::UnfurlAction(payload) => &payload.common,
            Self::CreateExternalIssueRequest(payload) => &payload.common,
            Self::NewExternalIssueEvent(payload) => &payload.common,
            Self::CustomAction(payload) => &payload.common,
            Self::SafeMergeCommand(payload) => &payload.common,
            Self::AppPublicationCheck(_) => return None,
            Self::Unknown(unknown) => return unknown.members.text("clientId"),
        };
        common.client_id.as_deref()
    }

    fn read(class: &str, members: Map<String, Value>) -> Result<Self, PayloadError> {
        Ok(match class {
            InitPayload::NAME => Self::Init(read(members)?),
            ListCommandsPayload::NAME => Self::ListCommands(read(members)?),
            MessagePayload::NAME => Self::Message(read(members)?),
            MessageActionPayload::NAME => Self::MessageAction(read(members)?),
            MenuActionPayload::NAME => Self::MenuAction(read(members)?),
            WebhookRequestPayload::NAME => Self::WebhookRequest(read(members)?),
            ApplicationUninstalledPayload::NAME => Self::ApplicationUninstalled(read(members)?),
            ChangeServerUrlPayload::NAME => Self::ChangeServerUrl(read(members)?),
            ChangeClientSecretPayload::NAME => Self::ChangeClientSecret(read(members)?),
            RefreshTokenPayload::NAME => Self::RefreshToken(read(members)?),
            NewUnfurlQueueItemsPayload::NAME => Self::NewUnfurlQueueItems(read(members)?),
            UnfurlActionPayload::NAME => Self::UnfurlAction(read(members)?),
            CreateExternalIssueRequestPayload::NAME => {
                Self::CreateExternalIssueRequest(read(members)?)
            }
            NewExternalIssueEventPayload::NAME => Self::NewExternalIssueEvent(read(members)?),
            CustomActionPayload::NAME => Self::CustomAction(read(members)?),
            SafeMergeCommandPayload::NAME => Self::SafeMergeCommand(read(members)?),
            AppPublicationCheckPayload::NAME => Self::AppPublicationCheck(read(members)?),
            _ => {
                Self::Unknown(OpenPayload { class_name: class.to_owned(), members: members.into() })
            }
        })
    }
}

fn read<C: Class>(members: Map<String, Value>) -> Result<C, PayloadError> {
    C::read(Fields::new(C::NAME, members))
}

impl Read for Payload {
    type Scheme = SpacePublicKey;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        let JsonObject(mut members): JsonObject<Map<String, Value>> = read_json(bytes)?;
        match members.remove("className") {
            Some(Value::String(class)) => Self::read(&class, members),
            Some(_) => Err(PayloadError::new("`className` is not a text")),
            None => Err(PayloadError::new("`className` is missing")),
        }
    }
}

impl Carries<Payload> for SpaceSigningKey {}
impl Carries<Payload> for SpaceToken {}

impl<S> From<Via<S, Payload>> for Payload {
    fn from(via: Via<S, Payload>) -> Self {
        via.into_inner()
    }
}
