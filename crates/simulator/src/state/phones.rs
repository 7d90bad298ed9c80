//! All phones. A phone exists from the moment somebody names it; of too many the oldest goes.

use std::{
    cmp::Reverse,
    collections::{HashMap, VecDeque},
};

use crate::{phone::Phone, wa_id::WaId};

const PHONES_KEPT: usize = 100_000;

#[derive(Default)]
pub(crate) struct Phones {
    by_wa_id: HashMap<WaId, Phone>,
    by_user_id: HashMap<String, WaId>,
    oldest_first: VecDeque<WaId>,
}

impl Phones {
    pub(crate) fn named(&mut self, wa_id: &WaId, number: &str, account: &str) -> &mut Phone {
        if !self.by_wa_id.contains_key(wa_id) {
            self.make_room();
            let user_id = wa_id.user_id(account);
            self.by_user_id.insert(user_id.clone(), wa_id.clone());
            self.oldest_first.push_back(wa_id.clone());
        }
        self.by_wa_id.entry(wa_id.clone()).or_insert_with(|| {
            Phone::new(wa_id.clone(), format!("+{number}"), wa_id.user_id(account))
        })
    }

    pub(crate) fn get(&mut self, wa_id: &WaId) -> Option<&mut Phone> {
        self.by_wa_id.get_mut(wa_id)
    }

    pub(crate) fn with_user_id(&self, user_id: &str) -> Option<&WaId> {
        self.by_user_id.get(user_id)
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Phone> {
        self.oldest_first.iter().rev().filter_map(|wa_id| self.by_wa_id.get(wa_id))
    }

    /// Those in whose chat something happened last; phones without a chat after them.
    pub(crate) fn liveliest_first(&self) -> Vec<&Phone> {
        let mut phones: Vec<_> = self.newest_first().collect();
        phones.sort_by_key(|phone| Reverse(phone.messages().next_back().map(|last| last.seq)));
        phones
    }

    /// Answers whether there was such a phone.
    pub(crate) fn remove(&mut self, wa_id: &WaId) -> bool {
        let Some(phone) = self.by_wa_id.remove(wa_id) else { return false };
        phone.code_arrived().notify_waiters();
        self.by_user_id.remove(&phone.user_id);
        self.oldest_first.retain(|kept| kept != wa_id);
        true
    }

    pub(crate) fn len(&self) -> usize {
        self.by_wa_id.len()
    }

    fn make_room(&mut self) {
        if self.by_wa_id.len() < PHONES_KEPT {
            return;
        }
        let oldest = self.oldest_first.pop_front();
        if let Some(phone) = oldest.and_then(|wa_id| self.by_wa_id.remove(&wa_id)) {
            self.by_user_id.remove(&phone.user_id);
        }
    }
}
