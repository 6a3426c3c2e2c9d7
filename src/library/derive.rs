//! Derived rows: the table `reference` and the full-text index, made from the truth.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::matching::Identity;
use super::works::Item;
use super::{Change, Library, LibraryError, Reference, Result, TagName};
use crate::formats::bibtex::{self, Derived, Strings};
use crate::formats::bibtex::{BibFile, Duplicate, FilePiece};
use crate::work::{CslItem, CslName, CslValue, Work, markup};

/// What is written down of a derived work: made beside the connection, where many are made at once.
pub(super) struct Rows {
    item: String,
    head: Head,
    authors: String,
    parents: Vec<String>,
    text: FullText,
    pub(super) identity: Identity,
    marks: Vec<i64>,
}

/// What a work is found, shown and sorted by.
struct Head {
    entry_type: String,
    title: Option<String>,
    names: Vec<String>,
    sort_author: String,
    year: Option<i32>,
    last_year: Option<i32>,
    identification: Option<String>,
}

/// The columns of the full-text index.
struct FullText {
    title: String,
    author: String,
    contributor: String,
    container: String,
    other: String,
}

impl Head {
    fn of(work: &Work, derived: &Derived) -> Self {
        let item = &derived.item;
        let authors = principal_names(item);
        let issued = item.date("issued");
        let year = issued.and_then(crate::work::CslDate::year);
        let last_year = issued
            .and_then(|date| date.date_parts.get(1)?.first().copied())
            .filter(|last| *last != 0);
        Self {
            entry_type: work.kind(),
            // As it was written: sentence case is for styles, not for finding one's way.
            title: derived
                .title
                .clone()
                .or_else(|| item.text("title").map(|title| markup::plain(&title))),
            names: authors.iter().map(CslName::reading_order).collect(),
            sort_author: authors.first().map(sort_order).unwrap_or_default(),
            year,
            last_year: last_year.filter(|last| Some(*last) != year),
            identification: work
                .field("identification")
                .map(|value| value.trim_matches(['{', '}', '"']).trim().to_lowercase()),
        }
    }
}

impl Rows {
    pub(super) fn of(work: &Work, derived: &Derived) -> Self {
        let item = &derived.item;
        let head = Head::of(work, derived);
        let identity = Identity::of(work, item, principal_names(item));
        Self {
            item: serde_json::to_string(item).unwrap_or_default(),
            authors: serde_json::to_string(&head.names).unwrap_or_default(),
            head,
            parents: derived.parents.clone(),
            text: FullText::of(work, derived),
            marks: identity.marks(),
            identity,
        }
    }
}

impl FullText {
    fn of(work: &Work, derived: &Derived) -> Self {
        let item = &derived.item;
        let mut text = Self {
            title: String::new(),
            author: String::new(),
            contributor: String::new(),
            container: String::new(),
            other: work.key.clone(),
        };
        // Editors of a work without authors are found as its authors, as they head its reference.
        let principal = item.principal_variable();
        for (variable, value) in &item.variables {
            match value {
                CslValue::Text(characters) => {
                    let column = match variable.as_str() {
                        "title" | "title-short" | "original-title" | "volume-title"
                        | "reviewed-title" => &mut text.title,
                        "container-title"
                        | "container-title-short"
                        | "collection-title"
                        | "event"
                        | "event-title" => &mut text.container,
                        _ => &mut text.other,
                    };
                    column.push(' ');
                    column.push_str(&markup::plain(characters));
                }
                CslValue::Names(names) => {
                    let column = if Some(variable.as_str()) == principal {
                        &mut text.author
                    } else {
                        &mut text.contributor
                    };
                    for name in names {
                        column.push(' ');
                        column.push_str(&name.reading_order());
                        column.push(';');
                    }
                }
                _ => {}
            }
        }
        for keyword in derived.keywords.iter().chain(&derived.aliases) {
            text.other.push(' ');
            text.other.push_str(keyword);
        }
        text
    }
}

pub(super) fn principal_names(item: &CslItem) -> &[CslName] {
    item.principal_names()
}

/// A name as it is sorted: without case or accents, the family name first.
fn sort_order(name: &CslName) -> String {
    folded(&CslName::joined([
        &name.non_dropping_particle,
        &name.family,
        &name.literal,
        &name.given,
        &name.dropping_particle,
        &name.suffix,
    ]))
}

