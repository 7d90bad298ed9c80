//! The provider: it takes messages, refuses them, loses its answers, and says later, more than
//! once and in any order, what became of them.

use std::time::Duration;

use countersign_core::channel::{Channel, Route};
use countersign_core::delivery::{LEASE, MessageKey, Receipt, ReceiptKind, SendOutcome};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::ledger::{
    Claimed, Ingest, ReceiptOf, Settle, Signers, StoredWebhook, WebhookKey,
};
use countersign_core::time::{Timestamp, hours, minutes, seconds};

use crate::crowd::event;
use crate::dice::Dice;
use crate::scene::Scene;

#[derive(Default)]
pub(crate) struct Carrier {
    calls: Vec<Call>,
    posts: Vec<Post>,
}

/// A call to the provider, and when it is answered.
struct Call {
    key: MessageKey,
    attempt: u8,
    answer_at: Timestamp,
    outcome: SendOutcome,
}

/// A webhook that waits to be posted.
#[derive(Clone)]
pub(crate) struct Post {
    due: Timestamp,
    key: WebhookKey,
    receipts: Vec<ReceiptOf>,
}

enum Fate {
    Accepted,
    /// Nobody was asked to send it, and it counts as delivered.
    Withheld,
    Refused,
    Busy,
    /// Nobody was called.
    Full,
    /// Taken, or not: the answer does not come.
    Lost,
}

/// How long a phone may take to say that it has a message.
const PATIENCE: Duration = seconds(30);

impl Carrier {
    pub(crate) fn call(&mut self, claimed: &Claimed, dice: &Dice, now: Timestamp) {
        let (key, attempt) = (claimed.key, claimed.attempt);
        let fate = match dice.below(100) {
            0..64 => Fate::Accepted,
            64..68 => Fate::Withheld,
            68..76 => Fate::Refused,
            76..84 => Fate::Busy,
            84..87 => Fate::Full,
            _ => Fate::Lost,
        };
        let is_taken = match fate {
            Fate::Accepted => true,
            Fate::Withheld | Fate::Refused | Fate::Full => false,
            // Some say that they are busy, and deliver.
            Fate::Busy => dice.per_cent(5),
            Fate::Lost => dice.per_cent(60),
        };
        if is_taken {
            self.deliver(key, dice, now);
        }
        let late = if dice.per_cent(5) { LEASE * 2 } else { seconds(2) };
        let answer_at = now.plus(dice.up_to(late));
        let outcome = match fate {
            Fate::Accepted => SendOutcome::Accepted {
                provider_id: Sealed::from_bytes(dice.bytes::<4>()),
                account: "account".to_owned(),
            },
            Fate::Withheld => SendOutcome::Delivered {
                provider_id: Sealed::from_bytes(dice.bytes::<4>()),
                account: "test".to_owned(),
            },
            Fate::Refused if dice.per_cent(50) => SendOutcome::Failed { code: 131_042 },
            Fate::Refused if dice.per_cent(20) => SendOutcome::OptedOut { code: 21_610 },
            Fate::Refused => SendOutcome::Unreachable { code: 131_026 },
            Fate::Busy => {
                let after = dice.per_cent(30).then(|| dice.up_to(seconds(90)));
                SendOutcome::Retry { after, code: Some(131_056), jitter: dice.small(0, 255) }
            }
            Fate::Full => SendOutcome::Postponed { after: dice.up_to(seconds(30)), code: 2 },
            // Nobody notes it, when the process hangs too.
            Fate::Lost if dice.per_cent(20) => return,
            Fate::Lost => SendOutcome::Unknown { code: None },
        };
        self.calls.push(Call { key, attempt, answer_at, outcome });
    }

    /// Takes every message without a fault, when a world comes to its end.
    pub(crate) fn accept(&mut self, claimed: &Claimed, now: Timestamp) {
        let (provider_id, account) = (Sealed::from_bytes([1]), "account".to_owned());
        let outcome = SendOutcome::Accepted { provider_id, account };
        let (key, attempt) = (claimed.key, claimed.attempt);
        self.calls.push(Call { key, attempt, answer_at: now, outcome });
    }

    /// When the next call is answered.
    pub(crate) fn next_answer(&self) -> Option<Timestamp> {
        self.calls.iter().map(|call| call.answer_at).min()
    }

