//! Webhooks: JSON that the site posts.

mod payload;
mod scheme;

pub use self::payload::{Delivery, Entity, EventEntry, Meta};
pub use self::scheme::FlowWebhook;
