//! What Redis may forget, and whether it is new enough, as far as it says so.

use redis::{ErrorKind, RedisResult, ServerErrorKind, Value};

use crate::connection::Connection;

/// The first Redis whose `SET` takes `NX` and `GET` together. Valkey says that it is 7.2.
const OLDEST: u32 = 7;

/// Warns of what may be forgotten. The inner error says what makes that Redis unusable.
pub(crate) async fn look(connection: &Connection) -> RedisResult<Result<(), String>> {
    let info = match connection.send(&redis::cmd("INFO")).await {
        Ok(info) => texts(info),
        Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm) => {
            tracing::warn!(
                target: "countersign",
                "Redis does not permit INFO, so it is not known what it may forget, or whether it is 7.0"
            );
            return Ok(Ok(()));
        }
        Err(error) => return Err(error),
    };
    if let Some(version) = facts(&info, "redis_version").find(|version| is_old(version)) {
        return Ok(Err(format!("version {version} is too old: 7.0 or newer is needed")));
    }
    for policy in facts(&info, "maxmemory_policy").filter(|policy| *policy != "noeviction") {
        tracing::warn!(
            target: "countersign",
            policy,
            "Redis forgets what was handled when its memory is full: set maxmemory-policy noeviction"
        );
    }
    let no_log = facts(&info, "aof_enabled").any(|enabled| enabled != "1");
    if no_log && !has_snapshots(connection).await {
        tracing::warn!(
            target: "countersign",
            "Redis persists nothing, as far as it says: when it is restarted, it forgets what was \
             handled; set appendonly yes and appendfsync always"
        );
    }
    Ok(Ok(()))
}

fn is_old(version: &str) -> bool {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major < OLDEST)
}

/// Whether every node makes snapshots. Those who run Redis for others may not let one ask.
async fn has_snapshots(connection: &Connection) -> bool {
    match connection.send(redis::cmd("CONFIG").arg("GET").arg("save")).await {
        Ok(value) => {
            let texts = texts(value);
            !texts.is_empty() && !texts.iter().any(String::is_empty)
        }
        Err(_) => false,
    }
}

/// The values of a fact: one for each node.
fn facts<'a>(info: &'a [String], name: &'a str) -> impl Iterator<Item = &'a str> {
    info.iter().flat_map(|text| text.lines()).filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        (found == name).then(|| value.trim())
    })
}

/// All texts in an answer: a cluster gives one for each node.
fn texts(value: Value) -> Vec<String> {
    match value {
        Value::BulkString(bytes) => vec![String::from_utf8_lossy(&bytes).into_owned()],
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => vec![text],
        Value::Array(values) | Value::Set(values) => values.into_iter().flat_map(texts).collect(),
        Value::Map(pairs) => {
            pairs.into_iter().flat_map(|(name, value)| [name, value]).flat_map(texts).collect()
        }
        _ => Vec::new(),
    }
}
