//! The entries of works, with what their abbreviations stand for.

use std::borrow::Cow;

use super::derived_tables::StringCache;
use super::{Result, Works};
use crate::formats::bibtex::Strings;
use crate::model::Entry;

/// The entry of a work, with what its abbreviations stand for.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// The work's number in the library.
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
        let mut strings = StringCache::default();
        works
            .iter()
            .map(|id| {
                let key = self.key(*id)?;
                let mut work = self.entry(&key)?;
                work.key = key;
                Ok(StoredEntry {
                    id: *id,
                    work,
                    strings: strings.of(self.library, *id)?.clone(),
                })
            })
            .collect()
    }

    /// Returns the entry that another one names in `crossref` or `xdata`, if the library has it.
    pub fn parent<'a>(&self, key: &str) -> Option<Cow<'a, Entry>> {
        // A parent that is not there is nothing to look for keys like its own.
        self.find(key).ok().flatten()?;
        self.entry(key).ok().map(Cow::Owned)
    }
}
