//! Where a request differs from a genuine one by what only Space's rules make of it.

use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use countersign::space::{Jwks, RsaPublicKey, SpacePublicKey, SpaceSigningKey, SpaceToken};
use countersign::{
    Algorithm, Covered, HmacKey, KeyHint, KeySet, KeySource, KeyTable, Lookup, ManualClock,
    Outcome, Proof, Reason, Scheme, Secret, Sign, SpacePublicKeyVerify, SpaceSigningKeyVerify,
    SpaceTokenVerify, Timestamp, TokenOnly, VerifyLayer,
};
use countersign_tests::rsa;
use http::{HeaderValue, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

const MILLIS: i64 = 1_632_844_347_462;
const NOW: Timestamp = Timestamp::from_millis(MILLIS);
const SECRET: &str = "a signing key";
const BODY: &str = r#"{"className":"ListCommandsPayload","clientId":"f6df","userId":"U"}"#;

const TIME: &str = "x-space-timestamp";
const BAD_TIME: Reason = Reason::Malformed("X-Space-Timestamp");
const BY_HMAC: &str = "x-space-signature";
const BY_RSA: &str = "x-space-public-key-signature";
const BAD_RSA: Reason = Reason::Malformed("X-Space-Public-Key-Signature");

fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post("/space").body(body.into()).expect("a request")
}

fn signed<S: Sign>(scheme: &S, secret: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    signed_at(NOW, scheme, secret, body)
}

fn signed_at<S: Sign>(
    now: Timestamp,
    scheme: &S,
    secret: &str,
    body: impl Into<Bytes>,
) -> Request<Bytes> {
    let secret = Secret::new(secret).expect("a secret");
    scheme.sign(&secret, now, post(body)).expect("a signature")
}

fn with(mut request: Request<Bytes>, header: &'static str, value: &[u8]) -> Request<Bytes> {
    let value = HeaderValue::from_bytes(value).expect("a header");
    request.headers_mut().insert(header, value);
    request
}

fn proof<S: Scheme>(layer: &VerifyLayer<S>, request: Request<Bytes>) -> Proof<S> {
    match layer.verify(request) {
        Ok(Outcome::Genuine(proof)) => proof,
        other => panic!("not genuine: {other:?}"),
    }
}

fn refusal<S: Scheme>(layer: &VerifyLayer<S>, request: Request<Bytes>) -> Option<Reason> {
    layer.verify(request).err().map(|error| error.reason())
}

fn signing_key() -> VerifyLayer<SpaceSigningKey> {
    SpaceSigningKeyVerify::new(SECRET).clock(ManualClock::at(NOW))
}

fn public_key() -> VerifyLayer<SpacePublicKey> {
    SpacePublicKeyVerify::new(rsa::jwk(rsa::NEW)).clock(ManualClock::at(NOW))
}

fn by_hmac(body: &'static str) -> Request<Bytes> {
    signed(&SpaceSigningKey::default(), SECRET, body)
}

fn by_rsa(body: &'static str) -> Request<Bytes> {
    signed(&SpacePublicKey::default(), rsa::NEW, body)
}

/// The text between time and body does not say where one ends and the other begins. What is moved
/// over the `:` keeps the signature, and a time that is not digits alone refuses it.
#[test]
fn what_is_moved_over_the_colon_is_refused() {
    let shifted = |request: Request<Bytes>| {
        let (start, rest) = BODY.split_once(':').expect("a colon");
        let request = with(request, TIME, format!("{MILLIS}:{start}").as_bytes());
        request.map(|_| Bytes::from(rest))
    };
    assert_eq!(refusal(&signing_key(), by_hmac(BODY)), None);
    assert_eq!(refusal(&signing_key(), shifted(by_hmac(BODY))), Some(BAD_TIME));
    assert_eq!(refusal(&public_key(), by_rsa(BODY)), None);
    assert_eq!(refusal(&public_key(), shifted(by_rsa(BODY))), Some(BAD_TIME));

    // It is the digest of the genuine one: only the grammar of the time tells them apart.
    let request = shifted(by_hmac(BODY));
    let text = [request.headers()[TIME].as_bytes(), b":", request.body()];
    let tag = HmacKey::new(SECRET.as_bytes()).sign_hex(Algorithm::HmacSha256, &text);
    assert_eq!(request.headers()[BY_HMAC], tag.expect("an HMAC"));

    // The other way: a body that begins with digits, and a time that gives them up.
    let request = by_hmac("1:x");
    let shorter = with(request, TIME, b"1").map(|_| Bytes::from(format!("{MILLIS}:1:x")));
    assert_eq!(refusal(&signing_key(), shorter), Some(Reason::Stale));
}

