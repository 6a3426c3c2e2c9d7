//! The entries of works, with their abbreviations.

use std::borrow::Cow;

use rayon::prelude::*;

use super::derived_tables::{Parents, StringCache, read_entry};
use super::works::CHUNK;
use super::{Result, Works};
use crate::formats::bibtex::Strings;
use crate::model::Entry;

/// The entry of a work, with its abbreviations.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// The rowid of the work.
    pub id: i64,
    /// The entry, under the key that the library knows it by.
    pub work: Entry,
    /// The `@string`s of the file that it came from.
    pub strings: Strings,
}

impl Works<'_> {
    /// Returns the entries of these works, in order.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`] where an entry in the store is damaged.
    pub fn entries(&self, works: &[i64]) -> Result<Vec<StoredEntry>> {
        self.entries_with(works, &mut StringCache::default())
    }

    /// Reads the entries of these works in parts, in order, so that a large library needs little memory.
    pub fn entry_chunks(self, works: &[i64]) -> impl Iterator<Item = Result<Vec<StoredEntry>>> {
        self.prepare_to_list(works);
        let mut strings = StringCache::default();
        works
            .chunks(CHUNK)
            .map(move |works| self.entries_with(works, &mut strings))
    }

    fn entries_with(&self, works: &[i64], strings: &mut StringCache) -> Result<Vec<StoredEntry>> {
        // Without a transaction, SQLite would lock the file for each row.
        let _snapshot = self.library.read_snapshot()?;
        let mut statement = self
            .library
            .connection
            .prepare_cached("SELECT key, source FROM work WHERE id = ?1")?;
        let mut sources = Vec::with_capacity(works.len());
        for id in works {
            let (key, source): (String, String) =
                statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            sources.push((*id, key, source, strings.of(self.library, *id)?.clone()));
        }
        let entries = sources.into_par_iter().map(|(id, key, source, strings)| {
            let mut work = read_entry(&key, &source)?;
            work.key = key;
            Ok(StoredEntry { id, work, strings })
        });
        entries.collect()
    }

    /// Returns the works that these entries inherit from, directly or not.
    ///
    /// # Errors
    ///
    /// If the library cannot be read.
    pub fn parents_of(&self, entries: &[StoredEntry]) -> Result<Parents> {
        let _snapshot = self.library.read_snapshot()?;
        let mut parents = Parents::default();
        for StoredEntry { work, strings, .. } in entries {
            parents.load(self.library, work, strings, &|_| false)?;
        }
        Ok(parents)
    }

    /// Returns the entry that another one names in `crossref` or `xdata`, if the library has it.
    pub fn parent<'a>(&self, key: &str) -> Option<Cow<'a, Entry>> {
        // For a missing parent, no similar keys are needed.
        self.find(key).ok().flatten()?;
        self.entry(key).ok().map(Cow::Owned)
    }
}
