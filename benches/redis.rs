//! The store in Redis, beside the bare command that it is made of: starts a `redis-server` of its own.
//!
//! `cargo bench -p countersign-benches --bench redis`
//!
//! It ends with an error if a number is worse than what is promised.

#[path = "../tests/support/redis.rs"]
#[expect(dead_code, reason = "here nothing is killed or stopped; the tests do that")]
mod server;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use countersign::redis::RedisReplay;
use countersign::{ClaimOutcome, Nonce, ReplayError, ReplayKey, ReplayStore, Reply};
use countersign_benches::{Limit, markdown, median};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, IntoConnectionInfo};

use self::server::Redis;

const ROUNDS: u64 = 20_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let redis = Redis::volatile();
    let store = RedisReplay::connect(&redis.url()).await.expect("a connection");
    let mut bare = same_client(&redis).await;

    let [mut set, mut claim, mut both] = [const { Vec::new() }; 3];
    for round in 0..ROUNDS {
        // In turns, so that what else the machine does falls on all of them.
        set.push(bare_set(&mut bare, round).await);
        let [claimed, confirmed] = claim_and_confirm(&store, round).await;
        claim.push(claimed);
        both.push(claimed + confirmed);
    }
    let [set, claim, both] = [set, claim, both].map(|mut micros| median(&mut micros));
    let mut table = markdown(["in turns", "us, median"]);
    table.add_row(["a bare `SET NX PX`", &format!("{set:.1}")]);
    table.add_row(["a claim", &format!("{claim:.1}")]);
    table.add_row(["a claim and its confirmation", &format!("{both:.1}")]);
    println!("{table}\n");
    Limit::judge(&[
        Limit::at_most("a claim, times a bare SET NX PX", claim / set, 1.15),
        Limit::at_most("a claim and its confirmation, times the same", both / set, 2.3),
    ])
}

/// The client that `RedisReplay` uses, set up in the same way.
async fn same_client(redis: &Redis) -> ConnectionManager {
    let info = redis.url().into_connection_info().expect("a URL");
    let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
    let client = Client::open(info).expect("a client");
    let config = ConnectionManagerConfig::new();
    ConnectionManager::new_with_config(client, config).await.expect("a connection")
}

async fn bare_set(connection: &mut ConnectionManager, round: u64) -> f64 {
    let name = format!("bare:{round:064x}");
    let start = Instant::now();
    let answer = redis::cmd("SET")
        .arg(&name)
        .arg("i00000000000000000000000000000000")
        .arg("NX")
        .arg("PX")
        .arg(86_400_000)
        .query_async::<Option<String>>(connection)
        .await;
    assert_eq!(answer.expect("an answer").as_deref(), Some("OK"));
    start.elapsed().as_nanos() as f64 / 1000.0
}

async fn claim_and_confirm(store: &RedisReplay, round: u64) -> [f64; 2] {
    let key = ReplayKey::of_fingerprint("bench", None, &Nonce::of(&round.to_be_bytes()));
    let start = Instant::now();
    let Ok(ClaimOutcome::Fresh(owner)) = wait(store.claim(&key, DAY)).await else {
        panic!("it is fresh")
    };
    let claimed = start.elapsed();
    let start = Instant::now();
    assert!(wait(store.confirm(&key, owner, DAY)).await.expect("an answer"));
    [claimed, start.elapsed()].map(|time| time.as_nanos() as f64 / 1000.0)
}

async fn wait<T>(reply: Reply<T>) -> Result<T, ReplayError> {
    match reply {
        Reply::Ready(answer) => answer,
        Reply::Later(answer) => answer.await,
    }
}
