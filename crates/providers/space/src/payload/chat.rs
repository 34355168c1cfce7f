//! What people do in chats and menus.

use std::ops::Deref;

use countersign_core::{Members, PayloadError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::{Class, Common, Fields};

/// Somebody types in the chat of the application, which answers with its commands:
/// `{"commands":[{"name":..,"description":..}]}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ListCommandsPayload {
    /// Who types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for ListCommandsPayload {
    const NAME: &'static str = "ListCommandsPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self { user_id: fields.take_if_any("userId")?, common: fields.common()? })
    }
}

/// Somebody wrote to the application.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessagePayload {
    /// The message.
    pub message: MessageContext,
    /// Who wrote it.
    pub user_id: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for MessagePayload {
    const NAME: &'static str = "MessagePayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            message: fields.take("message")?,
            user_id: fields.take("userId")?,
            common: fields.common()?,
        })
    }
}

/// Somebody used a control of a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MessageActionPayload {
    /// The control.
    pub action_id: String,
    /// Its value.
    pub action_value: String,
    /// The message.
    pub message: MessageContext,
    /// Who did it.
    pub user_id: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for MessageActionPayload {
    const NAME: &'static str = "MessageActionPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            action_id: fields.take("actionId")?,
            action_value: fields.take("actionValue")?,
            message: fields.take("message")?,
            user_id: fields.take("userId")?,
            common: fields.common()?,
        })
    }
}

/// Somebody used an item that the application has in a menu.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MenuActionPayload {
    /// The item.
    pub menu_item_unique_code: String,
    /// What the menu belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Value>,
    /// What was filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter_values: Option<Value>,
    /// Who did it.
    pub user_id: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for MenuActionPayload {
    const NAME: &'static str = "MenuActionPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            menu_item_unique_code: fields.take("menuItemUniqueCode")?,
            context: fields.take_if_any("context")?,
            parameter_values: fields.take_if_any("parameterValues")?,
            user_id: fields.take("userId")?,
            common: fields.common()?,
        })
    }
}

/// Somebody used an action of the application.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CustomActionPayload {
    /// The action.
    pub action_id: String,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_value: Option<String>,
    /// Who did it.
    pub user_id: String,
    /// What all payloads have.
    #[serde(flatten)]
    pub common: Common,
}

impl Class for CustomActionPayload {
    const NAME: &'static str = "CustomActionPayload";

    fn read(mut fields: Fields) -> Result<Self, PayloadError> {
        Ok(Self {
            action_id: fields.take("actionId")?,
            action_value: fields.take_if_any("actionValue")?,
            user_id: fields.take("userId")?,
            common: fields.common()?,
        })
    }
}

/// A message and where it is; all of its members, with the ones that matter by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageContext(Members);

impl MessageContext {
    /// What was written, where it is text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.get("body").and_then(|body| body.get("text")).and_then(Value::as_str)
    }

    /// The id of the message.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        self.0.text("messageId")
    }

    /// The channel that it is in.
    #[must_use]
    pub fn channel_id(&self) -> Option<&str> {
        self.0.text("channelId")
    }
}

impl Deref for MessageContext {
    type Target = Members;

    fn deref(&self) -> &Members {
        &self.0
    }
}
