//! Clocks that are set an hour ahead, an hour back, and right again: the server's, and that of Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use countersign::redis::RedisOptions;
use countersign::{
    ManualClock, MemoryReplay, Reason, Replay, Secret, Sign, Slack, SlackVerify, Timestamp,
};
use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer, ServiceExt};

use countersign_tests::redis::Redis;
use countersign_tests::spy::Spy;

use super::load::FORGED;
use crate::replay::{HANDLED, REPLAYED, SECRET, Sent, sent};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const HOUR: Duration = Duration::from_secs(3600);

/// Both ways together.
const WINDOW: Duration = Duration::from_secs(600);

const STALE: Sent = (StatusCode::UNAUTHORIZED, Some(Reason::Stale));
const AHEAD: Sent = (StatusCode::UNAUTHORIZED, Some(Reason::FromTheFuture));

/// How far the server's clock is from the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Right,
    Ahead,
    Behind,
}

/// A server with a window of five minutes both ways, and the true time, which the sender's clock shows.
struct Server {
    layer: SlackVerify,
    spy: Spy,
    clock: ManualClock,
    wrong: Wrong,
    passed: Arc<AtomicU64>,
}

impl Server {
    /// It remembers in memory, for as long as the window calls for or longer.
    fn new(retention: Duration) -> Self {
        let passed = Arc::<AtomicU64>::default();
        let elapsed = Arc::clone(&passed);
        let store = MemoryReplay::new()
            .elapsed(move || Duration::from_secs(elapsed.load(Ordering::SeqCst)));
        Self::with(Replay::new(store).retention(retention), passed)
    }

    fn with(replay: Replay, passed: Arc<AtomicU64>) -> Self {
        let clock = ManualClock::at(NOW);
        let layer = SlackVerify::new(SECRET).clock(clock.clone()).replay(replay);
        Self { layer, spy: Spy::default(), clock, wrong: Wrong::Right, passed }
    }

    fn now(&self) -> Timestamp {
        NOW.plus(Duration::from_secs(self.passed.load(Ordering::SeqCst)))
    }

    fn pass(&mut self, seconds: u64) {
        self.passed.fetch_add(seconds, Ordering::SeqCst);
        self.step(self.wrong);
    }

    /// Sets the server's clock. No time passes.
    fn step(&mut self, wrong: Wrong) {
        self.wrong = wrong;
        self.clock.set(match wrong {
            Wrong::Right => self.now(),
            Wrong::Ahead => self.now().plus(HOUR),
            Wrong::Behind => self.now().minus(HOUR),
        });
    }

    fn signed(&self, event: usize, secret: &str) -> Request<Bytes> {
        let request = Request::post("/").body(Bytes::from(format!("event {event}")));
        let secret = Secret::new(secret).expect("a secret");
        Slack.sign(&secret, self.now(), request.expect("a request")).expect("a signature")
    }

    async fn send(&self, request: &Request<Bytes>) -> Sent {
        let service = self.layer.layer(self.spy.clone());
        let Ok(answer) = service.oneshot(request.clone().map(Full::new)).await;
        sent(answer)
    }

    /// What a request gets that is signed now.
    async fn fresh(&self, event: usize) -> (Request<Bytes>, Sent) {
        let request = self.signed(event, SECRET);
        let answer = self.send(&request).await;
        (request, answer)
    }
}

#[tokio::test]
async fn an_hour_ahead_and_back_and_an_hour_back_and_ahead() {
    let mut server = Server::new(WINDOW);
    let (first, answer) = server.fresh(0).await;
    assert_eq!(answer, HANDLED);
    let mut event = 0;
    for (wrong, expected) in [(Wrong::Ahead, STALE), (Wrong::Behind, AHEAD)] {
        server.step(wrong);
        event += 1;
        let (refused, answer) = server.fresh(event).await;
        assert_eq!(answer, expected, "{wrong:?}");
        assert_eq!(server.send(&first).await, expected, "{wrong:?}");
        let calls = server.spy.calls();

        // Right again: at once, and what was refused is handled when it is sent again.
        server.step(Wrong::Right);
        assert_eq!(server.spy.calls(), calls);
        assert_eq!(server.send(&server.signed(event, "a guess")).await, FORGED);
        assert_eq!(server.send(&first).await, REPLAYED);
        assert_eq!(server.send(&refused).await, HANDLED);
        assert_eq!(server.send(&refused).await, REPLAYED);
    }
    assert_eq!(server.spy.calls(), 3);
}

