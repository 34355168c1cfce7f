//! Which keys of a JWK set are taken, and how a set comes.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use countersign::space::{Jwks, SpacePublicKey};
use countersign::{ManualClock, Reason, SpacePublicKeyVerify};
use countersign_tests::rsa;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::{BODY, BY_RSA, MILLIS, NOW, SECRET, TIME, by_rsa, post, proof, refusal, signed, with};

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

fn jwk(pem: &str) -> Value {
    serde_json::from_str(&rsa::jwk(pem)).expect("a JWK")
}

fn usable(set: &Value) -> usize {
    Jwks::parse(set.to_string()).expect("a JWK set").key_set().keys().len()
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
