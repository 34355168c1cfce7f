//! Gathering a body under a cap, in no more memory than was received calls for.

use std::mem;

use bytes::Bytes;
use http_body::Body;

use crate::error::Reason;

/// How far ahead of what was received memory may be reserved, until that much was received.
const AHEAD: usize = 64 * 1024;

/// How many frames are read before other tasks get their turn: a body that is always ready, with
/// frames that may be empty, must not keep a thread to itself.
pub(crate) const FRAMES_A_TURN: usize = 64;

/// A body as it arrives.
#[derive(Debug)]
pub(crate) struct Gather {
    received: Received,
    /// What the body may come to: the length that it declares, by `Content-Length` or by being complete already, or else
    /// the limit.
    most: usize,
}

#[derive(Debug)]
enum Received {
    /// A single piece, or none: it is not copied.
    One(Bytes),
    Several(Vec<u8>),
    /// It was given away: there is no second body, and none that is empty.
    Given,
}

impl Gather {
    /// `None` if the body is declared to be longer than the limit.
    pub(crate) fn new(body: &impl Body, limit: usize) -> Option<Self> {
        let most = match body.size_hint().exact() {
            Some(declared) => usize::try_from(declared).ok().filter(|length| *length <= limit)?,
            None => limit,
        };
        Some(Self { received: Received::One(Bytes::new()), most })
    }

    /// Whether there is room for so many more bytes: to be asked before they are [pushed](Self::push).
    pub(crate) fn admit(&self, more: usize) -> Result<(), Reason> {
        let total = self.received().saturating_add(more);
        if total > self.most { Err(Reason::BodyTooLarge) } else { Ok(()) }
    }

    pub(crate) fn push(&mut self, chunk: Bytes) {
        if self.received() == 0 {
            self.received = Received::One(chunk);
            return;
        }
        let total = self.received().saturating_add(chunk.len());
        let wanted = self.wanted(total);
        let mut several = match self.take() {
            Received::One(first) => {
                let mut several = Vec::with_capacity(wanted);
                several.extend_from_slice(&first);
                several
            }
            Received::Several(several) => several,
            Received::Given => Vec::new(),
        };
        if several.capacity() < total {
            several.reserve_exact(wanted - several.len());
        }
        several.extend_from_slice(&chunk);
        self.received = Received::Several(several);
    }

    /// The body, once. What was reserved ahead is given back: a handler may keep the body for long.
    pub(crate) fn finish(&mut self) -> Option<Bytes> {
        match self.take() {
            Received::One(only) => Some(only),
            Received::Several(mut several) => {
                several.shrink_to_fit();
                Some(several.into())
            }
            Received::Given => None,
        }
    }

    fn take(&mut self) -> Received {
        mem::replace(&mut self.received, Received::Given)
    }

    /// What was received.
    pub(crate) fn so_far(&self) -> &[u8] {
        match &self.received {
            Received::One(only) => only,
            Received::Several(several) => several,
            Received::Given => &[],
        }
    }

    fn received(&self) -> usize {
        self.so_far().len()
    }

    /// How much is to be reserved for so much: twice what was received, or 64 KiB more; never more than the body may
    /// come to.
    fn wanted(&self, total: usize) -> usize {
        let received = self.received();
        received.saturating_add(received.max(AHEAD)).min(self.most).max(total)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{Empty, Full};

    use super::*;

    fn chunked(limit: usize) -> Gather {
        let mut gather = Gather::new(&Empty::<Bytes>::new(), limit).expect("room");
        gather.most = limit;
        gather
    }

    fn reserved(gather: &Gather) -> usize {
        match &gather.received {
            Received::One(_) | Received::Given => 0,
            Received::Several(several) => several.capacity(),
        }
    }

    #[test]
    fn a_single_piece_is_not_copied() {
        let chunk = Bytes::from(vec![7; 1000]);
        let mut gather = chunked(1000);
        gather.push(chunk.clone());
        assert_eq!(gather.finish().expect("one body").as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn memory_follows_what_was_received_whatever_was_declared() {
        let declared = Full::new(Bytes::from(vec![0; 1 << 26]));
        let mut gather = Gather::new(&declared, usize::MAX).expect("room");
        let chunk = Bytes::from(vec![1; 1000]);
        for pieces in 1..5000 {
            gather.push(chunk.clone());
            let received = pieces * chunk.len();
            assert!(reserved(&gather) <= 2 * received + AHEAD);
        }
    }

    #[test]
    fn what_is_declared_has_to_fit() {
        let declared = Full::new(Bytes::from(vec![0; 10]));
        assert!(Gather::new(&declared, 10).is_some());
        assert!(Gather::new(&declared, 9).is_none());
    }

    #[test]
    fn the_limit_is_inclusive() {
        let mut gather = chunked(10);
        for five in [b"12345", b"67890"] {
            assert_eq!(gather.admit(five.len()), Ok(()));
            gather.push(Bytes::from_static(five));
        }
        assert_eq!(gather.admit(1), Err(Reason::BodyTooLarge));
        assert_eq!(gather.admit(usize::MAX), Err(Reason::BodyTooLarge));
        assert_eq!(gather.finish().expect("one body"), "1234567890");
        assert_eq!(gather.finish(), None, "a second one");
    }

    #[test]
    fn nothing_is_kept_that_was_reserved_ahead() {
        let mut gather = chunked(usize::MAX);
        for _ in 0..100 {
            gather.push(Bytes::from(vec![1; 1001]));
        }
        assert!(reserved(&gather) > 100_100);
        assert_eq!(Vec::from(gather.finish().expect("one body")).capacity(), 100_100);
    }
}
