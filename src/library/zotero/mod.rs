//! Import of a library of Zotero: its items become works, and what belongs to them comes with them.
//!
//! ```text
//! Item ──zotero::read──► entry ──sync──► work
//!   └──► tags, collections, notes, dates ─────┘
//! ```
//!
//! An item is identified by its key in Zotero, and its JSON at the last import is the original of its occurrence.
//! Entries are merged three ways by [`Change::sync`]; tags, collections and notes are merged here in the same way:
//! the item at the last import, the item now, and the work.

mod lists;
mod note;
mod tags;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use lists::ZoteroLists;
use rayon::prelude::*;
use rusqlite::params;
use tags::ZoteroTags;

use super::conflict::{Choice, Conflict};
use super::import::report::{FileReport, Reject};
use super::import::{ImportedFile, SyncOptions, key_of};
use super::{Change, Result, StoredList};
use crate::formats::bibtex::{self, BibFile, FilePiece};
use crate::formats::{Diagnostic, ParsedFile, Records, Severity};
use crate::zotero::database::{Collection, Problem};
use crate::zotero::{self, LinkMode, NoteSection, NoteWriter, ZoteroItem};

/// A library of Zotero to import.
#[derive(Debug, Clone, Copy)]
pub struct ZoteroImport<'a> {
    /// The path or address of the library, as the report names it.
    pub path: &'a str,
    /// All items of the library.
    pub items: &'a [ZoteroItem],
    /// The keys of the items to import, without those that were imported before; all if it is `None`.
    pub selected: Option<&'a HashSet<String>>,
    /// The collections of the library.
    pub collections: &'a [Collection],
    /// The problems found in Zotero.
    pub problems: &'a [Problem],
    /// The form that the collections take.
    pub collections_as: CollectionsAs<'a>,
}

/// The treatment of collections.
#[derive(Debug, Clone, Copy)]
pub enum CollectionsAs<'a> {
    /// Tags of the facet `collection`.
    Tags,
    /// Reading lists with the settings of this one, for these collections.
    Lists(&'a StoredList, &'a [Collection]),
}

/// An item as the library knows it from the last import.
struct KnownItem {
    work: i64,
    /// The item as JSON.
    original: String,
    /// The entry that was made of it.
    entry: String,
    /// Whether a later import did not find it.
    is_gone: bool,
}

impl KnownItem {
    fn item(&self) -> Option<ZoteroItem> {
        serde_json::from_str(&self.original).ok()
    }
}

