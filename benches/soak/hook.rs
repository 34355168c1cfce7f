//! The layers, one store behind all of them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use countersign::{
    GitHub, MemoryReplay, Replay, ResponseBody, Secret, Sign, Slack, Spark, StandardWebhooks,
    Stripe, Timestamp, VerifyLayer,
};
use http::{Request, Response};
use http_body_util::Full;
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt, service_fn};

use crate::frames::Frames;
use crate::handler::handle;

/// A larger body is refused.
pub(crate) const LIMIT: usize = 16 << 10;

/// How old a signed time may be. Shorter than any provider's own, so that claims come to their end in mid-run.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(5);

/// How far ahead it may be.
pub(crate) const MAX_FUTURE: Duration = Duration::from_secs(2);

/// For how long requests without a signed time are remembered: about as long as the others.
const RETENTION: Duration = Duration::from_secs(8);

/// Room for the genuine requests of eight seconds at 200,000 a second, in 152 MB.
pub(crate) const CLAIMS: usize = 2_000_000;

/// Answers of any layer.
pub(crate) type Answer = Response<ResponseBody<Full<Bytes>>>;

/// One provider: its layer, and its way to sign.
#[derive(Clone)]
pub(crate) struct Hook {
    pub(crate) name: &'static str,
    /// The header with its signature.
    pub(crate) signature: &'static str,
    /// Whether it signs a time.
    pub(crate) timed: bool,
    secrets: [Secret; 2],
    sign: Arc<SignFn>,
    service: BoxCloneSyncService<Request<Frames>, Answer, Infallible>,
}

type SignFn = dyn Fn(&Secret, Timestamp, Request<Bytes>) -> Request<Bytes> + Send + Sync;

impl Hook {
    pub(crate) fn all() -> Vec<Self> {
        let store = Arc::new(MemoryReplay::with_capacity(CLAIMS));
        let plain = ["a secret of the provider", "a secret that was guessed"];
        let webhook =
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"];
        vec![
            Self::new(Spark::default(), "x-spark-signature", false, plain, &store),
            Self::new(GitHub, "x-hub-signature-256", false, plain, &store),
            Self::new(Slack, "x-slack-signature", true, plain, &store),
            Self::new(Stripe, "stripe-signature", true, plain, &store),
            Self::new(StandardWebhooks::default(), "webhook-signature", true, webhook, &store),
        ]
    }

    fn new<S: Sign + Clone>(
        scheme: S,
        signature: &'static str,
        timed: bool,
        secrets: [&str; 2],
        store: &Arc<MemoryReplay>,
    ) -> Self {
        let secrets = secrets.map(|text| Secret::new(text).expect("a secret"));
        let replay = Replay::new(Arc::clone(store)).retention(RETENTION);
        let mut layer =
            VerifyLayer::with(scheme.clone(), secrets[0].clone()).body_limit(LIMIT).replay(replay);
        if timed {
            layer = layer.max_age(MAX_AGE).max_future(MAX_FUTURE);
        }
        let sign: Arc<SignFn> = Arc::new(move |secret, now, request| {
            scheme.sign(secret, now, request).expect("it can be signed")
        });
        let service = BoxCloneSyncService::new(layer.layer(service_fn(handle::<S>)));
        Self { name: S::NAME, signature, timed, secrets, sign, service }
    }

    /// Signed with the secret that the layer knows.
    pub(crate) fn sign(&self, now: Timestamp, request: Request<Bytes>) -> Request<Bytes> {
        (self.sign)(&self.secrets[0], now, request)
    }

    /// Signed with one that it does not know.
    pub(crate) fn forge(&self, now: Timestamp, request: Request<Bytes>) -> Request<Bytes> {
        (self.sign)(&self.secrets[1], now, request)
    }

    pub(crate) async fn call(&self, request: Request<Frames>) -> Answer {
        let Ok(answer) = self.service.clone().oneshot(request).await;
        answer
    }
}
