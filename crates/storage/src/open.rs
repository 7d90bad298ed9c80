//! Opening a storage by its address, and closing it again.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_core::accounts::AccountStore;
use countersign_core::hosted::SessionStore;
use countersign_core::insights::InsightStore;
use countersign_core::keyring::KeyStore;
use countersign_core::ledger::Ledger;
use countersign_core::signals::Signals;
use countersign_core::store::StoreError;
use countersign_core::tenants::TenantStore;
use countersign_core::time::Timestamp;
use countersign_core::verification::VerificationStore;
use tokio::task::JoinHandle;

use crate::accounts::AccountRows;
use crate::database::{self, Database};
use crate::insights::InsightRows;
use crate::keys::Keys;
use crate::ledger::{BatchSettings, Batcher, Checkpoints, PostgresBackend, SqliteBackend, work};
use crate::sessions::SessionRows;
use crate::tenants::TenantRows;
use crate::verifications::VerificationRows;

/// What every database of SQLite begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Every port of the core. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    pub ledger: Arc<dyn Ledger>,
    pub verifications: Arc<dyn VerificationStore>,
    pub tenants: Arc<dyn TenantStore>,
    pub sessions: Arc<dyn SessionStore>,
    pub accounts: Arc<dyn AccountStore>,
    pub insights: Arc<dyn InsightStore>,
    /// Told after each commit of this process what it changed.
    pub signals: Signals,
    pub keys: Arc<dyn KeyStore>,
}

/// A storage that is open, and what has to end before the process does.
pub struct Opened {
    storage: Storage,
    workers: Workers,
}

/// Where to keep things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Memory,
    Sqlite(PathBuf),
    /// A connection string; it may hold a password.
    Postgres(String),
}

#[derive(Clone, Debug)]
pub struct StorageSettings {
    pub target: Target,
    /// Operations that may wait for the ledger; one more is turned away.
    pub queue: usize,
    /// The time, from which the limits in memory are built again.
    pub now: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database address must be sqlite:PATH, postgres://… or memory:")]
    Address,

    #[error(
        "another server has {0} open: stop it, give this one a file of its own (`countersign dev \
         --data FOLDER`), or use PostgreSQL to run several on one database"
    )]
    Locked(PathBuf),

    #[error(
        "there is no database at {0}: run `countersign migrate` first, or name the one you mean, such \
         as DATABASE_URL=sqlite:data/dev/countersign.db for that of `countersign dev`"
    )]
    Absent(PathBuf),

    #[error("{0} is not a SQLite database; name another file in `database_url`")]
    Foreign(PathBuf),

    #[error("could not use {path}")]
    File { path: PathBuf, source: std::io::Error },

    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Default)]
struct Workers {
    threads: Vec<std::thread::JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    checkpoints: Option<Checkpoints>,
    /// Held while the file is ours.
    lock: Option<File>,
    ledger: Option<Batcher>,
}

impl Target {
    pub fn parse(address: &str) -> Result<Self, OpenError> {
        if address == "memory:" {
            return Ok(Self::Memory);
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self::Postgres(address.to_owned()));
        }
        let path = address.strip_prefix("sqlite:").ok_or(OpenError::Address)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() { Err(OpenError::Address) } else { Ok(Self::Sqlite(path.into())) }
    }
}

impl StorageSettings {
    pub fn new(target: Target, now: Timestamp) -> Self {
        Self { target, queue: 8_192, now }
    }
}

/// Opens a storage for a server, and brings its schema up to date. A SQLite file is then this
/// process's alone.
pub async fn open(settings: StorageSettings) -> Result<Opened, OpenError> {
    match &settings.target {
        Target::Memory => Ok(Opened { storage: crate::memory(), workers: Workers::default() }),
        Target::Sqlite(path) => open_sqlite(path, &settings).await,
        Target::Postgres(url) => open_postgres(url, &settings).await,
    }
}

/// Brings the schema up to date. Answers the names of the migrations that were applied.
pub async fn migrate(target: &Target) -> Result<Vec<String>, OpenError> {
    match target {
        Target::Memory => Ok(Vec::new()),
        Target::Sqlite(path) => {
            create_folder(path)?;
            create_private(path)?;
            Ok(database::migrate_sqlite(path).await?)
        }
        Target::Postgres(url) => Ok(database::migrate_postgres(url).await?),
    }
}

/// The stores alone, for commands beside a running server.
pub async fn attach(target: &Target) -> Result<Storage, OpenError> {
    let database = match target {
        Target::Memory => return Ok(crate::memory()),
        Target::Sqlite(path) if !path.exists() => return Err(OpenError::Absent(path.clone())),
        Target::Sqlite(path) => Database::sqlite(path).await?,
        Target::Postgres(url) => Database::postgres(url).await?,
    };
    // Nobody takes what is submitted here: a command leaves the ledger to the server.
    let (ledger, _) = Batcher::new(BatchSettings::default());
    Ok(storage(Arc::new(ledger), &database, Signals::default()))
}

