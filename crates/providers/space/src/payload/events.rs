//! What happened in Space.

use countersign_core::{Members, PayloadError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{Class, Common, Fields};

/// Something happened that a webhook of the application is for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookRequestPayload {
    /// The webhook.
    pub webhook_id: String,
    /// What happened, by its own `className`.
    pub payload: OpenPayload,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for WebhookRequestPayload {
    const NAME: &'static str = "WebhookRequestPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            webhook_id: fields.take("webhookId")?,
            payload: fields.take("payload")?,
            common: fields.common()?,
        })
    }
}

/// There are links to be shown as previews.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewUnfurlQueueItemsPayload {
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for NewUnfurlQueueItemsPayload {
    const NAME: &'static str = "NewUnfurlQueueItemsPayload";

    fn read(fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self { common: fields.common()? })
    }
}

/// Somebody used a control of a preview.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnfurlActionPayload {
    /// The control.
    pub action_id: String,
    /// Its value.
    pub action_value: String,
    /// The link that is shown.
    pub link: String,
    /// Where it is shown.
    pub context: Value,
    /// Who did it.
    pub user_id: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for UnfurlActionPayload {
    const NAME: &'static str = "UnfurlActionPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            action_id: fields.take("actionId")?,
            action_value: fields.take("actionValue")?,
            link: fields.take("link")?,
            context: fields.take("context")?,
            user_id: fields.take("userId")?,
            common: fields.common()?,
        })
    }
}

/// Somebody asks for an issue in a tracker that the application connects.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateExternalIssueRequestPayload {
    /// The request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Who asks.
    pub space_user_id: String,
    /// What it is to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What it is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The prefix of the tracker's issues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_prefix: Option<String>,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for CreateExternalIssueRequestPayload {
    const NAME: &'static str = "CreateExternalIssueRequestPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            request_id: fields.take_if_any("requestId")?,
            space_user_id: fields.take("spaceUserId")?,
            summary: fields.take_if_any("summary")?,
            description: fields.take_if_any("description")?,
            issue_prefix: fields.take_if_any("issuePrefix")?,
            common: fields.common()?,
        })
    }
}

/// There are issues of a connected tracker to be looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewExternalIssueEventPayload {
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for NewExternalIssueEventPayload {
    const NAME: &'static str = "NewExternalIssueEventPayload";

    fn read(fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self { common: fields.common()? })
    }
}

/// A safe merge wants something of the application.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SafeMergeCommandPayload {
    /// What, by its own `className`.
    pub command: Value,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for SafeMergeCommandPayload {
    const NAME: &'static str = "SafeMergeCommandPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self { command: fields.take("command")?, common: fields.common()? })
    }
}

/// Anything with a `className`, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OpenPayload {
    /// What it is.
    pub class_name: String,
    /// All other members.
    #[serde(flatten)]
    pub members: Members,
}
