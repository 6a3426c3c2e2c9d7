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
mod editions;
mod entries;
mod error;
mod export;
mod field_text;
mod filter;
pub mod full_text;
mod history;
mod identity;
mod import;
mod integrity;
mod jabref_groups;
mod key_pattern;
mod linked_files;
mod lists;
mod notes;
pub mod pattern;
mod provenance;
mod reading;
mod row_label;
mod row_numbers;
mod row_seal;
mod rules;
mod runs;
mod schema;
mod search_results;
mod statements;
mod step_summary;
mod tags;
mod transaction;
mod undo;
mod works;

use std::path::{Path, PathBuf};

use row_numbers::RowNumbers;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use transaction::Transaction;

pub use backup::Existing;
pub use busy_timeout::Patience;
pub use changed_works::ChangedWorks;
pub use completion::Offer;
pub use conflict::{Choice, Conflict, ConflictPolicy};
pub use dedupe::{Cluster, Likeness, MergeOutcome};
pub(crate) use derived_tables::folded;
pub use edit::FieldEdits;
pub use editions::StoredEdition;
pub use entries::StoredEntry;
pub use error::LibraryError;
pub use export::SourceFile;
pub use field_text::fields_of_columns;
pub use filter::{Condition, Sql};
pub use history::{Step, StepState};
pub use import::ImportedFile;
pub use import::report::{Counts, FileReceipt, Receipt, Reject};
pub use integrity::{Ailment, AilmentKind};
pub use jabref_groups::{GROUP_FACET, group_tag_name};
pub use key_pattern::KeyPattern;
pub use linked_files::{LinkedFile, path_from_root};
pub use lists::{ListedWork, Standing, StoredList, StoredSection};
pub use notes::Note;
pub use provenance::{Record, RecordedSource};
pub use rules::{Effect, Met, ReadyRule, Rule, RuleEffect, RuleScope};
pub use search_results::{Detail, SearchResult};
pub use statements::Statement;
pub use step_summary::ChangedRows;
pub use tags::{
    Assignment, Axis, Facet, Match, NewAssignment, Origin, SplitPart, Tag, TagChange, TagEvent,
    TagExtent, TagName, TagSummary, TaggedOutcome, Tagging, Veto,
};
pub use works::{Order, Reference, Selection, SortBy, WorkSummary};

/// What a call to the library gives, or the [`LibraryError`] that says why not.
pub type Result<T> = std::result::Result<T, LibraryError>;

/// An open library.
pub struct Library {
    connection: Connection,
    path: PathBuf,
    migrated: Option<Migrated>,
    numbers: RowNumbers,
}

/// That a library was brought from an older version of the schema to today's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The version it had.
    pub from: i64,
    /// The version it has.
    pub to: i64,
    /// Where a copy of it lies as it was.
    pub copy: PathBuf,
}

/// A moment of a library: see [`Library::at_one_moment`].
pub struct Moment<'library> {
    _transaction: Option<rusqlite::Transaction<'library>>,
}

/// A library within a step that changes it: see [`Library::change`].
pub struct Change<'library> {
    library: &'library Library,
    changed: changed_works::Collector,
}

