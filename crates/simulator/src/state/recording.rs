//! What was done by hand, kept so that it can be done again.

use std::collections::VecDeque;

use serde_json::Value;

/// As many as a scenario may have.
const STEPS_KEPT: usize = 100;

#[derive(Default)]
pub(crate) struct Recording(VecDeque<Value>);

impl Recording {
    pub(crate) fn add(&mut self, step: Value) {
        if self.0.len() == STEPS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(step);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Oldest first.
    pub(crate) fn steps(&self) -> Vec<Value> {
        self.0.iter().cloned().collect()
    }
}
