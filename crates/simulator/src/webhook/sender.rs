//! Posts webhooks in the background until they are taken, or given up.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::{Duration, Instant, sleep, timeout};

use crate::{
    changes::Change,
    phone::{Phone, Turn},
    settings::Settings,
    simulator::Simulator,
    state::Ticket,
    wa_id::WaId,
    webhook::{Answer, Carrier, Letter, Outcome, encode},
    wire,
};

/// How many webhooks are posted at the same time.
pub(crate) const CONCURRENT_POSTS: usize = 32;
/// How many webhooks wait for their turn or their next attempt; more are recorded and not sent.
pub(crate) const WAITING_WEBHOOKS: usize = 50_000;

const FIRST_DELAY: Duration = Duration::from_millis(200);
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// How long a message waits to be overtaken by one that the phone may never write.
const LONGEST_TURN: Duration = Duration::from_secs(2);

/// A webhook that is to be sent.
pub(crate) struct Notice {
    kind: &'static str,
    phone: WaId,
    copies: u32,
    is_first_answer_lost: bool,
    /// The message from a phone that it brings.
    brings: Option<u64>,
    delay: Duration,
    turn: Turn,
    carrier: Carrier,
    body: Bytes,
}

impl Notice {
    pub(crate) fn new(kind: &'static str, phone: &Phone, envelope: &wire::Envelope) -> Self {
        Self::of(kind, phone, Carrier::Meta, encode(envelope))
    }

    /// Without an address it is only recorded.
    pub(crate) fn of_twilio(
        kind: &'static str,
        phone: &Phone,
        url: Option<String>,
        fields: &[(&'static str, String)],
    ) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Self::of(kind, phone, Carrier::Twilio { url }, form.finish())
    }

    fn of(kind: &'static str, phone: &Phone, carrier: Carrier, body: String) -> Self {
        Self {
            kind,
            phone: phone.wa_id.clone(),
            copies: if phone.behaviour.duplicate { 2 } else { 1 },
            is_first_answer_lost: phone.behaviour.lose_webhook_answer,
            brings: None,
            delay: Duration::ZERO,
            turn: Turn::InOrder,
            carrier,
            body: body.into(),
        }
    }

    /// About the business itself; it is filed under the business's number.
    pub(crate) fn about_business(
        kind: &'static str,
        settings: &Settings,
        body: &impl Serialize,
    ) -> Option<Self> {
        let phone = WaId::parse(&settings.business_phone, &settings.wa_id_rules)?;
        Some(Self {
            kind,
            phone,
            copies: 1,
            is_first_answer_lost: false,
            brings: None,
            delay: Duration::ZERO,
            turn: Turn::InOrder,
            carrier: Carrier::Meta,
            body: encode(body).into(),
        })
    }

    /// The message has come when this is answered.
    pub(crate) fn bringing(self, seq: u64) -> Self {
        Self { brings: Some(seq), ..self }
    }

    /// It is posted so much later, and in its turn.
    pub(crate) fn held_back(self, delay: Duration, turn: Turn) -> Self {
        Self { delay, turn, ..self }
    }
}

struct Parcel {
    id: u64,
    era: u64,
    letter: Letter,
    is_first_answer_lost: bool,
    brings: Option<Ticket>,
    delay: Duration,
    turn: Turn,
}

pub(crate) fn send_some(simulator: &Simulator, notice: Option<Notice>) {
    if let Some(notice) = notice {
        send(simulator, &notice);
    }
}

/// Records a webhook and posts it, twice for a phone that duplicates. Answers the last record's id.
pub(crate) fn send(simulator: &Simulator, notice: &Notice) -> u64 {
    let mut last = 0;
    for _ in 0..notice.copies {
        let parcel = {
            let mut state = simulator.state();
            let letter = Letter {
                carrier: notice.carrier.clone(),
                body: notice.body.clone(),
                signature: notice.carrier.sign(&state.settings, &notice.body),
            };
            let id = state.webhooks.record(notice.kind, notice.phone.clone(), letter.clone());
            state.changes.tell(Change::Webhooks);
            Parcel {
                id,
                era: state.webhooks.era,
                letter,
                is_first_answer_lost: notice.is_first_answer_lost,
                brings: notice.brings.map(|seq| Ticket { wa_id: notice.phone.clone(), seq }),
                delay: notice.delay,
                turn: notice.turn.clone(),
            }
        };
        last = parcel.id;
        post(simulator, parcel);
    }
    last
}

/// What became of the wish to post a webhook again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeated {
    Done,
    NotOnRecord,
    /// There is no address to post it to.
    Nowhere,
}

