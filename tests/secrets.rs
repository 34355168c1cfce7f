//! Secrets out of the environment and files, and files that change.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use countersign::spark::Spark;
use countersign::{
    ConfigError, HmacKey, KeySource, Outcome, ReloadedKeys, Secret, Sign, SpacePublicKey,
    SparkVerify, Timestamp,
};
use countersign_tests::logs::Logs;
use http::Request;
use tempfile::TempDir;

#[test]
fn from_a_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    let read = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        Secret::from_file(&path).map(|secret| secret.expose().to_vec())
    };
    for (content, secret) in [
        (&b"secret"[..], &b"secret"[..]),
        (b"secret\n", b"secret"),
        (b"secret\r\n", b"secret"),
        (b"secret\n\n", b"secret\n"),
        (b"secret\r", b"secret\r"),
        (b" secret ", b" secret "),
        (b"\xff\xfe", b"\xff\xfe"),
        (b"a\nb\n", b"a\nb"),
    ] {
        assert_eq!(read(content).unwrap(), secret, "{content:?}");
    }
    for content in [&b""[..], b"\n", b"\r\n", &[b'x'; 1024 * 1024 + 1]] {
        let error = read(content).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()) && !error.contains("xxx"), "{error}");
    }
    assert!(read(&[b'x'; 1024 * 1024]).is_ok());
    fs::remove_file(&path).unwrap();
    assert!(Secret::from_file(&path).unwrap_err().to_string().contains(path.to_str().unwrap()));
    assert!(Secret::from_file(folder.path()).is_err());
}

#[test]
fn from_a_reader() {
    let read = |content: &[u8]| Secret::from_reader(content).map(|secret| secret.expose().to_vec());
    for (content, secret) in
        [(&b"secret"[..], &b"secret"[..]), (b"secret\r\n", b"secret"), (b"a\n\n", b"a\n")]
    {
        assert_eq!(read(content).unwrap(), secret, "{content:?}");
    }
    for content in [&b""[..], b"\n", &[b'x'; 1024 * 1024 + 1]] {
        assert!(!read(content).unwrap_err().to_string().contains("xxx"));
    }
    assert!(read(&[b'x'; 1024 * 1024]).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_that_everybody_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "the-secret").unwrap();
    for (mode, warns) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] {
        let (logs, _guard) = Logs::start();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Secret::from_file(&path).unwrap();
        let text = logs.text();
        assert_eq!(text.contains("WARN countersign"), warns, "{mode:o}: {text}");
        assert!(!text.contains("the-secret"), "{text}");
    }
}

#[test]
fn from_the_environment() {
    // Set for every test by cargo.
    let secret = Secret::from_env("CARGO_MANIFEST_DIR").unwrap();
    assert_eq!(secret.expose(), env!("CARGO_MANIFEST_DIR").as_bytes());
    let error = Secret::from_env("COUNTERSIGN_NOT_SET").unwrap_err().to_string();
    assert!(error.contains("COUNTERSIGN_NOT_SET is not set"), "{error}");
    for name in ["", "A=B", "A\0B"] {
        assert!(Secret::from_env(name).is_err());
    }
}

fn spark(file: &Path) -> ReloadedKeys<Spark> {
    ReloadedKeys::from_files(Spark::default(), [file]).unwrap()
}

fn layer(keys: impl KeySource<HmacKey>) -> SparkVerify {
    SparkVerify::with_keys(Spark::default(), keys)
}

fn signed(secret: &str) -> Request<Bytes> {
    let request = Request::post("/").body(Bytes::from_static(b"{}")).unwrap();
    let secret = Secret::new(secret).unwrap();
    Spark::default().sign(&secret, Timestamp::from_secs(0), request).unwrap()
}

fn accepts(layer: &SparkVerify, secret: &str) -> bool {
    layer.verify(signed(secret)).is_ok()
}

/// A file is looked at once a second and read a look later; with a slow machine, within a minute.
fn soon(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn rename(path: &Path, content: &str) {
    let new = path.with_extension("new");
    fs::write(&new, content).unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn a_file_that_changed_is_read_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "one\n").unwrap();
    let layer = layer(spark(&path));
    assert!(accepts(&layer, "one") && !accepts(&layer, "two"));
    // Renamed, and written in place with the same length.
    rename(&path, "two");
    soon(|| accepts(&layer, "two"));
    assert!(!accepts(&layer, "one"));
    fs::write(&path, "six").unwrap();
    soon(|| accepts(&layer, "six"));
}

/// What is being written is not believed half-written, nor emptied, nor gone.
#[test]
fn a_bad_file_leaves_the_last_good_one_in_use() {
    let (logs, _guard) = Logs::start();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "good").unwrap();
    let layer = layer(spark(&path));
    let complaints = || logs.text().matches("new secrets are no good").count();
    for (number, spoil) in [|path: &Path| fs::write(path, ""), |path: &Path| fs::remove_file(path)]
        .into_iter()
        .enumerate()
    {
        spoil(&path).unwrap();
        soon(|| {
            assert!(accepts(&layer, "good"));
            complaints() > number
        });
        // It is said once, though it is tried again.
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(2500) {
            assert!(accepts(&layer, "good"));
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(complaints(), number + 1, "{}", logs.text());
    }
    assert!(logs.text().contains(path.to_str().unwrap()));
    fs::write(&path, "new").unwrap();
    soon(|| accepts(&layer, "new"));
    assert!(!accepts(&layer, "good"));
}

