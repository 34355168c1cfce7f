//! `countersign providers`

mod markdown;

use std::io::Write;
use std::process::ExitCode;

use comfy_table::{Table, presets};
use countersign::Defaults;
use serde::Serialize;

use super::code;
use crate::args::Providers;
use crate::failure::Failure;
use crate::registry::{Facts, PROVIDERS, Provider};

pub(super) fn run(args: &Providers) -> Result<ExitCode, Failure> {
    let rows =
        PROVIDERS.iter().map(|provider| Row::of(*provider)).collect::<Result<Vec<_>, _>>()?;
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &rows).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else if args.markdown {
        write!(out, "{}", markdown::page(&rows))?;
    } else {
        writeln!(out, "{}", table(&rows))?;
        for Row { facts, .. } in &rows {
            if let Some(note) = facts.note {
                writeln!(out, "{}: {note}", facts.name)?;
            }
        }
    }
    out.flush()?;
    Ok(code(true))
}

/// A provider in the list. The names of its members are those of the JSON, and stay.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    facts: &'static Facts,
    max_age_secs: Option<f64>,
    max_future_secs: Option<f64>,
    body_limit: usize,
    settings: Vec<&'static str>,
}

impl Row {
    fn of(provider: &'static dyn Provider) -> Result<Self, Failure> {
        let Defaults { max_age, max_future, body_limit, .. } = provider.defaults()?;
        Ok(Self {
            facts: provider.facts(),
            max_age_secs: max_age.map(|age| age.as_secs_f64()),
            // Without a `max_age` there is no window at all.
            max_future_secs: max_age.map(|_| max_future.as_secs_f64()),
            body_limit,
            settings: provider.members().iter().map(|member| member.name).collect(),
        })
    }

    fn window(&self) -> String {
        match (self.max_age_secs, self.max_future_secs, self.facts.time) {
            (Some(age), Some(future), _) => format!("-{future}..{age} s"),
            (_, _, Some(_)) => "none unless set".to_owned(),
            (_, _, None) => "none".to_owned(),
        }
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header([
        "name",
        "provider",
        "signature",
        "algorithm",
        "window",
        "strength",
        "confirmed",
    ]);
    for row in rows {
        let facts = row.facts;
        table.add_row([
            facts.name.to_owned(),
            facts.title.to_owned(),
            facts.signature.to_owned(),
            format!("{}, {}", facts.algorithm, facts.encoding),
            row.window(),
            facts.strength.text().to_owned(),
            if facts.confirmed { "yes" } else { "no" }.to_owned(),
        ]);
    }
    table.to_string()
}
