//! What is asked, and which answers are right.

use std::{collections::VecDeque, ops::Range};

use serde::Deserialize;

use crate::{
    connection::Response,
    phones::Phones,
    request::{Method, Requests},
};

pub trait Scenario {
    /// Writes the next request, or returns `None` when there are no more.
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected>;

    /// Whether the answer is the expected one.
    fn response(&mut self, expected: &Expected, response: &Response<'_>) -> bool {
        is_expected(expected, response)
    }

    /// Whether it is what is measured, and not what goes on beside it.
    fn is_timed(&self, _expected: &Expected) -> bool {
        true
    }
}

fn is_expected(expected: &Expected, response: &Response<'_>) -> bool {
    match expected {
        Expected::Ok => response.status == 200,
        Expected::Started { .. } => response.status == 201,
        Expected::Refused => matches!(response.status, 201 | 429),
        Expected::Outcome { outcome, .. } => {
            response.status == 200 && checked(response).is_some_and(|it| it == *outcome)
        }
    }
}

pub enum Expected {
    Ok,
    Started {
        phone: u64,
    },
    /// Over the limit; the very first is not.
    Refused,
    /// Of the check of the verification at `index` of those that were prepared.
    Outcome {
        outcome: &'static str,
        index: usize,
    },
}

const APPROVED: &str = "approved";
const WRONG_CODE: &str = "wrong_code";

fn checked<'a>(response: &Response<'a>) -> Option<&'a str> {
    #[derive(Deserialize)]
    struct Checked<'a> {
        outcome: &'a str,
    }
    serde_json::from_slice::<Checked<'a>>(response.body).ok().map(|checked| checked.outcome)
}

/// A verification that waits for its check.
#[derive(Deserialize)]
pub struct Started {
    pub id: String,
    #[serde(skip)]
    pub phone: u64,
    /// Only the servers we compare with tell it.
    pub code: Option<String>,
}

impl Started {
    fn parse(phone: u64, response: &Response<'_>) -> Option<Self> {
        let started: Self = serde_json::from_slice(response.body).ok()?;
        Some(Self { phone, ..started })
    }

    fn wrong_code(&self) -> String {
        let code = self.code.as_deref().unwrap_or("000000");
        code.bytes().map(|digit| char::from(b'0' + (digit - b'0' + 1) % 10)).collect()
    }
}

pub struct Hello {
    requests: Requests,
}

impl Hello {
    pub fn new(requests: Requests) -> Self {
        Self { requests }
    }
}

impl Scenario for Hello {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.requests.hello(out);
        Some(Expected::Ok)
    }
}

pub struct Start {
    requests: Requests,
    phones: Phones,
    next: u64,
}

impl Start {
    pub fn new(requests: Requests, phones: Phones, offset: u64) -> Self {
        Self { requests, phones, next: offset }
    }
}

impl Scenario for Start {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        let phone = self.phones.number(self.next)?;
        self.requests.start(out, Method::Code, phone, self.next);
        self.next += 1;
        Some(Expected::Started { phone })
    }
}

/// Starts a number of verifications and keeps them.
pub struct Prepare {
    start: Start,
    remaining: u64,
    pub started: Vec<Started>,
}

impl Prepare {
    pub fn new(start: Start, count: u64) -> Self {
        Self { start, remaining: count, started: Vec::new() }
    }
}

impl Scenario for Prepare {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.remaining = self.remaining.checked_sub(1)?;
        self.start.request(out)
    }

    fn response(&mut self, expected: &Expected, response: &Response<'_>) -> bool {
        let Expected::Started { phone } = *expected else { return false };
        let is_expected = is_expected(expected, response);
        let Some(started) = Started::parse(phone, response) else { return false };
        self.started.push(started);
        is_expected
    }
}

/// Half wrong codes, half right ones; the right one once the wrong one has been answered.
pub struct Check {
    requests: Requests,
    started: Vec<Started>,
    untouched: Range<usize>,
    answered: VecDeque<usize>,
    is_turn_of_right: bool,
}

