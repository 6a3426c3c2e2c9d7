//! Import: the entries of a file become works, and the file itself is remembered.
//!
//! First every entry is sorted out by its key: it is a work that the library has, or may be new. Those
//! that may be new are derived, many at once and beside the writing; one that turns out to be a work of
//! the library under another key (see `matching`) joins it, and the others are written down.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::mpsc;

use rayon::prelude::*;
use rusqlite::{OptionalExtension as _, params};

use super::conflict::{
    Choice, Conflict, ConflictPolicy, Merged, Side, merge, same_but_for_key, with_key,
};
use super::derived_tables::{
    KnownStrings, RowWriter, Rows, principal_names, read_entry, without_library,
};
use super::history::now;
use super::identity::{Evidence, Identity};
use super::receipt::{FileReceipt, Reject};
use super::tags::{NewAssignment, Origin, Tag, TagName};
use super::{Change, LibraryError, Result};
use crate::formats::bibtex::{self, BibFile, Duplicate, FilePiece, Strings};
use crate::formats::{Diagnostic, Severity};
use crate::model::{CslItem, Entry};

/// A bibliography that is to be imported.
#[derive(Debug, Clone, Copy)]
pub struct ImportedFile<'a> {
    /// Where it came from, as the receipt and the library name it.
    pub path: &'a str,
    /// How its text was encoded.
    pub encoding: &'a str,
    /// What is in it.
    pub file: &'a BibFile,
}

/// A work of the file that is new to the library.
struct NewWork<'a> {
    key: String,
    work: &'a Entry,
    line: usize,
}

impl<'a> NewWork<'a> {
    /// What is to be written down of it. It inherits from works of its file or, where that has none of the key,
    /// from those that `outside` knows.
    fn prepared(
        &self,
        strings: &Strings,
        in_file: &HashMap<&str, &'a Entry>,
        outside: &dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    ) -> Prepared {
        let mut derived = bibtex::derive(self.work, strings, &|key| match in_file.get(key) {
            Some(work) => Some(Cow::Borrowed(*work)),
            None => outside(key),
        });
        derived.item.id.clone_from(&self.key);
        Prepared {
            rows: Rows::of(&self.key, self.work, &derived, None),
            aliases: derived.aliases,
            tags: derived
                .keywords
                .iter()
                .filter_map(|keyword| keyword.parse().ok())
                .collect(),
            problems: derived.problems,
        }
    }
}

/// How many works are derived at once, and then written down.
const BATCH: usize = 1_000;

/// Whom an import asks, and whom it tells how far it is.
pub(super) struct Company<'c> {
    pub(super) ask: &'c mut dyn FnMut(&Conflict) -> Choice,
    pub(super) advance: &'c mut dyn FnMut(usize),
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
    /// What SQLite reports; a bad entry is no error, but is told in the receipt.
    pub fn import(
        &self,
        imported: ImportedFile<'_>,
        policy: ConflictPolicy,
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReceipt> {
        self.import_asking(imported, policy, &mut |_| Choice::Library, advance)
    }

    /// Imports a bibliography, and with [`ConflictPolicy::Ask`] calls `ask` for each field of which the
    /// library and the file say different things.
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
        let in_file = file.by_key();
        let mut importing = Importing {
            change: self,
            policy,
            company: Company { ask, advance },
            in_file: &in_file,
            file,
            file_id: self
                .connection()
                .query_row(
                    "SELECT id FROM source_file WHERE path = ?1",
                    [path],
                    |row| row.get(0),
                )
                .optional()?,
            receipt: FileReceipt {
                path: path.to_owned(),
                problems: file.problems.clone(),
                ..FileReceipt::default()
            },
            places: Vec::new(),
            leading: String::new(),
            new: Vec::new(),
            claimed: HashSet::new(),
            changed: BTreeSet::new(),
            was_empty: self.count()? == 0,
            keywords: Vec::new(),
            new_by_key: HashMap::new(),
            strings: KnownStrings::default(),
        };
        importing.sort_out()?;
        importing.write_new()?;
        importing.remember_file(imported)?;
        self.derive_works(std::mem::take(&mut importing.changed))?;
        importing.assign_keywords()?;
        let mut receipt = importing.receipt;
        receipt.problems.sort_by_key(|problem| problem.line);
        Ok(receipt)
    }
}

