//! The state of a source at its last import: the works of its entries, and the texts of the entries.

use std::collections::{HashMap, HashSet};

use rusqlite::OptionalExtension as _;

use super::Context;
use crate::formats::bibtex::{self, FilePiece, Strings};
use crate::library::Result;
use crate::library::derived_tables::principal_names;
use crate::library::identity::Identity;
use crate::model::Entry;

/// The entries of a source at its last import.
#[derive(Default)]
pub(super) struct KnownEntries {
    /// Works by the identifiers of their entries in the source.
    works: HashMap<String, i64>,
    /// The identifiers of the entries that the source has now.
    present: HashSet<String>,
    /// The identifiers of entries whose works a person removed.
    removed: HashSet<String>,
    /// The entries that are not in the source any more, if they may have got another key.
    gone: GoneEntries,
}

/// The state of the entry of a work at the last import.
pub(super) struct KnownEntry {
    /// The text of the entry in the source at the last import.
    pub(super) base: String,
    /// The entry as the library exports it with the source, if that differs from the entry of the work.
    pub(super) variant: Option<String>,
}

/// Returns what identifies an entry in its source: its key, unless the source has something better.
pub(super) fn source_key<'a>(entry: &'a Entry, source_key: Option<&'a str>) -> &'a str {
    source_key.unwrap_or(&entry.key)
}

/// Returns the citation key in the text of an entry.
pub(in crate::library) fn key_of(source: &str) -> Option<String> {
    // Most keys can be compared without reading the whole entry.
    bibtex::visible_key(source).or_else(|| bibtex::parse_entry(source).ok().map(|entry| entry.key))
}

impl KnownEntries {
    /// Reads the entries of a source at its last import, and compares their keys with the present ones.
    pub(super) fn load(context: &Context<'_>) -> Result<Self> {
        let Some(file) = context.file_id.filter(|_| context.is_followed) else {
            return Ok(Self::default());
        };
        let mut present = HashSet::new();
        for piece in &context.file.pieces {
            match piece {
                FilePiece::Entry {
                    work,
                    source_key: own,
                    ..
                } => {
                    present.insert(source_key(work, own.as_deref()).to_owned());
                }
                FilePiece::RejectedEntry { key: Some(key), .. } => {
                    present.insert(key.to_string());
                }
                _ => {}
            }
        }
        let mut statement = context.change.connection().prepare(
            "SELECT work_id, source_key, coalesce(base, variant, source)
             FROM occurrence JOIN work ON work.id = work_id
             WHERE source_file_id = ?1 ORDER BY occurrence.id",
        )?;
        let mut rows = statement.query([file])?;
        let mut known = Self::default();
        while let Some(row) = rows.next()? {
            let work: i64 = row.get(0)?;
            if let Some(key) = row.get::<_, Option<String>>(1)? {
                known.works.entry(key).or_insert(work);
                continue;
            }
            let base: String = row.get(2)?;
            let Some(key) = key_of(&base) else {
                continue;
            };
            if !present.contains(key.as_str())
                && let Ok(entry) = bibtex::parse_entry(&base)
            {
                known.gone.add(work, entry);
            }
            known.works.entry(key).or_insert(work);
        }
        known.present = present;
        known.removed = context
            .change
            .connection()
            .prepare("SELECT source_key FROM removed_entry WHERE source_file_id = ?1")?
            .query_map([file], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(known)
    }

    /// Returns whether the work of the entry that is identified by `key` in the source was removed from the library.
    pub(super) fn is_removed(&self, key: &str) -> bool {
        self.removed.contains(key)
    }

    /// Returns whether the stored state of the entry of a work belongs to this entry, and not to another entry of the
    /// source for the same work.
    pub(super) fn is_about(&self, known: &KnownEntry, entry: &Entry) -> bool {
        key_of(&known.base).is_none_or(|key| key == entry.key || !self.present.contains(&key))
    }

    /// Returns the work of the entry that is identified by `key` in the source.
    pub(super) fn work(&self, key: &str) -> Option<i64> {
        self.works.get(key).copied()
    }

    /// Returns the work of the entry of the last import that has become this one with another key, and the old key.
    /// Each is returned once.
    pub(super) fn take_renamed(
        &mut self,
        entry: &Entry,
        strings: &Strings,
    ) -> Option<(i64, String)> {
        self.gone.take_like(entry, strings)
    }
}

/// Returns the state of the entry of a work in the source that is imported.
pub(super) fn known_entry(context: &Context<'_>, work: i64) -> Result<Option<KnownEntry>> {
    let Some(file) = context.file_id.filter(|_| context.is_followed) else {
        return Ok(None);
    };
    Ok(context
        .change
        .connection()
        .prepare_cached(
            "SELECT coalesce(base, variant, source), variant
             FROM occurrence JOIN work ON work.id = work_id
             WHERE work_id = ?1 AND source_file_id = ?2 ORDER BY occurrence.id LIMIT 1",
        )?
        .query_row([work, file], |row| {
            Ok(KnownEntry {
                base: row.get(0)?,
                variant: row.get(1)?,
            })
        })
        .optional()?)
}

/// The entries of the last import whose keys the source no longer has.
///
/// An entry with a new key is one of these under another key if both are recognizably one work, or if they say the
/// same in half of their fields and have almost the same title. (Better BibTeX makes the key of the title, so that a
/// correction changes both.)
#[derive(Default)]
struct GoneEntries {
    /// Works with their entries; `None` once it was used.
    entries: Vec<Option<(i64, Entry)>>,
    /// The entries that have a field with some value.
    by_value: HashMap<(String, String), Vec<usize>>,
}

impl GoneEntries {
    /// A value that more entries share, such as the name of a publisher, is no evidence.
    const MOST_ALIKE: usize = 20;

