//! Merging works of the library.

use std::collections::BTreeSet;

use rusqlite::params;

use crate::formats::bibtex::schema;
use crate::formats::bibtex::{self, Strings};
use crate::formats::file_field;
use crate::library::conflict::{
    Choice, Merged, Side, joined_lists, merge_preferring, says_the_same,
};
use crate::library::derived_tables::{StringCache, read_entry};
use crate::library::history::{RECORDED_TABLES, now};
use crate::library::identity::normalised;
use crate::library::{Result, ValueSource, WorksMut};
use crate::model::{Entry, Name, PersonName};
use crate::text::{fold, single_spaced};

/// The result of merging works.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MergeOutcome {
    /// The key of the work that stays.
    pub key: String,
    /// The keys that became its aliases.
    pub aliases: Vec<String>,
    /// Values of the other works that the remaining work does not take over.
    pub kept: Vec<KeptValue>,
}

/// A value of the remaining work that differs from that of a merged work, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptValue {
    /// The key of the merged work.
    pub key: String,
    /// The name of the field in lower case, or `type`.
    pub field: String,
    /// The values of both.
    pub message: String,
}

impl std::fmt::Display for KeptValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}, {}: {}", self.key, self.field, self.message)
    }
}

impl serde::Serialize for KeptValue {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl WorksMut<'_> {
    /// Merges works into one of them: it gets the fields, tags, notes, files, lists and aliases that the others have
    /// and it has not, their places in files, and their keys as aliases (`ids`). Where both have a field, the better
    /// value stays if one of them says more (see [`fuller`]), or else that of the work that stays.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`].
    pub fn merge(&self, keep: i64, others: &[i64]) -> Result<MergeOutcome> {
        let connection = self.change.connection();
        let mut outcome = MergeOutcome {
            key: self.key(keep)?,
            aliases: Vec::new(),
            kept: Vec::new(),
        };
        let mut strings = StringCache::default();
        for other in others.iter().copied().filter(|other| *other != keep) {
            let key = self.key(other)?;
            let theirs = read_entry(&key, &self.source_of(other)?)?;
            let their_strings = strings.of(self.change, other)?.clone();
            let mine = read_entry(&outcome.key, &self.source_of(keep)?)?;
            let my_strings = strings.of(self.change, keep)?.clone();
            let Merged { mut source, kept } = merge_preferring(
                Side {
                    work: &mine,
                    strings: &my_strings,
                },
                Side {
                    work: &theirs,
                    strings: &their_strings,
                },
                &fuller,
                &mut |_, _, _| Choice::Library,
            )?;
            // LaTeX documents that cite the other key still work.
            let merged = read_entry(&outcome.key, &source)?;
            let ids = merged
                .field("ids")
                .map(|ids| ids.trim_matches(['{', '}', '"']));
            let ids = ids.map_or_else(|| key.clone(), |ids| format!("{ids},{key}"));
            if let Ok(with_ids) = bibtex::set_field(&source, "ids", &ids) {
                source = with_ids;
            }
            self.write_source(keep, &source)?;
            for (field, message) in kept {
                let field = field.map_or_else(|| "type".to_owned(), |field| field.to_lowercase());
                outcome.kept.push(KeptValue {
                    key: key.clone(),
                    field,
                    message,
                });
            }
            self.move_places(other, keep)?;
            self.change.lists().join_entries(other, keep)?;
            self.change.notes().join(other, keep)?;
            self.move_value_sources(other, keep, &merged, &my_strings)?;
            self.drop_rival_tags(other, keep)?;
            self.move_rows(other, keep)?;
            // Works that inherit from the other one find it by this key while they are derived again.
            connection.execute(
                "INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)",
                params![keep, key],
            )?;
            self.delete(&BTreeSet::from([other]))?;
            outcome.aliases.push(key);
        }
        self.change.derive_works(BTreeSet::from([keep]))?;
        Ok(outcome)
    }

    /// Stores that works are different although they look alike. Returns whether that is new.
    pub fn keep_apart(&self, works: &[i64]) -> Result<bool> {
        let connection = self.change.connection();
        let mut new = 0;
        for (index, one) in works.iter().enumerate() {
            for other in works.iter().skip(index + 1).filter(|other| *other != one) {
                new += connection.execute(
                    "INSERT OR IGNORE INTO kept_apart (work_id, other_id, at)
                     VALUES (min(?1, ?2), max(?1, ?2), ?3)",
                    params![one, other, now(connection)?],
                )?;
            }
        }
        Ok(new > 0)
    }

