//! The examples that a browser posts a signed form to, as processes over TCP. What a browser makes
//! of their answers is in `browser.rs`.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use countersign::Timestamp;
use countersign_tests::form_server::{ALL, FLOW, Fields, FormServer, SECRET, SPEAKAP, encoded};
use countersign_tests::process::{Server, run};
use countersign_tests::server::exchange;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const SITE: &str = "https://my-site.example.com";
const MARKUP: &str = r#"<script>alert(1)</script><img src=x onerror="alert('2')">"#;

/// An answer, by status, head and body. The head is in lower case.
struct Answer {
    status: String,
    head: String,
    body: String,
}

#[tokio::test]
async fn a_genuine_form_is_shown() {
    for example in ALL {
        let server = example.start(SITE).await;
        let answer = post(&example, &server, &example.signed(&example.form(&[]))).await;
        assert_eq!(answer.status, "200 OK", "{}", answer.body);
        assert!(answer.head.contains("content-type: text/html; charset=utf-8"), "{}", answer.head);
        for (field, id) in example.shown {
            let value = example.fields.iter().find(|(name, _)| name == field).unwrap().1;
            let shown = format!("<dd id=\"{id}\">{}", escaped(value));
            assert!(answer.body.contains(&shown), "{shown} in {}", answer.body);
        }
    }
}

#[tokio::test]
async fn all_that_was_selected_is_listed() {
    let server = FLOW.start(SITE).await;
    let answer = post(&FLOW, &server, &FLOW.signed(&FLOW.form(&[]))).await;
    assert!(answer.body.contains("<li>Version 931</li><li>Version 900</li>"), "{}", answer.body);
    assert!(!answer.body.contains("854"), "it was in the list, but not selected: {}", answer.body);
    assert!(answer.body.contains("(24)") && answer.body.contains("(81)"), "{}", answer.body);

    let form = FLOW.form(&[("title", "undefined"), ("selected_ids", ""), ("project_name", "")]);
    let answer = post(&FLOW, &server, &FLOW.signed(&form)).await;
    assert!(answer.body.contains("Version: 0 selected"), "{}", answer.body);
    assert!(!answer.body.contains("undefined"), "{}", answer.body);
}

#[tokio::test]
async fn the_language_is_that_of_the_user() {
    let server = SPEAKAP.start(SITE).await;
    let cases = [
        ("nl-NL", "nl", "Welkom"),
        ("nl", "nl", "Welkom"),
        ("DE_at", "de", "Willkommen"),
        ("fr-CA", "fr", "Bienvenue"),
        ("en-GB", "en", "Welcome"),
        ("tlh", "en", "Welcome"),
        ("nlx-NL", "en", "Welcome"),
        ("", "en", "Welcome"),
    ];
    for (locale, code, greeting) in cases {
        let form = SPEAKAP.signed(&SPEAKAP.form(&[("locale", locale)]));
        let body = post(&SPEAKAP, &server, &form).await.body;
        assert!(body.contains(&format!("<html lang=\"{code}\">")), "{locale}: {body}");
        assert!(body.contains(&format!("<h1>{greeting}</h1>")), "{locale}: {body}");
    }
}

#[tokio::test]
async fn markup_is_text() {
    for example in ALL {
        let server = example.start(SITE).await;
        let values: Vec<_> = example.shown.iter().map(|&(field, _)| (field, MARKUP)).collect();
        let answer = post(&example, &server, &example.signed(&example.form(&values))).await;
        assert_eq!(answer.status, "200 OK");
        assert_eq!(answer.body.matches(&escaped(MARKUP)).count(), values.len(), "{}", answer.body);
        assert!(
            !answer.body.contains("<script") && !answer.body.contains("<img"),
            "{}",
            answer.body
        );
    }
    let server = FLOW.start(SITE).await;
    let answer = post(&FLOW, &server, &FLOW.signed(&FLOW.form(&[("entity_type", MARKUP)]))).await;
    assert_eq!(answer.body.matches(&escaped(MARKUP)).count(), 3, "the heading, and each id");
    assert!(!answer.body.contains("<script"), "{}", answer.body);
}

