//! An application that is installed in organisations, which move and change its secret.

#![expect(clippy::unwrap_used, reason = "a test stops where it is")]

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use countersign::danger::parse_unverified;
use countersign::space::{
    AllowedHosts, ChangeClientSecretPayload, ChangeServerUrlPayload, InstallError, InstallReason,
    Installation, Installed, Installer, Payload, SpaceKeys,
};
use countersign::{KeyTable, NameTaken, Outcome, Reason, SpacePublicKey, SpacePublicKeyVerify};
use countersign_tests::space::{Answers, CLIENT_ID, CLIENT_SECRET, Space, key, signed, typing};
use http::{Request, StatusCode};
use serde_json::{Value, json};

const STATE: &str = "a state that we issued";

/// What Space sends when the application is installed there.
fn init(space: &Space) -> Value {
    json!({
        "className": "InitPayload", "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET,
        "serverUrl": space.url(), "state": STATE, "userId": "1mEGCd1FvoAh",
    })
}

fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name);
    body
}

fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

async fn install(space: &Space, request: &Request<Bytes>) -> Result<Installed, InstallError> {
    let installer = Installer::new(AllowedHosts::new([space.url()]).unwrap()).unwrap();
    installer.install(request, async |state| state == STATE).await
}

async fn refused(space: &Space, body: &Value) -> InstallReason {
    let error = install(space, &signed(0, "/space", body)).await.unwrap_err();
    assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    error.reason()
}

#[tokio::test]
async fn from_its_installation_on_an_organisation_is_known() {
    let space = Space::start(0).await;
    let table = KeyTable::by_key_id();
    let scheme = SpacePublicKey::default().by_client_id();
    let layer = SpacePublicKeyVerify::with_keys(scheme, table.clone());
    let request = signed(0, "/space", &init(&space));
    assert!(Installer::is_meant(request.body()));
    let unknown = layer.verify_async(request.clone()).await.unwrap_err();
    assert_eq!(unknown.reason(), Reason::UnknownKey);

    let installed = install(&space, &request).await.unwrap();
    assert_eq!(installed.user_id.as_deref(), Some("1mEGCd1FvoAh"));
    let installation = &installed.installation;
    assert_eq!(installation.client_id(), CLIENT_ID);
    assert_eq!(installation.client_secret().expose(), CLIENT_SECRET.as_bytes());
    assert_eq!(installation.server_url(), format!("{}/", space.url()));
    table.insert(installation.client_id(), installed.keys).unwrap();
    assert!(layer.verify_async(signed(0, "/space", &typing())).await.is_ok());
    // The keys came along: they are not fetched again.
    assert_eq!(space.asked(), (1, 1));
}

/// A client id is the new organisation's word: of another allowed server's application it opens no
/// door, and the first goes on.
#[tokio::test]
async fn a_client_id_that_is_in_use_is_not_taken_over() {
    let (first, second) = (Space::start(0).await, Space::start(1).await);
    let table = KeyTable::by_key_id();
    let scheme = SpacePublicKey::default().by_client_id();
    let layer = SpacePublicKeyVerify::with_keys(scheme, table.clone());
    let installed = install(&first, &signed(0, "/space", &init(&first))).await.unwrap();
    table.insert(installed.installation.client_id(), installed.keys).unwrap();

    let installed = install(&second, &signed(1, "/space", &init(&second))).await.unwrap();
    assert_eq!(table.insert(installed.installation.client_id(), installed.keys), Err(NameTaken));
    assert!(layer.verify_async(signed(0, "/space", &typing())).await.is_ok());
    let theirs = layer.verify_async(signed(1, "/space", &typing())).await.unwrap_err();
    assert_eq!(theirs.reason(), Reason::Mismatch);
}

