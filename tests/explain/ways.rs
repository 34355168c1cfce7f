//! For every code, how a request gets broken in just that way.

use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use bytes::Bytes;
use countersign::{Secret, Timestamp};
use countersign_cli::registry::{PROVIDERS, Strength};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::HeaderValue;
use serde_json::Value;

use super::damage::{Broken, Genuine, Random, URL, unsigned};

/// `None` where it does not apply to the provider.
type Way = fn(&Genuine, &mut Random) -> Option<Broken>;

pub(super) const WAYS: &[(&str, Way)] = &[
    ("other-secret", other_secret),
    ("secret-trailing-newline", |genuine, random| {
        let end = random.one(&["\n", "\r\n", " ", "\n\n"]);
        genuine.with_secret([&secret(genuine)?, end.as_bytes()].concat())
    }),
    ("secret-quoted", |genuine, random| {
        let mark = [random.one(b"\"'")];
        genuine.with_secret([&mark[..], &secret(genuine)?, &mark].concat())
    }),
    ("secret-prefix", |genuine, random| {
        let secret = secret(genuine)?;
        match secret.iter().position(|&byte| byte == b'_') {
            Some(end) if end < 8 => genuine.with_secret(secret[end + 1..].to_vec()),
            _ => {
                let prefix = random.one(&["whsec_", "sk_", "test_", "secret:"]);
                genuine.with_secret([prefix.as_bytes(), &secret].concat())
            }
        }
    }),
    ("secret-base64", |genuine, random| {
        let engine = random.one(&[&BASE64_STANDARD, &BASE64_URL_SAFE]);
        genuine.with_secret(engine.encode(secret(genuine)?).into_bytes())
    }),
    ("secret-hex", |genuine, _| genuine.with_secret(hex(&secret(genuine)?).into_bytes())),
    ("secret-empty", |genuine, _| {
        // To HMAC, a key of one zero is an empty one. A token of nothing is another matter.
        let signs = genuine.provider.facts().strength != Strength::TokenOnly;
        let empty = Secret::new([0]).ok().filter(|_| signs && genuine.takes("secrets"))?;
        genuine.with_request(genuine.signed_with(&empty, &genuine.body, genuine.now)?)
    }),
    ("body-compressed", |genuine, random| {
        let request = genuine.request();
        let compressed = match random.below(2) {
            0 => {
                let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
                gzip.write_all(request.body()).ok()?;
                gzip.finish().ok()?
            }
            _ => {
                let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
                zlib.write_all(request.body()).ok()?;
                zlib.finish().ok()?
            }
        };
        genuine.with_body(request, compressed)
    }),
    ("body-base64", |genuine, _| {
        let request = genuine.request();
        let text = BASE64_STANDARD.encode(request.body());
        genuine.with_body(request, text.into_bytes())
    }),
    ("body-bom", |genuine, random| {
        let bom = "\u{feff}".as_bytes();
        match random.below(2) {
            0 => added(genuine, |body| [bom, body].concat()),
            _ => signed_as(genuine, [bom, &genuine.body].concat(), genuine.body.clone()),
        }
    }),
    ("body-charset", |genuine, random| {
        let request = genuine.request();
        let text = str::from_utf8(request.body()).ok()?.to_owned();
        let latin: Option<Vec<_>> = text.chars().map(|char| u8::try_from(char).ok()).collect();
        let body = match random.below(3) {
            // Each byte taken for a character, and written as UTF-8.
            0 if !text.is_ascii() => text.bytes().map(char::from).collect::<String>().into_bytes(),
            1 if !text.is_ascii() => latin?,
            _ => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        };
        genuine.with_body(request, body)
    }),
    ("body-decoded", |genuine, _| {
        let request = genuine.request();
        if genuine.is_json() {
            let text = Value::from(str::from_utf8(request.body()).ok()?).to_string();
            return genuine.with_body(request, text.into_bytes());
        }
        let body = str::from_utf8(request.body()).ok()?.replace('%', "%25");
        genuine.with_body(request, body.into_bytes())
    }),
    ("body-newline-added", |genuine, random| {
        let end = random.one(&["\n", "\r\n", "\n\n"]);
        added(genuine, |body| [body, end.as_bytes()].concat())
    }),
    ("body-newline-removed", |genuine, random| {
        let end = random.one(&["\n", "\r\n"]);
        let signed = [&genuine.body, end.as_bytes()].concat();
        signed_as(genuine, signed, genuine.body.clone())
    }),
    ("body-line-endings", |genuine, random| {
        let lines = pretty(genuine)?;
        let crlf = lines.replace('\n', "\r\n");
        match random.below(2) {
            0 => signed_as(genuine, lines.into(), crlf.into()),
            _ => signed_as(genuine, crlf.into(), lines.into()),
        }
    }),
    ("body-reserialised", |genuine, random| {
        let compact = str::from_utf8(&genuine.body).ok()?;
        let json: Value = serde_json::from_str(compact).ok()?;
        let pretty = pretty(genuine)?;
        let python = python(&json);
        let ascii = ascii(compact);
        let php = ascii.replace('/', "\\/");
        let go = compact.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        let signed = random.one(&[compact, &pretty, &python, &ascii, &php, &go]);
        let received = random.one(&[compact, &pretty, &python]);
        signed_as(genuine, signed.into(), received.into())
    }),
    ("url-scheme", |genuine, _| genuine.with_url(&URL.replace("https", "http"), |_| {})),
    ("url-port", |genuine, random| {
        let port = random.one(&[".com:443/", ".com:8443/", ".com:3000/"]);
        genuine.with_url(&URL.replace(".com/", port), |_| {})
    }),
    ("url-trailing-slash", |genuine, _| genuine.with_url(&URL.replace("box?", "box/?"), |_| {})),
    ("url-host", |genuine, random| {
        let (host, header) = random.one(&[
            ("HOOKS.example.com", None),
            ("www.hooks.example.com", None),
            ("localhost:3000", Some(("x-forwarded-host", "hooks.example.com"))),
            (
                "internal",
                Some(("forwarded", "for=10.0.0.1;host=\"hooks.example.com\";proto=https")),
            ),
            ("10.0.0.1", None),
        ]);
        genuine.with_url(&URL.replace("hooks.example.com", host), |request| {
            if let Some((name, value)) = header {
                request.headers_mut().insert(name, HeaderValue::from_static(value));
                request.headers_mut().insert("host", HeaderValue::from_static("internal"));
            }
        })
    }),
    ("url-query", |genuine, random| {
        let query = random.one(&["?a=1&b=2", "", "?c=3"]);
        genuine.with_url(&URL.replace("?b=2&a=1", query), |_| {})
    }),
    ("url-encoding", |genuine, _| genuine.with_url(&URL.replace("%C3%A9", "\u{e9}"), |_| {})),
    ("url-path", |genuine, random| {
        let prefixed = random.below(2) == 0;
        let path = if prefixed { "/caf%C3%A9/box" } else { "/other" };
        genuine.with_url(&URL.replace("/in/caf%C3%A9/box", path), |request| {
            if prefixed {
                *request.uri_mut() = "/caf%C3%A9/box?b=2&a=1".parse().unwrap();
                request.headers_mut().insert("x-forwarded-prefix", HeaderValue::from_static("/in"));
            }
        })
    }),
    ("signature-encoding", |genuine, random| {
        resigned(genuine, |digits, base64| {
            let bytes = read(digits, base64)?;
            Some(match (base64, random.below(2)) {
                (true, 0) => hex(&bytes),
                (true, _) => BASE64_URL_SAFE.encode(&bytes),
                (false, 0) => BASE64_STANDARD.encode(&bytes),
                (false, _) => BASE64_STANDARD.encode(digits),
            })
        })
    }),
    ("signature-prefix", |genuine, random| {
        let prefix = random.one(&["sha256=", "v0=", "v1,", "sig:"]);
        resigned(genuine, |digits, _| Some(format!("{prefix}{digits}")))
    }),
    ("hash-algorithm", |genuine, random| {
        let request = genuine.request();
        let receiver = genuine.provider.receiver(&genuine.settings);
        let claimed = receiver.dissect(&genuine.setup(), &request).ok()?.claimed.ok()?;
        let given = claimed.signatures.first()?.algorithm();
        let others: Vec<_> = claimed.tags.iter().filter(|tag| tag.algorithm != given).collect();
        let other = others.get(random.below(others.len().max(1)))?.bytes.clone();
        resigned(genuine, |_, base64| {
            Some(if base64 { BASE64_STANDARD.encode(&other) } else { hex(&other) })
        })
    }),
    ("timestamp-unit", |genuine, random| {
        let in_digits = genuine.provider.facts().time?.contains("header");
        let nanos = genuine.now.as_nanos();
        let finer = random.below(2) == 0;
        let wrong = match finer {
            true => Timestamp::from_secs(i64::try_from(nanos / 1_000_000).ok()?),
            false => Timestamp::from_nanos(i64::try_from(nanos / 1000).ok()?),
        };
        let request = genuine.signed(&genuine.body, wrong).filter(|_| in_digits)?;
        // What a coarser unit cuts off is no longer the same time.
        let seconds = (nanos / 1_000_000_000).to_string();
        let is_whole = request.headers().values().any(|value| *value == *seconds);
        genuine.with_request(request).filter(|_| finer || is_whole)
    }),
    ("other-provider", |genuine, _| {
        let secret = genuine.setup().secrets().first()?.clone();
        PROVIDERS.iter().find_map(|other| {
            (other.facts().name != genuine.provider.facts().name).then_some(())?;
            let settings = countersign_cli::registry::Settings::default().sent_to(URL);
            let request = unsigned(*other, other.sample().body);
            let request = other.sign(&settings, &secret, genuine.now, request).ok()?;
            genuine.with_request(request)
        })
    }),
    ("clock-offset", |genuine, random| {
        let quarters = random.one(&[4, 8, 22, 23, 32, 56]);
        let offset = Duration::from_secs(900 * quarters + random.below(20) as u64);
        let now = match random.below(2) {
            0 => genuine.now.plus(offset),
            _ => genuine.now.minus(offset),
        };
        genuine.provider.facts().time?;
        genuine.broken(Broken { now, ..genuine.unbroken() })
    }),
    ("time-passed", |genuine, random| {
        let late = Duration::from_secs(86_400 + 420 + random.below(60) as u64);
        genuine.provider.facts().time?;
        genuine.broken(Broken { now: genuine.now.plus(late), ..genuine.unbroken() })
    }),
    ("clock-ahead", |genuine, random| {
        let ahead = Duration::from_secs(330 + random.below(60) as u64);
        genuine.provider.facts().time?;
        genuine.broken(Broken { now: genuine.now.minus(ahead), ..genuine.unbroken() })
    }),
];

