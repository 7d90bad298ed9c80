//! `countersign suppression`: what people want no messages by, with a running server.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::send::{Call, Server};
use crate::output::say;

#[derive(Debug, Subcommand)]
pub(crate) enum Suppression {
    /// Show by which channels nothing is sent to a number
    Show(Number),
    /// Send to a number again, because its owner asked you to
    Lift {
        #[command(flatten)]
        number: Number,
        /// Only this channel: `whatsapp` or `sms`
        #[arg(long)]
        channel: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Number {
    /// The phone, with its country code: +4915550102030
    phone: String,
    #[command(flatten)]
    server: Server,
}

impl Suppression {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let (number, call) = match self {
            Self::Show(number) => (number, Call::Get),
            Self::Lift { number, channel } => {
                let query = channel.iter().map(|channel| ("channel", channel.as_str()));
                (number, Call::Delete(query.collect()))
            }
        };
        let path = ["v1", "suppressions", number.phone.as_str()];
        // What to do about it is enough: the chain of causes says nothing more.
        let answer = number.server.ask(&path, call).await;
        let Some(answer) = answer.map_err(|error| anyhow::Error::msg(error.to_string()))? else {
            return Ok(ExitCode::FAILURE);
        };
        say(&describe(&answer, number.server.has_test_key()));
        Ok(ExitCode::SUCCESS)
    }
}

/// A test key has suppressions of its own, so its answer says whose it is.
fn describe(answer: &Value, is_test: bool) -> String {
    let mode = if is_test { "  (test key)" } else { "" };
    let channels = answer["channels"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let phone = text(answer, "phone");
    if channels.is_empty() {
        return format!("{phone}  wants messages by every channel{mode}");
    }
    let lines = channels.iter().map(|channel| {
        let (channel, since) = (text(channel, "channel"), text(channel, "since"));
        format!("{phone}  no {channel}  since {since}{mode}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_channel_has_a_line() {
        let since = "2026-11-21T09:30:00.000Z";
        let entry = |channel: &str| json!({ "channel": channel, "since": since });
        let answer =
            json!({ "phone": "+4915550102030", "channels": [entry("whatsapp"), entry("sms")] });

        assert_eq!(
            describe(&answer, false),
            format!(
                "+4915550102030  no whatsapp  since {since}\n+4915550102030  no sms  since {since}"
            )
        );
        let none = json!({ "phone": "+4915550102030", "channels": [] });
        assert_eq!(describe(&none, false), "+4915550102030  wants messages by every channel");
        let of_test = describe(&none, true);
        assert_eq!(of_test, "+4915550102030  wants messages by every channel  (test key)");
    }
}
