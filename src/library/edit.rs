//! Edits of single works: their fields and keys, adding and removing them.

use std::collections::BTreeSet;

use rusqlite::params;

use super::conflict::with_key;
use super::derived_tables::read_entry;
use super::history::now;
use super::import::key_of;
use super::unique_keys::NewKeys;
use super::{LibraryError, Result, WorksMut};
use crate::formats::bibtex;
use crate::formats::key_pattern::KeyPattern;
use crate::model::Entry;

/// An edit of the fields of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldEdits {
    /// The fields to set, with their values: TeX, without delimiters.
    pub set: Vec<(String, String)>,
    /// The fields to remove.
    pub unset: Vec<String>,
}

impl FieldEdits {
    /// Returns the text of an entry after the edits, in its own layout.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnmatchedBraces`]; [`LibraryError::UnreadableEntry`] where either text is no sound
    /// entry.
    pub fn applied_to(&self, source: &str) -> Result<String> {
        let unreadable =
            |error: bibtex::EntryError| LibraryError::UnreadableEntry(error.to_string());
        let mut text = source.to_owned();
        for (name, value) in &self.set {
            // It would tear the entry apart.
            if !bibtex::has_matching_braces(value) {
                return Err(LibraryError::UnmatchedBraces {
                    field: name.clone(),
                    value: value.clone(),
                });
            }
            text = bibtex::set_field(&text, name, value).map_err(unreadable)?;
        }
        for name in &self.unset {
            text = bibtex::remove_field(&text, name).map_err(unreadable)?;
        }
        // Other slips might, too.
        let edited = bibtex::parse_entry(&text).map_err(unreadable)?;
        let before = bibtex::parse_entry(source).map_err(unreadable)?;
        let is = |name: &str, value: &str| {
            edited.field(name).is_some_and(|written| {
                written.trim_matches(['{', '}', '"']) == value.trim_matches(['{', '}', '"'])
            })
        };
        let sound =
            edited.key == before.key && self.set.iter().all(|(name, value)| is(name, value));
        if sound {
            Ok(text)
        } else {
            Err(LibraryError::UnreadableEntry(
                "would not hold the fields as they are given".into(),
            ))
        }
    }
}

