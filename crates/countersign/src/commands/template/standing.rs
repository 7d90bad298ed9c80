//! How a template stands in the languages that are wanted.

use countersign_providers::meta::{Template, TemplateStatus};

pub(in crate::commands) struct Standing<'a> {
    name: &'a str,
    languages: Vec<(&'a str, Option<&'a Template>)>,
}

/// What it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Outcome {
    /// Every language can be sent.
    Ready,
    /// Meta has not looked at all of them yet.
    InReview,
    /// A person has to do something.
    Failed,
}

impl<'a> Standing<'a> {
    /// Of all `templates`, those of this name count.
    pub(in crate::commands) fn of(
        name: &'a str,
        languages: &'a [String],
        templates: &'a [Template],
    ) -> Self {
        let find = |language: &'a String| {
            let mut templates = templates.iter();
            let found = templates.find(|one| one.name == name && one.language == *language);
            (language.as_str(), found)
        };
        Self { name, languages: languages.iter().map(find).collect() }
    }

    pub(in crate::commands) fn outcome(&self) -> Outcome {
        if self.languages.iter().any(|(_, template)| is_lost(*template)) {
            Outcome::Failed
        } else if self.languages.iter().any(|(_, template)| !is_ready(*template)) {
            Outcome::InReview
        } else {
            Outcome::Ready
        }
    }

    /// The languages that Meta has not decided about.
    pub(in crate::commands) fn undecided(&self) -> usize {
        let is_open = |template: Option<&Template>| !is_ready(template) && !is_rejected(template);
        self.languages.iter().filter(|(_, template)| is_open(*template)).count()
    }

    pub(in crate::commands) fn missing(&self) -> Vec<String> {
        let missing = self.languages.iter().filter(|(_, template)| template.is_none());
        missing.map(|(language, _)| (*language).to_owned()).collect()
    }

    /// The sentence that scripts and people look for, once it can be sent in every language.
    pub(in crate::commands) fn verified(&self) -> Option<String> {
        let (_, default) = self.languages.first()?;
        let default = default.filter(|_| self.outcome() == Outcome::Ready)?;
        Some(format!(
            "Verified OTP template '{}' with ID {} is approved and ready to send.",
            self.name, default.id
        ))
    }

    /// How far it is, in a few words.
    pub(in crate::commands) fn progress(&self) -> String {
        let all = self.languages.len();
        let ready = self.languages.iter().filter(|(_, template)| is_ready(*template)).count();
        let rejected = self.languages.iter().filter(|(_, template)| is_rejected(*template)).count();
        let mut words = vec![format!("{ready} of {all} approved")];
        if self.undecided() > 0 {
            words.push(format!("{} in review", self.undecided()));
        }
        if rejected > 0 {
            words.push(format!("{rejected} refused"));
        }
        words.join(", ")
    }

    /// A line for each language that cannot be sent: why, and what to do.
    pub(in crate::commands) fn complaints(&self) -> Vec<String> {
        let complaint = |(language, template): &(&str, Option<&Template>)| {
            let Some(template) = template else {
                return Some(format!(
                    "{language} is missing: create it with `countersign setup whatsapp`, or leave the language out"
                ));
            };
            if !template.is_for_codes() {
                return Some(format!(
                    "{language} is no authentication template: create one under another name"
                ));
            }
            let advice = template.status.advice()?;
            let reason = template.rejection.as_ref();
            let reason = reason.filter(|_| template.status == TemplateStatus::Rejected);
            let words = match reason {
                Some(reason) => format!(" ({}): {}", reason.as_str(), reason.explanation()),
                None => format!(": {advice}"),
            };
            Some(
                format!("{language} is {}{words}", template.status)
                    .trim_end_matches('.')
                    .to_owned(),
            )
        };
        self.languages.iter().filter_map(complaint).collect()
    }
}

fn is_ready(template: Option<&Template>) -> bool {
    template.is_some_and(|template| template.is_for_codes() && template.status.can_be_sent())
}

/// Waiting does not help.
fn is_rejected(template: Option<&Template>) -> bool {
    template.is_some() && is_lost(template)
}

fn is_lost(template: Option<&Template>) -> bool {
    template.is_none_or(|template| {
        !template.is_for_codes()
            || !(template.status.can_be_sent() || template.status.is_in_review())
    })
}

#[cfg(test)]
mod tests {
    use countersign_providers::meta::{Quality, Rejection};

    use super::*;

    fn template(language: &str, status: &str) -> Template {
        Template {
            id: format!("88{}", language.len()),
            name: "code".to_owned(),
            language: language.to_owned(),
            status: TemplateStatus::parse(status),
            category: "AUTHENTICATION".to_owned(),
            quality: Quality::Unknown,
            rejection: Rejection::parse(if status == "REJECTED" { "SCAM" } else { "NONE" }),
            ttl_seconds: None,
        }
    }

    fn languages() -> Vec<String> {
        ["en_US", "de"].map(str::to_owned).to_vec()
    }

    #[test]
    fn it_is_ready_when_every_language_can_be_sent() {
        for (statuses, outcome) in [
            (["APPROVED", "FLAGGED"], Outcome::Ready),
            (["APPROVED", "PENDING"], Outcome::InReview),
            (["PENDING", "REJECTED"], Outcome::Failed),
            (["APPROVED", "ON_HOLD"], Outcome::Failed),
        ] {
            let rows = [template("en_US", statuses[0]), template("de", statuses[1])];

            assert_eq!(Standing::of("code", &languages(), &rows).outcome(), outcome);
        }
        let rows = [template("en_US", "APPROVED")];
        let wanted = languages();
        let standing = Standing::of("code", &wanted, &rows);
        assert_eq!(standing.outcome(), Outcome::Failed);
        assert_eq!(standing.missing(), ["de"]);
        assert_eq!(Standing::of("other", &languages(), &rows).missing().len(), 2);
    }

    #[test]
    fn the_sentence_names_the_template_of_the_default_language() {
        let rows = [template("de", "APPROVED"), template("en_US", "APPROVED")];

        let sentence = Standing::of("code", &languages(), &rows).verified().unwrap();

        let expected = "Verified OTP template 'code' with ID 885 is approved and ready to send.";
        assert_eq!(sentence, expected);
    }

    #[test]
    fn what_cannot_be_sent_is_explained() {
        let rows = [template("en_US", "REJECTED"), template("de", "PENDING")];
        let wanted = languages();
        let standing = Standing::of("code", &wanted, &rows);

        assert_eq!(standing.progress(), "0 of 2 approved, 1 in review, 1 refused");
        let complaints = standing.complaints();
        assert!(complaints[0].starts_with("en_US is REJECTED (SCAM): Meta suspects fraud"));
        assert_eq!(complaints[1], "de is PENDING: wait until Meta has looked at it");
        assert_eq!(standing.verified(), None);
    }
}
