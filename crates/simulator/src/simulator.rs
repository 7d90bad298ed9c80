//! The handle that every request and every task holds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    sync::Semaphore,
    time::{Duration, timeout},
};

use crate::{
    api::{self, ScenarioReport},
    settings::Settings,
    state::State,
    twilio::{self, TwilioAccount},
    wa_id,
    webhook::{CONCURRENT_POSTS, WAITING_WEBHOOKS},
};

/// A simulated Meta with its phones. Cloning it gives another handle to the same one.
#[derive(Clone)]
pub struct Simulator {
    state: Arc<Mutex<State>>,
    http: reqwest::Client,
    posts: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Why a simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the business phone `{0}` is not a phone number such as +15550100200")]
    BusinessPhone(String),

    #[error("the webhook address `{0}` is not an http address")]
    WebhookUrl(String),

    #[error("the frame ancestor `{0}` is not an http address")]
    FrameAncestor(String),

    #[error("the Twilio account's {0} is wrong: `{1}`")]
    Twilio(&'static str, String),

    #[error("the HTTP client for webhooks does not start")]
    Http(#[source] reqwest::Error),
}

impl Simulator {
    /// Starts nothing yet: tasks begin with the first message, on the runtime that serves it.
    pub fn new(mut settings: Settings) -> Result<Self, StartError> {
        if wa_id::digits(&settings.business_phone).is_none() {
            return Err(StartError::BusinessPhone(settings.business_phone));
        }
        if let Some(url) = settings.webhook_url.as_ref().filter(|url| !is_http(url)) {
            return Err(StartError::WebhookUrl(url.clone()));
        }
        if let Some(address) = settings.frame_ancestor.take() {
            let origin = origin(&address).ok_or(StartError::FrameAncestor(address))?;
            settings.frame_ancestor = Some(origin);
        }
        settings.twilio.as_ref().map_or(Ok(()), check_account)?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .user_agent("facebookexternalua")
            .build()
            .map_err(StartError::Http)?;
        Ok(Self {
            state: Arc::new(Mutex::new(State::new(settings))),
            http,
            posts: Arc::new(Semaphore::new(CONCURRENT_POSTS)),
            waiting: Arc::new(Semaphore::new(WAITING_WEBHOOKS)),
        })
    }

    /// Runs a scenario, given as the JSON that `POST /api/scenarios/run` takes. The error says what
    /// is wrong with it; then nothing was run.
    pub async fn run_scenario(&self, json: &[u8]) -> Result<ScenarioReport, String> {
        api::run_text(self, json).await
    }

    /// Waits until every webhook was answered or given up, at most so long. Answers whether they were.
    pub async fn wait_for_webhooks(&self, limit: Duration) -> bool {
        let all = u32::try_from(WAITING_WEBHOOKS).unwrap_or(u32::MAX);
        timeout(limit, self.waiting.acquire_many(all)).await.is_ok()
    }

    /// Locks the memory. Never hold it across an `await`.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) fn posts(&self) -> &Semaphore {
        &self.posts
    }

    pub(crate) fn waiting(&self) -> Arc<Semaphore> {
        Arc::clone(&self.waiting)
    }
}

fn check_account(account: &TwilioAccount) -> Result<(), StartError> {
    let TwilioAccount { account_sid, api_key_sid, sms_number, whatsapp_number, .. } = account;
    let url = account.webhook_url.as_deref().unwrap_or_default();
    let checks = [
        ("sid", account_sid.as_str(), twilio::is_sid("AC", account_sid)),
        ("API key", api_key_sid, twilio::is_sid("SK", api_key_sid)),
        ("number for SMS", sms_number, twilio::is_e164(sms_number)),
        ("number for WhatsApp", whatsapp_number, twilio::is_e164(whatsapp_number)),
        ("webhook address", url, url.is_empty() || is_http(url)),
    ];
    match checks.into_iter().find(|(.., is_good)| !is_good) {
        Some((name, value, _)) => Err(StartError::Twilio(name, value.to_owned())),
        None => Ok(()),
    }
}

/// The origin of an http address, which may go on with a path.
fn origin(address: &str) -> Option<String> {
    let url = reqwest::Url::parse(address).ok().filter(|_| is_http(address))?;
    Some(url.origin().ascii_serialization())
}

pub(crate) fn is_http(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
