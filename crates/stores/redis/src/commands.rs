//! The three commands, each on one key.
//!
//! The value of a key is `i` and its owner's number while it is in flight, and `d` when it is done.

use std::fmt::{self, Debug, Formatter};
use std::time::Duration;

use countersign_core::{Owner, ReplayError, ReplayKey};
use redis::{Cmd, ErrorKind, RedisError, RedisResult, Script, ServerErrorKind, Value};
use tokio::time::timeout;

use crate::connection::Connection;

const DONE: &str = "d";

/// Compared and written in one step, as scripts are: the owner may have lost the key in between. What
/// is nobody's any more was handled all the same.
///
/// Also where the memory is full: the key is there already, for the most part, and what was handled has
/// to be known.
const CONFIRM: &str = "\
#!lua flags=allow-oom
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('PSETEX', KEYS[1], ARGV[2], 'd')
return 1";

const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1";

/// Why there is no answer, or not the one that was asked for.
pub(crate) struct Failure {
    pub(crate) why: ReplayError,
    /// Redis has said that it did nothing: anything else may have taken effect, or will yet.
    pub(crate) refused: bool,
}

pub(crate) enum Claimed {
    Fresh,
    InFlight,
    Done,
}

pub(crate) struct Commands {
    connection: Connection,
    prefix: Box<str>,
    timeout: Duration,
    confirm: Known,
    release: Known,
}

impl Commands {
    pub(crate) fn new(connection: Connection, prefix: &str, timeout: Duration) -> Self {
        let [confirm, release] = [CONFIRM, RELEASE].map(Known::new);
        Self { connection, prefix: prefix.into(), timeout, confirm, release }
    }

    /// `SET` with `NX` and `GET` (Redis 7.0) says in one step what was there, if anything was.
    pub(crate) async fn claim(
        &self,
        key: &ReplayKey,
        owner: Owner,
        lease: Duration,
    ) -> Result<Claimed, Failure> {
        let mine = in_flight(owner);
        let mut set = command("SET");
        set.arg(self.name(key)).arg(&mine).arg("NX").arg("GET").arg("PX").arg(millis(lease));
        match self.within(self.connection.send(&set)).await? {
            Value::Nil => Ok(Claimed::Fresh),
            Value::BulkString(was) if was == DONE.as_bytes() => Ok(Claimed::Done),
            // It was sent twice, after the first connection turned out to be closed.
            Value::BulkString(was) if was == mine.as_bytes() => Ok(Claimed::Fresh),
            Value::BulkString(was) if was.starts_with(b"i") => Ok(Claimed::InFlight),
            _ => Err(Failure {
                why: ReplayError::unavailable("there is something else under the key"),
                refused: true,
            }),
        }
    }

    pub(crate) async fn confirm(
        &self,
        key: &ReplayKey,
        owner: Owner,
        keep: Duration,
    ) -> Result<bool, Failure> {
        self.run(&self.confirm, key, owner, Some(millis(keep))).await
    }

    pub(crate) async fn release(&self, key: &ReplayKey, owner: Owner) -> Result<bool, Failure> {
        self.run(&self.release, key, owner, None).await
    }

    async fn run(
        &self,
        script: &Known,
        key: &ReplayKey,
        owner: Owner,
        argument: Option<u64>,
    ) -> Result<bool, Failure> {
        let ask = |how: &str, what: &str| {
            let mut command = command(how);
            command.arg(what).arg(1).arg(self.name(key)).arg(in_flight(owner)).arg(argument);
            command
        };
        let known = ask("EVALSHA", script.hash.get_hash());
        let asked = async {
            match self.connection.send(&known).await {
                // That Redis has not seen it yet, or was restarted. Now it remembers it.
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    self.connection.send(&ask("EVAL", script.text)).await
                }
                answered => answered,
            }
        };
        match self.within(asked).await? {
            Value::Int(held) => Ok(held == 1),
            _ => Err(Failure {
                why: ReplayError::unavailable("the script answered something else"),
                refused: true,
            }),
        }
    }

    /// Whatever happens, it ends: also while the connection is made anew.
    async fn within(
        &self,
        asked: impl Future<Output = RedisResult<Value>>,
    ) -> Result<Value, Failure> {
        match timeout(self.timeout, asked).await {
            Ok(answered) => answered.map_err(|error| failure(&error)),
            Err(_) => Err(Failure {
                why: ReplayError::unavailable("Redis did not answer in time"),
                refused: false,
            }),
        }
    }

    fn name(&self, key: &ReplayKey) -> String {
        let mut name = String::with_capacity(self.prefix.len() + 2 * key.as_bytes().len());
        name.push_str(&self.prefix);
        name.push_str(&base16ct::lower::encode_string(key.as_bytes()));
        name
    }
}

/// A script, and what Redis knows it by.
struct Known {
    text: &'static str,
    hash: Script,
}

impl Known {
    fn new(text: &'static str) -> Self {
        Self { text, hash: Script::new(text) }
    }
}

/// With room for what we ask, so that it does not grow bit by bit.
fn command(name: &str) -> Cmd {
    let mut command = Cmd::with_capacity(8, 256);
    command.arg(name);
    command
}

fn in_flight(owner: Owner) -> String {
    format!("i{:032x}", owner.get())
}

/// Rounded up, since a request must not be forgotten early; and no more than a century, which Redis
/// can count.
fn millis(time: Duration) -> u64 {
    const CENTURY: u64 = 100 * 366 * 24 * 3600 * 1000;
    let millis = time.as_nanos().div_ceil(1_000_000);
    u64::try_from(millis).unwrap_or(CENTURY).clamp(1, CENTURY)
}

fn failure(error: &RedisError) -> Failure {
    let code = error.code();
    let why = if code == Some("OOM") { ReplayError::Full } else { ReplayError::unavailable(error) };
    let refused = code.is_some_and(|code| REFUSALS.contains(&code));
    Failure { why, refused }
}

/// What Redis says when it has done nothing.
const REFUSALS: [&str; 6] = ["OOM", "NOPERM", "NOAUTH", "WRONGTYPE", "MISCONF", "READONLY"];

impl Debug for Commands {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commands")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
