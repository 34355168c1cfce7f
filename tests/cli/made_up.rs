//! The registry and the demo with providers that do not exist: one that signs a time, one with a
//! token only, and ones that do not keep what they promise.

use std::time::Duration;

use bytes::Bytes;
use countersign::{
    Algorithm, ConfigError, Defaults, Evidence, Head, Hmac, HmacKey, Inspect, Message, Reason,
    Scheme, Secret, Sign, Signature, Timestamp, Token, TokenKey, VerifyLayer,
};
use countersign_cli::demo::{Kind, all_right, run};
use countersign_cli::registry::{
    Credentials, Entry, Facts, Provider, Sample, Settings, Strength, random_text,
};
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request};

const SIGNATURE: HeaderName = HeaderName::from_static("x-signature");
const TIME: HeaderName = HeaderName::from_static("x-time");

const FACTS: Facts = Facts {
    name: "made-up",
    title: "Made up",
    signature: "header X-Signature",
    signed: "time and body",
    algorithm: "HMAC-SHA256",
    encoding: "hex",
    time: Some("header X-Time"),
    handshake: None,
    strength: Strength::SignedBody,
    confirmed: true,
    oracle: None,
    note: None,
    source: "https://example.com/",
};

const SAMPLE: Sample = Sample { method: Method::POST, headers: &[], body: b"{\"a\":1}" };

/// `hex(HMAC-SHA256(secret, time:body))`, with or without a window of its own.
#[derive(Default)]
struct Timed<const WINDOW: bool>;

impl<const WINDOW: bool> Scheme for Timed<WINDOW> {
    type Method = Hmac;

    const NAME: &'static str = "made-up";

    fn defaults(&self) -> Defaults {
        let second = Duration::from_secs(1);
        if WINDOW { Defaults::default().window(second * 300, second) } else { Defaults::default() }
    }

    fn key(&self, secret: &Secret) -> Result<HmacKey, ConfigError> {
        Ok(HmacKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let digits = head.required(&SIGNATURE, "X-Signature")?;
        let signature = Signature::from_hex(Algorithm::HmacSha256, digits, "X-Signature")?;
        let time = head.required(&TIME, "X-Time")?;
        let secs = str::from_utf8(time).ok().and_then(|time| time.parse().ok());
        Ok(Evidence::new(signature)
            .message(Message::body().prefix(time).prefix(b":"))
            .timestamp(Timestamp::from_secs(secs.ok_or(Reason::Malformed("X-Time"))?))
            .into())
    }
}

impl<const WINDOW: bool> Sign for Timed<WINDOW> {
    fn sign(
        &self,
        secret: &Secret,
        now: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let time = now.as_secs().to_string();
        let parts = [time.as_bytes(), b":", request.body()];
        let signature = self.key(secret)?.sign_hex(Algorithm::HmacSha256, &parts)?;
        request.headers_mut().insert(SIGNATURE, HeaderValue::try_from(signature).unwrap());
        request.headers_mut().insert(TIME, HeaderValue::try_from(time).unwrap());
        Ok(request)
    }
}

struct TimedEntry<const WINDOW: bool>;

impl<const WINDOW: bool> Entry for TimedEntry<WINDOW> {
    type Scheme = Timed<WINDOW>;

    const FACTS: &'static Facts = &FACTS;
    const SAMPLE: &'static Sample = &SAMPLE;

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(Timed)
    }
}

/// A token in a header.
#[derive(Default)]
struct Bare;

impl Scheme for Bare {
    type Method = Token;

    const NAME: &'static str = "made-up";

    fn key(&self, secret: &Secret) -> Result<TokenKey, ConfigError> {
        Ok(TokenKey::new(secret.expose()))
    }

    fn inspect(&self, head: &Head<'_>, _: Option<&Bytes>) -> Result<Inspect, Reason> {
        let token = head.required(&SIGNATURE, "X-Signature")?;
        let token = Signature::from_bytes(Algorithm::Token, token, "X-Signature")?;
        Ok(Evidence::new(token).message(Message::bodiless()).into())
    }
}

impl Sign for Bare {
    fn sign(
        &self,
        secret: &Secret,
        _: Timestamp,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, ConfigError> {
        let token = HeaderValue::from_bytes(secret.expose()).unwrap();
        request.headers_mut().insert(SIGNATURE, token);
        Ok(request)
    }
}

struct BareEntry;

impl Entry for BareEntry {
    type Scheme = Bare;

