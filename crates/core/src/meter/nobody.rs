//! Nobody counts.

use super::{Answered, Claimed, Settled};
use crate::error::Reason;

#[derive(Clone)]
pub(crate) struct Meter;

pub(crate) struct Watch;

impl Meter {
    #[inline(always)]
    pub(crate) fn new(_: &'static str) -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn announce(&self, _: bool) {}

    #[inline(always)]
    pub(crate) fn arrived(&self, _: bool) -> Watch {
        Watch
    }

    #[inline(always)]
    pub(crate) fn received(&self, _: &mut Watch) {}

    #[inline(always)]
    pub(crate) fn judged(&self, _: &Watch) {}

    #[inline(always)]
    pub(crate) fn accepted(&self, _: usize) {}

    #[inline(always)]
    pub(crate) fn refused(&self, _: Reason) {}

    #[inline(always)]
    pub(crate) fn answered(&self, _: Answered) {}

    #[inline(always)]
    pub(crate) fn claimed(&self, _: Claimed) {}

    #[inline(always)]
    pub(crate) fn settled(&self, _: Settled, _: usize) {}
}

const _: () = assert!(size_of::<Meter>() == 0 && size_of::<Watch>() == 0);

pub(crate) struct LoadMeter;

impl LoadMeter {
    #[inline(always)]
    pub(crate) fn new(_: &'static str) -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn used(&self) {}

    #[inline(always)]
    pub(crate) fn loaded(&self) {}

    #[inline(always)]
    pub(crate) fn failed(&self) {}
}

#[cfg(feature = "cache")]
#[derive(Clone)]
pub(crate) struct CacheMeter;

#[cfg(feature = "cache")]
impl CacheMeter {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn hit(&self) {}

    #[inline(always)]
    pub(crate) fn miss(&self) {}
}
