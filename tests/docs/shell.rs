//! Blocks of commands, run by a shell in a folder of their own, beside the servers that they start.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};
use std::{env, io, process};

use countersign_tests::process::program;
use tempfile::TempDir;

use super::pages::ROOT;

/// How long a block may take, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a server says when it can be asked.
const READY: [&str; 2] = ["listening on ", "Ready to accept connections"];

/// Stands in for cargo: the programs are built, and with `cargo run` half of them would be built again.
const CARGO: &str = r#"#!/bin/sh
case "$1 ${2:-}" in
    'run -p') package=$3; shift 3 ;;
    'run '|'run --') package=${EXAMPLE:?}; shift ;;
    *) echo "cargo $*: a page can only have 'cargo run' or 'cargo run -p PACKAGE' run"; exit 2 ;;
esac
[ "${1:-}" != -- ] || shift
[ "$package" != countersign-cli ] || package=countersign
exec "$PROGRAMS/$package" "$@"
"#;

/// The ports that pages name.
const PORTS: [&str; 4] = ["3000", "3001", "3002", "6379"];

/// A shell for the blocks of one page: a folder, and what they left running in it.
pub(super) struct Shell {
    folder: TempDir,
    /// What `cargo run` starts.
    example: String,
    ports: BTreeMap<&'static str, String>,
    running: Vec<Block>,
}

impl Shell {
    /// In the folder of that example, or else in the root of the repository.
    pub(super) fn of(example: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cargo = folder.path().join("bin/cargo");
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        // What a page takes from the checkout that it is in.
        symlink(Path::new(ROOT).join("crates"), folder.path().join("work/crates")).unwrap();
        let ports = PORTS.map(|name| (name, free_port().to_string())).into();
        let example = example.unwrap_or_default().to_owned();
        Self { folder, example, ports, running: Vec::new() }
    }

    /// The folder that the commands run in.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// Runs commands to their end, or until all servers among them can be asked: what was printed.
    pub(super) fn run(&mut self, commands: &str) -> Result<String, String> {
        let background = commands.lines().filter(|line| line.ends_with(" &")).count();
        let script = self.with_free_ports(commands);
        let mut block = Block::start(self.command(&format!("set -e\n{script}"))).unwrap();
        let start = Instant::now();
        loop {
            let ended = block.shell.try_wait().unwrap();
            let text = block.text();
            let ready: usize = READY.iter().map(|ready| text.matches(ready).count()).sum();
            match ended {
                Some(status) if !status.success() => return Err(format!("{status}: {text}")),
                Some(_) if background == 0 => return Ok(block.end()),
                // In the foreground, a server is the last thing that a block does.
                None if background == 0 && ready > 0 => break,
                Some(_) if ready >= background => break,
                Some(_) if block.reader.is_finished() => return Err(format!("it ended: {text}")),
                _ if start.elapsed() > PATIENCE => return Err(format!("it takes long: {text}")),
                _ => sleep(Duration::from_millis(20)),
            }
        }
        let text = block.text();
        self.running.push(block);
        Ok(text)
    }

    /// What one command prints, whatever becomes of it.
    pub(super) fn print(&self, command: &str) -> String {
        let mut block = Block::start(self.command(command)).unwrap();
        block.shell.wait().unwrap();
        block.end()
    }

    /// Asks what still runs to end, and waits for it.
    pub(super) fn end(self) {
        for block in self.running {
            block.end();
        }
    }

    fn command(&self, script: &str) -> Command {
        let programs = program("countersign").parent().unwrap().to_owned();
        let mut path = vec![self.folder.path().join("bin"), programs.clone()];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .current_dir(self.folder())
            .env("PATH", env::join_paths(path).unwrap())
            .env("PROGRAMS", programs)
            .env("EXAMPLE", &self.example)
            // Where nothing is said, a server takes port 3000 and Redis is at 6379.
            .env("PORT", &self.ports["3000"])
            .env("REDIS_URL", format!("redis://127.0.0.1:{}/", self.ports["6379"]))
            // A disk that is busy is no reason to refuse.
            .env("REDIS_TIMEOUT_MS", "10000")
            // Nothing listens there: a test asks nobody on the internet.
            .env("SPARK_API", "http://127.0.0.1:9/v1/")
            // The secrets that pages have in their environment.
            .env("SPARK_SECRET", "myBongoSecret")
            .env("MEYA_KEY", "a6xE5yLe0RHPYbiHqR3OKDmRgsZ76RY3")
            .env("SPACE_KEY", "0f51c1aa3cf5bb77");
        command
    }

    fn with_free_ports(&self, commands: &str) -> String {
        let replaced = |text: String, (name, port): (&&str, &String)| text.replace(*name, port);
        self.ports.iter().fold(commands.to_owned(), replaced)
    }
}

/// A port that is free, and stays so: systems give none out by themselves that is as low, and here each is given once.
fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    // Two runs beside each other begin at other ports.
    let first = 20_000 + u16::try_from(process::id() % 100).unwrap() * 100;
    loop {
        let port = first + GIVEN.fetch_add(1, Ordering::Relaxed);
        // One port is put in after another: none may look like the next.
        let is_plain = PORTS.iter().all(|name| !port.to_string().contains(name));
        if is_plain && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A shell that runs, and all that it started: a group of processes.
struct Block {
    shell: Child,
    printed: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Block {
    fn start(mut command: Command) -> io::Result<Self> {
        let mut shell =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn()?;
        let mut output = shell.stdout.take().unwrap();
        let printed = Arc::<Mutex<Vec<u8>>>::default();
        let copy = Arc::clone(&printed);
        let reader = thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut piece) {
                copy.lock().unwrap_or_else(PoisonError::into_inner).extend(&piece[..length]);
            }
        });
        Ok(Self { shell, printed, reader })
    }

    /// What came so far, up to a character of which only the beginning did.
    fn text(&self) -> String {
        let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        let chunk = printed.utf8_chunks().next();
        let (text, rest) = chunk.map_or(("", &[][..]), |chunk| (chunk.valid(), chunk.invalid()));
        assert_eq!(text.len() + rest.len(), printed.len(), "not UTF-8, after: {text}");
        text.to_owned()
    }

    /// The output is at its end when everybody who could write to it has ended.
    fn end(mut self) -> String {
        let start = Instant::now();
        self.signal("TERM");
        while !self.reader.is_finished() {
            if start.elapsed() > PATIENCE {
                self.signal("KILL");
                panic!("it does not end when it is asked to: {}", self.text());
            }
            sleep(Duration::from_millis(20));
        }
        self.shell.wait().unwrap();
        self.text()
    }

    /// To the whole group.
    fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} -- -{} 2>/dev/null", self.shell.id());
        Command::new("sh").args(["-c", &kill]).status().unwrap();
    }
}

/// Ends what was started, also when a test fails.
impl Drop for Block {
    fn drop(&mut self) {
        if !self.reader.is_finished() {
            self.signal("KILL");
        }
    }
}

/// Whether a program of that name is among those that were built.
pub(super) fn is_built(name: &str) -> bool {
    Path::new(&program(name)).is_file()
}
