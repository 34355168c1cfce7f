//! Action menu items: forms that a user's browser posts.

mod lines;
mod payload;
mod scheme;

pub use self::payload::ActionMenu;
pub use self::scheme::FlowAction;
