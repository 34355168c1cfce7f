//! How a signature is read and compared.

use countersign_cli::registry::Strength;
use http::HeaderValue;

use super::{Subject, with_header};

/// RUSTSEC-2024-0010: a signature was compared as far as it was long, and the empty one matched.
#[test]
fn length_bounded_compare() {
    for subject in Subject::all() {
        for (name, value) in subject.signed_headers() {
            let value = value.as_bytes();
            for length in 0..value.len() {
                let cut = with_header(subject.genuine(), &name, &value[..length]);
                subject.refuses(cut, "a beginning of a header");
            }
            let longer = with_header(subject.genuine(), &name, &[value, b"0"].concat());
            subject.refuses(longer, "more than a header");
        }
    }
}

#[test]
fn missing_header_accepted() {
    for subject in Subject::all() {
        subject.refuses(subject.unsigned(), "an unsigned request");
        for name in subject.signed_headers().keys() {
            let mut request = subject.genuine();
            request.headers_mut().remove(name);
            subject.refuses(request, "a request without a signed header");
        }
    }
}

/// First or last wins, and whoever reads it next takes the other one.
#[test]
fn duplicate_headers_and_comma_lists() {
    for subject in Subject::all() {
        for (name, value) in subject.signed_headers() {
            let other = HeaderValue::from_static("0");
            for (first, second) in [(&value, &value), (&value, &other), (&other, &value)] {
                let mut request = with_header(subject.genuine(), &name, first.as_bytes());
                let name: http::HeaderName = name.parse().expect("a name");
                request.headers_mut().append(name, second.clone());
                subject.refuses(request, "a header that is there twice");
            }
            let list = [value.as_bytes(), b",", value.as_bytes()].concat();
            let listed = with_header(subject.genuine(), &name, &list);
            // A provider may define a list; then it is the same signature, said twice.
            let verdict = subject.verify(listed);
            assert!(verdict.is_err() || subject.name() == "stripe", "{}", subject.name());
        }
    }
}

/// One signature with many spellings is many requests to whoever remembers them by it.
#[test]
fn non_canonical_base64_or_hex() {
    let mut tried = 0;
    for subject in Subject::all() {
        let encoding = subject.provider.facts().encoding;
        for (name, value) in subject.signed_headers() {
            let text = value.to_str().expect("a text").to_owned();
            let mut others = Vec::new();
            if encoding.contains("base64") && text.ends_with('=') {
                others = vec![
                    text.trim_end_matches('=').to_owned(),
                    format!("{text}="),
                    text.replace(['+', '/'], "-"),
                    text.replacen('=', " =", 1),
                    spare_bits(&text),
                ];
                others.retain(|other| *other != text);
                tried += 1;
            } else if encoding.contains("hex") && text.len() >= 64 {
                others = vec![
                    text.replacen(|c: char| c.is_ascii_digit(), "g", 1),
                    format!("{text}00"),
                    format!("0x{text}"),
                ];
                tried += 1;
            }
            for other in others {
                subject.refuses(
                    with_header(subject.genuine(), &name, other.as_bytes()),
                    "another spelling of a signature",
                );
            }
        }
    }
    assert!(tried >= 4, "{tried}");
}

/// The last character of padded base64 has bits that say nothing.
fn spare_bits(text: &str) -> String {
    let digits = text.trim_end_matches('=');
    let last = digits.chars().last().expect("a digit");
    let next = char::from(last as u8 + 1);
    format!("{}{next}{}", &digits[..digits.len() - 1], &text[digits.len()..])
}

/// What was signed for one provider is believed by the layer of no other.
#[test]
fn the_request_picks_the_provider() {
    let subjects: Vec<_> = Subject::all().collect();
    for subject in &subjects {
        for other in subjects.iter().filter(|other| other.name() != subject.name()) {
            other.refuses(subject.genuine(), subject.name());
        }
    }
}

#[test]
fn re_serialised_json() {
    for subject in Subject::all() {
        let genuine = subject.genuine();
        let Ok(json) = serde_json::from_slice::<serde_json::Value>(genuine.body()) else {
            continue;
        };
        if subject.provider.facts().strength != Strength::SignedBody {
            continue;
        }
        subject.refuses(genuine.clone().map(|_| format!("{json:#}").into()), "pretty JSON");
        subject
            .refuses(genuine.clone().map(|body| [&body[..], b" "].concat().into()), "white space");
    }
}

/// CVE-2026-28465: who sends a request says in headers what the signed URL was.
#[test]
fn forwarded_headers_build_the_signed_url() {
    const FORWARDED: [(&str, &str); 6] = [
        ("host", "evil.example.com"),
        ("x-forwarded-host", "evil.example.com"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "8080"),
        ("x-original-url", "/evil"),
        ("forwarded", "host=evil.example.com;proto=http"),
    ];
    for subject in Subject::all() {
        let mut request = subject.genuine();
        let forged = subject.credentials.settings.clone().sent_to("http://evil.example.com/evil");
        let mut elsewhere = subject
            .provider
            .sign(&forged, &subject.credentials.signing, super::NOW, subject.unsigned())
            .expect("a signature");
        let signs_the_url = elsewhere.headers() != request.headers();
        for (name, value) in FORWARDED {
            for request in [&mut request, &mut elsewhere] {
                request.headers_mut().insert(name, HeaderValue::from_static(value));
            }
        }
        assert!(subject.verify(request).is_ok(), "{}: headers said otherwise", subject.name());
        if signs_the_url && subject.provider.members().iter().any(|member| member.name == "urls") {
            subject.refuses(elsewhere, "what was signed for another URL");
        }
    }
}
