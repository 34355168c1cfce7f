//! What holds, and what others let pass.

use countersign_core::{Algorithm, Claim, Evidence, Match, Method, Nonce, Signature};
use curve25519_dalek::Scalar;
use ed25519_dalek::{SigningKey, Verifier, VerifyingKey};
use sha2::{Digest, Sha256, Sha512};

use crate::{Ed25519, Ed25519PublicKey, Ed25519SigningKey};

/// RFC 8032, 7.1, tests 1 to 3: private key, public key, text, signature.
const RFC: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

fn unhex(text: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(text).expect("digits")
}

fn signing(index: usize) -> Ed25519SigningKey {
    Ed25519SigningKey::from_hex(RFC[index][0]).expect("a key")
}

fn claimed(signature: &[u8]) -> Signature {
    Signature::from_bytes(Algorithm::Ed25519, signature, "signature").expect("64 bytes")
}

fn check(keys: &[Ed25519PublicKey], claim: &Claim, pieces: &[&[u8]]) -> Option<Match> {
    let mut state = Ed25519::start(keys, claim);
    for piece in pieces {
        Ed25519::update(&mut state, piece);
    }
    Ed25519::finish(state, keys, claim)
}

fn one(key: &Ed25519PublicKey, signature: &[u8], text: &[u8]) -> bool {
    let evidence = Evidence::new(claimed(signature));
    check(std::slice::from_ref(key), evidence.claim(), &[text]).is_some()
}

#[test]
fn agrees_with_the_rfc() {
    for [private, public, text, signature] in RFC {
        let key = Ed25519SigningKey::from_hex(private).expect("a key");
        assert_eq!(key.public_key().to_hex(), public);
        let (text, signature) = (unhex(text), unhex(signature));
        assert_eq!(key.sign(&[&text]).expect("a signature").to_vec(), signature);
        let (begin, end) = text.split_at(text.len() / 2);
        assert_eq!(key.sign(&[begin, b"", end]).expect("a signature").to_vec(), signature);

        let evidence = Evidence::new(claimed(&signature));
        let keys = [key.public_key()];
        let matched = check(&keys, evidence.claim(), &[begin, b"", end]).expect("a match");
        assert_eq!(matched.fingerprints.as_slice(), [Nonce::of(&Sha256::digest(&text))]);
        assert!(!one(&keys[0], &signature, &[&text[..], b"!"].concat()));
        for at in 0..64 {
            let mut other = signature.clone();
            other[at] ^= 1;
            assert!(!one(&keys[0], &other, &text), "changed at {at}");
        }
    }
}

#[test]
fn every_key_is_tried_and_the_newest_is_named() {
    let [new, old, other] = [signing(0), signing(1), signing(2)];
    let sign = |key: &Ed25519SigningKey| claimed(&key.sign(&[b"text"]).expect("a signature"));
    let keys = [new.public_key(), old.public_key(), old.public_key()];
    let find = |evidence: &Evidence| check(&keys, evidence.claim(), &[b"text"]).map(|m| m.key);

    assert_eq!(find(&Evidence::new(sign(&new))), Some(0));
    assert_eq!(find(&Evidence::new(sign(&old))), Some(1));
    assert_eq!(find(&Evidence::any([sign(&other), sign(&old)])), Some(1));
    assert_eq!(find(&Evidence::any([sign(&old), sign(&new)])), Some(0));
    assert_eq!(find(&Evidence::any([sign(&other)])), None);
    assert_eq!(find(&Evidence::all([sign(&old), sign(&old)])), Some(1));
    assert_eq!(find(&Evidence::all([sign(&old), sign(&new)])), None, "not under one key");
    for none in [Evidence::any([]), Evidence::all([])] {
        assert_eq!(find(&none), None, "all of none is not true");
        assert!(check(&[], none.claim(), &[b"text"]).is_none());
    }

    // What is made in another way is not a signature, of whatever length.
    let digest = Signature::from_bytes(Algorithm::HmacSha512, &[0; 64], "").expect("64 bytes");
    assert_eq!(find(&Evidence::new(digest.clone())), None);
    assert_eq!(find(&Evidence::all([sign(&old), digest])), None);
}

