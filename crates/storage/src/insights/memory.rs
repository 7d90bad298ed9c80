//! The same over maps, one row after the other.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use countersign_core::id::VerificationId;
use countersign_core::insights::{
    Counted, InsightStore, MessageCounts, MessageGroup, Span, VerificationCounts, VerificationGroup,
};
use countersign_core::store::StoreError;

use crate::ledger::Maps;

pub(crate) struct InsightMaps(Arc<Mutex<Maps>>);

impl InsightMaps {
    pub(crate) const fn new(maps: Arc<Mutex<Maps>>) -> Self {
        Self(maps)
    }
}

#[async_trait]
impl InsightStore for InsightMaps {
    async fn count(&self, span: &Span) -> Result<Counted, StoreError> {
        let maps = self.0.lock().expect("no holder panics");
        let ids = VerificationId::first_at(span.after)..VerificationId::first_at(span.before);
        let mut counted = Counted::default();
        for row in maps.verifications_of(span.tenant).filter(|row| ids.contains(&row.key.id)) {
            let mut counts = VerificationCounts::default();
            counts.count(row, span.now);
            counted.verifications.push((VerificationGroup::of(row), counts));
            for message in maps.messages_of(row.key) {
                let mut counts = MessageCounts::default();
                counts.count(&message);
                let group = MessageGroup {
                    country: row.country,
                    channel: Some(message.channel),
                    account: message.account,
                };
                if counts.sent > 0 {
                    counted.messages.push((group, counts));
                }
            }
        }
        Ok(counted)
    }
}
