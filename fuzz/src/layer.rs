//! The whole layer, for every provider: a request is signed, changed as the input says, and sent in whatever
//! pieces.
//!
//! 1. It is let through only if a second check, written from the wire format, agrees; and the handler gets the
//!    bytes of which that check says that they were signed.
//! 2. A genuine one that nobody changed is let through.
//! 3. The verdict is the same in whatever pieces the body comes, and the same offline.
//! 4. It takes no more turns than there are pieces and pauses, and nothing of the body is kept.

mod agree;
mod case;
mod change;
mod counted;
mod mac;
mod sent;
mod subject;
mod subjects;

pub use self::case::Case;

/// Everything above, for one request.
pub fn check(case: &Case) {
    subjects::with(case.subject, |subject| subject.run(case));
}
