//! Telegram.

use bytes::Bytes;
use countersign::telegram::{Telegram, TelegramVerify, Update};
use countersign::{ConfigError, Covered, MemoryReplay, Reason, TokenOnly, Verified, VerifyLayer};
use countersign_tests::conformance::{Place, Subject};
use http::StatusCode;
use http::header::HeaderName;

use super::{Served, post, signed};

const TOKENS: [&str; 2] = ["dRmVqk6ZQ_2oH-93", "AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789-"];
const UPDATE: &str = r#"{"update_id":7,"message":{"message_id":1,"date":1700000000,"text":"/start",
    "chat":{"id":-1001234567890,"type":"supergroup"},"from":{"id":5,"is_bot":false,"first_name":"Grace"}}}"#;

/// The weak tier: refusals are the same, and nothing is covered.
#[tokio::test]
async fn it_passes_the_suite() {
    let token = Place::Header(HeaderName::from_static("x-telegram-bot-api-secret-token"));
    let subject = Subject {
        scheme: Telegram::default,
        layer: VerifyLayer::try_with,
        secrets: TOKENS,
        unsigned: || post(r#"{"update_id":7}"#),
        required: vec![token.clone()],
        malformed: (token, vec!["", " ", "a b", "a,b", "dRmVqk6ZQ_2oH-93,", "a=", "a.b", "\"a\""]),
        timed: false,
        covered: Covered::Nothing,
    };
    subject.run().await;
}

#[test]
fn it_is_of_the_weak_tier() {
    fn is_weak<S: TokenOnly>() {}
    is_weak::<Telegram>();
    let error = TelegramVerify::new(TOKENS[0]).try_replay(MemoryReplay::new());
    assert!(error.expect_err("one is like another").to_string().contains("same in every request"));
}

/// Telegram refuses such a `secret_token` too, so that no webhook has one.
#[test]
fn what_is_no_token_stops_the_start() {
    for bad in ["a b", "a.b", "tok\u{e9}n", "a\n", &"a".repeat(257)] {
        let error: ConfigError = TelegramVerify::try_new(bad).expect_err(bad);
        assert!(error.to_string().contains("1 to 256"), "{error}");
    }
    assert!(TelegramVerify::try_new("a".repeat(256)).is_ok());
    let longest = signed(&Telegram, &"a".repeat(256), post(UPDATE));
    assert!(TelegramVerify::new("a".repeat(256)).verify(longest).is_ok());
}

/// Incident: length-bounded compare. A beginning of the token is not the token.
#[test]
fn a_beginning_of_the_token_or_more_than_it_is_refused() {
    let layer = TelegramVerify::new(TOKENS[0]);
    for other in ["d", "dRmVqk6ZQ_2oH-9", "dRmVqk6ZQ_2oH-930", "DRMVQK6ZQ_2OH-93"] {
        let error = layer.verify(signed(&Telegram, other, post(UPDATE))).expect_err(other);
        assert_eq!(error.reason(), Reason::Mismatch);
    }
}

#[tokio::test]
async fn a_handler_gets_the_update() {
    let served =
        Served::new(TelegramVerify::new(TOKENS), async |Verified(update): Verified<Update>| {
            let message = update.message.expect("a message");
            format!("{} {} {}", update.update_id, message.chat.id, message.text.expect("a text"))
        });
    let handled = (StatusCode::OK, Bytes::from("7 -1001234567890 /start"));
    assert_eq!(served.send(signed(&Telegram, TOKENS[1], post(UPDATE))).await, handled);

    let novel = r#"{"update_id":8,"message_of_tomorrow":{"id":1}}"#;
    let update: Update = countersign::danger::parse_unverified(novel).expect("it is open");
    assert!(update.extra.contains_key("message_of_tomorrow"));
}
