//! Import: the entries of a file become works, and the file itself is remembered.
//!
//! ```text
//! BibFile ──classify──► Plan ──derive──► DerivedEntry ──write──► Written ──report──► FileReceipt
//! ```
//!
//! - *Reading* is done by [`crate::formats`], before the library is opened.
//! - [`classify`] decides what each entry is: a work of the library, which it may change, or an entry that may be
//!   new. It only reads.
//! - [`derive`] makes the derived rows of the entries that may be new, many at once and beside the writing.
//! - [`write`] changes the library. An entry that turns out to be a work of the library under another key (see
//!   [`super::identity`]) joins it.
//! - [`report`] says what became of every entry.

mod classify;
mod derive;
mod existing;
pub(super) mod report;
mod write;

use std::collections::HashMap;

use rusqlite::OptionalExtension as _;

use super::conflict::{Choice, Conflict, ConflictPolicy};
use super::derived_tables::StringCache;
use super::{Change, Result};
use crate::formats::bibtex::BibFile;
use crate::model::Entry;
use report::FileReceipt;

/// A bibliography to import.
#[derive(Debug, Clone, Copy)]
pub struct ImportedFile<'a> {
    /// Where it came from, as the receipt and the library name it.
    pub path: &'a str,
    /// How its text was encoded.
    pub encoding: &'a str,
    /// What is in it.
    pub file: &'a BibFile,
}

/// The callbacks of an import.
struct Callbacks<'c> {
    /// Chooses the value of a field where the library and the file have different ones.
    on_conflict: &'c mut dyn FnMut(&Conflict) -> Choice,
    /// Is called with the number of entries that were dealt with since the last call.
    on_progress: &'c mut dyn FnMut(usize),
}

/// What every phase knows of the import.
struct Context<'a> {
    change: &'a Change<'a>,
    path: &'a str,
    file: &'a BibFile,
    in_file: HashMap<&'a str, &'a Entry>,
    /// The rowid of the file, if it was imported before.
    file_id: Option<i64>,
    policy: ConflictPolicy,
    /// Whether the library had no works.
    was_empty: bool,
}

impl Change<'_> {
    /// Imports a bibliography; `advance` is called with the number of entries that were dealt with
    /// since the last call. With [`ConflictPolicy::Ask`] the library's value always stays; see
    /// [`Change::import_asking`].
    ///
    /// An entry matches the work that has its key; or else the one that has its DOI, ISBN, eprint, or
    /// its title, first author, year and type. Two chapters of a book are never one work, nor are two
    /// editions or volumes.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::Sqlite`]. A bad entry is no error: the receipt reports it.
    pub fn import(
        &self,
        imported: ImportedFile<'_>,
        policy: ConflictPolicy,
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReceipt> {
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
    ) -> Result<FileReceipt> {
        let ImportedFile { path, file, .. } = imported;
        let context = Context {
            change: self,
            path,
            file,
            in_file: file.by_key(),
            file_id: self
                .connection()
                .query_row(
                    "SELECT id FROM source_file WHERE path = ?1",
                    [path],
                    |row| row.get(0),
                )
                .optional()?,
            policy,
            was_empty: self.works().count()? == 0,
        };
        let mut callbacks = Callbacks {
            on_conflict: ask,
            on_progress: advance,
        };
        let mut strings = StringCache::default();
        let (plan, classified) = classify::classify(&context, &mut strings, &mut callbacks)?;
        let (works, written) = write::write(&context, plan, &mut strings, &mut callbacks)?;
        let remembered = write::remember_file(&context, imported, &works)?;
        let mut changed = works.changed;
        changed.extend(remembered);
        self.derive_works(changed)?;
        write::assign_keywords(&context, &works.keywords)?;
        Ok(report::receipt(path, file, [classified, written]))
    }
}