#[tokio::test]
async fn every_answer_says_who_may_frame_it_and_loads_nothing() {
    for example in ALL {
        let server = example.start(&format!("{SITE}:8443/")).await;
        let genuine = example.signed(&example.form(&[]));
        let answers = [
            post(&example, &server, &genuine).await,
            post(&example, &server, &altered(&genuine)).await,
            send(&server, "GET /elsewhere HTTP/1.1\r\n", "").await,
        ];
        for (answer, status) in answers.iter().zip(["200", "401", "404"]) {
            assert!(answer.status.starts_with(status), "{}", answer.status);
            let policy = format!(
                "content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; \
                 frame-ancestors {SITE}:8443\r\n"
            );
            for line in [
                policy.as_str(),
                "x-content-type-options: nosniff\r\n",
                "referrer-policy: no-referrer\r\n",
                "cache-control: no-store\r\n",
            ] {
                assert_eq!(answer.head.matches(line).count(), 1, "{line} in {}", answer.head);
            }
            assert!(!answer.head.contains("x-frame-options"), "{}", answer.head);
        }
    }
}

#[tokio::test]
async fn all_refusals_look_alike() {
    for example in ALL {
        let server = example.start(SITE).await;
        let form = example.form(&[]);
        let genuine = example.signed(&form);
        let mut forms = vec![form.clone(), altered(&genuine), Fields::new()];
        forms.extend(example.shown.iter().map(|(field, _)| without(&genuine, field)));
        forms.push([genuine.clone(), vec![("admin".into(), "1".into())]].concat());
        forms.push([genuine.clone(), genuine[..1].to_vec()].concat());
        forms.push(example.signed_at(&form, Timestamp::from_secs(1_700_000_000)));
        let soon = SystemTime::now() + Duration::from_secs(3600);
        forms.push(example.signed_at(&form, soon.into()));

        let mut answers = vec![
            send(&server, &head(&example, "application/json"), &encoded(&genuine)).await,
            send(&server, &head(&example, FORM), "%").await,
        ];
        for form in &forms {
            answers.push(post(&example, &server, form).await);
        }
        for answer in &answers {
            assert_eq!(answer.status, "401 Unauthorized", "{}", answer.body);
            assert!(answer.head.contains("www-authenticate: signature\r\n"), "{}", answer.head);
            assert!(answer.head.contains("content-type: text/html; charset=utf-8\r\n"));
            assert_eq!(answer.body, answers[0].body);
        }
        assert!(answers[0].body.contains("This page could not be opened"), "{}", answers[0].body);

        let large = format!("{}Content-Length: 9000000\r\n", head(&example, FORM));
        let answer = send(&server, &large, "").await;
        assert_eq!(answer.status, "413 Payload Too Large");
        assert_eq!(answer.body, answers[0].body);

        let nobody = without(&form, if example.name == FLOW.name { "user_id" } else { "userEID" });
        let answer = post(&example, &server, &example.signed(&nobody)).await;
        assert_eq!(answer.status, "422 Unprocessable Entity", "genuine, but from nobody");
        assert_eq!(answer.body, answers[0].body);
    }
}

#[tokio::test]
async fn nothing_of_a_form_is_logged() {
    for example in ALL {
        let mut server = example.start(SITE).await;
        let values: Vec<_> =
            example.shown.iter().map(|&(field, _)| (field, "confidential")).collect();
        let genuine = example.signed(&example.form(&values));
        post(&example, &server, &genuine).await;
        post(&example, &server, &altered(&genuine)).await;
        server.terminate();
        assert!(server.ended().await.success());
        let log = server.log();
        assert!(log.contains("the signature does not match"), "why is in the log: {log}");
        let signature = &genuine.iter().find(|(name, _)| name == "signature").unwrap().1;
        for private in ["confidential", SECRET, signature.as_str()] {
            assert!(!log.contains(private), "{private} in {log}");
        }
    }
}

#[tokio::test]
async fn it_ends_when_it_is_told_to_though_a_request_never_does() {
    let end = async |example: FormServer| {
        let mut server = example.start(SITE).await;
        let mut stream = TcpStream::connect(address(&server)).await.unwrap();
        stream.write_all(b"POST /").await.unwrap();
        server.terminate();
        assert!(server.ended().await.success());
    };
    tokio::join!(end(FLOW), end(SPEAKAP));
}

