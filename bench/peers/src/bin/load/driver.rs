//! Keeps the connections busy and times the answers.

use std::{
    io,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};

use crate::{
    connection::{Connection, InFlight},
    scenario::Scenario,
    statistics::Statistics,
};

/// How long to wait for the last answers once no more requests are sent.
const PATIENCE: Duration = Duration::from_secs(30);

/// The open loop looks so often whether a request is due or answered. It does not spin: where a
/// machine may use only so much of its processors, the server would be stopped for it.
const NAP: Duration = Duration::from_micros(50);

pub struct Plan {
    duration: Option<Duration>,
    count: Option<u64>,
    /// Time from one request to the next; `None` is the closed loop.
    interval: Option<Duration>,
}

impl Plan {
    pub fn for_duration(duration: Duration, rate: Option<f64>) -> Self {
        Self { duration: Some(duration), count: None, interval: interval(rate) }
    }

    pub fn for_count(count: u64, rate: Option<f64>) -> Self {
        Self { duration: None, count: Some(count), interval: interval(rate) }
    }
}

fn interval(rate: Option<f64>) -> Option<Duration> {
    rate.map(|rate| Duration::from_secs_f64(1.0 / rate))
}

pub struct Driver {
    address: SocketAddr,
    connections: usize,
}

impl Driver {
    pub fn new(address: SocketAddr, connections: usize) -> Self {
        Self { address, connections }
    }

    pub fn run(&mut self, scenario: &mut dyn Scenario, plan: &Plan) -> io::Result<Statistics> {
        let mut run = Run::begin(self.address, self.connections, plan)?;
        let mut events = Events::with_capacity(1024);
        run.send_due(scenario)?;
        while !run.is_over() {
            run.poll.poll(&mut events, Some(run.timeout()))?;
            for event in &events {
                run.advance(event.token(), scenario)?;
            }
            if events.is_empty() && run.plan.interval.is_some() {
                thread::sleep(NAP);
            }
            run.send_due(scenario)?;
        }
        Ok(run.finish())
    }
}

/// One window of load.
struct Run<'a> {
    address: SocketAddr,
    plan: &'a Plan,
    poll: Poll,
    connections: Vec<Connection>,
    idle: Vec<usize>,
    started: Instant,
    deadline: Option<Instant>,
    requests: u64,
    is_exhausted: bool,
    statistics: Statistics,
}

impl<'a> Run<'a> {
    fn begin(address: SocketAddr, connections: usize, plan: &'a Plan) -> io::Result<Self> {
        let poll = Poll::new()?;
        let open = |index| Connection::open(address, poll.registry(), Token(index));
        let connections = (0..connections).map(open).collect::<io::Result<Vec<_>>>()?;
        let started = Instant::now();
        Ok(Self {
            address,
            plan,
            idle: (0..connections.len()).collect(),
            poll,
            connections,
            started,
            deadline: plan.duration.map(|duration| started + duration),
            requests: 0,
            is_exhausted: false,
            statistics: Statistics::default(),
        })
    }

    fn is_over(&self) -> bool {
        let is_idle = self.idle.len() == self.connections.len();
        let now = Instant::now();
        let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
        let is_lost = self.deadline.is_some_and(|deadline| now >= deadline + PATIENCE);
        is_lost || (is_idle && (is_late || self.is_exhausted))
    }

    /// The open loop naps instead: a time-out in milliseconds would be longer than its intervals.
    fn timeout(&self) -> Duration {
        if self.plan.interval.is_some() { Duration::ZERO } else { Duration::from_millis(20) }
    }

    /// Sends what is due while connections are free.
    fn send_due(&mut self, scenario: &mut dyn Scenario) -> io::Result<()> {
        while let Some(&index) = self.idle.last() {
            let Some(due) = self.next_due() else { break };
            let Some(expected) = scenario.request(self.connections[index].next_request()) else {
                self.is_exhausted = true;
                break;
            };
            self.idle.pop();
            self.requests += 1;
            self.connections[index].in_flight = Some(InFlight { expected, since: due });
            if self.connections[index].send().is_err() {
                self.replace(index)?;
            }
        }
        Ok(())
    }

    /// When the next request was due, if it is due by now.
    fn next_due(&mut self) -> Option<Instant> {
        if self.plan.count.is_some_and(|count| self.requests >= count) {
            self.is_exhausted = true;
        }
        let now = Instant::now();
        if self.is_exhausted || self.deadline.is_some_and(|deadline| now >= deadline) {
            return None;
        }
        let Some(interval) = self.plan.interval else { return Some(now) };
        let due = self.started + interval.mul_f64(self.requests as f64);
        (due <= now).then_some(due)
    }

    fn advance(&mut self, token: Token, scenario: &mut dyn Scenario) -> io::Result<()> {
        let Token(index) = token;
        let connection = &mut self.connections[index];
        if connection.in_flight.is_none() {
            return Ok(());
        }
        match connection.send().and_then(|()| connection.receive()) {
            Ok(true) => self.complete(index, scenario)?,
            Ok(false) => {}
            Err(_) => self.replace(index)?,
        }
        Ok(())
    }

    fn complete(&mut self, index: usize, scenario: &mut dyn Scenario) -> io::Result<()> {
        let connection = &mut self.connections[index];
        let now = Instant::now();
        let in_flight = connection.in_flight.take();
        if let (Some(in_flight), Some(response)) = (in_flight, connection.response()?) {
            let is_expected = scenario.response(&in_flight.expected, &response);
            let is_within = self.deadline.is_none_or(|deadline| now <= deadline);
            if scenario.is_timed(&in_flight.expected) {
                self.statistics.record(now - in_flight.since, &response, is_expected, is_within);
            } else {
                self.statistics.count_beside(&response, is_expected);
            }
        }
        self.idle.push(index);
        self.send_due(scenario)
    }

    /// A broken connection counts as one failed request.
    fn replace(&mut self, index: usize) -> io::Result<()> {
        self.statistics.transport_errors += 1;
        self.connections[index] =
            Connection::open(self.address, self.poll.registry(), Token(index))?;
        self.idle.push(index);
        Ok(())
    }

    fn finish(mut self) -> Statistics {
        let unanswered = self.connections.len() - self.idle.len();
        self.statistics.transport_errors += unanswered as u64;
        self.statistics.elapsed = match (self.plan.duration, self.is_exhausted) {
            (Some(duration), false) => duration,
            _ => self.started.elapsed(),
        };
        self.statistics
    }
}