    const FACTS: &'static Facts = &Facts { time: None, strength: Strength::TokenOnly, ..FACTS };
    const SAMPLE: &'static Sample = &SAMPLE;

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(Bare)
    }
}

async fn got_through(provider: &'static dyn Provider) -> (Vec<Kind>, Vec<Kind>, bool) {
    let rows = run(&[provider]).await.unwrap();
    let through = rows.iter().filter(|row| row.got_through()).map(|row| row.kind).collect();
    (rows.iter().map(|row| row.kind).collect(), through, all_right(&rows))
}

const FOUR: [Kind; 4] = [Kind::Genuine, Kind::Flipped, Kind::WrongSecret, Kind::Unsigned];

#[tokio::test]
async fn a_signed_time_adds_a_stale_request() {
    for provider in [&TimedEntry::<true> as &'static dyn Provider, &TimedEntry::<false>] {
        let (sent, through, right) = got_through(provider).await;
        assert_eq!(sent, [&FOUR[..], &[Kind::Stale, Kind::Replayed]].concat());
        assert_eq!(through, [Kind::Genuine]);
        assert!(right);
    }
}

#[tokio::test]
async fn of_a_token_one_byte_is_flipped() {
    let (sent, through, right) = got_through(&BareEntry).await;
    assert_eq!((sent, through, right), (FOUR.to_vec(), vec![Kind::Genuine], true));
}

/// A receiver whose window is not the one that it says.
struct Timeless;

impl Entry for Timeless {
    type Scheme = Timed<true>;

    const FACTS: &'static Facts = &FACTS;
    const SAMPLE: &'static Sample = &SAMPLE;

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(Timed)
    }

    fn layer(settings: &Settings) -> Result<VerifyLayer<Self::Scheme>, ConfigError> {
        Ok(VerifyLayer::try_with(Timed, settings.secrets())?.max_age(Duration::MAX))
    }
}

/// A receiver that has another secret.
struct Estranged;

impl Entry for Estranged {
    type Scheme = Timed<true>;

    const FACTS: &'static Facts = &FACTS;
    const SAMPLE: &'static Sample = &SAMPLE;

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(Timed)
    }

    fn credentials() -> Result<Credentials, ConfigError> {
        let credentials = <TimedEntry<true> as Entry>::credentials()?;
        Ok(Credentials { signing: Secret::new(random_text()?)?, ..credentials })
    }
}

/// A token that says it signs the body.
struct Boastful;

impl Entry for Boastful {
    type Scheme = Bare;

    const FACTS: &'static Facts = &Facts { time: None, ..FACTS };
    const SAMPLE: &'static Sample = &SAMPLE;

    fn scheme(_: &Settings) -> Result<Self::Scheme, ConfigError> {
        Ok(Bare)
    }
}

#[tokio::test]
async fn what_gets_through_and_must_not_fails_the_demo() {
    let (_, through, right) = got_through(&Timeless).await;
    assert_eq!((through, right), (vec![Kind::Genuine, Kind::Stale], false));
    let (_, through, right) = got_through(&Boastful).await;
    assert_eq!((through, right), (vec![Kind::Genuine, Kind::Flipped], false));
}

#[tokio::test]
async fn a_genuine_one_that_does_not_get_through_fails_the_demo() {
    let (_, through, right) = got_through(&Estranged).await;
    assert_eq!((through, right), (vec![], false));
}

#[test]
fn the_window_is_a_setting_of_every_provider() {
    let provider: &dyn Provider = &TimedEntry::<false>;
    let Credentials { signing, settings } = provider.credentials().unwrap();
    let now = Timestamp::from_secs(1_700_000_000);
    let request = Request::post("/").body(Bytes::from_static(b"x")).unwrap();
    let signed = provider.sign(&settings, &signing, now, request).unwrap();
    for (name, late) in [("max_age_secs", 11_i64), ("max_future_secs", -11)] {
        let mut settings = settings.clone();
        let members = provider.members();
        settings.put(&members, name, 10.into()).unwrap();
        if name != "max_age_secs" {
            settings.put(&members, "max_age_secs", 10.into()).unwrap();
        }
        let verifier = provider.verifier(&settings).unwrap();
        let verdict =
            |late| verifier.verify(signed.clone(), Timestamp::from_secs(1_700_000_000 + late));
        assert!(verdict(late).is_err(), "{name}");
        assert!(verdict(late - late.signum()).is_ok(), "{name}");
    }
    assert!(
        !format!("{settings:?}{signing:?}").contains(str::from_utf8(signing.expose()).unwrap())
    );
}
