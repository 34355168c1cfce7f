//! Bytes as people see them: escaped, shortened, and without secrets.

use std::fmt::Write;

use countersign_core::Secret;

use crate::explain::View;
use crate::veil::Veil;

/// Shows bytes of a request. Where a secret is in them, `[secret]` stands in its place.
#[derive(Clone)]
pub(crate) struct Show {
    view: View,
    veil: Veil,
}

/// When redacted, no more than one in so many bytes of a text is left: a short one would be seen whole.
const REDACTED: usize = 3;

impl Show {
    pub(crate) fn new<'a>(view: View, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Self { view, veil: Veil::new(secrets) }
    }

    /// Part of a body, or of what is signed: between backticks, shortened in the middle unless all of
    /// it is wanted.
    pub(crate) fn text(&self, bytes: &[u8]) -> String {
        let (first, last) = match self.view {
            View::Full => (usize::MAX, 0),
            View::Short => (160, 80),
            View::Redacted => (12, 12),
        };
        self.shortened(bytes, first, last)
    }

    /// The value of a header or field, or a part of the configuration.
    pub(crate) fn value(&self, bytes: &[u8]) -> String {
        let (first, last) = match self.view {
            View::Full => (usize::MAX, 0),
            View::Short => (120, 40),
            View::Redacted => (12, 4),
        };
        self.shortened(bytes, first, last)
    }

    /// A signature, as it is written.
    pub(crate) fn signature(&self, text: &str) -> String {
        match self.view {
            View::Redacted => self.shortened(text.as_bytes(), 6, 0),
            View::Full | View::Short => self.shortened(text.as_bytes(), usize::MAX, 0),
        }
    }

    /// Secrets are looked for beyond what is shown, since half of one would no longer be found; but not in all of
    /// a text, which may be long.
    fn shortened(&self, bytes: &[u8], first: usize, last: usize) -> String {
        let length = bytes.len();
        let (first, last) = match self.view {
            View::Redacted => {
                let last = last.min(length / REDACTED / 2);
                (first.min(length / REDACTED - last), last)
            }
            View::Full | View::Short => (first, last),
        };
        if length <= first.saturating_add(last) {
            return format!("`{}`", escape(&self.veil.over(bytes)));
        }
        let beyond = self.veil.longest();
        let start = bytes.get(..first.saturating_add(beyond)).unwrap_or(bytes);
        let mut shown = format!(
            "`{}` .. {} bytes ..",
            escape(&self.veil.within(start, 0..first)),
            length - first - last
        );
        if last > 0 {
            let from = length.saturating_sub(last.saturating_add(beyond));
            let end = bytes.get(from..).unwrap_or(bytes);
            let end = self.veil.within(end, end.len() - last..end.len());
            let _ = write!(shown, " `{}`", escape(&end));
        }
        shown
    }
}

/// Printable ASCII as it is; everything else as `\n`, `\r`, `\t` or `\xNN`, so that a terminal does
/// nothing with it and bytes that look alike do not.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(view: View, secret: &str) -> Show {
        Show::new(view, &[Secret::new(secret).expect("a secret")])
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_is_cut() {
        for view in [View::Short, View::Full, View::Redacted] {
            let show = show(view, "s3cr3t\n");
            for at in 0..200 {
                let text = [&vec![b'.'; at][..], b"s3cr3t", &[b'.'; 200]].concat();
                for shown in [show.text(&text), show.value(&text)] {
                    assert!(!shown.contains("s3c") && !shown.contains("r3t"), "{shown}");
                }
            }
            let twice = show.signature("s3cr3ts3cr3t");
            assert!(!twice.contains("s3c"), "{twice}");
        }
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let text = [&[b'a'; 12][..], &[b'b'; 50], &[b'c'; 12]].concat();
        let shown = show(View::Redacted, "none").text(&text);
        assert_eq!(shown, "`aaaaaaaaaaaa` .. 50 bytes .. `cccccccccccc`");
        assert_eq!(show(View::Full, "none").text(&text).len(), 76);
    }

    #[test]
    fn a_third_is_left_of_what_is_redacted_however_short_it_is() {
        let show = show(View::Redacted, "none");
        for length in 0..100 {
            let text = "x".repeat(length);
            for shown in
                [show.text(text.as_bytes()), show.value(text.as_bytes()), show.signature(&text)]
            {
                assert!(shown.matches('x').count() * 3 <= length, "{shown}");
            }
        }
    }

    #[test]
    fn nothing_reaches_the_terminal_but_printable_ascii() {
        let all: Vec<u8> = (0..=255).collect();
        assert!(escape(&all).bytes().all(|byte| matches!(byte, b' '..=b'~')));
        assert_eq!(escape("\\\u{e9}\x1b\r\n".as_bytes()), "\\\\\\xc3\\xa9\\x1b\\r\\n");
    }
}