impl Library {
    /// Opens the library at `path`, and creates it where there is none.
    ///
    /// # Errors
    ///
    /// Where the place cannot hold a file, or holds one that is no library of this peerbib's.
    pub fn open_or_create(path: &Path, patience: Patience) -> Result<Self> {
        if let Some(directory) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            not_below_a_file(path)?;
            std::fs::create_dir_all(directory).map_err(|error| LibraryError::Place {
                path: path.to_path_buf(),
                reason: format!("{}: {error}", directory.display()),
            })?;
        }
        Self::connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            patience,
        )
    }

    /// Opens the library at `path`, which must be there.
    ///
    /// A library in a place that cannot be written to is opened for reading. `patience` says how long one
    /// waits, now and later, where another program has the library.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Missing`], and where the file is no library of this peerbib's.
    pub fn open(path: &Path, patience: Patience) -> Result<Self> {
        if !path.exists() {
            not_below_a_file(path)?;
            return Err(LibraryError::Missing(path.to_path_buf()));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)
    }

    /// An empty library that nobody else sees, and that is gone when it is no longer used. SQLite keeps it in
    /// memory as far as there is room, and else in a file of its own among the temporary ones.
    ///
    /// # Errors
    ///
    /// Where temporary files cannot be written.
    pub fn temporary() -> Result<Self> {
        let place = std::env::temp_dir();
        let prepared = Self::prepare(Connection::open(""), &place, Patience::default());
        let library = prepared.and_then(|connection| {
            let mut library = Self::on(connection, &place)?;
            library.bring_up_to_date()?;
            Ok(library)
        });
        library.map_err(|error| error.at(&place))
    }

    fn connect(path: &Path, flags: OpenFlags, patience: Patience) -> Result<Self> {
        if path.is_dir() {
            return Err(LibraryError::Place {
                path: path.to_path_buf(),
                reason: "it is a directory".into(),
            });
        }
        // One thread alone uses the connection.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Self::prepare(Connection::open_with_flags(path, flags), path, patience);
        let connection = match connection {
            // SQLite keeps a journal and shared memory beside a library that is written to. Where
            // neither can be made, the library can still be read as a file that does not change.
            Err(LibraryError::Sqlite(error)) if Self::is_out_of_reach(&error) && path.is_file() => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let uri = Self::immutable(path);
                Self::prepare(Connection::open_with_flags(uri, flags), path, patience)
            }
            connection => connection,
        };
        let connection = connection.map_err(|error| error.at(path))?;
        let mut library = Self::on(connection, path)?;
        library.bring_up_to_date().map_err(|error| error.at(path))?;
        Ok(library)
    }

    /// The library that a connection is to.
    fn on(mut connection: Connection, path: &Path) -> Result<Self> {
        Ok(Self {
            numbers: RowNumbers::listen(&mut connection)?,
            connection,
            path: path.to_path_buf(),
            migrated: None,
        })
    }

    /// Fills an empty file, and migrates an older library, of which a copy is made first; its derived rows
    /// are made anew, all in one transaction.
    fn bring_up_to_date(&mut self) -> Result<()> {
        let found = schema::version(&self.connection, &self.path)?;
        let newest = schema::newest();
        if found == newest {
            schema::keep_journal(&self.connection);
            return Ok(());
        }
        if found == 0 {
            schema::lay_out_file(&self.connection)?;
        }
        let transaction = Transaction::begin(&self.connection)?;
        // Another process may have done it while this one waited.
        let found = schema::version(&self.connection, &self.path)?;
        if found == newest {
            return Ok(());
        }
        let copy = match found {
            0 => None,
            found => Some(self.back_up_version(found)?),
        };
        schema::migrate(&self.connection, found)?;
        if copy.is_some() {
            Change::new(self).rebuild(&mut |_| {})?;
        }
        transaction.commit()?;
        drop(transaction);
        self.migrated = copy.map(|copy| Migrated {
            from: found,
            to: newest,
            copy,
        });
        Ok(())
    }

    fn prepare(
        connection: rusqlite::Result<Connection>,
        path: &Path,
        patience: Patience,
    ) -> Result<Connection> {
        let mut connection = connection?;
        patience.have(&mut connection)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // In WAL mode this still keeps the library whole after a loss of power.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // A statement is planned once, not anew for each value that it is given.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        pattern::register(&connection)?;
        schema::version(&connection, path)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    /// The address of a library that is read as a file which does not change.
    fn immutable(path: &Path) -> String {
        let name = path
            .to_string_lossy()
            .replace('%', "%25")
            .replace('?', "%3f");
        format!("file:{}?immutable=1", name.replace('#', "%23"))
    }

    fn is_out_of_reach(error: &rusqlite::Error) -> bool {
        use rusqlite::ErrorCode;
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
        )
    }

    /// That the library was brought up to today's version when it was opened, if it was.
    pub fn migrated(&self) -> Option<&Migrated> {
        self.migrated.as_ref()
    }

    /// Where the library lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the library from being changed by others until [`Library::change`] has run or the library
    /// is closed, so that what is read from here on is true when the change is made.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Busy`], where another program changes it for longer than one waits;
    /// [`LibraryError::ReadOnly`].
    pub fn hold(&self) -> Result<()> {
        if !self.is_held() {
            let begun = self.connection.execute_batch("BEGIN IMMEDIATE");
            begun.map_err(|error| LibraryError::from(error).at(&self.path))?;
        }
        Ok(())
    }

    /// Has all that is read of the library be as it is at one moment, whatever others do to it, until what this
    /// gives is dropped.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn at_one_moment(&self) -> Result<Moment<'_>> {
        // Where it is held, nobody else changes it anyway.
        let transaction = if self.is_held() {
            None
        } else {
            Some(self.connection.unchecked_transaction()?)
        };
        Ok(Moment {
            _transaction: transaction,
        })
    }

    /// Whether others are kept from changing the library: see [`Library::hold`].
    pub fn is_held(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Runs `edit` as one transaction and one step of the undo log, named by the command line that
    /// asked for it. Where `edit` fails, or changes nothing, it is as if it had never run.
    ///
    /// # Errors
    ///
    /// The error of `edit`, or what keeps the library from being written to.
    pub fn change<T>(
        &mut self,
        command: &str,
        edit: impl FnOnce(&Change<'_>) -> Result<T>,
    ) -> Result<T> {
        self.attempt(command, edit, true)
    }

    /// Runs `edit` as [`Library::change`] does, and then forgets all that it did.
    ///
    /// # Errors
    ///
    /// Those of [`Library::change`].
    pub fn rehearse<T>(&mut self, edit: impl FnOnce(&Change<'_>) -> Result<T>) -> Result<T> {
        self.attempt("rehearsal", edit, false)
    }

    fn attempt<T>(
        &mut self,
        command: &str,
        edit: impl FnOnce(&Change<'_>) -> Result<T>,
        lasting: bool,
    ) -> Result<T> {
        let run = || -> Result<T> {
            let transaction = if lasting {
                Transaction::begin(&self.connection)?
            } else {
                Transaction::begin_rehearsal(&self.connection)?
            };
            let recording = history::Recording::start(&self.connection, &self.numbers, command)?;
            let outcome = edit(&Change::new(self))?;
            recording.finish()?;
            if lasting {
                transaction.commit()?;
                // What was empty is filled now.
                schema::keep_journal(&self.connection);
            }
            Ok(outcome)
        };
        run().map_err(|error| error.at(&self.path))
    }
}

/// Refuses a place that can never be one for a file, because a directory above it is a file.
fn not_below_a_file(path: &Path) -> Result<()> {
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