#[tokio::test]
async fn what_is_not_set_is_named() {
    for example in ALL {
        let complete = [("PORT", "0"), (example.secret, SECRET), (example.site, SITE)];
        let name = example.secret;
        let without: Vec<_> = complete.into_iter().filter(|(n, _)| *n != name).collect();
        let empty = [&without[..], &[(name, " ")]].concat();
        for environment in [without, empty] {
            let line = refused_to_start(&example, &environment).await;
            assert!(line.contains(&format!("{name} is not set: ")), "{line}");
        }
        for (name, value) in [("PORT", "65536"), ("HOST", "no address")] {
            let environment = [&complete[1..], &[(name, value)]].concat();
            let line = refused_to_start(&example, &environment).await;
            assert!(line.contains(&format!("{name} has to be ")), "{line}");
        }
    }
}

/// Who says nothing of a site gets pages that no site may show in a frame.
#[tokio::test]
async fn without_a_site_no_frame_shows_it() {
    for example in ALL {
        let server = example.start("").await;
        let answer = post(&example, &server, &example.signed(&example.form(&[]))).await;
        assert_eq!(answer.status, "200 OK");
        assert!(answer.head.contains("frame-ancestors 'none'\r\n"), "{}", answer.head);
    }
}

#[tokio::test]
async fn a_site_that_is_no_origin_stops_the_start() {
    const SITES: [&str; 19] = [
        "my-site.example.com",
        "//my-site.example.com",
        "ftp://my-site.example.com",
        "data:text/html,",
        "*",
        "'self'",
        "https:",
        "https://",
        "https://*.example.com",
        "https://my-site.example.com; script-src *",
        "https://my-site.example.com;script-src",
        "https://my-site.example.com,https://evil.example",
        "https://my-site.example.com https://evil.example",
        "https://my-site.example.com\r\nX-Other: 1",
        "https://user@my-site.example.com",
        "https://my-site.example.com/page",
        "https://my-site.example.com?query",
        "https://my-site.example.com#part",
        "https://my-site.example.com:99999",
    ];
    for example in ALL {
        for site in SITES {
            let environment = [("PORT", "0"), (example.secret, SECRET), (example.site, site)];
            let line = refused_to_start(&example, &environment).await;
            assert!(line.contains(&format!("{} has to be the origin", example.site)), "{line}");
        }
    }
}

/// The one line with which it refuses to start.
async fn refused_to_start(example: &FormServer, environment: &[(&str, &str)]) -> String {
    let (status, log) = run(example.name, environment).await;
    assert_eq!(status.code(), Some(2), "{environment:?}: {log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.starts_with(&format!("{}: ", example.name)) && !log.contains(SECRET), "{log}");
    log
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(example: &FormServer, server: &Server, form: &Fields) -> Answer {
    send(server, &head(example, FORM), &encoded(form)).await
}

fn head(example: &FormServer, content_type: &str) -> String {
    format!("POST {} HTTP/1.1\r\nContent-Type: {content_type}\r\n", example.path)
}

/// Adds to the head what every request has. A length that it names already stays.
async fn send(server: &Server, head: &str, body: &str) -> Answer {
    let length = match head.contains("Content-Length") {
        true => String::new(),
        false => format!("Content-Length: {}\r\n", body.len()),
    };
    let request = format!("{head}{length}Host: localhost\r\nConnection: close\r\n\r\n{body}");
    let answer = exchange(address(server), request.as_bytes()).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (status, head) = head.split_once("\r\n").unwrap();
    Answer {
        status: status.strip_prefix("HTTP/1.1 ").unwrap().to_owned(),
        head: format!("{}\r\n", head.to_lowercase()),
        body: body.to_owned(),
    }
}

fn address(server: &Server) -> SocketAddr {
    server.url().strip_prefix("http://").unwrap().parse().unwrap()
}

fn altered(form: &Fields) -> Fields {
    let mut form = form.clone();
    form[0].1.push('1');
    form
}

fn without(form: &Fields, name: &str) -> Fields {
    form.iter().filter(|field| field.0 != name).cloned().collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
