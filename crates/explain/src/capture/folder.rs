//! A folder with a bounded number of files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_core::Timestamp;

/// Files in the order of their names, which begin with the time: the oldest give way to new ones.
///
/// What is there is counted anew for each file that is written, so that several processes can share it.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    most_files: usize,
    most_bytes: usize,
}

const END: &str = ".http";

/// The name of a file that is not whole yet.
const UNFINISHED: &str = ".part";

/// How many digits the time has: milliseconds until the year 2286.
const DIGITS: usize = 13;

impl Folder {
    /// Makes the folder, if it is not there.
    pub(super) fn open(path: PathBuf, most_files: usize, most_bytes: usize) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&path)?;
        let folder = Self { path, most_files, most_bytes };
        folder.make_room(0)?;
        Ok(folder)
    }

    pub(super) fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// Writes a file, after those that have to give way are gone. One that is too large on its own is
    /// not written.
    pub(super) fn write(&self, at: Timestamp, name: &str, content: &[u8]) -> io::Result<()> {
        if content.len() > self.most_bytes || self.most_files == 0 {
            return Ok(());
        }
        self.make_room(content.len())?;
        static WRITTEN: AtomicU32 = AtomicU32::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let (millis, process) = (at.as_millis(), process::id());
        let name = format!("{millis:0DIGITS$}-{process:07}-{number:010}-{name}");
        let unfinished = self.path.join(format!("{name}{UNFINISHED}"));
        let written = new(&unfinished)
            .and_then(|mut file| file.write_all(content))
            .and_then(|()| fs::rename(&unfinished, self.path.join(format!("{name}{END}"))));
        if written.is_err() {
            // Where it cannot be removed either, it is counted as one of the files.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// Removes the oldest files, until one more of that many bytes fits.
    fn make_room(&self, more: usize) -> io::Result<()> {
        let mut files = self.files()?;
        files.sort_unstable();
        let mut bytes: u64 = files.iter().map(|(_, length)| length).sum();
        let mut count = files.len();
        for (path, length) in files {
            let fits = bytes.saturating_add(more as u64) <= self.most_bytes as u64;
            if fits && count < self.most_files.max(1) {
                break;
            }
            match fs::remove_file(&path) {
                // Another process may have been quicker.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            bytes = bytes.saturating_sub(length);
            count = count.saturating_sub(1);
        }
        Ok(())
    }

    /// Those that were written here; whatever else is in the folder stays.
    fn files(&self) -> io::Result<Vec<(PathBuf, u64)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_ours)
                && let Ok(metadata) = entry.metadata()
                && metadata.is_file()
            {
                files.push((entry.path(), metadata.len()));
            }
        }
        Ok(files)
    }
}

/// Whether it is named as [`write`](Folder::write) names files: time, process, number and name.
fn is_ours(name: &str) -> bool {
    let Some(name) = name.strip_suffix(END).or_else(|| name.strip_suffix(UNFINISHED)) else {
        return false;
    };
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.splitn(4, '-');
    let mut number = || parts.next().filter(|part| is_number(part)).map(str::len);
    let numbers = (number(), number(), number());
    let is_named = parts.next().is_some_and(|name| !name.is_empty());
    matches!(numbers, (Some(DIGITS), Some(7..), Some(10))) && is_named
}

fn new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_its_own_are_counted() {
        assert!(is_ours("1700000000000-0000001-0000000000-spark-mismatch.http"));
        assert!(is_ours("1700000000000-0000001-0000000000-spark-mismatch.part"));
        assert!(is_ours("1700000000000-4194304999-0000000000-spark-mismatch.http"));
        for other in [
            "readme.http",
            "1700000000000.http",
            "1700000000000-a.http",
            "1700000000000-0000001-0000000000.http",
            "1700000000000-0000001-0000000000-.http",
            "1700000000000-0000001-a-spark.http",
            "1700000000000-000001-0000000000-spark.http",
            "1700000000000-0000001-000000000-spark.http",
            "170000000000-0000001-0000000000-spark.http",
            "17000000000000-0000001-0000000000-spark.http",
            "1700000000000-0000001-0000000000-spark.txt",
            "\u{e9}.http",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