/// Nothing is asked of a server that is not allowed, nor for a state that was not issued.
#[tokio::test]
async fn strangers_install_nothing() {
    let (space, other) = (Space::start(0).await, Space::start(0).await);
    let cases = [
        (with(init(&space), "serverUrl", other.url()), InstallReason::ServerUrl),
        (with(init(&space), "serverUrl", "http://127.0.0.1"), InstallReason::ServerUrl),
        (with(init(&space), "serverUrl", "https://127.0.0.1"), InstallReason::Host),
        (with(init(&space), "serverUrl", format!("https://{}", space.host())), InstallReason::Host),
        (with(init(&space), "serverUrl", "http://example.com"), InstallReason::ServerUrl),
        (with(init(&space), "serverUrl", "ftp://127.0.0.1"), InstallReason::ServerUrl),
        (with(init(&space), "serverUrl", "not a URL"), InstallReason::ServerUrl),
        (
            with(init(&space), "serverUrl", format!("http://{}@{}", space.host(), other.host())),
            InstallReason::ServerUrl,
        ),
        (
            with(init(&space), "serverUrl", format!("{}?x={}", other.url(), space.host())),
            InstallReason::ServerUrl,
        ),
        (without(init(&space), "state"), InstallReason::State),
        (with(init(&space), "state", Value::Null), InstallReason::State),
        (with(init(&space), "state", ""), InstallReason::State),
        (with(init(&space), "state", "guessed"), InstallReason::State),
        (without(init(&space), "clientId"), InstallReason::Credentials),
        (with(init(&space), "clientId", "a:b"), InstallReason::Credentials),
        (with(init(&space), "clientSecret", ""), InstallReason::Credentials),
        (without(init(&space), "clientSecret"), InstallReason::NotAnInstallation),
        (typing(), InstallReason::NotAnInstallation),
        (json!([init(&space)]), InstallReason::NotAnInstallation),
    ];
    for (body, reason) in cases {
        assert_eq!(refused(&space, &body).await, reason, "{body}");
    }
    assert!(!Installer::is_meant(&Bytes::from(typing().to_string())));
    assert_eq!((space.asked(), other.asked()), ((0, 0), (0, 0)));
}

/// A host that is allowed is allowed by `https`, were it on this machine.
#[tokio::test]
async fn http_has_to_be_allowed_in_so_many_words() {
    let space = Space::start(0).await;
    let installer = Installer::new(AllowedHosts::new([space.host()]).unwrap()).unwrap();
    let request = signed(0, "/space", &init(&space));
    let error = installer.install(&request, async |state| state == STATE).await.unwrap_err();
    assert_eq!((error.reason(), space.asked()), (InstallReason::ServerUrl, (0, 0)));
}

/// The state is the last thing that is looked at: who names another server does not use it up.
#[tokio::test]
async fn the_state_is_asked_for_after_the_host() {
    let (space, other) = (Space::start(0).await, Space::start(0).await);
    let installer = Installer::new(AllowedHosts::new([space.url()]).unwrap()).unwrap();
    let asked = Cell::new(0);
    let is_issued = async |state: String| {
        asked.set(asked.get() + 1);
        state == STATE
    };
    let elsewhere = signed(0, "/space", &init(&other));
    installer.install(&elsewhere, is_issued).await.unwrap_err();
    assert_eq!(asked.get(), 0);
    installer.install(&signed(0, "/space", &init(&space)), is_issued).await.unwrap();
    assert_eq!(asked.get(), 1);
}

/// A state that is taken out by the question for it serves one of two requests that come at once.
/// Put back after a failure, it serves the next try.
#[tokio::test]
async fn a_state_is_good_once() {
    let space = Space::start(0).await;
    let installer = Installer::new(AllowedHosts::new([space.url()]).unwrap()).unwrap();
    let issued = Mutex::new(HashSet::from([STATE.to_owned()]));
    let request = signed(0, "/space", &init(&space));
    let install = async || {
        let mut taken = None;
        let is_issued = async |state: String| {
            taken = issued.lock().unwrap().remove(&state).then_some(state);
            taken.is_some()
        };
        let result = installer.install(&request, is_issued).await;
        if let (Err(_), Some(state)) = (&result, taken) {
            issued.lock().unwrap().insert(state);
        }
        result
    };
    space.answers(Answers::Status(500));
    let error = install().await.unwrap_err();
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);

    space.answers(Answers::Late(Duration::from_millis(50)));
    let (one, other) = tokio::join!(install(), install());
    let (installed, refused) = if one.is_ok() { (one, other) } else { (other, one) };
    assert_eq!(installed.unwrap().installation.client_id(), CLIENT_ID);
    assert_eq!(refused.unwrap_err().reason(), InstallReason::State);
    assert_eq!(install().await.unwrap_err().reason(), InstallReason::State);
}