/// An import under way.
struct Importing<'a> {
    change: &'a Change<'a>,
    policy: ConflictPolicy,
    company: Company<'a>,
    file: &'a BibFile,
    in_file: &'a HashMap<&'a str, &'a Entry>,
    /// The file's number, where it was imported before.
    file_id: Option<i64>,
    receipt: FileReceipt,
    places: Vec<Place>,
    leading: String,
    new: Vec<NewWork<'a>>,
    /// The works that entries of this file are. A file that has two entries keeps them apart, so no
    /// work is claimed by a second one that has another key.
    claimed: HashSet<i64>,
    changed: BTreeSet<i64>,
    was_empty: bool,
    /// Keywords that are tags, with the work that they stand on.
    keywords: Vec<(i64, TagName)>,
    /// The new works by the key that each gets in the library.
    new_by_key: HashMap<String, usize>,
    strings: KnownStrings,
}

/// Where a work stands in the file: see the table `occurrence`.
struct Place {
    work: PlacedWork,
    leading: String,
    variant: Option<String>,
}

#[derive(Clone, Copy)]
enum PlacedWork {
    Known(i64),
    /// The index of a work that may be new, and has no number yet.
    New(usize),
}

/// What is made of an entry that may be new, before it is written down.
struct Prepared {
    rows: Rows,
    aliases: Vec<String>,
    tags: Vec<TagName>,
    problems: Vec<Diagnostic>,
}

impl<'a> Importing<'a> {
    /// Decides what becomes of each entry; changes the works that the library has, and sets aside those
    /// that may be new.
    fn sort_out(&mut self) -> Result<()> {
        let file = self.file;
        for piece in &file.pieces {
            match piece {
                FilePiece::Entry {
                    work,
                    line,
                    duplicate,
                } => {
                    self.receipt.counts.entries += 1;
                    self.place(work, *line, duplicate.as_ref())?;
                }
                FilePiece::RejectedEntry {
                    text, line, reason, ..
                } => {
                    self.receipt.counts.entries += 1;
                    self.receipt.counts.rejected += 1;
                    self.receipt.rejects.push(Reject {
                        line: *line,
                        text: text.clone(),
                        reason: reason.clone(),
                    });
                    self.leading.push_str(text);
                    (self.company.advance)(1);
                }
                other => self.leading.push_str(other.text()),
            }
        }
        Ok(())
    }