    /// Moves the sources of looked-up values that the merged entry has, and removes those of values that it took from
    /// neither.
    fn move_value_sources(
        &self,
        from: i64,
        to: i64,
        merged: &Entry,
        strings: &Strings,
    ) -> Result<()> {
        let connection = self.change.connection();
        let holds = |source: &ValueSource| {
            merged.field(&source.field).is_some_and(|value| {
                says_the_same(&source.field, &strings.resolve(value).text, &source.value)
            })
        };
        let own = self.value_sources(to)?;
        for source in self.value_sources(from)? {
            let rival = own
                .iter()
                .find(|own| own.field.eq_ignore_ascii_case(&source.field));
            if !holds(&source) || rival.is_some_and(holds) {
                continue;
            }
            connection.execute(
                "DELETE FROM value_source WHERE work_id = ?1 AND field = ?2",
                params![to, rival.map_or(&source.field, |rival| &rival.field)],
            )?;
            connection.execute(
                "UPDATE value_source SET work_id = ?2 WHERE work_id = ?1 AND field = ?3",
                params![from, to, source.field],
            )?;
        }
        connection.execute("DELETE FROM value_source WHERE work_id = ?1", [from])?;
        Ok(())
    }

    /// Removes the tags of a work that contradict those of another: other tags of an exclusive facet, those that a
    /// user removed from the other work, and removals of tags that it has.
    fn drop_rival_tags(&self, from: i64, to: i64) -> Result<()> {
        let connection = self.change.connection();
        connection.execute(
            "DELETE FROM assignment WHERE work_id = ?1 AND tag_id IN
                 (SELECT tag.id FROM tag JOIN facet ON facet.name = tag.facet
                  WHERE exclusive AND tag.facet IN
                      (SELECT own.facet FROM assignment AS held JOIN tag AS own ON own.id = held.tag_id
                       WHERE held.work_id = ?2 AND own.id <> tag.id))",
            [from, to],
        )?;
        connection.execute(
            "DELETE FROM assignment WHERE work_id = ?1 AND origin <> 'hand' AND tag_id IN
                 (SELECT tag_id FROM veto WHERE work_id = ?2)",
            [from, to],
        )?;
        connection.execute(
            "DELETE FROM veto WHERE work_id = ?1 AND tag_id IN
                 (SELECT tag_id FROM assignment WHERE work_id = ?2)",
            [from, to],
        )?;
        // A tag that a person gave to the other work outweighs its removal from this one.
        connection.execute(
            "DELETE FROM veto WHERE work_id = ?2 AND tag_id IN
                 (SELECT tag_id FROM assignment WHERE work_id = ?1 AND origin = 'hand')",
            [from, to],
        )?;
        Ok(())
    }

    /// Moves the places of a work in files to another work, with the text there. If a file has both, the entry of the
    /// first is removed: the works are one now, and a library that follows the file does not read it again.
    fn move_places(&self, from: i64, to: i64) -> Result<()> {
        let connection = self.change.connection();
        let mut statement = connection.prepare(
            "SELECT id, EXISTS (SELECT 1 FROM occurrence AS own
                                WHERE own.work_id = ?2
                                  AND own.source_file_id = occurrence.source_file_id)
             FROM occurrence WHERE work_id = ?1",
        )?;
        let places = statement
            .query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, bool)>>>()?;
        for (place, has_both) in places {
            if has_both {
                self.remember_removal("id", place)?;
                self.remove_occurrence(place)?;
                continue;
            }
            connection.execute(
                "UPDATE occurrence SET work_id = ?2,
                     variant = coalesce(variant, (SELECT source FROM work WHERE id = ?3))
                 WHERE id = ?1",
                params![place, to, from],
            )?;
        }
        Ok(())
    }

    /// Moves all other recorded rows of a work to another work that has no such row yet.
    fn move_rows(&self, from: i64, to: i64) -> Result<()> {
        let connection = self.change.connection();
        connection.execute(
            "INSERT OR IGNORE INTO kept_apart (work_id, other_id, at)
             SELECT min(third, ?2), max(third, ?2), at
             FROM (SELECT iif(work_id = ?1, other_id, work_id) AS third, at FROM kept_apart
                   WHERE ?1 IN (work_id, other_id))
             WHERE third <> ?2",
            [from, to],
        )?;
        for table in RECORDED_TABLES {
            if matches!(
                *table,
                "work" | "kept_apart" | "occurrence" | "value_source"
            ) {
                continue;
            }
            let is_about_works = connection
                .prepare_cached("SELECT 1 FROM pragma_table_info(?1) WHERE name = 'work_id'")?
                .exists([table])?;
            if is_about_works {
                let sql = format!("UPDATE OR IGNORE {table} SET work_id = ?2 WHERE work_id = ?1");
                connection.execute(&sql, [from, to])?;
            }
        }
        Ok(())
    }
}

