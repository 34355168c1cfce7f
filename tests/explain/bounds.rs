//! Whatever is captured: no panic, and no more time than was given.

use std::io::Write;
use std::time::{Duration, Instant};

use bytes::Bytes;
use countersign::explain::{Explain, Explanation, Receiver, Setup};
use countersign::{Secret, VerifyLayer};
use countersign_cli::input::{Choice, read};
use countersign_cli::registry::{PROVIDERS, Provider, Settings, find};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Request;
use proptest::prelude::*;

use super::damage::{Genuine, Random};

/// What a busy machine may take beside it.
const SLACK: Duration = Duration::from_secs(3);

fn explained(genuine: &Genuine, request: Request<Bytes>, budget: Duration) -> Explanation {
    Explain::new(genuine.provider.receiver(&genuine.settings), genuine.setup())
        .others(PROVIDERS.iter().map(|other| other.receiver(&Settings::default())))
        .at(genuine.now)
        .budget(budget)
        .explain(request)
        .expect("a receiver")
}

/// Bodies that are costly to read, to write or to hash.
fn large(length: usize) -> Vec<Vec<u8>> {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(&vec![0; 8 * length]).unwrap();
    let item = "{\"a\":[1.5,\"caf\u{e9}/<&\\n\"]},";
    vec![
        vec![b'x'; length],
        vec![b'\n'; length],
        vec![b'['; length],
        bomb.finish().unwrap(),
        format!("[{}0]", item.repeat(length / item.len() - 1)).into_bytes(),
        "a=%41&b".repeat(length / 7).into_bytes(),
        format!("a={}", "%20+".repeat(length / 4 - 1)).into_bytes(),
        vec![b'='; length],
        format!("signature={}", "0123456789abcdef0123456789abcdef,".repeat(length / 33 - 1))
            .into_bytes(),
        format!("a={}", "a=".repeat(length / 2 - 1)).into_bytes(),
        "QUJD".repeat(length / 4).into_bytes(),
        "\u{ff}".repeat(length / 2).into_bytes(),
        b"\\x".repeat(length / 2),
        vec![b'\\'; length],
        br#"%41+\""#.repeat(length / 6),
    ]
}

#[test]
fn a_large_body_does_not_take_longer_than_the_budget() {
    let budget = Duration::from_millis(100);
    for (name, length, every) in [
        ("spark", 1 << 20, 1),
        ("meya", 1 << 20, 2),
        ("speakap", 1 << 20, 1),
        ("flow-action", 8 << 20, 4),
    ] {
        let provider = find(name).unwrap();
        let genuine = Genuine::new(provider, &mut Random::new(1));
        for body in large(length).into_iter().step_by(every) {
            let mut request = genuine.request();
            *request.body_mut() = body.into();
            let start = Instant::now();
            let walk = explained(&genuine, request.clone(), Duration::ZERO);
            let walked = start.elapsed();
            assert!(!walk.accepted && walk.causes.is_empty());
            // A few checks of the body, and no more: what takes the square of it would take minutes.
            assert!(walked < 5 * SLACK, "{name}: the walk took {walked:?}");

            let start = Instant::now();
            let explanation = explained(&genuine, request, budget);
            let took = start.elapsed();
            assert!(!explanation.accepted, "{explanation}");
            assert!(took < budget + 2 * walked + SLACK, "{name}: {took:?}, the walk {walked:?}");
        }
    }
}

/// However long a single try takes: a check that sleeps stands for a body that takes long to hash.
#[test]
fn not_even_one_try_outlives_the_budget() {
    let slow = Receiver::new(|setup| {
        // Made anew for each secret that is tried.
        if setup.secrets().first().is_some_and(|secret| secret.expose() != b"secret\n") {
            std::thread::sleep(Duration::from_secs(20));
        }
        VerifyLayer::<countersign::Spark>::try_new(setup.secrets().to_vec())
    });
    let request = Request::post("/").header("x-spark-signature", "0".repeat(40));
    let start = Instant::now();
    let explanation = Explain::new(slow, Setup::default().secret(Secret::new("secret\n").unwrap()))
        .budget(Duration::from_millis(200))
        .explain(request.body(Bytes::from_static(b"{}")).unwrap())
        .unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(explanation.to_string().contains("200 ms are over"), "{explanation}");
}