    /// What came of the calls that are answered by now.
    pub(crate) fn answers(&mut self, dice: &Dice, now: Timestamp) -> Vec<Settle> {
        let answered = self.calls.extract_if(.., |call| call.answer_at <= now);
        answered
            .map(|Call { key, attempt, outcome, .. }| Settle {
                key,
                attempt,
                outcome,
                patience: PATIENCE,
                event: event(dice, now),
                now,
            })
            .collect()
    }

    /// The process died: nobody hears the answers.
    pub(crate) fn forget_calls(&mut self) {
        self.calls.clear();
    }

    /// The webhooks that are posted now, out of order.
    pub(crate) fn posted(&mut self, dice: &Dice, now: Timestamp) -> Vec<Post> {
        let due = self.posts.extract_if(.., |post| post.due <= now && dice.per_cent(80));
        let mut posts: Vec<Post> = due.collect();
        dice.shuffle(&mut posts);
        posts
    }

    /// A post was not answered, or is made again although it was.
    pub(crate) fn post_again(&mut self, mut post: Post, dice: &Dice, now: Timestamp) {
        post.due = now.plus(delay(dice));
        self.posts.push(post);
    }

    /// Somebody posts about messages that are none of the tenant's.
    pub(crate) fn forge(&mut self, key: MessageKey, tenant: TenantId, dice: &Dice, now: Timestamp) {
        let verification = if dice.per_cent(70) {
            key.verification
        } else {
            VerificationId::from_bytes(dice.bytes())
        };
        let message = MessageKey { tenant, verification, number: key.number };
        let receipts = [ReceiptKind::Failed, ReceiptKind::Read]
            .map(|kind| receipt_of(message, kind, now))
            .to_vec();
        self.post(tenant, receipts, dice, now);
    }

    fn deliver(&mut self, key: MessageKey, dice: &Dice, now: Timestamp) {
        let kinds: &[ReceiptKind] = match dice.below(100) {
            0..70 => &[ReceiptKind::Sent, ReceiptKind::Delivered, ReceiptKind::Read],
            70..80 => &[ReceiptKind::Sent, ReceiptKind::Failed],
            80..88 => &[ReceiptKind::Failed],
            88..93 => &[ReceiptKind::Sent, ReceiptKind::Failed, ReceiptKind::Delivered],
            _ => &[],
        };
        let mut receipts = Vec::new();
        for kind in kinds {
            // Some never come.
            if dice.per_cent(15) {
                continue;
            }
            let at = now.plus(dice.up_to(seconds(20)));
            receipts.push(receipt_of(key, *kind, at));
            // Some come again in another post, with another time.
            if dice.per_cent(10) {
                let at = now.plus(dice.up_to(seconds(20)));
                self.post(key.tenant, vec![receipt_of(key, *kind, at)], dice, now);
            }
            if dice.per_cent(75) {
                self.post(key.tenant, std::mem::take(&mut receipts), dice, now);
            }
        }
        if !receipts.is_empty() {
            self.post(key.tenant, receipts, dice, now);
        }
    }

    fn post(&mut self, tenant: TenantId, receipts: Vec<ReceiptOf>, dice: &Dice, now: Timestamp) {
        let key = WebhookKey { tenant, at: now, digest: dice.bytes() };
        self.posts.push(Post { due: now.plus(delay(dice)), key, receipts });
    }
}

impl Post {
    pub(crate) fn ingest(&self, scene: &Scene, dice: &Dice, now: Timestamp) -> Ingest {
        let sealed = Sealed::from_bytes([]);
        let webhook =
            StoredWebhook { key: self.key, received_at: now, sealed, unread: 0, quarantined: 0 };
        Ingest {
            webhook,
            receipts: self.receipts.clone(),
            messages: Vec::new(),
            signers: Signers { channels: Route::of(Channel::ALL), others: Vec::new() },
            keyring: scene.keyring.clone(),
            policy: scene.policy.clone(),
            event: event(dice, now),
            now,
        }
    }
}

fn receipt_of(message: MessageKey, kind: ReceiptKind, at: Timestamp) -> ReceiptOf {
    let error = (kind == ReceiptKind::Failed).then_some(131_049);
    ReceiptOf {
        message,
        receipt: Receipt {
            kind,
            at,
            error,
            is_unreachable: false,
            is_opted_out: false,
            price: None,
        },
    }
}

fn delay(dice: &Dice) -> Duration {
    match dice.below(10) {
        0..6 => dice.up_to(seconds(5)),
        6..9 => dice.up_to(minutes(3)),
        _ => dice.up_to(hours(24)),
    }
}
