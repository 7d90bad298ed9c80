//! All templates. Those of the settings are there from the start.

use crate::{
    settings::{Settings, TemplateStatus, Verdict},
    templates::{Design, Quality, Translation},
};

const FIRST_ID: u64 = 880_011_223_344_556;
/// Ids of created templates are above all of the settings'.
const FIRST_CREATED_ID: u64 = 880_011_224_000_000;
const MOST_TEMPLATES: usize = 250;

#[derive(Default)]
pub(crate) struct Templates {
    all: Vec<Translation>,
    /// Names that were approved and deleted: Meta keeps them for 30 days.
    kept_names: Vec<String>,
    created_ever: u64,
}

/// Why a template is not created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Exists,
    NameKept,
    TooMany,
}

impl Templates {
    pub(crate) fn of(settings: &Settings) -> Self {
        let mut all = Vec::new();
        for (place, template) in (0_u64..).zip(&settings.templates) {
            for (number, language) in (0_u64..).zip(&template.languages) {
                all.push(Translation {
                    id: FIRST_ID + place * 1_000 + number,
                    name: template.name.clone(),
                    language: language.clone(),
                    status: template.status,
                    reason: None,
                    quality: Quality::Unknown,
                    design: Design::default(),
                });
            }
        }
        Self { all, ..Self::default() }
    }

    pub(crate) fn all(&self) -> &[Translation] {
        &self.all
    }

    pub(crate) fn find(&self, name: &str, language: &str) -> Option<&Translation> {
        self.all.iter().find(|one| one.name == name && one.language == language)
    }

    pub(crate) fn with_id(&self, id: u64) -> Option<&Translation> {
        self.all.iter().find(|one| one.id == id)
    }

    /// The ids of a template's languages, or of one of them.
    pub(crate) fn ids(&self, name: &str, language: Option<&str>) -> Vec<u64> {
        let is_meant = |one: &&Translation| {
            one.name == name && language.is_none_or(|language| one.language == language)
        };
        self.all.iter().filter(is_meant).map(|one| one.id).collect()
    }

    /// Puts a new template before Meta. Answers its id.
    pub(crate) fn create(
        &mut self,
        name: &str,
        language: &str,
        design: &Design,
    ) -> Result<u64, Refusal> {
        if self.find(name, language).is_some() {
            return Err(Refusal::Exists);
        }
        if self.kept_names.iter().any(|kept| kept == name) {
            return Err(Refusal::NameKept);
        }
        if self.all.len() >= MOST_TEMPLATES {
            return Err(Refusal::TooMany);
        }
        let id = FIRST_CREATED_ID + self.created_ever;
        self.created_ever += 1;
        self.all.push(Translation {
            id,
            name: name.to_owned(),
            language: language.to_owned(),
            status: TemplateStatus::Pending,
            reason: None,
            quality: Quality::Unknown,
            design: design.clone(),
        });
        Ok(id)
    }

    /// The same, but one that exists is changed. One that changes nothing of an approved template
    /// leaves it approved.
    pub(crate) fn create_or_change(
        &mut self,
        name: &str,
        language: &str,
        design: &Design,
    ) -> Result<u64, Refusal> {
        let known = self.all.iter_mut().find(|one| one.name == name && one.language == language);
        let Some(known) = known else { return self.create(name, language, design) };
        if known.design != *design || known.status == TemplateStatus::Rejected {
            known.design = design.clone();
            known.status = TemplateStatus::Pending;
            known.reason = None;
        }
        Ok(known.id)
    }

    /// Deletes a template, or the language of it that has this id. Answers whether there was one.
    pub(crate) fn delete(&mut self, name: &str, id: Option<u64>) -> bool {
        let is_meant =
            |one: &Translation| one.name == name && id.is_none_or(|wanted| one.id == wanted);
        let was_approved = |one: &Translation| {
            is_meant(one)
                && matches!(one.status, TemplateStatus::Approved | TemplateStatus::Flagged)
        };
        let count = self.all.len();
        let is_kept = self.all.iter().any(was_approved);
        self.all.retain(|one| !is_meant(one));
        if is_kept && self.ids(name, None).is_empty() {
            self.kept_names.push(name.to_owned());
            // A name that waits out its month in vain is of no use to anybody.
            let surplus = self.kept_names.len().saturating_sub(MOST_TEMPLATES);
            self.kept_names.drain(..surplus);
        }
        self.all.len() < count
    }

    /// Answers the template as it is now.
    pub(crate) fn judge(&mut self, id: u64, verdict: &Verdict) -> Option<&Translation> {
        let judged = self.all.iter_mut().find(|one| one.id == id)?;
        judged.status = verdict.status;
        judged.reason = match verdict.status {
            TemplateStatus::Rejected => {
                Some(verdict.reason.clone().unwrap_or_else(|| "INVALID_FORMAT".to_owned()))
            }
            TemplateStatus::Approved
            | TemplateStatus::Flagged
            | TemplateStatus::Pending
            | TemplateStatus::InAppeal
            | TemplateStatus::Paused
            | TemplateStatus::Disabled => None,
        };
        Some(judged)
    }

    /// Answers the quality before, and the template as it is now.
    pub(crate) fn rate(&mut self, id: u64, quality: Quality) -> Option<(Quality, &Translation)> {
        let rated = self.all.iter_mut().find(|one| one.id == id)?;
        let before = std::mem::replace(&mut rated.quality, quality);
        Some((before, rated))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: TemplateStatus) -> Verdict {
        Verdict { status, reason: None }
    }

    #[test]
    fn the_name_of_an_approved_template_is_kept_after_its_last_language() {
        let mut templates = Templates::default();
        let design = Design::default();
        let german = templates.create("code", "de", &design).unwrap();
        templates.create("code", "fr", &design).unwrap();
        templates.judge(german, &verdict(TemplateStatus::Approved));

        assert!(!templates.delete("code", Some(1)));
        assert!(templates.delete("code", None));
        assert!(!templates.delete("code", None));

        assert_eq!(templates.create("code", "de", &design), Err(Refusal::NameKept));
    }

    #[test]
    fn the_name_of_a_rejected_template_is_free_again() {
        let mut templates = Templates::default();
        let design = Design::default();
        let id = templates.create("code", "de", &design).unwrap();
        let rejected = templates.judge(id, &verdict(TemplateStatus::Rejected)).unwrap();
        assert_eq!(rejected.reason.as_deref(), Some("INVALID_FORMAT"));

        templates.delete("code", Some(id));

        assert_ne!(templates.create("code", "de", &design), Ok(id));
    }

    #[test]
    fn only_a_change_is_looked_at_again() {
        let mut templates = Templates::default();
        let design = Design::default();
        let id = templates.create("code", "de", &design).unwrap();
        assert_eq!(templates.create("code", "de", &design), Err(Refusal::Exists));
        templates.judge(id, &verdict(TemplateStatus::Approved));

        assert_eq!(templates.create_or_change("code", "de", &design), Ok(id));
        assert_eq!(templates.with_id(id).unwrap().status, TemplateStatus::Approved);
        let other = Design { ttl_seconds: 60, ..design };
        assert_eq!(templates.create_or_change("code", "de", &other), Ok(id));
        assert_eq!(templates.with_id(id).unwrap().status, TemplateStatus::Pending);
    }

    #[test]
    fn an_account_is_full_at_some_time() {
        let mut templates = Templates::default();
        let design = Design::default();
        for place in 0..MOST_TEMPLATES {
            templates.create(&format!("code_{place}"), "de", &design).unwrap();
        }

        assert_eq!(templates.create("code", "de", &design), Err(Refusal::TooMany));
    }
}
