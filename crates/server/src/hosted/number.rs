//! Numbers as a page shows them.

use countersign_core::phone::{PhoneNumber, WaId};

/// Digits that stand together.
const GROUP: usize = 3;

/// A number of which only the country code and the last two digits are shown, in groups that are
/// read as a number: `+49 ••• ••• ••• 34`.
pub(crate) fn masked(phone: &PhoneNumber) -> String {
    grouped(&phone.masked().to_string())
}

/// The same of whoever wrote, as WhatsApp spells it.
pub(crate) fn masked_sender(sender: &WaId) -> String {
    grouped(&sender.masked().to_string())
}

fn grouped(masked: &str) -> String {
    let code = masked.find('•').unwrap_or(masked.len());
    let (code, national) = masked.split_at(code);
    let mut text = code.to_owned();
    let mut rest: Vec<char> = national.chars().collect();
    while !rest.is_empty() {
        // A single digit at the end belongs to the group before it.
        let length = if rest.len() <= GROUP + 1 { rest.len() } else { GROUP };
        text.push(' ');
        text.extend(rest.drain(..length));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_number_is_read_in_groups() {
        for (e164, shown) in [
            ("+4915112345634", "+49 ••• ••• ••• 34"),
            ("+14155552671", "+1 ••• ••• ••71"),
            ("+919876543210", "+91 ••• ••• ••10"),
            ("+22997123456", "+229 ••• ••• 56"),
            ("+2904123", "+290 ••23"),
        ] {
            let phone = PhoneNumber::from_trusted(e164).unwrap();

            assert_eq!(masked(&phone), shown);
        }
    }
}
