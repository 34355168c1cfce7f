//! Whoever changes a single bit of a genuine request is refused: for every provider of the registry, each bit of
//! the body, of each header that the provider writes, of the URL and the method where they are signed.
//!
//! Some changes are none: a hexadecimal digit in the other case spells the same signature, a form's escape the
//! same field. Which they are is said in `same.rs`, by rules that share no code with the library; those have to
//! be let through, as the genuine request, and all others have to be refused.

mod further;
mod proof;
mod same;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use countersign::Timestamp;
use countersign_cli::registry::PROVIDERS;

use self::proof::Proof;

/// The longest of the bodies.
const LONGEST: usize = 512;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn all() -> impl Iterator<Item = Proof> {
    PROVIDERS.iter().map(|provider| Proof::new(*provider)).chain(further::all())
}

/// Exhaustive, by the offline entry: a body as short as it can be, and some of other lengths.
#[test]
fn every_single_bit() {
    for proof in all() {
        for length in [None, Some(256), Some(LONGEST)] {
            let Some(request) = proof.request(NOW, length) else { continue };
            let checked = proof.offline(NOW, &request);
            println!("{}: {} bytes of body: {checked}", proof.name, request.body().len());
            assert!(checked.sum() >= 8 * request.body().len(), "{}: {checked}", proof.name);
            assert!(checked.refused > 100, "{}: {checked}", proof.name);
        }
    }
}

/// Some of them through the layer, chunk by chunk, by the clock of the machine.
#[tokio::test]
async fn a_sample_through_the_layer() {
    for proof in all().map(Proof::for_hours) {
        let now = SystemTime::now().into();
        let request = proof.request(now, Some(LONGEST)).or_else(|| proof.request(now, None));
        let checked = proof.layer(&request.expect("a request")).await;
        assert!(checked.refused > 40 || checked.weak > 40, "{}: {checked}", proof.name);
    }
}

/// A provider is proven because it is in the registry: so none may be missing there.
#[test]
fn no_scheme_of_a_provider_is_forgotten() {
    let providers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/providers");
    let mut schemes = BTreeSet::new();
    for provider in fs::read_dir(providers).expect("the folder of providers") {
        let before = schemes.len();
        schemes_in(&provider.expect("a provider").path().join("src"), &mut schemes);
        assert!(schemes.len() > before, "a provider without a scheme");
    }
    let names = PROVIDERS.iter().map(|provider| provider.facts().name.to_owned());
    assert_eq!(schemes, names.collect());
}

/// The names of the schemes that are implemented in that folder.
fn schemes_in(folder: &Path, schemes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            schemes_in(&path, schemes);
            continue;
        }
        let source = fs::read_to_string(&path).expect("a text");
        for scheme in source.split("\nimpl Scheme for ").skip(1) {
            let name = scheme.split("const NAME: &'static str = \"").nth(1).expect("a name");
            schemes.extend(name.split('"').next().map(str::to_owned));
        }
    }
}
