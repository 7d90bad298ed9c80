//! Every attack, one after the other on one server, as a table and as a line.

use serde_json::json;

use super::attack::{Attack, Came, Kind};
use super::scene::Scene;
use super::{forged, pages, senders, stolen, written};
use crate::process::now;
use crate::report::{report, say};

#[test]
fn no_attack_is_approved_and_everybody_else_is() {
    let begun = now();
    let mut scene = Scene::new();
    let all = [stolen::ALL, pages::ALL, forged::ALL, senders::ALL, written::ALL];
    let outcomes: Vec<(&Attack, Came)> =
        all.into_iter().flatten().map(|attack| (attack, (attack.act)(&mut scene))).collect();

    say(&table(&outcomes));
    let count = |kind: Kind| outcomes.iter().filter(|(attack, _)| attack.kind == kind).count();
    let approved = |kind: Kind| {
        outcomes.iter().filter(|(attack, came)| attack.kind == kind && came.is_approved).count()
    };
    let figures = json!({
        "n": outcomes.len(),
        "attacks": count(Kind::Attack),
        "attackers_approved": approved(Kind::Attack),
        "controls": count(Kind::Control),
        "controls_approved": approved(Kind::Control),
        "seconds": begun.elapsed().as_secs(),
    });
    report("by_message_attacks", &figures, &broken(&outcomes));
}

fn broken(outcomes: &[(&Attack, Came)]) -> Vec<String> {
    let mut broken = Vec::new();
    for (Attack { what, must, kind, .. }, came) in outcomes {
        if came.to != *must {
            broken.push(format!("{what}: {} instead of {must}", came.to));
        }
        match (kind, came.is_approved) {
            (Kind::Attack, true) => broken.push(format!("{what}: the attacker was approved")),
            (Kind::Control, false) => broken.push(format!("{what}: nobody was approved")),
            (Kind::Attack, false) | (Kind::Control, true) => {}
        }
    }
    broken
}

fn table(outcomes: &[(&Attack, Came)]) -> String {
    let length = |text: &str| text.chars().count();
    let widest = outcomes.iter().map(|(attack, _)| length(attack.what)).max().unwrap_or_default();
    let longest = outcomes.iter().map(|(attack, _)| length(attack.must)).max().unwrap_or_default();
    let mut lines = vec![format!(
        "\n{:8} {:widest$}  {:longest$}  {:9} came to",
        "", "what", "must come to", "approved"
    )];
    for (Attack { what, must, kind, .. }, came) in outcomes {
        let kind = match kind {
            Kind::Attack => "attack",
            Kind::Control => "control",
        };
        let approved = if came.is_approved { "yes" } else { "no" };
        let found = if came.to == *must { "the same" } else { came.to.as_str() };
        lines.push(format!("{kind:8} {what:widest$}  {must:longest$}  {approved:9} {found}"));
    }
    lines.push(String::new());
    lines.join("\n")
}
