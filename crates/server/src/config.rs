//! What an operator may set about the server. The binary fills it in; nothing here reads the
//! environment.

use std::time::Duration;

use countersign_core::secret::Secret;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;

/// The settings of the server.
#[derive(Clone)]
pub struct Settings {
    /// Proxies that are believed about whom they speak for. Empty: `X-Forwarded-For` is ignored.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections at once, over all addresses.
    pub max_connections: usize,
    /// Connections at once of one address, or of one IPv6 /64; zero is no limit. The machine
    /// itself and trusted proxies are not counted: they speak for many.
    pub max_connections_per_address: usize,
    /// How long a new connection may stay silent.
    pub first_byte_timeout: Duration,
    /// How long the head of a request may take, from its first byte.
    pub header_timeout: Duration,
    /// How long a connection may rest between two requests.
    pub idle_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// Bytes of a body.
    pub body_limit: usize,
    /// Bytes of a provider's webhook, which holds up to a thousand notices.
    pub webhook_body_limit: usize,
    /// How long requests under way may take to finish once the server is told to stop.
    pub drain: Duration,
    pub otp: OtpSettings,
    /// Where people reach this server, such as `https://verify.example`; without it there are no
    /// addresses of pages to give out.
    pub public_url: Option<String>,
    /// Who may show the pages inside their own.
    pub framing: Framing,
    /// The page at `/` of a developer's sandbox; `None` anywhere else.
    pub demo: Option<Demo>,
    /// Whether `/docs` and `/openapi.json` are served.
    pub docs: bool,
    /// What `/metrics` prints; `None` for no such page. Whoever made the recorder runs its upkeep.
    pub metrics: Option<PrometheusHandle>,
    /// The bearer token that `/metrics` asks for; `None` for an open page.
    pub metrics_token: Option<Secret<String>>,
}

/// Who may show a page inside another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Nobody: what is framed can be made to be clicked.
    #[default]
    Nobody,
    /// Pages of this very server, as the one of a developer's sandbox does.
    SameOrigin,
}

/// What the demo shows. Whoever reaches it may use the key.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The origin of the simulated phones.
    pub simulator: String,
    /// A key of the sandbox, for people to copy.
    pub api_key: Secret<String>,
}

impl Demo {
    /// Where the hosted page leads back to: to be registered for the default tenant.
    pub const RETURN_PATH: &str = "/demo/return";
}

/// The sample-server contract. Off by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct OtpSettings {
    /// Whether `/otp` is served. Whoever reaches it can spend the operator's money.
    pub enabled: bool,
    /// Whether it asks for an API key. Without one it speaks for the default tenant.
    pub require_api_key: bool,
    /// Whether each call logs its answer and the codes that are alive: for a developer's sandbox.
    pub sandbox_log: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            max_connections: 4_000,
            max_connections_per_address: 100,
            first_byte_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(10),
            body_limit: 64 * 1024,
            webhook_body_limit: 4 * 1024 * 1024,
            drain: Duration::from_secs(25),
            otp: OtpSettings::default(),
            public_url: None,
            framing: Framing::default(),
            demo: None,
            docs: true,
            metrics: None,
            metrics_token: None,
        }
    }
}