    fn place(&mut self, work: &'a Entry, line: usize, duplicate: Option<&Duplicate>) -> Result<()> {
        let key = Duplicate::key_of(work, duplicate).to_owned();
        if duplicate == Some(&Duplicate::Identical) {
            self.receipt.counts.unchanged += 1;
            (self.company.advance)(1);
            let placed = match self.new_by_key.get(&key).copied() {
                Some(index) => self
                    .new
                    .get(index)
                    .map(|new| (PlacedWork::New(index), new.work.source.clone())),
                None => match self.change.find_key(&key)? {
                    Some(id) => Some((PlacedWork::Known(id), self.change.source_of(id)?)),
                    None => None,
                },
            };
            if let Some((placed, source)) = placed {
                let variant = (source != work.source).then(|| work.source.clone());
                self.put(placed, variant);
                return Ok(());
            }
        }
        let known = if self.was_empty {
            None
        } else {
            self.change.find_key(&key)?
        };
        let Some(id) = known else {
            self.set_aside(key, work, line);
            return Ok(());
        };
        let source = self.change.source_of(id)?;
        if source == work.source || !self.is_another_work(&source, id, work)? {
            let variant = self.meet(id, source, work, line)?;
            self.put(PlacedWork::Known(id), variant);
            (self.company.advance)(1);
            return Ok(());
        }
        // The same happened when the file was imported before: the entry has its own key already.
        let mut number = 2_u32;
        loop {
            let candidate = format!("{key}-{number}");
            number += 1;
            match self.change.find_key(&candidate)? {
                Some(id) => {
                    let source = self.change.source_of(id)?;
                    if !self.claimed.contains(&id) && !self.is_another_work(&source, id, work)? {
                        let variant = self.meet(id, source, work, line)?;
                        self.put(PlacedWork::Known(id), variant);
                        (self.company.advance)(1);
                        return Ok(());
                    }
                }
                None if self.new_by_key.contains_key(&candidate)
                    || self.in_file.contains_key(candidate.as_str()) => {}
                None => {
                    self.warn(
                        line,
                        &work.key,
                        None,
                        format!(
                            "the library has another work of this key; this one is kept under \
                             {candidate}"
                        ),
                    );
                    self.set_aside(candidate, work, line);
                    return Ok(());
                }
            }
        }
    }

    /// Notes where a work stands in the file.
    fn put(&mut self, work: PlacedWork, variant: Option<String>) {
        if let PlacedWork::Known(id) = work {
            self.claimed.insert(id);
        }
        self.places.push(Place {
            work,
            leading: std::mem::take(&mut self.leading),
            variant,
        });
    }

    fn set_aside(&mut self, key: String, work: &'a Entry, line: usize) {
        self.put(PlacedWork::New(self.new.len()), None);
        self.new_by_key.insert(key.clone(), self.new.len());
        self.new.push(NewWork { key, work, line });
    }

    /// Brings the library's work and an entry of it together, by the policy. Gives the entry's text,
    /// where it is not the work's own.
    fn meet(
        &mut self,
        id: i64,
        source: String,
        work: &Entry,
        line: usize,
    ) -> Result<Option<String>> {
        if source == work.source {
            self.receipt.counts.unchanged += 1;
            return Ok(None);
        }
        let before = self.occurrence(id)?;
        let was_met = before
            .as_ref()
            .is_some_and(|variant| variant.as_deref() == Some(work.source.as_str()));
        let policy = self.policy;
        let same = same_but_for_key(&source, work)?
            || policy == ConflictPolicy::Keep
            || (was_met && policy != ConflictPolicy::Replace);
        let stored = if same {
            None
        } else {
            Some(self.brought_together(id, &source, work, line)?)
        };
        let stored = match stored.filter(|stored| *stored != source) {
            Some(stored) => {
                self.change.write_source(id, &stored)?;
                self.changed.insert(id);
                self.receipt.counts.updated += 1;
                let keywords = work.field("keywords").unwrap_or_default();
                let keywords = self.file.strings.resolve(keywords).text;
                let tags = keywords
                    .split([',', ';'])
                    .filter_map(|tag| tag.parse().ok());
                self.keywords.extend(tags.map(|tag| (id, tag)));
                stored
            }
            None => {
                self.receipt.counts.unchanged += 1;
                source
            }
        };
        // An entry of this file that was the work's own stays so, whatever was edited since.
        let is_own = matches!(before, Some(None));
        Ok((!is_own && stored != work.source).then(|| work.source.clone()))
    }

