//! The batcher: whoever waits is committed together.
//!
//! There is no timer. While one batch is being committed the next gathers by itself, so a lone
//! operation goes at once and a crowd shares one flush of the disk. Every operation is answered
//! after its commit. A batch that fails for one operation's sake is decided again one by one, so
//! that nobody fails for a neighbour.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::ledger::{Keys, Ledger, Op, Outcome, Rows};
use countersign_core::signals::Signals;
use countersign_core::store::StoreError;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::measures::Measures;
use super::{Backend, CommitError};

/// Operations in one batch at most.
const MOST: usize = 256;
/// Loads of one batch at most: no operation names rows more than three times over.
const LOADS: usize = 4;
/// How often an operation alone is decided again after a conflict with another server.
const RETRIES: usize = 5;

#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchSettings {
    /// Operations that may wait; one more is turned away.
    pub(crate) queue: usize,
}

/// Takes operations for the workers that commit them.
#[derive(Clone)]
pub(crate) struct Batcher {
    requests: mpsc::Sender<Request>,
}

/// Where the workers find the operations. Several workers may share it.
pub(crate) type Requests = Arc<Mutex<mpsc::Receiver<Request>>>;

pub(crate) enum Request {
    Do(Asked),
    /// Finish what waits, and take no more.
    Close,
}

pub(crate) struct Asked {
    op: Op,
    answer: oneshot::Sender<Result<Outcome, StoreError>>,
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self { queue: 8_192 }
    }
}

impl Batcher {
    pub(crate) fn new(settings: BatchSettings) -> (Self, Requests) {
        let (requests, receiver) = mpsc::channel(settings.queue);
        (Self { requests }, Arc::new(Mutex::new(receiver)))
    }

    /// Has the workers finish what waits, and end.
    pub(crate) async fn close(&self) {
        // They may have ended already.
        let _ = self.requests.send(Request::Close).await;
    }
}

#[async_trait]
impl Ledger for Batcher {
    async fn submit(&self, op: Op) -> Result<Outcome, StoreError> {
        let (answer, outcome) = oneshot::channel();
        let request = Request::Do(Asked { op, answer });
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => StoreError::unavailable("storage is closing"),
        })?;
        // A worker that is gone took the batch with it: whether it was committed is not known.
        outcome.await.map_err(|_| StoreError::unavailable("storage stopped"))?
    }
}

/// Those who hear of what was committed.
struct Told {
    signals: Signals,
    measures: Measures,
}

/// Commits batches until nobody can submit any more, and tells what changed.
pub(crate) async fn work(requests: Requests, mut backend: impl Backend, signals: Signals) {
    let mut taken = Vec::with_capacity(MOST);
    let mut batch = Vec::with_capacity(MOST);
    let mut rows = Rows::default();
    let sizes = metrics::histogram!("countersign_ledger_batch_size");
    let told = Told { signals, measures: Measures::default() };
    loop {
        let mut waiting = requests.lock().await;
        if waiting.recv_many(&mut taken, MOST).await == 0 {
            return;
        }
        for request in taken.drain(..) {
            take(request, &mut batch, &mut waiting);
        }
        // Those who are about to ask join this batch rather than wait for the next.
        backend.gather().await;
        while batch.len() < MOST
            && let Ok(request) = waiting.try_recv()
        {
            take(request, &mut batch, &mut waiting);
        }
        drop(waiting);
        sizes.record(count(batch.len()));
        serve(&mut batch, &mut backend, &mut rows, &told).await;
    }
}

fn take(request: Request, batch: &mut Vec<Asked>, waiting: &mut mpsc::Receiver<Request>) {
    match request {
        Request::Do(asked) => batch.push(asked),
        Request::Close => waiting.close(),
    }
}

async fn serve(batch: &mut Vec<Asked>, backend: &mut impl Backend, rows: &mut Rows, told: &Told) {
    let ops: Vec<&Op> = batch.iter().map(|request| &request.op).collect();
    match attempt(&ops, backend, rows).await {
        Ok(outcomes) => {
            told.tell(rows);
            for (request, outcome) in batch.drain(..).zip(outcomes) {
                // Somebody who no longer waits does not need the answer.
                let _ = request.answer.send(Ok(outcome));
            }
        }
        Err(_) => {
            for request in batch.drain(..) {
                let outcome = alone(&request.op, backend, rows).await;
                if outcome.is_ok() {
                    told.tell(rows);
                }
                let _ = request.answer.send(outcome);
            }
        }
    }
}

impl Told {
    /// Counts what was committed, and wakes those who watch it.
    fn tell(&self, rows: &Rows) {
        self.measures.note(rows);
        if self.signals.is_idle() {
            return;
        }
        for (key, ..) in rows.verifications.changed() {
            self.signals.touch(key.id);
        }
        for (key, ..) in rows.messages.changed() {
            self.signals.touch(key.verification);
        }
    }
}

async fn alone(
    op: &Op,
    backend: &mut impl Backend,
    rows: &mut Rows,
) -> Result<Outcome, StoreError> {
    for _ in 0..RETRIES {
        match attempt(&[op], backend, rows).await {
            Ok(mut outcomes) => {
                return outcomes.pop().ok_or_else(|| StoreError::unavailable("no outcome"));
            }
            Err(CommitError::Conflict) => {}
            Err(CommitError::Store(error)) => {
                tracing::error!(%error, "The ledger could not commit");
                return Err(error);
            }
        }
    }
    Err(StoreError::unavailable("other servers kept changing the same rows"))
}

async fn attempt(
    ops: &[&Op],
    backend: &mut impl Backend,
    rows: &mut Rows,
) -> Result<Vec<Outcome>, CommitError> {
    let outcome = decide(ops, backend, rows).await;
    if outcome.is_err() {
        backend.abandon().await;
    }
    outcome
}

/// One batch: loads what it names, decides each in turn, commits them together. Of `rows` only
/// the room is used.
pub(crate) async fn decide(
    ops: &[&Op],
    backend: &mut impl Backend,
    rows: &mut Rows,
) -> Result<Vec<Outcome>, CommitError> {
    rows.clear();
    let mut keys = Keys::default();
    for _ in 0..LOADS {
        keys.clear();
        for op in ops {
            op.want(rows, &mut keys);
        }
        if keys.is_empty() {
            break;
        }
        backend.load(&keys, rows).await?;
    }
    let outcomes = ops.iter().map(|op| op.decide(rows)).collect();
    backend.commit(rows).await?;
    Ok(outcomes)
}

fn count(taken: usize) -> f64 {
    f64::from(u32::try_from(taken).unwrap_or(u32::MAX))
}
