//! Programs of the workspace, started as processes.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command as BlockingCommand, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a program may take to start or to end, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// The path of a program of this workspace, which is built if it is not yet.
///
/// All are built at once, with the features of the whole workspace, so after
/// `cargo test --workspace` there is nothing left to do.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(build);
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

fn build() -> PathBuf {
    let test = env::current_exe().expect("the path of the test");
    // target/PROFILE/deps/all-HASH
    let folder = test.ancestors().nth(2).expect("the folder of the profile").to_owned();
    let target = folder.parent().expect("the target folder");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut cargo = BlockingCommand::new(env!("CARGO"));
    // What cargo told this test of its package would be news to build scripts (ring's looks at it),
    // and half of the workspace would be built again, in turns.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    let status = cargo
        .args(["build", "--quiet", "--workspace", "--bins", "--profile", profile])
        .arg("--target-dir")
        .arg(target)
        .current_dir(root)
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the programs of the workspace do not build");
    folder
}

/// A server that runs as a process of its own, killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    log: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Server {
    /// Starts it with that environment and nothing else, and waits for the line
    /// `listening on URL`.
    pub async fn start(name: &'static str, environment: &[(&str, &str)]) -> Self {
        Self::start_with(name, &[], environment).await
    }

    /// Like [`start`](Self::start), with arguments.
    pub async fn start_with(
        name: &'static str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = command(name, environment).await;
        let mut child = command.args(arguments).spawn().expect("the program starts");
        let log = Arc::<Mutex<String>>::default();
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let copy = Arc::clone(&log);
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut log = copy.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let line = timeout(PATIENCE, stdout.read_line(&mut first)).await;
        line.expect("a line in time").expect("a line");
        let Some(url) = first.trim().strip_prefix("listening on ") else {
            panic!("{name} wrote {first:?}");
        };
        Self { url: url.to_owned(), child, log, reader }
    }

    /// Its number, while it runs.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Where it listens, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it wrote to stderr so far, or nearly so: a line may be on its way still.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it at once: all that it wrote to stderr.
    pub async fn whole_log(&mut self) -> String {
        self.child.kill().await.expect("it runs");
        self.read_to_the_end().await;
        self.log()
    }

    /// Asks it to end, by SIGTERM.
    pub fn terminate(&self) {
        let id = self.id().to_string();
        let status = BlockingCommand::new("sh").args(["-c", "kill -s TERM \"$0\"", &id]).status();
        let status = status.expect("a shell");
        assert!(status.success(), "no signal was sent");
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        self.read_to_the_end().await;
        ended.expect("an end in time").expect("an end")
    }

    /// What it wrote last may be on its way still.
    async fn read_to_the_end(&mut self) {
        if !self.reader.is_finished() {
            let read = timeout(PATIENCE, &mut self.reader).await;
            read.expect("an end of the log in time").expect("a log");
        }
    }
}

/// Runs a program to its end: how it ended, and what it wrote to stderr.
pub async fn run(name: &'static str, environment: &[(&str, &str)]) -> (ExitStatus, String) {
    let mut child = command(name, environment).await.spawn().expect("the program starts");
    let status = timeout(PATIENCE, child.wait()).await.expect("an end in time").expect("an end");
    let mut log = String::new();
    let mut stderr = child.stderr.take().expect("stderr");
    stderr.read_to_string(&mut log).await.expect("text");
    (status, log)
}

/// Runs a program with arguments to its end, with that as its standard input.
pub async fn call(
    name: &'static str,
    arguments: &[&str],
    environment: &[(&str, &str)],
    input: &[u8],
) -> Output {
    let mut command = command(name, environment).await;
    let mut child =
        command.args(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin");
    // Who does not read it closes it.
    let _ = stdin.write_all(input).await;
    drop(stdin);
    let output = timeout(PATIENCE, child.wait_with_output()).await;
    output.expect("an end in time").expect("an end")
}

async fn command(name: &'static str, environment: &[(&str, &str)]) -> Command {
    // Building may take long, and other tests of this thread are in time limits.
    let path = tokio::task::spawn_blocking(move || program(name)).await.expect("built");
    let mut command = Command::new(path);
    command
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}