    /// The text of the library's entry after another one of the same work came.
    fn brought_together(
        &mut self,
        id: i64,
        source: &str,
        work: &Entry,
        line: usize,
    ) -> Result<String> {
        let mine = read_entry(&work.key, source)?;
        if self.policy == ConflictPolicy::Replace {
            return with_key(&work.source, &mine.key);
        }
        let strings = self.strings.of(self.change, id)?;
        let key = self.change.key_of(id)?;
        let asks = self.policy == ConflictPolicy::Ask;
        let Merged { source, kept } = merge(
            Side {
                work: &mine,
                strings,
            },
            Side {
                work,
                strings: &self.file.strings,
            },
            &mut |field, in_library, in_file| {
                if !asks {
                    return Choice::Library;
                }
                (self.company.ask)(&Conflict {
                    path: self.receipt.path.clone(),
                    line,
                    key: key.clone(),
                    field: field.to_owned(),
                    in_library: in_library.to_owned(),
                    in_file: in_file.to_owned(),
                })
            },
        )?;
        if !asks {
            self.receipt.kept += kept.len();
        }
        for (field, message) in kept {
            self.warn(line, &work.key, field.as_deref(), message);
        }
        Ok(source)
    }

    /// Where a work stood in this file when it was imported before: nowhere, or with the entry's text
    /// where that was not the work's own.
    fn occurrence(&self, id: i64) -> Result<Option<Option<String>>> {
        let Some(file) = self.file_id else {
            return Ok(None);
        };
        Ok(self
            .change
            .connection()
            .prepare_cached(
                "SELECT variant FROM occurrence WHERE work_id = ?1 AND source_file_id = ?2
                 ORDER BY id LIMIT 1",
            )?
            .query_row([id, file], |row| row.get(0))
            .optional()?)
    }

    /// Whether an entry is of another work than the one of the library that has its key.
    fn is_another_work(&mut self, source: &str, id: i64, work: &Entry) -> Result<bool> {
        let mine = read_entry(&work.key, source)?;
        let strings = self.strings.of(self.change, id)?;
        let one = bibtex::derive(&mine, strings, &|_| None).item;
        let other = bibtex::derive(work, &self.file.strings, &|_| None).item;
        let one = Identity::of(&mine, &one, principal_names(&one));
        let other = Identity::of(work, &other, principal_names(&other));
        Ok(one.is_another_work_than(&other))
    }

    fn warn(&mut self, line: usize, key: &str, field: Option<&str>, message: String) {
        self.problem(Severity::Warning, line, key, field, message);
    }

    fn problem(
        &mut self,
        severity: Severity,
        line: usize,
        key: &str,
        field: Option<&str>,
        message: String,
    ) {
        self.receipt.problems.push(Diagnostic {
            line,
            key: Some(key.to_owned()),
            field: field.map(str::to_owned),
            message,
            severity,
        });
    }

    /// Derives the works that may be new, and writes them down while the next ones are derived.
    fn write_new(&mut self) -> Result<()> {
        let new = std::mem::take(&mut self.new);
        let (file, in_file) = (self.file, self.in_file);
        self.change.gather_full_text(new.len())?;
        let ids = std::thread::scope(|scope| {
            // Two batches may wait, so that neither side idles and memory stays small.
            let (sender, receiver) = mpsc::sync_channel::<Vec<Option<Prepared>>>(2);
            let new = &new;
            scope.spawn(move || {
                for batch in new.chunks(BATCH) {
                    let prepared = batch.par_iter().map(|new| {
                        without_library(|outside| new.prepared(&file.strings, in_file, outside))
                    });
                    // Where nobody receives, writing has failed, and the rest is not wanted.
                    if sender.send(prepared.collect()).is_err() {
                        return;
                    }
                }
            });
            self.write_prepared(new, &receiver)
        })?;
        self.change.full_text_gathered(new.len())?;
        for place in &mut self.places {
            if let PlacedWork::New(index) = place.work
                && let Some((id, variant)) = ids.get(index)
            {
                place.work = PlacedWork::Known(*id);
                if place.variant.is_none() {
                    place.variant.clone_from(variant);
                }
            }
        }
        // Works that the library had may inherit from one that came only now.
        if !self.was_empty {
            let ids = ids.into_iter().map(|(id, _)| id).collect();
            self.changed.extend(self.change.heirs(&ids)?);
        }
        Ok(())
    }