/// `[1-9][0-9]{0,18}` that fits an `i64`, under a signature that is right for the text as it is.
#[test]
fn the_time_is_digits_and_nothing_else() {
    let reason = |time: &[u8]| {
        let key = HmacKey::new(SECRET.as_bytes());
        let tag = key.sign_hex(Algorithm::HmacSha256, &[time, b":", BODY.as_bytes()]);
        let request = with(post(BODY), BY_HMAC, tag.expect("an HMAC").as_bytes());
        refusal(&signing_key(), with(request, TIME, time))
    };
    assert_eq!(reason(MILLIS.to_string().as_bytes()), None);
    for (time, expected) in [
        ("1", Reason::Stale),
        ("1632844347", Reason::Stale),
        ("9223372036854775807", Reason::FromTheFuture),
        ("9223372036854775808", BAD_TIME),
        ("9999999999999999999", BAD_TIME),
        ("16328443474620000000", BAD_TIME),
        ("", BAD_TIME),
        ("0", BAD_TIME),
        ("01632844347462", BAD_TIME),
        ("+1632844347462", BAD_TIME),
        ("-1632844347462", BAD_TIME),
        ("1632844347462 1", BAD_TIME),
        ("1632844 347462", BAD_TIME),
        ("1_632_844_347_462", BAD_TIME),
        ("1632844347462.0", BAD_TIME),
        ("1632844347.462", BAD_TIME),
        ("1632844347462,1632844347462", BAD_TIME),
        ("1632844347462:", BAD_TIME),
        ("1632844347462ms", BAD_TIME),
        ("1e12", BAD_TIME),
        ("0x17C2D1B4A46", BAD_TIME),
        ("2021-09-28T15:52:27.462Z", BAD_TIME),
        ("１６３２８４４３４７４６２", BAD_TIME),
        ("١٦٣٢٨٤٤٣٤٧٤٦٢", BAD_TIME),
    ] {
        assert_eq!(reason(time.as_bytes()), Some(expected), "{time:?}");
    }
    assert_eq!(reason(b"1632844347462\xff"), Some(BAD_TIME));
}

/// White space around the value is not a part of it (RFC 9110, 5.5), so it is not signed either.
#[test]
fn white_space_around_the_time_is_not_signed() {
    let padded = with(by_hmac(BODY), TIME, format!(" {MILLIS}\t").as_bytes());
    assert_eq!(refusal(&signing_key(), padded), None);
}

#[test]
fn the_window_is_300_seconds_both_ways() {
    fn check<S: Sign>(layer: &VerifyLayer<S>, signed_at: impl Fn(Timestamp) -> Request<Bytes>) {
        let (edge, step) = (Duration::from_secs(300), Duration::from_millis(1));
        for (signed, expected) in [
            (NOW.minus(edge), None),
            (NOW.minus(edge + step), Some(Reason::Stale)),
            (NOW.minus(edge + Duration::from_secs(1)), Some(Reason::Stale)),
            (NOW.plus(edge), None),
            (NOW.plus(edge + step), Some(Reason::FromTheFuture)),
            (NOW.plus(edge + Duration::from_secs(1)), Some(Reason::FromTheFuture)),
        ] {
            assert_eq!(refusal(layer, signed_at(signed)), expected, "{} at {signed}", S::NAME);
        }
    }

    let by_client_id = SpaceSigningKeyVerify::with_keys(
        SpaceSigningKey::default().by_client_id(),
        KeySet::new([HmacKey::new(SECRET.as_bytes())]),
    );
    let sign = |now| signed_at(now, &SpaceSigningKey::default(), SECRET, BODY);
    check(&signing_key(), sign);
    check(&by_client_id.clock(ManualClock::at(NOW)), sign);
    check(&public_key(), |now| signed_at(now, &SpacePublicKey::default(), rsa::NEW, BODY));
    assert_eq!(SpaceToken::default().defaults().max_age, None);
}

#[test]
fn what_is_covered() {
    assert_eq!(proof(&signing_key(), by_hmac(BODY)).covered(), Covered::Body);
    assert_eq!(proof(&public_key(), by_rsa(BODY)).covered(), Covered::Body);
    assert_eq!(proof(&token(), with_token(BODY)).covered(), Covered::Nothing);
    assert_eq!(proof(&signing_key(), by_hmac(BODY)).timestamp(), Some(NOW));
    assert_eq!(proof(&public_key(), by_rsa(BODY)).timestamp(), Some(NOW));
    assert_eq!(proof(&token(), with_token(BODY)).timestamp(), None);
}

