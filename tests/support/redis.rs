//! A real Redis on a free loopback port, that can be killed, stopped and started again.

use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What is started instead of `redis-server`, if this variable says so: `valkey-server`.
const SERVER: &str = "REDIS_SERVER";

/// How long it may take to start, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

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
        let port = free_port();
        let child = spawn(&folder, port, &arguments);
        let mut redis = Self { child, folder, port, arguments };
        let start = Instant::now();
        while !redis.answers(start) {
            redis.port = free_port();
            redis.spawn();
        }
        redis
    }

    /// One that can be reached by TLS as well, with that certificate and its key.
    #[must_use]
    pub fn start_tls(certificate: &str, key: &str) -> Self {
        let port = free_port().to_string();
        Self::start(
            &[
                ["--tls-port", &port],
                ["--tls-cert-file", certificate],
                ["--tls-key-file", key],
                ["--tls-ca-cert-file", certificate],
                ["--tls-auth-clients", "no"],
            ]
            .concat(),
        )
    }

    /// Where it is reached by TLS, if it can be.
    #[must_use]
    pub fn tls_url(&self) -> Option<String> {
        let port = self.arguments.iter().skip_while(|text| *text != "--tls-port").nth(1)?;
        Some(format!("rediss://127.0.0.1:{port}/"))
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
        let start = Instant::now();
        self.spawn();
        while !self.answers(start) {
            // Somebody had the port for a moment.
            sleep(Duration::from_millis(50));
            self.spawn();
        }
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
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned())
    }

    fn spawn(&mut self) {
        self.child = spawn(&self.folder, self.port, &self.arguments);
    }

    /// Waits until this one answers, and not another that was given its port; or not, if it has ended
    /// instead, since its port was taken.
    fn answers(&mut self, start: Instant) -> bool {
        let me = format!("process_id:{}\r", self.child.id());
        // With a password it says no more than that it wants one.
        let is_me = |redis: &Self| {
            redis.ask("INFO server").is_ok_and(|info| info.contains(&me) || info.contains("NOAUTH"))
        };
        let locked = self.arguments.iter().any(|argument| argument == "--requirepass");
        while !is_me(self) || !locked && self.ask("PING").ok().as_deref() != Some("+PONG\r\n") {
            assert!(start.elapsed() < PATIENCE, "redis-server does not start");
            if self.child.try_wait().expect("its state").is_some() {
                return false;
            }
            sleep(Duration::from_millis(5));
        }
        true
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id]).status();
        assert!(status.expect("a shell").success(), "no signal was sent");
    }
}

/// A port that is free for the moment, as is the one by 10,000 above it, which the nodes of a cluster
/// talk to each other on.
fn free_port() -> u16 {
    loop {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("its port").port();
        let bus = port.checked_add(10_000).map(|bus| TcpListener::bind((Ipv4Addr::LOCALHOST, bus)));
        if matches!(bus, Some(Ok(_))) {
            return port;
        }
    }
}

fn spawn(folder: &TempDir, port: u16, arguments: &[String]) -> Child {
    Command::new(env::var_os(SERVER).unwrap_or_else(|| "redis-server".into()))
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
