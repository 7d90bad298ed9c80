//! What must hold, and the word that it did not.

/// An invariant was broken.
#[derive(Debug)]
pub(crate) struct Break {
    pub(crate) invariant: Invariant,
    pub(crate) what: String,
}

pub(crate) type Held = Result<(), Break>;

/// What is checked after every batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invariant {
    OneApprovalPerVerification,
    ComparisonsPerCode,
    ComparisonsPerChain,
    NoApprovalAfterTheEnd,
    ApprovalForTheRightCodeOnly,
    RightCodeIsNotCalledWrong,
    ApprovalIsKept,
    FailureLedger,
    NothingOfAnotherTenant,
    SendsWithinLimits,
    NothingIsSentUnwanted,
    OneDebitPerSend,
    StatusIsTheJoinOfReceipts,
    MessagesEnd,
    OneFallback,
    CallsAreAccountedFor,
    EffectsHappenOnce,
    RepeatedStartIsOne,
    RepeatedCheckIsOne,
    CodesAreWiped,
    LiveTogether,
    RowsAreAsDecided,
}

impl Invariant {
    /// Fails with `what` unless `holds`.
    pub(crate) fn hold(self, holds: bool, what: impl FnOnce() -> String) -> Held {
        if holds { Ok(()) } else { Err(Break { invariant: self, what: what() }) }
    }
}