impl Change<'_> {
    /// Imports a library of Zotero, or follows it if it was imported before.
    ///
    /// # Errors
    ///
    /// Those of [`Change::sync`].
    pub fn import_zotero(
        &self,
        import: ZoteroImport<'_>,
        options: SyncOptions,
        ask: &mut dyn FnMut(&Conflict) -> Choice,
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReport> {
        let known = self.known_items(import.path)?;
        let items = followed(import, &known);
        let (reading, unchanged) = parse(&items, &known);
        let last: i64 =
            self.connection()
                .query_row("SELECT coalesce(max(id), 0) FROM work", [], |row| {
                    row.get(0)
                })?;
        let mut side = SideData::new(self, import)?;
        // What could not be read may be any of the works.
        let options = SyncOptions {
            prune: options.prune && reading.rejected.is_empty(),
            ..options
        };
        if options.prune && !items.is_empty() {
            side.withdraw(&items, &known)?;
        }
        let imported = ImportedFile {
            path: import.path,
            encoding: "UTF-8",
            file: &reading.file,
        };
        let mut report = self.sync(imported, options, ask, advance)?;
        report.counts.entries += reading.rejected.len();
        report.counts.rejected += reading.rejected.len();
        report
            .rejects
            .extend(reading.rejected.into_iter().map(|rejected| Reject {
                line: rejected.line,
                text: rejected.text,
                reason: rejected.reason,
            }));
        let works = self.works_of_items(import.path)?;
        let same_entries = same_entries(&reading.file, &known);
        let items_of_works = WorkItems {
            items: &items,
            works: &works,
            known: &known,
            unchanged: &unchanged,
        };
        let updated = side.update(items_of_works, &mut report)?;
        // The entries of these works count as unchanged so far.
        let more = updated.intersection(&same_entries).count();
        report.counts.updated += more;
        report.counts.unchanged = report.counts.unchanged.saturating_sub(more);
        self.keep_dates(&items, &works, last)?;
        self.report_problems(import.problems, &works, &mut report)?;
        Ok(report)
    }

    /// Returns the items of the last import by their keys.
    fn known_items(&self, path: &str) -> Result<HashMap<String, KnownItem>> {
        let mut statement = self.connection().prepare(
            "SELECT source_key, work_id, original, coalesce(base, variant, source), gone_at IS NOT NULL
             FROM occurrence JOIN source_file ON source_file.id = source_file_id
             JOIN work ON work.id = work_id
             WHERE path = ?1 AND source_key IS NOT NULL AND original IS NOT NULL",
        )?;
        let mut rows = statement.query([path])?;
        let mut known = HashMap::new();
        while let Some(row) = rows.next()? {
            known.insert(
                row.get(0)?,
                KnownItem {
                    work: row.get(1)?,
                    original: row.get(2)?,
                    entry: row.get(3)?,
                    is_gone: row.get(4)?,
                },
            );
        }
        Ok(known)
    }

    /// Returns the works of the items of a source by the keys of the items.
    fn works_of_items(&self, path: &str) -> Result<HashMap<String, i64>> {
        let mut statement = self.connection().prepare(
            "SELECT source_key, work_id FROM occurrence
             JOIN source_file ON source_file.id = source_file_id
             WHERE path = ?1 AND source_key IS NOT NULL AND gone_at IS NULL",
        )?;
        let works = statement.query_map([path], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(works.collect::<rusqlite::Result<_>>()?)
    }

    /// Gives new works the dates of their items. `last` is the newest work before the import.
    fn keep_dates(
        &self,
        items: &[ZoteroItem],
        works: &HashMap<String, i64>,
        last: i64,
    ) -> Result<()> {
        let mut statement = self.connection().prepare(
            "UPDATE work SET added_at = ?2, changed_at = coalesce(?3, changed_at) WHERE id = ?1",
        )?;
        for item in items {
            let Some(work) = works.get(&item.key).filter(|work| **work > last) else {
                continue;
            };
            if let Some(added) = timestamp(&item.date_added) {
                let changed = timestamp(&item.date_modified).filter(|changed| *changed > added);
                statement.execute(params![work, added, changed])?;
            }
        }
        Ok(())
    }

    /// Adds what was found wrong in Zotero to a report. Problems of items that are not imported are left out.
    fn report_problems(
        &self,
        problems: &[Problem],
        works: &HashMap<String, i64>,
        report: &mut FileReport,
    ) -> Result<()> {
        for problem in problems {
            let key = match &problem.item {
                None => None,
                Some(item) => match works.get(item) {
                    Some(work) => Some(self.works().key(*work)?),
                    None => continue,
                },
            };
            report.problems.push(Diagnostic {
                line: 0,
                key,
                field: None,
                message: problem.message.clone(),
                severity: problem.severity,
            });
        }
        Ok(())
    }
}

/// Returns the items to import: those that are selected, and those that were imported before, which the library follows.
fn followed<'a>(
    import: ZoteroImport<'a>,
    known: &HashMap<String, KnownItem>,
) -> Cow<'a, [ZoteroItem]> {
    match import.selected {
        None => Cow::Borrowed(import.items),
        Some(selected) => import
            .items
            .iter()
            .filter(|item| {
                let is_followed = known.get(&item.key).is_some_and(|known| !known.is_gone);
                is_followed || selected.contains(&item.key)
            })
            .cloned()
            .collect(),
    }
}

/// Returns the entries of items, and the keys of the items that have not changed since the last import. An item that was
/// imported before keeps its citation key. What was reported of an unchanged item is not reported again.
fn parse(
    items: &[ZoteroItem],
    known: &HashMap<String, KnownItem>,
) -> (ParsedFile, HashSet<String>) {
    let mut records = zotero::read(items);
    if let Records::Items(parsed) = &mut records {
        for item in &mut parsed.items {
            let before = item.beside.source_key.as_ref();
            if let Some(before) = before.and_then(|key| known.get(key)) {
                item.item.id = key_of(&before.entry).unwrap_or_default();
            }
        }
    }
    let mut reading = records.into_entries();
    let mut unchanged = HashSet::new();
    let mut reported = HashSet::new();
    let mut citation_keys = HashMap::new();
    for piece in &reading.file.pieces {
        if let FilePiece::Entry {
            work,
            source_key: Some(key),
            original,
            ..
        } = piece
        {
            citation_keys.insert(key.to_string(), work.key.clone());
            if known
                .get(&**key)
                .is_some_and(|known| Some(known.original.as_str()) == original.as_deref())
            {
                unchanged.insert(key.to_string());
                reported.insert(work.key.clone());
            }
        }
    }
    reading.file.problems.retain(|problem| {
        let is_known = problem
            .key
            .as_ref()
            .is_some_and(|key| reported.contains(key));
        !is_known || problem.severity == Severity::Error
    });
    relate(items, &citation_keys, &mut reading);
    (reading, unchanged)
}

