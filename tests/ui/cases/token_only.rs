//! What is for the weak tier takes no scheme that signs something.

use countersign::{SpaceSigningKey, SpaceToken, TokenOnly};

fn warn_of<S: TokenOnly>() {}

fn main() {
    warn_of::<SpaceToken>();
    warn_of::<SpaceSigningKey>();
}
