//! `countersign doctor`: looks at everything that has to be right, and says what to do.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::random::{Entropy, SystemEntropy, bytes};
use countersign_core::secret::Secret;
use countersign_core::time::{Clock, SystemClock, Timestamp};
use countersign_providers::http::{ApiClient, BaseUrl, Timeouts};
use countersign_providers::report::{Finding, Report};
use countersign_storage::Target;

use crate::config::Config;
use crate::output::say;
use crate::wiring;

/// A clock that is further off makes codes expire early or late, and webhooks look old.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(10);

/// What was found so far.
#[derive(Default)]
struct Findings {
    looked_at: usize,
    problems: usize,
}

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    let problems = config.problems();
    if problems.is_empty() {
        findings.good("settings", "complete");
    }
    for problem in &problems {
        findings.bad("settings", problem);
    }
    database(config, &mut findings).await;
    whatsapp(config, &mut findings).await;
    if config.has_meta() || (config.accounts().is_empty() && !config.test_keys_only) {
        webhook(config, &mut findings).await;
    }
    twilio(config, &mut findings).await;
    gateway(config, &mut findings).await;
    test_numbers(config, &mut findings);
    if findings.problems == 0 {
        say("\nEverything is in order.");
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("\n{} of {} to mend.", findings.problems, findings.looked_at));
    Ok(ExitCode::FAILURE)
}

impl Findings {
    fn good(&mut self, what: &str, detail: &str) {
        self.looked_at += 1;
        say(&plain(&format!("ok    {what}: {detail}")));
    }

    /// Nothing to mend, as long as it is meant.
    fn warning(&mut self, what: &str, detail: &str) {
        self.looked_at += 1;
        say(&plain(&format!("WARN  {what}: {detail}")));
    }

    fn add(&mut self, report: &Report) {
        for Finding { what, ok, detail } in &report.findings {
            if *ok {
                self.good(what, detail);
            } else {
                self.bad(what, detail);
            }
        }
    }

    fn bad(&mut self, what: &str, detail: &str) {
        self.looked_at += 1;
        self.problems += 1;
        say(&plain(&format!("MEND  {what}: {detail}")));
    }
}

/// One line, whatever somebody else's words in it would do to a terminal.
fn plain(line: &str) -> String {
    let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    line.chars().filter(|letter| !letter.is_control() && !turns(*letter)).collect()
}

async fn database(config: &Config, findings: &mut Findings) {
    let Ok(target) = Target::parse(&config.database_url) else { return };
    if let Target::Sqlite(path) = &target
        && !path.exists()
    {
        return findings
            .bad("database", "not there yet: run `countersign migrate`, or start the server");
    }
    let storage = match countersign_storage::attach(&target).await {
        Ok(storage) => storage,
        Err(error) => return findings.bad("database", &format!("cannot be opened: {error}")),
    };
    if let Err(error) = storage.verifications.ready().await {
        return findings.bad("database", &format!("does not answer: {error}"));
    }
    findings.good("database", "answers");
    match storage.keys.index_key().await {
        Ok(None) => {
            findings.good("secret key", "the database has none yet; the first start sets it");
        }
        Ok(Some(_)) => {
            let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
            match wiring::keyring(config, &storage, entropy).await {
                Ok(_) => findings.good("secret key", "belongs to this database"),
                Err(error) => findings.bad("secret key", &format!("{error:#}")),
            }
        }
        Err(error) => findings.bad("database", &format!("run `countersign migrate`: {error}")),
    }
    if let Ok(Some(newest)) = storage.verifications.newest().await {
        let now = SystemClock::new().now();
        if newest > now.plus(CLOCK_TOLERANCE) {
            findings.bad(
                "clock",
                "is behind the newest row of the database: set the machine's time (NTP)",
            );
        }
    }
}

