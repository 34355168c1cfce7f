//! What is asked, and how the answer is found.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign_core::{ConfigError, Reason, Secret, Timestamp};
use http::Request;

use crate::case::{Around, Case};
use crate::causes::of_time;
use crate::explanation::Explanation;
use crate::receiver::{Receiver, Setup};
use crate::search::{Limits, search};
use crate::show::Show;
use crate::walk::Walk;
use crate::wire::Note;

/// Explains requests to one receiver.
///
/// ```
/// use std::time::Duration;
///
/// use bytes::Bytes;
/// use countersign_core::{ConfigError, Scheme, Secret, SecretOnly, VerifyLayer};
/// use countersign_explain::{Explain, Receiver, Setup};
/// use http::Request;
///
/// fn why<S: SecretOnly>(request: Request<Bytes>) -> Result<String, ConfigError> {
///     let receiver = Receiver::new(|setup| VerifyLayer::<S>::try_new(setup.secrets().to_vec()));
///     let setup = Setup::default().secret(Secret::new("a secret")?);
///     let explain = Explain::new(receiver, setup).budget(Duration::from_secs(1));
///     Ok(explain.explain(request)?.to_string())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Explain {
    receiver: Receiver,
    setup: Setup,
    others: Vec<Receiver>,
    other_secrets: Vec<Secret>,
    now: Option<Timestamp>,
    captured_at: Option<Timestamp>,
    note: Option<Note>,
    limits: Limits,
    view: View,
    remark: Option<String>,
}

/// How much of the request is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// What is long, shortened in the middle.
    #[default]
    Short,
    /// All of it.
    Full,
    /// A few bytes, for pasting into a bug report. Of signatures, too, so that none is valid.
    Redacted,
}

impl Explain {
    /// How long the search for a cause may take unless something else is said.
    pub const BUDGET: Duration = Duration::from_secs(2);

    /// How many changes are tried at most.
    pub const MOST_TRIES: usize = 50_000;

    /// For a receiver that is set up like that.
    #[must_use]
    pub fn new(receiver: Receiver, setup: Setup) -> Self {
        Self {
            receiver,
            setup,
            others: Vec::new(),
            other_secrets: Vec::new(),
            now: None,
            captured_at: None,
            note: None,
            limits: Limits { budget: Self::BUDGET, tries: Self::MOST_TRIES },
            view: View::Short,
            remark: None,
        }
    }

    /// Receivers of other providers, whose request it may be. They are asked with the same secrets.
    #[must_use]
    pub fn others(mut self, others: impl IntoIterator<Item = Receiver>) -> Self {
        self.others = others.into_iter().collect();
        self
    }

    /// Secrets that are not configured, but may have signed: of another endpoint, tenant or mode.
    #[must_use]
    pub fn other_secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.other_secrets = secrets.into_iter().collect();
        self
    }

    /// The time at which the request arrived. By default that which its capture
    /// [says](Self::captured_at), or else the present.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// The time at which the request arrived, as its capture says. Who wrote the capture chose it, so the
    /// step of the time says where it is from.
    #[must_use]
    pub fn captured_at(mut self, at: Timestamp) -> Self {
        self.captured_at = Some(at);
        self
    }

    /// What [`CaptureRejected`](crate::CaptureRejected) noted beside the request: see
    /// [`take_note`](crate::take_note). Its time is that of [`captured_at`](Self::captured_at).
    #[must_use]
    pub fn note(mut self, note: Note) -> Self {
        self.captured_at = note.at.or(self.captured_at);
        self.note = Some(note);
        self
    }

    /// How long the search may take: [`BUDGET`](Self::BUDGET) unless something else is said. The walk
    /// before it takes as long as it takes to check the request a few times.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.limits.budget = budget;
        self
    }

    /// Something to be known of how the request was captured, as a step of its own.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// How much of the request is shown.
    #[must_use]
    pub fn view(mut self, view: View) -> Self {
        self.view = view;
        self
    }

    /// Checks the request, and where it is refused, looks for the cause.
    ///
    /// # Errors
    ///
    /// When the receiver cannot be built with that setup.
    pub fn explain(&self, request: Request<Bytes>) -> Result<Explanation, ConfigError> {
        let check = self.receiver.with(&self.setup)?;
        let arrived = self.now.or(self.captured_at);
        let now = arrived.unwrap_or_else(|| SystemTime::now().into());
        let from_capture = self.now.is_none() && arrived.is_some();
        let verdict = check.verdict(&request, now);
        let held = check.holds(&request);

        let secrets = self.setup.secrets().iter().chain(&self.other_secrets);
        let show = Show::new(self.view, secrets);
        let mut walk = Walk::new(show.clone(), self.receiver.name());
        let dissection = check.dissect(&request);
        walk.request(&request, dissection.bears_secret);
        walk.note(self.note.as_ref());
        walk.remark(self.remark.as_deref());
        walk.dissection(&dissection, &held);
        walk.signature(&held, self.setup.secrets().len());
        let claimed = dissection.claimed.ok().and_then(|claimed| claimed.timestamp);
        walk.time(&held, claimed, check.window(), now, from_capture);

        let mut causes = Vec::new();
        if held.is_err() && verdict.as_ref().err().copied().is_some_and(may_be_a_mistake) {
            let around = Around {
                receiver: self.receiver.clone(),
                others: self.others.clone(),
                other_secrets: self.other_secrets.clone(),
                show,
            };
            let (setup, around) = (self.setup.clone(), Arc::new(around));
            let case = Case { request, setup, check: Arc::clone(&check), around };
            let searched = search(case, self.limits, now, arrived.is_some());
            walk.search(&searched, self.limits);
            causes = searched.causes;
        }
        if let Ok(held) = &held {
            causes.extend(of_time(held, check.window(), now, arrived.is_some()));
        }
        walk.verdict(verdict, &held);
        Ok(Explanation {
            accepted: verdict.is_ok(),
            reason: verdict.err(),
            steps: walk.steps(),
            causes,
        })
    }
}

/// Whether some change of the request or its receiver could make it verify.
fn may_be_a_mistake(reason: Reason) -> bool {
    !matches!(reason, Reason::BodyTooLarge | Reason::KeysUnavailable)
}
