//! The library: one SQLite file that keeps the works, their tags and the history of both.
//!
//! `schema.sql` is the map of this module. The *source of truth* is what was imported or added: the verbatim text of
//! every entry, its place in its file, and the tags. Summaries, CSL items, field values, match keys and the full-text
//! index are *derived* from it and can be rebuilt at any time ([`Change::rebuild`]).
//!
//! A [`Library`] is read directly; it is changed only through [`Library::change`], which makes every
//! command one transaction and one step of the undo log.
//!
//! ```
//! use peerbib::library::Library;
//!
//! let mut library = Library::temporary()?;
//! library.change("add a book", |change| {
//!     change.works().add("@book{hyde2010, title = {Common as Air}}", None)
//! })?;
//! assert_eq!(library.works().count()?, 1);
//! library.undo(None)?;
//! assert_eq!(library.works().count()?, 0);
//! # Ok::<(), peerbib::library::LibraryError>(())
//! ```

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
mod known_works;
mod linked_files;
mod list_placements;
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
mod three_way;
mod transaction;
mod unique_keys;
mod value_sources;
mod works;
mod zotero;

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use transaction::Transaction;

pub use backup::{BackupFile, IfExists};
pub use busy_timeout::BusyTimeout;
pub use changed_works::ChangedWorks;
pub use completion::Completion;
pub use conflict::{Choice, Conflict, ConflictPolicy};
pub use dedupe::{Certainty, DuplicateGroup, KeptValue, MergeOutcome, Similarity, Survivor};
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
pub use import::references::KnownWork;
pub use import::report::{
    Counts, FileReport, GoneEntry, ImportReport, KeptBecause, ReferenceReport, ReferenceStatus,
    Reject,
};
pub use import::{ImportedFile, SyncOptions};
pub use integrity::{IntegrityIssue, IssueKind};
pub use jabref_groups::{GROUP_FACET, group_tag_name};
pub use known_works::{Comparison, compare_references};
pub use linked_files::{LinkedFile, path_from_root};
pub use list_placements::Placement;
pub use list_snapshots::StoredSnapshot;
pub use lists::{ListEntry, Membership, StoredList, StoredSection};
pub use notes::Note;
pub use provenance::{ImportOrigin, Provenance};
pub use rules::{CompiledRule, Effect, MatchedWork, Rule, RuleEffect, RuleScope};
pub use search_results::{Detail, SearchResult};
pub use tags::{
    Assignment, Axis, Facet, MatchedCondition, NewAssignment, Origin, SplitPart, Tag, TagChange,
    TagEvent, TagExtent, TagName, TagSummary, TaggedOutcome, Tagging, Veto,
};
pub use unique_keys::NewKeys;
pub use value_sources::ValueSource;
pub use works::{CitableWork, Order, Selection, SortBy, WorkSummary};
pub use zotero::{CollectionsAs, ZoteroImport};

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
    /// Opens the library at `path`, and creates an empty one if there is none.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Place`], [`LibraryError::Foreign`] and [`LibraryError::Newer`].
    pub fn open_or_create(path: &Path, busy_timeout: BusyTimeout) -> Result<Self> {
        let (library, _) = Self::open_or_create_with(path, busy_timeout, ("", |_| Ok(())))?;
        Ok(library)
    }

    /// Opens the library at `path` like [`Library::open_or_create`]. A new library is filled by `fill` in the transaction
    /// that creates it; `command` is the command line that the log shows for this first step. Returns whether the
    /// library is new, too.
    ///
    /// # Errors
    ///
    /// Those of [`Library::open_or_create`].
    pub fn open_or_create_with(
        path: &Path,
        busy_timeout: BusyTimeout,
        fill: (&str, impl FnOnce(&Change<'_>) -> Result<()>),
    ) -> Result<(Self, bool)> {
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
            fill,
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
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let (library, _) = Self::connect(path, flags, busy_timeout, ("", |_| Ok(())))?;
        Ok(library)
    }

    /// Returns an empty private library, which SQLite keeps in memory or in a temporary file and deletes when it is
    /// closed.
    pub fn temporary() -> Result<Self> {
        Self::temporary_with(|_| Ok(()))
    }

    /// Returns a private library like [`Library::temporary`], with what `fill` adds.
    pub fn temporary_with(fill: impl FnOnce(&Change<'_>) -> Result<()>) -> Result<Self> {
        let place = std::env::temp_dir();
        let prepared = Self::prepare(Connection::open(""), &place, BusyTimeout::default());
        let library = prepared.and_then(|connection| {
            let library = Self::on(connection, &place);
            library.create_or_migrate(("", fill))?;
            Ok(library)
        });
        library.map_err(|error| error.at(&place))
    }

    fn connect(
        path: &Path,
        flags: OpenFlags,
        busy_timeout: BusyTimeout,
        fill: (&str, impl FnOnce(&Change<'_>) -> Result<()>),
    ) -> Result<(Self, bool)> {
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
        let is_new = library
            .create_or_migrate(fill)
            .map_err(|error| error.at(path))?;
        Ok((library, is_new))
    }

    fn on(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            path: path.to_path_buf(),
        }
    }

    /// Creates the schema in an empty file, with the step that `fill` makes, or migrates that of an older version, in one
    /// transaction. Returns whether the library is new.
    fn create_or_migrate(
        &self,
        (command, fill): (&str, impl FnOnce(&Change<'_>) -> Result<()>),
    ) -> Result<bool> {
        let found = schema::version(&self.connection, &self.path)?;
        if found == schema::newest() {
            schema::check_tables(&self.connection, &self.path)?;
            schema::enable_wal(&self.connection);
            return Ok(false);
        }
        if found == 0 {
            schema::set_page_size(&self.connection)?;
        }
        let transaction = Transaction::begin(&self.connection)?;
        // Another process may have done it in the meantime.
        let found = schema::version(&self.connection, &self.path)?;
        if found == schema::newest() {
            return Ok(false);
        }
        schema::migrate(&self.connection, found)?;
        if found > 0 {
            Change::new(self).rebuild(&mut |_| {})?;
        } else {
            let recording = history::Recording::start(&self.connection, command)?;
            fill(&Change::new(self))?;
            recording.finish()?;
        }
        transaction.commit()?;
        Ok(found == 0)
    }

    fn prepare(
        connection: rusqlite::Result<Connection>,
        path: &Path,
        busy_timeout: BusyTimeout,
    ) -> Result<Connection> {
        let mut connection = connection?;
        busy_timeout.install(&mut connection)?;
        // If the file next to the library is the write-ahead log of another database, closing the connection would
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

    /// Opens a library as a file that does not change. In WAL mode SQLite needs to create files next to the library;
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

    /// Returns whether SQLite cannot create the files that it needs next to a library.
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
        Ok(self
            .run(command, edit, Ending::Commit { continued: None })?
            .0)
    }

    /// Runs `edit` like [`Library::change`], but as a part of the step `continued` if nothing else has changed the
    /// library since. Returns the number of the step, too, unless nothing changed.
    pub fn continue_step<T>(
        &mut self,
        continued: Option<i64>,
        command: &str,
        edit: impl FnOnce(&Change<'_>) -> Result<T>,
    ) -> Result<(T, Option<i64>)> {
        self.run(command, edit, Ending::Commit { continued })
    }

    /// Has each change written to the disk before [`Library::change`] returns, even if the computer loses power then.
    pub fn sync_changes(&self) -> Result<()> {
        Ok(self.connection.pragma_update(None, "synchronous", "FULL")?)
    }

    /// Runs `edit` like [`Library::change`], and rolls back.
    pub fn dry_run<T>(&mut self, edit: impl FnOnce(&Change<'_>) -> Result<T>) -> Result<T> {
        Ok(self.run("dry run", edit, Ending::RollBack)?.0)
    }

    fn run<T>(
        &mut self,
        command: &str,
        edit: impl FnOnce(&Change<'_>) -> Result<T>,
        ending: Ending,
    ) -> Result<(T, Option<i64>)> {
        let run = || -> Result<(T, Option<i64>)> {
            let transaction = match ending {
                Ending::Commit { .. } => Transaction::begin(&self.connection)?,
                Ending::RollBack => Transaction::begin_dry_run(&self.connection)?,
            };
            let recording = history::Recording::start(&self.connection, command)?;
            let outcome = edit(&Change::new(self))?;
            let mut step = recording.finish()?;
            if let Ending::Commit { continued } = ending {
                if let (Some(later), Some(earlier)) = (step, continued) {
                    step = Some(history::absorb(&self.connection, later, earlier)?);
                }
                transaction.commit()?;
                schema::enable_wal(&self.connection);
            }
            Ok((outcome, step))
        };
        run().map_err(|error| error.at(&self.path))
    }
}

/// The end of a transaction that did not fail.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// It is kept, as a step of its own or as a part of this one.
    Commit { continued: Option<i64> },
    /// It is undone.
    RollBack,
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

/// Returns the path of a file that SQLite keeps next to a database.
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