/// Returns the keys of the items whose entries are the same as at the last import.
fn same_entries<'f>(file: &'f BibFile, known: &HashMap<String, KnownItem>) -> HashSet<&'f str> {
    let same = file.pieces.iter().filter_map(|piece| match piece {
        FilePiece::Entry {
            work,
            source_key: Some(key),
            ..
        } if known
            .get(&**key)
            .is_some_and(|known| known.entry == work.source()) =>
        {
            Some(&**key)
        }
        _ => None,
    });
    same.collect()
}

/// Sets the field `related` of the entries whose items are related to others.
fn relate(items: &[ZoteroItem], citation_keys: &HashMap<String, String>, reading: &mut ParsedFile) {
    let mut related: HashMap<&str, Vec<&str>> = HashMap::new();
    for item in items {
        let objects = item.relations.get("dc:relation");
        for object in objects.into_iter().flatten() {
            let other = object.rsplit('/').next().unwrap_or_default();
            if let Some(key) = citation_keys.get(other).filter(|_| other != item.key) {
                related.entry(&item.key).or_default().push(key);
            }
        }
    }
    for piece in &mut reading.file.pieces {
        if let FilePiece::Entry {
            work,
            source_key: Some(key),
            ..
        } = piece
            && let Some(mut keys) = related.remove(&**key)
        {
            keys.sort_unstable();
            keys.dedup();
            let edited = bibtex::set_field(work.source(), "related", &keys.join(","))
                .and_then(|source| bibtex::parse_entry(&source));
            if let Ok(edited) = edited {
                **work = edited;
            }
        }
    }
}

/// Returns a time of Zotero's database as the library has times.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ')?;
    let is_digit = |c: char| c.is_ascii_digit();
    let is_date = date.len() == 10 && date.chars().all(|c| is_digit(c) || c == '-');
    let is_time = time.len() == 8 && time.chars().all(|c| is_digit(c) || c == ':');
    (is_date && is_time).then(|| format!("{date}T{time}Z"))
}

/// The items of an import, now that they are works.
#[derive(Clone, Copy)]
struct WorkItems<'i> {
    items: &'i [ZoteroItem],
    /// The works by the keys of their items.
    works: &'i HashMap<String, i64>,
    known: &'i HashMap<String, KnownItem>,
    /// The keys of the items that are the same as at the last import.
    unchanged: &'i HashSet<String>,
}

/// The report on a note that changed on both sides.
const NOTE_CONFLICT: &str = "the note was changed in Zotero and in the library; the text of both is kept, unless it was \
                             removed from the library";

/// The data of works besides their entries.
struct SideData<'c> {
    change: &'c Change<'c>,
    path: &'c str,
    tags: ZoteroTags<'c>,
    lists: Option<ZoteroLists<'c>>,
    notes: NoteWriter,
    /// Works whose notes changed.
    noted: BTreeSet<i64>,
}

impl<'c> SideData<'c> {
    fn new(change: &'c Change<'c>, import: ZoteroImport<'c>) -> Result<Self> {
        let (with_tags, lists) = match import.collections_as {
            CollectionsAs::Tags => (true, None),
            CollectionsAs::Lists(template, collections) => (
                false,
                Some(ZoteroLists::new(change, collections, template)?),
            ),
        };
        Ok(Self {
            change,
            path: import.path,
            tags: ZoteroTags::new(change, import.path, import.collections, with_tags)?,
            lists,
            notes: NoteWriter::new(HashMap::new(), HashMap::new()),
            noted: BTreeSet::new(),
        })
    }

    /// Takes what came from Zotero from the works of items that are gone there, so that only what a person put into
    /// them speaks for keeping them.
    fn withdraw(&mut self, items: &[ZoteroItem], known: &HashMap<String, KnownItem>) -> Result<()> {
        let present: HashSet<&str> = items.iter().map(|item| item.key.as_str()).collect();
        let gone: BTreeMap<&String, &KnownItem> = known
            .iter()
            .filter(|(key, _)| !present.contains(key.as_str()))
            .collect();
        let gone: Vec<(i64, ZoteroItem)> = gone
            .into_values()
            .filter_map(|known| Some((known.work, known.item()?)))
            .collect();
        self.prepare_notes(gone.iter().map(|(_, item)| item))?;
        for (work, item) in &gone {
            let before = self.notes.sections(item);
            self.update_work(*work, (Some(item), &before), (&ZoteroItem::default(), &[]))?;
        }
        self.change.derive_works(std::mem::take(&mut self.noted))
    }

