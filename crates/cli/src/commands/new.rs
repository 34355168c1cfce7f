//! `countersign new`

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::code;
use crate::args::New;
use crate::examples::Example;
use crate::failure::Failure;

pub(super) fn run(args: &New) -> Result<ExitCode, Failure> {
    match (&args.example, &args.dir) {
        (Some(example), Some(dir)) => write(Example::named(example)?, dir, args.path.as_deref())?,
        _ => list(args.json)?,
    }
    Ok(code(true))
}

/// An example in the list. The names of its members are those of the JSON, and stay.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    description: String,
}

fn list(json: bool) -> Result<(), Failure> {
    let row =
        |example: &Example| Ok(Row { name: example.name(), description: example.description()? });
    let rows = Example::all().iter().map(row).collect::<Result<Vec<_>, Failure>>()?;
    let mut out = anstream::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &rows).map_err(io::Error::from)?;
    } else {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["example", "what it is"]);
        for Row { name, description } in rows {
            table.add_row([name.to_owned(), description]);
        }
        write!(out, "{table}")?;
    }
    writeln!(out)?;
    Ok(out.flush()?)
}

fn write(example: Example, dir: &Path, checkout: Option<&Path>) -> Result<(), Failure> {
    let shown = dir.display();
    // Whatever is wrong with it is found before the first file is there.
    let files = example.files(checkout)?;
    if !is_free(dir).map_err(|error| Failure::new(format!("{shown} cannot be read: {error}")))? {
        return Err(Failure::new(format!("{shown} is there and not an empty folder")));
    }
    for (path, text) in &files {
        put(&dir.join(path), text).map_err(|error| {
            let at = path.display();
            Failure::new(format!("{at} cannot be written: {error}; {shown} is not whole"))
        })?;
    }
    let mut out = anstream::stdout().lock();
    writeln!(out, "{shown} is written: {}. To go on:\n", example.description()?)?;
    writeln!(out, "cd {}", quoted(dir))?;
    writeln!(out, "cat README.md    # what it needs, and how to send it a signed request")?;
    writeln!(out, "cargo run")?;
    Ok(out.flush()?)
}

fn is_free(dir: &Path) -> io::Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(_) if dir.is_file() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Only where nothing is: somebody else may have been quicker.
fn put(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// As a shell takes it, for which what begins with a dash is an option.
fn quoted(dir: &Path) -> String {
    let mut text = dir.to_string_lossy().into_owned();
    if text.starts_with('-') {
        text.insert_str(0, "./");
    }
    shlex::try_quote(&text).map(Into::into).unwrap_or(text)
}
