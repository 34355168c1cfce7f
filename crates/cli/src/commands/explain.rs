//! `countersign explain`

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use countersign::Timestamp;
use countersign::explain::{Explain, Explanation, State, View, codes};

use super::{code, read, settings, with_secrets};
use crate::args::Explain as Args;
use crate::capture::LIMIT;
use crate::failure::{Failure, unless_closed};
use crate::input::{self, Choice, Input};
use crate::registry::{self, PROVIDERS, Provider, Settings};

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (Some(provider), Some(file)) = (&args.provider, &args.file) else {
        unless_closed(list())?;
        return Ok(code(true));
    };
    let provider = registry::find(provider)?;
    let choice = Choice { har_entry: args.har_entry, vector: args.vector.as_deref() };
    let input = captured(provider, file, choice)?;
    let settings = configured(provider, args, input.settings)?;

    let others = PROVIDERS.iter().filter(|other| other.facts().name != provider.facts().name);
    let others = others.map(|other| other.receiver(&Settings::default()));
    let mut explain = Explain::new(provider.receiver(&settings), settings.setup()?)
        .others(others)
        .other_secrets(args.other_secrets.read()?)
        .budget(args.budget)
        .view(view(args));
    if let Some(now) = args.now {
        explain = explain.at(Timestamp::from_secs(now));
    }
    if let Some(at) = input.now {
        explain = explain.captured_at(at);
    }
    if let Some(note) = input.note {
        explain = explain.note(note);
    }
    if let Some(remark) = input.remark {
        explain = explain.remark(remark);
    }
    let explanation = explain.explain(input.request)?;
    unless_closed(print(&explanation, args.json))?;
    Ok(code(explanation.accepted))
}

fn captured(
    provider: &'static dyn Provider,
    file: &Path,
    choice: Choice<'_>,
) -> Result<Input, Failure> {
    let bytes = read(file, "capture", LIMIT)?;
    input::read(&bytes, provider, choice)
        .map_err(|error| Failure::new(format!("capture {}: {error}", file.display())))
}

/// A vector brings its configuration, which counts where none is given.
fn configured(
    provider: &'static dyn Provider,
    args: &Args,
    captured: Option<Settings>,
) -> Result<Settings, Failure> {
    match captured {
        Some(settings) if args.secrets.is_empty() && args.settings.set.is_empty() => Ok(settings),
        _ => with_secrets(provider, settings(provider, &args.settings)?, &args.secrets),
    }
}

fn view(args: &Args) -> View {
    match (args.full, args.redact) {
        (true, _) => View::Full,
        (_, true) => View::Redacted,
        _ => View::Short,
    }
}

fn print(explanation: &Explanation, json: bool) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, explanation).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        for (state, line) in explanation.lines() {
            let style = style(state);
            writeln!(out, "{style}{line}{style:#}")?;
        }
    }
    out.flush()?;
    Ok(())
}

fn style(state: State) -> Style {
    let colour = match state {
        State::Good => AnsiColor::Green,
        State::Bad => AnsiColor::Red,
        State::Info => return Style::new(),
    };
    Style::new().fg_color(Some(colour.into()))
}

fn list() -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    for cause in codes() {
        writeln!(out, "{}\n    {}\n    {}", cause.code, cause.sentence, cause.fix)?;
    }
    out.flush()?;
    Ok(())
}
