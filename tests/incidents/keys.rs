//! Secrets and keys.

use countersign::Secret;
use countersign_cli::registry::{Kind, Settings};
use countersign_tests::logs::Logs;
use serde_json::json;

use super::{NOW, Subject, URL};

/// CVE-2026-26319, CVE-2026-44109: without a secret everything was genuine; six official packages take `""`.
#[test]
fn fail_open_without_a_secret() {
    assert!(Secret::new("").is_err());
    for subject in Subject::all() {
        let provider = subject.provider;
        let refused = |settings: Settings, what: &str| {
            let verifier = provider.verifier(&settings.sent_to(URL));
            assert!(verifier.is_err(), "{}: a verifier with {what}", subject.name());
        };
        refused(Settings::default(), "no key");
        for member in provider.members() {
            let empty = match (member.name, member.kind) {
                (_, Kind::Secrets) | ("public_keys", _) => json!([""]),
                _ => continue,
            };
            let mut settings = Settings::default();
            settings.put(&provider.members(), member.name, empty).expect("of the right kind");
            refused(settings, "an empty key");
        }
    }
}

/// GHSA-xmxx-7p24-h892: a secret that was taken away went on working.
#[test]
fn old_secret_works_after_rotation() {
    for subject in Subject::all() {
        let other = Subject::new(subject.provider);
        let old = other.signed_by(&other.credentials.signing, NOW, other.unsigned());
        assert!(other.verify(old.clone()).is_ok(), "{}", subject.name());
        subject.refuses(old, "what was signed with a secret that is gone");
    }
}

/// RUSTSEC-2022-0087: a secret was logged. Neither it nor a signature is, whatever comes.
#[test]
fn secrets_in_logs() {
    for subject in Subject::all() {
        let (logs, listening) = Logs::start();
        let genuine = subject.genuine();
        let _ = subject.verify(genuine.clone());
        let other = Subject::new(subject.provider);
        let _ = other.verify(genuine.clone());
        let _ = subject.verify(subject.unsigned());
        let _ = subject.verify(genuine.map(|_| "other".into()));
        drop(listening);
        let text = logs.text();
        assert!(text.contains("refused"), "{}: {text}", subject.name());
        for credentials in [&subject.credentials, &other.credentials] {
            let secret = String::from_utf8_lossy(credentials.signing.expose()).into_owned();
            assert!(!text.contains(&secret), "{}: {text}", subject.name());
        }
        for (name, value) in subject.signed_headers() {
            let value = value.to_str().expect("a text");
            assert!(!text.contains(value), "{}: {name}: {text}", subject.name());
        }
    }
}
