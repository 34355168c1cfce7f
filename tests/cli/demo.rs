//! `countersign demo`

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use countersign_cli::demo::{Kind, Row, all_right};
use countersign_cli::registry::{PROVIDERS, Strength};
use countersign_tests::process::program;
use http::StatusCode;

use super::support::{countersign, run};

#[test]
fn only_the_genuine_ones_get_through() {
    let run = countersign(&["demo"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.out.contains(&0x1b), "no colour in a pipe");
    for provider in PROVIDERS {
        let name = |line: &&str| line.split_whitespace().nth(1) == Some(provider.facts().name);
        let rows = || run.text().lines().filter(name);
        let with = |text: &str| rows().filter(|row| row.contains(text)).count();
        assert_eq!((with(" genuine "), with(" 200 ")), (1, 1), "{}", run.text());
        let stale = usize::from(provider.facts().time.is_some());
        // Where all that is sent is a token, no request can be told from another.
        let replayed = usize::from(provider.facts().strength != Strength::TokenOnly);
        let refused = (with(" 401 "), with(" stale "), with(" replayed "));
        assert_eq!(refused, (3 + stale + replayed, stale, replayed), "{}", run.text());
        assert_eq!(with("the request was handled already"), replayed, "{}", run.text());
        for kind in ["one byte flipped", "wrong secret", "unsigned"] {
            assert_eq!(with(kind), 1, "{kind}");
        }
    }
    let genuine = PROVIDERS.len();
    let verdict =
        format!("{genuine} genuine requests of {genuine} got through, 0 forged or replayed");
    assert!(run.text().contains(&verdict), "{}", run.text());
}

#[test]
fn a_forged_one_that_gets_through_fails_the_demo() {
    let row = |kind, status| Row { provider: "spark", kind, status, reason: None };
    let good = [
        row(Kind::Genuine, StatusCode::OK),
        row(Kind::Flipped, StatusCode::UNAUTHORIZED),
        row(Kind::WrongSecret, StatusCode::UNAUTHORIZED),
        row(Kind::Unsigned, StatusCode::UNAUTHORIZED),
        row(Kind::Stale, StatusCode::UNAUTHORIZED),
        row(Kind::Replayed, StatusCode::UNAUTHORIZED),
    ];
    assert!(all_right(&good));
    assert!(!all_right(&[]), "nothing was shown");
    for index in 0..good.len() {
        for status in [200, 204, 401, 404, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            let mut rows = good.to_vec();
            let same = rows[index].status == status;
            rows[index].status = status;
            assert_eq!(all_right(&rows), same, "{:?}", rows[index]);
        }
    }
}

#[cfg(unix)]
#[test]
fn with_keep_the_calls_work_when_pasted() {
    let mut server = Server(
        Command::new(program("countersign"))
            .args(["demo", "--keep"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    for provider in PROVIDERS {
        for (kind, status) in [("genuine", " 200 "), ("one byte flipped", " 401 ")] {
            let title = format!("# {}, {kind}", provider.facts().name);
            lines.by_ref().find(|line| *line == title).unwrap();
            let call = lines.next().unwrap();
            let paste = || {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(&call);
                let answer = run(shell, b"");
                answer.text().lines().next().unwrap().to_owned()
            };
            assert!(paste().contains(status), "{title}");
            let once = provider.facts().strength != Strength::TokenOnly;
            let again = if once { " 401 " } else { status };
            assert!(paste().contains(again), "{title}, pasted again");
        }
    }
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s INT \"$0\"", &server.0.id().to_string()]);
    assert_eq!(run(kill, b"").code, 0);
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

/// Ends with the test, also with one that fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
