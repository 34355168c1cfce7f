//! Bytes as people see them: escaped, shortened, and without secrets.

use std::fmt::Write;

use countersign_core::Secret;
use memchr::memmem;

use crate::explain::View;

/// Shows bytes of a request. Where a secret is in them, `[secret]` stands in its place.
#[derive(Clone, Debug)]
pub(crate) struct Show {
    view: View,
    secrets: Vec<Secret>,
}

/// Shorter ones occur by chance, and to hide them would show what they are.
const SHORTEST: usize = 4;

impl Show {
    pub(crate) fn new<'a>(view: View, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let secrets =
            secrets.into_iter().filter(|secret| secret.expose().trim_ascii().len() >= SHORTEST);
        Self { view, secrets: secrets.cloned().collect() }
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

    /// A sentence of ours, which may hold a part of the configuration.
    pub(crate) fn sentence(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.veiled(text.as_bytes())).into_owned()
    }

    /// The value of a header or field.
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

    fn shortened(&self, bytes: &[u8], first: usize, last: usize) -> String {
        let bytes = self.veiled(bytes);
        let kept = first.saturating_add(last);
        if bytes.len() <= kept {
            return format!("`{}`", escape(&bytes));
        }
        let (start, rest) = bytes.split_at_checked(first).unwrap_or((&bytes, &[]));
        let end = rest.get(rest.len().saturating_sub(last)..).unwrap_or_default();
        let left_out = bytes.len() - start.len() - end.len();
        let mut shown = format!("`{}` .. {left_out} bytes ..", escape(start));
        if !end.is_empty() {
            let _ = write!(shown, " `{}`", escape(end));
        }
        shown
    }

    /// Before anything is cut: half of a secret would no longer be found.
    fn veiled(&self, bytes: &[u8]) -> Vec<u8> {
        self.secrets.iter().fold(bytes.to_vec(), |bytes, secret| {
            let secret = secret.expose().trim_ascii();
            let mut veiled = Vec::with_capacity(bytes.len());
            let mut from = 0;
            for at in memmem::find_iter(&bytes, secret) {
                veiled.extend_from_slice(bytes.get(from..at).unwrap_or_default());
                veiled.extend_from_slice(b"[secret]");
                from = at + secret.len();
            }
            veiled.extend_from_slice(bytes.get(from..).unwrap_or_default());
            veiled
        })
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
        let text = [&[b'a'; 12][..], &[b'b'; 5], &[b'c'; 12]].concat();
        let shown = show(View::Redacted, "none").text(&text);
        assert_eq!(shown, "`aaaaaaaaaaaa` .. 5 bytes .. `cccccccccccc`");
        assert_eq!(show(View::Full, "none").text(&text).len(), 31);
    }

    #[test]
    fn nothing_reaches_the_terminal_but_printable_ascii() {
        let all: Vec<u8> = (0..=255).collect();
        assert!(escape(&all).bytes().all(|byte| matches!(byte, b' '..=b'~')));
        assert_eq!(escape("\\\u{e9}\x1b\r\n".as_bytes()), "\\\\\\xc3\\xa9\\x1b\\r\\n");
    }
}