/// State and host are no proof: the server's key has to have signed the request, just now.
#[tokio::test]
async fn the_server_has_to_have_signed_it() {
    let space = Space::start(0).await;
    let forged = signed(1, "/space", &init(&space));
    let error = install(&space, &forged).await.unwrap_err();
    assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    let InstallReason::Refused(error) = error.reason() else { panic!("{error}") };
    assert_eq!(error.reason(), Reason::Mismatch);

    let mut unsigned = signed(0, "/space", &init(&space));
    unsigned.headers_mut().clear();
    let error = install(&space, &unsigned).await.unwrap_err();
    assert!(matches!(error.reason(), InstallReason::Refused(_)), "{error}");

    let mut stale = signed(0, "/space", &init(&space));
    stale.headers_mut().insert("x-space-timestamp", "1632844347462".parse().unwrap());
    let error = install(&space, &stale).await.unwrap_err();
    let InstallReason::Refused(error) = error.reason() else { panic!("{error}") };
    assert_eq!(error.reason(), Reason::Stale);

    space.answers(Answers::Status(500));
    let error = install(&space, &signed(0, "/space", &init(&space))).await.unwrap_err();
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// A move is believed if the old server signed it, and not if the new one did.
#[tokio::test]
async fn a_move_is_verified_by_the_old_data() {
    let (old, new) = (Space::start(0).await, Space::start(1).await);
    let hosts = AllowedHosts::new([old.url(), new.url()]).unwrap();
    let table = KeyTable::by_key_id();
    table.insert(CLIENT_ID, SpaceKeys::new(old.installation())).unwrap();
    let scheme = SpacePublicKey::default().by_client_id();
    let layer = SpacePublicKeyVerify::with_keys(scheme, table.clone());
    let body = json!({
        "className": "ChangeServerUrlPayload", "clientId": CLIENT_ID, "newServerUrl": new.url(),
    });

    let by_the_new = layer.verify_async(signed(1, "/space", &body)).await.unwrap_err();
    assert_eq!((by_the_new.reason(), new.asked()), (Reason::Mismatch, (0, 0)));
    let Ok(Outcome::Genuine(proof)) = layer.verify_async(signed(0, "/space", &body)).await else {
        panic!("refused")
    };
    let Ok(Payload::ChangeServerUrl(change)) = proof.payload() else { panic!("another class") };
    let moved = old.installation().moved(&change, &hosts).unwrap();
    table.replace(CLIENT_ID, SpaceKeys::new(moved));
    assert!(layer.verify_async(signed(1, "/space", &typing())).await.is_ok());
    assert_eq!(
        layer.verify_async(signed(0, "/space", &typing())).await.unwrap_err().reason(),
        Reason::Mismatch
    );
}

fn move_to(url: &str, client: &str) -> ChangeServerUrlPayload {
    let body =
        json!({ "className": "ChangeServerUrlPayload", "clientId": client, "newServerUrl": url });
    match parse_unverified(body.to_string()).unwrap() {
        Payload::ChangeServerUrl(payload) => payload,
        other => panic!("{other:?}"),
    }
}

fn secret(text: &str, client: &str) -> ChangeClientSecretPayload {
    let body = json!({
        "className": "ChangeClientSecretPayload", "clientId": client, "newClientSecret": text,
    });
    match parse_unverified(body.to_string()).unwrap() {
        Payload::ChangeClientSecret(payload) => payload,
        other => panic!("{other:?}"),
    }
}

#[test]
fn changes_are_for_one_installation_and_for_allowed_hosts() {
    let hosts = AllowedHosts::new(["*.jetbrains.space"]).unwrap();
    let installation = Installation::new("https://acme.jetbrains.space", "id", "old");
    let moved = |url, client| installation.moved(&move_to(url, client), &hosts);
    let reason = |error: Result<Installation, InstallError>| error.unwrap_err().reason();

    let there = moved("https://new.jetbrains.space", "id").unwrap();
    assert_eq!(there.server_url(), "https://new.jetbrains.space/");
    assert_eq!(there.client_secret().expose(), b"old");
    assert_eq!(reason(moved("https://new.jetbrains.space", "other")), InstallReason::Client);
    assert_eq!(reason(moved("http://new.jetbrains.space", "id")), InstallReason::ServerUrl);
    assert_eq!(reason(moved("https://jetbrains.space.example.com", "id")), InstallReason::Host);

    let changed = installation.with_new_secret(&secret("new", "id")).unwrap();
    assert_eq!(changed.client_secret().expose(), b"new");
    assert_eq!(changed.server_url(), installation.server_url());
    let other = installation.with_new_secret(&secret("new", "other"));
    assert_eq!(reason(other), InstallReason::Client);
    assert_eq!(reason(installation.with_new_secret(&secret("", "id"))), InstallReason::Credentials);
}

#[test]
fn hosts() {
    let allows = |pattern: &str, url: &str| {
        let hosts = AllowedHosts::new([pattern]).unwrap();
        let installation = Installation::new("https://acme.jetbrains.space", "id", "secret");
        installation.moved(&move_to(url, "id"), &hosts).is_ok()
    };
    for (pattern, url) in [
        ("space.example.com", "https://space.example.com"),
        ("space.example.com", "https://SPACE.example.com:443/"),
        ("Space.Example.com:8443", "https://space.example.com:8443"),
        ("*.jetbrains.space", "https://acme.jetbrains.space"),
        ("[::1]:8443", "https://[::1]:8443"),
        ("xn--bcher-kva.example", "https://bücher.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ] {
        assert!(allows(pattern, url), "{pattern} {url}");
    }
    for (pattern, url) in [
        ("space.example.com", "https://space.example.com:8443"),
        ("space.example.com", "https://space.example.com.evil.com"),
        ("space.example.com", "https://space.example.com."),
        ("space.example.com", "https://evil.com/space.example.com"),
        ("space.example.com", "https://evil.com\\@space.example.com"),
        ("space.example.com:8443", "https://space.example.com"),
        ("*.jetbrains.space", "https://jetbrains.space"),
        ("*.jetbrains.space", "https://.jetbrains.space"),
        ("*.jetbrains.space", "https://a.b.jetbrains.space"),
        ("*.jetbrains.space", "https://evil-jetbrains.space"),
        ("*.jetbrains.space", "https://jetbrains.space.evil.com"),
        ("*.jetbrains.space", "https://acme.jetbrains.space:8443"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost"),
        ("http://127.0.0.1:8080", "https://127.0.0.1:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081"),
        ("http://127.0.0.1:8080", "http://127.0.0.2:8080"),
    ] {
        assert!(!allows(pattern, url), "{pattern} {url}");
    }
    for bad in [
        "",
        "*",
        "*.",
        "*.space",
        "*.*.example.com",
        "a.*.example.com",
        "https://example.com",
        "example.com/",
        "example.com/path",
        "user@example.com",
        "example.com?q",
        "exa mple.com",
        "*.127.0.0.1",
        "http://example.com",
        "http://*.localhost",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1:8080",
        "http://",
        "http://http://127.0.0.1",
        "ftp://127.0.0.1",
    ] {
        assert!(AllowedHosts::new([bad]).is_err(), "{bad:?}");
    }
    for (bad, good) in [
        ("example.com:443", "example.com"),
        ("*.example.com:443", "*.example.com"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.Bücher.example:8443", "*.xn--bcher-kva.example:8443"),
    ] {
        let error = AllowedHosts::new([bad]).unwrap_err().to_string();
        assert!(error.contains(&format!("write it as `{good}`")), "{error}");
        assert!(AllowedHosts::new([good]).is_ok(), "{good}");
    }
    assert!(AllowedHosts::new(Vec::<String>::new()).is_err());
}

#[test]
fn where_credentials_may_be_sent() {
    let installation = |url: &str| Installation::try_new(url, "id", "secret");
    for (url, server) in [
        ("https://acme.jetbrains.space", "https://acme.jetbrains.space/"),
        ("https://example.com/space", "https://example.com/space/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("http://127.9.9.9", "http://127.9.9.9/"),
        ("http://localhost:80/", "http://localhost/"),
        ("http://[::1]", "http://[::1]/"),
    ] {
        assert_eq!(installation(url).unwrap().server_url(), server);
    }
    for url in [
        "",
        "acme.jetbrains.space",
        "http://acme.jetbrains.space",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "https://user@example.com",
        "https://example.com?x",
        "https://example.com#x",
        "file:///",
        "http://[::ffff:10.0.0.1]",
    ] {
        assert!(installation(url).is_err(), "{url}");
    }
    for (client, secret) in [("", "secret"), ("a:b", "secret"), ("a b", "secret"), ("id", "")] {
        assert!(Installation::try_new("https://example.com", client, secret).is_err());
    }
    assert!(key(0).jwks().starts_with("{\"keys\":["));
}
