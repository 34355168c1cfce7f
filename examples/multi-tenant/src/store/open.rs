//! Opening the database, and creating it.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Error, Store};

/// The version of the schema, in `PRAGMA user_version`.
const VERSION: i64 = 1;

/// The newest secret of a tenant and provider is the one with the largest `id`. It is valid without an end;
/// an old one may have one, in unix seconds.
const SCHEMA: &str = "
    CREATE TABLE tenant (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE secret (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        tenant TEXT NOT NULL REFERENCES tenant (name) ON DELETE CASCADE,
        provider TEXT NOT NULL,
        secret BLOB NOT NULL CHECK (length(secret) > 0),
        valid_until INTEGER
    ) STRICT;
    CREATE INDEX secret_of ON secret (tenant, provider);
";

/// How long to wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);

impl Store {
    /// Opens the database, which is created where there is none.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        create_file(path).map_err(|error| {
            Error(format!("the database {} cannot be created: {error}", path.display()))
        })?;
        Self::open(path)
    }

    /// Opens the database, which has to be there: a path that is mistyped is not to be a new one.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        if !path.exists() {
            return Err(Error(format!(
                "there is no database {shown}: set DATABASE to where it is, or begin one with \
                 `multi-tenant add TENANT`"
            )));
        }
        Self::connect(path).map_err(|Error(error)| Error(format!("the database {shown}: {error}")))
    }

    fn connect(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What is deleted is overwritten.
        connection.pragma_update(None, "secure_delete", true)?;
        if version(&connection)? != VERSION {
            migrate(&mut connection)?;
        }
        // Who reads and who writes do not wait for each other.
        connection.pragma_update(None, "journal_mode", "wal")?;
        Ok(Self(connection))
    }
}

/// Nobody but its owner may read it. SQLite's own files beside it get the same mode.
fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn version(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: u32 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (version(&transaction)?, tables) {
        (0, 0) => {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
            Ok(())
        }
        // Another process was quicker.
        (VERSION, _) => Ok(()),
        (0, _) => Err(Error("it belongs to something else: set DATABASE to another path".into())),
        (version, _) => Err(Error(format!(
            "it has version {version}, and this program knows version {VERSION}: \
             run the program that wrote it, or set DATABASE to another path"
        ))),
    }
}
