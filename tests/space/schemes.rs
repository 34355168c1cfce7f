//! Where a request differs from a genuine one by what only Space's rules make of it.

mod jwks;
mod public_key;
mod token;

use std::time::Duration;

use bytes::Bytes;
use countersign::space::{Jwks, SpacePublicKey, SpaceSigningKey, SpaceToken};
use countersign::{
    Algorithm, Covered, HmacKey, KeySet, KeyTable, ManualClock, Outcome, Proof, Reason, Scheme,
    Secret, Sign, SpacePublicKeyVerify, SpaceSigningKeyVerify, SpaceTokenVerify, Timestamp,
    VerifyLayer,
};
use countersign_tests::rsa;
use http::{HeaderValue, Request};

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

fn token() -> VerifyLayer<SpaceToken> {
    SpaceTokenVerify::new(SECRET)
}

fn with_token(body: &'static str) -> Request<Bytes> {
    signed(&SpaceToken::default(), SECRET, body)
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
