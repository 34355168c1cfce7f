//! Numbers: integers keep their digits, others are doubles in the layout of Python's `repr`.

use crate::error::{Error, ErrorKind};
use crate::string::{Token, byte};

/// Reads the number at `at`.
pub(crate) fn number(text: &[u8], at: usize) -> Result<Token, Error> {
    let number = Number::read(text, at).ok_or(Error::new(ErrorKind::Syntax, at))?;
    let canonical = number.is_canonical().ok_or(Error::new(ErrorKind::NumberTooLarge, at))?;
    Ok(Token::new(number.end, canonical))
}

/// Hands over the canonical form of the number at `at`, and says where the number ends.
pub(crate) fn write_number(text: &[u8], at: usize, put: &mut impl FnMut(&[u8])) -> usize {
    // The text was read before, so there is one.
    let Some(number) = Number::read(text, at) else { return text.len() };
    if number.is_canonical_at_a_glance() == Some(true) {
        put(number.text);
    } else if number.is_integer() {
        put(b"0");
    } else {
        repr(number.value(), put);
    }
    number.end
}

/// A number as it is written.
struct Number<'t> {
    text: &'t [u8],
    end: usize,
    integer: &'t [u8],
    /// Empty if there is none.
    fraction: &'t [u8],
    /// Empty if there is none. With its sign.
    exponent: &'t [u8],
}

impl<'t> Number<'t> {
    fn read(text: &'t [u8], start: usize) -> Option<Self> {
        let first = if byte(text, start) == b'-' { start + 1 } else { start };
        let integer_end = match byte(text, first) {
            b'0' => first + 1,
            _ => digits(text, first)?,
        };
        let (mut end, mut fraction, mut exponent) = (integer_end, &b""[..], &b""[..]);
        if byte(text, end) == b'.' {
            let from = end + 1;
            end = digits(text, from)?;
            fraction = text.get(from..end)?;
        }
        if let b'e' | b'E' = byte(text, end) {
            let from = end + 1;
            let sign = matches!(byte(text, from), b'+' | b'-');
            end = digits(text, from + usize::from(sign))?;
            exponent = text.get(from..end)?;
        }
        let integer = text.get(first..integer_end)?;
        Some(Self { text: text.get(start..end)?, end, integer, fraction, exponent })
    }

    fn is_integer(&self) -> bool {
        self.fraction.is_empty() && self.exponent.is_empty()
    }

    /// Integers are always: they do not become doubles.
    fn is_finite(&self) -> bool {
        // Below 10^309, or a zero. Only what begins with 10^308 needs a closer look.
        self.is_integer() || self.magnitude() < 308 || self.value().is_finite()
    }

