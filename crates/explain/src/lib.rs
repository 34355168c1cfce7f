//! Says why a webhook was refused, and what would make it verify.
//!
//! [`Explain`] walks a check as a reader would: what was looked for and what was found, the signed
//! text, the expected and the given signature, the time and its window. Where the signature does not
//! hold, it looks for the likely cause: it changes one thing at a time, as it is commonly got wrong
//! (the secret with a line end, the body parsed and written again, the URL with another scheme), then
//! two at a time, and names those changes under which the request verifies. [`codes`] lists them.
//!
//! **It is for people, and accepts nothing.** What it says holds the expected signature, with which
//! the request can be forged: it is not for answers over HTTP. Secrets are never in it.
//!
//! [`CaptureRejected`] keeps what a server refuses in files that can be explained later.

mod capture;
mod case;
mod causes;
mod explain;
mod explanation;
mod receiver;
mod search;
mod show;
mod veil;
mod walk;
mod wire;

pub use self::capture::CaptureRejected;
pub use self::causes::{Code, codes};
pub use self::explain::{Explain, View};
pub use self::explanation::{Cause, Explanation, State, Step};
pub use self::receiver::{Receiver, Setup};
pub use self::wire::{LARGEST_HEAD, MOST_HEADERS, Note, encode, take_note};
