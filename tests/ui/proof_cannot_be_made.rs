//! A proof is made by the engine and nowhere else.

use countersign::{Match, Proof, Spark};

fn main() {
    let _: Proof<Spark> = Proof::new("forged".into(), Match::new(0, []));
    let _ = Proof::<Spark>::unverified("forged".into());
    let _ = Proof::<Spark> { body: "forged".into() };
}
