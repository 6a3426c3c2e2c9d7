//! Errors of a library.

use std::path::{Path, PathBuf};

/// An error of a library. It names the file or the thing at fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// There is no library at this path.
    #[error("there is no library at {}", .0.display())]
    Missing(PathBuf),
    /// The path is a directory, or below something that is not a directory.
    #[error("{} cannot hold a library: {reason}", .path.display())]
    Place {
        /// The place.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The file is not an SQLite database, or not peerbib's.
    #[error("{} is not a peerbib library: {reason}", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// A description of what it is instead.
        reason: String,
    },
    /// The file is a database, but damaged.
    #[error("the library {} is damaged: {reason}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The message of SQLite.
        reason: String,
    },
    /// The latest changes to the library are in a journal next to it, and SQLite cannot create the files that it
    /// needs to read them.
    #[error(
        "the library {} cannot be read: its latest changes are in {}, and no file can be created beside it",
        .path.display(),
        .journal.display()
    )]
    Stale {
        /// The library.
        path: PathBuf,
        /// The write-ahead log or rollback journal.
        journal: PathBuf,
    },
    /// The library cannot be read together with the journal next to it, which may belong to another database.
    #[error("the library {} cannot be read together with {}: {reason}", .path.display(), .journal.display())]
    ForeignJournal {
        /// The library.
        path: PathBuf,
        /// The write-ahead log or rollback journal.
        journal: PathBuf,
        /// The fault that the library has together with it.
        reason: String,
    },
    /// The library was written by a later peerbib.
    #[error(
        "the library {} has schema version {found}, and this peerbib knows versions up to {known}",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The library, or its directory, cannot be written to.
    #[error("the library {} cannot be written to", .0.display())]
    ReadOnly(PathBuf),
    /// Another program has locked the library.
    #[error("the library {} is in use by another program", .0.display())]
    Busy(PathBuf),
    /// There is no disk space left.
    #[error("the library {} cannot be written to: the disk is full", .0.display())]
    DiskFull(PathBuf),
    /// The system refused to write, or to read.
    #[error("the library {} cannot be used: {reason}", .path.display())]
    System {
        /// The library.
        path: PathBuf,
        /// The message of SQLite.
        reason: String,
    },
    /// The path of a linked file is not UTF-8, which all text in a library is.
    #[error("the path {} is not UTF-8", .0.display())]
    PathEncoding(PathBuf),
    /// A file exists at the path of a copy.
    #[error("the file {} already exists", .0.display())]
    BackupExists(PathBuf),
    /// A copy of the library cannot be at this path.
    #[error("{} cannot be a copy of the library: {reason}", .path.display())]
    BackupPlace {
        /// The place.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// No work has this key.
    #[error("no work has the key \u{201c}{key}\u{201d}")]
    UnknownKey {
        /// The key asked for.
        key: String,
        /// Similar keys.
        suggestions: Vec<String>,
    },
    /// No tag has this name.
    #[error("there is no tag \u{201c}{tag}\u{201d}")]
    UnknownTag {
        /// The tag asked for.
        tag: String,
        /// Similar tags.
        suggestions: Vec<String>,
    },
    /// The text is not a tag.
    #[error("\u{201c}{tag}\u{201d} is not a tag: {reason}")]
    MalformedTag {
        /// The text that was given.
        tag: String,
        /// The problem.
        reason: &'static str,
    },
    /// The name of a tag belongs to tags of several facets.
    #[error("\u{201c}{tag}\u{201d} may mean {}", .candidates.join(" or "))]
    AmbiguousTag {
        /// The given text.
        tag: String,
        /// The tags with this name, with their facets.
        candidates: Vec<String>,
    },
    /// A tag would become its own ancestor.
    #[error("{tag} cannot be under {parent}, which is itself or already under it")]
    TagCycle {
        /// The tag.
        tag: String,
        /// The parent that was asked for.
        parent: String,
    },
    /// A hierarchy of tags would become too deep.
    #[error("{tag} cannot be under {parent}: more than {deepest} tags would be under each other")]
    TagTooDeep {
        /// The tag.
        tag: String,
        /// The parent that was asked for.
        parent: String,
        /// The greatest number of levels.
        deepest: u8,
    },
    /// The name or alias belongs to another tag.
    #[error("the name {tag} belongs to {holder}")]
    TakenTag {
        /// The name asked for.
        tag: String,
        /// The tag that has it.
        holder: String,
    },
    /// A date in the vocabulary is none.
    #[error("{of}: \u{201c}{date}\u{201d} is not a date")]
    MalformedDate {
        /// The thing that the date belongs to.
        of: String,
        /// The given text.
        date: String,
    },
    /// No rule has this name.
    #[error("there is no rule \u{201c}{rule}\u{201d}")]
    UnknownRule {
        /// The rule asked for.
        rule: String,
        /// Rules with similar names.
        suggestions: Vec<String>,
    },
    /// No step can be undone or redone.
    #[error("there is nothing to {0}")]
    NoStep(&'static str),
    /// There is no step of this number.
    #[error("there is no step {0}")]
    UnknownStep(i64),
    /// The step is not in the state in which it can be undone or redone.
    #[error("step {step} cannot be {action}: it is {}", .state.described())]
    StepState {
        /// The step's number.
        step: i64,
        /// The attempted action: undone or redone.
        action: &'static str,
        /// The state that it is in.
        state: super::StepState,
    },
    /// The rows that the step changed have changed since.
    #[error(
        "step {step} cannot be {action}: {what} was changed since, by {}",
        .by.as_ref().map_or_else(
            || "another program".to_owned(),
            |(step, command)| format!("step {step} (\u{201c}{command}\u{201d})")
        )
    )]
    StepConflict {
        /// The step's number.
        step: i64,
        /// The attempted action: undone or redone.
        action: &'static str,
        /// The row that changed: a work, a tag of a work, a note.
        what: String,
        /// The later step that changed it, with its command line; none if another program did.
        by: Option<(i64, String)>,
    },
    /// An earlier step that changed the same row is undone and has to be redone first.
    #[error(
        "step {step} cannot be redone: {what} was changed before by step {earlier} \
         (\u{201c}{command}\u{201d}), which is undone"
    )]
    EarlierStepUndone {
        /// The number of the step to redo.
        step: i64,
        /// The row that both steps changed: a work, a tag of a work, a note.
        what: String,
        /// The number of the earlier step.
        earlier: i64,
        /// The command line of the earlier step.
        command: String,
    },
    /// Another program changed what the user was editing.
    #[error("{0} was changed by another program while you were editing it")]
    ChangedMeanwhile(String),
    /// The verbatim text of a work in the store cannot be read.
    #[error("the entry of \u{201c}{key}\u{201d} in the library cannot be read: {reason}")]
    UnreadableWork {
        /// The work's key.
        key: String,
        /// The problem.
        reason: String,
    },
    /// The text is not an entry.
    #[error("the entry {0}")]
    UnreadableEntry(String),
    /// The braces in the new value of a field do not match.
    #[error(
        "the braces in the value for {field} do not match: \u{201c}{value}\u{201d} has {} {{ and {} }}",
        .value.matches('{').count(),
        .value.matches('}').count()
    )]
    UnmatchedBraces {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
    /// The key, or alias, belongs to another work.
    #[error("the key \u{201c}{key}\u{201d} belongs to another work, {holder}")]
    TakenKey {
        /// The key asked for.
        key: String,
        /// The key of the work that has it.
        holder: String,
    },
    /// The text cannot be a citation key.
    #[error("\u{201c}{0}\u{201d} cannot be a citation key")]
    MalformedKey(String),
    /// No reading list has this name.
    #[error("there is no reading list \u{201c}{name}\u{201d}")]
    UnknownList {
        /// The name asked for.
        name: String,
        /// Similar names.
        suggestions: Vec<String>,
        /// The lists there are.
        known: Vec<String>,
    },
    /// Another reading list has this name.
    #[error("the reading list \u{201c}{0}\u{201d} already exists")]
    TakenListName(String),
    /// The text cannot be the name of a reading list.
    #[error("\u{201c}{0}\u{201d} cannot be the name of a reading list")]
    MalformedListName(String),
    /// The reading list has no snapshot of this name.
    #[error("the list has no snapshot \u{201c}{name}\u{201d}")]
    UnknownSnapshot {
        /// The name asked for.
        name: String,
        /// Names that are spelt much the same.
        suggestions: Vec<String>,
        /// The snapshots there are.
        known: Vec<String>,
    },
    /// A snapshot in the store cannot be read.
    #[error("the snapshot \u{201c}{name}\u{201d} in the library cannot be read: {reason}")]
    UnreadableSnapshot {
        /// Its name.
        name: String,
        /// The problem.
        reason: String,
    },
    /// The reading list has a snapshot of this name.
    #[error("the list already has a snapshot \u{201c}{0}\u{201d}")]
    TakenSnapshotName(String),
    /// Another error of SQLite.
    #[error("the library cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl LibraryError {
    /// Adds the journal next to the library at `path` to an error that it can have caused.
    pub(super) fn beside_journal(self, path: &Path) -> Self {
        match (self, super::journal_of(path)) {
            (Self::Foreign { path, reason } | Self::Damaged { path, reason }, Some(journal)) => {
                Self::ForeignJournal {
                    path,
                    journal,
                    reason,
                }
            }
            (error, _) => error,
        }
    }

    /// Returns the error with SQLite's errors translated for the user of the library at `path`.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        use rusqlite::ErrorCode;
        let Self::Sqlite(source) = self else {
            return self;
        };
        let path = path.to_path_buf();
        let reason = source.to_string();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign {
                path,
                reason: "it is not an SQLite database".into(),
            },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, reason },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            Some(ErrorCode::DiskFull) => Self::DiskFull(path),
            Some(ErrorCode::SystemIoFailure) => Self::System { path, reason },
            Some(ErrorCode::CannotOpen) => Self::Place { path, reason },
            _ => Self::Sqlite(source),
        }
    }
}
