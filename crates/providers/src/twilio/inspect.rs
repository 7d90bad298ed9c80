//! Looks at accounts before anybody depends on them: whether the credentials work, and whether
//! Twilio's reports can arrive.
//!
//! For a person at a command line. It sends no message and changes nothing.

use countersign_core::secret::Secret;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::Deserialize;

use super::account::Account;
use super::client::{Twilio, VERSION, is_success};
use crate::http::{Answer, ApiClient, CallError, Request, Timeouts};
use crate::report::{Finding, Report};

/// Where Twilio reports, below the public URL. Whoever only asks for it is told that it is for
/// posting.
const WEBHOOK: [&str; 3] = ["api", "webhooks", "twilio"];
const ONLY_POST: u16 = 405;

/// An account, as Twilio describes it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    friendly_name: String,
    status: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Twilio {
    /// Looks at every account, and at the address that Twilio reports to.
    pub async fn inspect(&self) -> Report {
        let mut findings = Vec::new();
        for account in &self.accounts {
            findings.push(self.token(account).await);
            if account.has_key {
                findings.push(self.key(account).await);
            }
        }
        findings.push(self.webhook().await);
        Report { findings }
    }

    /// The token is asked for whatever sends: webhooks are signed with it.
    async fn token(&self, account: &Account) -> Finding {
        let what = format!("Twilio account {}", account.name);
        let file = format!("{}.json", account.sid);
        let answer = self.ask(account.token.clone(), &[VERSION, "Accounts", &file], None).await;
        match answer {
            Ok(answer) if is_success(&answer) => Profile::read(&answer.body).finding(what),
            Ok(answer) => {
                let wrong = "copy twilio_account_sid and twilio_auth_token from Twilio's console.";
                Finding::bad(what, self.refused(&answer, "the SID or the token", wrong))
            }
            Err(error) => Finding::bad(what, self.unreached(&error)),
        }
    }

    /// A key may not ask for the account itself.
    async fn key(&self, account: &Account) -> Finding {
        let what = format!("API key of {}", account.name);
        let path = [VERSION, "Accounts", &account.sid, "Messages.json"];
        let query = Some("PageSize=1".to_owned());
        match self.ask(account.authorization.clone(), &path, query).await {
            Ok(answer) if is_success(&answer) => Finding::good(what, "Twilio accepts it."),
            Ok(answer) => {
                let wrong = "make one in Twilio's console, and write twilio_api_key_sid and \
                             twilio_api_key_secret.";
                Finding::bad(what, self.refused(&answer, "it", wrong))
            }
            Err(error) => Finding::bad(what, self.unreached(&error)),
        }
    }

    async fn webhook(&self) -> Finding {
        const WHAT: &str = "Twilio webhook";
        let Some(public_url) = &self.public_url else {
            return Finding::bad(WHAT, "Set public_url to the address that Twilio reports to.");
        };
        let url = format!("{}/{}", public_url.as_str(), WEBHOOK.join("/"));
        if public_url.is_own() && !self.api.base().is_own() {
            let advice = "is not on the internet, and Twilio cannot report to it: set public_url \
                          to an address that Twilio reaches.";
            return Finding::bad(WHAT, format!("{url} {advice}"));
        }
        let Ok(client) = ApiClient::new(public_url.clone(), Timeouts::default()) else {
            return Finding::bad(WHAT, "Not looked at: the HTTP client cannot be made.");
        };
        match client.get(&WEBHOOK, &[], &Secret::from("none")).await {
            Ok(answer) if answer.status == ONLY_POST => {
                Finding::good(WHAT, format!("Twilio reports to {url}, and this server is there."))
            }
            Ok(answer) => Finding::bad(
                WHAT,
                format!(
                    "{url} answered {}: is it this server, and does the proxy let it through?",
                    answer.status
                ),
            ),
            Err(error) if error.is_unresolved() => Finding::bad(
                WHAT,
                format!("{url}: no address has this name: check DNS and public_url."),
            ),
            Err(error) => Finding::bad(
                WHAT,
                format!("{url} does not answer ({}): start the server.", error.root()),
            ),
        }
    }

    async fn ask(
        &self,
        authorization: HeaderValue,
        path: &[&str],
        query: Option<String>,
    ) -> Result<Answer, CallError> {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization)]);
        let request = Request { method: Method::GET, path, query, headers, body: None };
        Ok(self.api.request(request).await?.answer)
    }

    fn refused(&self, answer: &Answer, what: &str, advice: &str) -> String {
        match answer.status {
            401 | 403 => format!("Twilio refuses {what}: {advice}"),
            404 => format!("Twilio knows no such account: {advice}"),
            429 | 500..=599 => format!("Twilio is busy ({}): ask again later.", answer.status),
            status => {
                let origin = self.api.base().origin();
                format!("{origin} answered {status}: is twilio_api_base_url right?")
            }
        }
    }

    fn unreached(&self, error: &CallError) -> String {
        let (origin, root) = (self.api.base().origin(), error.root());
        format!("{origin} cannot be reached ({root}): let this machine call it.")
    }
}

impl Profile {
    /// What cannot be read says nothing: the credentials were accepted.
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn finding(&self, what: String) -> Finding {
        match self.status.as_str() {
            "" | "active" if self.kind == "Trial" => Finding::good(
                what,
                "Twilio accepts the credentials; on trial it sends to numbers that you verified \
                 there, and to nobody else.",
            ),
            "" | "active" => Finding::good(
                what,
                format!("Twilio accepts the credentials ({}).", self.friendly_name),
            ),
            status => {
                Finding::bad(what, format!("It is {status}: see the reason in Twilio's console."))
            }
        }
    }
}
