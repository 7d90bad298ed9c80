//! Somebody who proves a phone by a message, with the page open beside it.

use std::{
    fmt::Display,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    client::{Answer, Client},
    request::{Method, Requests},
    statistics::describe,
    webhook::{Message, Signer, seconds_now},
};

/// How long any answer, and the check mark, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The steps of a page before the message came, and after.
const WAITING: &str = "message";
const PROVED: &str = "done";

/// What all of them share.
pub struct Surroundings {
    target: SocketAddr,
    requests: Requests,
    signer: Signer,
    phone_number_id: String,
    /// Connections of the application and of Meta that are free.
    idle: Mutex<Vec<Client>>,
}

#[derive(Clone, Copy)]
pub struct Person {
    pub phone: u64,
    /// Tells one from another.
    pub number: u64,
    /// When the message is to be sent.
    pub writes_at: Instant,
}

/// Where the verification is looked at, and what is to be written.
#[derive(Deserialize)]
struct Started {
    url: Option<String>,
    message: Option<Ready>,
}

#[derive(Deserialize)]
struct Ready {
    text: String,
}

impl Surroundings {
    pub fn new(
        target: SocketAddr,
        requests: Requests,
        app_secret: &str,
        phone_number_id: &str,
    ) -> Self {
        Self {
            target,
            requests,
            signer: Signer::new(app_secret),
            phone_number_id: phone_number_id.to_owned(),
            idle: Mutex::default(),
        }
    }

    /// When the page says that the phone is proved.
    pub async fn prove(&self, person: Person) -> Result<Instant, String> {
        let (url, text) = self.start(person).await?;
        let mut page = self.open(&url).await?;
        sleep_until(person.writes_at).await;

        let mut meta = self.client().await?;
        in_time("the webhook", meta.send(&self.webhook(person, &text))).await?;
        let proved = in_time("the check mark", is_proved(&mut page)).await;
        let proved_at = Instant::now();
        let answer = in_time("the answer to the webhook", meta.answer()).await?;
        expect(200, &answer)?;
        self.keep(meta);
        proved.map(|()| proved_at)
    }

    /// The address of the page and the text of the message.
    async fn start(&self, person: Person) -> Result<(String, String), String> {
        let mut request = Vec::new();
        self.requests.start(&mut request, Method::Message, person.phone, person.number);
        let mut application = self.client().await?;
        let answer = in_time("the start", application.ask(&request)).await?;
        expect(201, &answer)?;
        self.keep(application);
        let started = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        match started {
            Started { url: Some(url), message: Some(message) } => Ok((url, message.text)),
            Started { .. } => Err(describe(answer.status, &answer.body)),
        }
    }

    /// Follows the link as a browser does, up to the first event.
    async fn open(&self, url: &str) -> Result<Client, String> {
        let mut browser = in_time("a connection", Client::open(self.target)).await?;
        let path = url.find("/v/").map(|at| &url[at..]).ok_or("the link leads to no page")?;
        let admitted = self.visit(&mut browser, path, None).await?;
        expect(303, &admitted)?;
        let cookie = admitted.cookie.ok_or("the link gives no cookie")?;
        let page = admitted.location.ok_or("the link leads nowhere")?;
        let shown = self.visit(&mut browser, &page, Some(&cookie)).await?;
        expect(200, &shown)?;

        let mut request = Vec::new();
        self.requests.visit(&mut request, &format!("{page}/events"), Some(&cookie));
        let status = in_time("the events", browser.follow(&request)).await?;
        if status != 200 {
            return Err(format!("the events were answered with {status}"));
        }
        let step = in_time("the first event", browser.step()).await?;
        if step == WAITING { Ok(browser) } else { Err(format!("the page began with {step}")) }
    }

    async fn visit(
        &self,
        browser: &mut Client,
        path: &str,
        cookie: Option<&str>,
    ) -> Result<Answer, String> {
        let mut request = Vec::new();
        self.requests.visit(&mut request, path, cookie);
        in_time("the page", browser.ask(&request)).await
    }

    fn webhook(&self, person: Person, text: &str) -> Vec<u8> {
        let body = Message {
            phone_number_id: &self.phone_number_id,
            sender: &person.phone.to_string(),
            wamid: &format!("wamid.bench{}", person.number),
            timestamp: &seconds_now().to_string(),
            text,
        }
        .webhook()
        .into_bytes();
        let mut request = Vec::new();
        self.requests.webhook(&mut request, &self.signer.sign(&body), &body);
        request
    }

    async fn client(&self) -> Result<Client, String> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(client) => Ok(client),
            None => in_time("a connection", Client::open(self.target)).await,
        }
    }

    fn keep(&self, client: Client) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
    }
}

/// Comes back with the check mark; any step but it and the wait for it is wrong.
async fn is_proved(page: &mut Client) -> Result<(), String> {
    loop {
        match page.step().await.map_err(|error| error.to_string())?.as_str() {
            PROVED => return Ok(()),
            WAITING => {}
            other => return Err(format!("the page says {other}")),
        }
    }
}

async fn in_time<T, E: Display>(
    what: &str,
    action: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(PATIENCE, action).await {
        Ok(done) => done.map_err(|error| format!("{what}: {error}")),
        Err(_) => Err(format!("{what} did not come in {} s", PATIENCE.as_secs())),
    }
}

fn expect(status: u16, answer: &Answer) -> Result<(), String> {
    if answer.status == status { Ok(()) } else { Err(describe(answer.status, &answer.body)) }
}