/// Text without case and accents.
pub(crate) fn folded(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

impl Reference {
    /// The works of a file, without any library: in the file's order, with the tags that their
    /// keywords name.
    pub fn of_file(file: &BibFile) -> Vec<Self> {
        let in_file = file.by_key();
        let works: Vec<(&Work, &str)> = file
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                FilePiece::Work {
                    duplicate: Some(Duplicate::Identical),
                    ..
                } => None,
                FilePiece::Work {
                    work,
                    duplicate: Some(Duplicate::Different { new_key }),
                    ..
                } => Some((work, new_key.as_str())),
                FilePiece::Work {
                    work,
                    duplicate: None,
                    ..
                } => Some((work, work.key.as_str())),
                _ => None,
            })
            .collect();
        let parent = |key: &str| in_file.get(key).copied().map(Cow::Borrowed);
        works
            .par_iter()
            .map(|(work, key)| {
                let derived = bibtex::derive(work, &file.strings, &parent);
                let head = Head::of(work, &derived);
                Self {
                    id: 0,
                    key: (*key).to_owned(),
                    entry_type: head.entry_type,
                    title: head.title,
                    authors: head.names,
                    sort_author: head.sort_author,
                    year: head.year,
                    identification: head.identification,
                    tags: derived
                        .keywords
                        .iter()
                        .filter_map(|keyword| keyword.parse::<TagName>().ok())
                        .collect(),
                    item: Item::Read(derived.item),
                }
            })
            .collect()
    }
}

/// The `@string`s of files, each read once.
#[derive(Default)]
pub(super) struct KnownStrings {
    by_file: HashMap<i64, Strings>,
    none: Strings,
}

impl KnownStrings {
    /// Those of the file in which a work stands, so that its fields mean what they meant there.
    pub(super) fn of(&mut self, library: &Library, work: i64) -> Result<&Strings> {
        let file = library
            .connection
            .prepare_cached(
                "SELECT source_file_id FROM occurrence WHERE work_id = ?1 ORDER BY id LIMIT 1",
            )?
            .query_row([work], |row| row.get::<_, i64>(0))
            .optional()?;
        let Some(file) = file else {
            return Ok(&self.none);
        };
        Ok(match self.by_file.entry(file) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let mut leading = library.connection.prepare_cached(
                    "SELECT leading FROM occurrence WHERE source_file_id = ?1 AND leading LIKE '%@%'
                     ORDER BY id",
                )?;
                let texts = leading
                    .query_map([file], |row| row.get::<_, String>(0))?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                new.insert(bibtex::read(&texts.concat()).strings)
            }
        })
    }
}

/// The statements that write derived rows, prepared once for many works.
pub(super) struct RowWriter<'c> {
    reference: CachedStatement<'c>,
    parent: CachedStatement<'c>,
    mark: CachedStatement<'c>,
    full_text: CachedStatement<'c>,
}

impl<'c> RowWriter<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Self> {
        Ok(Self {
            reference: connection.prepare_cached(
                "INSERT INTO reference (work_id, item, entry_type, title, authors, sort_author,
                                        year, last_year, identification)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            parent: connection
                .prepare_cached("INSERT INTO inheritance (work_id, parent_key) VALUES (?1, ?2)")?,
            mark: connection.prepare_cached("INSERT INTO mark (work_id, mark) VALUES (?1, ?2)")?,
            full_text: connection.prepare_cached(
                "INSERT INTO full_text (rowid, title, author, contributor, container, other)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?,
        })
    }

    /// Writes the derived rows of a work that has none.
    pub(super) fn write(&mut self, work: i64, rows: &Rows) -> Result<()> {
        self.reference.execute(params![
            work,
            rows.item,
            rows.head.entry_type,
            rows.head.title,
            rows.authors,
            rows.head.sort_author,
            rows.head.year,
            rows.head.last_year,
            rows.head.identification
        ])?;
        for parent in &rows.parents {
            self.parent.execute(params![work, parent])?;
        }
        for mark in &rows.marks {
            self.mark.execute([work, *mark])?;
        }
        self.full_text.execute(params![
            work,
            rows.text.title,
            rows.text.author,
            rows.text.contributor,
            rows.text.container,
            rows.text.other
        ])?;
        Ok(())
    }
}

