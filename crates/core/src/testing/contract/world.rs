//! What the checks of a suite share: ports, a clock, a tenant, and operations in short.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::channel::{Channel, Route};
use crate::delivery::{Message, MessageKey, Receipt, ReceiptKind, SendOutcome};
use crate::id::{EventId, TenantId, VerificationId};
use crate::keyring::{Keyring, Sealed};
use crate::ledger::{
    Cancel, CancelOutcome, Check, CheckOutcome, CheckTarget, ClaimDue, Claimed, Ingest,
    IngestOutcome, Ledger, ReceiptOf, Resend, ResendOutcome, Settle, SettleOutcome, Signers, Start,
    StartOutcome, StoredWebhook, WebhookKey, Written,
};
use crate::policy::{Policy, Refusal};
use crate::random::bytes;
use crate::testing::{
    CountingEntropy, ManualClock, complete_verification, minimal_verification, test_keyring,
};
use crate::time::{Clock, Timestamp, days, seconds};
use crate::verification::{
    Challenge, Code, Finding, PhoneKey, StartMode, Verification, VerificationKey, VerificationStore,
};

/// Ports under test, with what is needed to speak to them.
pub struct World<'a> {
    pub ledger: &'a dyn Ledger,
    pub store: &'a dyn VerificationStore,
    pub tenant: TenantId,
    pub policy: Arc<Policy>,
    pub entropy: CountingEntropy,
    pub keyring: Keyring,
    clock: ManualClock,
}

/// The code of every verification here.
pub(super) const RIGHT: &str = "402917";
pub(super) const WRONG: &str = "000000";

impl<'a> World<'a> {
    pub async fn new(ledger: &'a dyn Ledger, store: &'a dyn VerificationStore) -> Self {
        let (entropy, clock) = (CountingEntropy::default(), ManualClock::default());
        let tenant = TenantId::generate(clock.now(), &entropy);
        let (policy, keyring) = (Arc::default(), test_keyring(7).await);
        Self { ledger, store, tenant, policy, entropy, keyring, clock }
    }