/// The same text is the same request, whichever key signed it; another time is another request.
#[test]
fn the_fingerprint_of_a_public_key_is_of_the_text() {
    let layer = SpacePublicKeyVerify::new([rsa::jwk(rsa::NEW), rsa::jwk(rsa::OLD)])
        .clock(ManualClock::at(NOW));
    let scheme = SpacePublicKey::default();
    let (new, old) = (signed(&scheme, rsa::NEW, BODY), signed(&scheme, rsa::OLD, BODY));
    assert_ne!(new.headers()[BY_RSA], old.headers()[BY_RSA]);
    let (new, old) = (proof(&layer, new), proof(&layer, old));
    assert_eq!((new.key(), old.key()), (0, 1));
    assert_eq!((new.fingerprints().len(), new.fingerprints()), (1, old.fingerprints()));

    let later = NOW.plus(Duration::from_millis(1));
    for other in [
        signed_at(later, &scheme, rsa::NEW, BODY),
        signed(&scheme, rsa::NEW, BODY.replace('U', "V")),
    ] {
        assert_ne!(proof(&layer, other).fingerprints(), new.fingerprints());
    }
}

/// Says where it was when it should not have been asked at all.
struct Unasked;

impl KeySource<RsaPublicKey> for Unasked {
    fn keys(&self, _: &KeyHint<'_>) -> Lookup<RsaPublicKey> {
        panic!("keys were looked up for what is not a signature")
    }
}

#[test]
fn what_is_no_signature_asks_for_no_keys() {
    let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), Unasked)
        .clock(ManualClock::at(NOW));
    let genuine = by_rsa(BODY);
    let text = genuine.headers()[BY_RSA].to_str().expect("base64").to_owned();
    let bytes = BASE64_STANDARD.decode(&text).expect("base64");
    assert_eq!(bytes.len(), 256);

    // The alphabet of URLs differs in two characters, so one of them has to be there.
    let for_urls = BASE64_URL_SAFE.encode([&[0xff; 3], &bytes[3..]].concat());
    for malformed in [
        String::new(),
        for_urls,
        text.trim_end_matches('=').to_owned(),
        text.replacen('=', "==", 1),
        format!("{text}\t,{text}"),
        format!("RS512 {text}"),
        BASE64_STANDARD.encode(&bytes[..255]),
        BASE64_STANDARD.encode([0; 1]),
        BASE64_STANDARD.encode([0; 64]),
        BASE64_STANDARD.encode([0; 1025]),
        BASE64_STANDARD.encode([0; 1100]),
        "A".repeat(60_000),
    ] {
        let request = with(genuine.clone(), BY_RSA, malformed.as_bytes());
        assert_eq!(refusal(&layer, request), Some(BAD_RSA), "{malformed}");
    }
    assert_eq!(refusal(&layer, with(genuine.clone(), TIME, b"now")), Some(BAD_TIME));
    let stale = with(genuine, TIME, b"1632844047461");
    assert_eq!(refusal(&layer, stale), Some(Reason::Stale));
}

/// Of a length that a signature can have, but not the one of this key.
#[test]
fn a_signature_of_another_length_does_not_match() {
    let genuine = by_rsa(BODY);
    let bytes = BASE64_STANDARD.decode(genuine.headers()[BY_RSA].as_bytes()).expect("base64");
    let zero_first = [&[0], &*bytes].concat();
    for signature in
        [zero_first, [&*bytes, &[0]].concat(), vec![0; 256], vec![0xff; 256], vec![0; 1024]]
    {
        let text = BASE64_STANDARD.encode(&signature);
        let request = with(genuine.clone(), BY_RSA, text.as_bytes());
        assert_eq!(refusal(&public_key(), request), Some(Reason::Mismatch), "{signature:?}");
    }
}