/// How many works are worth building their part of the full-text index in memory at once.
const MANY: usize = 1_000;

impl Change<'_> {
    /// Tells the full-text index how many works are to come: many are gathered in memory and written
    /// as one segment, in place of many small ones that are then merged. `full_text_gathered` ends it.
    pub(super) fn gather_full_text(&self, works: usize) -> Result<()> {
        const BYTES: i64 = 96 << 20;
        if works >= MANY {
            self.set_full_text_gathering(BYTES)?;
        }
        Ok(())
    }

    pub(super) fn full_text_gathered(&self, works: usize) -> Result<()> {
        const FTS5_DEFAULT: i64 = 1 << 20;
        if works >= MANY {
            self.set_full_text_gathering(FTS5_DEFAULT)?;
        }
        Ok(())
    }

    fn set_full_text_gathering(&self, bytes: i64) -> Result<()> {
        self.connection().execute(
            "INSERT INTO full_text (full_text, rank) VALUES ('hashsize', ?1)",
            [bytes],
        )?;
        Ok(())
    }

    /// The works that inherit from these, directly or not.
    pub(super) fn heirs(&self, works: &BTreeSet<i64>) -> Result<BTreeSet<i64>> {
        let connection = self.connection();
        let inherits = connection
            .prepare_cached("SELECT 1 FROM inheritance")?
            .exists([])?;
        let mut heirs = BTreeSet::new();
        let mut pending: Vec<i64> = if inherits {
            works.iter().copied().collect()
        } else {
            Vec::new()
        };
        let mut statement = connection.prepare_cached(
            "SELECT work_id FROM inheritance WHERE parent_key IN (
                 SELECT key FROM work WHERE id = ?1
                 UNION ALL SELECT alias FROM key_alias WHERE work_id = ?1)",
        )?;
        while let Some(work) = pending.pop() {
            for heir in statement.query_map([work], |row| row.get::<_, i64>(0))? {
                let heir = heir?;
                if !works.contains(&heir) && heirs.insert(heir) {
                    pending.push(heir);
                }
            }
        }
        Ok(heirs)
    }

    /// Makes the derived rows of these works anew, and of the works that inherit from them; works that
    /// are gone have none.
    pub(super) fn derive_works(&self, mut works: BTreeSet<i64>) -> Result<()> {
        if works.is_empty() {
            return Ok(());
        }
        works.extend(self.heirs(&works)?);
        let connection = self.connection();
        let mut remove = connection.prepare_cached("DELETE FROM reference WHERE work_id = ?1")?;
        for work in &works {
            remove.execute([work])?;
        }
        self.gather_full_text(works.len())?;
        let mut writer = RowWriter::new(connection)?;
        let mut entry = connection.prepare_cached("SELECT key, source FROM work WHERE id = ?1")?;
        let mut strings = KnownStrings::default();
        for id in &works {
            let found = entry
                .query_row([id], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                })
                .optional()?;
            let Some((key, source)) = found else {
                continue;
            };
            let mut work = read_entry(&key, &source)?;
            work.key = key;
            let derived = bibtex::derive(&work, strings.of(self, *id)?, &|parent| {
                self.work(parent).ok().map(Cow::Owned)
            });
            writer.write(*id, &Rows::of(&work, &derived))?;
        }
        drop(writer);
        self.full_text_gathered(works.len())
    }

    /// Makes every derived row anew, and gives the number of works.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`] where an entry in the store is damaged.
    pub fn rebuild(&self) -> Result<usize> {
        let connection = self.connection();
        connection.execute("DELETE FROM inheritance", [])?;
        connection.execute("DELETE FROM mark", [])?;
        connection.execute("DELETE FROM reference", [])?;
        connection.execute(
            "INSERT INTO full_text (full_text) VALUES ('delete-all')",
            [],
        )?;
        let mut statement = connection.prepare("SELECT id FROM work")?;
        let works: BTreeSet<i64> = statement
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let count = works.len();
        self.derive_works(works)?;
        Ok(count)
    }
}

/// Reads the entry of a work in the store.
pub(super) fn read_entry(key: &str, source: &str) -> Result<Work> {
    bibtex::parse_entry(source).map_err(|error| LibraryError::UnreadableWork {
        key: key.to_owned(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_and_accents() {
        assert_eq!(folded("Élinor ØSTROM Müller"), "elinor østrom muller");
    }
}
