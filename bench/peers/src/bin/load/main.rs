//! A load generator that costs little: one thread, one request in flight per connection.
//!
//! It prints one line of JSON, and fails when an answer was not the expected one: a server that
//! refuses quickly is not a fast server.

mod arguments;
mod by_message;
mod client;
mod connection;
mod driver;
mod person;
mod phones;
mod preparation;
mod processor;
mod request;
mod scenario;
mod statistics;
mod webhook;

use std::{error::Error, process::ExitCode};

use clap::Parser;

use crate::{
    arguments::{Arguments, ScenarioName},
    driver::{Driver, Plan},
    phones::Phones,
    processor::Processor,
    request::Requests,
    scenario::{BesideSending, Check, Hello, Limited, Mix, Scenario, Start},
    statistics::Report,
    webhook::Webhook,
};

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(report) => {
            let is_acceptable = report.is_acceptable();
            println!("{}", report.json());
            ExitCode::from(u8::from(!is_acceptable))
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let mut driver = Driver::new(arguments.target, arguments.connections);
    let Some(mut scenario) = scenario(arguments, &mut driver)? else {
        return by_message::run(arguments);
    };

    if let Some(warmup) = arguments.warmup() {
        driver.run(scenario.as_mut(), &Plan::for_duration(warmup, arguments.rate))?;
    }
    let processor = Processor::start(&arguments.watch)?;
    let statistics = driver.run(scenario.as_mut(), &arguments.plan())?;
    let used = processor.used()?;

    Ok(Report { statistics, used, allow: arguments.allow })
}

/// `None` for what is more than requests and answers.
fn scenario(
    arguments: &Arguments,
    driver: &mut Driver,
) -> Result<Option<Box<dyn Scenario>>, Box<dyn Error>> {
    let requests = Requests::new(arguments.target, &arguments.api_key, arguments.idempotency);
    let phones = Phones::new(arguments.regions, arguments.numbers_needed());
    let start = Start::new(requests.clone(), phones, arguments.offset);
    Ok(Some(match arguments.scenario {
        ScenarioName::Message => return Ok(None),
        ScenarioName::Hello => Box::new(Hello::new(requests)),
        ScenarioName::Start => Box::new(start),
        ScenarioName::Mix => Box::new(Mix::new(start)),
        ScenarioName::Limited => Box::new(Limited::new(requests, arguments.offset)),
        ScenarioName::Check => {
            let started = preparation::start_and_learn_codes(arguments, driver, start)?;
            let phones = Phones::new(arguments.regions, arguments.numbers_needed());
            let beside =
                Start::new(requests.clone(), phones, arguments.offset + arguments.prepare);
            let check = Check::new(requests, started);
            Box::new(BesideSending::new(check, beside, arguments.share_sending()))
        }
        ScenarioName::Webhook => Box::new(Webhook::new(
            requests,
            &arguments.app_secret,
            &arguments.phone_number_id,
            arguments.offset,
        )),
    }))
}
