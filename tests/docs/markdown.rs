//! What a test wants to know of a page.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

/// The beginning of the comment in front of a block that is not run.
const NOT_RUN: &str = "<!-- not run:";

/// A page, read once.
pub(super) struct Markdown<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    pub(super) links: Vec<Link>,
    /// What a `#` can lead to.
    pub(super) anchors: Vec<String>,
}

/// A block of code.
pub(super) struct Block<'a> {
    /// The page and the line.
    pub(super) at: String,
    /// What stands behind the fence; nothing for a block that is indented.
    pub(super) info: String,
    pub(super) text: String,
    /// Where `text` is in the page.
    pub(super) range: Range<usize>,
    /// Why it is not run, if it says so.
    pub(super) not_run: Option<&'a str>,
}

impl Block<'_> {
    /// The first word behind the fence.
    pub(super) fn language(&self) -> &str {
        self.info.split(',').next().unwrap_or_default()
    }
}

/// A link, and the name by which the text calls it, if it does.
pub(super) struct Link {
    pub(super) at: String,
    pub(super) to: String,
    pub(super) name: Option<String>,
}

impl<'a> Markdown<'a> {
    pub(super) fn read(path: &str, text: &'a str) -> Self {
        let mut page = Self { blocks: Vec::new(), links: Vec::new(), anchors: Vec::new() };
        let line = |at: usize| format!("{path}:{}", text[..at].matches('\n').count() + 1);
        let (mut heading, mut taken, mut comment) = (None::<String>, HashMap::new(), None);
        let (mut block, mut of_block) = (None::<Block<'_>>, None);
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => info.into_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    of_block = None;
                    block = Some(Block {
                        at: line(range.start),
                        info,
                        text: String::new(),
                        range,
                        not_run: comment.take(),
                    });
                }
                Event::End(TagEnd::CodeBlock) => {
                    let mut block = block.take().unwrap();
                    block.range = of_block.clone().unwrap_or(block.range);
                    page.blocks.push(block);
                }
                Event::Text(words) if block.is_some() => {
                    let start = of_block.as_ref().map_or(range.start, |all: &Range<_>| all.start);
                    of_block = Some(start..range.end);
                    block.as_mut().unwrap().text += &words;
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    assert!(level <= HeadingLevel::H3, "{}: a heading so deep", line(range.start));
                    heading = Some(String::new());
                }
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap());
                    let before = taken.entry(anchor.clone()).or_insert(0);
                    page.anchors.push(match *before {
                        0 => anchor,
                        times => format!("{anchor}-{times}"),
                    });
                    *before += 1;
                }
                Event::Text(words) | Event::Code(words) if heading.is_some() => {
                    heading.as_mut().unwrap().push_str(&words);
                }
                Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                    let by_name = !matches!(link_type, LinkType::Inline | LinkType::Autolink);
                    page.links.push(Link {
                        at: line(range.start),
                        to: dest_url.into_string(),
                        name: by_name.then(|| id.into_string()),
                    });
                }
                Event::Html(_) => comment = not_run(&text[range]).or(comment),
                Event::Start(Tag::Paragraph) => comment = None,
                _ => {}
            }
        }
        page
    }
}

fn not_run(html: &str) -> Option<&str> {
    html.trim().strip_prefix(NOT_RUN)?.strip_suffix("-->").map(str::trim)
}

/// As the hosts of repositories make it of a heading.
fn anchor(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}