async fn whatsapp(config: &Config, findings: &mut Findings) {
    if config.whatsapp_access_token.is_empty() || config.whatsapp_phone_number_id.is_empty() {
        return;
    }
    let meta = match wiring::meta(config) {
        Ok(meta) => meta,
        Err(error) => return findings.bad("WhatsApp", &format!("{error:#}")),
    };
    let account = Some(config.whatsapp_business_account_id.as_str()).filter(|id| !id.is_empty());
    findings.add(&meta.inspect(&wiring::integration(config), account).await);
}

async fn twilio(config: &Config, findings: &mut Findings) {
    match wiring::twilio(config) {
        Ok(Some(twilio)) => findings.add(&twilio.inspect().await),
        Ok(None) => {}
        Err(error) => findings.bad("Twilio", &format!("not looked at: {error:#}")),
    }
}

async fn gateway(config: &Config, findings: &mut Findings) {
    match wiring::gateway(config) {
        Ok(Some(gateway)) => findings.add(&gateway.inspect().await),
        Ok(None) => {}
        Err(error) => findings.bad("SMS gateway", &format!("not looked at: {error:#}")),
    }
}

fn test_numbers(config: &Config, findings: &mut Findings) {
    const WHAT: &str = "test numbers";
    let active = match config.policy().test_numbers.len() {
        0 => return,
        1 => "1 is active".to_owned(),
        count => format!("{count} are active"),
    };
    let is_public = BaseUrl::parse(&config.public_url).is_ok_and(|url| !url.is_own());
    if is_public {
        let url = &config.public_url;
        findings.warning(
            WHAT,
            &format!(
                "{active} under {url}: whoever knows such a code is approved; list only numbers that nobody can have, or clear test_numbers"
            ),
        );
    } else {
        findings.good(WHAT, &format!("{active}: whoever knows such a code is approved"));
    }
}

async fn webhook(config: &Config, findings: &mut Findings) {
    const WHAT: &str = "webhook";
    if config.public_url.is_empty() {
        return findings
            .bad(WHAT, "set public_url to the address that Meta reaches this server under");
    }
    let client = BaseUrl::parse(&config.public_url)
        .map_err(anyhow::Error::from)
        .and_then(|base| Ok(ApiClient::new(base, Timeouts::default())?));
    let client = match client {
        Ok(client) => client,
        Err(error) => return findings.bad(WHAT, &format!("public_url: {error:#}")),
    };
    let challenge = u64::from_be_bytes(bytes(&SystemEntropy::new())).to_string();
    let query = [
        ("hub.mode", "subscribe"),
        ("hub.verify_token", config.whatsapp_verify_token.as_str()),
        ("hub.challenge", challenge.as_str()),
    ];
    let path = ["api", "webhooks", "whatsapp"];
    match client.get(&path, &query, &Secret::new(String::from("none"))).await {
        Ok(answer) if answer.status == 200 && answer.body == challenge.as_bytes() => {
            findings.good(WHAT, "answers Meta's handshake under public_url");
            clock(answer.date, findings);
        }
        Ok(answer) => findings.bad(
            WHAT,
            &format!(
                "{} answered {}: is it this server, with the same verify token?",
                config.public_url, answer.status
            ),
        ),
        Err(error) if error.is_unresolved() => findings.bad(
            WHAT,
            &format!("{}: no address has this name; check DNS and public_url", config.public_url),
        ),
        Err(error) => {
            findings.bad(WHAT, &format!("{} does not answer: {error}", config.public_url));
        }
    }
}

fn clock(theirs: Option<Timestamp>, findings: &mut Findings) {
    let Some(theirs) = theirs else { return };
    let ours = SystemClock::new().now();
    let apart = theirs.after(ours).max(ours.after(theirs));
    if apart > CLOCK_TOLERANCE {
        findings
            .bad("clock", &format!("is {} s off: set the machine's time (NTP)", apart.as_secs()));
    } else {
        findings.good("clock", "agrees with the network");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_stays_one_plain_line() {
        let said = "Shop\u{1b}[2K\nok    \u{202e}database\r: answers";

        assert_eq!(plain(said), "Shop[2Kok    database: answers");
    }
}
