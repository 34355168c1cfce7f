//! See `countersign_fuzz::layer`.
#![no_main]

use countersign_fuzz::layer::{Case, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|case: Case| check(&case));