    /// `None` if no double holds it. It is made a double once at most.
    fn is_canonical(&self) -> Option<bool> {
        match self.is_canonical_at_a_glance() {
            Some(true) => Some(true),
            Some(false) => self.is_finite().then_some(false),
            None => {
                let value = Some(self.value()).filter(|value| value.is_finite())?;
                let mut rest = Some(self.text);
                repr(value, &mut |piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
                Some(rest == Some(b""))
            }
        }
    }

    /// Whether it is, if that can be said without making a double of it.
    fn is_canonical_at_a_glance(&self) -> Option<bool> {
        if self.is_integer() {
            return Some(self.text != b"-0");
        }
        if let [sign, digits @ ..] = self.exponent {
            // `repr` always has a sign there, and two digits or three.
            let like_repr = matches!(sign, b'+' | b'-') && matches!(digits.len(), 2 | 3);
            return if like_repr { None } else { Some(false) };
        }
        if self.fraction.len() > 1 && self.fraction.ends_with(b"0")
            || self.integer.len() + self.fraction.len() > MOST_DIGITS
        {
            return Some(false);
        }
        self.is_shortest().then_some(true)
    }

    /// Whether a number without exponent has so few digits that no other decimal of as many could be the same
    /// double: then its digits are those that `repr` finds.
    ///
    /// As an integer of units in its last place it is below 2^52. So the distance between doubles there is below
    /// one unit, and of two decimals with so many places behind the point at most one reads as a given
    /// double.
    fn is_shortest(&self) -> bool {
        const MOST: u64 = 1 << 52;
        let (integer, fraction) = (self.integer, self.fraction);
        let is_zero = integer == b"0";
        if is_zero && fraction.starts_with(b"0000") {
            // Below 0.0001 there is an exponent.
            return false;
        }
        if integer.len() + fraction.len() > 17 {
            return false;
        }
        let units = integer
            .iter()
            .chain(fraction)
            .fold(0u64, |units, digit| units * 10 + u64::from(digit.wrapping_sub(b'0')));
        units < MOST
    }

    /// The power of ten of its first digit that is not zero.
    fn magnitude(&self) -> i64 {
        let Some((_, point)) = self.significant() else { return i64::MIN };
        point.saturating_add(self.power()).saturating_sub(1)
    }

    /// Its digits from the first one that is not zero, in two parts, and how many of them are before the point:
    /// fewer than none, where zeros follow the point. `None` for a zero.
    fn significant(&self) -> Option<([&'t [u8]; 2], i64)> {
        let length = |digits: &[u8]| i64::try_from(digits.len()).unwrap_or(i64::MAX);
        if self.integer != b"0" {
            return Some(([self.integer, self.fraction], length(self.integer)));
        }
        let zeros = self.fraction.iter().position(|&digit| digit != b'0')?;
        let (zeros, digits) = self.fraction.split_at_checked(zeros)?;
        Some(([digits, b""], -length(zeros)))
    }

    /// What stands behind the `e`.
    fn power(&self) -> i64 {
        let (negative, digits) = match self.exponent {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let power = digits.iter().fold(0i64, |power, digit| {
            power.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0')))
        });
        if negative { -power } else { power }
    }

    /// The nearest double, the even one of two.
    fn value(&self) -> f64 {
        if self.integer.len() + self.fraction.len() <= 19 && self.exponent.len() <= 4 {
            // As many digits as fit into 64 bits: what the standard library is fast at.
            let text = str::from_utf8(self.text).unwrap_or_default();
            return text.parse().unwrap_or_default();
        }
        self.long_value()
    }

    /// The same for any length. A double is told from its neighbours by fewer digits than are kept here, if
    /// it is known whether others follow.
    fn long_value(&self) -> f64 {
        const KEPT: usize = 800;
        let negative = self.text.starts_with(b"-");
        let signed = |value: f64| if negative { -value } else { value };
        let magnitude = self.magnitude();
        let Some((parts, _)) = self.significant().filter(|_| magnitude > -400) else {
            return signed(0.0);
        };
        if magnitude > 400 {
            return signed(f64::INFINITY);
        }
        let mut digits = parts.into_iter().flatten().copied();
        let mut room = [0; KEPT + 16];
        let mut used = 0;
        let mut put = |byte: u8| {
            if let Some(place) = room.get_mut(used) {
                *place = byte;
                used += 1;
            }
        };
        digits.next().into_iter().for_each(&mut put);
        put(b'.');
        digits.by_ref().take(KEPT).for_each(&mut put);
        if digits.any(|digit| digit != b'0') {
            put(b'1');
        }
        put(b'e');
        put(if magnitude < 0 { b'-' } else { b'+' });
        for unit in [100, 10, 1] {
            put(digit(magnitude.unsigned_abs() / unit));
        }
        let text = room.get(..used).unwrap_or_default();
        // The standard library takes up to 30 us for a number of 40 characters that is close to the
        // middle between two doubles, and a stranger can send 25,000 of those in a megabyte.
        lexical_parse_float::FromLexical::from_lexical(text).map(signed).unwrap_or_default()
    }
}

/// No `repr` has more digits: 17, and at most five zeros before or behind them.
const MOST_DIGITS: usize = 22;

/// The last digit of a number.
fn digit(number: u64) -> u8 {
    b'0' + (number % 10) as u8
}

/// Behind the digits from `at`, of which there has to be one.
fn digits(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    while byte(text, end).is_ascii_digit() {
        end += 1;
    }
    (end > at).then_some(end)
}

/// Hands over a finite double as Python's `repr` has it.
pub(crate) fn repr(value: f64, put: &mut impl FnMut(&[u8])) {
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value);
    let magnitude = value.abs();
    let positional = magnitude == 0.0 || (1e-4..1e16).contains(&magnitude);
    if positional && !shortest.contains('e') {
        put(shortest.as_bytes());
        return;
    }
    let (mantissa, power) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let power: i32 = power.parse().unwrap_or_default();
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    if unsigned.len() < mantissa.len() {
        put(b"-");
    }
    let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    // On the stack: at most 17 digits, and some zeros.
    let mut room = [0; 32];
    let mut length = 0;
    for (place, digit) in room.iter_mut().zip(integer.bytes().chain(fraction.bytes())) {
        *place = digit;
        length += 1;
    }
    let all = room.get(..length).and_then(|all| str::from_utf8(all).ok()).unwrap_or_default();
    let digits = all.trim_start_matches('0');
    let zeros = i32::try_from(all.len() - digits.len()).unwrap_or_default();
    let exponent = i32::try_from(integer.len()).unwrap_or_default() - 1 - zeros + power;
    layout(digits.trim_end_matches('0'), exponent, put);
}

/// `digits` with the point behind the first of them, times that power of ten.
fn layout(digits: &str, exponent: i32, put: &mut impl FnMut(&[u8])) {
    let zeros = "000000000000000";
    let count = |number: i32| usize::try_from(number).unwrap_or_default();
    let mut put = |text: Option<&str>| put(text.unwrap_or_default().as_bytes());
    match exponent {
        ..-4 | 16.. => {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
            put(Some(first));
            if !rest.is_empty() {
                put(Some("."));
                put(Some(rest));
            }
            put(Some(if exponent < 0 { "e-" } else { "e+" }));
            let power = u64::from(exponent.unsigned_abs());
            let all = [power / 100, power / 10, power].map(digit);
            put(all.get(usize::from(power < 100)..).and_then(|all| str::from_utf8(all).ok()));
        }
        ..0 => {
            put(Some("0."));
            put(zeros.get(..count(-exponent - 1)));
            put(Some(digits));
        }
        _ => {
            match digits.split_at_checked(count(exponent + 1)).filter(|(_, rest)| !rest.is_empty())
            {
                Some((integer, fraction)) => {
                    put(Some(integer));
                    put(Some("."));
                    put(Some(fraction));
                }
                None => {
                    put(Some(digits));
                    put(zeros.get(..count(exponent + 1) - digits.len()));
                    put(Some(".0"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text_of(value: f64) -> String {
        let mut text = Vec::new();
        repr(value, &mut |piece| text.extend_from_slice(piece));
        String::from_utf8(text).expect("ASCII")
    }

    fn read(text: &str) -> Number<'_> {
        let number = Number::read(text.as_bytes(), 0).expect("a number");
        assert_eq!(number.end, text.len());
        number
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// What is said at a glance is what making a double of it says.
        #[test]
        fn a_glance_is_right(text in "-?(0|[1-9][0-9]{0,17})\\.[0-9]{1,18}(e[+-][0-9]{2,3})?") {
            let number = read(&text);
            let value: f64 = text.parse().expect("a double");
            if value.is_infinite() {
                return Ok(());
            }
            if let Some(verdict) = number.is_canonical_at_a_glance() {
                prop_assert_eq!(verdict, text_of(value) == text, "{}", text);
            }
            prop_assert_eq!(number.is_canonical(), Some(text_of(value) == text));
        }

        /// Near where a double has no more room for a unit of the last place.
        #[test]
        fn a_glance_is_right_at_the_edge(units in (1u64 << 52) - 1_000..(1 << 52) + 1_000, places in 1usize..19) {
            let digits = format!("{units:020}");
            let (integer, fraction) = digits.split_at(20 - places);
            let integer = integer.trim_start_matches('0');
            let text = format!("{}.{fraction}", if integer.is_empty() { "0" } else { integer });
            let value: f64 = text.parse().expect("a double");
            if let Some(verdict) = read(&text).is_canonical_at_a_glance() {
                prop_assert_eq!(verdict, text_of(value) == text, "{}", text);
            }
        }

        /// Python's `repr` reads back as the same double, and has the layout that it has.
        #[test]
        fn doubles_come_back(value: f64) {
            let text = text_of(value);
            prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
            let magnitude = value.abs();
            let positional = magnitude == 0.0 || (1e-4..1e16).contains(&magnitude);
            prop_assert_eq!(positional, !text.contains('e'));
            prop_assert!(text.contains('.') || text.contains('e'));
            prop_assert_eq!(read(&text).is_canonical(), Some(true));
        }

        /// The way for long numbers agrees with the standard library.
        #[test]
        fn long_numbers_are_read_right(
            text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,60})?(e-?[0-9]{1,3})?"
        ) {
            let number = read(&text);
            let value: f64 = text.parse().expect("a double");
            prop_assert_eq!(number.long_value().to_bits(), value.to_bits(), "{}", text);
            prop_assert_eq!(number.value().to_bits(), value.to_bits(), "{}", text);
            prop_assert_eq!(number.is_integer() || value.is_finite(), number.is_finite());
            prop_assert_eq!(number.is_canonical().is_some(), number.is_finite());
        }
    }

    /// The middle between two doubles has up to 767 digits, and one digit more decides.
    #[test]
    fn halfway_numbers_go_where_their_last_digit_says() {
        for value in [1.0, 9_007_199_254_740_992.0, 1e-300, f64::MIN_POSITIVE, 5e-324] {
            let next = f64::from_bits(value.to_bits() + 1);
            // Exact: a double has at most 1,074 places.
            let [low, high] = [value, next].map(|value| format!("0{value:.1100}"));
            let middle = middle(&low, &high);
            let even = if value.to_bits() % 2 == 0 { value } else { next };
            assert_eq!(read(&middle).value(), even);
            assert_eq!(read(&format!("{middle}0000")).value(), even);
            assert_eq!(read(&format!("{middle}{}1", "0".repeat(9_000))).value(), next);
        }
    }

    /// Of two texts of the same shape.
    fn middle(one: &str, other: &str) -> String {
        let point = one.find('.').expect("a point");
        let digits = |text: &str| -> Vec<u8> {
            text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').chain([0]).collect()
        };
        let mut carry = 0;
        let mut sum: Vec<u8> = digits(one)
            .into_iter()
            .zip(digits(other))
            .rev()
            .map(|(a, b)| {
                carry += a + b;
                let digit = carry % 10;
                carry /= 10;
                digit
            })
            .collect();
        // Both begin with a zero.
        assert_eq!(carry, 0);
        sum.reverse();
        let mut rest = 0;
        let half: String = sum
            .into_iter()
            .map(|digit| {
                let value = rest * 10 + digit;
                rest = value % 2;
                char::from(b'0' + value / 2)
            })
            .collect();
        let (integer, fraction) = half.split_at(point);
        let integer = integer.trim_start_matches('0');
        format!("{}.{fraction}", if integer.is_empty() { "0" } else { integer })
    }
}
