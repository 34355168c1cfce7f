//! Keys out of files that may change while the process runs.

use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant, SystemTime};

use super::{KeyHint, KeySet, KeySource, Lookup};
use crate::error::ConfigError;
use crate::meter::LoadMeter;
use crate::scheme::{KeyOf, Scheme};
use crate::secret::Secret;

/// How often files are looked at, at most.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long a content that was no good is let be.
const AGAIN: Duration = Duration::from_secs(60);

/// Keys out of files, read again when these change. No restart, and no thread that watches.
///
/// 1. With a request, and at most once a second, the files are looked at: time of change, size and (on
///    Unix) inode. Without requests nobody looks.
/// 2. A file that changed is read at once if that was more than a second ago, and otherwise when it is
///    still the same a look later: one that is being written is not believed half-written. It is good
///    practice all the same to write a new file and rename it.
/// 3. A set that is no good (a file that is gone, emptied, of another shape) is an event of level error,
///    and the last good one stays in use. The same content is tried again after a minute.
///
/// Looking and reading happen in the request, which is a matter of microseconds on a local disk; on a
/// network file system use something else. Clones share the keys.
pub struct ReloadedKeys<S: Scheme> {
    shared: Arc<Shared<S>>,
}

struct Shared<S: Scheme> {
    scheme: Arc<S>,
    files: Vec<PathBuf>,
    load: Box<Load>,
    keys: RwLock<KeySet<KeyOf<S>>>,
    watch: Mutex<Watch>,
    meter: LoadMeter,
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
        let scheme = Arc::new(scheme);
        let (paths, shape) = (files.clone(), Arc::clone(&scheme));
        let secret = move |path: &PathBuf| {
            let secret = Secret::from_file(path)?;
            shape.key(&secret).map(|_| secret).map_err(|error| {
                ConfigError::new(format!("the secret file {}: {error}", path.display()))
            })
        };
        Self::watch(scheme, files, Box::new(move || paths.iter().map(&secret).collect()))
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
        Self::watch(Arc::new(scheme), files.into_iter().collect(), Box::new(load))
    }

    fn watch(scheme: Arc<S>, files: Vec<PathBuf>, load: Box<Load>) -> Result<Self, ConfigError> {
        let read = stamps(&files);
        let keys = RwLock::new(keys(&*scheme, &*load)?);
        let watch = Watch { looked: Instant::now(), seen: read.clone(), read, complained: None };
        let watch = Mutex::new(watch);
        let meter = LoadMeter::new(S::NAME);
        Ok(Self { shared: Arc::new(Shared { scheme, files, load, keys, watch, meter }) })
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
        self.shared.meter.used();
        self.shared.look();
        Lookup::Ready(Ok(self.shared.kept()))
    }

    /// Another request may have read new ones since.
    fn newer(&self, _: &KeyHint<'_>, tried: &KeySet<KeyOf<S>>) -> Option<Lookup<KeyOf<S>>> {
        self.shared.look();
        let keys = self.shared.kept();
        (!keys.is_same(tried)).then_some(Lookup::Ready(Ok(keys)))
    }
}

impl<S: Scheme> Shared<S> {
    fn kept(&self) -> KeySet<KeyOf<S>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the files, if it is time and nobody else does.
    fn look(&self) {
        let mut watch = match self.watch.try_lock() {
            Ok(watch) => watch,
            // `load` panicked once.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if watch.looked.elapsed() < INTERVAL {
            return;
        }
        watch.looked = Instant::now();
        let now = stamps(&self.files);
        let is_same = std::mem::replace(&mut watch.seen, now.clone()) == now;
        if now != watch.read && (is_same || now.iter().all(is_old)) {
            self.read(&mut watch, now);
        }
    }

    fn read(&self, watch: &mut Watch, now: Vec<Stamp>) {
        if watch.complained.as_ref().is_some_and(|(at, of)| *of == now && at.elapsed() < AGAIN) {
            return;
        }
        let read = keys(&*self.scheme, &*self.load);
        if stamps(&self.files) != now {
            // It is being written right now: another time.
            return;
        }
        match read {
            Ok(keys) => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
                watch.read = now;
                self.meter.loaded();
                tracing::info!(target: "countersign", scheme = S::NAME, "the secrets were read anew");
            }
            Err(error) => {
                self.meter.failed();
                tracing::error!(target: "countersign", scheme = S::NAME, %error, "new secrets are no good: the last good ones stay in use");
                watch.complained = Some((Instant::now(), now));
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
    /// When an error was last reported, and of which content.
    complained: Option<(Instant, Vec<Stamp>)>,
}

/// What tells one content of a file from another; nothing where there is no file.
type Stamp = Option<(Option<SystemTime>, u64, u64)>;

/// Whether a file was last touched so long ago that nobody is writing it any more.
fn is_old(stamp: &Stamp) -> bool {
    let changed = stamp.and_then(|(changed, ..)| changed);
    changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age > INTERVAL)
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files
        .iter()
        .map(|file| {
            let metadata = fs::metadata(file).ok()?;
            Some((changed(&metadata), metadata.len(), inode(&metadata)))
        })
        .collect()
}

/// On Unix that of the inode: unlike the time of modification, nobody can set it back.
#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;

    let secs = u64::try_from(metadata.ctime()).ok()?;
    let nanos = u32::try_from(metadata.ctime_nsec()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(secs, nanos))
}

#[cfg(not(unix))]
fn changed(metadata: &fs::Metadata) -> Option<SystemTime> {
    metadata.modified().ok()
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
