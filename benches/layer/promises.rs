//! What is promised of the layer, beside the other ways.

use countersign_benches::ways::{BARE, FLOOR, FROM_FN, HMAC, LAYER};
use countersign_benches::{Limit, Paired};

use crate::shown;

/// Those that hash in software, whatever the processor can do.
const SOFTWARE: [&str; 3] = ["svix", "standardwebhooks", "axum-standardwebhooks"];

/// The promises for a body of that size.
///
/// For Meya the way `hmac` hashes a text that is at hand already, and making that text takes many times as
/// long as hashing it: so only the middleware by hand, which makes it too, is compared.
pub(crate) fn of(
    provider: &str,
    size: usize,
    names: &[&'static str],
    measured: &Paired<&'static str>,
) -> Vec<Limit> {
    let mut limits = Vec::new();
    let what = |what: &str| format!("{provider}, {}: {what}", shown(size));
    let difference = |one, other| measured.difference(&one, &other).unwrap_or(f64::NAN);
    let ratio = |one, other| measured.ratio(&one, &other).unwrap_or(f64::NAN);
    let short = size <= 4 << 10;
    if provider != "Meya" {
        if short {
            let (ours, floor) = (difference(LAYER, HMAC), difference(FLOOR, BARE));
            limits.push(Limit::at_most(what("layer minus hmac, ns"), ours, 350.0));
            // The same on a machine of another speed: where it was promised, the floor was at 250 ns.
            limits.push(Limit::at_most(what("that, times floor minus bare"), ours / floor, 1.4));
        } else {
            limits.push(Limit::at_most(what("layer / hmac"), ratio(LAYER, HMAC), 1.01));
        }
    }
    let by_hand = if short { 0.95 } else { 1.0 };
    limits.push(Limit::at_most(what("layer / from_fn"), ratio(LAYER, FROM_FN), by_hand));
    for &peer in names.iter().filter(|name| ![BARE, FLOOR, HMAC, FROM_FN, LAYER].contains(name)) {
        let least = if SOFTWARE.contains(&peer) && size >= 4 << 10 { 4.0 } else { 1.0 };
        limits.push(Limit::at_least(what(&format!("{peer} / layer")), ratio(peer, LAYER), least));
    }
    limits
}
