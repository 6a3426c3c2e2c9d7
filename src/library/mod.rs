//! The library: one SQLite file that keeps the works, their tags and the history of both.
//!
//! `schema.sql` is the map of this module. What came in is the *truth*: the verbatim text of every
//! entry, where it stood in its file, and the tags. Summaries, CSL items, field values, match keys and the
//! full-text index are *derived* from it and can be made again at any time ([`Change::rebuild`]).
//!
//! A [`Library`] is read directly; it is changed through [`Library::change`] alone, which makes every
//! command one transaction and one step of the undo log.

mod backup;
mod busy_timeout;
mod changed_works;
mod completion;
mod conflict;
mod dedupe;
mod derived_tables;
mod edit;
mod entries;
mod error;
mod export;
mod field_text;
mod filter;
pub mod full_text;
mod handles;
mod history;
mod identity;
mod import;
mod integrity;
mod jabref_groups;
mod key_pattern;
mod known_works;
mod linked_files;
mod list_snapshots;
mod lists;
mod notes;
pub mod pattern;
mod provenance;
mod reading;
mod rules;
mod schema;
mod search_results;
mod tags;
mod transaction;
mod value_sources;
mod works;

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use transaction::Transaction;

pub use backup::Existing;
pub use busy_timeout::BusyTimeout;
pub use changed_works::ChangedWorks;
pub use completion::Candidate;
pub use conflict::{Choice, Conflict, ConflictPolicy};
pub use dedupe::{Cluster, Likeness, MergeOutcome};
pub use derived_tables::Parents;
pub use edit::FieldEdits;
pub use entries::StoredEntry;
pub use error::LibraryError;
pub use export::SourceFile;
pub use field_text::fields_of_columns;
pub use filter::{Filter, Sql};
pub use handles::{
    Candidates, Files, FilesMut, History, Lists, ListsMut, Notes, NotesMut, Rules, RulesMut,
    Sources, Tags, TagsMut, Works, WorksMut,
};
pub use history::{ChangedRows, Step, StepState};
pub use import::ImportedFile;
pub use import::references::KnownWork;
pub use import::report::{Counts, FileReceipt, Receipt, ReferenceReceipt, ReferenceStatus, Reject};
pub use integrity::{IntegrityIssue, IssueKind};
pub use jabref_groups::{GROUP_FACET, group_tag_name};
pub use key_pattern::{KeyPattern, NewKeys};
pub use known_works::{Comparison, compare_references};
pub use linked_files::{LinkedFile, path_from_root};
pub use list_snapshots::StoredSnapshot;
pub use lists::{ListEntry, Membership, StoredList, StoredSection};
pub use notes::Note;
pub use provenance::{ImportOrigin, Provenance};
pub use rules::{CompiledRule, Effect, MatchedWork, Rule, RuleEffect, RuleScope};
pub use search_results::{Detail, SearchResult};
pub use tags::{
    Assignment, Axis, Facet, Match, NewAssignment, Origin, SplitPart, Tag, TagChange, TagEvent,
    TagExtent, TagName, TagSummary, TaggedOutcome, Tagging, Veto,
};
pub use value_sources::ValueSource;
pub use works::{CitableWork, Order, Selection, SortBy, WorkSummary};

/// The result of an operation on the library.
pub type Result<T> = std::result::Result<T, LibraryError>;

/// An open library.
pub struct Library {
    connection: Connection,
    path: PathBuf,
}

/// A guard during which reads see one snapshot of the library: see [`Library::read_snapshot`].
pub struct ReadSnapshot<'library> {
    _transaction: Option<rusqlite::Transaction<'library>>,
}

/// A library during a step that changes it: see [`Library::change`].
pub struct Change<'library> {
    library: &'library Library,
    changed: changed_works::Collector,
}

