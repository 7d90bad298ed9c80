//! Questions to a person at a terminal.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::output::{say, show};

/// As of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

pub(super) async fn ask(question: &str) -> anyhow::Result<String> {
    show(&format!("{question} "));
    answer().await
}

/// Asks for what nobody may read over a shoulder.
pub(super) async fn ask_hidden(question: &str) -> anyhow::Result<String> {
    let hidden = Hidden::begin()?;
    show(&format!("{question} (it is not shown) "));
    let typed = tokio::select! {
        typed = answer() => typed,
        _ = tokio::signal::ctrl_c() => {
            drop(hidden);
            say("");
            std::process::exit(INTERRUPTED);
        }
    };
    drop(hidden);
    say("");
    typed
}

async fn answer() -> anyhow::Result<String> {
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = line.await?.context("could not read the answer")?;
    Ok(line.trim().to_owned())
}

/// A terminal that does not repeat what is typed, until this is dropped.
struct Hidden;

impl Hidden {
    fn begin() -> anyhow::Result<Self> {
        if !stty("-echo") {
            bail!("this terminal cannot hide what is typed: set WHATSAPP_ACCESS_TOKEN instead");
        }
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(mode: &str) -> bool {
    let status = Command::new("stty").arg(mode).stdin(Stdio::inherit()).status();
    status.is_ok_and(|status| status.success())
}
