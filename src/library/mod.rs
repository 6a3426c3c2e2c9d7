//! The library: one SQLite file that keeps the works, their tags and the history of both.
//!
//! `schema.sql` is the map of this module. What came in is the *truth*: the verbatim text of every
//! entry, where it stood in its file, and the tags. The table `reference` and the full-text index are
//! *derived* from it and can be made anew at any time ([`Library::rebuild`]).
//!
//! A [`Library`] is read directly; it is changed through [`Library::change`] alone, which makes every
//! command one transaction and one step of the undo log.

mod conflict;
mod dedupe;
mod derive;
mod edit;
mod editions;
mod entries;
mod error;
mod export;
pub mod full_text;
mod groups;
mod history;
mod import;
mod keys;
mod listing;
mod lists;
mod matching;
mod reading;
mod receipt;
mod record;
mod row_name;
mod row_seal;
mod schema;
mod step_detail;
mod tags;
mod transaction;
mod turn;
mod values;
mod works;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use transaction::Transaction;

pub use conflict::{Choice, Conflict, ConflictPolicy};
pub use dedupe::{Cluster, Likeness, MergeOutcome};
pub(crate) use derive::folded;
pub use edit::FieldEdits;
pub use editions::StoredEdition;
pub use entries::StoredEntry;
pub use error::LibraryError;
pub use export::SourceFile;
pub use groups::{GROUP_FACET, group_tag_name};
pub use history::{Step, StepState};
pub use import::ImportedFile;
pub use keys::KeyPattern;
pub use lists::{ListedWork, Standing, StoredList, StoredSection};
pub use listing::Heading;
pub use receipt::{Counts, FileReceipt, Receipt, Reject};
pub use step_detail::ChangedRows;
pub use tags::{
    Assignment, NewAssignment, Origin, Tag, TagEvent, TagName, TagSummary, TaggedOutcome, Tagging,
};
pub use record::{Record, RecordedFile, RecordedSource};
pub use values::Values;
pub use works::{Condition, Order, Reference, Selection, SortBy};

/// What a call to the library gives, or the [`LibraryError`] that says why not.
pub type Result<T> = std::result::Result<T, LibraryError>;

/// An open library.
pub struct Library {
    connection: Connection,
    path: PathBuf,
}

/// A library within a step that changes it: see [`Library::change`].
pub struct Change<'library> {
    library: &'library Library,
}

impl Library {
    /// Opens the library at `path`, and creates it where there is none.
    ///
    /// # Errors
    ///
    /// Where the place cannot hold a file, or holds one that is no library of this peerbib's.
    pub fn open_or_create(path: &Path) -> Result<Self> {
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
        )
    }

    /// Opens the library at `path`, which must be there.
    ///
    /// A library in a place that cannot be written to is opened for reading.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Missing`], and where the file is no library of this peerbib's.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            not_below_a_file(path)?;
            return Err(LibraryError::Missing(path.to_path_buf()));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self> {
        if path.is_dir() {
            return Err(LibraryError::Place {
                path: path.to_path_buf(),
                reason: "it is a directory".into(),
            });
        }
        // One thread alone uses the connection.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Self::prepare(Connection::open_with_flags(path, flags), path);
        let connection = match connection {
            // SQLite keeps a journal and shared memory beside a library that is written to. Where
            // neither can be made, the library can still be read as a file that does not change.
            Err(LibraryError::Sqlite(error)) if Self::is_out_of_reach(&error) && path.is_file() => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let name = path
                    .to_string_lossy()
                    .replace('%', "%25")
                    .replace('?', "%3f");
                let uri = format!("file:{}?immutable=1", name.replace('#', "%23"));
                Self::prepare(Connection::open_with_flags(uri, flags), path)
            }
            connection => connection,
        };
        let connection = connection.map_err(|error| error.at(path))?;
        let library = Self {
            connection,
            path: path.to_path_buf(),
        };
        library.bring_up_to_date().map_err(|error| error.at(path))?;
        Ok(library)
    }

    /// Fills an empty file, and migrates an older library; its derived rows are made anew, all in one
    /// transaction.
    fn bring_up_to_date(&self) -> Result<()> {
        let found = schema::version(&self.connection, &self.path)?;
        if found == schema::newest() {
            return Ok(());
        }
        if found == 0 {
            schema::lay_out_file(&self.connection)?;
        }
        let transaction = Transaction::begin(&self.connection)?;
        // Another process may have done it while this one waited.
        let found = schema::version(&self.connection, &self.path)?;
        schema::migrate(&self.connection, found)?;
        if (1..schema::newest()).contains(&found) {
            Change { library: self }.rebuild()?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn prepare(connection: rusqlite::Result<Connection>, path: &Path) -> Result<Connection> {
        let connection = connection?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // In WAL mode this still keeps the library whole after a loss of power.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // 64 MiB, so that a large import does not write its pages more than once.
        connection.pragma_update(None, "cache_size", -65_536)?;
        schema::version(&connection, path)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    fn is_out_of_reach(error: &rusqlite::Error) -> bool {
        use rusqlite::ErrorCode;
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
        )
    }

    /// Where the library lies.
    pub fn path(&self) -> &Path {
        &self.path
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
            let transaction = Transaction::begin(&self.connection)?;
            let recording = history::Recording::start(&self.connection, command)?;
            let outcome = edit(&Change { library: self })?;
            recording.finish()?;
            if lasting {
                transaction.commit()?;
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

impl Change<'_> {
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
