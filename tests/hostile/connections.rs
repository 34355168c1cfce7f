//! More connections than there is room for.

use std::process::Command;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::attack::{Bound, all};
use super::wire::{head, whole};

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

/// Connections that say nothing take every descriptor that a server has. They are closed when the time for
/// a head is over, and it is there again.
///
/// Genuine requests wait for that long, so here the first is sent when the server is full.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_descriptors_comes_back() {
    all("every descriptor taken", Bound::of(150, 64), async |target| {
        let limit = ["--pid", &target.id().to_string(), "--nofile=100:100"];
        let status = Command::new("prlimit").args(limit).status().expect("prlimit");
        assert!(status.success());
        let mut silent = JoinSet::new();
        for _ in 0..150 {
            let wire = target.connect().await;
            silent.spawn(wire.drip([], Duration::ZERO));
        }
        sleep(Duration::from_secs(1)).await;
        for (_, statuses) in silent.join_all().await {
            assert!(statuses.is_empty(), "{statuses:?}");
        }
    })
    .await;
}
