//! What `check` does before its window: starts verifications and learns their codes.

use std::{
    collections::HashMap,
    error::Error,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::{
    arguments::Arguments,
    driver::{Driver, Plan},
    scenario::{Prepare, Start, Started},
};

/// How long the server may take to deliver what it accepted.
const PATIENCE: Duration = Duration::from_mins(2);

/// For the server to finish what follows a delivery.
const REST: Duration = Duration::from_millis(500);

pub fn start_and_learn_codes(
    arguments: &Arguments,
    driver: &mut Driver,
    start: Start,
) -> Result<Vec<Started>, Box<dyn Error>> {
    let mut prepare = Prepare::new(start, arguments.prepare);
    let statistics = driver.run(&mut prepare, &Plan::for_count(arguments.prepare, None))?;
    if statistics.has_failed() {
        return Err(format!("preparing: {}", statistics.first_unexpected()).into());
    }

    let mut started = prepare.started;
    if started.iter().any(|it| it.code.is_none()) {
        let stub = arguments.stub.ok_or("the server does not return codes: give --stub")?;
        learn_codes(&mut started, stub)?;
        thread::sleep(REST);
    }
    Ok(started)
}

fn learn_codes(started: &mut [Started], stub: SocketAddr) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let codes = codes(stub)?;
        for it in started.iter_mut() {
            it.code = codes.get(&it.phone).cloned();
        }
        let missing = started.iter().filter(|it| it.code.is_none()).count();
        if missing == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("{missing} of {} codes were never sent", started.len()).into());
        }
        thread::sleep(Duration::from_millis(500));
    }
}

fn codes(stub: SocketAddr) -> io::Result<HashMap<u64, String>> {
    let mut stream = TcpStream::connect(stub)?;
    write!(stream, "GET /codes HTTP/1.1\r\nHost: {stub}\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (_, body) = response.split_once("\r\n\r\n").unwrap_or_default();
    Ok(body.lines().filter_map(parse_code).collect())
}

fn parse_code(line: &str) -> Option<(u64, String)> {
    let (digits, code) = line.split_once(' ')?;
    Some((digits.parse().ok()?, code.to_owned()))
}
