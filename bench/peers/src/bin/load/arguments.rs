//! What the command line may say.

use std::{net::SocketAddr, time::Duration};

use clap::{Parser, ValueEnum};

use crate::driver::Plan;

#[derive(Parser)]
pub struct Arguments {
    pub scenario: ScenarioName,

    /// The server to load.
    #[arg(long)]
    pub target: SocketAddr,

    /// Connections, each with at most one request in flight.
    #[arg(long, default_value_t = 64)]
    pub connections: usize,

    /// Length of the measured window in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,

    /// Stop after so many requests, however long they take.
    #[arg(long)]
    count: Option<u64>,

    /// Load before the measured window, in seconds.
    #[arg(long, default_value_t = 0.0)]
    warmup: f64,

    /// Requests per second, sent whether or not the earlier ones were answered (open loop).
    /// Latency then counts from the moment a request was due.
    #[arg(long)]
    pub rate: Option<f64>,

    #[arg(long, default_value = "")]
    pub api_key: String,

    /// Give each start an `Idempotency-Key` of its own.
    #[arg(long)]
    pub idempotency: bool,

    /// Where the numbers, addresses and message ids begin; two loads on one server must not overlap.
    #[arg(long, default_value_t = 0)]
    pub offset: u64,

    #[arg(long, value_enum, default_value_t = Regions::One)]
    pub regions: Regions,

    /// `check`: how many verifications to start before the window. Each is checked twice.
    #[arg(long, default_value_t = 10_000)]
    pub prepare: u64,

    /// `check`: the stub provider that knows the codes, if the server does not return them.
    #[arg(long)]
    pub stub: Option<SocketAddr>,

    /// `check`: starts per second beside the checks, whose time is not taken. Needs --rate.
    #[arg(long, default_value_t = 0.0, requires = "rate")]
    pub sending: f64,

    #[arg(long, default_value = "")]
    pub app_secret: String,

    #[arg(long, default_value = "100000000000001")]
    pub phone_number_id: String,

    /// Processes whose CPU time is reported, each with its descendants.
    #[arg(long, value_delimiter = ',')]
    pub watch: Vec<u32>,

    /// Report unexpected answers, but do not fail because of them.
    #[arg(long)]
    pub allow: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ScenarioName {
    /// `GET /`
    Hello,
    /// Start verifications of distinct numbers for distinct end users.
    Start,
    /// Check prepared verifications, each with a wrong code and later with the right one.
    Check,
    /// Alternate starts with checks of what was started.
    Mix,
    /// Signed inbound messages of 2 KB.
    Webhook,
    /// Start for one phone over and over: all but the first are refused.
    Limited,
    /// Prove phones by messages, each from its start to the check mark on its page. The time is that
    /// from the webhook. Needs --rate, and a server with a public address.
    Message,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Regions {
    One,
    All,
}

impl Arguments {
    pub fn warmup(&self) -> Option<Duration> {
        (self.warmup > 0.0).then(|| Duration::from_secs_f64(self.warmup))
    }

    pub fn window(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    pub fn plan(&self) -> Plan {
        let rate = self.rate.map(|rate| rate + self.sending);
        match self.count {
            Some(count) => Plan::for_count(count, rate),
            None => Plan::for_duration(self.window(), rate),
        }
    }

    /// How many of all requests are starts beside the checks.
    pub fn share_sending(&self) -> f64 {
        self.rate.map_or(0.0, |rate| self.sending / (rate + self.sending))
    }

    /// How many numbers to look up beforehand when they come from all regions.
    pub fn numbers_needed(&self) -> u64 {
        self.offset + self.count.unwrap_or(1_000_000)
    }
}
