//! `countersign demo`

use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use comfy_table::{Table, presets};

use super::{code, runtime, time};
use crate::args::Demo;
use crate::curl;
use crate::demo::{Kind, Row, Stand, all_right, cases, serve, try_all};
use crate::failure::{Failure, unless_closed};
use crate::registry::PROVIDERS;

pub(super) fn run(args: &Demo) -> Result<ExitCode, Failure> {
    runtime()?.block_on(async {
        let rows = try_all(&serve(PROVIDERS, false).await?).await?;
        unless_closed(show(&rows))?;
        if args.keep {
            // One that has not handled anything yet.
            keep(&serve(PROVIDERS, true).await?).await?;
        }
        Ok(code(all_right(&rows)))
    })
}

fn show(rows: &[Row]) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header([
        "provider",
        "request",
        "answer",
        "handler",
        "reason in the log",
        "",
    ]);
    for row in rows {
        table.add_row([
            row.provider,
            row.kind.text(),
            row.status.as_str(),
            if row.got_through() { "called" } else { "not called" },
            row.reason.as_deref().unwrap_or("-"),
            if row.is_right() { "as it should be" } else { "WRONG" },
        ]);
    }
    let mut out = anstream::stdout().lock();
    // A row is one line, and the rows stand between three lines of head and the last one.
    let styles = rows.iter().map(style);
    let plain = || std::iter::repeat_n(Style::new(), HEAD_LINES);
    let styles = plain().chain(styles).chain(plain());
    for (line, style) in table.lines().zip(styles) {
        writeln!(out, "{style}{line}{style:#}")?;
    }
    let others = || rows.iter().filter(|row| row.kind != Kind::Genuine);
    writeln!(
        out,
        "{} genuine requests of {} got through, {} forged or replayed ones of {}.",
        rows.iter().filter(|row| row.kind == Kind::Genuine && row.got_through()).count(),
        rows.iter().filter(|row| row.kind == Kind::Genuine).count(),
        others().filter(|row| row.got_through()).count(),
        others().count(),
    )?;
    out.flush()?;
    Ok(())
}

const HEAD_LINES: usize = 3;

fn style(row: &Row) -> Style {
    let colour = match (row.is_right(), row.kind) {
        (false, _) => AnsiColor::Red,
        (true, Kind::Genuine) => AnsiColor::Green,
        (true, _) => return Style::new(),
    };
    Style::new().fg_color(Some(colour.into()))
}

/// Prints what to try, and waits.
async fn keep(stands: &[Stand]) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    writeln!(out, "\nThe server stays up. Paste these; ctrl-c ends it.")?;
    if stands.iter().any(|stand| stand.remembers) {
        writeln!(out, "A genuine one is handled once: pasted again, it is refused.")?;
    }
    if stands.iter().any(|stand| stand.provider.facts().time.is_some()) {
        writeln!(
            out,
            "Those that sign a time are good for an hour: here the window is that wide."
        )?;
    }
    for stand in stands {
        for case in cases(stand, time(None))? {
            if matches!(case.kind, Kind::Genuine | Kind::Flipped) {
                writeln!(out, "\n# {}, {}", stand.name(), case.kind.text())?;
                out.write_all(&curl::command(&stand.target, &case.request)?)?;
            }
        }
    }
    out.flush()?;
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| Failure::new(format!("cannot wait for ctrl-c: {error}")))
}
