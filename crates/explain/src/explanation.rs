//! What is said in the end.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use countersign_core::Reason;
use serde::{Serialize, Serializer};

/// Why a request was refused, or that it was not.
///
/// As JSON it is `{"verdict", "reason", "steps", "causes"}`; as text, a line for each step and three for
/// each cause. Both hold the **expected signature**: they are for people, not for answers over HTTP.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// What the layer would do.
    #[serde(rename = "verdict", serialize_with = "verdict")]
    pub accepted: bool,
    /// Why it would refuse the request; nothing if it would not.
    #[serde(serialize_with = "code")]
    pub reason: Option<Reason>,
    /// The check, step by step.
    pub steps: Vec<Step>,
    /// What is likely to be wrong, the likeliest first. There may be none.
    pub causes: Vec<Cause>,
}

/// One step of the check.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// What it is about: a stable word.
    pub step: &'static str,
    /// How it went.
    pub state: State,
    /// What was found, for people.
    pub text: String,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it has to.
    Good,
    /// Not as it has to.
    Bad,
    /// Neither: it is told to be known.
    Info,
}

/// What is likely to be wrong: under this change the request verifies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// A stable name in kebab-case; of two things that are wrong at once, both names with a `+`.
    pub code: Cow<'static, str>,
    /// What is wrong, in one sentence.
    pub sentence: String,
    /// What to do, in another.
    pub fix: String,
}

impl Cause {
    /// All of it is wrong at once.
    pub(crate) fn together(causes: impl IntoIterator<Item = Self>) -> Self {
        let causes: Vec<_> = causes.into_iter().collect();
        if let [alone] = causes.as_slice() {
            return alone.clone();
        }
        let all = |between: &str, of: fn(&Self) -> &str| {
            causes.iter().map(of).collect::<Vec<_>>().join(between)
        };
        let count = match causes.len() {
            2 => "two",
            3 => "three",
            _ => "several",
        };
        Self {
            code: Cow::Owned(all("+", |cause| &cause.code)),
            sentence: format!(
                "{count} things are wrong: {}",
                all("; and ", |cause| &cause.sentence)
            ),
            fix: all("; and ", |cause| &cause.fix),
        }
    }
}

fn verdict<S: Serializer>(accepted: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *accepted { "accepted" } else { "rejected" })
}

fn code<S: Serializer>(reason: &Option<Reason>, serializer: S) -> Result<S::Ok, S::Error> {
    reason.map(Reason::code).serialize(serializer)
}

impl Explanation {
    /// The text, line by line, with what each line is: so that it can be coloured.
    pub fn lines(&self) -> impl Iterator<Item = (State, String)> + '_ {
        let steps = self.steps.iter().map(|step| (step.state, step.to_string()));
        steps.chain(self.causes.iter().flat_map(Cause::lines))
    }
}

impl Cause {
    fn lines(&self) -> [(State, String); 3] {
        [
            (State::Bad, format!("{:<10} {}", "cause", self.code)),
            (State::Info, format!("{:<10} {}", "", self.sentence)),
            (State::Good, format!("{:<10} {}", "fix", self.fix)),
        ]
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|(_, line)| writeln!(f, "{line}"))
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:<10} {}", self.step, self.text)
    }
}
