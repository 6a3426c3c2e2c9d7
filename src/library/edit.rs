//! Editing: the entry of a work is the truth, so an edit is another text of it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rusqlite::params;

use super::{Change, Library, LibraryError, Result};
use crate::formats::bibtex::{self, Strings};
use crate::work::Work;

/// The entry of a work, with what its abbreviations stand for.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// The work's number in the library.
    pub id: i64,
    /// The entry, under the key that the library knows it by.
    pub work: Work,
    /// The `@string`s of the file that it came from.
    pub strings: Strings,
}

impl Library {
    /// The entries of these works, in this order.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`] where an entry in the store is damaged.
    pub fn entries(&self, works: &[i64]) -> Result<Vec<StoredEntry>> {
        let mut strings = HashMap::new();
        works
            .iter()
            .map(|id| {
                let key = self.key_of(*id)?;
                let mut work = self.work(&key)?;
                work.key = key;
                Ok(StoredEntry {
                    id: *id,
                    work,
                    strings: self.strings_of(*id, &mut strings)?,
                })
            })
            .collect()
    }

    /// The work that another one names in `crossref` or `xdata`, if the library has it.
    pub fn parent<'a>(&self, key: &str) -> Option<Cow<'a, Work>> {
        self.work(key).ok().map(Cow::Owned)
    }
}

impl Change<'_> {
    /// Puts `source` in the place of a work's entry, and makes anew what is derived from it, in the
    /// works that inherit from it, too. The key under which the library knows the work stays.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableWork`] where `source` is no sound entry; then nothing is changed.
    pub fn set_source(&self, work: i64, source: &str) -> Result<()> {
        if let Err(error) = bibtex::parse_entry(source) {
            return Err(LibraryError::UnreadableWork {
                key: self.key_of(work)?,
                reason: error.to_string(),
            });
        }
        let changed = self
            .connection()
            .prepare_cached("UPDATE work SET source = ?2 WHERE id = ?1 AND source <> ?2")?
            .execute(params![work, source])?;
        if changed > 0 {
            self.derive_works(BTreeSet::from([work]))?;
        }
        Ok(())
    }
}
