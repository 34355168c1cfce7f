//! More connections than there is room for.

use std::time::Duration;

use tokio::join;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::attack::{Bound, all, one};
use super::target::{Example, Target};
use super::wire::{head, last, whole};

/// 3,500 to each of the three servers, five hundred at a time, dropped with nothing written, with half of a head, with a head,
/// or with an answer that nobody read.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_connections_are_opened_and_dropped() {
    all("3,500 connections, 500 at a time", Bound::of(500, 64), async |target| {
        let forged = target.forged();
        let head = head(&forged).into_bytes();
        let (half, _) = head.split_at(head.len() / 2);
        let texts = [vec![], half.to_vec(), [&head[..], b"\r\n"].concat(), whole(&forged)];
        for _ in 0..7 {
            let mut open = Vec::new();
            for index in 0..500 {
                let mut wire = target.connect().await;
                wire.write(&texts[index % texts.len()]).await;
                open.push(wire);
            }
        }
    })
    .await;
}

/// Connections that say nothing, or half of a head, are held until the time for a head is over. Each
/// takes its task, and a buffer once it has said something: 20 KiB at most.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_little_take_little() {
    all("1,000 connections that say little", Bound::of(1_000, 20), async |target| {
        let mut silent = Vec::new();
        let mut half = Vec::new();
        for _ in 0..1_000 {
            silent.push(target.connect().await);
        }
        // They are accepted in order, so all are held when this one is answered.
        is_answered(target).await;
        for mut wire in silent.drain(..500) {
            wire.write("POST / HTTP/1.1\r\nX-Half: ").await;
            half.push(wire);
        }
        is_answered(target).await;
        // The others are open still when the server is told to end.
        silent
    })
    .await;
}

async fn is_answered(target: &Target) {
    let mut wire = target.connect().await;
    wire.write(last(&target.forged())).await;
    assert_eq!(wire.statuses().await, [401]);
}

/// Connections that say nothing take every descriptor that a server has. They are closed when the time for
/// a head is over, and it is there again.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_descriptors_comes_back() {
    let attack = async |target: &Target| {
        target.limit_descriptors(100);
        let mut silent = JoinSet::new();
        for _ in 0..150 {
            let wire = target.connect().await;
            silent.spawn(wire.drip([], Duration::ZERO));
        }
        sleep(Duration::from_secs(1)).await;
        for (_, statuses) in silent.join_all().await {
            assert!(statuses.is_empty(), "{statuses:?}");
        }
    };
    // Not Flow: who waits for the ten seconds that it takes until there are descriptors again is stale there.
    let (case, bound) = ("every descriptor taken", Bound::of(150, 64));
    join!(one(case, Example::Spark, bound, &attack), one(case, Example::Space, bound, &attack));
}
