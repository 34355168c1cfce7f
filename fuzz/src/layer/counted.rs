//! How often which verdict was reached: a target that lets nothing through shows nothing.

use std::cell::Cell;

thread_local! {
    static COUNTED: Cell<[u64; 4]> = const { Cell::new([0; 4]) };
}

/// Counts one, and says how many there were of each at every power of two.
pub(super) fn count(genuine: bool, answered: bool, changed: bool) {
    let [mut cases, mut through, mut altered, mut answers] = COUNTED.get();
    cases += 1;
    through += u64::from(genuine);
    altered += u64::from(genuine && changed);
    answers += u64::from(answered);
    COUNTED.set([cases, through, altered, answers]);
    if cases >= 1024 && cases.is_power_of_two() {
        eprintln!(
            "verdicts: {cases} cases, {through} let through ({altered} of them changed), {answers} handshakes"
        );
    }
}
