//! What a scheme looked for in a request: for [`dissect`](crate::dissect), and for nobody else.

/// Says that a header or field was looked for, by a reader that is not [`Head`](crate::Head): of a
/// form, say. `None` where it was not there.
///
/// It does nothing unless the request is being taken apart, which only the feature `dissect` can do.
#[inline]
pub fn looked_for(name: &str, value: Option<&[u8]>) {
    note(name, || value.map_or(Found::Nothing, |value| Found::Once(value.into())));
}

/// What was there.
#[cfg_attr(not(feature = "dissect"), expect(unreachable_pub, reason = "`dissect` shows it"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is not there.
    Nothing,
    /// It is there once, with this value.
    Once(Box<[u8]>),
    /// It is there more than once.
    Repeated,
}

#[cfg(not(feature = "dissect"))]
#[inline]
pub(crate) fn note(_: &str, _: impl FnOnce() -> Found) {}

#[cfg(feature = "dissect")]
pub(crate) use self::recording::{note, record};

#[cfg(feature = "dissect")]
mod recording {
    use std::cell::RefCell;

    use super::Found;

    /// A header or field that was looked for, and what was there.
    type Looked = (Box<str>, Found);

    thread_local! {
        /// What the thread has looked for since [`record`] began; `None` at any other time.
        static LOOKED: RefCell<Option<Vec<Looked>>> = const { RefCell::new(None) };
    }

    /// Runs `read`, and says what it looked for, each name once.
    pub(crate) fn record<T>(read: impl FnOnce() -> T) -> (T, Vec<Looked>) {
        LOOKED.set(Some(Vec::new()));
        let read = read();
        (read, LOOKED.take().unwrap_or_default())
    }

    pub(crate) fn note(name: &str, found: impl FnOnce() -> Found) {
        LOOKED.with_borrow_mut(|looked| {
            let Some(looked) = looked else { return };
            if looked.iter().all(|(earlier, _)| **earlier != *name) {
                looked.push((name.into(), found()));
            }
        });
    }
}
