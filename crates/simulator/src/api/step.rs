//! One step of a scenario. What it can do is what a person can do through the rest of the API.

use serde::{Deserialize, de::Error};
use serde_json::{Map, Value, json};
use tokio::time::Duration;

use crate::{
    api::{
        body::Body,
        code,
        error::ApiError,
        inbound::{self, Writing},
        messages, phones,
        status::{self, Receipt, Wanted},
        templates::{self, Review},
        webhooks,
    },
    chat::Channel,
    link::Link,
    simulator::Simulator,
    wamid::Author,
};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Step {
    /// As `POST …/messages`.
    Write(Write),
    /// The person opens a link such as `https://wa.me/15550100200?text=Hello`, and sends its text.
    OpenLink(OpenLink),
    Behave {
        phone: String,
        set: Map<String, Value>,
    },
    /// Waits for the next code, as `GET …/code` does.
    WaitForCode {
        phone: String,
        #[serde(default = "ten")]
        seconds: u64,
        channel: Option<Channel>,
    },
    /// The person opens the newest message of the business.
    Read {
        phone: String,
    },
    /// A receipt by hand for the newest message of the business.
    Status {
        phone: String,
        status: Wanted,
        error_code: Option<u32>,
    },
    /// As `POST …/review`.
    ReviewTemplate {
        name: String,
        review: Review,
    },
    /// The newest webhook of this phone, or of all, once more.
    RepeatWebhook {
        phone: Option<String>,
        #[serde(default = "once")]
        times: u32,
    },
}

/// A phone writes. The rest of the step is the body that `POST …/messages` takes.
#[derive(Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct Write {
    phone: String,
    writing: Writing,
}

/// The rest of the step is the same, with a `link` that has the text and the number it goes to.
#[derive(Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct OpenLink {
    phone: String,
    writing: Writing,
}

impl TryFrom<Map<String, Value>> for Write {
    type Error = serde_json::Error;

    fn try_from(mut step: Map<String, Value>) -> Result<Self, Self::Error> {
        let phone = taken(&mut step, "phone")?;
        let writing = serde_json::from_value(Value::Object(step))?;
        Ok(Self { phone, writing })
    }
}

impl TryFrom<Map<String, Value>> for OpenLink {
    type Error = serde_json::Error;

    fn try_from(mut step: Map<String, Value>) -> Result<Self, Self::Error> {
        let (phone, link) = (taken(&mut step, "phone")?, taken(&mut step, "link")?);
        let Link { to, text } = Link::read(&link)
            .ok_or_else(|| Self::Error::custom("`link` must end as …/15550100200?text=Hello"))?;
        for (name, value) in [("to", to), ("text", text)] {
            if step.insert(name.to_owned(), json!(value)).is_some() {
                return Err(Self::Error::custom(format!("`{name}` is in the link already")));
            }
        }
        let writing = serde_json::from_value(Value::Object(step))?;
        Ok(Self { phone, writing })
    }
}

fn taken(step: &mut Map<String, Value>, name: &'static str) -> Result<String, serde_json::Error> {
    let value = step.remove(name).ok_or_else(|| serde_json::Error::missing_field(name))?;
    serde_json::from_value(value)
}

fn ten() -> u64 {
    10
}

fn once() -> u32 {
    1
}

impl Step {
    /// How long it may have to wait for something.
    pub(super) fn seconds(&self) -> u64 {
        match self {
            Self::WaitForCode { seconds, .. } => *seconds,
            Self::Write(_)
            | Self::OpenLink(_)
            | Self::Behave { .. }
            | Self::Read { .. }
            | Self::Status { .. }
            | Self::ReviewTemplate { .. }
            | Self::RepeatWebhook { .. } => 0,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Write(_) => "write",
            Self::OpenLink(_) => "open_link",
            Self::Behave { .. } => "behave",
            Self::WaitForCode { .. } => "wait_for_code",
            Self::Read { .. } => "read",
            Self::Status { .. } => "status",
            Self::ReviewTemplate { .. } => "review_template",
            Self::RepeatWebhook { .. } => "repeat_webhook",
        }
    }

    pub(super) async fn run(self, simulator: &Simulator) -> Result<Value, ApiError> {
        match self {
            Self::Write(Write { phone, writing }) | Self::OpenLink(OpenLink { phone, writing }) => {
                inbound::accept_and_send(simulator, &phone, &writing)
            }
            Self::Behave { phone, set } => phones::behave(simulator, &phone, Body::from(set)),
            Self::WaitForCode { phone, seconds, channel } => {
                code::next(simulator, &phone, channel, Duration::from_secs(seconds)).await
            }
            Self::Read { phone } => {
                let id = newest(simulator, &phone)?;
                messages::open(simulator, &phone, &id)
            }
            Self::Status { phone, status, error_code } => {
                let id = newest(simulator, &phone)?;
                status::apply(simulator, &phone, &id, &Receipt { status, error_code })
            }
            Self::ReviewTemplate { name, review } => templates::decide(simulator, &name, &review),
            Self::RepeatWebhook { phone, times } => {
                let id = newest_webhook(simulator, phone.as_deref())?;
                webhooks::again(simulator, &id.to_string(), times)
            }
        }
    }
}

fn newest(simulator: &Simulator, number: &str) -> Result<String, ApiError> {
    let mut state = simulator.state();
    let phone = state.phone(number).ok_or_else(|| ApiError::bad_number(number))?;
    let sent = phone.messages().rev().find(|message| message.author == Author::Business);
    sent.map(|message| message.id.clone()).ok_or_else(|| {
        ApiError::not_found(format!("Nothing was sent to {number} yet: wait for a code first."))
    })
}

fn newest_webhook(simulator: &Simulator, number: Option<&str>) -> Result<u64, ApiError> {
    let state = simulator.state();
    let wa_id = match number {
        Some(number) => {
            Some(state.parse_number(number).ok_or_else(|| ApiError::bad_number(number))?)
        }
        None => None,
    };
    let newest = state.webhooks.newest(wa_id.as_ref());
    newest.ok_or_else(|| ApiError::not_found("There is no webhook to repeat yet."))
}

/// What somebody did by hand, as a step: the phone and the body of the request.
pub(super) fn recorded(name: &str, number: &str, body: Value) -> Value {
    let mut step = json!({ "do": name, "phone": format!("+{}", number.trim_start_matches('+')) });
    if let (Value::Object(step), Value::Object(body)) = (&mut step, body) {
        step.extend(body);
    }
    step
}