#[test]
fn a_half_written_file_is_not_believed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "good").unwrap();
    let layer = layer(spark(&path));
    // One letter more each 200 ms, for 3 s: looks fall in between.
    let mut written = String::new();
    for letter in "the-whole-secret".chars() {
        written.push(letter);
        let start = Instant::now();
        fs::write(&path, &written).unwrap();
        let seen = (accepts(&layer, "good"), accepts(&layer, &written));
        // What was not written to for a second is whole.
        if start.elapsed() < Duration::from_millis(900) {
            assert_eq!(seen, (true, false), "{written}");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    soon(|| accepts(&layer, "the-whole-secret"));
}

/// Loaded by the user's own function; looked at once a second at most, and read when it changed only.
#[test]
fn it_is_read_when_it_changed_and_not_otherwise() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("settings");
    fs::write(&path, "one").unwrap();
    let reads = Arc::new(AtomicUsize::new(0));
    let (counted, file) = (Arc::clone(&reads), path.clone());
    let load = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let text =
            fs::read_to_string(&file).map_err(|error| ConfigError::new(error.to_string()))?;
        text.split(',').map(Secret::new).collect()
    };
    let layer = layer(ReloadedKeys::new(Spark::default(), [path.clone()], load).unwrap());
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(2500) {
        assert!(accepts(&layer, "one"));
    }
    assert_eq!(reads.load(Ordering::SeqCst), 1);
    rename(&path, "two,one");
    soon(|| accepts(&layer, "two"));
    assert!(accepts(&layer, "one"));
    assert_eq!(reads.load(Ordering::SeqCst), 2);
}

/// Without requests nobody looks; the first one after a change has to be right all the same.
#[test]
fn the_first_request_after_a_quiet_time_uses_what_is_there_by_then() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "old").unwrap();
    let layer = layer(spark(&path));
    rename(&path, "new");
    std::thread::sleep(Duration::from_millis(1500));
    assert!(accepts(&layer, "new") && !accepts(&layer, "old"));
}

/// The time of modification can be set back, as `cp -p` and `rsync` do; the inode's cannot.
#[cfg(unix)]
#[test]
fn a_time_that_was_set_back_is_noticed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "old").unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let layer = layer(spark(&path));
    fs::write(&path, "new").unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    soon(|| accepts(&layer, "new"));
}

/// One panic in the user's own function is one request's misfortune.
#[test]
fn a_panic_does_not_end_reloading() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "one").unwrap();
    let file = path.clone();
    let load = move || {
        let text = fs::read_to_string(&file).unwrap_or_default();
        assert_ne!(text, "panic");
        Ok(vec![Secret::new(text)?])
    };
    let layer = layer(ReloadedKeys::new(Spark::default(), [path.clone()], load).unwrap());
    rename(&path, "panic");
    std::thread::sleep(Duration::from_millis(1500));
    let request = signed("one");
    let verifying = std::panic::AssertUnwindSafe(|| layer.verify(request).is_ok());
    assert!(std::panic::catch_unwind(verifying).is_err());
    rename(&path, "two");
    soon(|| accepts(&layer, "two"));
}

#[test]
fn nothing_to_begin_with_is_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    let error = ReloadedKeys::from_files(Spark::default(), [&path]).unwrap_err().to_string();
    assert!(error.contains(path.to_str().unwrap()), "{error}");
    fs::write(&path, "").unwrap();
    assert!(ReloadedKeys::from_files(Spark::default(), [&path]).is_err());
    assert!(ReloadedKeys::from_files(Spark::default(), Vec::<&Path>::new()).is_err());
    // Of another shape: the file is named, and what is in it is not.
    fs::write(&path, "not-a-JWK").unwrap();
    let error = ReloadedKeys::from_files(SpacePublicKey::default(), [&path]).unwrap_err();
    let error = error.to_string();
    assert!(error.contains(path.to_str().unwrap()) && !error.contains("not-a-JWK"), "{error}");
}

/// New key beside the old one, provider switched, old key gone: not one genuine request is refused.
#[test]
fn a_rotation_under_load_refuses_nobody() {
    let folder = TempDir::new().unwrap();
    let [new, old] = ["new", "old"].map(|name| folder.path().join(name));
    fs::write(&new, "the old secret").unwrap();
    fs::write(&old, "the old secret").unwrap();
    let keys = ReloadedKeys::from_files(Spark::default(), [&new, &old]).unwrap();
    let layer = layer(keys);
    // Held for as long as a request is under way: a provider has none with the old secret when that is dropped.
    let (switched, stop) = (RwLock::new(false), AtomicBool::new(false));
    let [by_old, by_new] = ["the old secret", "the new secret"].map(signed);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    let switched = switched.read().unwrap();
                    let genuine = if *switched { &by_new } else { &by_old };
                    assert!(layer.verify(genuine.clone()).is_ok());
                }
            });
        }
        rename(&new, "the new secret");
        soon(|| accepts(&layer, "the new secret"));
        *switched.write().unwrap() = true;
        rename(&old, "the new secret");
        soon(|| !accepts(&layer, "the old secret"));
        stop.store(true, Ordering::SeqCst);
    });
}

/// Which key matched: in the proof, and in an event if it is not the newest.
#[test]
fn an_older_key_is_an_event() {
    let (logs, _guard) = Logs::start();
    let layer = SparkVerify::new(["new", "old", "older"]);
    for (key, secret) in ["new", "old", "older"].into_iter().enumerate() {
        let Ok(Outcome::Genuine(proof)) = layer.verify(signed(secret)) else { panic!("refused") };
        assert_eq!(proof.key(), key);
    }
    let text = logs.text();
    let events: Vec<_> = text.lines().filter(|line| line.contains("not the newest key")).collect();
    assert_eq!(events.len(), 2, "{text}");
    assert!(events[0].contains("key=1") && events[1].contains("key=2"), "{text}");
    assert!(events.iter().all(|event| event.contains("INFO countersign")), "{text}");
}
