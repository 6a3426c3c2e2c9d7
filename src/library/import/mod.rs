//! Import: the entries of a file become works, and the file itself is remembered.
//!
//! ```text
//! BibFile ──classify──► Plan ──derive──► DerivedEntry ──write──► Written ──report──► FileReport
//! ```
//!
//! - *Reading* is done by [`crate::formats`], before the library is opened.
//! - [`classify`] decides what each entry is: a work of the library, which it may change, or an entry that may be
//!   new. It only reads.
//! - [`derive`] makes the derived rows of the entries that may be new, many at once, while others are written.
//! - [`write`] changes the library. An entry that turns out to be a work of the library under another key (see
//!   [`super::identity`]) joins it.
//! - [`known`] is what the library knows of the source from its last import, the base of a three-way merge
//!   ([`super::three_way`]), and [`gone`] deals with entries that are not in it any more.
//! - [`report`] says what became of every entry.

mod classify;
mod derive;
mod existing;
mod gone;
mod known;
pub(super) mod references;
pub(super) mod report;
mod write;

use std::collections::HashMap;

use rusqlite::OptionalExtension as _;

use super::conflict::{Choice, Conflict, ConflictPolicy};
use super::derived_tables::StringCache;
use super::{Change, Result};
use crate::formats::bibtex::BibFile;
use crate::model::Entry;
pub(super) use known::key_of;
use report::FileReport;

/// A bibliography to import.
#[derive(Debug, Clone, Copy)]
pub struct ImportedFile<'a> {
    /// Its path, as the report and the library name it.
    pub path: &'a str,
    /// The encoding of its text.
    pub encoding: &'a str,
    /// Its content.
    pub file: &'a BibFile,
}

impl ImportedFile<'_> {
    /// Returns whether another import under the same path is an import of the same source. Standard input is a
    /// different source each time.
    fn is_followed(&self) -> bool {
        self.path != "-"
    }
}

/// The options of an import from a source that the library follows: see [`Change::sync`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncOptions {
    /// The side whose value a field gets if both changed it: with [`ConflictPolicy::Replace`] the source; with
    /// [`ConflictPolicy::Keep`] and [`ConflictPolicy::Merge`] the library, and with the latter the conflict is reported
    /// again by the next import.
    pub on_conflict: ConflictPolicy,
    /// Whether works that are no longer in the source are removed.
    pub prune: bool,
}

/// The kind of import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Import(ConflictPolicy),
    Sync(SyncOptions),
}

/// The callbacks of an import.
struct Callbacks<'c> {
    /// Chooses the value of a field where the library and the file have different ones.
    on_conflict: &'c mut dyn FnMut(&Conflict) -> Choice,
    /// Called with the number of entries that were processed since the last call.
    on_progress: &'c mut dyn FnMut(usize),
}

/// The context of all phases of an import.
struct Context<'a> {
    change: &'a Change<'a>,
    path: &'a str,
    file: &'a BibFile,
    in_file: HashMap<&'a str, &'a Entry>,
    /// The rowid of the file, if it was imported before.
    file_id: Option<i64>,
    /// See [`ImportedFile::is_followed`].
    is_followed: bool,
    mode: Mode,
    /// Whether the library had no works.
    was_empty: bool,
}

impl Change<'_> {
    /// Imports a bibliography; `advance` is called with the number of entries that were processed since the last call.
    /// With [`ConflictPolicy::Ask`] the library's value always stays; see [`Change::import_asking`].
    ///
    /// An entry matches the work that has its key; or else the one that has its DOI, ISBN, eprint, or its
    /// title, first author, year and type. Chapters of one book, editions and volumes are different works.
    ///
    /// If the file was imported before, what changed in it since then is taken unless it was changed in the library,
    /// too: see [`Change::sync`].
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::Sqlite`]. A bad entry is not an error, but part of the report.
    pub fn import(
        &self,
        imported: ImportedFile<'_>,
        policy: ConflictPolicy,
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReport> {
        self.import_asking(imported, policy, &mut |_| Choice::Library, advance)
    }

    /// Imports a bibliography, and with [`ConflictPolicy::Ask`] calls `ask` for each field for which the
    /// library and the file have different values.
    ///
    /// # Errors
    ///
    /// Those of [`Change::import`].
    pub fn import_asking(
        &self,
        imported: ImportedFile<'_>,
        policy: ConflictPolicy,
        ask: &mut dyn FnMut(&Conflict) -> Choice,
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReport> {
        let callbacks = Callbacks {
            on_conflict: ask,
            on_progress: advance,
        };
        self.run_import(imported, Mode::Import(policy), callbacks)
    }

    /// Imports a source that the library follows, such as a file that another program exports again and again.
    ///
    /// The entries are merged three ways, field by field, on the basis of what the source said at its last import. A
    /// field that changed only in the source is taken, one that changed only in the library stays, and one that changed
    /// on both sides is a conflict, which [`SyncOptions::on_conflict`] decides and the report contains. An entry whose
    /// key changed in the source keeps its work, which gets the new key unless it has one of its own. Entries that are
    /// no longer in the source are reported, and their works removed with [`SyncOptions::prune`]. An entry whose work a
    /// person removed from the library does not come back; it does with [`Change::import`].
    ///
    /// The source is identified by [`ImportedFile::path`], which need not be the path of a file. Its entries are
    /// identified by their citation keys, or, if it has something more lasting, by `source_key` of
    /// [`FilePiece::Entry`](crate::formats::bibtex::FilePiece::Entry): Zotero's key of an item. An entry with one is
    /// the same work at each import, whatever its citation key is, and one without is recognized by its fields if its
    /// key is new. All entries of a source should have one or none.
    ///
    /// A source that could not be read completely must not be pruned: entries that [`ImportedFile::file`] has as
    /// rejected prevent it, and a caller that drops others before has to.
    ///
    /// # Errors
    ///
    /// Those of [`Change::import`].
    pub fn sync(
        &self,
        imported: ImportedFile<'_>,
        options: SyncOptions,
        ask: &mut dyn FnMut(&Conflict) -> Choice,
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReport> {
        let callbacks = Callbacks {
            on_conflict: ask,
            on_progress: advance,
        };
        self.run_import(imported, Mode::Sync(options), callbacks)
    }

    fn run_import(
        &self,
        imported: ImportedFile<'_>,
        mode: Mode,
        mut callbacks: Callbacks<'_>,
    ) -> Result<FileReport> {
        let ImportedFile { path, file, .. } = imported;
        let file_id = self
            .connection()
            .query_row(
                "SELECT id FROM source_file WHERE path = ?1",
                [path],
                |row| row.get(0),
            )
            .optional()?;
        let context = Context {
            change: self,
            path,
            file,
            in_file: file.by_key(),
            file_id,
            is_followed: imported.is_followed(),
            mode,
            was_empty: self.works().count()? == 0,
        };
        let mut strings = StringCache::default();
        let (plan, classified) = classify::classify(&context, &mut strings, &mut callbacks)?;
        let (works, written) = write::write(&context, plan, &mut strings, &mut callbacks)?;
        let remembered = write::remember_file(&context, imported, &works)?;
        let mut changed = works.changed;
        changed.extend(remembered);
        self.derive_works(changed)?;
        write::withdraw_keywords(&context, &works.withdrawn)?;
        write::assign_keywords(&context, &works.keywords)?;
        let rejected = classified.counts.rejected + written.counts.rejected;
        let mut report = report::report(path, file, [classified, written]);
        report.gone = gone::report(&context, rejected > 0)?;
        Ok(report)
    }
}
