//! A signature that is written, or made, in another way than the provider's.

mod spot;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign_core::Algorithm;
use countersign_core::dissect::Claimed;

use self::spot::{Spot, spots};
use crate::case::{Case, Variant, Variants};

/// The same bytes in other digits.
pub(super) fn encoding(case: &Case) -> Variants<'_> {
    Box::new(spots(case).flat_map(move |spot| {
        let spellings = readings(&spot.text).into_iter().flat_map(|(bytes, was)| {
            Spelling::ALL.map(|spelling| (spelling.write(&bytes), format!("it is in {was}")))
        });
        let spellings: Vec<_> = spellings.collect();
        spellings.into_iter().filter_map(move |(text, detail)| spot.with_text(case, &text, detail))
    }))
}

/// What stands before signatures.
const PREFIXES: [&str; 8] = ["", "sha1=", "sha256=", "sha512=", "SHA-256=", "v0=", "v1=", "v1,"];

/// Another prefix, or none, or one where there was none.
pub(super) fn prefix(case: &Case) -> Variants<'_> {
    Box::new(spots(case).flat_map(move |spot| {
        spot.unprefixed().into_iter().flat_map(move |spot| {
            PREFIXES.into_iter().filter_map(move |prefix| {
                let text = format!("{prefix}{}", spot.text);
                spot.with_text(case, &text, format!("`{prefix}` is read"))
            })
        })
    }))
}

/// What the signature is made with is found out with the text that would be signed; the variant then
/// has the signature that it should have had.
pub(super) fn hash(case: &Case) -> Variants<'_> {
    Box::new(spots(case).flat_map(move |spot| {
        let readings = readings(&spot.text)
            .into_iter()
            .filter_map(|(bytes, _)| Some((made_with(bytes.len())?, bytes)));
        let readings: Vec<_> = readings.collect();
        readings.into_iter().flat_map(move |(given, bytes)| {
            let [entry, alone] = spot.unprefixed();
            let places = [(spot.clone(), false), (entry, true), (alone, true)];
            places.into_iter().flat_map(move |(spot, is_bare)| {
                let bytes = bytes.clone();
                wanted(given, is_bare).filter_map(move |(wanted, spelling, prefix)| {
                    remade(case, &spot, given, &bytes, wanted, spelling, prefix)
                })
            })
        })
    }))
}

const HASHES: [(Algorithm, &str); 4] = [
    (Algorithm::HmacSha1, "SHA-1"),
    (Algorithm::HmacSha256, "SHA-256"),
    (Algorithm::HmacSha384, "SHA-384"),
    (Algorithm::HmacSha512, "SHA-512"),
];

fn name(algorithm: Algorithm) -> &'static str {
    HASHES.iter().find(|(known, _)| *known == algorithm).map_or("another hash", |(_, name)| name)
}

fn made_with(length: usize) -> Option<Algorithm> {
    HASHES.map(|(known, _)| known).into_iter().find(|known| known.size() == Some(length))
}

/// Every other hash, in each spelling, behind what stands there now, or where that `is_bare`, behind what may
/// stand there then.
fn wanted(
    given: Algorithm,
    is_bare: bool,
) -> impl Iterator<Item = (Algorithm, Spelling, &'static str)> {
    let hashes = HASHES.map(|(known, _)| known).into_iter().filter(move |known| *known != given);
    hashes.flat_map(move |hash| {
        let prefixes: &[&str] = match hash {
            _ if !is_bare => &[""],
            Algorithm::HmacSha1 => &["sha1="],
            Algorithm::HmacSha512 => &["sha512="],
            _ => &["sha256=", "v0=", "v1="],
        };
        [Spelling::Hex, Spelling::Base64]
            .into_iter()
            .flat_map(move |spelling| prefixes.iter().map(move |prefix| (hash, spelling, *prefix)))
    })
}

/// `None` unless the given bytes are the tag of a candidate text, made with `given`.
fn remade(
    case: &Case,
    spot: &Spot,
    given: Algorithm,
    bytes: &[u8],
    wanted: Algorithm,
    spelling: Spelling,
    prefix: &str,
) -> Option<Variant> {
    let put = |tag: &[u8], detail: String| {
        spot.with_text(case, &format!("{prefix}{}", spelling.write(tag)), detail)
    };
    // So that the scheme reads the rest: a signature of the right length.
    let blank = put(&vec![0; wanted.size()?], String::new())?;
    let claimed = blank.case.check.dissect(&blank.case.request).claimed.ok()?;
    let tag = same_tag(&claimed, given, bytes, wanted)?;
    put(tag, format!("it is {}, and {} is read", name(given), name(wanted)))
}

/// The tag in `wanted` of the text and key whose tag in `given` is `bytes`.
fn same_tag<'a>(
    claimed: &'a Claimed,
    given: Algorithm,
    bytes: &[u8],
    wanted: Algorithm,
) -> Option<&'a [u8]> {
    let is_read = claimed.signatures.iter().any(|signature| signature.algorithm() == wanted);
    let made = claimed.tags.iter().find(|tag| tag.algorithm == given && *tag.bytes == *bytes)?;
    let tag = claimed
        .tags
        .iter()
        .find(|tag| (tag.key, tag.text, tag.algorithm) == (made.key, made.text, wanted))?;
    is_read.then_some(&tag.bytes)
}

/// How bytes are written.
#[derive(Clone, Copy)]
enum Spelling {
    Hex,
    Base64,
    Base64Url,
    /// Digits that are themselves taken for bytes.
    HexInBase64,
}

impl Spelling {
    const ALL: [Self; 4] = [Self::Hex, Self::Base64, Self::Base64Url, Self::HexInBase64];

    fn write(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => base16ct::lower::encode_string(bytes),
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
            Self::HexInBase64 => STANDARD.encode(base16ct::lower::encode_string(bytes)),
        }
    }
}

/// The shortest signature there is, in bytes.
const SHORTEST: usize = 20;

/// What a text may stand for, and in what it is then.
fn readings(text: &str) -> Vec<(Vec<u8>, &'static str)> {
    let mut readings = Vec::new();
    let hex = |text: &[u8]| base16ct::mixed::decode_vec(text).ok();
    readings.extend(hex(text.as_bytes()).map(|bytes| (bytes, "hexadecimal")));
    let plain: String = text
        .trim_end_matches('=')
        .chars()
        .map(|char| match char {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(plain) {
        readings.extend(hex(&bytes).map(|bytes| (bytes, "base64 of hexadecimal digits")));
        let name = if text.contains(['-', '_']) { "base64 for URLs" } else { "base64" };
        readings.push((bytes, name));
    }
    readings.retain(|(bytes, _)| bytes.len() >= SHORTEST);
    readings
}
