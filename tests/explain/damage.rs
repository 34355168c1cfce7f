//! Genuine requests, to be broken.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use countersign::explain::Setup;
use countersign::{Secret, Timestamp};
use countersign_cli::registry::{Credentials, Provider, Settings};
use http::Request;
use serde_json::{Value, json};

/// The URL that is configured at the provider.
pub(super) const URL: &str = "https://hooks.example.com/in/caf%C3%A9/box?b=2&a=1";

pub(super) const NOW: i64 = 1_700_000_000;

/// Numbers that are the same in every run (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A provider with its credentials, and the body that it sends.
pub(super) struct Genuine {
    pub(super) provider: &'static dyn Provider,
    pub(super) signing: Secret,
    pub(super) settings: Settings,
    pub(super) body: Vec<u8>,
    pub(super) now: Timestamp,
}

/// A request that its receiver refuses.
pub(super) struct Broken {
    pub(super) settings: Settings,
    pub(super) request: Request<Bytes>,
    pub(super) now: Timestamp,
    pub(super) other_secrets: Vec<Secret>,
}

impl Genuine {
    pub(super) fn new(provider: &'static dyn Provider, random: &mut Random) -> Self {
        let Credentials { signing, settings } = credentials(provider);
        let body = body(provider, random);
        let now = Timestamp::from_secs(NOW + i64::try_from(random.below(100_000)).unwrap());
        Self { provider, signing, settings: settings.sent_to(URL), body, now }
    }

    pub(super) fn is_json(&self) -> bool {
        self.body.starts_with(b"{")
    }

    pub(super) fn takes(&self, member: &str) -> bool {
        self.provider.members().iter().any(|known| known.name == member)
    }

    pub(super) fn setup(&self) -> Setup {
        self.settings.setup().unwrap()
    }

    /// The request as the provider sends it, or would send that body at that time.
    pub(super) fn signed(&self, body: &[u8], now: Timestamp) -> Option<Request<Bytes>> {
        self.signed_with(&self.signing, body, now)
    }

    pub(super) fn signed_with(
        &self,
        secret: &Secret,
        body: &[u8],
        now: Timestamp,
    ) -> Option<Request<Bytes>> {
        let request = unsigned(self.provider, body);
        self.provider.sign(&self.settings, secret, now, request).ok()
    }

    pub(super) fn request(&self) -> Request<Bytes> {
        self.signed(&self.body, self.now).expect("the sample is signed")
    }

    pub(super) fn unbroken(&self) -> Broken {
        Broken {
            settings: self.settings.clone(),
            request: self.request(),
            now: self.now,
            other_secrets: Vec::new(),
        }
    }

    /// What became of the request; `None` if it is refused by nobody, or cannot be received at all.
    pub(super) fn broken(&self, broken: Broken) -> Option<Broken> {
        let verifier = self.provider.verifier(&broken.settings).ok()?;
        verifier.verify(broken.request.clone(), broken.now).is_err().then_some(broken)
    }

    pub(super) fn with_request(&self, request: Request<Bytes>) -> Option<Broken> {
        self.broken(Broken { request, ..self.unbroken() })
    }

    /// The genuine request, with that body in place of the signed one.
    pub(super) fn with_body(&self, signed: Request<Bytes>, body: Vec<u8>) -> Option<Broken> {
        self.with_request(signed.map(|_| body.into()))
    }

    pub(super) fn with_secret(&self, secret: Vec<u8>) -> Option<Broken> {
        let setup = self.setup();
        let secret = Secret::new(secret).ok()?;
        let url =
            |setup: Setup| setup.urls().iter().fold(Setup::default(), |new, url| new.url(url));
        let _ = setup.secrets().first()?;
        let settings = self.settings.set_up(&url(setup).secret(secret));
        self.broken(Broken { settings, ..self.unbroken() })
    }

    pub(super) fn with_url(
        &self,
        url: &str,
        change: impl FnOnce(&mut Request<Bytes>),
    ) -> Option<Broken> {
        self.takes("urls").then_some(())?;
        let setup = self.setup().secrets().iter().cloned().fold(Setup::default(), Setup::secret);
        let settings = self.settings.set_up(&setup.url(url));
        let mut request = self.request();
        change(&mut request);
        self.broken(Broken { settings, request, ..self.unbroken() })
    }
}

/// Made once a provider: an RSA key takes its time.
fn credentials(provider: &'static dyn Provider) -> Credentials {
    static MADE: Mutex<BTreeMap<&str, Credentials>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(provider.facts().name).or_insert_with(|| provider.credentials().unwrap()).clone()
}

pub(super) fn unsigned(provider: &'static dyn Provider, body: &[u8]) -> Request<Bytes> {
    let sample = provider.sample();
    let mut request = Request::new(Bytes::copy_from_slice(body));
    *request.method_mut() = sample.method.clone();
    *request.uri_mut() = "/in/caf%C3%A9/box?b=2&a=1".parse().unwrap();
    request.headers_mut().insert("host", "hooks.example.com".parse().unwrap());
    for (name, value) in sample.headers {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    request
}

/// The sample, with some more in it: what is escaped, what is no ASCII, numbers.
fn body(provider: &'static dyn Provider, random: &mut Random) -> Vec<u8> {
    let sample = provider.sample().body;
    let texts = [
        "caf\u{e9} / r\u{f4}tie",
        "a<b> & c",
        "\u{fc}ber https://example.com/x?y=z",
        "n\u{e4}chste\nZeile",
    ];
    let text = random.one(&texts);
    match serde_json::from_slice::<Value>(sample) {
        Ok(mut json) if json.is_object() => {
            json["zz_note"] = json!({
                "text": text,
                "count": random.below(1000),
                "list": [true, null, format!("{:x}", random.next())],
            });
            json.to_string().into_bytes()
        }
        // As the object above: with its members in the order in which they are written again.
        Ok(json) => json.to_string().into_bytes(),
        _ if sample.contains(&b'=') => {
            [sample, b"&zz_note=caf%C3%A9+%26+more", &b"%21"[..random.one(&[0, 3])]].concat()
        }
        _ => sample.to_vec(),
    }
}
