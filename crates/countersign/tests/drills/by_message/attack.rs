//! One attack: what it must come to, and what it came to.

use super::scene::Scene;

/// What somebody tries, by its name.
pub(super) struct Attack {
    pub(super) what: &'static str,
    /// What became of each message and code in turn, and where the verification stood in the end.
    pub(super) must: &'static str,
    pub(super) kind: Kind,
    pub(super) act: fn(&mut Scene) -> Came,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nobody may be approved by it.
    Attack,
    /// Whoever does it is who they say: a wall that lets nobody in would pass every attack.
    Control,
}

/// What came of it.
pub(super) struct Came {
    pub(super) to: String,
    pub(super) is_approved: bool,
}

pub(super) const fn attack(
    what: &'static str,
    must: &'static str,
    act: fn(&mut Scene) -> Came,
) -> Attack {
    Attack { what, must, kind: Kind::Attack, act }
}

pub(super) const fn control(
    what: &'static str,
    must: &'static str,
    act: fn(&mut Scene) -> Came,
) -> Attack {
    Attack { what, must, kind: Kind::Control, act }
}
