//! A PostgreSQL server for tests, and a new database on it for each.
//!
//! `COUNTERSIGN_TEST_POSTGRES` may name a server on which databases can be made; `psql` must be
//! installed for it. Otherwise each test process starts a server of its own, which goes with the
//! process however that ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const INSTALLED: &str = "/usr/lib/postgresql";
const MISSING: &str = "PostgreSQL is needed for this test: install the package `postgresql`, or \
    name a server in COUNTERSIGN_TEST_POSTGRES";

/// Starts a server, says where it is, and stops it when its standard input ends: when the process
/// that holds the other side is gone. It listens on a socket in its own folder only.
const SERVE: &str = r#"
    trap '' INT HUP TERM
    folder=$(mktemp -d /tmp/countersign-postgres.XXXXXX) || exit 1
    trap '"$0/pg_ctl" -D "$folder/data" -m immediate -w stop >>"$folder/log" 2>&1; rm -rf "$folder"' EXIT
    "$0/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-sync >"$folder/log" 2>&1 &&
    "$0/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start -o \
        "-k '$folder' -c listen_addresses='' -c fsync=off -c max_connections=200" \
        >>"$folder/log" 2>&1 </dev/null ||
    { cat "$folder/log" >&2; exit 1; }
    echo "$folder"
    exec >/dev/null 2>&1
    cat
"#;

/// A server, and the program that speaks to it.
pub(crate) struct TestServer {
    url: String,
    psql: PathBuf,
    /// Its standard input keeps the server alive.
    _supervisor: Option<Child>,
}

/// A database without a schema, gone when this is dropped.
pub(crate) struct TestDatabase {
    url: String,
    name: String,
}

impl TestServer {
    fn shared() -> &'static Self {
        static SHARED: OnceLock<TestServer> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var_os("COUNTERSIGN_TEST_POSTGRES") {
            Some(url) => Self::named(url.into_string().expect("the address is text")),
            None => Self::started(),
        })
    }

    fn named(url: String) -> Self {
        let psql = programs().map_or_else(|| PathBuf::from("psql"), |folder| folder.join("psql"));
        Self { url, psql, _supervisor: None }
    }

    fn started() -> Self {
        let programs = programs().expect(MISSING);
        let mut supervisor = shell()
            .args(["-c", SERVE])
            .arg(&programs)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell can be started");
        let output = supervisor.stdout.take().expect("it is a pipe");
        let mut folder = String::new();
        BufReader::new(output).read_line(&mut folder).expect("the shell says something");
        let folder = folder.trim();
        assert!(!folder.is_empty(), "PostgreSQL did not start; what it said is above");
        let url = format!("postgres:///postgres?host={folder}&user=postgres");
        Self { url, psql: programs.join("psql"), _supervisor: Some(supervisor) }
    }

    fn run(&self, sql: &str) {
        let output = Command::new(&self.psql)
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql])
            .arg("--dbname")
            .arg(&self.url)
            .current_dir("/")
            .output()
            .expect(MISSING);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {said}");
    }
}

impl TestDatabase {
    pub(crate) fn create() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = TestServer::shared();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("countersign_test_{}_{number}", std::process::id());
        server.run(&format!("create database {name}"));
        Self { url: with_database(&server.url, &name), name }
    }

    /// What to connect with.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        TestServer::shared().run(&format!("drop database if exists {} with (force)", self.name));
    }
}

/// The folder of the newest programs that are installed.
fn programs() -> Option<PathBuf> {
    let versions = Path::new(INSTALLED).read_dir().into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest.map(|(_, folder)| folder).or_else(|| {
        std::env::split_paths(&path).find(|folder| {
            ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).is_file())
        })
    })
}

/// PostgreSQL does not run as root.
fn shell() -> Command {
    let user = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("`id` can be run");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if user(&["-u"]).as_deref() != Some("0") {
        return Command::new("sh");
    }
    let user = if user(&["-u", "postgres"]).is_some() { "postgres" } else { "nobody" };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).args(["--clear-groups", "sh"]);
    command
}

/// The same server's address, for another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, settings) = url.split_once('?').map_or((url, None), |(a, s)| (a, Some(s)));
    let authority = address.find("//").map_or(0, |place| place + 2);
    let end = address[authority..].find('/').map_or(address.len(), |place| authority + place);
    let settings = settings.map(|settings| format!("?{settings}")).unwrap_or_default();
    format!("{}/{name}{settings}", &address[..end])
}