/// Under these keys everybody could sign: no verifier is built with one.
#[test]
fn keys_of_small_order_and_other_spellings_of_a_key_are_refused() {
    let ones = "ff".repeat(30);
    let mut small: Vec<String> = vec![
        format!("01{:062}", 0),
        format!("{:064}", 0),
        format!("{:062}80", 0),
        format!("ec{ones}7f"),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".into(),
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85".into(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a".into(),
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".into(),
    ];
    small.extend([format!("ed{ones}7f"), format!("ee{ones}7f")]);
    for key in small {
        let bytes: [u8; 32] = unhex(&key).try_into().expect("32 bytes");
        assert!(VerifyingKey::from_bytes(&bytes).expect("a point").is_weak(), "{key}");
        assert!(Ed25519PublicKey::from_hex(&key).is_err(), "{key}");
    }

    // p + 3 is another spelling of 3, which makes a key.
    let three = format!("03{:062}", 0);
    assert!(Ed25519PublicKey::from_hex(&three).is_ok());
    let other = format!("f0{ones}7f");
    assert!(VerifyingKey::from_bytes(&unhex(&other).try_into().expect("32 bytes")).is_ok());
    assert!(Ed25519PublicKey::from_hex(&other).is_err());
}

#[test]
fn a_key_has_one_length_and_is_a_point() {
    let [_, public, ..] = RFC[0];
    assert!(Ed25519PublicKey::from_hex(public.to_uppercase()).is_ok());
    let no_point = format!("02{:062}", 0);
    assert!(VerifyingKey::from_bytes(&unhex(&no_point).try_into().expect("32 bytes")).is_err());
    let (short, odd) = (public.trim_start_matches("d7"), format!("{public}0"));
    for bad in ["", short, &odd, &format!("{public}00"), &no_point, "0x", "+"] {
        let error = Ed25519PublicKey::from_hex(bad).expect_err(bad);
        assert!(error.to_string().contains("give the key"), "{error}");
    }
    let base64 = signing(0).public_key().to_base64();
    assert!(Ed25519PublicKey::from_base64(&base64).is_ok());
    for bad in ["", "AAAA", base64.trim_end_matches('='), &base64.replace('/', "_"), public] {
        assert!(Ed25519PublicKey::from_base64(bad).is_err(), "{bad}");
    }
    for bad in ["", "00", public.trim_end_matches('a')] {
        assert!(Ed25519SigningKey::from_hex(bad).is_err(), "{bad}");
    }
}

/// The same signature with its scalar written as the next number that is the same to the curve.
#[test]
fn a_scalar_has_one_spelling() {
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let key = signing(0);
    let mut signature = key.sign(&[b"text"]).expect("a signature");
    assert!(one(&key.public_key(), &signature, b"text"));
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(unhex(ORDER)) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert!(!one(&key.public_key(), &signature, b"text"));
}

/// Who has the private key can make a signature with such a point; a text would have several then.
#[test]
fn a_point_of_small_order_is_no_part_of_a_signature() {
    let key = SigningKey::from_bytes(&unhex(RFC[0][0]).try_into().expect("32 bytes"));
    let mut point = [0; 32];
    point[0] = 1;
    let mut hash = Sha512::new();
    for part in [&point[..], key.verifying_key().as_bytes(), b"text"] {
        hash.update(part);
    }
    let scalar = Scalar::from_hash(hash) * key.to_scalar();
    let signature = [point, scalar.to_bytes()].concat();

    let lax = ed25519_dalek::Signature::from_slice(&signature).expect("64 bytes");
    assert!(key.verifying_key().verify(b"text", &lax).is_ok(), "others let it pass");
    assert!(!one(&signing(0).public_key(), &signature, b"text"));
}

#[test]
fn the_decoy_is_a_key_like_others() {
    let decoy = Ed25519PublicKey::decoy().expect("a key");
    assert!(Ed25519PublicKey::from_hex(decoy.to_hex()).is_ok());
    let signature = signing(0).sign(&[b"text"]).expect("a signature");
    assert!(!one(&decoy, &signature, b"text"));
}

#[test]
fn nothing_is_printed() {
    let key = signing(0);
    assert_eq!(format!("{key:?}"), "Ed25519SigningKey(..)");
    assert_eq!(format!("{:?}", key.public_key()), "Ed25519PublicKey(..)");
}
