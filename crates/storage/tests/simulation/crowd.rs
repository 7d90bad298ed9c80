//! Those who call the API: people who mistype and ask again, and people who guess.

use std::sync::Arc;

use countersign_core::channel::{Channel, Route};
use countersign_core::id::{EventId, TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::ledger::{
    Cancel, Check, CheckOutcome, CheckTarget, Expire, Lift, Op, Outcome, Resend, Start,
    StartOutcome,
};
use countersign_core::time::Timestamp;
use countersign_core::verification::{
    Code, Idempotency, Method, Purpose, StartMode, State, Verification, VerificationKey, resend_gap,
};

use crate::book::Book;
use crate::dice::Dice;
use crate::scene::{ADDRESSES, NUMBERS, PURPOSES, Scene};

/// Requests that may be asked again.
const KEPT: usize = 24;

pub(crate) struct Crowd {
    scene: Arc<Scene>,
    /// Verifications that somebody was told of, the newest last.
    known: Vec<VerificationKey>,
    /// Who began something last.
    recent: Vec<Who>,
    starts: Vec<Start>,
    checks: Vec<Check>,
    /// Whose code is guessed, for a while.
    victim: Who,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Who {
    tenant: TenantId,
    number: u8,
    purpose: Purpose,
}

impl Crowd {
    pub(crate) fn new(scene: Arc<Scene>, dice: &Dice) -> Self {
        let victim = anybody(&scene, dice);
        let (known, recent, starts, checks) = Default::default();
        Self { scene, known, recent, starts, checks, victim }
    }

    /// What somebody asks for next.
    pub(crate) fn ask(&mut self, book: &Book, dice: &Dice, now: Timestamp) -> Op {
        if dice.below(1_000) < 8 {
            self.victim = anybody(&self.scene, dice);
        }
        match dice.below(100) {
            0..20 => self.start(dice, now).into(),
            20..25 => self.start_again(dice, now).into(),
            25..31 => self.check_again(book, dice, now).into(),
            31..83 => self.check(book, dice, now).into(),
            83..94 => self.resend(book, dice, now).into(),
            94..96 => self.cancel(book, dice, now).into(),
            96..97 => self.lift(dice).into(),
            _ => self.expire(book, dice, now).into(),
        }
    }

    /// Hears an answer.
    pub(crate) fn hear(&mut self, op: &Op, outcome: &Outcome) {
        self.remember(op);
        match outcome {
            Outcome::Start(StartOutcome::Started { verification, .. }) => {
                self.known.push(verification.key);
                let number =
                    verification.sealed_phone.as_ref().map_or(0, |sealed| sealed.as_bytes()[0]);
                let purpose = verification.purpose;
                let who = Who { tenant: verification.key.tenant, number, purpose };
                keep(&mut self.recent, &who, 3);
            }
            Outcome::Start(
                StartOutcome::Repeated(key) | StartOutcome::Resent { verification: key, .. },
            ) => self.known.push(*key),
            Outcome::Check(CheckOutcome::Found { .. } | CheckOutcome::NotFound)
            | Outcome::Start(
                StartOutcome::KeyReused | StartOutcome::OptedOut | StartOutcome::Refused { .. },
            )
            | Outcome::Lift(_)
            | Outcome::Resend(_)
            | Outcome::Cancel(_)
            | Outcome::Expire(_)
            | Outcome::Ingest(_)
            | Outcome::ClaimDue(_)
            | Outcome::Settle(_) => {}
        }
    }

    /// Remembers what was asked, whether or not it was answered.
    pub(crate) fn remember(&mut self, op: &Op) {
        match op {
            Op::Start(start) if start.verification.idempotency.is_some() => {
                keep(&mut self.starts, start, KEPT);
            }
            Op::Check(check) if check.request.is_some() => keep(&mut self.checks, check, KEPT),
            Op::Start(_)
            | Op::Check(_)
            | Op::Resend(_)
            | Op::Cancel(_)
            | Op::Expire(_)
            | Op::Ingest(_)
            | Op::ClaimDue(_)
            | Op::Settle(_)
            | Op::Lift(_) => {}
        }
    }

    fn start(&self, dice: &Dice, now: Timestamp) -> Start {
        let who = match dice.below(100) {
            0..25 => self.victim,
            // Somebody who just began, beside what is live.
            25..75 => dice.pick(&self.recent).copied().unwrap_or(self.victim),
            _ => anybody(&self.scene, dice),
        };
        let address =
            dice.per_cent(85).then(|| self.scene.address(who.tenant, dice.small(0, ADDRESSES - 1)));
        let idempotency =
            dice.per_cent(40).then(|| Idempotency { key: dice.bytes(), fingerprint: dice.bytes() });
        let is_otp = who.purpose == Purpose::Otp;
        let mode =
            if is_otp || dice.per_cent(5) { StartMode::ResendLive } else { StartMode::Beside };
        let mut verification = self.draft(who, dice, now);
        verification.address = address;
        verification.idempotency = idempotency;
        self.begin(verification, mode, dice, now)
    }

    fn begin(
        &self,
        verification: Verification,
        mode: StartMode,
        dice: &Dice,
        now: Timestamp,
    ) -> Start {
        let policy = self.scene.policy.clone();
        let verification = verification.into();
        Start { verification, challenge: None, mode, policy, event: event(dice, now), now }
    }

    fn draft(&self, who: Who, dice: &Dice, now: Timestamp) -> Verification {
        let Scene { policy, keyring, .. } = &*self.scene;
        let (code, limits) = (&policy.code, &policy.limits);
        let id = VerificationId::generate(now, dice.entropy());
        let digits = if who.purpose.is_sign_in() { code.sign_in_digits } else { code.digits };
        let mut verification = Verification {
            key: VerificationKey { tenant: who.tenant, id },
            phone: self.scene.phone(who.tenant, who.number),
            number: self.scene.number(who.tenant, who.number),
            sealed_phone: Some(Sealed::from_bytes([who.number])),
            method: Method::Code,
            channel: Channel::WhatsApp,
            purpose: who.purpose,
            locale: None,
            state: State::Pending,
            is_superseded: false,
            attempts: 0,
            max_attempts: code.max_attempts,
            sends: vec![now],
            replies: 0,
            fallbacks: 0,
            country: None,
            route: Route::of(dice.per_cent(50).then_some(Channel::Sms)),
            failed_messages: 0,
            code: None,
            created_at: now,
            expires_at: now.plus(code.lifetime),
            resend_at: now.plus(resend_gap(limits, 1)),
            ended_at: None,
            idempotency: None,
            checks: Vec::new(),
            address: None,
            client_ip: None,
            details: None,
        };
        let code = Code::generate(digits, dice.entropy());
        verification.code = Some(code.hold(&verification.place(), keyring));
        verification
    }

    // The same request with its key, or another request with the same key, or the same key of
    // another tenant.
    fn start_again(&self, dice: &Dice, now: Timestamp) -> Start {
        let Some(before) = dice.pick(&self.starts) else { return self.start(dice, now) };
        let mut tenant = before.verification.key.tenant;
        let mut idempotency = before.verification.idempotency;
        match dice.below(10) {
            0 => tenant = self.scene.other(tenant),
            1 => {
                idempotency = idempotency
                    .map(|known| Idempotency { key: known.key, fingerprint: dice.bytes() });
            }
            _ => {}
        }
        let number =
            before.verification.sealed_phone.as_ref().map_or(0, |sealed| sealed.as_bytes()[0]);
        let purpose = before.verification.purpose;
        let mut verification = self.draft(Who { tenant, number, purpose }, dice, now);
        verification.address = before.verification.address;
        verification.idempotency = idempotency;
        self.begin(verification, before.mode, dice, now)
    }

    fn check(&self, book: &Book, dice: &Dice, now: Timestamp) -> Check {
        let target = self.check_target(book, dice);
        let code = self.typed(target, book, dice);
        let request = match dice.below(20) {
            0..8 => Some(dice.bytes()),
            // A key of another check.
            8 => dice.pick(&self.checks).and_then(|check| check.request),
            _ => None,
        };
        self.ask_check((target, code), request, dice, now)
    }

    fn check_again(&self, book: &Book, dice: &Dice, now: Timestamp) -> Check {
        let Some(before) = dice.late_place(self.checks.len(), 8).map(|place| &self.checks[place])
        else {
            return self.check(book, dice, now);
        };
        self.ask_check((before.target, before.code.clone()), before.request, dice, now)
    }

    fn ask_check(
        &self,
        (target, code): (CheckTarget, Code),
        request: Option<[u8; 16]>,
        dice: &Dice,
        now: Timestamp,
    ) -> Check {
        let Scene { policy, keyring, .. } = &*self.scene;
        let (policy, keyring) = (policy.clone(), keyring.clone());
        Check { target, code, keyring, policy, request, event: event(dice, now), now }
    }

    fn check_target(&self, book: &Book, dice: &Dice) -> CheckTarget {
        if dice.per_cent(90) {
            return CheckTarget::Verification(self.target(book, dice));
        }
        let mut who = if dice.per_cent(50) { self.victim } else { anybody(&self.scene, dice) };
        if dice.per_cent(70) {
            who.purpose = Purpose::Otp;
        }
        let phone = self.scene.phone(who.tenant, who.number);
        CheckTarget::Phone {
            tenant: who.tenant,
            phone,
            number: self.scene.number(who.tenant, who.number),
            purpose: who.purpose,
        }
    }

    fn target(&self, book: &Book, dice: &Dice) -> VerificationKey {
        let newest = match dice.below(10) {
            0..4 => self.latest_of_victim(book, dice),
            _ => dice.late_place(self.known.len(), 5).map(|place| self.known[place]),
        };
        let key = newest.unwrap_or(VerificationKey {
            tenant: self.victim.tenant,
            id: VerificationId::from_bytes(dice.bytes()),
        });
        if dice.per_cent(5) {
            return VerificationKey { tenant: self.scene.other(key.tenant), id: key.id };
        }
        key
    }

    fn latest_of_victim(&self, book: &Book, dice: &Dice) -> Option<VerificationKey> {
        let phone = self.scene.phone(self.victim.tenant, self.victim.number);
        let siblings = book.siblings(phone);
        dice.late_place(siblings.len(), 3).map(|place| siblings[place])
    }

    fn typed(&self, target: CheckTarget, book: &Book, dice: &Dice) -> Code {
        let right = match target {
            CheckTarget::Verification(key) => book.code(key),
            CheckTarget::Phone { phone, number, purpose, .. } => {
                book.code_of_number(phone, number, purpose)
            }
        };
        let right = right.unwrap_or("000000").to_owned();
        let is_victim = match target {
            CheckTarget::Verification(key) => {
                book.phone_of(key) == Some(self.scene.phone(self.victim.tenant, self.victim.number))
            }
            CheckTarget::Phone { .. } => false,
        };
        let luck = if is_victim { 18 } else { 45 };
        let digits = match dice.below(100) {
            draw if draw < luck => right,
            draw if draw < luck + 20 => mistyped(&right, dice),
            // Of the same phone: an older one, or of another purpose.
            draw if draw < luck + 35 => other_code(target, book, dice).unwrap_or(right),
            // Of anybody.
            draw if draw < luck + 42 => {
                let place = dice.late_place(self.known.len(), 40);
                let code = place.and_then(|place| book.code(self.known[place]));
                code.unwrap_or("123456").to_owned()
            }
            _ => guess(dice),
        };
        Code::parse(&digits).expect("it has 6 to 10 digits")
    }

    fn resend(&self, book: &Book, dice: &Dice, now: Timestamp) -> Resend {
        let policy = self.scene.policy.clone();
        let key = self.target(book, dice);
        Resend { key, channel: None, policy, event: event(dice, now), now }
    }

    fn lift(&self, dice: &Dice) -> Lift {
        let who = dice.pick(&self.recent).copied().unwrap_or(self.victim);
        let channels = Channel::ALL.into_iter().filter(|_| dice.per_cent(70));
        Lift { phone: self.scene.phone(who.tenant, who.number), channels: Route::of(channels) }
    }

    fn cancel(&self, book: &Book, dice: &Dice, now: Timestamp) -> Cancel {
        Cancel { key: self.target(book, dice), event: event(dice, now), now }
    }

    // The sweeper names what is overdue; what became of it since, and what is not, does no harm.
    fn expire(&self, book: &Book, dice: &Dice, now: Timestamp) -> Expire {
        let mut keys = book.overdue(now);
        keys.push(self.target(book, dice));
        Expire { keys, event: event(dice, now), now }
    }
}

pub(crate) fn event(dice: &Dice, now: Timestamp) -> EventId {
    EventId::generate(now, dice.entropy())
}

fn anybody(scene: &Scene, dice: &Dice) -> Who {
    let tenant = *dice.pick(&scene.tenants).expect("there are two");
    let number = dice.small(0, NUMBERS - 1);
    // Each mostly wants the same, so that verifications meet in one chain.
    let usual = PURPOSES[usize::from(number) % PURPOSES.len()];
    let purpose = if dice.per_cent(70) { Some(&usual) } else { dice.pick(&PURPOSES) };
    Who { tenant, number, purpose: *purpose.expect("there are four") }
}

fn other_code(target: CheckTarget, book: &Book, dice: &Dice) -> Option<String> {
    let phone = match target {
        CheckTarget::Verification(key) => book.phone_of(key)?,
        CheckTarget::Phone { phone, .. } => phone,
    };
    let siblings = book.siblings(phone);
    let place = dice.late_place(siblings.len(), 6)?;
    book.code(siblings[place]).map(str::to_owned)
}

fn keep<T: Clone>(kept: &mut Vec<T>, one: &T, most: usize) {
    if kept.len() >= most {
        kept.remove(0);
    }
    kept.push(one.clone());
}

fn mistyped(right: &str, dice: &Dice) -> String {
    let place = usize::from(dice.small(0, 5));
    let wrong = |digit: char| char::from_digit((digit.to_digit(10).unwrap_or(0) + 1) % 10, 10);
    let digits = right.chars().enumerate();
    digits.map(|(n, digit)| if n == place { wrong(digit).unwrap_or('0') } else { digit }).collect()
}

fn guess(dice: &Dice) -> String {
    if dice.per_cent(70) {
        format!("{:06}", dice.below(1_000_000))
    } else {
        format!("{:08}", dice.below(100_000_000))
    }
}