#[test]
fn the_number_of_tries_is_bounded_and_said() {
    let genuine = Genuine::new(find("spark").unwrap(), &mut Random::new(1));
    let mut request = genuine.request();
    *request.body_mut() = Bytes::from_static(b"[1.5,\"\xc3\xa9/<\",{\"b\":1,\"a\":2}]\r\n");
    for index in 0..40 {
        let name: http::HeaderName = format!("x-{index}").parse().unwrap();
        request
            .headers_mut()
            .append(name, "0123456789abcdef0123456789abcdef01234567".parse().unwrap());
    }
    let explanation = explained(&genuine, request, Duration::from_secs(60));
    let search = explanation.steps.iter().find(|step| step.step == "search").unwrap();
    let digits: String = search.text.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.parse::<usize>().unwrap() <= Explain::MOST_TRIES, "{}", search.text);
}

fn try_all(text: &[u8]) {
    for (provider, entry, vector) in [
        ("spark", None, None),
        ("speakap", Some(0), None),
        ("meya", None, Some("a")),
        ("space-token", None, None),
    ] {
        let provider: &'static dyn Provider = find(provider).unwrap();
        let choice = Choice { har_entry: entry, vector };
        let input = match read(text, provider, choice) {
            Ok(input) => input,
            Err(error) => {
                assert!(!error.is_empty());
                continue;
            }
        };
        let genuine = Genuine::new(provider, &mut Random::new(1));
        let explanation = explained(&genuine, input.request, Duration::from_millis(2));
        assert!(!explanation.accepted);
    }
}

/// One of each kind, that is read.
fn samples() -> Vec<Vec<u8>> {
    let raw = "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
               X-Spark-Signature: 00112233445566778899aabbccddeeff00112233\r\n\
               Content-Length: 29\r\n\r\nsignature=%2B%2f&issuedAt=now";
    let trace = "== Info: Connected\n=> Send header, 39 bytes (0x27)\n0000: POST /a HTTP/1.1\n\
                 0012: Content-Length: 2\n0025: \n=> Send data, 2 bytes (0x2)\n0000: {}\n\
                 <= Recv header, 17 bytes (0x11)\n0000: HTTP/1.1 200 OK\n";
    let har = r#"{"log":{"entries":[{"request":{"method":"POST","url":"https://a/b","headers":
        [{"name":"X-Meya-Signature","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAA="}],"bodySize":2,
        "postData":{"mimeType":"text/plain","text":"{}"}}}]}}"#;
    let vector = r#"{"name":"a","config":{"secrets":["s"]},"request":{"method":"POST",
        "url":"https://a/b","headers":[],"body":"{}"},"now":0,"expect":"reject"}"#;
    [raw, trace, har, vector].map(|text| text.as_bytes().to_vec()).to_vec()
}

#[test]
fn the_samples_are_read() {
    for sample in samples() {
        let read = read(&sample, find("spark").unwrap(), Choice::default());
        assert!(read.is_ok(), "{:?}: {}", read.err(), String::from_utf8_lossy(&sample));
        try_all(&sample);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in any::<Vec<u8>>(), before in 0..5usize) {
        let starts: [&[u8]; 5] = [
            b"",
            b"{",
            b"POST / HTTP/1.1\r\n\r\n",
            b"=> Send header, 3 bytes (0x3)\n0000: ",
            b"{\"log\":{\"entries\":[",
        ];
        try_all(&[starts[before], &bytes].concat());
    }

    #[test]
    fn damaged_captures_do_not_panic(
        sample in 0..4usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
        cut: Option<prop::sample::Index>,
    ) {
        let mut text = samples().swap_remove(sample);
        for (at, byte) in damage {
            let at = at.index(text.len());
            text[at] = byte;
        }
        if let Some(cut) = cut {
            text.truncate(cut.index(text.len() + 1));
        }
        try_all(&text);
    }

    #[test]
    fn arbitrary_headers_and_bodies_do_not_panic(
        values in prop::collection::vec("[ -~]{0,80}|[0-9a-f]{40,64}|[A-Za-z0-9+/=]{27,90}", 0..6),
        body: Vec<u8>,
    ) {
        for provider in PROVIDERS {
            let genuine = Genuine::new(*provider, &mut Random::new(1));
            let mut request = genuine.request();
            let names: Vec<_> = request.headers().keys().cloned().collect();
            for (name, value) in names.into_iter().cycle().skip(2).zip(&values) {
                if let Ok(value) = value.parse() {
                    request.headers_mut().insert(name, value);
                }
            }
            *request.body_mut() = body.clone().into();
            explained(&genuine, request, Duration::from_millis(1));
        }
    }
}
