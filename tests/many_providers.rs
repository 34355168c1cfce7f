//! `examples/many-providers`, the real process: of every provider it handles what is genuine, and nothing else.

use std::time::SystemTime;

use bytes::Bytes;
use countersign_cli::registry::{Credentials, PROVIDERS, Provider};
use countersign_tests::process::Server;
use http::{Request, StatusCode};

/// Those that have examples of their own.
const FOUNDING: [&str; 5] = ["spark", "flow", "space", "meya", "speakap"];

const EXTERNAL: &str = "https://hooks.example.com";

/// A provider, and what its route was configured with.
struct Hook {
    provider: &'static dyn Provider,
    credentials: Credentials,
}

impl Hook {
    fn all() -> Vec<Self> {
        let founding = |name: &str| FOUNDING.iter().any(|founding| name.starts_with(founding));
        let providers = PROVIDERS.iter().filter(|provider| !founding(provider.facts().name));
        providers.map(|provider| Self::of(*provider)).collect()
    }

    fn of(provider: &'static dyn Provider) -> Self {
        Self { provider, credentials: provider.credentials().expect("credentials") }
    }

    fn name(&self) -> &'static str {
        self.provider.facts().name
    }

    fn variable(&self) -> (String, String) {
        let key = self.credentials.settings.keys().remove(0);
        let name = self.name().to_uppercase().replace('-', "_");
        (format!("{name}_KEY"), String::from_utf8(key).expect("a text"))
    }

    /// The sample, signed now.
    fn signed(&self) -> Request<Bytes> {
        let sample = self.provider.sample();
        let mut request =
            Request::builder().method(sample.method.clone()).uri(format!("/{}", self.name()));
        for &(name, value) in sample.headers {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from_static(sample.body)).expect("a request");
        let url = format!("{EXTERNAL}/{}", self.name());
        let settings = self.credentials.settings.clone().sent_to(&url);
        let now = SystemTime::now().into();
        self.provider.sign(&settings, &self.credentials.signing, now, request).expect("signed")
    }
}

#[tokio::test]
async fn every_route_handles_what_is_genuine_and_nothing_else() {
    let hooks = Hook::all();
    let mut environment = vec![("PORT".to_owned(), "0".to_owned())];
    environment.push(("EXTERNAL_URL".to_owned(), EXTERNAL.to_owned()));
    environment.extend(hooks.iter().map(Hook::variable));
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let server = Server::start("many-providers", &environment).await;
    for hook in &hooks {
        let (status, answer) = send(&server, hook.signed()).await;
        assert_eq!(status, StatusCode::OK, "{}: {answer}", hook.name());
        assert!(!answer.is_empty(), "{}: the handler says what it got", hook.name());

        let stranger = Hook::of(hook.provider).signed();
        let (status, answer) = send(&server, stranger).await;
        assert_eq!((status, &*answer), (StatusCode::UNAUTHORIZED, ""), "{}", hook.name());
    }
}

/// What is not configured is not there, rather than open to everybody.
#[tokio::test]
async fn a_route_without_a_key_is_none() {
    let server = Server::start("many-providers", &[("PORT", "0")]).await;
    for hook in Hook::all() {
        let (status, _) = send(&server, hook.signed()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{}", hook.name());
    }
}

/// Every variable that would mount one is named, and none is once there is a route.
#[tokio::test]
async fn a_server_without_any_route_says_so() {
    const WARNED: &str = "no route is mounted: set one or more of ";
    let mut server =
        Server::start("many-providers", &[("PORT", "0"), ("GITHUB_KEYS", "misspelled")]).await;
    let log = server.whole_log().await;
    let (_, named) = log.split_once(WARNED).expect("a warning");
    let named: Vec<_> = named.trim().split(", ").collect();
    let hooks = Hook::all();
    assert_eq!(named.len(), hooks.len(), "{log}");
    for (variable, _) in hooks.iter().map(Hook::variable) {
        assert!(named.contains(&&*variable), "{variable}: {log}");
    }

    let mut server =
        Server::start("many-providers", &[("PORT", "0"), ("GITHUB_KEY", "a key")]).await;
    let log = server.whole_log().await;
    assert!(log.contains("mounted /github") && !log.contains(WARNED), "{log}");
}

async fn send(server: &Server, request: Request<Bytes>) -> (StatusCode, String) {
    let (parts, body) = request.into_parts();
    let url = format!("{}{}", server.url(), parts.uri);
    let sent = reqwest::Client::new()
        .request(parts.method, url)
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .expect("an answer");
    (sent.status(), sent.text().await.expect("a text"))
}
