//! Blocks of `sh`: each is run to its end, or until the servers in it listen.

use super::markdown::Block;
use super::pages::{self, Page};
use super::shell::{Shell, is_built};

/// The examples, and the answers that the commands on their pages get, one after another.
const ANSWERS: [(&str, &[u16]); 9] = [
    ("flow-action-server", &[200]),
    ("many-providers", &[200]),
    ("meya-webhook", &[200]),
    ("multi-tenant", &[200]),
    ("prometheus-endpoint", &[200]),
    ("redis-replay", &[200, 401]),
    ("space-app", &[200]),
    ("spark-bot", &[200]),
    ("speakap-app", &[200]),
];

#[test]
fn the_commands_on_the_page_of_each_example_do_what_it_says() {
    let pages = pages::all().into_iter().filter(|page| example(page).is_some());
    let pages: Vec<_> = pages.collect();
    let found: Vec<_> = pages.iter().filter_map(example).collect();
    assert_eq!(found, ANSWERS.map(|(name, _)| name), "an example without a line here");
    for (page, (name, answers)) in pages.iter().zip(ANSWERS) {
        assert!(is_built(name), "{name}");
        let printed = run(page);
        assert!(printed.contains("listening on http://127.0.0.1:"), "{name}: {printed}");
        let statuses: Vec<u16> = printed
            .lines()
            .filter_map(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok())
            .collect();
        assert_eq!(statuses, answers, "{name}: {printed}");
    }
}

/// The example that the page is of.
fn example(page: &Page) -> Option<&str> {
    page.path.strip_prefix("examples/")?.strip_suffix("/README.md")
}

#[test]
fn the_commands_on_pages_work() {
    let mut run_at_all = 0;
    for page in pages::all().iter().filter(|page| example(page).is_none()) {
        run_at_all += usize::from(!run(page).is_empty());
    }
    assert!(run_at_all > 0);
}

/// What the blocks of the page print, but for those that say why they are not run.
fn run(page: &Page) -> String {
    let markdown = page.markdown();
    let is_run = |block: &&Block<'_>| block.language() == "sh" && block.not_run.is_none();
    let blocks: Vec<_> = markdown.blocks.iter().filter(is_run).collect();
    if blocks.is_empty() {
        return String::new();
    }
    let (mut shell, mut printed) = (Shell::of(example(page)), String::new());
    for block in blocks {
        let result = shell.run(&block.text);
        printed += &result.unwrap_or_else(|error| panic!("{}: {error}\n{printed}", block.at));
    }
    shell.end();
    printed
}
