//! The command line, as clap reads it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::secrets::{OtherSecretArgs, SecretArgs};

/// Signs, verifies and tries out webhooks
///
/// Exit codes: 0 accepted or done, 1 rejected or failed, 2 for a usage or configuration error.
#[derive(Debug, Parser)]
#[command(name = "countersign", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the providers: where the signature is, what it proves, which window holds
    Providers(Providers),
    /// Sign a request as the provider does; print it, print a curl call, or send it
    Sign(Sign),
    /// Say whether a captured HTTP/1.1 request is genuine, and why not
    Verify(Verify),
    /// Say why a captured request is refused, and what would fix it
    Explain(Explain),
    /// Work with conformance vectors
    #[command(subcommand)]
    Vectors(Vectors),
    /// Start a server behind every provider's layer, and send it genuine and forged requests
    Demo(Demo),
    /// Write a crate to begin with, out of one of the examples; list them
    New(New),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Providers {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print Markdown: `docs/providers.md`
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Sign {
    /// The provider
    pub(crate) provider: String,
    #[command(flatten)]
    pub(crate) secrets: SecretArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Where the request goes [default: http://127.0.0.1:3000/PROVIDER]
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A header; given twice, it is there twice
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// The time to sign, in unix seconds [default: now]
    #[arg(long, value_name = "UNIX", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
    /// The body, `-` for standard input [default: a sample of the provider's]
    #[arg(long, value_name = "FILE")]
    pub(crate) body_file: Option<PathBuf>,
    /// Print a curl call that sends exactly this request
    #[arg(long)]
    pub(crate) curl: bool,
    /// Send it, and print the answer
    #[arg(long, conflicts_with = "curl")]
    pub(crate) send: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Verify {
    /// The provider
    pub(crate) provider: String,
    #[command(flatten)]
    pub(crate) secrets: SecretArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// The time at which it arrived, in unix seconds [default: now]
    #[arg(long, value_name = "UNIX", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The captured request, `-` for standard input
    pub(crate) file: PathBuf,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Explain {
    /// The provider
    #[arg(required_unless_present = "codes")]
    pub(crate) provider: Option<String>,
    #[command(flatten)]
    pub(crate) secrets: SecretArgs,
    #[command(flatten)]
    pub(crate) other_secrets: OtherSecretArgs,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// The time at which it arrived, in unix seconds [default: that of the capture, or now]
    #[arg(long, value_name = "UNIX", allow_negative_numbers = true)]
    pub(crate) now: Option<i64>,
    /// How long to look for a cause, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(crate) budget: Duration,
    /// The entry of a HAR; the first is 0
    #[arg(long, value_name = "N")]
    pub(crate) har_entry: Option<usize>,
    /// The vector of a file of vectors
    #[arg(long, value_name = "NAME")]
    pub(crate) vector: Option<String>,
    /// Show all of the signed text
    #[arg(long)]
    pub(crate) full: bool,
    /// Show a few bytes of text and signatures, for a bug report
    #[arg(long, conflicts_with = "full")]
    pub(crate) redact: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// List the codes of all causes
    #[arg(long, exclusive = true)]
    pub(crate) codes: bool,
    /// The captured request, `-` for standard input: HTTP/1.1, a curl trace, a HAR, a vector
    #[arg(required_unless_present = "codes")]
    pub(crate) file: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let secs: f64 = text.parse().map_err(|_| "that is no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(secs).map_err(|_| "that is no number of seconds".to_owned())
}

/// Settings of the provider, by the names that they have in vectors.
#[derive(ClapArgs, Debug)]
pub(crate) struct SettingArgs {
    /// A setting of the provider, as in vectors: max_age_secs=300; `@FILE` reads the value
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Vectors {
    /// Run conformance files; print each vector that disagrees
    Run(VectorsRun),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct VectorsRun {
    /// The files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Demo {
    /// Leave the server up, and print curl calls to try
    #[arg(long)]
    pub(crate) keep: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct New {
    /// The example; without one they are listed
    #[arg(requires = "dir")]
    pub(crate) example: Option<String>,
    /// Where the crate is to be: a folder that is empty or not there yet
    pub(crate) dir: Option<PathBuf>,
    /// Take countersign from a checkout, not from crates.io: until the first release it is not there
    #[arg(long, value_name = "CHECKOUT", requires = "example")]
    pub(crate) path: Option<PathBuf>,
    /// Print JSON
    #[arg(long, conflicts_with = "example")]
    pub(crate) json: bool,
}