/// Posts the same bytes again.
pub(crate) fn repeat(simulator: &Simulator, id: u64, times: u32) -> Repeated {
    let (era, letter) = {
        let mut state = simulator.state();
        let Some(letter) = state.webhooks.letter(id) else { return Repeated::NotOnRecord };
        if letter.carrier.url(&state.settings).is_none() {
            return Repeated::Nowhere;
        }
        (state.webhooks.era, letter)
    };
    for _ in 0..times {
        let parcel = Parcel {
            id,
            era,
            letter: letter.clone(),
            is_first_answer_lost: false,
            brings: None,
            delay: Duration::ZERO,
            turn: Turn::InOrder,
        };
        post(simulator, parcel);
    }
    Repeated::Done
}

fn post(simulator: &Simulator, parcel: Parcel) {
    if parcel.letter.carrier.url(&simulator.state().settings).is_none() {
        return;
    }
    let Ok(place) = simulator.waiting().try_acquire_owned() else {
        tracing::warn!(webhook.id = parcel.id, "Too many webhooks are waiting: one is not sent");
        set_outcome(simulator, &parcel, Outcome::GaveUp);
        return;
    };
    set_outcome(simulator, &parcel, Outcome::Pending);
    let simulator = simulator.clone();
    tokio::spawn(async move {
        let _place = place;
        sleep(parcel.delay).await;
        if let Turn::Waits(overtaken) = &parcel.turn {
            // Whether it was overtaken or waited in vain, it goes now.
            let _ = timeout(LONGEST_TURN, overtaken.acquire()).await;
        }
        let outcome = try_until_answered(&simulator, &parcel).await;
        if let Turn::Overtakes(waiting) = &parcel.turn {
            waiting.close();
        }
        set_outcome(&simulator, &parcel, outcome);
    });
}

fn set_outcome(simulator: &Simulator, parcel: &Parcel, outcome: Outcome) {
    let mut state = simulator.state();
    if state.webhooks.era == parcel.era {
        state.webhooks.set_outcome(parcel.id, outcome);
        state.changes.tell(Change::Webhooks);
    }
}

async fn try_until_answered(simulator: &Simulator, parcel: &Parcel) -> Outcome {
    let mut delay = FIRST_DELAY;
    let carrier = &parcel.letter.carrier;
    for attempt in 1..=carrier.attempts() {
        let Some(url) = address(simulator, parcel) else { return Outcome::GaveUp };
        let mut answer = attempt_once(simulator, parcel, &url).await;
        if attempt == 1 && parcel.is_first_answer_lost {
            answer.result = Err("the answer is lost, as this phone's behaviour asks".to_owned());
        }
        let is_delivered = answer.result.as_ref().is_ok_and(|status| carrier.takes(*status));
        let is_final = carrier.gives_up_at(&answer.result);
        {
            let mut state = simulator.state();
            if state.webhooks.era == parcel.era {
                state.webhooks.add_answer(parcel.id, answer);
                state.changes.tell(Change::Webhooks);
            }
        }
        if is_delivered {
            if let Some(ticket) = &parcel.brings {
                simulator.state().mark_taken(ticket);
            }
            return Outcome::Delivered;
        }
        if is_final {
            break;
        }
        if attempt < carrier.attempts() {
            sleep(delay).await;
            delay = (delay * 2).min(LONGEST_DELAY);
        }
    }
    tracing::warn!(webhook.id = parcel.id, "Gave up on a webhook that was never taken");
    Outcome::GaveUp
}

/// Where to post now: the address may have changed since the last attempt.
fn address(simulator: &Simulator, parcel: &Parcel) -> Option<String> {
    let state = simulator.state();
    let url = parcel.letter.carrier.url(&state.settings);
    url.filter(|_| state.webhooks.era == parcel.era)
}

async fn attempt_once(simulator: &Simulator, parcel: &Parcel, url: &str) -> Answer {
    let _turn = simulator.posts().acquire().await;
    let (at, began) = (Timestamp::now(), Instant::now());
    let Letter { carrier, body, signature } = &parcel.letter;
    let mut request = simulator
        .http()
        .post(url)
        .header("content-type", carrier.content_type())
        .header("user-agent", carrier.user_agent())
        .header(carrier.signature_header(), signature)
        .body(body.clone());
    if let Carrier::Twilio { .. } = carrier {
        request = request.header("i-twilio-idempotency-token", idempotency_token(parcel));
    }
    let answer = request.send().await;
    let result = match answer {
        Ok(response) => {
            let status = response.status().as_u16();
            // Reading the body to its end lets the connection be used again.
            let _ = response.bytes().await;
            Ok(status)
        }
        Err(error) => Err(describe(&error)),
    };
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Answer { at, duration_ms, result }
}

/// The same for each attempt to deliver one webhook.
fn idempotency_token(parcel: &Parcel) -> String {
    let text = format!("{}:{}:{}", parcel.era, parcel.id, parcel.letter.signature);
    let digest = digest(&SHA256, text.as_bytes());
    hex::encode(&digest.as_ref()[..16])
}

fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer within 10 seconds".to_owned()
    } else if error.is_connect() {
        "nobody listens at the webhook address".to_owned()
    } else {
        "the connection broke before the answer".to_owned()
    }
}
