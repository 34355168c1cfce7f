//! `countersign providers`

use countersign_cli::registry::PROVIDERS;

use super::support::countersign;

#[test]
fn the_table_names_every_provider() {
    let run = countersign(&["providers"]);
    assert_eq!(run.code, 0);
    for provider in PROVIDERS {
        let facts = provider.facts();
        for text in [facts.name, facts.title, facts.signature, facts.strength.text()] {
            assert!(run.text().contains(text), "{text} is not in\n{}", run.text());
        }
    }
}

#[test]
fn the_json_has_a_stable_shape() {
    let json = countersign(&["providers", "--json"]).json();
    let providers = json.as_array().unwrap();
    assert_eq!(providers.len(), PROVIDERS.len());
    let spark = providers.iter().find(|provider| provider["name"] == "spark").unwrap();
    assert_eq!(spark["signature"], "header X-Spark-Signature");
    assert_eq!(spark["algorithm"], "HMAC-SHA1");
    assert_eq!(spark["encoding"], "hex");
    assert_eq!(spark["strength"], "signed-body");
    assert_eq!(spark["confirmed"], true);
    assert_eq!(spark["max_age_secs"], serde_json::Value::Null);
    assert_eq!(spark["body_limit"], 1024 * 1024);
    assert!(spark["settings"].as_array().unwrap().contains(&"webex_signature".into()));
}

/// What people read of the providers is what the code says.
#[test]
fn the_page_in_docs_is_the_one_that_is_written() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/providers.md");
    let page = countersign(&["providers", "--markdown"]);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, page.text()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page.text(), "docs/providers.md: BLESS=1 writes it anew");
    for provider in PROVIDERS {
        assert!(committed.contains(provider.facts().source), "{}", provider.facts().name);
    }
}

#[test]
fn every_entry_is_whole() {
    for provider in PROVIDERS {
        let facts = provider.facts();
        assert!(!facts.title.is_empty() && facts.source.starts_with("https://"), "{facts:?}");
        let defaults = provider.defaults().unwrap();
        assert!(facts.time.is_some() || defaults.max_age.is_none(), "a window over no time");
        assert!(facts.confirmed || facts.note.is_some(), "what is not confirmed has to be said");
    }
    let mut names: Vec<_> = PROVIDERS.iter().map(|provider| provider.facts().name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), PROVIDERS.len());
}