impl WorksMut<'_> {
    /// Edits fields of a work, and of its entry in every file that has a different text of it. Returns whether anything
    /// changed.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableEntry`] where the edit would make the entry unreadable.
    pub fn edit_fields(&self, work: i64, edits: &FieldEdits) -> Result<bool> {
        let before = self.source_of(work)?;
        let after = edits.applied_to(&before)?;
        if before == after {
            return Ok(false);
        }
        self.write_source(work, &after)?;
        self.edit_variants(work, |variant| edits.applied_to(variant).ok())?;
        self.change.derive_works(BTreeSet::from([work]))?;
        Ok(true)
    }

    /// Replaces the entry of a work. If the new entry has another key, the work is renamed. Returns whether anything
    /// changed.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableEntry`]; [`LibraryError::TakenKey`].
    pub fn edit_entry(&self, work: i64, entry: &str) -> Result<bool> {
        let edited = readable(entry)?;
        let before = self.source_of(work)?;
        if edited.source() == before {
            return Ok(false);
        }
        let old_key = read_entry(&edited.key, &before)?.key;
        self.write_source(work, edited.source())?;
        if edited.key != old_key {
            self.rename(work, &edited.key)?;
        }
        self.change.derive_works(BTreeSet::from([work]))?;
        Ok(true)
    }

    /// Changes the key of a work, in its entry and in entries that inherit from it. The old key stays as an alias. A
    /// file that knows the work by its own key keeps that key.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TakenKey`]; [`LibraryError::MalformedKey`].
    pub fn rename(&self, work: i64, key: &str) -> Result<()> {
        self.check_key(key, Some(work))?;
        let connection = self.change.connection();
        let old = self.key(work)?;
        let source = self.source_of(work)?;
        let old_in_entry = read_entry(&old, &source)?.key;
        let mut changed = self.inherit_from(&old, key)?;
        self.write_source(work, &with_key(&source, key)?)?;
        if old != key {
            connection.execute(
                "DELETE FROM key_alias WHERE work_id = ?1 AND alias = ?2",
                params![work, key],
            )?;
            connection.execute("UPDATE work SET key = ?2 WHERE id = ?1", params![work, key])?;
            self.add_alias(work, &old)?;
        }
        self.edit_variants(work, |variant| {
            let own = bibtex::parse_entry(variant).ok()?.key;
            (own == old_in_entry).then(|| bibtex::set_key(variant, key).ok())?
        })?;
        changed.insert(work);
        self.change.derive_works(changed)
    }

    /// Adds an alias of a work, which no other work may have.
    pub(super) fn add_alias(&self, work: i64, alias: &str) -> Result<()> {
        self.change.connection().execute(
            "INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)",
            params![work, alias],
        )?;
        Ok(())
    }

    /// Makes the works that inherit from `old` inherit from `new`, which is the same work.
    fn inherit_from(&self, old: &str, new: &str) -> Result<BTreeSet<i64>> {
        let heirs = self
            .change
            .connection()
            .prepare_cached("SELECT DISTINCT work_id FROM inheritance WHERE parent_key = ?1")?
            .query_map([old], |row| row.get(0))?
            .collect::<rusqlite::Result<BTreeSet<i64>>>()?;
        let renamed = |source: &str| -> Option<String> {
            let work = bibtex::parse_entry(source).ok()?;
            let mut text = source.to_owned();
            for name in ["crossref", "xdata"] {
                let Some(value) = work.field(name) else {
                    continue;
                };
                let keys: Vec<&str> = value
                    .trim_matches(['{', '}', '"', ' '])
                    .split(',')
                    .map(|key| if key.trim() == old { new } else { key })
                    .collect();
                text = bibtex::set_field(&text, name, &keys.join(",")).ok()?;
            }
            Some(text)
        };
        for heir in &heirs {
            let source = self.source_of(*heir)?;
            if let Some(text) = renamed(&source).filter(|text| *text != source) {
                self.write_source(*heir, &text)?;
            }
            self.edit_variants(*heir, renamed)?;
        }
        Ok(heirs)
    }

    /// Removes works. The text before their entries in a file (comments, `@string`s) stays. A library that follows the
    /// file does not add them again.
    pub fn remove(&self, works: &BTreeSet<i64>) -> Result<()> {
        for work in works {
            self.remember_removal("work_id", *work)?;
        }
        self.delete(works)
    }

    /// Stores what identifies entries in their files: those with this value in a column of the table `occurrence`.
    pub(super) fn remember_removal(&self, column: &str, value: i64) -> Result<()> {
        let connection = self.change.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT source_file_id, source_key, coalesce(base, variant, source)
             FROM occurrence JOIN work ON work.id = work_id
             WHERE occurrence.{column} = ?1 AND gone_at IS NULL",
        ))?;
        let mut rows = statement.query([value])?;
        while let Some(row) = rows.next()? {
            let file: i64 = row.get(0)?;
            let key = match row.get(1)? {
                Some(key) => Some(key),
                None => key_of(&row.get::<_, String>(2)?),
            };
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO removed_entry (source_file_id, source_key) VALUES (?1, ?2)",
                )?
                .execute(params![file, key.unwrap_or_default()])?;
        }
        Ok(())
    }

    /// Removes works like [`WorksMut::remove`], without remembering their entries.
    pub(super) fn delete(&self, works: &BTreeSet<i64>) -> Result<()> {
        let mut concerned = self.change.inheriting_works(works)?;
        self.change.delete_derived(works)?;
        for work in works {
            self.hand_on_leading(*work)?;
            // Lists remember a removed work by its last key.
            for table in ["list_work", "list_placement"] {
                self.change
                    .connection()
                    .prepare_cached(&format!(
                        "UPDATE {table} SET work_id = NULL,
                             key = (SELECT key FROM work WHERE id = ?1)
                         WHERE work_id = ?1"
                    ))?
                    .execute([work])?;
            }
            self.change
                .connection()
                .prepare_cached("DELETE FROM work WHERE id = ?1")?
                .execute([work])?;
        }
        self.change.forget_works(works);
        concerned.extend(works);
        self.change.derive_works(concerned)
    }

    /// Adds a work that comes from no file. The pattern, if there is one, generates its key; otherwise it has the key
    /// of the entry. Returns the key.
    ///
    /// # Errors
    ///
    /// [`LibraryError::UnreadableEntry`]; [`LibraryError::TakenKey`]; [`LibraryError::MalformedKey`].
    pub fn add(&self, entry: &str, pattern: Option<&KeyPattern>) -> Result<String> {
        let work = readable(entry)?;
        let (key, source) = match pattern {
            Some(pattern) => {
                let item = bibtex::derive(&work, &bibtex::Strings::default(), &|_| None).item;
                let key =
                    self.unique_key(&pattern.key(&work, &item), None, &mut NewKeys::default())?;
                let source = with_key(work.source(), &key)?;
                (key, source)
            }
            None => {
                self.check_key(&work.key, None)?;
                let source = work.source().to_owned();
                (work.key, source)
            }
        };
        let connection = self.change.connection();
        connection.execute(
            "INSERT INTO work (key, source, added_at) VALUES (?1, ?2, ?3)",
            params![key, source, now(connection)?],
        )?;
        self.change
            .derive_works(BTreeSet::from([connection.last_insert_rowid()]))?;
        Ok(key)
    }

    /// Returns the verbatim text of a work's entry.
    ///
    /// # Errors
    ///
    /// Fails if there is no such work.
    pub fn source_of(&self, work: i64) -> Result<String> {
        Ok(self
            .change
            .connection()
            .prepare_cached("SELECT source FROM work WHERE id = ?1")?
            .query_row([work], |row| row.get(0))?)
    }

    /// Writes the text of a work's entry. The text in its sources at their last imports is kept for the next three-way
    /// merge.
    pub(super) fn write_source(&self, work: i64, source: &str) -> Result<()> {
        let connection = self.change.connection();
        let at = now(connection)?;
        connection
            .prepare_cached(
                "UPDATE occurrence SET base = nullif(coalesce(base, work.source), ?2)
                 FROM work
                 WHERE work_id = ?1 AND work.id = ?1 AND variant IS NULL AND work.source <> ?2",
            )?
            .execute(params![work, source])?;
        connection
            .prepare_cached(
                "UPDATE work SET source = ?2, changed_at = ?3 WHERE id = ?1 AND source <> ?2",
            )?
            .execute(params![work, source, at])?;
        Ok(())
    }

    /// Edits the texts of a work in files that differ from its entry; if `edit` returns `None`, the text stays.
    fn edit_variants(&self, work: i64, edit: impl Fn(&str) -> Option<String>) -> Result<()> {
        let connection = self.change.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, variant FROM occurrence WHERE work_id = ?1 AND variant IS NOT NULL",
        )?;
        let variants = statement
            .query_map([work], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        for (id, variant) in variants {
            if let Some(text) = edit(&variant).filter(|text| *text != variant) {
                connection.execute(
                    "UPDATE occurrence SET variant = ?2, base = coalesce(base, variant) WHERE id = ?1",
                    params![id, text],
                )?;
            }
        }
        Ok(())
    }

    /// Removes the occurrences of a work from their files; the text before each is added to the text after it.
    fn hand_on_leading(&self, work: i64) -> Result<()> {
        let mut statement = self
            .change
            .connection()
            .prepare_cached("SELECT id FROM occurrence WHERE work_id = ?1 ORDER BY id")?;
        let occurrences = statement
            .query_map([work], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for occurrence in occurrences {
            self.remove_occurrence(occurrence)?;
        }
        Ok(())
    }

    /// Removes an entry from its file, and keeps the text before it.
    pub(super) fn remove_occurrence(&self, occurrence: i64) -> Result<()> {
        let connection = self.change.connection();
        let (file, leading) = connection
            .prepare_cached("SELECT source_file_id, leading FROM occurrence WHERE id = ?1")?
            .query_row([occurrence], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?;
        connection
            .prepare_cached("DELETE FROM occurrence WHERE id = ?1")?
            .execute([occurrence])?;
        if leading.trim().is_empty() {
            return Ok(());
        }
        let moved = connection
            .prepare_cached(
                "UPDATE occurrence
                 SET leading = ?3 || CASE WHEN trim(leading, char(10, 13, 32, 9)) = '' THEN ''
                                          ELSE leading END
                 WHERE id = (SELECT min(id) FROM occurrence
                             WHERE source_file_id = ?1 AND id > ?2)",
            )?
            .execute(params![file, occurrence, leading])?;
        if moved == 0 {
            connection
                .prepare_cached("UPDATE source_file SET trailing = ?2 || trailing WHERE id = ?1")?
                .execute(params![file, leading])?;
        }
        Ok(())
    }
}

/// Reads an entry that a person wrote: exactly one, with only white space around it.
fn readable(entry: &str) -> Result<Entry> {
    let file = bibtex::read(entry);
    let mut works = file.pieces.into_iter().filter_map(|piece| match piece {
        bibtex::FilePiece::Entry { work, .. } => Some(Ok(work)),
        bibtex::FilePiece::Text(text) if text.trim().is_empty() => None,
        bibtex::FilePiece::RejectedEntry { reason, .. } => {
            Some(Err(LibraryError::UnreadableEntry(reason.into())))
        }
        _ => Some(Err(LibraryError::UnreadableEntry(
            "has something beside it".into(),
        ))),
    });
    let work = works
        .next()
        .unwrap_or_else(|| Err(LibraryError::UnreadableEntry("is empty".into())))?;
    match works.next() {
        None => Ok(*work),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) => Err(LibraryError::UnreadableEntry(
            "is followed by a second one".into(),
        )),
    }
}