fn other_secret(genuine: &Genuine, _: &mut Random) -> Option<Broken> {
    let right = genuine.setup().secrets().first()?.clone();
    let other = genuine.provider.credentials().ok()?.settings.setup().ok()?;
    let broken = genuine.with_secret(other.secrets().first()?.expose().to_vec())?;
    let decoy = Secret::new("another one").ok()?;
    Some(Broken { other_secrets: vec![decoy, right], ..broken })
}

fn secret(genuine: &Genuine) -> Option<Vec<u8>> {
    Some(genuine.setup().secrets().first()?.expose().to_vec())
}

/// Signed, and then changed.
fn added(genuine: &Genuine, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Option<Broken> {
    let request = genuine.request();
    let body = change(request.body());
    genuine.with_body(request, body)
}

/// Signed with one body, and received with another. For what is signed as it stands: the signature of
/// a form is in its body.
fn signed_as(genuine: &Genuine, signed: Vec<u8>, received: Vec<u8>) -> Option<Broken> {
    let request = genuine.signed(&signed, genuine.now)?;
    let as_it_stands = request.body() == &signed;
    // What no handler would see, a body with a mark before its JSON say, is wrong in another way.
    let verifier = genuine.provider.verifier(&genuine.settings).ok()?;
    verifier.verify(request.clone(), genuine.now).ok()?;
    genuine.with_body(request, received).filter(|_| as_it_stands)
}

/// With another signature, wherever it stands: in a header that signing added, or in the field
/// `signature`. The closure gets the digits, and whether they are base64.
fn resigned(
    genuine: &Genuine,
    change: impl FnOnce(&str, bool) -> Option<String>,
) -> Option<Broken> {
    let base64 = genuine.provider.facts().encoding.contains("base64");
    let mut request = genuine.request();
    let plain = unsigned(genuine.provider, &genuine.body);
    let added: Vec<_> = request
        .headers()
        .iter()
        .filter(|(name, value)| plain.headers().get(*name) != Some(*value))
        .map(|(name, value)| (name.clone(), value.to_str().unwrap().to_owned()))
        .collect();
    for (name, value) in added {
        // After any of the marks: what stands before may be a list of its own, with a time.
        let marks = value.match_indices(['=', ',']).map(|(at, _)| at + 1);
        let is_signature =
            |start: &usize| read(&value[*start..], base64).is_some_and(|bytes| bytes.len() >= 20);
        if let Some(start) = std::iter::once(0).chain(marks).find(is_signature) {
            let value = format!("{}{}", &value[..start], change(&value[start..], base64)?);
            request.headers_mut().insert(name, value.parse().ok()?);
            return genuine.with_request(request);
        }
    }
    let body = str::from_utf8(request.body()).ok()?.to_owned();
    let mut fields: Vec<(String, String)> = serde_urlencoded::from_str(&body).ok()?;
    let (_, digits) = fields.iter_mut().find(|(name, _)| name == "signature")?;
    *digits = change(digits, base64)?;
    let body = serde_urlencoded::to_string(fields).ok()?;
    genuine.with_request(request.map(|_| Bytes::from(body)))
}

fn read(digits: &str, base64: bool) -> Option<Vec<u8>> {
    if base64 {
        return BASE64_STANDARD.decode(digits).ok();
    }
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    digits
        .len()
        .is_multiple_of(2)
        .then(|| (0..digits.len()).step_by(2).map(pair).collect())
        .flatten()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pretty(genuine: &Genuine) -> Option<String> {
    let json: Value = serde_json::from_slice(&genuine.body).ok()?;
    serde_json::to_string_pretty(&json).ok()
}

/// As `json.dumps` writes it.
fn python(json: &Value) -> String {
    match json {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                format!("{}: {}", ascii(&Value::from(name.as_str()).to_string()), python(value))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => ascii(&other.to_string()),
    }
}

/// With escapes for what is no ASCII.
fn ascii(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        match char.is_ascii() {
            true => escaped.push(char),
            false => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    escaped += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}
