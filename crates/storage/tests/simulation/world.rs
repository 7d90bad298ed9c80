//! One world: people, a provider and a process that dies now and then, step by step.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::id::EventId;
use countersign_core::ledger::{
    CheckOutcome, ClaimDue, Expire, Op, Outcome, ResendOutcome, StartOutcome,
};
use countersign_core::policy::Refusal;
use countersign_core::time::{Timestamp, days, hours, minutes, seconds};
use countersign_core::verification::Finding;
use countersign_storage::Model;

use crate::book::{Answered, Book};
use crate::carrier::{Carrier, Post};
use crate::clock::WorldClock;
use crate::crowd::{Crowd, event};
use crate::dice::Dice;
use crate::invariant::{Break, Held, Invariant};
use crate::scene::Scene;
use crate::tally::Tally;
use crate::trace::Trace;

const MOST_STEPS: u32 = 200_000;

pub(crate) struct World {
    dice: Dice,
    clock: WorldClock,
    scene: Arc<Scene>,
    model: Model,
    book: Book,
    crowd: Crowd,
    carrier: Carrier,
    /// How often in a hundred steps a long time passes.
    haste: u64,
    /// When somebody who was refused may come back.
    retry_at: Option<Timestamp>,
    step: u32,
    trace: Trace,
}

/// Where and how a world broke.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) step: u32,
    pub(crate) broken: Break,
    pub(crate) operations: Vec<String>,
}

/// What one step does, beside passing time.
#[derive(Clone, Copy)]
enum Turn {
    Ask,
    Claim,
    Answers,
    Posts,
}

/// Runs the world of a seed until so many verifications began in it.
pub(crate) fn run(seed: u64, verifications: u64) -> Result<Tally, Box<Failure>> {
    let mut world = World::draw(seed);
    let outcome = world.live(verifications).and_then(|()| world.finish());
    match outcome {
        Ok(()) => Ok(world.book.tally),
        Err(broken) => {
            let operations = world.trace.lines();
            Err(Box::new(Failure { seed, step: world.step, broken, operations }))
        }
    }
}

impl World {
    fn draw(seed: u64) -> Self {
        let dice = Dice::seeded(seed);
        let scene = Arc::new(Scene::draw(seed, &dice));
        Self {
            clock: WorldClock::at(Timestamp::from_seconds(1_791_300_000)),
            model: Model::default(),
            book: Book::new(scene.clone()),
            crowd: Crowd::new(scene.clone(), &dice),
            carrier: Carrier::default(),
            haste: 1 + dice.below(8),
            retry_at: None,
            step: 0,
            trace: Trace::default(),
            dice,
            scene,
        }
    }

    fn live(&mut self, verifications: u64) -> Held {
        while self.book.tally.verifications < verifications {
            self.step += 1;
            Invariant::MessagesEnd
                .hold(self.step < MOST_STEPS, || "nothing happens here".to_owned())?;
            self.pass_time()?;
            self.live_a_step()?;
            if self.step.is_multiple_of(500) {
                self.book.hold_all(&self.model, self.clock.now())?;
            }
        }
        Ok(())
    }

    fn live_a_step(&mut self) -> Held {
        let (ops, posts) = self.gather();
        if self.dice.per_cent(2) {
            return self.crash(&ops, posts);
        }
        let outcomes = self.submit(&ops)?;
        for (op, outcome) in ops.iter().zip(&outcomes) {
            self.crowd.hear(op, outcome);
            self.go_on(outcome);
        }
        for post in posts {
            // It was answered, and comes again all the same.
            if self.dice.per_cent(12) {
                self.carrier.post_again(post, &self.dice, self.clock.now());
            }
        }
        self.answer_soon()
    }

    // Most answers come before anything else happens.
    fn answer_soon(&mut self) -> Held {
        while let Some(time) = self.carrier.next_answer().filter(|_| self.dice.per_cent(90)) {
            if time > self.clock.now().plus(seconds(2)) {
                break;
            }
            self.clock.pass_until(time);
            let ops = self.answers();
            self.submit(&ops)?;
        }
        Ok(())
    }

