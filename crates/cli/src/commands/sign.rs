//! `countersign sign`

use std::io::Write;
use std::process::ExitCode;

use bytes::Bytes;
use countersign::explain::encode;
use http::Response;

use super::{code, read, runtime, settings, time};
use crate::args::Sign;
use crate::capture::LIMIT;
use crate::draft::{self, Draft};
use crate::failure::Failure;
use crate::target::Target;
use crate::{client, curl, registry};

pub(super) fn run(args: &Sign) -> Result<ExitCode, Failure> {
    let provider = registry::find(&args.provider)?;
    let target = match &args.url {
        Some(url) => Target::parse(url)?,
        None => Target::parse(&format!("http://127.0.0.1:3000/{}", provider.facts().name))?,
    };
    let secret = args.secrets.read_one()?;
    let settings = settings(provider, &args.settings)?.sent_to(target.as_str());
    let headers =
        args.header.iter().map(|line| draft::header(line)).collect::<Result<Vec<_>, _>>()?;
    let body = match &args.body_file {
        Some(path) => Some(Bytes::from(read(path, "body file", LIMIT)?)),
        None => None,
    };
    let draft = Draft { provider, target: &target, headers: &headers, body };
    let request = draft.sign(&settings, &secret, time(args.now))?;

    let mut out = std::io::stdout().lock();
    if args.send {
        let answer = runtime()?.block_on(client::send(&target, request))?;
        print(&mut out, &answer)?;
    } else if args.curl {
        out.write_all(&curl::command(&target, &request)?)?;
    } else {
        out.write_all(&encode(&request))?;
    }
    out.flush()?;
    Ok(code(true))
}

fn print(out: &mut impl Write, answer: &Response<Bytes>) -> Result<(), Failure> {
    writeln!(out, "{:?} {}", answer.version(), answer.status())?;
    for (name, value) in answer.headers() {
        write!(out, "{name}: ")?;
        out.write_all(value.as_bytes())?;
        writeln!(out)?;
    }
    writeln!(out)?;
    out.write_all(answer.body())?;
    Ok(())
}
