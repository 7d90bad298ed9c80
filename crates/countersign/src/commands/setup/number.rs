//! Which of an account's numbers codes are sent from.

use anyhow::bail;
use countersign_providers::meta::BusinessNumber;

use super::ask;
use crate::commands::template::Usage;
use crate::output::say;

/// The one that is wanted; the only one; or the one that a person chooses.
pub(super) async fn choose(
    mut numbers: Vec<BusinessNumber>,
    wanted: Option<&str>,
    may_ask: bool,
) -> anyhow::Result<BusinessNumber> {
    if let Some(wanted) = wanted {
        return match numbers.iter().position(|number| number.id == wanted) {
            Some(place) => Ok(numbers.swap_remove(place)),
            None => Err(unknown(wanted, &numbers).into()),
        };
    }
    match numbers.len() {
        0 => bail!(
            "the account has no phone number: add one in WhatsApp Manager, under Phone numbers, and verify it"
        ),
        1 => Ok(numbers.swap_remove(0)),
        count if may_ask => {
            say("The account has several phone numbers:");
            for (place, number) in (1..).zip(&numbers) {
                say(&format!("  {place}  {}", line(number)));
            }
            loop {
                let answer = ask::ask(&format!("Which one? [1-{count}]")).await?;
                let place = answer.parse().ok().filter(|place| (1..=count).contains(place));
                if let Some(place) = place {
                    return Ok(numbers.swap_remove(place - 1));
                }
            }
        }
        _ => Err(Usage(format!(
            "the account has several phone numbers; choose one with --phone-number-id:\n{}",
            list(&numbers)
        ))
        .into()),
    }
}

pub(super) fn line(number: &BusinessNumber) -> String {
    let BusinessNumber { id, display, verified_name, status, .. } = number;
    format!("{id}  {display}  {verified_name}  {status}").trim_end().to_owned()
}

fn unknown(wanted: &str, numbers: &[BusinessNumber]) -> Usage {
    if numbers.is_empty() {
        return Usage(format!("the account has no phone number, and none with the id {wanted}"));
    }
    Usage(format!("the account has no phone number with the id {wanted}, but:\n{}", list(numbers)))
}

fn list(numbers: &[BusinessNumber]) -> String {
    let lines: Vec<_> = numbers.iter().map(|number| format!("  {}", line(number))).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use countersign_providers::meta::Quality;

    use super::*;

    fn numbers(count: usize) -> Vec<BusinessNumber> {
        let number = |place: usize| BusinessNumber {
            id: format!("42003300117755{place}"),
            display: format!("+1 555-010-020{place}"),
            verified_name: "Acme".to_owned(),
            status: "CONNECTED".to_owned(),
            quality: Quality::Green,
        };
        (0..count).map(number).collect()
    }

    async fn chosen(count: usize, wanted: Option<&str>) -> Result<String, String> {
        let number = choose(numbers(count), wanted, false).await;
        number.map(|number| number.id).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn of_several_numbers_one_is_named_and_all_are_shown() {
        assert_eq!(chosen(1, None).await.unwrap(), "420033001177550");
        assert_eq!(chosen(3, Some("420033001177552")).await.unwrap(), "420033001177552");
        for complaint in [chosen(3, None).await, chosen(3, Some("7")).await] {
            let complaint = complaint.unwrap_err();
            assert!(complaint.contains("420033001177551  +1 555-010-0201  Acme"), "{complaint}");
        }
        assert!(chosen(0, None).await.unwrap_err().contains("add one in WhatsApp Manager"));
        assert!(chosen(0, Some("7")).await.unwrap_err().contains("none with the id 7"));
    }
}
