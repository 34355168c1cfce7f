//! Each link leads to a file that is there, or to a heading that is. Nothing is asked on the internet.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use http::Uri;

use super::pages::{self, Page, ROOT};

#[test]
fn each_link_leads_somewhere() {
    let pages = pages::all();
    let anchors: HashMap<_, _> =
        pages.iter().map(|page| (place(&page.path), page.markdown().anchors)).collect();
    let (mut inside, mut outside) = (0, 0);
    for page in pages.iter().filter(|page| !is_crate_doc(page)) {
        for link in page.markdown().links {
            if let Some((scheme, _)) = link.to.split_once("://") {
                let uri: Uri = link.to.parse().expect(&link.at);
                assert!(scheme == "https" && uri.host().is_some(), "{}: {}", link.at, link.to);
                outside += 1;
                continue;
            }
            let (file, anchor) = link.to.split_once('#').unwrap_or((&link.to, ""));
            let folder = Path::new(&page.path).parent().unwrap();
            let path = if file.is_empty() { page.path.clone().into() } else { folder.join(file) };
            let path = path.to_str().unwrap();
            assert!(Path::new(ROOT).join(path).exists(), "{}: there is no {}", link.at, link.to);
            let known = || anchors.get(&place(path)).unwrap_or_else(|| panic!("{}", link.at));
            let leads = anchor.is_empty() || known().iter().any(|known| known == anchor);
            assert!(leads, "{}: {file} has no heading for #{anchor}", link.at);
            inside += 1;
        }
    }
    assert!(inside > 30 && outside > 20, "{inside} {outside}");
}

/// `countersign new` writes such a page into a folder where nothing else of the repository is.
#[test]
fn a_page_of_an_example_leads_nowhere_else_in_the_repository() {
    let mut pages = 0;
    for page in pages::all().iter().filter(|page| page.path.starts_with("examples/")) {
        for link in page.markdown().links.iter().filter(|link| !link.to.contains("://")) {
            assert!(!link.to.contains(".."), "{}: {}", link.at, link.to);
        }
        pages += 1;
    }
    assert!(pages > 5, "{pages}");
}

/// The pages that the facade's documentation has, too, call their neighbours by a name, and the facade says where those are
/// there: a path of the repository would lead nowhere.
#[test]
fn a_page_of_the_facade_names_only_what_is_there_too() {
    let guide =
        fs::read_to_string(Path::new(ROOT).join("crates/countersign/src/guide.rs")).unwrap();
    let (mut pages, mut links) = (0, 0);
    for module in guide.split("pub mod ").filter(|module| module.contains("include_str!")) {
        let path = module.split('"').nth(1).unwrap().strip_prefix("../").unwrap();
        let linked =
            fs::canonicalize(Path::new(ROOT).join("crates/countersign").join(path)).unwrap();
        let root = fs::canonicalize(ROOT).unwrap();
        let page = Page::read(linked.strip_prefix(root).unwrap().to_str().unwrap());
        assert!(page.path.starts_with("docs/"), "{path} is a copy");
        for link in page.markdown().links.iter().filter(|link| !link.to.contains("://")) {
            let name = link.name.as_deref().unwrap_or_else(|| panic!("{}: no name", link.at));
            assert!(module.contains(&format!("[{name}]: ")), "{}: [{name}]", link.at);
            links += 1;
        }
        pages += 1;
    }
    assert!(pages > 10 && links > 3, "{pages} {links}");
}

/// Documentation of the facade, whose links rustdoc checks.
fn is_crate_doc(page: &Page) -> bool {
    page.path.starts_with("crates/countersign/docs/")
}

/// Where the file is, whichever way its path takes.
fn place(path: &str) -> std::path::PathBuf {
    fs::canonicalize(Path::new(ROOT).join(path)).unwrap()
}
