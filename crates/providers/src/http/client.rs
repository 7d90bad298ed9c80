//! The client for one provider's API.
//!
//! It follows no redirect, uses no proxy of the environment, and sends nothing twice: a message
//! that may have gone out is for the caller to think about.

use std::error::Error;
use std::time::Duration;

use countersign_core::secret::Secret;
use countersign_core::time::{Timestamp, seconds};
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, redirect, retry};
use serde::Serialize;

use super::base_url::BaseUrl;
use super::request::{Reply, Request};
use super::resolver::HostResolver;

const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));
/// No answer that we ask for is longer.
const LONGEST_BODY: usize = 64 * 1024;
/// Less than the minute after which servers usually close.
const IDLE: Duration = seconds(50);

/// Calls one provider's API, and nobody else.
#[derive(Clone, Debug)]
pub struct ApiClient {
    base: BaseUrl,
    client: Client,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the beginning to the last byte of the answer.
    pub total: Duration,
}

/// What came back, whatever its status.
pub struct Answer {
    pub status: u16,
    /// What the provider asks us to wait, if it says so in seconds.
    pub retry_after: Option<Duration>,
    /// What time it was there.
    pub date: Option<Timestamp>,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The token cannot be sent at all.
    #[error("the token has characters that no token has")]
    Token,

    /// The provider has not seen the request.
    #[error("the provider cannot be reached")]
    NotSent(#[source] reqwest::Error),

    /// The provider may have acted on the request.
    #[error("the provider's answer was lost")]
    Lost(#[source] reqwest::Error),

    /// Likewise: what came is no answer of this API.
    #[error("the provider's answer is too long")]
    TooLong,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: seconds(3), total: seconds(10) }
    }
}

impl ApiClient {
    /// Fails when the machine has no certificates to trust.
    pub fn new(base: BaseUrl, timeouts: Timeouts) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .dns_resolver(HostResolver::new(base.host().clone()))
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.total)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(reqwest::Error::without_url)?;
        Ok(Self { base, client })
    }

    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Asks the host for nothing of the API: whether it is there, and where it speaks TLS, whether
    /// its certificate is good.
    pub async fn knock(&self) -> Result<(), CallError> {
        let mut url = self.base.url().clone();
        url.set_path("/");
        exchange(self.client.head(url)).await.map(|_| ())
    }

    pub async fn get(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        token: &Secret<String>,
    ) -> Result<Answer, CallError> {
        call(self.client.get(self.base.join(path, query)), token).await
    }

    pub async fn delete(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        token: &Secret<String>,
    ) -> Result<Answer, CallError> {
        call(self.client.delete(self.base.join(path, query)), token).await
    }

    /// Posts JSON.
    pub async fn post(
        &self,
        path: &[&str],
        body: &(impl Serialize + Sync),
        token: &Secret<String>,
    ) -> Result<Answer, CallError> {
        call(self.client.post(self.base.join(path, &[])).json(body), token).await
    }

    /// Whatever else an API wants.
    pub async fn request(&self, request: Request<'_>) -> Result<Reply, CallError> {
        let Request { method, path, query, headers, body } = request;
        let mut url = self.base.join(path, &[]);
        url.set_query(query.as_deref());
        let mut call = self.client.request(method, url).headers(headers);
        if let Some(body) = body {
            call = call.body(body);
        }
        exchange(call).await
    }
}

async fn call(request: RequestBuilder, token: &Secret<String>) -> Result<Answer, CallError> {
    let reply = exchange(request.header(AUTHORIZATION, bearer(token)?)).await?;
    Ok(reply.answer)
}

async fn exchange(request: RequestBuilder) -> Result<Reply, CallError> {
    let mut response = request.send().await.map_err(CallError::of)?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let (retry_after, date) = (retry_after(&headers), date(&headers));
    let body = read(response).await?;
    Ok(Reply { answer: Answer { status, retry_after, date, body }, headers })
}

fn bearer(token: &Secret<String>) -> Result<HeaderValue, CallError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| CallError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Only seconds: a date would need a clock that agrees with theirs.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// In the form of RFC 9110: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    Timestamp::parse_http(headers.get(DATE)?.to_str().ok()?)
}

async fn read(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(CallError::of)? {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(CallError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl CallError {
    /// What is at the bottom of it: the words of the network.
    pub fn root(&self) -> String {
        let mut error: &dyn Error = self;
        while let Some(source) = error.source() {
            error = source;
        }
        error.to_string()
    }

    /// Whether the name of the host leads nowhere.
    pub fn is_unresolved(&self) -> bool {
        let mut error: &dyn Error = self;
        while let Some(source) = error.source() {
            error = source;
            if error.to_string() == "dns error" {
                return true;
            }
        }
        false
    }

    /// A failed look-up, connection or TLS handshake comes before the request is written.
    fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            Self::NotSent(error)
        } else {
            Self::Lost(error)
        }
    }
}