    /// What arrives together, not quite in the order of its times.
    fn gather(&mut self) -> (Vec<Op>, Vec<Post>) {
        let mut turns = vec![Turn::Ask; usize::from(self.dice.small(1, 7))];
        turns.extend([Turn::Answers, Turn::Posts]);
        if self.dice.per_cent(70) {
            turns.push(Turn::Claim);
        }
        let (mut ops, mut posts) = (Vec::new(), Vec::new());
        while !turns.is_empty() {
            let place = self.dice.below(turns.len() as u64);
            let turn = turns.swap_remove(usize::try_from(place).expect("it is a place"));
            self.clock.pass(self.dice.up_to(Duration::from_millis(3)));
            let now = self.clock.now();
            match turn {
                Turn::Ask => ops.push(self.crowd.ask(&self.book, &self.dice, now)),
                Turn::Claim => ops.push(self.claim().into()),
                Turn::Answers => ops.extend(self.answers()),
                Turn::Posts => {
                    self.forge(now);
                    posts = self.carrier.posted(&self.dice, now);
                    ops.extend(
                        posts
                            .iter()
                            .map(|post| Op::from(post.ingest(&self.scene, &self.dice, now))),
                    );
                }
            }
        }
        // Each read the clock on its way, and another may have overtaken it since.
        self.dice.shuffle(&mut ops);
        (ops, posts)
    }

    fn forge(&mut self, now: Timestamp) {
        if !self.dice.per_cent(2) {
            return;
        }
        if let Some(key) = self.book.any_message() {
            let tenant = self.scene.other(key.tenant);
            self.carrier.forge(key, tenant, &self.dice, now);
        }
    }

    fn claim(&self) -> ClaimDue {
        let (most, now) = (self.dice.small(1, 8).into(), self.clock.now());
        ClaimDue { most, event: event(&self.dice, now), now }
    }

    fn answers(&mut self) -> Vec<Op> {
        let answers = self.carrier.answers(&self.dice, self.clock.now());
        answers.into_iter().map(Op::from).collect()
    }

    /// One batch: decided, entered in the books, and held against them.
    fn submit(&mut self, ops: &[Op]) -> Result<Vec<Outcome>, Break> {
        if ops.is_empty() {
            return Ok(Vec::new());
        }
        let outcomes = self.model.submit_all(ops);
        self.book.tally.batches += 1;
        let events = &self.model.changes().events;
        let told = ops.iter().flat_map(|op| events.iter().filter(|event| is_of(op, event.id)));
        let are_all_told = told.count() == events.len();
        for (op, outcome) in ops.iter().zip(&outcomes) {
            self.trace.push(op, outcome);
            let events = events.iter().filter(|event| is_of(op, event.id)).collect();
            self.book.enter(&Answered { op, outcome, events })?;
        }
        Invariant::EffectsHappenOnce
            .hold(are_all_told, || format!("events of nobody: {events:?}"))?;
        self.model.sweep(self.clock.now());
        self.book.age(self.clock.now());
        self.book.hold_changes(self.model.changes(), &self.model, self.clock.now())?;
        Ok(outcomes)
    }

    fn go_on(&mut self, outcome: &Outcome) {
        let now = self.clock.now();
        if let Outcome::ClaimDue(outcome) = outcome {
            for claimed in &outcome.claimed {
                self.carrier.call(claimed, &self.dice, now);
            }
        }
        if let Some(refusal) = refusal(outcome) {
            self.retry_at = Some(refusal.retry_at);
        }
    }

    /// The process dies: with what is under way, or after it was written and before it was
    /// answered.
    fn crash(&mut self, ops: &[Op], posts: Vec<Post>) -> Held {
        self.book.tally.crashes += 1;
        if self.dice.per_cent(50) {
            self.book.tally.unanswered_batches += 1;
            self.submit(ops)?;
        } else {
            self.book.tally.lost_batches += 1;
        }
        for op in ops {
            self.crowd.remember(op);
        }
        self.carrier.forget_calls();
        if self.dice.per_cent(30) {
            self.book.tally.clock_steps_back += 1;
            let most = if self.dice.per_cent(50) { minutes(1) } else { days(1) };
            self.clock.set_back(self.dice.up_to(most));
        }
        let down = match self.dice.below(100) {
            0..70 => seconds(5),
            70..90 => minutes(10),
            90..98 => hours(3),
            _ => days(2),
        };
        self.clock.pass(self.dice.up_to(down));
        for post in posts {
            self.carrier.post_again(post, &self.dice, self.clock.now());
        }
        self.restart()?;
        // A process that comes back after days looks for due messages before it dies again.
        if down > days(1) { self.end_what_is_due() } else { Ok(()) }
    }

    fn restart(&mut self) -> Held {
        self.clock.restart(self.model.newest());
        self.model.restart(self.clock.now());
        self.book.restart();
        self.book.hold_limits(&self.model, self.clock.now())
    }