/// The clock is wrong every now and then, for some minutes or for none, in hours of traffic that somebody captures all
/// of and sends again and again.
async fn walk(server: &mut Server, seed: u64) -> usize {
    let mut captured: Vec<(Request<Bytes>, bool)> = Vec::new();
    let (mut twice, mut state) = (0, seed);
    for event in 0..120 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = state >> 33;
        server.pass(random % 90);
        server.step(match random / 90 % 8 {
            0 => Wrong::Ahead,
            1 => Wrong::Behind,
            _ => Wrong::Right,
        });
        let expected = match server.wrong {
            Wrong::Right => HANDLED,
            Wrong::Ahead => STALE,
            Wrong::Behind => AHEAD,
        };
        let (request, answer) = server.fresh(event).await;
        assert_eq!(answer, expected, "event {event} of {seed}, {:?}", server.wrong);
        captured.push((request, answer == HANDLED));
        for (request, handled) in &mut captured {
            if server.send(request).await == HANDLED {
                twice += usize::from(*handled);
                *handled = true;
            }
        }
    }
    twice
}

/// `docs/replay.md`: what is remembered for the step and the window together is not handled again.
#[tokio::test]
async fn nothing_is_handled_twice_whatever_the_clock_does() {
    for seed in 0..3 {
        let mut server = Server::new(HOUR + WINDOW);
        assert_eq!(walk(&mut server, seed).await, 0, "{seed}");
    }
}

/// What the retention is for: without it a clock that is set back makes good again what is forgotten.
#[tokio::test]
async fn what_is_forgotten_is_handled_again_if_the_clock_is_set_back() {
    let mut server = Server::new(WINDOW);
    let (captured, answer) = server.fresh(0).await;
    assert_eq!(answer, HANDLED);
    server.pass(HOUR.as_secs());
    assert_eq!(server.send(&captured).await, STALE);
    server.step(Wrong::Behind);
    assert_eq!(server.send(&captured).await, HANDLED);
}

/// Sets the clock of a Redis: to it a key is what is to be forgotten at some time by that clock, and nothing else of it
/// depends on the time. No time passes.
fn step(redis: &Redis, ahead: i64) {
    let each = "redis.call('PEXPIRE', key, redis.call('PTTL', key) - ARGV[1])";
    let script = format!("for _, key in ipairs(redis.call('KEYS', '*')) do {each} end return 'OK'");
    let answer = redis.ask(&format!("EVAL \"{script}\" 0 {}", ahead * 1000));
    assert_eq!(answer.expect("it answers"), "$2\r\nOK\r\n");
}

#[tokio::test]
async fn the_clock_of_redis_an_hour_ahead_and_back() {
    const STEP: i64 = HOUR.as_secs().cast_signed();
    let redis = Redis::volatile();
    let options = RedisOptions::default().timeout(Duration::from_secs(30));
    let store = options.connect(&redis.url()).await.expect("a connection");
    let server = Server::with(Replay::new(store), Arc::default());
    let mut captured = Vec::new();
    for (event, ahead) in [STEP, -STEP, -STEP, STEP].into_iter().enumerate() {
        let (request, answer) = server.fresh(event).await;
        assert_eq!(answer, HANDLED);
        captured.push(request);
        step(&redis, ahead);
        for request in &captured {
            assert_eq!(server.send(request).await, REPLAYED, "event {event}");
        }
        assert_eq!(server.send(&server.signed(event, "a guess")).await, FORGED);
    }
    // More than an hour is more than is promised: so these were steps of its clock.
    step(&redis, STEP);
    assert_eq!(server.send(&captured[3]).await, HANDLED);
}
