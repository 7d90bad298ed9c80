//! The program under test, as processes of its own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::client::{Client, Request};

/// One that runs. It is killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    output: PathBuf,
    errors: PathBuf,
}

impl Process {
    /// Starts it with its output in files, which a later one of the same name adds to.
    pub(crate) fn start(mut command: Command, folder: &Path, name: &str) -> Self {
        let output = folder.join(format!("{name}.out"));
        let errors = folder.join(format!("{name}.err"));
        let child = command
            .stdin(Stdio::null())
            .stdout(append(&output))
            .stderr(append(&errors))
            .spawn()
            .unwrap();
        Self { child, output, errors }
    }

    /// Without a warning, as `kill -9`.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// How it ended, once it has.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        eventually("the process ends", 30, || self.child.try_wait().unwrap())
    }

    pub(crate) fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap()
    }

    pub(crate) fn errors(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }

    /// Waits until it answers there. It must not have ended.
    pub(crate) fn wait_for(&mut self, address: SocketAddr, path: &str) {
        let mut client = Client::new(address);
        eventually("the server answers", 30, || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("it ended with {status}: {}{}", self.output(), self.errors());
            }
            client.send(&Request::get(path)).is_ok_and(|answer| answer.status < 500).then_some(())
        });
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program, with nothing of the environment that tests run in.
pub(crate) fn countersign(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments).env_clear().current_dir(folder);
    command
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What it printed, if it went well.
pub(crate) fn said(command: Command) -> String {
    let output = run(command);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// An address that nobody uses: below those that the system gives to outgoing connections.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 10_000 + u16::try_from(std::process::id() % 200).unwrap() * 100;
    for _ in 0..1_000 {
        let port = base + NEXT.fetch_add(1, Ordering::Relaxed);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port is free");
}

/// Asks until there is an answer.
pub(crate) fn eventually<T>(what: &str, seconds: u64, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = now() + Duration::from_secs(seconds);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(now() < deadline, "not within {seconds} s: {what}");
        sleep(Duration::from_millis(3));
    }
}

#[expect(clippy::disallowed_methods, reason = "drills measure the time of other processes")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn append(path: &Path) -> File {
    File::options().create(true).append(true).open(path).unwrap()
}
