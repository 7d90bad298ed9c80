//! Waiting until Meta has looked at a template, in sight of whoever waits.

use std::io::IsTerminal;
use std::time::Duration;

use countersign_providers::meta::{Account, Meta, NewTemplate, Template, Trouble};
use tokio::time::{Instant, sleep, sleep_until};

use super::Standing;
use crate::output::{say, show};

/// An account may be asked 200 times an hour.
const PAUSES: [u64; 8] = [1, 1, 2, 3, 5, 8, 13, 20];
const REDRAWN: Duration = Duration::from_millis(500);

/// How long to wait, and for whom to say so.
pub(in crate::commands) struct Patience {
    begun: Instant,
    limit: Duration,
    is_terminal: bool,
    said: String,
}

impl Patience {
    pub(in crate::commands) fn new(limit: Duration) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        Self { begun: Instant::now(), limit, is_terminal, said: String::new() }
    }

    fn is_over(&self) -> bool {
        self.begun.elapsed() >= self.limit
    }

    /// A line that is drawn over on a terminal, and one for each change elsewhere.
    fn tell(&mut self, words: &str) {
        if self.is_terminal {
            show(&format!("Waiting for Meta: {words} ({} s)", self.begun.elapsed().as_secs()));
        } else if self.said != words {
            say(&format!("Waiting for Meta: {words}"));
        }
        words.clone_into(&mut self.said);
    }

    async fn pause(&mut self, pause: Duration, words: &str) {
        let end = (Instant::now() + pause).min(self.begun + self.limit);
        while self.is_terminal && Instant::now() < end {
            self.tell(words);
            sleep(REDRAWN.min(end - Instant::now())).await;
        }
        sleep_until(end).await;
    }

    fn done(&self) {
        if self.is_terminal {
            show("");
        }
    }
}

/// Looks until every language is decided or patience ends. Answers what was seen last. What may
/// pass is waited for, as the template is.
pub(in crate::commands) async fn wait(
    meta: &Meta,
    account: &Account,
    wanted: &NewTemplate,
    patience: &mut Patience,
) -> Result<Vec<Template>, Trouble> {
    let mut seen = Vec::new();
    for turn in 0.. {
        let words = match meta.template(account, wanted.name()).await {
            Ok(templates) => {
                seen = templates;
                let standing = Standing::of(wanted.name(), wanted.languages(), &seen);
                if standing.undecided() == 0 {
                    break;
                }
                standing.progress()
            }
            Err(trouble) if trouble.may_pass() && !patience.is_over() => trouble.to_string(),
            Err(trouble) => {
                patience.done();
                return Err(trouble);
            }
        };
        patience.tell(&words);
        if patience.is_over() {
            break;
        }
        let pause = PAUSES.get(turn).or(PAUSES.last()).copied().unwrap_or_default();
        patience.pause(Duration::from_secs(pause), &words).await;
    }
    patience.done();
    Ok(seen)
}
