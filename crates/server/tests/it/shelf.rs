//! The sandbox as a keeper of templates: what a test puts there is there.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use countersign_core::templates::{
    CreatedTemplate, KeeperError, NewTemplate, Rejection, Template, TemplateKeeper, TemplateNews,
    TemplateNotice, TemplateQuality, TemplateStatus,
};
use countersign_core::tenants::Integration;
use serde_json::Value;

#[derive(Default)]
pub struct Shelf {
    templates: Mutex<Vec<Template>>,
    created: Mutex<Vec<NewTemplate>>,
    failures: Mutex<VecDeque<KeeperError>>,
}

impl Shelf {
    pub fn put(&self, name: &str, language: &str, status: TemplateStatus) {
        self.templates.lock().unwrap().push(template(name, language, status));
    }

    pub fn names(&self) -> Vec<(String, String)> {
        let all = self.templates.lock().unwrap();
        all.iter().map(|one| (one.name.clone(), one.language.clone())).collect()
    }

    /// What was asked to be created, the latest.
    pub fn wish(&self) -> NewTemplate {
        self.created.lock().unwrap().last().unwrap().clone()
    }

    /// The next call fails so.
    pub fn fail(&self, error: KeeperError) {
        self.failures.lock().unwrap().push_back(error);
    }

    fn failure(&self) -> Result<(), KeeperError> {
        self.failures.lock().unwrap().pop_front().map_or(Ok(()), Err)
    }
}

#[async_trait]
impl TemplateKeeper for Shelf {
    async fn list(
        &self,
        _: &Integration,
        name: Option<&str>,
    ) -> Result<Vec<Template>, KeeperError> {
        self.failure()?;
        let all = self.templates.lock().unwrap();
        let is_meant = |one: &&Template| name.is_none_or(|name| one.name == name);
        Ok(all.iter().filter(is_meant).cloned().collect())
    }

    async fn create(
        &self,
        _: &Integration,
        wish: &NewTemplate,
    ) -> Result<Vec<CreatedTemplate>, KeeperError> {
        self.failure()?;
        self.created.lock().unwrap().push(wish.clone());
        let created = wish.languages.iter().map(|language| {
            self.put(&wish.name, language, TemplateStatus::Pending);
            CreatedTemplate {
                id: "88001".to_owned(),
                language: language.clone(),
                status: TemplateStatus::Pending,
                advice: Some("Wait.".to_owned()),
            }
        });
        Ok(created.collect())
    }

    async fn delete(
        &self,
        _: &Integration,
        name: &str,
        language: Option<&str>,
    ) -> Result<(), KeeperError> {
        self.failure()?;
        let mut all = self.templates.lock().unwrap();
        let before = all.len();
        all.retain(|one| one.name != name || language.is_some_and(|other| one.language != other));
        if all.len() == before { Err(KeeperError::Missing) } else { Ok(()) }
    }
}

/// The news in `{"template", "language", "is"}`.
pub fn told(body: &Value) -> Option<TemplateNotice> {
    let status = status(body["is"].as_str()?)?;
    Some(TemplateNotice {
        name: body["template"].as_str()?.to_owned(),
        language: body["language"].as_str()?.to_owned(),
        news: TemplateNews::Status { status, rejection: None, advice: None },
    })
}

fn status(word: &str) -> Option<TemplateStatus> {
    [TemplateStatus::Approved, TemplateStatus::Paused, TemplateStatus::Pending]
        .into_iter()
        .find(|status| status.as_str() == word)
}

fn template(name: &str, language: &str, status: TemplateStatus) -> Template {
    let is_rejected = status == TemplateStatus::Rejected;
    Template {
        id: "88001".to_owned(),
        name: name.to_owned(),
        language: language.to_owned(),
        status,
        category: Some("authentication".to_owned()),
        quality: TemplateQuality::High,
        rejection: is_rejected.then(|| Rejection {
            reason: "SCAM".to_owned(),
            explanation: "Have the business verified.".to_owned(),
        }),
        advice: (!status.may_be_sent()).then(|| "Do something.".to_owned()),
    }
}