    /// Writes works down as they come. Gives for each its number, and the text of its entry where it
    /// turned out to be a work of the library and that says something else.
    fn write_prepared(
        &mut self,
        new: &[NewWork<'a>],
        receiver: &mpsc::Receiver<Vec<Option<Prepared>>>,
    ) -> Result<Vec<(i64, Option<String>)>> {
        let change = self.change;
        let connection = change.connection();
        let at = now(connection)?;
        let mut insert =
            connection.prepare("INSERT INTO work (key, source, added_at) VALUES (?1, ?2, ?3)")?;
        let mut alias = connection
            .prepare("INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)")?;
        let mut writer = RowWriter::new(connection)?;
        let mut ids = Vec::with_capacity(new.len());
        let mut works = new.iter();
        for batch in receiver {
            let count = batch.len();
            for (prepared, new) in batch.into_iter().zip(&mut works) {
                let prepared = prepared.unwrap_or_else(|| {
                    new.prepared(&self.file.strings, self.in_file, &|key| change.parent(key))
                });
                if !self.was_empty
                    && let Some((id, evidence)) = self.same_work(&prepared.rows.identity)?
                {
                    alias.execute(params![id, new.key])?;
                    let known = change.key_of(id)?;
                    let message = match evidence {
                        Evidence::Doi(doi) => format!("the DOI {doi}"),
                        Evidence::Isbn(isbn) => format!("the ISBN {isbn}"),
                        Evidence::Eprint(eprint) => format!("the eprint {eprint}"),
                        Evidence::Fingerprint => "its title, author and year".to_owned(),
                    };
                    let message = format!(
                        "the library has this work as {known}, by {message}; this key is an alias \
                         of it now"
                    );
                    self.problem(Severity::Notice, new.line, &new.work.key, None, message);
                    let source = self.change.source_of(id)?;
                    let variant = self.meet(id, source, new.work, new.line)?;
                    self.claimed.insert(id);
                    ids.push((id, variant));
                    continue;
                }
                insert.execute(params![new.key, new.work.source, at])?;
                let id = connection.last_insert_rowid();
                self.claimed.insert(id);
                ids.push((id, None));
                writer.write(id, &prepared.rows)?;
                for name in prepared.aliases {
                    alias.execute(params![id, name])?;
                }
                self.keywords
                    .extend(prepared.tags.into_iter().map(|tag| (id, tag)));
                let problems = prepared.problems.into_iter().map(|problem| Diagnostic {
                    line: new.line,
                    ..problem
                });
                self.receipt.problems.extend(problems);
                self.receipt.counts.imported += 1;
            }
            (self.company.advance)(count);
        }
        writer.finish()?;
        Ok(ids)
    }

    /// The work of the library that a reference is of, although it has another key there.
    fn same_work(&self, identity: &Identity) -> Result<Option<(i64, Evidence)>> {
        let connection = self.change.connection();
        let mut with_key = connection.prepare_cached(
            "SELECT work.id, work.key, work.source, item
             FROM match_key JOIN csl_item USING (work_id) JOIN work ON work.id = work_id
             WHERE match_key = ?1",
        )?;
        for key in identity.match_keys() {
            let mut rows = with_key.query([key])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                let key: String = row.get(1)?;
                // An entry of the file that has the work's own key is that work.
                if self.claimed.contains(&id) || self.in_file.contains_key(key.as_str()) {
                    continue;
                }
                let work = read_entry(&key, &row.get::<_, String>(2)?)?;
                let item: CslItem =
                    serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default();
                let known = Identity::of(&work, &item, principal_names(&item));
                if let Some(evidence) = identity.same_work(&known) {
                    return Ok(Some((id, evidence)));
                }
            }
        }
        Ok(None)
    }