    /// Brings tags, collections and notes of works up to date. Returns the keys of the items that changed.
    fn update<'i>(
        &mut self,
        import: WorkItems<'i>,
        report: &mut FileReport,
    ) -> Result<HashSet<&'i str>> {
        let lacks_collections = self.tags.lacks_collections()
            || self.lists.as_ref().is_some_and(ZoteroLists::has_new_lists);
        let mut changed = Vec::new();
        for item in import.items {
            let Some(work) = import.works.get(&item.key) else {
                continue;
            };
            let known = import.known.get(&item.key);
            let known = known.filter(|known| !known.is_gone);
            let is_same = known.is_some() && import.unchanged.contains(&item.key);
            if !is_same || (lacks_collections && !item.collections.is_empty()) {
                changed.push((*work, known.and_then(KnownItem::item), item));
            }
        }
        let bases = changed.iter().filter_map(|(_, base, _)| base.as_ref());
        self.prepare_notes(bases.chain(changed.iter().map(|(.., item)| *item)))?;
        // The conversion of HTML takes most of the time.
        let sections: Vec<_> = changed
            .par_iter()
            .map(|(_, base, item)| {
                let before = base.as_ref().map(|base| self.notes.sections(base));
                (before.unwrap_or_default(), self.notes.sections(item))
            })
            .collect();
        let mut updated = HashSet::new();
        for ((work, base, item), (noted_before, noted)) in changed.into_iter().zip(sections) {
            let before = self.change.connection().total_changes();
            let mut report = |message: String, severity: Severity| -> Result<()> {
                report.problems.push(Diagnostic {
                    line: 0,
                    key: Some(self.change.works().key(work)?),
                    field: None,
                    message,
                    severity,
                });
                Ok(())
            };
            if let Some(message) = self.keep_citation_key(work, base.as_ref(), item)? {
                report(message, Severity::Notice)?;
            }
            let base = (base.as_ref(), noted_before.as_slice());
            if self.update_work(work, base, (item, &noted))? > 0 {
                report(NOTE_CONFLICT.to_owned(), Severity::Warning)?;
            }
            if self.change.connection().total_changes() > before {
                updated.insert(item.key.as_str());
            }
        }
        self.change.derive_works(std::mem::take(&mut self.noted))?;
        Ok(updated)
    }

    /// Makes a citation key that changed in Zotero an alias: documents may cite the work by the one that it has. Returns
    /// what to report.
    fn keep_citation_key(
        &self,
        work: i64,
        base: Option<&ZoteroItem>,
        item: &ZoteroItem,
    ) -> Result<Option<String>> {
        let before = base.map(zotero::citation_key);
        let Some(now) = zotero::citation_key(item).filter(|_| before.is_some()) else {
            return Ok(None);
        };
        let works = self.change.works();
        if before.flatten().as_ref() == Some(&now) || works.find(&now)?.is_some() {
            return Ok(None);
        }
        works.add_alias(work, &now)?;
        Ok(Some(format!(
            "the citation key in Zotero is {now} now; it is an alias of this work, which keeps its key"
        )))
    }

    /// Brings tags, collections and the note of a work up to date: from an item with the sections of its note to another.
    /// Returns the number of conflicts in the note.
    fn update_work(
        &mut self,
        work: i64,
        (base, before): (Option<&ZoteroItem>, &[NoteSection]),
        (item, now): (&ZoteroItem, &[NoteSection]),
    ) -> Result<usize> {
        self.tags.update(work, base, item)?;
        if let Some(lists) = &self.lists {
            lists.update(work, base, item)?;
        }
        if before == now {
            return Ok(0);
        }
        let ours = self.change.notes().get(work)?;
        let ours = ours.map(|note| note.text).unwrap_or_default();
        let merged = note::merge(before, now, &ours);
        if self.change.notes().write(work, &merged.text)? {
            self.noted.insert(work);
        }
        Ok(merged.conflicts)
    }

    /// Lets notes cite the works of all items that the library has, and show the images of these items.
    fn prepare_notes<'i>(&mut self, items: impl Iterator<Item = &'i ZoteroItem>) -> Result<()> {
        let mut has_notes = false;
        let mut images = HashMap::new();
        for item in items {
            has_notes |= !item.notes.is_empty();
            for attachment in &item.attachments {
                if attachment.link_mode == LinkMode::EmbeddedImage {
                    images.insert(attachment.key.clone(), attachment.path.clone());
                }
            }
        }
        if !has_notes {
            return Ok(());
        }
        let mut statement = self.change.connection().prepare(
            "SELECT source_key, key FROM occurrence JOIN work ON work.id = work_id
             JOIN source_file ON source_file.id = source_file_id
             WHERE source_key IS NOT NULL ORDER BY path = ?1",
        )?;
        let citation_keys = statement
            .query_map([self.path], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<HashMap<String, String>>>()?;
        self.notes = NoteWriter::new(citation_keys, images);
        Ok(())
    }
}
