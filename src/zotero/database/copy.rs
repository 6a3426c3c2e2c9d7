//! A private copy of a database that another program may hold open.
//!
//! Zotero keeps an exclusive lock while it runs, so its database cannot be opened, and since Zotero 10 the newest
//! changes are only in the write-ahead log. The copy has the log or the rollback journal next to it, and SQLite recovers
//! it like a database after a crash. The original is never opened by SQLite: even a read-only connection could leave
//! files next to it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::DatabaseError;

/// The number of attempts to copy while the database changes.
const ATTEMPTS: u32 = 4;

/// The wait before the second attempt; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The files next to a database that SQLite needs to recover it. The shared memory (`-shm`) only indexes the log of a
/// running program, and would be wrong next to a copy.
const SIDE_FILES: [&str; 2] = ["-wal", "-journal"];

/// A copy of a database, which is deleted when this is dropped.
pub(super) struct DatabaseCopy {
    // The fields are dropped in this order: the connection is closed before its directory is deleted.
    pub(super) connection: Connection,
    _directory: TempDir,
}

/// Copies a database and opens the copy, which cannot be written afterwards.
///
/// # Errors
///
/// If the files cannot be copied, or the copy is damaged.
pub(super) fn open_copy(database: &Path) -> Result<DatabaseCopy, DatabaseError> {
    let mut attempt = 0;
    loop {
        let is_last = attempt + 1 == ATTEMPTS;
        let before = state(database)?;
        let directory = copy(database)?;
        let is_settled = state(database)? == before;
        // If a writer came in between, more than the structure can be wrong.
        let opened = open(&directory.path().join(name(database)), attempt > 0);
        match opened {
            Ok(connection) if is_settled || is_last => {
                return Ok(DatabaseCopy {
                    connection,
                    _directory: directory,
                });
            }
            Err(error) if is_last || (is_settled && !error.may_pass()) => {
                return Err(error.of(database));
            }
            Ok(_) | Err(_) => {}
        }
        std::thread::sleep(FIRST_WAIT * 2_u32.pow(attempt));
        attempt += 1;
    }
}

/// The size and the time of a file; none if there is no file.
type FileState = Option<(u64, Option<SystemTime>)>;

/// Returns the states of the files of a database.
fn state(database: &Path) -> Result<Vec<FileState>, DatabaseError> {
    files(database)
        .map(|path| match fs::metadata(&path) {
            Ok(metadata) => Ok(Some((metadata.len(), metadata.modified().ok()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(DatabaseError::Unreadable { path, error }),
        })
        .collect()
}

/// Returns the paths of a database and of its side files.
fn files(database: &Path) -> impl Iterator<Item = PathBuf> {
    let side_files = SIDE_FILES.map(|suffix| beside(database, suffix));
    std::iter::once(database.to_path_buf()).chain(side_files)
}

/// Returns the path of a side file.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}

fn name(database: &Path) -> &Path {
    database.file_name().map_or(database, Path::new)
}

/// Copies a database and its side files into a directory that only the user can read.
fn copy(database: &Path) -> Result<TempDir, DatabaseError> {
    let unwritable = |error| DatabaseError::Copy {
        path: database.to_path_buf(),
        error,
    };
    let directory = tempfile::Builder::new()
        .prefix("peerbib-zotero-")
        .tempdir()
        .map_err(unwritable)?;
    for path in files(database) {
        let mut from = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound && path != database => continue,
            Err(error) => return Err(DatabaseError::Unreadable { path, error }),
        };
        // The copy is a new file, so that it can be written even if the original cannot.
        let mut to = File::create_new(directory.path().join(name(&path))).map_err(unwritable)?;
        io::copy(&mut from, &mut to).map_err(unwritable)?;
    }
    Ok(directory)
}

/// The reason why a copy cannot be read.
enum Damage {
    /// SQLite found it damaged.
    Found(String),
    /// SQLite cannot open it.
    Sqlite(rusqlite::Error),
}

impl Damage {
    /// Returns whether the next copy may be better although the files did not change in between.
    fn may_pass(&self) -> bool {
        !matches!(self, Self::Sqlite(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase))
    }

    fn of(self, database: &Path) -> DatabaseError {
        let path = database.to_path_buf();
        match self {
            Self::Found(reason) => DatabaseError::Damaged { path, reason },
            Self::Sqlite(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) =>
            {
                DatabaseError::NotZotero { path }
            }
            Self::Sqlite(error) => DatabaseError::Damaged {
                path,
                reason: error.to_string(),
            },
        }
    }
}

impl From<rusqlite::Error> for Damage {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Opens a copy, lets SQLite recover it, checks it, and forbids to write it.
fn open(copy: &Path, thoroughly: bool) -> Result<Connection, Damage> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(copy, flags)?;
    // The schema comes from elsewhere: nothing in it may run.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    let check = if thoroughly {
        "PRAGMA integrity_check(1)"
    } else {
        "PRAGMA quick_check(1)"
    };
    let verdict: String = connection.query_row(check, [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Damage::Found(verdict));
    }
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}