impl Library {
    /// Opens the library at `path`, and creates it if there is none.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Place`], [`LibraryError::Foreign`] and [`LibraryError::Newer`].
    pub fn open_or_create(path: &Path, busy_timeout: BusyTimeout) -> Result<Self> {
        if let Some(directory) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            check_parents(path)?;
            std::fs::create_dir_all(directory).map_err(|error| LibraryError::Place {
                path: path.to_path_buf(),
                reason: format!("{}: {error}", directory.display()),
            })?;
        }
        Self::connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            busy_timeout,
        )
    }

    /// Opens the existing library at `path`, read-only if it cannot be written to. `busy_timeout` applies as long as
    /// it is open.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Missing`], [`LibraryError::Foreign`] and [`LibraryError::Newer`].
    pub fn open(path: &Path, busy_timeout: BusyTimeout) -> Result<Self> {
        if !path.exists() {
            check_parents(path)?;
            return Err(LibraryError::Missing(path.to_path_buf()));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, busy_timeout)
    }

    /// Returns an empty private library, which SQLite keeps in memory or in a temporary file and deletes when it is
    /// closed.
    pub fn temporary() -> Result<Self> {
        let place = std::env::temp_dir();
        let prepared = Self::prepare(Connection::open(""), &place, BusyTimeout::default());
        let library = prepared.and_then(|connection| {
            let library = Self::on(connection, &place);
            library.create_or_migrate()?;
            Ok(library)
        });
        library.map_err(|error| error.at(&place))
    }

    fn connect(path: &Path, flags: OpenFlags, busy_timeout: BusyTimeout) -> Result<Self> {
        if path.is_dir() {
            return Err(LibraryError::Place {
                path: path.to_path_buf(),
                reason: "it is a directory".into(),
            });
        }
        // Only one thread uses the connection.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Self::prepare(Connection::open_with_flags(path, flags), path, busy_timeout);
        let connection = match connection {
            Err(LibraryError::Sqlite(error)) if Self::is_out_of_reach(&error) && path.is_file() => {
                Self::prepare(Self::open_immutable(path)?, path, busy_timeout)
            }
            connection => connection,
        };
        let connection = connection.map_err(|error| error.at(path).beside_journal(path))?;
        let library = Self::on(connection, path);
        library
            .create_or_migrate()
            .map_err(|error| error.at(path))?;
        Ok(library)
    }

    fn on(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            path: path.to_path_buf(),
        }
    }

    /// Creates the schema in an empty file, or migrates that of an older version, in one transaction.
    fn create_or_migrate(&self) -> Result<()> {
        let found = schema::version(&self.connection, &self.path)?;
        if found == schema::newest() {
            schema::check_tables(&self.connection, &self.path)?;
            schema::enable_wal(&self.connection);
            return Ok(());
        }
        if found == 0 {
            schema::set_page_size(&self.connection)?;
        }
        let transaction = Transaction::begin(&self.connection)?;
        // Another process may have done it in the meantime.
        let found = schema::version(&self.connection, &self.path)?;
        if found == schema::newest() {
            return Ok(());
        }
        schema::migrate(&self.connection, found)?;
        if found > 0 {
            Change::new(self).rebuild(&mut |_| {})?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn prepare(
        connection: rusqlite::Result<Connection>,
        path: &Path,
        busy_timeout: BusyTimeout,
    ) -> Result<Connection> {
        let mut connection = connection?;
        busy_timeout.install(&mut connection)?;
        // If the file beside the library is the write-ahead log of another database, closing the connection would
        // write it into the library.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // In WAL mode the library still survives a loss of power.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // Plan a statement once, not again for each value of its parameters.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        pattern::register(&connection)?;
        schema::version(&connection, path)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    /// Opens a library as a file that does not change. In WAL mode SQLite needs to create files beside the library;
    /// if it cannot, the library can still be read in this way.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Stale`], if the latest changes are not in the file yet: SQLite would ignore them.
    fn open_immutable(path: &Path) -> Result<rusqlite::Result<Connection>> {
        if let Some(journal) = journal_of(path) {
            return Err(LibraryError::Stale {
                path: path.to_path_buf(),
                journal,
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let mut uri = String::from("file:");
        for byte in path.as_os_str().as_encoded_bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
                uri.push(char::from(*byte));
            } else {
                uri.push_str(&format!("%{byte:02x}"));
            }
        }
        uri.push_str("?immutable=1");
        Ok(Connection::open_with_flags(uri, flags))
    }

    /// Returns whether SQLite cannot create the files that it needs beside a library.
    fn is_out_of_reach(error: &rusqlite::Error) -> bool {
        use rusqlite::{ErrorCode, ffi};
        let code = error.sqlite_error().map(|error| error.extended_code);
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::CannotOpen
                    | ErrorCode::ReadOnly
                    | ErrorCode::PermissionDenied
                    | ErrorCode::DiskFull
            )
        ) || matches!(
            code,
            Some(ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_SHMMAP)
        )
    }

    /// Returns the path of the library.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the write lock until [`Library::change`] has run or the library is closed, so that everything read
    /// from now on is still true when the change is made.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Busy`], if another program keeps the lock for longer than the busy timeout;
    /// [`LibraryError::ReadOnly`].
    pub fn lock_for_write(&self) -> Result<()> {
        if !self.is_locked() {
            let begun = self.connection.execute_batch("BEGIN IMMEDIATE");
            begun.map_err(|error| LibraryError::from(error).at(&self.path))?;
        }
        Ok(())
    }

    /// Starts a read transaction. Until the returned guard is dropped, reads see one consistent snapshot.
    pub fn read_snapshot(&self) -> Result<ReadSnapshot<'_>> {
        // Nobody else can change a locked library.
        let transaction = if self.is_locked() {
            None
        } else {
            Some(self.connection.unchecked_transaction()?)
        };
        Ok(ReadSnapshot {
            _transaction: transaction,
        })
    }

    /// Returns whether the write lock is taken: see [`Library::lock_for_write`].
    pub fn is_locked(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Runs `edit` as one transaction and one step of the undo log. `command` is the command line that the log
    /// shows. If `edit` fails or changes nothing, no step remains.
    pub fn change<T>(
        &mut self,
        command: &str,
        edit: impl FnOnce(&Change<'_>) -> Result<T>,
    ) -> Result<T> {
        self.run(command, edit, true)
    }

    /// Runs `edit` like [`Library::change`], and rolls back.
    pub fn dry_run<T>(&mut self, edit: impl FnOnce(&Change<'_>) -> Result<T>) -> Result<T> {
        self.run("dry run", edit, false)
    }

    fn run<T>(
        &mut self,
        command: &str,
        edit: impl FnOnce(&Change<'_>) -> Result<T>,
        commit: bool,
    ) -> Result<T> {
        let run = || -> Result<T> {
            let transaction = if commit {
                Transaction::begin(&self.connection)?
            } else {
                Transaction::begin_dry_run(&self.connection)?
            };
            let recording = history::Recording::start(&self.connection, command)?;
            let outcome = edit(&Change::new(self))?;
            recording.finish()?;
            if commit {
                transaction.commit()?;
                schema::enable_wal(&self.connection);
            }
            Ok(outcome)
        };
        run().map_err(|error| error.at(&self.path))
    }
}

/// Returns the write-ahead log or rollback journal that holds changes to the library at `path`, if there is one.
fn journal_of(path: &Path) -> Option<PathBuf> {
    // SQLite follows symbolic links, too.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    ["-wal", "-journal"]
        .into_iter()
        .map(|suffix| with_suffix(&path, suffix))
        .find(|journal| journal.metadata().is_ok_and(|journal| journal.len() > 0))
}

/// Returns the path of a file that SQLite keeps beside a database.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Checks that no directory above `path` is a file.
fn check_parents(path: &Path) -> Result<()> {
    match path.ancestors().skip(1).find(|ancestor| ancestor.is_file()) {
        None => Ok(()),
        Some(file) => Err(LibraryError::Place {
            path: path.to_path_buf(),
            reason: format!("{} is a file, not a directory", file.display()),
        }),
    }
}

impl<'library> Change<'library> {
    fn new(library: &'library Library) -> Self {
        Self {
            library,
            changed: changed_works::Collector::default(),
        }
    }

    fn connection(&self) -> &Connection {
        &self.library.connection
    }
}

impl std::ops::Deref for Change<'_> {
    type Target = Library;

    fn deref(&self) -> &Library {
        self.library
    }
}
