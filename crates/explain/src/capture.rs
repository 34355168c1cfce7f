//! Keeps refused requests in files, to be explained later.

mod folder;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::SystemTime;

use bytes::Bytes;
use countersign_core::{OnRefused, Refused, Timestamp};
use http::header::{
    CONTENT_LENGTH, Entry, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use http::request::Parts;
use http::{Request, Uri};

use self::folder::Folder;
use crate::wire::{AT, BODY, LARGEST_HEAD, MOST_HEADERS, REFUSED, encode, head_length};

/// Writes the requests that a layer refuses into a folder, each as one HTTP/1.1 request in a file of
/// its own: what `countersign explain` reads.
///
/// It is given to [`VerifyLayer::on_refused`](countersign_core::VerifyLayer::on_refused); without it
/// nothing is kept. It is for finding out what is wrong, and no archive:
///
/// 1. No more than [`MOST_FILES`](Self::MOST_FILES) files and [`MOST_BYTES`](Self::MOST_BYTES) are
///    there, over restarts too; [`within`](Self::within) says otherwise. The oldest give way, so what
///    is there is the newest.
/// 2. Headers that are named like a credential are left out: those with `auth`, `token`, `secret`,
///    `password`, `passwd`, `credential`, `cookie`, `session`, `jwt`, `api-key`, `apikey` or `access-key`
///    in their names, unless `signature` is there too. A request that bears its secret, as one with nothing
///    but a token does, is not written at all. **The rest is what was sent**, and may be confidential: on
///    Unix, only the owner can read the files.
/// 3. A thread of its own writes. A request is handed to it without waiting, and is dropped if 64 wait
///    already, or if they have more bytes together than the files may have, or 16 MiB where that is more. So is one with a head of more
///    than [`LARGEST_HEAD`] bytes or [`MOST_HEADERS`] headers, which nobody could read again.
/// 4. What was refused before its body was read, or to its end, has none in its file, which says so.
///
/// A note in headers of its own, `x-countersign-*`, says who refused the request, why and when. What the
/// sender wrote under these names is gone.
///
/// Clones write into the same folder, by the same thread: it can be given to many layers.
#[derive(Clone)]
pub struct CaptureRejected {
    folder: Arc<Folder>,
    waiting: SyncSender<Captured>,
    /// How many bytes wait.
    bytes: Arc<AtomicUsize>,
}

/// A request on its way to a file.
struct Captured {
    request: Request<Bytes>,
    /// How many bytes it has in its file.
    length: usize,
    at: Timestamp,
    name: String,
}

/// How many wait for the thread that writes, with as many bytes as the folder may hold or else
/// [`CaptureRejected::MOST_BYTES`].
const WAITING: usize = 64;

impl CaptureRejected {
    /// How many files there are at most, unless something else is said.
    pub const MOST_FILES: usize = 100;

    /// How many bytes they have together at most, unless something else is said.
    pub const MOST_BYTES: usize = 16 * 1024 * 1024;

    /// Writes into that folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or read, or no thread can be started.
    pub fn to(folder: impl Into<PathBuf>) -> io::Result<Self> {
        Self::within(folder, Self::MOST_FILES, Self::MOST_BYTES)
    }

    /// The same, with that many files at most, and that many bytes in all of them. A request that is
    /// larger on its own is not written.
    ///
    /// # Errors
    ///
    /// As [`to`](Self::to).
    pub fn within(folder: impl Into<PathBuf>, files: usize, bytes: usize) -> io::Result<Self> {
        let folder = Arc::new(Folder::open(folder.into(), files, bytes)?);
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let (waiting, captured) = mpsc::sync_channel(WAITING);
        let (to, counted) = (Arc::clone(&folder), Arc::clone(&waiting_bytes));
        // It ends with the last clone, which holds the other end.
        thread::Builder::new()
            .name("countersign-capture".to_owned())
            .spawn(move || write_all(&to, &captured, &counted))?;
        Ok(Self { folder, waiting, bytes: waiting_bytes })
    }

    fn hand_on(&self, captured: Captured) {
        let length = captured.length;
        let waiting = self.bytes.fetch_add(length, Ordering::Relaxed);
        // However little the folder may hold: those that wait are not there yet, and the newest are to stay.
        let most = self.folder.most_bytes().max(Self::MOST_BYTES);
        let fits = waiting.saturating_add(length) <= most;
        if !fits || self.waiting.try_send(captured).is_err() {
            self.bytes.fetch_sub(length, Ordering::Relaxed);
            tracing::debug!(target: "countersign", "a refused request was not captured: too many wait");
        }
    }
}

impl OnRefused for CaptureRejected {
    fn refused(&self, refused: &Refused<'_>) {
        if refused.bears_secret {
            return;
        }
        match Captured::of(refused, SystemTime::now().into()) {
            Some(captured) => self.hand_on(captured),
            None => {
                tracing::debug!(target: "countersign", "a refused request was not captured: a large head");
            }
        }
    }
}

impl Debug for CaptureRejected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaptureRejected").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn write_all(folder: &Folder, captured: &Receiver<Captured>, waiting: &AtomicUsize) {
    while let Ok(Captured { request, length, at, name }) = captured.recv() {
        if let Err(error) = folder.write(at, &name, &encode(&request)) {
            tracing::warn!(target: "countersign", %error, "a refused request was not captured");
        }
        waiting.fetch_sub(length, Ordering::Relaxed);
    }
}

