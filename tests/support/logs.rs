//! What was logged while something ran.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::Level;

thread_local! {
    static LISTENING: RefCell<Option<Logs>> = const { RefCell::new(None) };
}

/// Collects the log of this thread, down to `TRACE`, from [`start`](Self::start) until the guard
/// is dropped.
///
/// One subscriber serves all tests of the process: with one each, what a call site caches for one
/// of them is taken for another.
#[derive(Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

/// Listens until it is dropped.
pub struct Listening;

impl Logs {
    pub fn start() -> (Self, Listening) {
        static SUBSCRIBED: Once = Once::new();
        SUBSCRIBED.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(Level::TRACE)
                .with_ansi(false)
                .with_writer(|| ThisThread)
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("nobody else subscribes");
            // What another thread logged for the first time meanwhile would be taken for unwanted.
            tracing::callsite::rebuild_interest_cache();
        });
        let logs = Self::default();
        LISTENING.set(Some(logs.clone()));
        (logs, Listening)
    }

    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.set(None);
    }
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LISTENING.with_borrow(|logs| {
            if let Some(Logs(text)) = logs {
                text.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
