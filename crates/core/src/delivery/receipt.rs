//! What a provider says later about a message.
//!
//! Receipts come in any order, more than once, or not at all. So they are a join: each kind keeps
//! the earliest time it was reported, and the state is read off the set. Any order and any
//! repetition of the same receipts gives the same state.

use crate::time::Timestamp;

/// One thing that a provider says about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceiptKind {
    Sent,
    Delivered,
    Read,
    Failed,
}

/// One receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub kind: ReceiptKind,
    pub at: Timestamp,
    /// The provider's error code, with `Failed`.
    pub error: Option<i64>,
    /// It failed because the phone cannot be reached on this channel at all.
    pub is_unreachable: bool,
    /// It failed because its owner wants no messages by this channel.
    pub is_opted_out: bool,
    pub price: Option<Price>,
}

/// How the provider counts the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub billable: Option<bool>,
    /// The provider's word, such as `regular` or `free_customer_service`.
    pub kind: Option<String>,
    /// The provider's word, such as `authentication`.
    pub category: Option<String>,
    /// What it costs, in millionths of the currency; where the provider says so.
    pub micros: Option<i64>,
    /// Such as `USD`.
    pub currency: Option<String>,
}

/// All receipts of a message, joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    pub sent_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
    /// The smallest code reported, so that the order does not matter.
    pub error: Option<i64>,
    pub price: Option<Price>,
}

impl ReceiptKind {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "sent" => Some(Self::Sent),
            "delivered" => Some(Self::Delivered),
            // `played` is what voice messages say instead.
            "read" | "played" => Some(Self::Read),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

impl Receipts {
    /// Adds one. Answers whether it said something new.
    pub fn join(&mut self, receipt: &Receipt) -> bool {
        let before = self.clone();
        let slot = match receipt.kind {
            ReceiptKind::Sent => &mut self.sent_at,
            ReceiptKind::Delivered => &mut self.delivered_at,
            ReceiptKind::Read => &mut self.read_at,
            ReceiptKind::Failed => &mut self.failed_at,
        };
        *slot = Some(slot.map_or(receipt.at, |at| at.min(receipt.at)));
        if let Some(error) = receipt.error {
            self.error = Some(self.error.map_or(error, |known| known.min(error)));
        }
        if let Some(price) = &receipt.price {
            let known = self.price.take();
            self.price = Some(known.map_or_else(|| price.clone(), |known| known.join(price)));
        }
        *self != before
    }

    /// The phone has it. A read message was delivered, whether or not anybody said so.
    pub const fn is_delivered(&self) -> bool {
        self.delivered_at.is_some() || self.read_at.is_some()
    }

    /// It will not arrive. A failure reported for a message that did arrive does not count.
    pub const fn is_failed(&self) -> bool {
        self.failed_at.is_some() && !self.is_delivered()
    }
}

impl Price {
    // The larger of each field: commutative, associative, idempotent.
    fn join(self, other: &Self) -> Self {
        Self {
            billable: self.billable.max(other.billable),
            kind: self.kind.max(other.kind.clone()),
            category: self.category.max(other.category.clone()),
            micros: self.micros.max(other.micros),
            currency: self.currency.max(other.currency.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(kind: ReceiptKind, seconds: i64) -> Receipt {
        let error = (kind == ReceiptKind::Failed).then_some(131_026 + seconds);
        Receipt {
            kind,
            at: Timestamp::from_seconds(seconds),
            error,
            is_unreachable: false,
            is_opted_out: false,
            price: None,
        }
    }

    fn joined(receipts: &[Receipt]) -> Receipts {
        let mut all = Receipts::default();
        for receipt in receipts {
            all.join(receipt);
        }
        all
    }

    fn orders(rest: &[Receipt]) -> Vec<Vec<Receipt>> {
        if rest.is_empty() {
            return vec![Vec::new()];
        }
        (0..rest.len())
            .flat_map(|first| {
                let mut others = rest.to_vec();
                let receipt = others.remove(first);
                orders(&others).into_iter().map(move |mut order| {
                    order.insert(0, receipt.clone());
                    order
                })
            })
            .collect()
    }

    #[test]
    fn every_order_of_every_set_with_a_repetition_gives_one_result() {
        let all = [
            receipt(ReceiptKind::Sent, 1),
            receipt(ReceiptKind::Delivered, 2),
            receipt(ReceiptKind::Read, 3),
            receipt(ReceiptKind::Failed, 4),
        ];
        let mut checked = 0;
        for set in 1_u8..16 {
            let mut receipts: Vec<Receipt> = (0..4)
                .filter(|bit| set & (1 << bit) != 0)
                .map(|bit: usize| all[bit].clone())
                .collect();
            receipts.push(receipts[0].clone());
            let expected = joined(&receipts);
            for order in orders(&receipts) {
                assert_eq!(joined(&order), expected, "{order:?}");
                checked += 1;
            }
        }
        assert_eq!(checked, 260);
    }

    #[test]
    fn a_repeated_receipt_says_nothing_new() {
        let mut receipts = Receipts::default();

        assert!(receipts.join(&receipt(ReceiptKind::Delivered, 2)));
        assert!(!receipts.join(&receipt(ReceiptKind::Delivered, 2)));
    }

    #[test]
    fn a_message_that_was_read_did_not_fail() {
        let receipts = joined(&[receipt(ReceiptKind::Failed, 1), receipt(ReceiptKind::Read, 2)]);

        assert!(receipts.is_delivered());
        assert!(!receipts.is_failed());
    }
}