#[test]
fn keys_of_up_to_8192_bits_are_taken() {
    for pem in rsa::LARGER {
        let layer = SpacePublicKeyVerify::new(rsa::jwk(pem)).clock(ManualClock::at(NOW));
        let request = signed(&SpacePublicKey::default(), pem, BODY);
        assert_eq!(refusal(&layer, request), None);
        assert_eq!(refusal(&layer, by_rsa(BODY)), Some(Reason::Mismatch));
    }
    for jwk in rsa::TOO_SMALL {
        let error = SpacePublicKeyVerify::try_new(jwk).expect_err("too small").to_string();
        assert!(error.contains("2048 to 8192 bits"), "{error}");
    }
    for no_key in ["", "{}", "[]", "null", SECRET, &rsa::key(rsa::NEW).jwks(), rsa::NEW] {
        assert!(SpacePublicKeyVerify::try_new(no_key).is_err(), "{no_key}");
    }
}

fn jwk(pem: &str) -> Value {
    serde_json::from_str(&rsa::jwk(pem)).expect("a JWK")
}

fn usable(set: &Value) -> usize {
    Jwks::parse(set.to_string()).expect("a JWK set").key_set().keys().len()
}

#[test]
fn a_set_comes_as_an_object_or_as_a_text_with_one() {
    let set = rsa::key(rsa::NEW).jwks();
    let doubly = Value::from(set.clone()).to_string();
    let thrice = Value::from(doubly.clone()).to_string();
    for text in [set.as_str(), &doubly, &format!(" {set}\n"), &format!("\n{doubly} ")] {
        let jwks = Jwks::parse(text).expect("a JWK set");
        let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), jwks)
            .clock(ManualClock::at(NOW));
        assert_eq!(refusal(&layer, by_rsa(BODY)), None);
    }
    let array = format!("[[{}]]", rsa::jwk(rsa::NEW));
    for text in [
        "",
        " ",
        "{}",
        "[]",
        "null",
        "1",
        "\"\"",
        "\"{}\"",
        "\"[]\"",
        "garbage",
        "{\"keys\":{}}",
        "{\"keys\":null}",
        "\u{feff}{\"keys\":[]}",
        &format!("{set}{set}"),
        &format!("{set}x"),
        &thrice,
        &array,
        &Value::from(array.clone()).to_string(),
        &rsa::jwk(rsa::NEW),
        rsa::NEW,
        &"[".repeat(100_000),
        &Value::from("[".repeat(100_000)).to_string(),
    ] {
        let error = Jwks::parse(text).expect_err("no JWK set").to_string();
        assert!(error.starts_with("that is no JWK set"), "{error}");
    }
    assert!(Jwks::parse([0xff, 0xfe]).is_err());
}

#[test]
fn a_set_has_at_most_32_keys() {
    let many = |count: usize| json!({"keys": vec![jwk(rsa::NEW); count]}).to_string();
    assert_eq!(Jwks::parse(many(32)).expect("32 keys").key_set().keys().len(), Jwks::MAX_KEYS);
    let error = Jwks::parse(many(33)).expect_err("33 keys").to_string();
    assert_eq!(error, "a JWK set of more than 32 keys");
    // Whatever they are: who sends so many is not who was asked.
    assert!(Jwks::parse(json!({"keys": vec![Value::Null; 33]}).to_string()).is_err());
}

#[test]
fn keys_that_cannot_be_used_are_passed_over() {
    let good = jwk(rsa::NEW);
    let changed = |member: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[member] = value;
        jwk
    };
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let n = good["n"].as_str().expect("a text");
    let even = {
        let mut bytes = base64_url(n);
        *bytes.last_mut().expect("a byte") &= 0xfe;
        text_of(&bytes)
    };
    let unusable = [
        json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        json!({"kty": "oct", "k": "c2VjcmV0"}),
        changed("kty", json!("rsa")),
        changed("kty", Value::Null),
        parsed(rsa::TOO_SMALL[0]),
        parsed(rsa::TOO_SMALL[1]),
        changed("n", json!("")),
        changed("n", json!("AAAA")),
        changed("n", json!(format!("{n}="))),
        changed("n", json!(n.replace(['-', '_'], "+"))),
        changed("n", json!(even)),
        changed("n", json!(text_of(&[0xff; 1025]))),
        changed("n", json!(7)),
        changed("e", json!("")),
        changed("e", json!("AA")),
        changed("e", json!("AQ")),
        changed("e", json!("Ag")),
        changed("e", json!("AQAA")),
        changed("e", json!("AgAAAAE")),
        changed("e", json!(65537)),
        changed("e", good["n"].clone()),
        Value::Null,
        json!("a text"),
        json!([]),
        json!({}),
    ];
    for key in &unusable {
        assert_eq!(usable(&json!({"keys": [key]})), 0, "{key}");
        assert_eq!(usable(&json!({"keys": [key, good]})), 1, "{key}");
    }

    // With none left, no request is genuine; it is no mistake of whoever built the layer.
    for keys in [json!({"keys": unusable}), json!({"keys": []})] {
        let jwks = Jwks::parse(keys.to_string()).expect("a JWK set");
        let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), jwks)
            .clock(ManualClock::at(NOW));
        let error = layer.verify(by_rsa(BODY)).expect_err("there is no key");
        assert_eq!((error.reason(), error.status().as_u16()), (Reason::Mismatch, 401));
    }
}

