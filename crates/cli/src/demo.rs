//! Shows that the layers do what they say: a real server, real requests, genuine and forged.

mod cases;
mod server;

use std::time::SystemTime;

use http::StatusCode;

use self::cases::Case;
use crate::client;
use crate::failure::Failure;
use crate::registry::Provider;

pub(crate) use self::cases::cases;
pub(crate) use self::server::{Stand, serve};

/// Starts a server for those providers, and sends every request there is to each of them.
///
/// # Errors
///
/// When the server cannot be started or does not answer.
pub async fn run(providers: &[&'static dyn Provider]) -> Result<Vec<Row>, Failure> {
    try_all(&serve(providers, false).await?).await
}

pub(crate) async fn try_all(stands: &[Stand]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for stand in stands {
        for case in cases(stand, SystemTime::now().into())? {
            rows.push(send(stand, case).await?);
        }
    }
    Ok(rows)
}

async fn send(stand: &Stand, Case { kind, request }: Case) -> Result<Row, Failure> {
    let answer = client::send(&stand.target, request).await?;
    Ok(Row {
        provider: stand.name(),
        kind,
        status: answer.status(),
        // The answer does not say why, so that a forger learns nothing; the log of the server does.
        reason: stand.refusal().map(|reason| reason.to_string()),
    })
}

/// What is sent to a provider's layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// As the provider sends it.
    Genuine,
    /// One byte is another one.
    Flipped,
    /// Signed with a secret that the receiver does not have.
    WrongSecret,
    /// Without a signature.
    Unsigned,
    /// Genuine once, but its signed time is past the window.
    Stale,
    /// Genuine, but it was handled already.
    Replayed,
}

impl Kind {
    /// For people.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Flipped => "one byte flipped",
            Self::WrongSecret => "wrong secret",
            Self::Unsigned => "unsigned",
            Self::Stale => "stale",
            Self::Replayed => "replayed",
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Row {
    /// Whose layer it was sent to.
    pub provider: &'static str,
    /// What was sent.
    pub kind: Kind,
    /// The status of the answer.
    pub status: StatusCode,
    /// Why the layer refused it, if it did.
    pub reason: Option<String>,
}

impl Row {
    /// Whether the handler got it.
    #[must_use]
    pub fn got_through(&self) -> bool {
        self.status.is_success()
    }

    /// Whether that is what had to happen: 200 for the genuine one, 401 for every other.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let wanted = match self.kind {
            Kind::Genuine => StatusCode::OK,
            Kind::Flipped | Kind::WrongSecret | Kind::Unsigned | Kind::Stale | Kind::Replayed => {
                StatusCode::UNAUTHORIZED
            }
        };
        self.status == wanted
    }
}

/// Whether all of them are right, and there are any.
#[must_use]
pub fn all_right(rows: &[Row]) -> bool {
    !rows.is_empty() && rows.iter().all(Row::is_right)
}