    /// Leaves what was done so far to others: another tenant, and so much later that nothing of
    /// it is live.
    pub(super) fn turn_page(&mut self) {
        self.advance(days(2));
        self.tenant = self.another_tenant();
        self.policy = Arc::default();
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    pub fn another_tenant(&self) -> TenantId {
        TenantId::generate(self.now(), &self.entropy)
    }

    pub fn phone(&self) -> PhoneKey {
        PhoneKey(bytes(&self.entropy))
    }

    pub fn event(&self) -> EventId {
        EventId::generate(self.now(), &self.entropy)
    }

    pub(super) fn key(&self) -> VerificationKey {
        let id = VerificationId::generate(self.now(), &self.entropy);
        VerificationKey { tenant: self.tenant, id }
    }

    /// Of nobody else's phone, and not stored yet.
    pub fn verification(&self) -> Verification {
        self.verification_of(self.phone())
    }

    pub fn verification_of(&self, phone: PhoneKey) -> Verification {
        let code = code(RIGHT);
        minimal_verification(self.key(), phone, &code, &self.keyring, self.now())
    }

    pub(super) fn complete(&self) -> Verification {
        complete_verification(self.verification(), &code(RIGHT), &self.keyring, &self.entropy)
    }

    pub async fn start(&self, verification: Verification) -> StartOutcome {
        self.start_as(verification, StartMode::Beside).await
    }

    pub(super) async fn start_as(
        &self,
        verification: Verification,
        mode: StartMode,
    ) -> StartOutcome {
        let (policy, event, now) = (self.policy.clone(), self.event(), self.now());
        let verification = Arc::new(verification);
        let start = Start { verification, challenge: None, mode, policy, event, now };
        self.ledger.run(start).await.expect("storage answers")
    }

    /// Starts one by message, which must succeed.
    pub(super) async fn start_by_message(&self, verification: Verification, challenge: Challenge) {
        let (policy, event, now) = (self.policy.clone(), self.event(), self.now());
        let verification = Arc::new(verification);
        let (challenge, mode) = (Some(Box::new(challenge)), StartMode::Beside);
        let start = Start { verification, challenge, mode, policy, event, now };
        let outcome = self.ledger.run(start).await.expect("storage answers");
        assert!(matches!(outcome, StartOutcome::Started { message: None, .. }), "{outcome:?}");
    }

    pub(super) async fn challenge(&self, key: VerificationKey) -> Option<Challenge> {
        self.store.challenge(key).await.expect("storage answers")
    }

    /// Starts it, which must succeed.
    pub async fn started(&self, verification: Verification) -> VerificationKey {
        let key = verification.key;
        match self.start(verification).await {
            StartOutcome::Started { .. } => key,
            other @ (StartOutcome::Resent { .. }
            | StartOutcome::Repeated(_)
            | StartOutcome::KeyReused
            | StartOutcome::OptedOut
            | StartOutcome::Refused { .. }) => panic!("a verification must begin, but: {other:?}"),
        }
    }

    /// Starts it, which must be refused.
    pub async fn refused(&self, verification: Verification) -> Refusal {
        let key = verification.key;
        match self.start(verification).await {
            StartOutcome::Refused { refusal, .. } => {
                assert_eq!(self.find(key).await, None, "what is refused is not stored");
                refusal
            }
            other @ (StartOutcome::Started { .. }
            | StartOutcome::Resent { .. }
            | StartOutcome::Repeated(_)
            | StartOutcome::KeyReused
            | StartOutcome::OptedOut) => panic!("a limit must refuse it, but: {other:?}"),
        }
    }

    pub(super) async fn check_as(
        &self,
        target: CheckTarget,
        typed: &str,
        request: Option<[u8; 16]>,
    ) -> CheckOutcome {
        let check = Check {
            target,
            code: code(typed),
            keyring: self.keyring.clone(),
            policy: self.policy.clone(),
            request,
            event: self.event(),
            now: self.now(),
        };
        self.ledger.run(check).await.expect("storage answers")
    }

    /// Checks a code of a verification that is there.
    pub async fn check(&self, key: VerificationKey, typed: &str) -> Finding {
        match self.check_as(CheckTarget::Verification(key), typed, None).await {
            CheckOutcome::Found { finding, .. } => finding,
            CheckOutcome::NotFound => panic!("{:?} must be there", key.id),
        }
    }

    pub async fn resend(&self, key: VerificationKey) -> ResendOutcome {
        let (policy, event, now) = (self.policy.clone(), self.event(), self.now());
        let resend = Resend { key, channel: None, policy, event, now };
        self.ledger.run(resend).await.expect("storage answers")
    }

    pub async fn cancel(&self, key: VerificationKey) -> CancelOutcome {
        let cancel = Cancel { key, event: self.event(), now: self.now() };
        self.ledger.run(cancel).await.expect("storage answers")
    }

    /// Claims all that is due, and answers what is of this tenant.
    pub async fn claim(&self) -> Vec<Claimed> {
        let mut claimed = Vec::new();
        loop {
            let claim = ClaimDue { most: 10, event: self.event(), now: self.now() };
            let outcome = self.ledger.run(claim).await.expect("storage answers");
            claimed.extend(outcome.claimed);
            if !outcome.may_have_more {
                claimed.retain(|claim| claim.key.tenant == self.tenant);
                return claimed;
            }
        }
    }

    /// Claims the one message of this tenant that is due.
    pub async fn claim_one(&self) -> Claimed {
        let mut claimed = self.claim().await;
        let one = claimed.pop().expect("a message is due");
        assert!(claimed.is_empty(), "only one message is due");
        one
    }

    pub async fn settle(&self, claimed: &Claimed, outcome: SendOutcome) -> SettleOutcome {
        let Claimed { key, attempt, .. } = *claimed;
        let (event, now) = (self.event(), self.now());
        let settle = Settle { key, attempt, outcome, patience: PATIENCE, event, now };
        self.ledger.run(settle).await.expect("storage answers")
    }

    pub(super) fn webhook(&self) -> StoredWebhook {
        let key = WebhookKey { tenant: self.tenant, at: self.now(), digest: bytes(&self.entropy) };
        let sealed = Sealed::from_bytes(bytes::<90>(&self.entropy));
        StoredWebhook { key, received_at: self.now(), sealed, unread: 3, quarantined: 1 }
    }

    pub(super) fn inbound(&self) -> Written {
        Written { key: self.webhook().key, heard: None, is_foreign: false }
    }

    pub(super) async fn ingest(
        &self,
        webhook: StoredWebhook,
        receipts: Vec<ReceiptOf>,
        messages: Vec<Written>,
    ) -> IngestOutcome {
        let signers = Signers { channels: Route::of(Channel::ALL), others: Vec::new() };
        self.ingest_signed(webhook, receipts, messages, signers).await
    }

    /// The same, signed by some of the tenant's accounts.
    pub(super) async fn ingest_signed(
        &self,
        webhook: StoredWebhook,
        receipts: Vec<ReceiptOf>,
        messages: Vec<Written>,
        signers: Signers,
    ) -> IngestOutcome {
        let ingest = Ingest {
            webhook,
            receipts,
            messages,
            signers,
            keyring: self.keyring.clone(),
            policy: self.policy.clone(),
            event: self.event(),
            now: self.now(),
        };
        self.ledger.run(ingest).await.expect("storage answers")
    }

    /// Takes in one receipt, in a webhook of its own.
    pub async fn receive(&self, key: MessageKey, receipt: Receipt) -> IngestOutcome {
        let receipts = vec![ReceiptOf { message: key, receipt }];
        self.ingest(self.webhook(), receipts, Vec::new()).await
    }

    pub async fn find(&self, key: VerificationKey) -> Option<(Verification, Vec<Message>)> {
        self.store.find(key).await.expect("storage answers")
    }

    /// A verification that is there.
    pub(super) async fn read(&self, key: VerificationKey) -> Verification {
        self.find(key).await.expect("the verification is there").0
    }

    /// A message that is there.
    pub(super) async fn message(&self, key: MessageKey) -> Message {
        let found = self.find(key.verification_key()).await.expect("the verification is there");
        let mut messages = found.1.into_iter();
        messages.find(|message| message.key == key).expect("the message is there")
    }
}

pub(super) fn code(digits: &str) -> Code {
    Code::parse(digits).expect("the test gives digits")
}

/// The first message of a verification.
pub(super) fn first_message(key: VerificationKey) -> MessageKey {
    MessageKey { tenant: key.tenant, verification: key.id, number: 1 }
}

/// How long a phone may take to say that it has a message.
pub(super) const PATIENCE: Duration = seconds(30);

pub(super) fn receipt(kind: ReceiptKind, at: Timestamp) -> Receipt {
    let error = (kind == ReceiptKind::Failed).then_some(131_026);
    Receipt { kind, at, error, is_unreachable: false, is_opted_out: false, price: None }
}

/// Runs everything at once and answers in the order given.
pub(super) async fn at_once<T>(
    futures: impl IntoIterator<Item = impl Future<Output = T>>,
) -> Vec<T> {
    let mut waiting: Vec<Pin<Box<_>>> = futures.into_iter().map(Box::pin).collect();
    let mut answers: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, answer) in waiting.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *answer = Some(value);
            }
        }
        if answers.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    answers.into_iter().flatten().collect()
}
