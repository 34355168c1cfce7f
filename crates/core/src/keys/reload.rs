//! Keys out of files that may change while the process runs.

use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use super::{KeyHint, KeySet, KeySource, Lookup};
use crate::error::ConfigError;
use crate::scheme::{KeyOf, Scheme};
use crate::secret::Secret;

/// How often files are looked at, at most.
const INTERVAL: Duration = Duration::from_secs(1);

/// Keys out of files, read again when these change. No restart, and no thread that watches.
///
/// 1. With a request, and at most once a second, the files are looked at: time of change, size and (on
///    Unix) inode. Without requests nobody looks.
/// 2. A file that changed is read when it is still the same a look later, so that one that is
///    being written is not believed half-written. It is good practice all the same to write a new file
///    and rename it.
/// 3. A set that is no good (a file that is gone, emptied, of another shape) is an event of level error,
///    and the last good one stays in use.
///
/// Looking and reading happen in the request, which is a matter of microseconds on a local disk; on a
/// network file system use something else. Clones share the keys.
pub struct ReloadedKeys<S: Scheme> {
    shared: Arc<Shared<S>>,
}

struct Shared<S: Scheme> {
    scheme: S,
    files: Vec<PathBuf>,
    load: Box<Load>,
    keys: RwLock<KeySet<KeyOf<S>>>,
    watch: Mutex<Watch>,
}

type Load = dyn Fn() -> Result<Vec<Secret>, ConfigError> + Send + Sync;

impl<S: Scheme> ReloadedKeys<S> {
    /// The keys of secret files, one secret in each, the newest first: see [`Secret::from_file`].
    ///
    /// # Errors
    ///
    /// When there is no file, or one does not hold a secret of this provider by now.
    pub fn from_files<P: AsRef<Path>>(
        scheme: S,
        files: impl IntoIterator<Item = P>,
    ) -> Result<Self, ConfigError> {
        let files: Vec<PathBuf> = files.into_iter().map(|file| file.as_ref().to_owned()).collect();
        let paths = files.clone();
        Self::new(scheme, files, move || paths.iter().map(Secret::from_file).collect())
    }

    /// The keys of the secrets that `load` finds, the newest first. It is called again when one of
    /// these files has changed: one with settings, or one that an environment is written to.
    ///
    /// # Errors
    ///
    /// When `load` fails by now, finds no secret, or one that is not of this provider.
    pub fn new(
        scheme: S,
        files: impl IntoIterator<Item = PathBuf>,
        load: impl Fn() -> Result<Vec<Secret>, ConfigError> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        let files: Vec<PathBuf> = files.into_iter().collect();
        let read = stamps(&files);
        let keys = keys(&scheme, &load)?;
        let watch = Watch { looked: Instant::now(), seen: read.clone(), read, complained: None };
        Ok(Self {
            shared: Arc::new(Shared {
                scheme,
                files,
                load: Box::new(load),
                keys: RwLock::new(keys),
                watch: Mutex::new(watch),
            }),
        })
    }
}

fn keys<S: Scheme>(scheme: &S, load: &Load) -> Result<KeySet<KeyOf<S>>, ConfigError> {
    let secrets = load()?;
    if secrets.is_empty() {
        return Err(ConfigError::no_secret());
    }
    KeySet::try_collect(secrets.iter().map(|secret| scheme.key(secret)))
        .map_err(|error| error.of(S::NAME))
}

impl<S: Scheme> KeySource<KeyOf<S>> for ReloadedKeys<S> {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<KeyOf<S>> {
        self.shared.look();
        Lookup::Ready(Ok(self.shared.kept()))
    }
}

impl<S: Scheme> Shared<S> {
    fn kept(&self) -> KeySet<KeyOf<S>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the files, if it is time and nobody else does.
    fn look(&self) {
        let Ok(mut watch) = self.watch.try_lock() else { return };
        if watch.looked.elapsed() < INTERVAL {
            return;
        }
        watch.looked = Instant::now();
        let now = stamps(&self.files);
        let is_settled = std::mem::replace(&mut watch.seen, now.clone()) == now;
        if now != watch.read && is_settled {
            self.read(&mut watch, now);
        }
    }

    fn read(&self, watch: &mut Watch, now: Vec<Stamp>) {
        let read = keys(&self.scheme, &*self.load);
        if stamps(&self.files) != now {
            // It is being written right now: another time.
            return;
        }
        match read {
            Ok(keys) => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
                watch.read = now;
                tracing::info!(target: "countersign", scheme = S::NAME, "the secrets were read anew");
            }
            Err(error) => {
                // Tried again with the next look, but said once.
                if watch.complained.as_ref() != Some(&now) {
                    tracing::error!(target: "countersign", scheme = S::NAME, %error, "new secrets are no good: the last good ones stay in use");
                    watch.complained = Some(now);
                }
            }
        }
    }
}

/// What was seen of the files.
struct Watch {
    looked: Instant,
    /// At the last look.
    seen: Vec<Stamp>,
    /// When the keys in use were read.
    read: Vec<Stamp>,
    /// When an error was last reported.
    complained: Option<Vec<Stamp>>,
}

/// What tells one content of a file from another; nothing where there is no file.
type Stamp = Option<(Option<SystemTime>, u64, u64)>;

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files
        .iter()
        .map(|file| {
            let metadata = fs::metadata(file).ok()?;
            Some((metadata.modified().ok(), metadata.len(), inode(&metadata)))
        })
        .collect()
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

impl<S: Scheme> Clone for ReloadedKeys<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S: Scheme> Debug for ReloadedKeys<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReloadedKeys")
            .field("scheme", &S::NAME)
            .field("files", &self.shared.files)
            .finish_non_exhaustive()
    }
}
