//! The tables of providers: none is forgotten, and none says something else than the registry.
//!
//! `docs/providers.md` is written by the registry; the other tables are compared with it.

use std::collections::BTreeMap;

use super::pages::Page;

/// The rows of the first table with that column, each by the names of its columns.
pub(super) fn rows(text: &str, column: &str) -> Vec<BTreeMap<String, String>> {
    let lines = text.lines().map(|line| line.trim_start_matches("//!").trim());
    let mut lines = lines.skip_while(|line| !cells(line).iter().any(|cell| cell == column));
    let names = cells(lines.next().unwrap_or_default());
    let rows: Vec<_> = lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| names.iter().cloned().zip(cells(line)).collect())
        .collect();
    assert!(!rows.is_empty(), "there is no table with a column {column}");
    rows
}

fn cells(line: &str) -> Vec<String> {
    let cells = line.trim_matches('|').split(" | ");
    cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

fn registered() -> Vec<BTreeMap<String, String>> {
    rows(&Page::read("docs/providers.md").text, "oracle")
}

#[test]
fn the_threat_model_has_a_row_for_each_provider() {
    let threats = rows(&Page::read("docs/threat-model.md").text, "remembered by");
    for (row, threat) in registered().iter().zip(&threats) {
        for column in ["name", "signed", "window"] {
            assert_eq!(threat[column], row[column], "{}", row["name"]);
        }
        let weak = row["strength"].contains("weak");
        assert_eq!(threat["tier"] == "weak", weak, "{threat:?}");
        assert_eq!(threat["remembered by"] == "nothing", weak, "{threat:?}");
        assert_eq!(threat["open"] == "everything", weak, "{threat:?}");
        let by = match (&*row["signed"], &*row["algorithm"]) {
            ("nothing", _) => "nothing",
            (signed, _) if signed.starts_with("id,") => "id",
            (_, algorithm) if algorithm.starts_with("HMAC") => "tag",
            _ => "digest",
        };
        assert_eq!(threat["remembered by"], by, "{threat:?}");
        let timed = threat["tier"] == "signed, with a time";
        assert!(
            timed == (row["window"] != "none") || threat["tier"] == "signed in part",
            "{threat:?}"
        );
    }
    assert_eq!(threats.len(), registered().len());
}

#[test]
fn readme_and_facade_have_a_row_for_each_provider() {
    let readme = rows(&Page::read("README.md").text, "layer");
    let facade = rows(&Page::read("crates/countersign/src/lib.rs").text, "layer");
    assert_eq!(facade.len(), readme.len());
    for (row, facade) in readme.iter().zip(&facade) {
        for column in ["provider", "layer", "signed", "window"] {
            assert_eq!(row[column], facade[column]);
        }
    }
    // Each of the registry has a row, found by where the signature is.
    let mut rest: Vec<_> = readme.iter().collect();
    for provider in registered() {
        let mut words = provider["signature"].split([' ', ':', ',']).skip(1);
        let place = words.find(|word| {
            word.contains('-') || *word == "signature" || *word == "verificationToken"
        });
        let (place, title) = (place.unwrap(), &provider["provider"]);
        let first = |text: &str| {
            text.trim_start_matches('[').split([' ', ',', ']', ':']).next().unwrap().to_owned()
        };
        let found = rest.iter().position(|row| {
            first(&row["provider"]) == first(title) && row["signature"].contains(place)
        });
        let row = rest.remove(found.unwrap_or_else(|| panic!("{title} has no row")));
        let weak = provider["strength"].contains("weak");
        assert_eq!(row["provider"].contains("(weak)"), weak, "{row:?}");
        assert_eq!(row["window"].contains("none"), provider["window"] == "none", "{row:?}");
    }
    assert!(rest.is_empty(), "{rest:?}");
}
