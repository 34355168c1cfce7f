//! The commands that change the database, and the one that shows it.

use std::error::Error;
use std::io::{self, ErrorKind, IsTerminal, Write, stdout};
use std::thread::sleep;
use std::time::Duration;

use comfy_table::{Table, presets};
use countersign::Secret;

use crate::args::{Command, Place, SecretArgs};
use crate::config::Config;
use crate::hooks::{self, NOTICED_WITHIN, Secrets};
use crate::providers::Provider;
use crate::secret;
use crate::store::{Listed, Store};

/// How long a request that has begun may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(20);

type Failure = Box<dyn Error + Send + Sync>;
type Result<T = ()> = std::result::Result<T, Failure>;

pub(crate) fn run(command: Command, config: &Config) -> Result {
    let open = || Store::open(&config.database);
    let done = match command {
        Command::Serve => {
            let secrets = Secrets::new(Store::create(&config.database)?.read_only()?);
            return Ok(serve(config, &secrets)?);
        }
        Command::List { json } => return list(&open()?.list()?, json),
        Command::Add { tenant } => {
            Store::create(&config.database)?.add(&tenant)?;
            format!("added {tenant}")
        }
        Command::Set { place: Place { tenant, provider }, secret } => {
            let secret = secret_of(provider, &secret, config)?;
            open()?.set(&tenant, provider.name(), &secret)?;
            format!(
                "{tenant} has a secret for {name}: /hooks/{tenant}/{name}",
                name = provider.name()
            )
        }
        Command::Rotate { place: Place { tenant, provider }, secret, keep_old_for } => {
            let secret = secret_of(provider, &secret, config)?;
            open()?.rotate(&tenant, provider.name(), &secret, keep_old_for)?;
            format!(
                "{tenant} has a newer secret for {}: the provider may use it now",
                provider.name()
            )
        }
        Command::DropOld { place: Place { tenant, provider } } => {
            let dropped = open()?.drop_old(&tenant, provider.name())?;
            format!("dropped {dropped} of the secrets that {tenant} had for {}", provider.name())
        }
        Command::Remove { tenant, provider: None } => {
            open()?.remove(&tenant, None)?;
            format!("removed {tenant}")
        }
        Command::Remove { tenant, provider: Some(provider) } => {
            open()?.remove(&tenant, Some(provider.name()))?;
            format!("removed {} of {tenant}", provider.name())
        }
    };
    // So that what comes after the command can rely on it.
    sleep(NOTICED_WITHIN);
    Ok(writeln!(stdout(), "{done}")?)
}

#[tokio::main]
async fn serve(config: &Config, secrets: &Secrets) -> io::Result<()> {
    serving::serve(hooks::app(config, secrets), (config.host, config.port), GRACE).await
}

/// Who reads our output has seen enough, as `head` does.
pub(crate) fn is_closed_output(failure: &Failure) -> bool {
    let error = failure.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn secret_of(provider: &dyn Provider, args: &SecretArgs, config: &Config) -> Result<Secret> {
    let secret = secret::read(args)?;
    let name = provider.name();
    provider.check(config, &secret).map_err(|error| format!("no secret for {name}: {error}"))?;
    Ok(secret)
}

/// A table for people; for programs a line each, parted by tabs, or JSON.
fn list(entries: &[Listed], json: bool) -> Result {
    let mut out = stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(entries)?)?;
    } else if out.is_terminal() {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(["tenant", "provider", "old secrets", "valid until"]);
        table.add_rows(entries.iter().map(cells));
        writeln!(out, "{table}")?;
    } else {
        for entry in entries {
            writeln!(out, "{}", cells(entry).join("\t"))?;
        }
    }
    Ok(out.flush()?)
}

fn cells(entry: &Listed) -> [String; 4] {
    let until = match (entry.old_secrets, entry.old_until) {
        (0, _) => "-".to_owned(),
        (_, None) => "drop-old".to_owned(),
        (_, Some(time)) => time.to_string(),
    };
    let provider = entry.provider.clone().unwrap_or_else(|| "-".to_owned());
    [entry.tenant.clone(), provider, entry.old_secrets.to_string(), until]
}
