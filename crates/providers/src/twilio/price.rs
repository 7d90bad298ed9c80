//! What Twilio says that a message costs: a decimal number, mostly with a minus before it.

const MILLION: i64 = 1_000_000;
const MICRO_DIGITS: usize = 6;

/// In millionths of the currency; what is smaller is dropped.
pub(super) fn micros(text: &str) -> Option<i64> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_decimal =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_decimal(whole) || !is_decimal(fraction) {
        return None;
    }
    let fraction: String =
        fraction.chars().chain(std::iter::repeat('0')).take(MICRO_DIGITS).collect();
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(MILLION)?.checked_add(fraction.parse().ok()?)
}

/// Three letters, in capitals.
pub(super) fn currency(text: &str) -> Option<String> {
    let is_currency = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_currency.then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_exactly() {
        for (text, expected) in [
            ("-0.00750", Some(7_500)),
            ("0.0075", Some(7_500)),
            ("12", Some(12_000_000)),
            ("1.23456789", Some(1_234_567)),
            ("", None),
            ("-", None),
            (".5", None),
            ("1.", None),
            ("1e5", None),
            ("--1", None),
            ("9223372036854775807", None),
        ] {
            assert_eq!(micros(text), expected, "{text}");
        }
        assert_eq!(currency("usd").as_deref(), Some("USD"));
        assert_eq!(currency("US"), None);
    }
}
