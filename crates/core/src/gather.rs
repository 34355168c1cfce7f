//! Gathering a body under a cap, in no more memory than was received calls for.

use bytes::Bytes;
use http_body::Body;

use crate::error::Reason;

/// How far ahead of what was received memory may be reserved, until that much was received.
const AHEAD: usize = 64 * 1024;

/// How many frames are read before other tasks get their turn: a body that is always ready, with
/// frames that may be empty, must not keep a thread to itself.
pub(crate) const FRAMES_A_TURN: usize = 64;

/// A body as it arrives. One that comes in a single piece is not copied.
#[derive(Debug)]
pub(crate) struct Gather {
    only: Bytes,
    several: Vec<u8>,
    /// What the body may come to: its declared length, or else the limit.
    most: usize,
}

impl Gather {
    pub(crate) fn new(body: &impl Body, limit: usize) -> Self {
        let declared = declared_length(body).and_then(|length| usize::try_from(length).ok());
        let most = declared.map_or(limit, |length| length.min(limit));
        Self { only: Bytes::new(), several: Vec::new(), most }
    }

    pub(crate) fn push(&mut self, chunk: Bytes) -> Result<(), Reason> {
        let received = self.only.len() + self.several.len();
        let total = received.saturating_add(chunk.len());
        if total > self.most {
            return Err(Reason::BodyTooLarge);
        }
        if received == 0 {
            self.only = chunk;
            return Ok(());
        }
        self.reserve(received, total);
        self.several.extend_from_slice(&std::mem::take(&mut self.only));
        self.several.extend_from_slice(&chunk);
        Ok(())
    }

    /// What was reserved ahead is given back: a handler may keep the body for long.
    pub(crate) fn finish(mut self) -> Bytes {
        self.several.shrink_to_fit();
        if self.several.is_empty() { self.only } else { self.several.into() }
    }

    /// Twice what was received, or 64 KiB more; never more than the body may come to.
    fn reserve(&mut self, received: usize, total: usize) {
        if self.several.capacity() < total {
            let wanted = received.saturating_add(received.max(AHEAD)).min(self.most).max(total);
            self.several.reserve_exact(wanted - self.several.len());
        }
    }
}

/// The length that the body declares, by `Content-Length` or by being complete already.
pub(crate) fn declared_length(body: &impl Body) -> Option<u64> {
    body.size_hint().exact()
}

#[cfg(test)]
mod tests {
    use http_body_util::{Empty, Full};

    use super::*;

    fn chunked(limit: usize) -> Gather {
        let mut gather = Gather::new(&Empty::<Bytes>::new(), limit);
        gather.most = limit;
        gather
    }

    #[test]
    fn a_single_piece_is_not_copied() {
        let chunk = Bytes::from(vec![7; 1000]);
        let mut gather = chunked(1000);
        gather.push(chunk.clone()).expect("within the limit");
        assert_eq!(gather.finish().as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn memory_follows_what_was_received_whatever_was_declared() {
        let declared = Full::new(Bytes::from(vec![0; 1 << 26]));
        let mut gather = Gather::new(&declared, usize::MAX);
        let chunk = Bytes::from(vec![1; 1000]);
        for pieces in 1..5000 {
            gather.push(chunk.clone()).expect("within the declared length");
            let received = pieces * chunk.len();
            assert!(gather.several.capacity() <= 2 * received + AHEAD);
        }
    }

    #[test]
    fn the_limit_is_inclusive() {
        let mut gather = chunked(10);
        gather.push(Bytes::from_static(b"12345")).expect("5 of 10");
        gather.push(Bytes::from_static(b"67890")).expect("10 of 10");
        assert_eq!(gather.push(Bytes::from_static(b"1")), Err(Reason::BodyTooLarge));
        assert_eq!(gather.finish(), "1234567890");
    }

    #[test]
    fn nothing_is_kept_that_was_reserved_ahead() {
        let mut gather = chunked(usize::MAX);
        for _ in 0..100 {
            gather.push(Bytes::from(vec![1; 1001])).expect("within the limit");
        }
        assert!(gather.several.capacity() > 100_100);
        assert_eq!(Vec::from(gather.finish()).capacity(), 100_100);
    }
}
