//! A proof is made by the engine and nowhere else: not by its fields, and not by a payload that is
//! read from unverified bytes.

use countersign::danger::parse_unverified;
use countersign::{Payload, PayloadBytes, PayloadError, Proof, Spark};

struct Thief(Proof<Spark>);

impl Payload for Thief {
    type Scheme = Spark;

    fn from_bytes(bytes: &PayloadBytes<'_>) -> Result<Self, PayloadError> {
        Ok(Self(bytes.clone()))
    }
}

fn main() {
    let _ = Proof::<Spark> { body: "forged".into() };
    let _ = parse_unverified::<Thief>("forged");
}
