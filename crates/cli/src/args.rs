//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::secrets::SecretArgs;

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
    /// Work with conformance vectors
    #[command(subcommand)]
    Vectors(Vectors),
    /// Start a server behind every provider's layer, and send it genuine and forged requests
    Demo(Demo),
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
