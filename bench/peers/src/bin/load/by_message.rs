//! People who prove their phones by messages: a new one at every interval, whether or not those
//! before were quick (open loop).
//!
//! A message is sent a while after its verification was started, and the time counts from the
//! moment when it was due to the check mark on the page. What was due in the window is measured;
//! before and after it there is the same load.

use std::{error::Error, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    arguments::Arguments,
    person::{Person, Surroundings},
    phones::Phones,
    processor::Processor,
    request::Requests,
    statistics::{Report, Statistics},
};

/// From a start to its message: the page is open by then.
const READING: Duration = Duration::from_secs(1);

struct Window {
    begin: Instant,
    end: Instant,
}

/// How it went, and when the message was due.
struct Story {
    due: Instant,
    proved: Result<Instant, String>,
}

pub fn run(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let rate = arguments.rate.ok_or("this scenario needs --rate")?;
    let interval = Duration::from_secs_f64(1.0 / rate);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(load(arguments, interval))
}

async fn load(arguments: &Arguments, interval: Duration) -> Result<Report, Box<dyn Error>> {
    let requests = Requests::new(arguments.target, &arguments.api_key, false);
    let (secret, id) = (&arguments.app_secret, &arguments.phone_number_id);
    let surroundings = Arc::new(Surroundings::new(arguments.target, requests, secret, id));
    let phones = Phones::new(arguments.regions, arguments.numbers_needed());

    let started = Instant::now();
    let begin = started + READING + arguments.warmup().unwrap_or_default();
    let window = Window { begin, end: begin + arguments.window() };
    let mut statistics = Statistics::default();
    statistics.elapsed = arguments.window();
    let mut processor = None;
    let mut people = JoinSet::new();
    for index in 0_u32.. {
        let start_at = started + interval.mul_f64(f64::from(index));
        if start_at >= window.end {
            break;
        }
        sleep_until(start_at).await;
        if processor.is_none() && start_at >= window.begin {
            processor = Some(Processor::start(&arguments.watch)?);
        }
        let number = arguments.offset + u64::from(index);
        let phone = phones.number(number).ok_or("there are no more numbers")?;
        let person = Person { phone, number, writes_at: start_at + READING };
        people.spawn(live(surroundings.clone(), person));
        while let Some(story) = people.try_join_next() {
            window.count(story?, &mut statistics);
        }
    }
    let used = processor.map_or(Ok(Duration::ZERO), |processor| processor.used())?;
    while let Some(story) = people.join_next().await {
        window.count(story?, &mut statistics);
    }
    Ok(Report { statistics, used, allow: arguments.allow })
}

async fn live(surroundings: Arc<Surroundings>, person: Person) -> Story {
    Story { due: person.writes_at, proved: surroundings.prove(person).await }
}

impl Window {
    /// What fails is counted whenever it was.
    fn count(&self, story: Story, statistics: &mut Statistics) {
        match story.proved {
            Ok(at) => {
                if self.holds(story.due) {
                    statistics.record_time(at - story.due);
                }
                if self.holds(at) {
                    statistics.count_within();
                }
            }
            Err(reason) => statistics.fail(|| reason),
        }
    }

    fn holds(&self, moment: Instant) -> bool {
        (self.begin..self.end).contains(&moment)
    }
}
