//! The calls about templates.

use serde::Deserialize;
use serde_json::Value;

use super::account::Account;
use super::new::NewTemplate;
use super::number::BusinessNumber;
use super::template::{Created, Template};
use crate::meta::client::Meta;
use crate::meta::trouble::Trouble;

const TEMPLATE_FIELDS: &str =
    "id,name,language,status,category,quality_score,rejected_reason,message_send_ttl_seconds";
const NUMBER_FIELDS: &str = "id,display_phone_number,verified_name,status,quality_rating";
/// As many on a page as Meta gives.
const PAGE: &str = "100";
/// More than an account's templates can fill.
const MOST_PAGES: usize = 100;

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    #[serde(default)]
    paging: Value,
}

impl Meta {
    /// Creates a template in each of its languages. In one language it must be new; in several at
    /// once those that exist are changed.
    pub async fn create_template(
        &self,
        account: &Account,
        template: &NewTemplate,
    ) -> Result<Vec<Created>, Trouble> {
        let (edge, request, language) = match template.languages.as_slice() {
            [language] => ("message_templates", template.in_one(language), Some(language)),
            _ => ("upsert_message_templates", template.in_all(), None),
        };
        let path = self.versioned(&[account.id(), edge]);
        let answer = self.api.post(&path, &request, account.token()).await;
        let answer: Value = self.understand(answer)?;
        let rows = answer.get("data").and_then(Value::as_array);
        let rows = rows.map_or_else(|| std::slice::from_ref(&answer), Vec::as_slice);
        let language = language.map(String::as_str);
        Ok(rows.iter().filter_map(|row| Created::read(row, language)).collect())
    }

    /// Every template of the account.
    pub async fn templates(&self, account: &Account) -> Result<Vec<Template>, Trouble> {
        let rows = self.pages(account, "message_templates", &[("fields", TEMPLATE_FIELDS)]).await?;
        Ok(rows.iter().filter_map(Template::read).collect())
    }

    /// The template of this name, in each of its languages.
    pub async fn template(&self, account: &Account, name: &str) -> Result<Vec<Template>, Trouble> {
        let query = [("name", name), ("fields", TEMPLATE_FIELDS)];
        let rows = self.pages(account, "message_templates", &query).await?;
        // Meta answers with every name that contains the one we asked for.
        let is_meant = |template: &Template| template.name == name;
        Ok(rows.iter().filter_map(Template::read).filter(is_meant).collect())
    }

    /// Deletes a template in all its languages, or in the one with this id.
    pub async fn delete_template(
        &self,
        account: &Account,
        name: &str,
        id: Option<&str>,
    ) -> Result<(), Trouble> {
        let path = self.versioned(&[account.id(), "message_templates"]);
        let id = id.map(|id| ("hsm_id", id));
        let query: Vec<_> = id.into_iter().chain([("name", name)]).collect();
        let answer = self.api.delete(&path, &query, account.token()).await;
        self.understand::<Value>(answer).map(|_| ())
    }

    /// The phone numbers of the account.
    pub async fn phone_numbers(&self, account: &Account) -> Result<Vec<BusinessNumber>, Trouble> {
        let rows = self.pages(account, "phone_numbers", &[("fields", NUMBER_FIELDS)]).await?;
        Ok(rows.iter().filter_map(BusinessNumber::read).collect())
    }

    async fn pages(
        &self,
        account: &Account,
        edge: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, Trouble> {
        let mut rows = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let cursor = after.as_deref().map(|cursor| ("after", cursor));
            let query: Vec<_> =
                query.iter().copied().chain([("limit", PAGE)]).chain(cursor).collect();
            let page: Page = self.ask(&[account.id(), edge], &query, account.token()).await?;
            rows.extend(page.data);
            // Its address holds the token and may lead anywhere: only that there is one counts.
            let has_more = page.paging.get("next").is_some_and(Value::is_string);
            let cursor = page.paging.pointer("/cursors/after").and_then(Value::as_str);
            let next = cursor.filter(|_| has_more).map(str::to_owned);
            if next.is_none() || next == after {
                break;
            }
            after = next;
        }
        Ok(rows)
    }
}
