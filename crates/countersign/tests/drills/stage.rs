//! A simulator, a database and servers: where most drills happen.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Answer, Client, Request};
use crate::database::Database;
use crate::process::{Process, countersign, free_address, now};

/// The tenant's API key.
pub(crate) const KEY: &str = "cs_live_D7illsKey00000000000000000000000000000000A1";
pub(crate) const SECRET_KEY: &str =
    "5a3c9e1f7b2d4860a1b2c3d4e5f60718293a4b5c6d7e8f90d00dfeed0badcafe";
pub(crate) const APP_SECRET: &str = "app-secret-of-drills-8c1e5d0b";
pub(crate) const ACCESS_TOKEN: &str = "EAADrillsAccessToken4Q9zT7";
pub(crate) const VERIFY_TOKEN: &str = "verify-token-of-drills-77aa";
pub(crate) const PHONE_NUMBER_ID: &str = "420033001177550";
const ACCOUNT_ID: &str = "311200440055660";

/// The simulator's account at Twilio, for SMS.
pub(crate) const TWILIO: [(&str, &str); 3] = [
    ("TWILIO_ACCOUNT_SID", "AC000000000000000000000000c0ffee00"),
    ("TWILIO_AUTH_TOKEN", "SIMULATORcountersignauthtoken"),
    ("TWILIO_SMS_FROM", "+15550100300"),
];

pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) simulator: SocketAddr,
    pub(crate) database: Database,
    /// Where each server listens, or will.
    pub(crate) addresses: Vec<SocketAddr>,
    settings: Vec<(String, String)>,
    servers: Vec<Process>,
    _phones: Process,
}

impl Stage {
    /// On a new SQLite file, with one server.
    pub(crate) fn sqlite(settings: &[(&str, &str)]) -> Self {
        Self::sqlite_at(free_address(), settings)
    }

    /// The same at an address that others are told beforehand.
    pub(crate) fn sqlite_at(address: SocketAddr, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("countersign.db"));
        Self::start(folder, database, vec![address], settings)
    }

    /// On a PostgreSQL database, with several servers.
    pub(crate) fn postgres(url: &str, servers: usize, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let addresses = (0..servers).map(|_| free_address()).collect();
        Self::start(folder, Database::Postgres(url.to_owned()), addresses, settings)
    }

    fn start(
        folder: TempDir,
        database: Database,
        addresses: Vec<SocketAddr>,
        settings: &[(&str, &str)],
    ) -> Self {
        let servers = addresses.len();
        let simulator = free_address();
        let mut phones =
            Process::start(simulate(&folder, simulator, addresses[0]), folder.path(), "simulator");
        phones.wait_for(simulator, "/api/settings");
        let own = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut stage = Self {
            settings: own.collect(),
            servers: Vec::new(),
            _phones: phones,
            folder,
            simulator,
            database,
            addresses,
        };
        stage.simulate(&json!({
            "limits": { "pair": false, "throughput": false },
            "receipts": { "sent_ms": 1, "delivered_ms": 3 },
        }));
        for number in 0..servers {
            let server = stage.serve(number);
            stage.servers.push(server);
        }
        stage
    }

    /// A caller of a server, with the API key.
    pub(crate) fn client(&self, server: usize) -> Client {
        Client::with_key(self.addresses[server % self.addresses.len()], KEY)
    }

    /// A caller of the simulator.
    pub(crate) fn phones(&self) -> Client {
        Client::new(self.simulator)
    }

    /// Changes settings of the simulator.
    pub(crate) fn simulate(&self, settings: &Value) {
        let body = settings.to_string().into_bytes();
        let answer =
            self.phones().send(&Request::new("PATCH", "/api/settings").body(body)).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Changes how a phone behaves.
    pub(crate) fn phone(&self, phone: &str, behaviour: &Value) {
        let path = format!("/api/phones/{phone}");
        let body = behaviour.to_string().into_bytes();
        let answer = self.phones().send(&Request::new("PATCH", &path).body(body)).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Kills a server and starts it again. Answers how long it took until it served.
    pub(crate) fn restart(&mut self, server: usize) -> Duration {
        self.servers[server].kill();
        let begun = now();
        self.servers[server] = self.serve(server);
        begun.elapsed()
    }

    pub(crate) fn server(&mut self, number: usize) -> &mut Process {
        &mut self.servers[number]
    }

    /// The program with the settings of this installation.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = countersign(self.folder.path(), arguments);
        command.envs(self.environment(self.addresses[0]));
        command
    }

    fn serve(&self, number: usize) -> Process {
        let address = self.addresses[number];
        let mut command = countersign(self.folder.path(), &["serve"]);
        command.envs(self.environment(address));
        let mut server = Process::start(command, self.folder.path(), &format!("server-{number}"));
        server.wait_for(address, "/healthz");
        server
    }

    fn environment(&self, address: SocketAddr) -> Vec<(String, String)> {
        let mut settings = environment(&self.database.address(), self.simulator, address);
        settings.extend(self.settings.clone());
        // Whoever has Twilio is told by it what became of a message.
        if self.settings.iter().any(|(name, _)| name == TWILIO[0].0) {
            let first = self.addresses[0];
            settings.push(("PUBLIC_URL".to_owned(), format!("http://{first}")));
            settings.push(("TWILIO_API_BASE_URL".to_owned(), format!("http://{}", self.simulator)));
        }
        settings
    }

    /// Everything that the servers and the simulator's server wrote.
    pub(crate) fn logs(&self) -> Vec<PathBuf> {
        (0..self.servers.len())
            .flat_map(|number| ["out", "err"].map(|kind| format!("server-{number}.{kind}")))
            .map(|name| self.folder.path().join(name))
            .collect()
    }
}

