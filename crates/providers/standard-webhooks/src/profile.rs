//! Who sends Standard Webhooks, and what is particular about it.

use std::ops::RangeInclusive;

use countersign_core::ConfigError;

use crate::headers::Headers;
use crate::scheme::StandardWebhooks;

/// A service that sends Standard Webhooks.
#[derive(Debug)]
#[non_exhaustive]
pub struct Profile {
    /// Its name in settings, in kebab-case.
    pub name: &'static str,
    /// Its name among people.
    pub title: &'static str,
    /// The vendor's package that it is compared with; `None` for what is only listed or documented.
    pub oracle: Option<&'static str>,
    pub(crate) headers: Headers,
    /// What the service shows before `whsec_`, or at least may.
    pub(crate) before_secret: &'static str,
    /// How many bytes a secret has at most.
    longest_secret: usize,
}

impl Profile {
    /// How many bytes a secret has: 24 to 64 by the specification.
    pub(crate) fn lengths(&self) -> RangeInclusive<usize> {
        24..=self.longest_secret
    }

    /// All of them; the first is the specification itself.
    pub const ALL: &'static [&'static Self] = &[
        &STANDARD,
        &SVIX,
        &CLERK,
        &RESEND,
        &SUPABASE,
        &adopter("openai", "OpenAI", Some("PyPI, npm openai")),
        &adopter("anthropic", "Anthropic", None),
        &adopter("etsy", "Etsy", None),
        &adopter("gemini", "Gemini", None),
        &adopter("kong", "Kong", None),
        &adopter("pagerduty", "PagerDuty", None),
        &adopter("replicate", "Replicate", None),
        &adopter("vanta", "Vanta", None),
    ];
}

pub(crate) static STANDARD: Profile =
    adopter("standard", "Standard Webhooks", Some("PyPI, npm standardwebhooks"));

static SVIX: Profile =
    Profile { headers: Headers::Either, ..by_svix("svix", "Svix", "PyPI, npm svix") };

static CLERK: Profile = by_svix("clerk", "Clerk", "npm @clerk/backend");

static RESEND: Profile = by_svix("resend", "Resend", "PyPI, npm resend");

static SUPABASE: Profile =
    Profile { before_secret: "v1,", ..adopter("supabase", "Supabase", None) };

/// Who sends through Svix, whose server takes secrets of up to 75 bytes.
const fn by_svix(name: &'static str, title: &'static str, oracle: &'static str) -> Profile {
    Profile { headers: Headers::Svix, longest_secret: 75, ..adopter(name, title, Some(oracle)) }
}

/// Who does as the specification says.
const fn adopter(name: &'static str, title: &'static str, oracle: Option<&'static str>) -> Profile {
    Profile {
        name,
        title,
        oracle,
        headers: Headers::Standard,
        before_secret: "",
        longest_secret: 64,
    }
}

impl StandardWebhooks {
    /// Svix, and who sends through it: the headers are `svix-*` or `webhook-*`.
    #[must_use]
    pub fn svix() -> Self {
        Self::of(&SVIX)
    }

    /// Clerk: the headers are `svix-*`.
    #[must_use]
    pub fn clerk() -> Self {
        Self::of(&CLERK)
    }

    /// Resend: the headers are `svix-*`.
    #[must_use]
    pub fn resend() -> Self {
        Self::of(&RESEND)
    }

    /// Supabase, as its auth hooks: the secret is shown as `v1,whsec_..`.
    #[must_use]
    pub fn supabase() -> Self {
        Self::of(&SUPABASE)
    }

    /// The profile of that name.
    ///
    /// # Errors
    ///
    /// When there is none; the error names those that there are.
    pub fn profile(name: &str) -> Result<Self, ConfigError> {
        Profile::ALL
            .iter()
            .find(|profile| profile.name == name)
            .map(|&profile| Self::of(profile))
            .ok_or_else(|| {
                let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name).collect();
                ConfigError::new(format!(
                    "there is no such profile; there are: {}",
                    names.join(", ")
                ))
            })
    }
}
