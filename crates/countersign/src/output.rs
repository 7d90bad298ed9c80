//! What commands say to the person who called them.

use std::io::Write;

/// A line on standard output. Somebody who closed it does not want it.
pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
}

/// A line on standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Draws over the line that was shown before. Only for a terminal.
pub(crate) fn show(line: &str) {
    let mut output = std::io::stdout().lock();
    let _ = write!(output, "\r\x1b[2K{line}");
    let _ = output.flush();
}