    fn pass_time(&mut self) -> Held {
        if self.dice.per_cent(1) {
            self.book.tally.clock_steps_back += 1;
            self.clock.set_back(self.dice.up_to(minutes(2)));
        }
        let now = self.clock.now();
        if self.dice.per_cent(20)
            && let Some(edge) = self.edge(now)
        {
            // To the moment when something ends, or just before it, or just after.
            let millis = self.dice.below(3);
            self.clock.pass_until(edge.minus(Duration::from_millis(1)));
            self.clock.pass(Duration::from_millis(millis));
            return Ok(());
        }
        let most = match self.dice.below(100) {
            0..70 => seconds(3),
            70..88 => seconds(90),
            draw if draw < 100 - self.haste => minutes(4),
            _ if self.dice.per_cent(90) => hours(3),
            _ => return self.rest(),
        };
        self.clock.pass(self.dice.up_to(most));
        Ok(())
    }

    /// For days nobody asks for anything. The process looks for due messages all the while.
    fn rest(&mut self) -> Held {
        self.clock.pass(minutes(15));
        self.end_what_is_due()?;
        self.clock.pass(self.dice.up_to(days(3)));
        Ok(())
    }

    fn edge(&self, now: Timestamp) -> Option<Timestamp> {
        let near = |time: &Timestamp| *time > now && *time <= now.plus(hours(1));
        let retry_at = self.retry_at.filter(near);
        if self.dice.per_cent(70) { retry_at } else { self.book.next_expiry(now) }
    }

    /// Lets everything come to its end without further faults, and looks at it all.
    fn finish(&mut self) -> Held {
        for _ in 0..60 {
            self.clock.pass_until(self.clock.now().plus(seconds(15)));
            self.end_what_is_due()?;
        }
        self.clock.pass_until(self.clock.now().plus(days(1)));
        for _ in 0..40 {
            let now = self.clock.now();
            let posts = self.carrier.posted(&self.dice, now);
            let ops: Vec<Op> =
                posts.iter().map(|post| post.ingest(&self.scene, &self.dice, now).into()).collect();
            self.submit(&ops)?;
        }
        self.end_what_is_due()?;
        self.book.hold_all(&self.model, self.clock.now())?;
        self.book.hold_end(&self.model)?;
        self.restart()?;
        self.book.hold_all(&self.model, self.clock.now())
    }

    fn end_what_is_due(&mut self) -> Held {
        for round in 0.. {
            Invariant::MessagesEnd
                .hold(round < 1_000, || "the same messages are due for ever".to_owned())?;
            let now = self.clock.now();
            let claim = ClaimDue { most: 32, event: event(&self.dice, now), now };
            let outcomes = self.submit(&[claim.into()])?;
            let Some(Outcome::ClaimDue(outcome)) = outcomes.first() else { break };
            for claimed in &outcome.claimed {
                self.carrier.accept(claimed, now);
            }
            let ops = self.answers();
            self.submit(&ops)?;
            if !outcome.may_have_more {
                break;
            }
        }
        let now = self.clock.now();
        let keys = self.book.overdue(now);
        self.submit(&[Expire { keys, event: event(&self.dice, now), now }.into()])?;
        Ok(())
    }
}

fn refusal(outcome: &Outcome) -> Option<Refusal> {
    match outcome {
        Outcome::Start(StartOutcome::Refused { refusal, .. })
        | Outcome::Resend(ResendOutcome::Refused(refusal))
        | Outcome::Check(CheckOutcome::Found { finding: Finding::Locked(refusal), .. }) => {
            Some(*refusal)
        }
        Outcome::Start(_)
        | Outcome::Resend(_)
        | Outcome::Check(_)
        | Outcome::Cancel(_)
        | Outcome::Expire(_)
        | Outcome::Ingest(_)
        | Outcome::ClaimDue(_)
        | Outcome::Settle(_)
        | Outcome::Lift(_) => None,
    }
}

/// Whether an event is one of those that an operation may cause: it has one of the ids that the
/// operation's own stands for.
fn is_of(op: &Op, id: EventId) -> bool {
    let own = match op {
        Op::Start(op) => op.event,
        Op::Check(op) => op.event,
        Op::Resend(op) => op.event,
        Op::Cancel(op) => op.event,
        Op::Expire(op) => op.event,
        Op::Ingest(op) => op.event,
        Op::ClaimDue(op) => op.event,
        Op::Settle(op) => op.event,
        // It causes none.
        Op::Lift(_) => return false,
    };
    let (head, low) = halves(own);
    let (other_head, other_low) = halves(id);
    head == other_head && other_low.wrapping_sub(low) < 1 << 32
}

fn halves(id: EventId) -> (u64, u64) {
    let value = u128::from_be_bytes(*id.as_bytes());
    let low = u64::try_from(value & u128::from(u64::MAX)).expect("it is masked");
    (u64::try_from(value >> 64).expect("it is shifted"), low)
}