impl Check {
    pub fn new(requests: Requests, started: Vec<Started>) -> Self {
        let untouched = 0..started.len();
        Self { requests, started, untouched, answered: VecDeque::new(), is_turn_of_right: false }
    }

    fn wrong(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        let index = self.untouched.next()?;
        let started = &self.started[index];
        self.requests.check(out, &started.id, &started.wrong_code());
        Some(Expected::Outcome { outcome: WRONG_CODE, index })
    }

    fn right(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        let index = self.answered.pop_front()?;
        let started = &self.started[index];
        self.requests.check(out, &started.id, started.code.as_deref()?);
        Some(Expected::Outcome { outcome: APPROVED, index })
    }
}

impl Scenario for Check {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.is_turn_of_right = !self.is_turn_of_right;
        if self.is_turn_of_right {
            return self.right(out).or_else(|| self.wrong(out));
        }
        self.wrong(out).or_else(|| self.right(out))
    }

    fn response(&mut self, expected: &Expected, response: &Response<'_>) -> bool {
        if let Expected::Outcome { outcome: WRONG_CODE, index } = *expected {
            self.answered.push_back(index);
        }
        is_expected(expected, response)
    }
}

/// Checks, and starts spread evenly between them.
pub struct BesideSending {
    check: Check,
    start: Start,
    /// How many of all requests are starts.
    share: f64,
    owed: f64,
}

impl BesideSending {
    pub fn new(check: Check, start: Start, share: f64) -> Self {
        Self { check, start, share, owed: 0.0 }
    }
}

impl Scenario for BesideSending {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.owed += self.share;
        if self.owed < 1.0 {
            return self.check.request(out);
        }
        self.owed -= 1.0;
        self.start.request(out)
    }

    fn response(&mut self, expected: &Expected, response: &Response<'_>) -> bool {
        self.check.response(expected, response)
    }

    fn is_timed(&self, expected: &Expected) -> bool {
        !matches!(expected, Expected::Started { .. })
    }
}

/// Alternates starts with checks. Where the server keeps its codes to itself, all are wrong.
pub struct Mix {
    start: Start,
    started: Vec<Started>,
    checked: usize,
    is_turn_of_check: bool,
}

impl Mix {
    pub fn new(start: Start) -> Self {
        Self { start, started: Vec::new(), checked: 0, is_turn_of_check: true }
    }
}

impl Scenario for Mix {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.is_turn_of_check = !self.is_turn_of_check;
        let index = self.checked;
        let started = self.started.get(index).filter(|_| self.is_turn_of_check);
        let Some(started) = started else { return self.start.request(out) };
        self.checked += 1;

        let requests = &self.start.requests;
        match &started.code {
            Some(code) if index % 2 == 1 => {
                requests.check(out, &started.id, code);
                Some(Expected::Outcome { outcome: APPROVED, index })
            }
            _ => {
                requests.check(out, &started.id, &started.wrong_code());
                Some(Expected::Outcome { outcome: WRONG_CODE, index })
            }
        }
    }

    fn response(&mut self, expected: &Expected, response: &Response<'_>) -> bool {
        if let Expected::Started { phone } = *expected {
            self.started.extend(Started::parse(phone, response));
        }
        is_expected(expected, response)
    }
}

pub struct Limited {
    requests: Requests,
    next: u64,
}

impl Limited {
    /// Valid, and not among [`Phones::Spain`].
    const PHONE: u64 = 34_711_111_111;

    pub fn new(requests: Requests, offset: u64) -> Self {
        Self { requests, next: offset }
    }
}

impl Scenario for Limited {
    fn request(&mut self, out: &mut Vec<u8>) -> Option<Expected> {
        self.requests.start(out, Method::Code, Self::PHONE, self.next);
        self.next += 1;
        Some(Expected::Refused)
    }
}
