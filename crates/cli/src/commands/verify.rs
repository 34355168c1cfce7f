//! `countersign verify`

use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use countersign::{Covered, Timestamp, VerifyError};
use serde::Serialize;
use serde_json::Number;

use super::{code, read, settings, time};
use crate::args::Verify;
use crate::capture::{self, LIMIT};
use crate::failure::{Failure, unless_closed};
use crate::registry::{self, Accepted, Genuine, PUBLIC_KEYS, SECRETS};
use crate::secrets;

pub(super) fn run(args: &Verify) -> Result<ExitCode, Failure> {
    let provider = registry::find(&args.provider)?;
    let mut settings = settings(provider, &args.settings)?;
    let given = args.secrets.read()?;
    let takes = provider.members().iter().any(|member| member.name == SECRETS.name);
    // Of those that take both, public keys will do.
    if takes && given.is_empty() && settings.texts(PUBLIC_KEYS.name).is_empty() {
        return Err(secrets::none());
    }
    if !takes && !given.is_empty() {
        let name = provider.facts().name;
        return Err(Failure::new(format!("{name}: its requests are not verified by a secret")));
    }
    for secret in given {
        settings.secret(secret.to_vec());
    }
    let verifier = provider.verifier(&settings)?;

    let bytes = read(&args.file, "capture", LIMIT)?;
    let request = capture::parse(&bytes)
        .map_err(|error| Failure::new(format!("capture {}: {error}", args.file.display())))?;
    let verdict = match verifier.verify(request, time(args.now)) {
        Ok(Accepted::Genuine(genuine)) => Verdict::genuine(provider.facts().name, genuine),
        Ok(Accepted::Answer(answer)) => Verdict {
            message: "it is a handshake, which the layer answers itself".to_owned(),
            status: Some(answer.status().as_u16()),
            ..Verdict::accepted(provider.facts().name)
        },
        Err(error) => Verdict::rejected(error),
    };
    unless_closed(verdict.print(args.json))?;
    Ok(code(verdict.accepted))
}

/// What is printed. The names of its members are those of the JSON, and stay; all of them are
/// always there.
#[derive(Serialize)]
struct Verdict {
    verdict: &'static str,
    provider: &'static str,
    /// A stable name in kebab-case; of a rejected request only.
    reason: Option<&'static str>,
    message: String,
    /// What the layer answers; nothing where the handler does.
    status: Option<u16>,
    /// The index of the secret that matched, 0 for the newest.
    key: Option<usize>,
    covered: Option<&'static str>,
    /// The signed time in unix seconds.
    timestamp: Option<Number>,
    id: Option<String>,
    /// How many bytes the handler gets.
    verified_bytes: Option<usize>,
    #[serde(skip)]
    accepted: bool,
}

impl Verdict {
    fn accepted(provider: &'static str) -> Self {
        Self {
            verdict: "accepted",
            provider,
            reason: None,
            message: String::new(),
            status: None,
            key: None,
            covered: None,
            timestamp: None,
            id: None,
            verified_bytes: None,
            accepted: true,
        }
    }

    fn genuine(provider: &'static str, genuine: Genuine) -> Self {
        let Genuine { body, key, covered, timestamp, id } = genuine;
        let (code, text) = match covered {
            Covered::Body => ("body", "the whole body is signed"),
            Covered::Canonical => ("canonical", "a form of the body is signed, and handed on"),
            Covered::Nothing => {
                ("nothing", "the token is right, but no byte of the body is signed")
            }
            _ => ("other", "it is genuine"),
        };
        Self {
            message: format!("{text}; secret {} of those given matches", key.saturating_add(1)),
            key: Some(key),
            covered: Some(code),
            timestamp: timestamp.and_then(seconds),
            id,
            verified_bytes: Some(body.len()),
            ..Self::accepted(provider)
        }
    }

    fn rejected(error: VerifyError) -> Self {
        Self {
            verdict: "rejected",
            reason: Some(error.reason().code()),
            message: error.reason().to_string(),
            status: Some(error.status().as_u16()),
            accepted: false,
            ..Self::accepted(error.scheme())
        }
    }

    fn print(&self, json: bool) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        if json {
            serde_json::to_writer_pretty(&mut out, self).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            let colour = if self.accepted { AnsiColor::Green } else { AnsiColor::Red };
            let style = Style::new().bold().fg_color(Some(colour.into()));
            let Self { verdict, provider, message, .. } = self;
            writeln!(out, "{style}{verdict}{style:#}: {provider}: {message}")?;
        }
        out.flush()?;
        Ok(())
    }
}

/// A whole number where it is one.
fn seconds(time: Timestamp) -> Option<Number> {
    time.to_string().parse().ok()
}
