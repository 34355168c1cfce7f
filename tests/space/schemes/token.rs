//! The verification token: where it stands in the body, and that it protects nothing.

use countersign::space::SpaceToken;
use countersign::{Reason, Secret, Sign, TokenOnly, VerifyLayer};
use serde_json::{Value, json};

use super::{BODY, NOW, SECRET, post, proof, refusal, token, with_token};

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
