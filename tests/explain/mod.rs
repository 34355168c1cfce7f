//! Why a request was refused: every provider, broken in every way that there is a code for.

mod bounds;
mod capture;
mod damage;
mod named;
mod ways;

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::explain::{Explain, Explanation, codes};
use countersign_cli::registry::{PROVIDERS, Provider};

use self::damage::{Broken, Genuine, Random};
use self::ways::WAYS;

fn explain(provider: &'static dyn Provider, broken: &Broken) -> Explanation {
    let others = PROVIDERS.iter().filter(|other| other.facts().name != provider.facts().name);
    let setup = broken.settings.setup().expect("sound secrets");
    Explain::new(provider.receiver(&broken.settings), setup)
        .others(others.map(|other| other.receiver(&Default::default())))
        .other_secrets(broken.other_secrets.clone())
        .at(broken.now)
        // What is asked here is what is found; how long it may take is another test's.
        .budget(Duration::from_secs(60))
        .explain(broken.request.clone())
        .expect("a receiver")
}

/// Where in the list of causes the right one is.
fn place(provider: &'static dyn Provider, code: &str, broken: &Broken) -> Option<usize> {
    explain(provider, broken).causes.iter().position(|cause| cause.code == code)
}

#[test]
fn every_cause_is_named_first_for_every_provider() {
    let mut shown = BTreeSet::new();
    for provider in PROVIDERS {
        for (code, damage) in WAYS {
            for seed in 0..3 {
                let mut random = Random::new(seed);
                let genuine = Genuine::new(*provider, &mut random);
                let Some(broken) = damage(&genuine, &mut random) else { continue };
                shown.insert(*code);
                let name = provider.facts().name;
                let explanation = explain(*provider, &broken);
                let first = explanation.causes.first().map(|cause| &*cause.code);
                assert_eq!(first, Some(*code), "{name}, seed {seed}:\n{explanation}");
            }
        }
    }
    let all: BTreeSet<_> = codes().map(|cause| cause.code).collect();
    assert_eq!(shown, all, "each code is shown by some provider, and has a way to be broken");
}

#[test]
fn of_a_hundred_seeded_cases_95_are_named_first_and_the_others_are_among_three() {
    let (mut first, mut among_three, mut wrong) = (0, 0, Vec::new());
    let (mut cases, mut seed) = (0, 1000);
    while cases < 100 {
        seed += 1;
        let mut random = Random::new(seed);
        let provider = PROVIDERS[random.below(PROVIDERS.len())];
        let (code, damage) = WAYS[random.below(WAYS.len())];
        let genuine = Genuine::new(provider, &mut random);
        let Some(broken) = damage(&genuine, &mut random) else { continue };
        cases += 1;
        match place(provider, code, &broken) {
            Some(0) => first += 1,
            Some(1 | 2) => among_three += 1,
            place => wrong.push((provider.facts().name, code, seed, place)),
        }
    }
    assert!(first >= 95 && first + among_three == 100, "{first}, {among_three}: {wrong:?}");
}

#[test]
fn two_things_that_are_wrong_are_both_named() {
    let two = [
        ("secret-trailing-newline", "body-newline-added"),
        ("secret-base64", "body-reserialised"),
        ("secret-hex", "hash-algorithm"),
    ];
    let mut shown = 0;
    for provider in PROVIDERS {
        for (one, other) in two {
            let way = |code| WAYS.iter().find(|(known, _)| *known == code).expect("a way").1;
            let mut random = Random::new(7);
            let genuine = Genuine::new(*provider, &mut random);
            let (Some(first), Some(second)) =
                (way(one)(&genuine, &mut random), way(other)(&genuine, &mut random))
            else {
                continue;
            };
            shown += 1;
            // What is wrong with the setup comes from the one, what with the request from the other.
            let broken = Broken { settings: first.settings, ..second };
            let explanation = explain(*provider, &broken);
            let code = explanation.causes.first().map(|cause| cause.code.to_string());
            let name = provider.facts().name;
            assert_eq!(code, Some(format!("{one}+{other}")), "{name}: {explanation}");
        }
    }
    assert!(shown > 0);
}

#[test]
fn a_genuine_request_explains_as_genuine() {
    for provider in PROVIDERS {
        let genuine = Genuine::new(*provider, &mut Random::new(1));
        let explanation = explain(*provider, &genuine.unbroken());
        assert!(explanation.accepted && explanation.reason.is_none(), "{explanation}");
        assert!(explanation.causes.is_empty(), "{explanation}");
        assert!(explanation.to_string().contains("it is genuine"), "{explanation}");
    }
}

/// What is refused for its age alone says so, and is explained all the same.
#[test]
fn stale_is_the_reason_of_what_is_only_stale() {
    let mut shown = 0;
    for provider in PROVIDERS {
        let way = WAYS.iter().find(|(code, _)| *code == "time-passed").expect("a way").1;
        let mut random = Random::new(3);
        let genuine = Genuine::new(*provider, &mut random);
        let Some(broken) = way(&genuine, &mut random) else { continue };
        let explanation = explain(*provider, &broken);
        shown += 1;
        assert_eq!(explanation.reason, Some(countersign::Reason::Stale));
        assert_eq!(explanation.causes.len(), 1);
        assert!(explanation.to_string().contains("signature  holds"), "{explanation}");
    }
    assert!(shown >= 4, "{shown}");
}

/// Nothing that is printed holds a secret: neither the configured one, nor what it was meant to be.
#[test]
fn no_secret_is_shown() {
    use countersign::explain::View;

    for provider in PROVIDERS {
        for (code, damage) in WAYS {
            let mut random = Random::new(11);
            let genuine = Genuine::new(*provider, &mut random);
            let Some(broken) = damage(&genuine, &mut random) else { continue };
            for view in [View::Short, View::Full, View::Redacted] {
                let setup = broken.settings.setup().expect("sound secrets");
                let explanation = Explain::new(provider.receiver(&broken.settings), setup)
                    .at(broken.now)
                    .budget(Duration::from_millis(50))
                    .view(view)
                    .explain(broken.request.clone())
                    .expect("a receiver");
                let shown =
                    format!("{explanation}{}", serde_json::to_string(&explanation).unwrap());
                for secret in broken.settings.secrets() {
                    let secret = String::from_utf8_lossy(secret.trim_ascii()).into_owned();
                    assert!(!shown.contains(&secret), "{}, {code}: {shown}", provider.facts().name);
                }
            }
        }
    }
}

#[test]
fn codes_are_unique_and_in_kebab_case() {
    let all: Vec<_> = codes().collect();
    let unique: BTreeSet<_> = all.iter().map(|cause| cause.code).collect();
    assert_eq!(unique.len(), all.len());
    for cause in all {
        let kebab = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        assert!(cause.code.chars().all(kebab), "{}", cause.code);
        for text in [cause.sentence, cause.fix] {
            assert!(
                !text.is_empty() && text.lines().count() == 1 && !text.ends_with('.'),
                "{text}"
            );
        }
    }
    // Those that the issue names; they stay.
    for code in [
        "secret-trailing-newline",
        "secret-base64",
        "secret-hex",
        "secret-prefix",
        "other-secret",
        "body-newline-added",
        "body-newline-removed",
        "body-line-endings",
        "body-reserialised",
        "body-bom",
        "body-charset",
        "body-compressed",
        "url-scheme",
        "url-port",
        "url-trailing-slash",
        "url-host",
        "url-query",
        "signature-encoding",
        "hash-algorithm",
        "other-provider",
        "timestamp-unit",
        "clock-offset",
    ] {
        assert!(unique.contains(code), "{code}");
    }
}