    /// The number of most similar entries that are compared in full.
    const MOST_CANDIDATES: usize = 5;

    fn add(&mut self, work: i64, entry: Entry) {
        for value in values(&entry) {
            let alike = self.by_value.entry(value).or_default();
            // One more than the limit, to detect that there are too many.
            if alike.len() <= Self::MOST_ALIKE {
                alike.push(self.entries.len());
            }
        }
        self.entries.push(Some((work, entry)));
    }

    fn take_like(&mut self, entry: &Entry, strings: &Strings) -> Option<(i64, String)> {
        if self.entries.is_empty() {
            return None;
        }
        let mut votes: HashMap<usize, usize> = HashMap::new();
        for value in values(entry) {
            let alike = self.by_value.get(&value);
            for index in alike
                .filter(|alike| alike.len() <= Self::MOST_ALIKE)
                .into_iter()
                .flatten()
            {
                *votes.entry(*index).or_default() += 1;
            }
        }
        let mut candidates: Vec<(usize, usize)> = votes.into_iter().collect();
        candidates.sort_by_key(|(index, votes)| (std::cmp::Reverse(*votes), *index));
        let identity = identity(entry, strings);
        let mut candidates = candidates.into_iter().take(Self::MOST_CANDIDATES);
        let found = candidates.find_map(|(index, votes)| {
            let (_, old) = self.entries.get(index)?.as_ref()?;
            let before = self::identity(old, strings);
            let fields = old.fields().len().max(entry.fields().len());
            let is_renamed = votes == fields
                || identity.same_work(&before).is_some()
                || (2 * votes >= fields
                    && !identity.title.is_empty()
                    && !before.title.is_empty()
                    && identity.title_fits(&before)
                    && !identity.is_another_work_than(&before));
            is_renamed.then_some(index)
        })?;
        let (work, old) = self.entries.get_mut(found)?.take()?;
        Some((work, old.key))
    }
}

/// Returns the names and values of an entry's fields in a form that can be compared.
fn values(entry: &Entry) -> impl Iterator<Item = (String, String)> + '_ {
    entry.fields().map(|field| {
        let value = field.value.trim_matches(['{', '}', '"', ' ']);
        let value: Vec<&str> = value.split_whitespace().collect();
        (field.name.to_lowercase(), value.join(" "))
    })
}

fn identity(entry: &Entry, strings: &Strings) -> Identity {
    let item = bibtex::derive(entry, strings, &|_| None).item;
    Identity::of(entry, &item, principal_names(&item))
}
