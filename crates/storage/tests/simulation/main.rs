//! Simulated worlds: the pure rules under people who guess, a provider that fails, receipts in
//! any order, clocks that step and a process that dies. One seed is one world, and gives the same
//! one each time.
//!
//! `VERIFICATIONS=n` sets how many verifications begin in all worlds together, `SEED=n` runs one
//! world again.

mod book;
mod carrier;
mod clock;
mod crowd;
mod dice;
mod invariant;
mod scene;
mod tally;
mod trace;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::tally::Tally;
use crate::world::{Failure, run};

/// Verifications of one world.
const EACH: u64 = 250;
const USUAL: u64 = 20_000;

#[test]
fn no_invariant_breaks_in_any_world() {
    if let Some(seed) = setting("SEED") {
        let tally = run(seed, EACH).unwrap_or_else(|failure| fail(&failure));
        report(1, &tally);
        return;
    }
    let seeds = setting("VERIFICATIONS").unwrap_or(USUAL).div_ceil(EACH);

    let tally = run_all(seeds).unwrap_or_else(|failure| fail(&failure));

    report(seeds, &tally);
    let missing = tally.missing();
    assert!(missing.is_empty() || seeds < 20, "it proves nothing without any {missing:?}");
}

#[test]
fn a_seed_gives_the_same_world_each_time() {
    let [one, other] = [(); 2].map(|()| run(7, 50).unwrap_or_else(|failure| fail(&failure)));

    assert_eq!(one.json(), other.json());
}

fn run_all(seeds: u64) -> Result<Tally, Box<Failure>> {
    let next = AtomicU64::new(0);
    let total = Mutex::new(Ok(Tally::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    let outcome = run(seed, EACH);
                    let mut total = total.lock().expect("no holder panics");
                    match (&mut *total, outcome) {
                        (Ok(total), Ok(tally)) => total.add(&tally),
                        (Ok(_), Err(failure)) => {
                            *total = Err(failure);
                            next.store(seeds, Ordering::Relaxed);
                        }
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    total.into_inner().expect("no holder panics")
}

fn fail(failure: &Failure) -> Tally {
    let Failure { seed, step, broken, operations } = failure;
    panic!(
        "{:?} broke in step {step} of SEED={seed}: {}\n\nThe operations before it:\n{}",
        broken.invariant,
        broken.what,
        operations.join("\n")
    );
}

#[expect(clippy::print_stdout, reason = "it is read by those who ran it")]
fn report(seeds: u64, tally: &Tally) {
    println!("{{\"drill\":\"simulation\",\"seeds\":{seeds},{},\"breaks\":0}}", tally.json());
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings file")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