/// Under an exponent of 1 a signature is the padded digest itself, which anybody can write.
#[test]
fn an_exponent_of_one_signs_for_nobody() {
    let text = format!("{MILLIS}:{BODY}");
    let digest: [u8; 64] = Sha512::digest(text).into();
    // RFC 8017, 9.2: 00 01 ff .. ff 00, and what says that a SHA-512 follows.
    let info = b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";
    let padding = [0xff; 256 - 3 - 19 - 64];
    let forged = [&[0, 1], &padding[..], &[0], info, &digest].concat();
    let request = with(post(BODY), TIME, MILLIS.to_string().as_bytes());
    let request = with(request, BY_RSA, BASE64_STANDARD.encode(forged).as_bytes());

    let mut weak = jwk(rsa::NEW);
    weak["e"] = "AQ".into();
    let weak = Jwks::parse(json!({"keys": [weak]}).to_string()).expect("a JWK set");
    let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), weak)
        .clock(ManualClock::at(NOW));
    assert_eq!(refusal(&layer, request), Some(Reason::Mismatch));
}

#[test]
fn zeros_before_a_number_are_no_part_of_it() {
    let good = jwk(rsa::NEW);
    let zeros = |name: &str, count: usize| {
        let bytes = base64_url(good[name].as_str().expect("a text"));
        text_of(&[vec![0; count], bytes].concat())
    };
    for (n, e) in [(0, 0), (1, 0), (0, 1), (1, 1), (9, 5)] {
        let mut jwk = good.clone();
        jwk["n"] = zeros("n", n).into();
        jwk["e"] = zeros("e", e).into();
        let layer = SpacePublicKeyVerify::new(jwk.to_string()).clock(ManualClock::at(NOW));
        assert_eq!(refusal(&layer, by_rsa(BODY)), None, "{n} and {e} zeros");
    }
}

#[test]
fn exponents_from_3_to_33_bits() {
    let mut key = jwk(rsa::NEW);
    for (e, count) in [("Aw", 1), ("BQ", 1), ("Af____8", 1), ("AgAAAAE", 0)] {
        key["e"] = e.into();
        assert_eq!(usable(&json!({"keys": [key]})), count, "{e}");
    }
}

fn base64_url(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64")
}

