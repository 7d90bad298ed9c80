//! Finding phones by number, text or code.

use crate::phone::Phone;

/// How many messages one search reads, those of the liveliest phones first.
const MESSAGES_READ: usize = 100_000;

/// What a phone is searched for.
pub(super) struct Search {
    text: String,
    digits: String,
    left: usize,
}

impl Search {
    /// An empty text finds every phone.
    pub(super) fn new(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let is_kept = |c: &char| !matches!(c, '+' | ' ' | '-' | '(' | ')' | '.');
        Self { digits: text.chars().filter(is_kept).collect(), text, left: MESSAGES_READ }
    }

    pub(super) fn finds(&mut self, phone: &Phone) -> bool {
        if self.text.is_empty() || self.is_number_of(phone) {
            return true;
        }
        let read: Vec<_> = phone.messages().rev().take(self.left).collect();
        self.left -= read.len();
        read.iter().any(|message| {
            let content = &message.content;
            content.text.to_lowercase().contains(&self.text)
                || content.code.as_ref().is_some_and(|code| *code == self.digits)
        })
    }

    fn is_number_of(&self, phone: &Phone) -> bool {
        let is_number = self.digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number
            && !self.digits.is_empty()
            && (phone.number.contains(&self.digits) || phone.wa_id.as_str().contains(&self.digits))
    }
}