    /// Remembers where the works stand in the file, and what stands around them.
    fn remember_file(&mut self, imported: ImportedFile<'_>) -> Result<()> {
        let before = match self.file_id {
            Some(id) => Some((id, self.change.leading_with_strings(id)?)),
            None => None,
        };
        self.write_file(imported)?;
        // Where its `@string`s say something else now, so do the works that use them.
        if let Some((id, before)) = before
            && self.change.leading_with_strings(id)? != before
        {
            self.changed.extend(self.change.works_at(imported.path)?);
        }
        Ok(())
    }

    fn write_file(&mut self, imported: ImportedFile<'_>) -> Result<()> {
        let connection = self.change.connection();
        let file = match self.file_id {
            Some(id) => {
                // The comparison keeps a file that is imported again out of history.
                connection.execute(
                    "UPDATE source_file SET encoding = ?2, trailing = ?3
                     WHERE id = ?1 AND (encoding, trailing) IS NOT (?2, ?3)",
                    params![id, imported.encoding, self.leading],
                )?;
                if self.is_remembered(id)? {
                    return Ok(());
                }
                connection.execute("DELETE FROM occurrence WHERE source_file_id = ?1", [id])?;
                id
            }
            None => {
                connection.execute(
                    "INSERT INTO source_file (path, encoding, trailing, imported_at)
                     VALUES (?1, ?2, ?3, ?4)",
                    params![
                        imported.path,
                        imported.encoding,
                        self.leading,
                        now(connection)?
                    ],
                )?;
                connection.last_insert_rowid()
            }
        };
        let mut insert = connection.prepare(
            "INSERT INTO occurrence (source_file_id, work_id, leading, variant)
             VALUES (?1, ?2, ?3, ?4)",
        )?;
        for place in &self.places {
            if let PlacedWork::Known(work) = place.work {
                insert.execute(params![file, work, place.leading, place.variant])?;
            }
        }
        Ok(())
    }

    /// Whether the library remembers the works of the file in their places. What stands before one, and
    /// its text, are brought up to date where nothing else changed.
    fn is_remembered(&self, id: i64) -> Result<bool> {
        let connection = self.change.connection();
        let mut statement = connection.prepare(
            "SELECT work_id, leading, variant, id FROM occurrence WHERE source_file_id = ?1
             ORDER BY id",
        )?;
        let mut rows = statement.query([id])?;
        let mut outdated = Vec::new();
        for place in &self.places {
            let PlacedWork::Known(work) = place.work else {
                return Ok(false);
            };
            let Some(row) = rows.next()? else {
                return Ok(false);
            };
            if row.get::<_, i64>(0)? != work {
                return Ok(false);
            }
            if row.get::<_, String>(1)? != place.leading
                || row.get::<_, Option<String>>(2)? != place.variant
            {
                outdated.push((row.get::<_, i64>(3)?, place));
            }
        }
        if rows.next()?.is_some() {
            return Ok(false);
        }
        let mut update =
            connection.prepare("UPDATE occurrence SET leading = ?2, variant = ?3 WHERE id = ?1")?;
        for (occurrence, place) in outdated {
            update.execute(params![occurrence, place.leading, place.variant])?;
        }
        Ok(true)
    }

    /// Puts keywords of the form `FACET:NAME` on their works as tags.
    fn assign_keywords(&self) -> Result<()> {
        let mut tags = HashMap::new();
        for (work, name) in &self.keywords {
            let tag = match tags.get(name) {
                Some(tag) => *tag,
                None => {
                    let tag = match self.change.resolve_tag(&name.to_string()) {
                        Ok(tag) => tag.id,
                        Err(LibraryError::UnknownTag { .. }) => {
                            self.change.put_tag(&Tag::named(name.clone()))?
                        }
                        Err(error) => return Err(error),
                    };
                    tags.insert(name.clone(), tag);
                    tag
                }
            };
            self.change.assign(NewAssignment {
                work: *work,
                tag,
                origin: Origin::Import,
                source: &self.receipt.path,
                reason: Some("a keyword of the entry"),
            })?;
        }
        Ok(())
    }
}