/// Returns the more complete of two values, if it is recognizable: names written out, a date with its month, a title
/// that is not in capitals, the files or remarks of both.
fn fuller(field: &str, mine: &str, theirs: &str) -> Option<String> {
    let field = field.to_ascii_lowercase();
    let stays = |mine_stays: bool| Some(if mine_stays { mine } else { theirs }.to_owned());
    match field.as_str() {
        "file" => Some(joined_files(mine, theirs)),
        "keywords" | "ids" => joined_lists(mine, theirs),
        "annotation" | "annote" => {
            let (one, other) = (single_spaced(mine), single_spaced(theirs));
            if one.contains(&other) || other.contains(&one) {
                return stays(one.contains(&other));
            }
            Some(format!("{}\n\n{}", mine.trim_end(), theirs.trim_start()))
        }
        "date" | "urldate" | "origdate" | "eventdate" => {
            let (mine, theirs) = (mine.trim(), theirs.trim());
            let is_fuller = theirs.starts_with(&format!("{mine}-")) && !theirs.contains('/');
            is_fuller.then(|| theirs.to_owned())
        }
        _ if schema::holds_names(&field) => {
            let theirs_are_fuller = names_are_fuller(theirs, mine);
            (theirs_are_fuller || names_are_fuller(mine, theirs))
                .then(|| stays(!theirs_are_fuller))
                .flatten()
        }
        // They differ in case and punctuation.
        _ if schema::is_tex(&field)
            && normalised(&bibtex::plain(mine)) == normalised(&bibtex::plain(theirs)) =>
        {
            stays(!is_in_capitals(mine) || is_in_capitals(theirs))
        }
        _ => None,
    }
}

/// Returns the files of two values of the field `file`, each once.
fn joined_files(mine: &str, theirs: &str) -> String {
    let known: BTreeSet<String> = file_field::read(mine)
        .into_iter()
        .map(|file| file.path)
        .collect();
    let mut files = mine.trim().to_owned();
    for file in file_field::split(theirs, ';').into_iter().map(str::trim) {
        let named = file_field::read(file);
        if !named.is_empty() && !named.iter().all(|file| known.contains(&file.path)) {
            if !files.is_empty() {
                files.push(';');
            }
            files.push_str(file);
        }
    }
    files
}

/// Returns whether a list has the names of another, some of them written out that the other abbreviates.
fn names_are_fuller(one: &str, other: &str) -> bool {
    let (one, other) = (bibtex::read_names(one), bibtex::read_names(other));
    let is_truncated = other.last() == Some(&Name::Others) && one.last() != Some(&Name::Others);
    let other = match other.as_slice() {
        [names @ .., Name::Others] if is_truncated => names,
        names => names,
    };
    if one.len() < other.len() || (one.len() > other.len() && !is_truncated) {
        return false;
    }
    let mut longer = is_truncated;
    for (one, other) in one.iter().zip(other) {
        let (Name::Person(one), Name::Person(other)) = (one, other) else {
            if one == other {
                continue;
            }
            return false;
        };
        match given_names_fit(one, other) {
            Some(is_longer) => longer |= is_longer,
            None => return false,
        }
    }
    longer
}

/// Returns whether the given names of one person are longer than those of another, if they may be the same person.
fn given_names_fit(one: &PersonName, other: &PersonName) -> Option<bool> {
    if fold(&one.family) != fold(&other.family) || fold(&one.prefix) != fold(&other.prefix) {
        return None;
    }
    let words = |person: &PersonName| -> Vec<String> {
        let given = fold(&person.given);
        given
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let fits = one.len() >= other.len()
        && one
            .iter()
            .zip(&other)
            .all(|(one, other)| one.starts_with(other.as_str()));
    fits.then(|| one != other)
}

/// Returns whether a text has letters, and none in lower case.
fn is_in_capitals(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_says_more_is_taken() {
        for (field, mine, theirs, expected) in [
            (
                "author",
                "Benkler, Y.",
                "Benkler, Yochai",
                Some("Benkler, Yochai"),
            ),
            (
                "author",
                "Benkler, Yochai",
                "Benkler, Y.",
                Some("Benkler, Yochai"),
            ),
            ("author", "Benkler, Y.", "Benkler, Otto", None),
            (
                "author",
                "Wren, A. and others",
                "Wren, Ada and Finch, Bo",
                Some("Wren, Ada and Finch, Bo"),
            ),
            ("author", "Wren, Ada", "Wren, Ada and Finch, Bo", None),
            ("date", "2006", "2006-03", Some("2006-03")),
            ("date", "2006-03", "2006", None),
            ("date", "2006", "2006-03/2006-04", None),
            ("title", "THE COMMONS", "The Commons", Some("The Commons")),
            ("title", "The Commons", "The commons.", Some("The Commons")),
            ("title", "The Commons", "The Common", None),
            ("file", "a.pdf", "a.pdf;b.pdf", Some("a.pdf;b.pdf")),
            ("file", ":a.pdf:PDF", "a.pdf", Some(":a.pdf:PDF")),
            ("annotation", "One.", "Two.", Some("One.\n\nTwo.")),
            ("annotation", "One. Two.", "Two.", Some("One. Two.")),
            ("keywords", "a, b", "b, c", Some("a, b, c")),
            ("publisher", "Yale", "Yale University Press", None),
        ] {
            assert_eq!(
                fuller(field, mine, theirs).as_deref(),
                expected,
                "{field}: {mine} / {theirs}"
            );
        }
    }
}
