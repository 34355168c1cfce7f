//! `countersign sign`

use std::process::Command;

use axum::Router;
use axum::routing::post;
use countersign::SparkVerify;
use tokio::net::TcpListener;

use super::support::{Files, Run, SECRET, countersign, countersign_with, one_request, parts, run};

const SPARK: [&str; 4] = ["sign", "spark", "--secret-env", "SECRET"];

fn sign(more: &[&str], input: &[u8]) -> Run {
    countersign_with(&[&SPARK, more].concat(), input)
}

#[test]
fn the_published_value() {
    let files = Files::new();
    let secret = files.write("secret", "myBongoSecret\n");
    let body = files.write("body", r#"{"a":1,"b":2,"c":{"d":3}}"#);
    let run = countersign(&[
        "sign",
        "spark",
        "--secret-file",
        &secret,
        "--body-file",
        &body,
        "--header",
        "X-Two: a",
        "--header",
        "X-Two:b ",
        "--url",
        "https://bot.example.com:8443/a/b?c=d#e",
    ]);
    let wire = "POST /a/b?c=d HTTP/1.1\r\nhost: bot.example.com:8443\r\n\
        content-type: application/json\r\nx-two: a\r\nx-two: b\r\ncontent-length: 25\r\n\
        x-spark-signature: 01e0cb6a53731b9615b483335d77d97023410c72\r\n\r\n\
        {\"a\":1,\"b\":2,\"c\":{\"d\":3}}";
    assert_eq!((run.text(), run.code), (wire, 0), "{}", run.err);
}

#[test]
fn one_line_end_is_not_part_of_a_secret_file() {
    let files = Files::new();
    let signed = |secret: &str| {
        let path = files.write("secret", secret);
        countersign(&["sign", "spark", "--secret-file", &path]).out
    };
    let bare = signed("abc");
    assert_eq!(signed("abc\n"), bare);
    assert_eq!(signed("abc\r\n"), bare);
    for other in ["abc\n\n", "abc\r\n\r\n", "abc\r", " abc", "abc \n"] {
        assert_ne!(signed(other), bare, "{other:?}");
    }
}

#[test]
fn a_given_header_takes_the_place_of_the_samples() {
    let run = sign(&["--header", "content-type: text/plain", "--header", "Host: other"], b"");
    let (_, headers, _) = parts(&run.out);
    let count = |name| headers.iter().filter(|header| header.starts_with(name)).count();
    assert_eq!((count("content-type:"), count("host:")), (1, 1));
    assert!(run.text().contains("\r\ncontent-type: text/plain\r\n"));
    assert!(run.text().contains("\r\nhost: other\r\n"));
}

#[test]
fn what_cannot_be_signed_is_one_error() {
    let files = Files::new();
    let empty = files.write("empty", "\n");
    let gone = files.path("gone");
    let gone = gone.to_str().unwrap();
    for (args, thing) in [
        (&["sign", "nope", "--secret-env", "SECRET"][..], "there are: spark"),
        (&["sign", "a\nb\x1b", "--secret-env", "SECRET"], r"`a\nb\u{1b}`"),
        (&["sign", "spark"], "--secret-env"),
        (&["sign", "spark", "--secret-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (&["sign", "spark", "--secret-env", "A=B"], "--secret-env"),
        (&["sign", "spark", "--secret-env", "EMPTY"], "EMPTY"),
        (&["sign", "spark", "--secret-file", &empty], &empty),
        (&["sign", "spark", "--secret-file", gone], gone),
        (&["sign", "spark", "--secret-env", "SECRET", "--secret-file", &empty], "one secret"),
    ] {
        countersign(args).is_one_error_naming(thing);
    }
    for (more, thing) in [
        (&["--url", "ftp://a/b"][..], "ftp://a/b"),
        (&["--url", "nonsense"], "nonsense"),
        (&["--url", "http://user:word@a/"], "user name"),
        (&["--header", "no colon"], "colon"),
        (&["--header", "bad name: x"], "before the colon"),
        (&["--header", "X: a\r\nY: b"], "`X`"),
        (&["--header", "Content-Length: 3"], "Content-Length"),
        (&["--header", "transfer-encoding: chunked"], "transfer-encoding"),
        (&["--body-file", gone], gone),
        (&["--set", "nope=1"], "nope"),
        (&["--set", "webex_signature=maybe"], "webex_signature"),
        (&["--set", "webex_signature=true", "--set", "webex_signature=true"], "more than once"),
        (&["--set", "secrets=hunter2"], "--secret-env"),
        (&["--set", "webex_signature"], "KEY=VALUE"),
    ] {
        let run = sign(more, b"");
        run.is_one_error_naming(thing);
        assert!(!run.err.contains("hunter2"));
    }
}

#[test]
fn there_is_no_option_for_a_secret() {
    let run = countersign(&["sign", "spark", "--secret", "hunter2"]);
    assert_eq!(run.code, 2);
    assert!(!run.err.contains("hunter2"), "{}", run.err);
}

#[test]
fn a_refused_connection_is_one_error() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/");
    sign(&["--send", "--url", &url], b"").is_one_error_naming(&url);
}

#[test]
fn send_sends_what_is_printed_and_prints_the_answer() {
    for body in [&b"{}"[..], b"\0\xff\r\n", b"", &vec![b'x'; 300_000]] {
        let (port, server) = one_request();
        let url = format!("http://127.0.0.1:{port}/hook?a=%20b");
        let more = ["--url", &url, "--body-file", "-", "--header", "X-A: 1"];
        let sent = sign(&[&more[..], &["--send"]].concat(), body);
        assert_eq!(sent.code, 0, "{}", sent.err);
        assert_eq!(server.join().unwrap(), sign(&more, body).out);
        assert!(sent.text().starts_with("HTTP/1.1 202 Accepted\nx-answer: yes\n"), "{sent:?}");
        assert!(sent.text().ends_with("\n\nthere"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_the_layer_takes_what_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/spark", listener.local_addr().unwrap());
    let layer = SparkVerify::new(SECRET);
    let app = Router::new().route("/spark", post(async || "handled").route_layer(layer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    tokio::task::spawn_blocking(move || {
        let sent = sign(&["--send", "--url", &url], b"");
        assert!(sent.text().starts_with("HTTP/1.1 200 OK\n"), "{sent:?}");
        assert!(sent.text().ends_with("handled"));

        let files = Files::new();
        let wrong = files.write("wrong", "another");
        let sent =
            countersign(&["sign", "spark", "--secret-file", &wrong, "--send", "--url", &url]);
        assert!(sent.text().starts_with("HTTP/1.1 401 Unauthorized\n"), "{sent:?}");
    })
    .await
    .unwrap();
}

#[test]
fn curl_sends_exactly_what_is_printed() {
    let odd = "it's \"quoted\" $HOME `id` \\ ! %41 \u{e4}\nline two";
    for body in [
        &b"{\"a\":1}"[..],
        b"@/etc/hostname",
        b"",
        b"\r\n\0\xff\x1b[31m\tEOF\nEOF\n",
        odd.as_bytes(),
        &vec![b'x'; 40_000],
        &vec![0xfe; 400_000],
    ] {
        let (port, server) = one_request();
        let url = format!("http://127.0.0.1:{port}/a/../b'?c=[1]&d=$HOME");
        let more = [
            "--url",
            &url,
            "--body-file",
            "-",
            "--header",
            "X-Odd: it's; $HOME \"q\"",
            "--header",
            "X-None:",
        ];
        let call = sign(&[&more[..], &["--curl"]].concat(), body);
        assert_eq!(call.code, 0, "{}", call.err);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(call.text());
        // As a script on standard input too: an argument has an end on Linux.
        let ran = if call.out.len() < 100_000 {
            run(shell, b"")
        } else {
            run(Command::new("sh"), &call.out)
        };
        assert!(ran.text().contains("202 Accepted"), "{ran:?}");
        assert_eq!(parts(&server.join().unwrap()), parts(&sign(&more, body).out));
    }
}

/// Where a secret or token stands in the wrong place, the error does not repeat it.
#[test]
fn errors_do_not_repeat_what_may_be_a_secret() {
    let of = |arguments: &[&str]| {
        let run = countersign(arguments);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(!run.err.contains("hunter"), "{}", run.err);
    };
    of(&["sign", "spark", "--secret-env", "hunter2"]);
    of(&["sign", "spark", "--secret-env", "whsec_hunter2+/="]);
    of(&["sign", "spark", "--secret-env", "SECRET", "--url", "http://me:hunter 2@host/"]);
    for url in ["http:/me:hunter2@h/", "https:///me:hunter2@h/", "http:me:hunter2@h"] {
        of(&["sign", "spark", "--secret-env", "SECRET", "--url", url]);
    }
    let base32 = countersign(&["sign", "spark", "--secret-env", "JBSWY3DPEHPK3PXP"]);
    assert!(base32.code == 2 && !base32.err.contains("JBSWY"), "{}", base32.err);
    of(&["sign", "spark", "--secret-env", "SECRET", "--header", "Authorization hunter2: x"]);

    let files = Files::new();
    let vector = r#"{"provider":"spark","vectors":[{"name":"n","config":"hunter2"}]}"#;
    of(&["vectors", "run", &files.write("f.json", vector)]);
}
