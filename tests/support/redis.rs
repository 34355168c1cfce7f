//! A real Redis on a free loopback port, that can be killed, stopped and started again.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long it may take to start, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis that ends with this.
pub struct Redis {
    child: Child,
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
}

impl Redis {
    /// One that forgets nothing that it has answered.
    #[must_use]
    pub fn durable() -> Self {
        Self::start(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// One that persists nothing.
    #[must_use]
    pub fn volatile() -> Self {
        Self::start(&[])
    }

    /// One with those arguments. It makes no snapshots, unless they say so.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments: Vec<_> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("its port").port();
        drop(free);
        let child = spawn(&folder, port, &arguments);
        let redis = Self { child, folder, port, arguments };
        redis.await_answer();
        redis
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Ends it at once, by SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("its end");
    }

    /// Starts it again after it was killed, on the same port and with the same files.
    pub fn restart(&mut self) {
        self.child = spawn(&self.folder, self.port, &self.arguments);
        self.await_answer();
    }

    /// Makes it stand still, by SIGSTOP.
    pub fn stop(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    /// What it answers to a command, as it comes.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub fn ask(&self, command: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned())
    }

    fn await_answer(&self) {
        let start = Instant::now();
        while self.ask("PING").ok().as_deref() != Some("+PONG\r\n") {
            assert!(start.elapsed() < PATIENCE, "redis-server does not start");
            sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id]).status();
        assert!(status.expect("a shell").success(), "no signal was sent");
    }
}

fn spawn(folder: &TempDir, port: u16, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
        .arg("--dir")
        .arg(folder.path())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server starts: `scripts/test` installs it")
}

impl Drop for Redis {
    fn drop(&mut self) {
        // One that was killed already, or stands still: both are fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
