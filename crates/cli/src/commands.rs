//! What the commands do.

mod demo;
mod explain;
mod new;
mod providers;
mod sign;
mod vectors;
mod verify;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use countersign::Timestamp;
use tokio::runtime::{Builder, Runtime};

use crate::args::{Command, SettingArgs, Vectors};
use crate::failure::Failure;
use crate::registry::{PUBLIC_KEYS, Provider, SECRETS, Settings};
use crate::secrets::{self, SecretArgs};

pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Providers(args) => providers::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Vectors(Vectors::Run(args)) => vectors::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::New(args) => new::run(&args),
    }
}

/// Accepted or done, or else rejected or failed.
fn code(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn time(given: Option<i64>) -> Timestamp {
    given.map_or_else(|| SystemTime::now().into(), Timestamp::from_secs)
}

fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start a runtime: {error}")))
}

/// Reads a file up to a limit; `-` is standard input.
fn read(path: &Path, what: &str, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = (limit as u64).saturating_add(1);
    let read = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    let name = path.display();
    read.map_err(|error| Failure::new(format!("{what} {name} cannot be read: {error}")))?;
    if bytes.len() > limit {
        return Err(Failure::new(format!("{what} {name} has more than {limit} bytes")));
    }
    Ok(bytes)
}

/// The settings given by `--set`.
fn settings(provider: &dyn Provider, args: &SettingArgs) -> Result<Settings, Failure> {
    let members = provider.members();
    let mut settings = Settings::default();
    for assignment in &args.set {
        settings
            .parse(&members, &from_file(assignment)?)
            .map_err(|error| Failure::new(format!("{}: {error}", provider.facts().name)))?;
    }
    Ok(settings)
}

/// The settings, with the secrets that verify; there have to be some where the provider takes them.
fn with_secrets(
    provider: &dyn Provider,
    mut settings: Settings,
    secrets: &SecretArgs,
) -> Result<Settings, Failure> {
    let given = secrets.read()?;
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
        settings.secret(secret.expose().to_vec());
    }
    Ok(settings)
}

/// `KEY=@FILE` stands for what is in the file.
fn from_file(assignment: &str) -> Result<String, Failure> {
    let Some((key, path)) = assignment.split_once("=@") else { return Ok(assignment.to_owned()) };
    let text = read(Path::new(path), "settings file", SETTING_LIMIT)?;
    let text = String::from_utf8(text)
        .map_err(|_| Failure::new(format!("settings file {path} is not UTF-8")))?;
    Ok(format!("{key}={text}"))
}

const SETTING_LIMIT: usize = 1024 * 1024;
