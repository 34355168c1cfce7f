//! What is said of a provider.

use serde::Serialize;

/// What is said of a provider in lists and tables: short texts for people.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Facts {
    /// Its name on the command line and in vectors: that of its scheme.
    pub name: &'static str,
    /// Its name among people.
    pub title: &'static str,
    /// Where the signature is.
    pub signature: &'static str,
    /// What is signed.
    pub signed: &'static str,
    /// How it is signed.
    pub algorithm: &'static str,
    /// How the signature is written.
    pub encoding: &'static str,
    /// Where the signed time is, if one is signed: then there is something to be stale.
    pub time: Option<&'static str>,
    /// What is answered without the handler, if anything.
    pub handshake: Option<&'static str>,
    /// How much a signature proves.
    pub strength: Strength,
    /// Whether a primary source confirms the format that is read by default.
    pub confirmed: bool,
    /// The official package that it is proven against, if there is one.
    pub oracle: Option<&'static str>,
    /// What is not confirmed, or else to be known.
    pub note: Option<&'static str>,
    /// Where the vendor describes it.
    pub source: &'static str,
}

/// How much of a request a signature proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Every byte of the body is signed.
    SignedBody,
    /// A form that is made of the body is signed; the handler gets that form.
    CanonicalForm,
    /// Nothing is signed. Who has seen the token once can send anything.
    TokenOnly,
}

impl Strength {
    /// For people.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::SignedBody => "signed body",
            Self::CanonicalForm => "signed form of the body",
            Self::TokenOnly => "token only",
        }
    }
}
