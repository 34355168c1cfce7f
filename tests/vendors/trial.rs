//! A provider of ours beside the package of its vendor.

use std::collections::BTreeSet;
use std::time::SystemTime;

use bytes::Bytes;
use countersign::{Secret, Timestamp};
use countersign_cli::registry::{self, Credentials, Provider, Sample, Settings, Verifier};
use http::Request;
use http::header::{HeaderName, HeaderValue};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::divergences::{DIVERGENCES, Divergence};
use super::mutations::Mutation;
use super::oracle::{Language, Oracle, Question};
use super::requests;

/// How many requests a package is asked about.
const ROUNDS: usize = 600;

/// Where requests are sent to.
const URL: &str = "https://hooks.example.com/a/hook?from=vendor";
const BASE: &str = "https://hooks.example.com";
pub(super) const PATH: &str = "/a/hook?from=vendor";

/// A provider, to be tried.
pub(super) struct Trial {
    provider: &'static dyn Provider,
    make: Box<dyn Fn() -> Credentials>,
    credentials: Credentials,
    settings: Settings,
    sample: &'static Sample,
    path: fn(&[u8]) -> String,
    runner: TestRunner,
    seed: [u8; 32],
}

impl Trial {
    /// Of the provider of that name, with fresh credentials and other requests than last time.
    pub(super) fn of(name: &'static str) -> Self {
        let provider = registry::find(name).expect("the provider");
        let make = Box::new(|| provider.credentials().expect("credentials"));
        let credentials = make();
        let settings = credentials.settings.clone().sent_to(URL);
        let mut seed = [0; 32];
        let nanos = SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_nanos();
        seed[..16].copy_from_slice(&nanos.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let runner = TestRunner::new_with_rng(Config::default(), rng);
        let (sample, path) = (provider.sample(), |_: &[u8]| PATH.to_owned());
        Self { provider, make, credentials, settings, sample, path, runner, seed }
    }

    /// With another setting, as `NAME=VALUE`.
    pub(super) fn set(mut self, assignment: &str) -> Self {
        self.settings.parse(&self.provider.members(), assignment).expect("a setting");
        self
    }

    /// With requests of another kind, each sent to the path that is made of its body.
    pub(super) fn sends(mut self, sample: &'static Sample, path: fn(&[u8]) -> String) -> Self {
        (self.sample, self.path) = (sample, path);
        self
    }

    /// With credentials of another kind.
    pub(super) fn credentials(mut self, make: impl Fn() -> Credentials + 'static) -> Self {
        self.credentials = make();
        self.settings = self.credentials.settings.clone().sent_to(URL);
        self.make = Box::new(make);
        self
    }

    /// Both verdicts on genuine and changed requests, and ours on those that the package signs.
    pub(super) fn against(mut self, language: Language, file: &'static str) {
        let mut oracle = Oracle::start(language, file);
        let verifier = self.provider.verifier(&self.settings).expect("a verifier");
        let key = String::from_utf8(self.settings.keys().remove(0)).expect("a text");
        let signing =
            std::str::from_utf8(self.credentials.signing.expose()).expect("a text").to_owned();
        let mut seen = BTreeSet::new();
        let mutations = self.mutations();
        for round in 0..ROUNDS {
            let mutation = &mutations[round % mutations.len()];
            let request = self.changed(mutation);
            let url = url(&request);
            let question = Question { request: &request, url: &url, key: &key, signing: &signing };
            let theirs = oracle.verify(&question);
            let ours = verifier.verify(request.clone(), now());
            if ours.is_ok() != theirs.genuine {
                let expected = DIVERGENCES.iter().find(|divergence| {
                    (divergence.at)(file, language)
                        && (divergence.mutation)(mutation)
                        && divergence.we_accept == ours.is_ok()
                });
                let name = expected.map(|divergence| divergence.name).unwrap_or_else(|| {
                    panic!(
                        "{}: {mutation:?}: we say {:?}, {language} says {} ({})\n{request:?}\nseed {:?}",
                        self.provider.facts().name,
                        ours.map(|_| "genuine").map_err(|error| error.to_string()),
                        theirs.genuine,
                        theirs.why,
                        self.seed,
                    )
                });
                seen.insert(name);
            }
            if *mutation == Mutation::None {
                self.signed_by_them(&mut oracle, &*verifier, &key, &signing);
            }
        }
        let has_to_show = |divergence: &&Divergence| {
            !divergence.by_chance
                && (divergence.at)(file, language)
                && mutations.iter().any(divergence.mutation)
        };
        for divergence in DIVERGENCES.iter().filter(has_to_show) {
            let name = divergence.name;
            assert!(seen.contains(name), "{name} does not show in {file}: {}", divergence.why);
        }
    }

    /// What the package signs, we accept.
    fn signed_by_them(
        &mut self,
        oracle: &mut Oracle,
        verifier: &dyn Verifier,
        key: &str,
        signing: &str,
    ) {
        let mut request = self.unsigned();
        let url = url(&request);
        let question = Question { request: &request, url: &url, key, signing };
        let Some(headers) = oracle.sign(&question) else { return };
        for (name, value) in headers {
            let name = HeaderName::try_from(name).expect("a name");
            let value = HeaderValue::from_str(value.as_str().expect("a text")).expect("a value");
            request.headers_mut().insert(name, value);
        }
        let ours = verifier.verify(request.clone(), now());
        let name = self.provider.facts().name;
        assert!(ours.is_ok(), "{name}: they signed {request:?}, we say {ours:?}");
    }

    /// All that is done to requests of this provider.
    fn mutations(&mut self) -> Vec<Mutation> {
        let unsigned = self.unsigned();
        let signed = self.sign(unsigned.clone(), now(), &self.credentials.signing);
        let mut written: Vec<_> = signed
            .headers()
            .keys()
            .filter(|name| unsigned.headers().get(*name) != signed.headers().get(*name))
            .cloned()
            .collect();
        written.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        let mut all = Mutation::all(&written, self.provider.facts().time.is_some());
        // What has a form of the body signed, or a time put into it, signs no others.
        let not_utf8 = self.not_utf8(unsigned);
        let (secret, settings) = (&self.credentials.signing, &self.settings);
        if self.provider.sign(settings, secret, now(), not_utf8).is_err() {
            all.retain(|mutation| *mutation != Mutation::NotUtf8);
        }
        all
    }

    fn changed(&mut self, mutation: &Mutation) -> Request<Bytes> {
        let mut request = self.unsigned();
        let other;
        let (secret, time) = match mutation {
            Mutation::OtherSecret => {
                other = (self.make)().signing;
                (&other, now())
            }
            Mutation::Ago(age) => (&self.credentials.signing, now().minus(*age)),
            Mutation::Ahead(ahead) => (&self.credentials.signing, now().plus(*ahead)),
            _ => (&self.credentials.signing, now()),
        };
        if *mutation == Mutation::NotUtf8 {
            request = self.not_utf8(request);
        }
        let mut signed = self.sign(request, time, secret);
        mutation.apply(&mut signed, self.runner.rng());
        signed
    }

    fn unsigned(&mut self) -> Request<Bytes> {
        let request = requests::request(self.sample, &mut self.runner);
        self.sent(request)
    }

    fn not_utf8(&self, request: Request<Bytes>) -> Request<Bytes> {
        self.sent(request.map(|body| [&body, &b"\xff"[..]].concat().into()))
    }

    /// On its way to where a request with this body is sent to.
    fn sent(&self, mut request: Request<Bytes>) -> Request<Bytes> {
        *request.uri_mut() = (self.path)(request.body()).parse().expect("a path");
        request
    }

    fn sign(&self, request: Request<Bytes>, time: Timestamp, secret: &Secret) -> Request<Bytes> {
        self.provider.sign(&self.settings, secret, time, request).expect("a signature")
    }
}

fn url(request: &Request<Bytes>) -> String {
    format!("{BASE}{}", request.uri())
}

fn now() -> Timestamp {
    SystemTime::now().into()
}
