//! The code in a text that a business sends.

const LENGTHS: std::ops::RangeInclusive<usize> = 4..=10;

/// What a browser would fill in from the last line, or else the first run of 4 to 10 digits.
pub(super) fn find(text: &str) -> Option<&str> {
    bound_to_a_page(text).or_else(|| {
        let mut runs = text.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| LENGTHS.contains(&run.len()))
    })
}

/// `@otp.example.com #123456`, which is for the pages of that host alone.
fn bound_to_a_page(text: &str) -> Option<&str> {
    let line = text.trim_end().lines().next_back()?.trim().strip_prefix('@')?;
    let mut words = line.split_ascii_whitespace();
    let is_host = words.next().is_some_and(|host| !host.is_empty());
    let code = words.find_map(|word| word.strip_prefix('#'))?;
    (is_host && !code.is_empty()).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_more_than_the_text() {
        let text = "ACME 2026: 482913 is your code.\n\n@otp.example.com #482913\n";

        assert_eq!(find(text), Some("482913"));
        assert_eq!(find("1234\n@otp.example.com #7K3Q9 %frame.example"), Some("7K3Q9"));
    }

    #[test]
    fn else_it_is_the_first_run_that_is_long_enough() {
        assert_eq!(find("Your code is 4829."), Some("4829"));
        assert_eq!(find("Call +15550100200, code 482913"), Some("482913"));
        assert_eq!(find("123 and 12345678901"), None);
        assert_eq!(find("1234\n@ #"), Some("1234"));
        assert_eq!(find(""), None);
    }
}