impl Captured {
    /// `None` where the head is too large.
    fn of(refused: &Refused<'_>, at: Timestamp) -> Option<Self> {
        let (scheme, reason) = (refused.error.scheme(), refused.error.reason());
        let mut request = Request::new(refused.body.cloned().unwrap_or_default());
        *request.method_mut() = refused.head.method.clone();
        *request.uri_mut() = refused.head.uri.clone();
        *request.headers_mut() = kept(refused.head);
        let length = request.body().len();
        let headers = request.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        if refused.body.is_none() {
            headers.insert(BODY, HeaderValue::from_static("not read"));
        }
        for (name, value) in
            [(REFUSED, format!("{scheme}: {reason}")), (AT, at.as_millis().to_string())]
        {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        let head = head_length(&request);
        if head > LARGEST_HEAD || request.headers().len() > MOST_HEADERS {
            return None;
        }
        let length = head.saturating_add(request.body().len());
        Some(Self { request, length, at, name: format!("{scheme}-{}", reason.code()) })
    }
}

/// The headers without credentials, and with a `Host`, which HTTP/2 has in its URI.
fn kept(head: &Parts) -> HeaderMap {
    let mut headers = head.headers.clone();
    for name in head.headers.keys().filter(|name| is_credential(name)) {
        headers.remove(name);
    }
    for name in [TRANSFER_ENCODING, REFUSED, AT, BODY] {
        headers.remove(name);
    }
    if let (Entry::Vacant(host), Some(value)) = (headers.entry(HOST), host(&head.uri)) {
        host.insert(value);
    }
    headers
}

/// What stands in the names of headers that hold a credential. `auth` is in `Author`, too: what is left
/// out without need costs a look, and what is written without need may cost an account.
const CREDENTIALS: [&str; 12] = [
    "auth",
    "token",
    "secret",
    "password",
    "passwd",
    "credential",
    "cookie",
    "session",
    "jwt",
    "api-key",
    "apikey",
    "access-key",
];

/// Whether it is named like a credential. A signature is none, and is what has to be explained; where a
/// token stands in its place, the request bears its secret, and is not written.
fn is_credential(name: &HeaderName) -> bool {
    let name = name.as_str();
    !name.contains("signature") && CREDENTIALS.iter().any(|word| name.contains(word))
}

fn host(uri: &Uri) -> Option<HeaderValue> {
    HeaderValue::try_from(uri.authority()?.as_str()).ok()
}
