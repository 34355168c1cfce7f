//! `examples/logs`, by a real process: what goes into a pipe is plain text.

use std::fs;
use std::path::Path;

use countersign_tests::process::Server;

/// What it logs of a request that nobody signed.
async fn log_of_a_refusal(more: &[(&str, &str)]) -> String {
    let (key, url) = ("5f1c0c0d0e3b4a5f", "https://hooks.example.com/meya");
    let environment =
        [("PORT", "0"), ("MEYA_API_KEY", key), ("MEYA_URL", url), ("RUST_LOG", "debug")];
    let mut server = Server::start("meya-webhook", &[&environment, more].concat()).await;
    let client = reqwest::Client::new();
    let asked = client.post(format!("{}/meya", server.url())).body("{}").send().await;
    assert_eq!(asked.expect("an answer").status().as_u16(), 401);
    let log = server.whole_log().await;
    assert!(log.contains("refused"), "{log}");
    log
}

#[tokio::test]
async fn what_goes_into_a_pipe_has_no_colour() {
    assert!(!log_of_a_refusal(&[]).await.contains('\u{1b}'));
}

#[tokio::test]
async fn colour_can_be_asked_for() {
    assert!(log_of_a_refusal(&[("CLICOLOR_FORCE", "1")]).await.contains('\u{1b}'));
}

#[test]
fn every_example_logs_like_that() {
    let examples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"));
    let mut seen = 0;
    for example in fs::read_dir(examples).expect("the examples") {
        let main = example.expect("an example").path().join("src/main.rs");
        if let Ok(source) = fs::read_to_string(&main) {
            assert!(source.contains("    logs::init();\n"), "{}", main.display());
            assert!(!source.contains("tracing_subscriber"), "{}", main.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
}