/// Every setting of a server whose limits do not stand in the way.
pub(crate) fn environment(
    database: &str,
    simulator: SocketAddr,
    address: SocketAddr,
) -> Vec<(String, String)> {
    let simulator = format!("http://{simulator}");
    let address = address.to_string();
    [
        ("LISTEN", address.as_str()),
        ("DATABASE_URL", database),
        ("SECRET_KEY", SECRET_KEY),
        ("BOOTSTRAP_API_KEY", KEY),
        ("LOG_LEVEL", "warn"),
        ("MAX_OTP_PER_TENANT_PER_MINUTE", "0"),
        ("MAX_OTP_PER_IP_PER_HOUR", "0"),
        ("MAX_OTP_PER_PHONE_PER_DAY", "100"),
        ("OTP_RESEND_COOLDOWN_SECONDS", "30"),
        ("OTP_EXPIRATION_MINUTES", "10"),
        ("WHATSAPP_API_BASE_URL", &simulator),
        ("WHATSAPP_ACCESS_TOKEN", ACCESS_TOKEN),
        ("WHATSAPP_PHONE_NUMBER_ID", PHONE_NUMBER_ID),
        ("WHATSAPP_BUSINESS_ACCOUNT_ID", ACCOUNT_ID),
        ("WHATSAPP_APP_SECRET", APP_SECRET),
        ("WHATSAPP_VERIFY_TOKEN", VERIFY_TOKEN),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn simulate(folder: &TempDir, address: SocketAddr, server: SocketAddr) -> Command {
    let webhooks = format!("http://{server}/api/webhooks/whatsapp");
    let mut command = countersign(folder.path(), &["simulate"]);
    command
        .args(["--listen", &address.to_string(), "--webhook-url", &webhooks])
        .args(["--app-secret", APP_SECRET, "--verify-token", VERIFY_TOKEN])
        .args(["--access-token", ACCESS_TOKEN, "--phone-number-id", PHONE_NUMBER_ID]);
    command
}

/// A mobile number of its own for each place.
pub(crate) fn phone(place: usize) -> String {
    format!("+49151{:08}", 10_000_000 + place)
}

pub(crate) fn start_body(phone: &str) -> Value {
    json!({ "phone": phone, "method": "code" })
}

/// Asks the simulator for the code that came to a phone.
pub(crate) fn code(phones: &mut Client, phone: &str, wait: u8) -> Option<String> {
    let answer = phones.get(&format!("/api/phones/{phone}/code?wait={wait}"));
    (answer.status == 200).then(|| answer.field("code"))
}

/// Another code than the right one, of the same length.
pub(crate) fn wrong(code: &str, place: usize) -> String {
    let codes = 10_u64.pow(u32::try_from(code.len()).unwrap());
    let right: u64 = code.parse().unwrap();
    format!("{:0length$}", (right + 1 + place as u64) % codes, length = code.len())
}

pub(crate) fn check(client: &mut Client, id: &str, code: &str) -> Answer {
    client.post(&format!("/v1/verifications/{id}/check"), &json!({ "code": code }))
}
