//! The last operations before something broke, one a line.

use std::collections::VecDeque;

use countersign_core::ledger::{CheckTarget, ClaimOutcome, Ingest, Op, Outcome, StartOutcome};

/// Operations that are shown.
const SHOWN: usize = 20;

#[derive(Default)]
pub(crate) struct Trace(VecDeque<(Op, Outcome)>);

impl Trace {
    pub(crate) fn push(&mut self, op: &Op, outcome: &Outcome) {
        if self.0.len() >= SHOWN {
            self.0.pop_front();
        }
        self.0.push_back((op.clone(), outcome.clone()));
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|(op, outcome)| format!("{} => {}", asked(op), answered(outcome)))
            .collect()
    }
}

fn asked(op: &Op) -> String {
    match op {
        Op::Start(op) => {
            let row = &op.verification;
            let (mode, purpose, phone) = (op.mode, row.purpose, row.phone.0[0]);
            let (id, key) = (row.key.id, row.idempotency.map(|idempotency| idempotency.key[0]));
            let now = op.now.rfc3339();
            format!("{now} start {id} of phone {phone:02x} for {purpose:?}, {mode:?}, key {key:?}")
        }
        Op::Check(op) => {
            let target = match op.target {
                CheckTarget::Verification(key) => key.id.to_string(),
                CheckTarget::Phone { phone, purpose, .. } => {
                    format!("phone {:02x} for {purpose:?}", phone.0[0])
                }
            };
            let key = op.request.map(|request| request[0]);
            format!(
                "{} check {target} with {}, key {key:?}",
                op.now.rfc3339(),
                op.code.reveal().expose()
            )
        }
        Op::Resend(op) => format!("{} resend {}", op.now.rfc3339(), op.key.id),
        Op::Cancel(op) => format!("{} cancel {}", op.now.rfc3339(), op.key.id),
        Op::Expire(op) => format!("{} expire {} verifications", op.now.rfc3339(), op.keys.len()),
        Op::Ingest(op) => received(op),
        Op::ClaimDue(op) => format!("{} claim {}", op.now.rfc3339(), op.most),
        Op::Lift(op) => format!("lift {} of phone {:02x}", op.channels.as_str(), op.phone.0[0]),
        Op::Settle(op) => {
            let (id, number, attempt) = (op.key.verification, op.key.number, op.attempt);
            let outcome = &op.outcome;
            format!("{} settle {id}:{number} try {attempt} with {outcome:?}", op.now.rfc3339())
        }
    }
}

fn received(op: &Ingest) -> String {
    let receipts = op.receipts.iter().map(|receipt| {
        let (id, number) = (receipt.message.verification, receipt.message.number);
        format!(" {id}:{number} {:?}", receipt.receipt.kind)
    });
    format!("{} receive{}", op.now.rfc3339(), receipts.collect::<String>())
}

fn answered(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Start(StartOutcome::Started { verification, .. }) => {
            format!("started {}", verification.key.id)
        }
        Outcome::ClaimDue(ClaimOutcome { claimed, .. }) => {
            let claimed = claimed.iter().map(|claimed| {
                let (id, number) = (claimed.key.verification, claimed.key.number);
                format!(" {id}:{number} try {}", claimed.attempt)
            });
            format!("claimed{}", claimed.collect::<String>())
        }
        Outcome::Start(_)
        | Outcome::Check(_)
        | Outcome::Resend(_)
        | Outcome::Cancel(_)
        | Outcome::Expire(_)
        | Outcome::Ingest(_)
        | Outcome::Settle(_)
        | Outcome::Lift(_) => format!("{outcome:?}"),
    }
}
