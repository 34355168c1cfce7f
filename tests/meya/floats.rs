//! Doubles and their text, as Python has it.

use countersign_python_json::canonicalize;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    rows: Vec<(String, String)>,
}

fn form(text: &str) -> String {
    let form = canonicalize(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    String::from_utf8(form).expect("ASCII")
}

#[test]
fn every_double_of_the_table_has_its_text() {
    let text = include_str!("../vectors/meya-floats.json");
    let table: Table = serde_json::from_str(text).expect("the table");
    assert!(table.rows.len() > 3_000);
    for (bits, repr) in table.rows {
        let bits = u64::from_str_radix(&bits, 16).expect("hexadecimal digits");
        let double = f64::from_bits(bits);
        // In its own spelling, in Rust's, in more digits than it takes, and gone through again.
        assert_eq!(form(&repr), repr);
        assert_eq!(form(&format!("{double:E}")), repr);
        assert_eq!(form(&format!("{double:.800e}")), repr);
        assert_eq!(form(&format!("[ {repr}]")), format!("[{repr}]"));
    }
}

#[test]
fn layouts_change_where_python_changes_them() {
    for (text, repr) in [
        ("1e15", "1000000000000000.0"),
        ("1e16", "1e+16"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("-0.0", "-0.0"),
        ("-0", "0"),
        ("0e5", "0.0"),
        ("-0E-5", "-0.0"),
        ("1e2", "100.0"),
        ("5e-324", "5e-324"),
        ("1e-400", "0.0"),
        ("-1e-400", "-0.0"),
        ("1.0", "1.0"),
        ("1.50", "1.5"),
        ("12345678901234567.0", "1.2345678901234568e+16"),
        ("1234567890123456.7", "1234567890123456.8"),
        ("1e100", "1e+100"),
        ("1.5e-7", "1.5e-07"),
        ("123e-7", "1.23e-05"),
        ("100e-7", "1e-05"),
    ] {
        assert_eq!(form(text), repr);
    }
}

/// Of two texts that are as short and as near, the one whose last digit is even: as Python and JavaScript, and
/// not as the standard library.
#[test]
fn of_two_that_are_as_near_it_is_the_even_one() {
    for (text, repr) in [
        ("1797693134862569.25", "1797693134862569.2"),
        ("1797693134862569.75", "1797693134862569.8"),
        ("1797693134862569.3", "1797693134862569.2"),
        ("1.79769313486256934567e15", "1797693134862569.2"),
        ("562949953421312.25", "562949953421312.2"),
        ("-562949953421313.75", "-562949953421313.8"),
        ("158.80294799804688", "158.80294799804688"),
        ("158.80294799804687", "158.80294799804688"),
        // The power of two below which the next double is half as far.
        ("5.684341886080801486e-14", "5.684341886080802e-14"),
    ] {
        assert_eq!(form(text), repr);
    }
}

/// The standard library loses count of large exponents.
#[test]
fn zeros_and_exponents_may_cancel_each_other() {
    for (zeros, exponent) in [(70_000, 70_001), (999_999, 1_000_000)] {
        assert_eq!(form(&format!("0.{}1e{exponent}", "0".repeat(zeros))), "1.0");
        assert_eq!(form(&format!("1{}e-{zeros}", "0".repeat(zeros))), "1.0");
    }
    let nines = "9".repeat(40);
    assert_eq!(form(&format!("1e-{nines}")), "0.0");
    assert_eq!(form(&format!("0.0e{nines}")), "0.0");
    assert!(canonicalize(format!("1e{nines}").as_bytes()).is_err());
    assert_eq!(form(&format!("1e{}5", "0".repeat(100))), "100000.0");
}

#[test]
fn integers_keep_their_digits() {
    for digits in ["9007199254740993", "123456789012345678901234567890", "-12345678901234567890"] {
        assert_eq!(form(digits), digits);
    }
    let many = "7".repeat(100_000);
    assert_eq!(form(&many), many);
}