fn text_of(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Every key of the set is tried, wherever it stands and whatever it is said to be for.
#[test]
fn every_key_of_a_set_is_tried() {
    let mut last = jwk(rsa::NEW);
    last["use"] = "enc".into();
    last["alg"] = "PS256".into();
    last["kid"] = json!(["novel"]);
    let set = json!({"keys": [{"kty": "EC"}, jwk(rsa::OLD), jwk(rsa::LARGER[1]), last]});
    let jwks = Jwks::parse(set.to_string()).expect("a JWK set");
    let layer = SpacePublicKeyVerify::with_keys(SpacePublicKey::default(), jwks)
        .clock(ManualClock::at(NOW));
    assert_eq!(proof(&layer, by_rsa(BODY)).key(), 2, "of those that can be used");
    for pem in [rsa::LARGER[0], rsa::LARGER[2]] {
        let request = signed(&SpacePublicKey::default(), pem, BODY);
        assert_eq!(refusal(&layer, request), Some(Reason::Mismatch));
    }
}

/// Numbers that no key of that size signs with, or hardly any, are wrong signatures like others.
#[test]
fn signatures_as_large_as_a_modulus() {
    let table = KeyTable::by_key_id();
    table.insert("f6df", Jwks::parse(rsa::key(rsa::NEW).jwks()).expect("a set")).expect("new");
    let layer = VerifyLayer::with_keys(SpacePublicKey::default().by_client_id(), table)
        .clock(ManualClock::at(NOW));
    let jwk: Value = serde_json::from_str(&rsa::key(rsa::NEW).jwk()).expect("a JWK");
    let modulus = jwk["n"].as_str().expect("a modulus");
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(modulus).expect("a modulus");
    let mut below_all = vec![0xff; 256];
    below_all[255] = 0xfe;
    for signature in [modulus, below_all, vec![0xff; 256], vec![0; 256]] {
        for (client, reason) in [("f6df", Reason::Mismatch), ("nobody", Reason::UnknownKey)] {
            let body = format!(r#"{{"className":"ListCommandsPayload","clientId":"{client}"}}"#);
            let request = Request::post("/")
                .header(TIME, "1632844347462")
                .header(BY_RSA, BASE64_STANDARD.encode(&signature))
                .body(Bytes::from(body))
                .expect("a request");
            assert_eq!(layer.verify(request).expect_err("it is none").reason(), reason);
        }
    }
}

#[test]
fn a_set_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let error = Jwks::from_file(&path).expect_err("there is none").to_string();
    assert!(error.contains("keys.json"), "{error}");
    std::fs::write(&path, "{}").expect("a file");
    let error = Jwks::from_file(&path).expect_err("that is no set").to_string();
    assert!(error.contains("keys.json: that is no JWK set"), "{error}");
    // White space after a set is no matter, but not without end.
    let long = format!("{}{}", rsa::key(rsa::NEW).jwks(), " ".repeat(1024 * 1024));
    std::fs::write(&path, &long).expect("a file");
    let error = Jwks::from_file(&path).expect_err("that is too large").to_string();
    assert!(error.contains("keys.json: it is larger than 1 MiB"), "{error}");
    std::fs::write(&path, &long[..1024 * 1024]).expect("a file");
    assert!(Jwks::from_file(&path).is_ok(), "just as large as it may be");
    std::fs::write(&path, rsa::key(rsa::NEW).jwks()).expect("a file");
    let jwks = Jwks::from_file(&path).expect("a JWK set");
    assert_eq!(jwks.key_set().keys().len(), 1);
    assert_eq!(
        format!("{jwks:?} {:?}", jwks.key_set().keys()),
        "Jwks { keys: 1 } [RsaPublicKey(..)]"
    );
}

fn token() -> VerifyLayer<SpaceToken> {
    SpaceTokenVerify::new(SECRET)
}

fn with_token(body: &'static str) -> Request<Bytes> {
    signed(&SpaceToken::default(), SECRET, body)
}

#[test]
fn the_token_is_one_text_at_the_top() {
    const NO_OBJECT: Reason = Reason::Malformed("the body, which should be a JSON object");
    const TWICE: Reason = Reason::Repeated("a name in the body");
    const ABSENT: Reason = Reason::Missing("verificationToken");
    const NO_TEXT: Reason = Reason::Malformed("verificationToken");
    let reason = |body: &str| refusal(&token(), post(body.replace("TOKEN", SECRET)));

    for genuine in [
        r#"{"verificationToken":"TOKEN"}"#,
        "\n {\t\"a\" : [1, -2, 3.5, true, null, {\"a\": {}}] , \"verificationToken\" : \"TOKEN\" } \r\n",
        r#"{"\u0076erificationToken":"a signing \u006bey"}"#,
        r#"{"a":{"verificationToken":1},"verificationToken":"TOKEN"}"#,
        r#"{"verificationToken":"TOKEN","VerificationToken":"x","verification_token":"y"}"#,
        r#"{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}],"verificationToken":"TOKEN"}"#,
    ] {
        assert_eq!(reason(genuine), None, "{genuine}");
    }
    for (body, expected) in [
        ("", NO_OBJECT),
        ("TOKEN", NO_OBJECT),
        (r#""TOKEN""#, NO_OBJECT),
        ("null", NO_OBJECT),
        ("[]", NO_OBJECT),
        (r#"[{"verificationToken":"TOKEN"}]"#, NO_OBJECT),
        (r#"["verificationToken","TOKEN"]"#, NO_OBJECT),
        (r#"{"verificationToken":"TOKEN""#, NO_OBJECT),
        (r#"{"verificationToken":"TOKEN"}{}"#, NO_OBJECT),
        (r#"{"verificationToken":"TOKEN"},"#, NO_OBJECT),
        (r#"{"verificationToken":"TOKEN",}"#, NO_OBJECT),
        (r#"{verificationToken:"TOKEN"}"#, NO_OBJECT),
        (r#"{"verificationToken":"TOKEN","a":"\ud800"}"#, NO_OBJECT),
        ("\u{feff}{\"verificationToken\":\"TOKEN\"}", NO_OBJECT),
        ("verificationToken=TOKEN", NO_OBJECT),
        ("{}", ABSENT),
        (r#"{"verificationToken":null}"#, ABSENT),
        (r#"{"VerificationToken":"TOKEN"}"#, ABSENT),
        (r#"{"a":{"verificationToken":"TOKEN"}}"#, ABSENT),
        (r#"{"a":[{"verificationToken":"TOKEN"}]}"#, ABSENT),
        (r#"{"verificationToken":1}"#, NO_TEXT),
        (r#"{"verificationToken":-1}"#, NO_TEXT),
        (r#"{"verificationToken":1.5}"#, NO_TEXT),
        (r#"{"verificationToken":true}"#, NO_TEXT),
        (r#"{"verificationToken":["TOKEN"]}"#, NO_TEXT),
        (r#"{"verificationToken":{"verificationToken":"TOKEN"}}"#, NO_TEXT),
        (r#"{"verificationToken":""}"#, Reason::Mismatch),
        (r#"{"verificationToken":"TOKEN "}"#, Reason::Mismatch),
        (r#"{"verificationToken":"A signing key"}"#, Reason::Mismatch),
        (r#"{"verificationToken":"a signing ke"}"#, Reason::Mismatch),
        (r#"{"verificationToken":"TOKEN","verificationToken":"TOKEN"}"#, TWICE),
        (r#"{"verificationToken":"x","verificationToken":"TOKEN"}"#, TWICE),
        (r#"{"verificationToken":null,"verificationToken":"TOKEN"}"#, TWICE),
        (r#"{"verificationToken":"TOKEN","verification\u0054oken":"TOKEN"}"#, TWICE),
        (r#"{"verificationToken":"TOKEN","\u0061":1,"a":2}"#, TWICE),
        (r#"{"verificationToken":"TOKEN","a":{"b":1,"b":1}}"#, TWICE),
        (r#"{"verificationToken":"TOKEN","a":[[{"b":{"c":1,"\u0063":1}}]]}"#, TWICE),
        (r#"{"verificationToken":"TOKEN","":1,"":1}"#, TWICE),
    ] {
        assert_eq!(reason(body), Some(expected), "{body}");
    }
}

/// However deep, however wide: a refusal, and no overflow of the stack.
#[test]
fn a_body_that_never_ends_is_refused() {
    let head = format!("{{\"verificationToken\":\"{SECRET}\",\"a\":");
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [200, 100_000] {
            let body = format!("{head}{}1{}}}", open.repeat(depth), close.repeat(depth));
            let refused = refusal(&token(), post(body));
            assert!(matches!(refused, Some(Reason::Malformed(_))), "{refused:?}");
        }
        let body = format!("{head}{}", open.repeat(100_000));
        assert!(refusal(&token(), post(body)).is_some());
        let shallow = format!("{head}{}1{}}}", open.repeat(100), close.repeat(100));
        assert_eq!(refusal(&token(), post(shallow)), None);
    }
    let wide = format!(
        "{head}1,{}\"z\":1}}",
        (0..50_000).map(|i| format!("\"n{i}\":1,")).collect::<String>()
    );
    assert_eq!(refusal(&token(), post(wide)), None);
}

/// The weak tier: what says so in its name takes it, and it is as good for any other body.
#[test]
fn a_token_protects_nothing() {
    fn name<S: TokenOnly>(_: &VerifyLayer<S>) -> &'static str {
        S::NAME
    }
    assert_eq!(name(&token()), "space-token");

    let seen = with_token(BODY);
    let forged = String::from_utf8(seen.body().to_vec()).expect("JSON").replace("\"U\"", "\"V\"");
    let (seen, forged) = (proof(&token(), seen), proof(&token(), post(forged)));
    assert_ne!(seen.body(), forged.body());
    assert_eq!(seen.fingerprints(), forged.fingerprints(), "nothing tells them apart");
}

/// Who signs the token in keeps the other members, and a token that is there already is replaced.
#[test]
fn the_token_is_put_into_an_object() {
    let request = with_token(r#"{"a":[1.5,"é"],"verificationToken":"another"}"#);
    let body: Value = serde_json::from_slice(request.body()).expect("JSON");
    assert_eq!(body, json!({"a": [1.5, "é"], "verificationToken": SECRET}));
    let secret = Secret::new(SECRET).expect("a secret");
    for body in ["", "[]", "text"] {
        assert!(SpaceToken::default().sign(&secret, NOW, post(body)).is_err());
    }
    let binary = Secret::new([0xff]).expect("a secret");
    assert!(SpaceToken::default().sign(&binary, NOW, post("{}")).is_err());
}

/// Several organisations: `clientId` chooses the keys, and there is one of it.
#[test]
fn the_client_id_is_one_text_at_the_top() {
    const TWICE: Reason = Reason::Repeated("a name in the body");
    let hmac = KeyTable::by_key_id();
    hmac.insert("f6df", KeySet::new([HmacKey::new(SECRET.as_bytes())])).expect("a new name");
    hmac.insert("other", KeySet::new([HmacKey::new(b"their key")])).expect("a new name");
    let rsa = KeyTable::by_key_id();
    rsa.insert("f6df", Jwks::parse(rsa::key(rsa::NEW).jwks()).expect("a JWK set"))
        .expect("a new name");
    rsa.insert("other", Jwks::parse(rsa::key(rsa::OLD).jwks()).expect("a JWK set"))
        .expect("a new name");
    let tokens = KeyTable::by_key_id();
    let key = |text: &str| SpaceToken::default().key(&Secret::new(text).expect("a secret"));
    tokens.insert("f6df", KeySet::new([key(SECRET).expect("a key")])).expect("a new name");
    tokens.insert("other", KeySet::new([key("their token").expect("a key")])).expect("a new name");

    let signing_key =
        SpaceSigningKeyVerify::with_keys(SpaceSigningKey::default().by_client_id(), hmac)
            .clock(ManualClock::at(NOW));
    let public_key = SpacePublicKeyVerify::with_keys(SpacePublicKey::default().by_client_id(), rsa)
        .clock(ManualClock::at(NOW));
    let token = SpaceTokenVerify::with_keys(SpaceToken::default().by_client_id(), tokens);

    for (members, expected) in [
        (r#""clientId":"f6df""#, None),
        (r#""\u0063lientId":"f6\u0064f""#, None),
        (r#""clientId":"f6df","a":{"clientId":"other"}"#, None),
        (r#""clientId":"other""#, Some(Reason::Mismatch)),
        (r#""clientId":"novel""#, Some(Reason::UnknownKey)),
        (r#""clientId":"""#, Some(Reason::UnknownKey)),
        (r#""clientId":"F6DF""#, Some(Reason::UnknownKey)),
        (r#""clientId":"f6df\u0000""#, Some(Reason::UnknownKey)),
        (r#""a":1"#, Some(Reason::Missing("clientId"))),
        (r#""clientId":null"#, Some(Reason::Missing("clientId"))),
        (r#""a":{"clientId":"f6df"}"#, Some(Reason::Missing("clientId"))),
        (r#""clientId":1"#, Some(Reason::Malformed("clientId"))),
        (r#""clientId":["f6df"]"#, Some(Reason::Malformed("clientId"))),
        (r#""clientId":{"clientId":"f6df"}"#, Some(Reason::Malformed("clientId"))),
        (r#""clientId":"f6df","clientId":"f6df""#, Some(TWICE)),
        (r#""clientId":"other","clientId":"f6df""#, Some(TWICE)),
        (r#""clientId":"f6df","client\u0049d":"other""#, Some(TWICE)),
        (r#""clientId":"f6df","a":{"b":1,"b":2}"#, Some(TWICE)),
    ] {
        let body = format!("{{{members},\"verificationToken\":\"{SECRET}\"}}");
        let hmac = signed(&SpaceSigningKey::default(), SECRET, body.clone());
        assert_eq!(refusal(&signing_key, hmac), expected, "{members}");
        let rsa = signed(&SpacePublicKey::default(), rsa::NEW, body.clone());
        assert_eq!(refusal(&public_key, rsa), expected, "{members}");
        assert_eq!(refusal(&token, post(body)), expected, "{members}");
    }

    let hmac = proof(&signing_key, by_hmac(BODY));
    let rsa = proof(&public_key, by_rsa(BODY));
    let token = proof(&token, with_token(BODY));
    assert_eq!([hmac.tenant(), rsa.tenant(), token.tenant()], [Some("f6df"); 3]);
}

/// Without names for keys, the body is not read before it is verified, whatever is in it.
#[test]
fn signed_bodies_are_bytes() {
    for body in ["", "[", "{\"a\":1,\"a\":2}", "\u{feff}{}", "\0"] {
        assert_eq!(refusal(&signing_key(), by_hmac(body)), None);
        assert_eq!(refusal(&public_key(), by_rsa(body)), None);
    }
}