async fn open_sqlite(path: &Path, settings: &StorageSettings) -> Result<Opened, OpenError> {
    create_folder(path)?;
    create_private(path)?;
    let lock = lock(path)?;
    database::migrate_sqlite(path).await?;
    let database = Database::sqlite(path).await?;
    let backend = SqliteBackend::open(path, settings.now)?;
    let checkpoints = Checkpoints::start(path)?;
    let (ledger, requests) = Batcher::new(BatchSettings { queue: settings.queue });
    let signals = Signals::default();
    let told = signals.clone();
    let thread = std::thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || {
            // No I/O and no time: only the queue is waited for, and SQLite blocks as it pleases.
            match tokio::runtime::Builder::new_current_thread().build() {
                Ok(runtime) => runtime.block_on(work(requests, backend, told)),
                Err(error) => tracing::error!(%error, "The ledger could not start"),
            }
        })
        .map_err(|source| OpenError::File { path: path.to_owned(), source })?;
    let workers = Workers {
        threads: vec![thread],
        tasks: Vec::new(),
        checkpoints: Some(checkpoints),
        lock: Some(lock),
        ledger: Some(ledger.clone()),
    };
    Ok(Opened { storage: storage(Arc::new(ledger), &database, signals), workers })
}

async fn open_postgres(url: &str, settings: &StorageSettings) -> Result<Opened, OpenError> {
    database::migrate_postgres(url).await?;
    let database = Database::postgres(url).await?;
    let (ledger, requests) = Batcher::new(BatchSettings { queue: settings.queue });
    let signals = Signals::default();
    let mut workers = Workers { ledger: Some(ledger.clone()), ..Workers::default() };
    // While one waits for the disk the other decides.
    for _ in 0..2 {
        let backend = PostgresBackend::connect(url).await?;
        workers.tasks.push(tokio::spawn(work(requests.clone(), backend, signals.clone())));
    }
    Ok(Opened { storage: storage(Arc::new(ledger), &database, signals), workers })
}

fn storage(ledger: Arc<dyn Ledger>, database: &Database, signals: Signals) -> Storage {
    Storage {
        ledger,
        verifications: Arc::new(VerificationRows::new(database.clone())),
        tenants: Arc::new(TenantRows::new(database.clone())),
        sessions: Arc::new(SessionRows::new(database.clone())),
        accounts: Arc::new(AccountRows::new(database.clone())),
        insights: Arc::new(InsightRows::new(database.clone())),
        signals,
        keys: Arc::new(Keys::new(database.clone())),
    }
}

fn create_folder(path: &Path) -> Result<(), OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), |folder| {
        std::fs::create_dir_all(folder)
            .map_err(|source| OpenError::File { path: folder.to_owned(), source })
    })
}

// For its owner's eyes, and so are the log and the index that SQLite puts beside it. A file that
// is something else is left as it is.
fn create_private(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let failed = |source| OpenError::File { path: path.to_owned(), source };
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true).mode(0o600);
    let file = options.open(path).map_err(failed)?;
    let mut beginning = Vec::new();
    (&file).take(SQLITE.len() as u64).read_to_end(&mut beginning).map_err(failed)?;
    if !beginning.is_empty() && beginning != SQLITE {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)
}

// Beside the database and not the database itself: SQLite has locks of its own on that.
fn lock(path: &Path) -> Result<File, OpenError> {
    use std::os::unix::fs::OpenOptionsExt;
    // One file has one lock, whatever links lead to it.
    let path =
        &path.canonicalize().map_err(|source| OpenError::File { path: path.to_owned(), source })?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let failed = |source| OpenError::File { path: lock_path.clone(), source };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&lock_path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::Locked(path.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

impl Opened {
    /// The ports.
    pub const fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Commits what is waiting and closes. Whoever submits afterwards is told so.
    pub async fn close(self) {
        let workers = self.workers;
        if let Some(ledger) = workers.ledger {
            ledger.close().await;
        }
        for task in workers.tasks {
            let _ = task.await;
        }
        let _ = tokio::task::spawn_blocking(move || {
            for thread in workers.threads {
                let _ = thread.join();
            }
            drop(workers.checkpoints);
            drop(workers.lock);
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_file_that_is_no_database_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwd");
        std::fs::write(&path, "root:x:0:0").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();

        let migrated = migrate(&Target::Sqlite(path.clone())).await;

        assert!(matches!(migrated, Err(OpenError::Foreign(named)) if named == path));
        assert_eq!(std::fs::read(&path).unwrap(), b"root:x:0:0");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "and nothing is put beside it");
    }

    #[tokio::test]
    async fn a_database_is_for_its_owner_s_eyes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.db");
        migrate(&Target::Sqlite(path.clone())).await.unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();

        migrate(&Target::Sqlite(path.clone())).await.unwrap();

        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
