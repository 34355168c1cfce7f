//! The command line, as clap reads it.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args as ClapArgs, Parser, Subcommand};
use jiff::{Span, SpanRelativeTo};

use crate::providers::{PROVIDERS, Provider, find};
use crate::tenant::TenantName;

/// Serves the webhooks of many tenants, and keeps their secrets
///
/// The secrets are in the SQLite database that the environment variable DATABASE names [default: tenants.db].
/// A server goes by a change when the command that made it has ended; no restart is needed.
#[derive(Parser)]
#[command(name = "multi-tenant", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve, at /hooks/TENANT/PROVIDER
    Serve,
    /// Add a tenant
    Add { tenant: TenantName },
    /// Store a tenant's first secret for a provider
    Set {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        secret: SecretArgs,
    },
    /// Store a newer secret; the old ones stay valid beside it
    Rotate {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        secret: SecretArgs,
        /// How long the old secrets stay valid, such as 12h or 7d [default: until drop-old]
        #[arg(long, value_name = "PERIOD", value_parser = period)]
        keep_old_for: Option<Duration>,
    },
    /// End all secrets but the newest
    DropOld {
        #[command(flatten)]
        place: Place,
    },
    /// List tenants and their providers: what each has, and until when old secrets are valid
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove a tenant, or one of its providers
    Remove {
        tenant: TenantName,
        #[arg(value_parser = provider())]
        provider: Option<&'static dyn Provider>,
    },
}

#[derive(ClapArgs)]
pub(crate) struct Place {
    pub(crate) tenant: TenantName,
    #[arg(value_parser = provider())]
    pub(crate) provider: &'static dyn Provider,
}

/// Without either, the secret is read from standard input. It is never an argument, since other users
/// see those.
#[derive(ClapArgs)]
#[group(multiple = false)]
pub(crate) struct SecretArgs {
    /// The environment variable that holds the secret [default: it is read from standard input]
    #[arg(long, value_name = "VAR")]
    pub(crate) secret_env: Option<String>,
    /// The file that holds the secret; one line end after it is not part of it
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
}

fn provider() -> impl TypedValueParser<Value = &'static dyn Provider> {
    PossibleValuesParser::new(PROVIDERS.iter().map(|provider| provider.name()))
        .try_map(|name| find(&name).ok_or("there is no such provider"))
}

fn period(text: &str) -> Result<Duration, &'static str> {
    let period = text.parse::<Span>().and_then(|span| {
        let period = span.to_duration(SpanRelativeTo::days_are_24_hours())?;
        Duration::try_from(period)
    });
    period.map_err(|_| "give weeks, days, hours, minutes or seconds, such as 12h or 7d")
}

/// Reads the arguments of the process, which end it when they are wrong.
pub(crate) fn read() -> Args {
    Args::try_parse().unwrap_or_else(|error| without_values(error).exit())
}

/// clap repeats the word that it does not take. Somebody may have thought that a secret goes there.
fn without_values(mut error: clap::Error) -> clap::Error {
    let hidden = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => ContextKind::InvalidValue,
    };
    if error.get(hidden).is_some() {
        error.insert(hidden, ContextValue::String("..".to_owned()));
        // A tip that has the word in it.
        error.insert(ContextKind::Suggested, ContextValue::None);
    }
    error
}
