//! What looking at an account came to, for a person at a command line.

/// What was looked at, in the order in which to mend it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub what: String,
    pub ok: bool,
    /// What was found; and when it is not good, what to do.
    pub detail: String,
}

impl Report {
    pub fn is_ok(&self) -> bool {
        self.findings.iter().all(|finding| finding.ok)
    }
}

impl Finding {
    pub(crate) fn good(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), ok: true, detail: detail.into() }
    }

    pub(crate) fn bad(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), ok: false, detail: detail.into() }
    }
}
