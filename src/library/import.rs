//! Import: the entries of a file become works, and the file itself is remembered.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use rusqlite::{OptionalExtension as _, params};

use super::derive::Rows;
use super::history::now;
use super::tags::{NewAssignment, Origin, Tag, TagName};
use super::{Change, LibraryError, Result};
use crate::formats::bibtex::{self, BibFile, Duplicate, FilePiece};
use crate::formats::{Problem, Severity};
use crate::work::Work;

/// What an entry does to a work of the same key that the library has already, where the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictPolicy {
    /// Nothing: the library's work stays as it is.
    Keep,
    /// It takes the place of the work's entry.
    Replace,
    /// Its new fields are added; where both have a field, the library's stays, and that is reported.
    #[default]
    Merge,
}

/// What an import did, file by file and in all.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Receipt {
    /// The files, in the order in which they were given.
    pub files: Vec<FileReceipt>,
    /// The sums over all files.
    #[serde(flatten)]
    pub totals: Counts,
}

/// What an import did with one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct FileReceipt {
    /// The file's path as it was given.
    pub path: String,
    /// What became of its entries.
    #[serde(flatten)]
    pub counts: Counts,
    /// What was found wrong, by line.
    pub problems: Vec<Problem>,
    /// The entries that were refused.
    #[serde(skip)]
    pub rejects: Vec<Reject>,
}

/// What became of entries. `entries` is the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// How many there are.
    pub entries: usize,
    /// How many are new works.
    pub imported: usize,
    /// How many changed a work.
    pub updated: usize,
    /// How many were in the library as they are.
    pub unchanged: usize,
    /// How many were refused.
    pub rejected: usize,
}

/// An entry that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its line.
    pub line: usize,
    /// Its verbatim text.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Receipt {
    /// Adds the receipt of a file.
    pub fn add(&mut self, file: FileReceipt) {
        self.totals.entries += file.counts.entries;
        self.totals.imported += file.counts.imported;
        self.totals.updated += file.counts.updated;
        self.totals.unchanged += file.counts.unchanged;
        self.totals.rejected += file.counts.rejected;
        self.files.push(file);
    }
}

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
    work: &'a Work,
    line: usize,
}

/// How many works are derived at once, and then written down.
const BATCH: usize = 2_000;

impl Change<'_> {
    /// Imports a bibliography. An entry matches the work that has its key; `advance` is called with the
    /// number of entries that were dealt with since the last call.
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
        let ImportedFile { path, file, .. } = imported;
        let mut receipt = FileReceipt {
            path: path.to_owned(),
            problems: file.problems.clone(),
            ..FileReceipt::default()
        };
        let mut importing = Importing {
            change: self,
            policy,
            in_file: file.by_key(),
            file,
            receipt: &mut receipt,
            places: Vec::new(),
            leading: String::new(),
            new: Vec::new(),
            changed: BTreeSet::new(),
            was_empty: self.count()? == 0,
            keywords: Vec::new(),
            new_by_key: HashMap::new(),
        };
        importing.sort_out(advance)?;
        importing.write_new(advance)?;
        importing.remember_file(imported)?;
        let changed = std::mem::take(&mut importing.changed);
        self.derive_works(changed)?;
        importing.assign_keywords()?;
        receipt.problems.sort_by_key(|problem| problem.line);
        Ok(receipt)
    }
}

/// An import under way.
struct Importing<'a> {
    change: &'a Change<'a>,
    policy: ConflictPolicy,
    file: &'a BibFile,
    in_file: HashMap<&'a str, &'a Work>,
    receipt: &'a mut FileReceipt,
    places: Vec<Place>,
    leading: String,
    new: Vec<NewWork<'a>>,
    changed: BTreeSet<i64>,
    was_empty: bool,
    /// Keywords that are tags, with the work that they stand on.
    keywords: Vec<(i64, TagName)>,
    /// The new works by the key that each gets in the library.
    new_by_key: HashMap<String, usize>,
}

/// Where a work stands in the file: see the table `occurrence`.
struct Place {
    work: PlacedWork,
    leading: String,
    variant: Option<String>,
}

enum PlacedWork {
    Known(i64),
    /// The index of a new work, which has no number yet.
    New(usize),
}

impl<'a> Importing<'a> {
    /// Decides what becomes of each entry; changes the works that the library has, and sets the new
    /// ones aside.
    fn sort_out(&mut self, advance: &mut dyn FnMut(usize)) -> Result<()> {
        let file = self.file;
        for piece in &file.pieces {
            match piece {
                FilePiece::Work {
                    work,
                    line,
                    duplicate,
                } => {
                    self.receipt.counts.entries += 1;
                    self.place(work, *line, duplicate.as_ref(), advance)?;
                }
                FilePiece::Rejected {
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
                    advance(1);
                }
                other => self.leading.push_str(other.text()),
            }
        }
        Ok(())
    }

    fn place(
        &mut self,
        work: &'a Work,
        line: usize,
        duplicate: Option<&Duplicate>,
        advance: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let leading = std::mem::take(&mut self.leading);
        let key = match duplicate {
            Some(Duplicate::Different { new_key }) => new_key.clone(),
            Some(Duplicate::Identical) | None => work.key.clone(),
        };
        if matches!(duplicate, Some(Duplicate::Identical)) {
            self.receipt.counts.unchanged += 1;
            advance(1);
            if let Some(index) = self.new_by_key.get(&key).copied() {
                let variant = self
                    .new
                    .get(index)
                    .and_then(|new| variant_of(&new.work.source, work));
                self.places.push(Place {
                    work: PlacedWork::New(index),
                    leading,
                    variant,
                });
                return Ok(());
            }
        }
        let known = if self.was_empty {
            None
        } else {
            self.change.find_key(&key)?
        };
        let Some(id) = known else {
            self.places.push(Place {
                work: PlacedWork::New(self.new.len()),
                leading,
                variant: None,
            });
            self.new_by_key.insert(key.clone(), self.new.len());
            self.new.push(NewWork { key, work, line });
            return Ok(());
        };
        let source = self.source_of(id)?;
        if source == work.source {
            if duplicate != Some(&Duplicate::Identical) {
                self.receipt.counts.unchanged += 1;
                advance(1);
            }
            self.places.push(Place {
                work: PlacedWork::Known(id),
                leading,
                variant: None,
            });
            return Ok(());
        }
        if self.is_another_work(&source, work) {
            let key = self.free_key(&key)?;
            self.problem(
                line,
                &work.key,
                None,
                format!("the library has another work of this key; this one is kept under {key}"),
            );
            self.places.push(Place {
                work: PlacedWork::New(self.new.len()),
                leading,
                variant: None,
            });
            self.new_by_key.insert(key.clone(), self.new.len());
            self.new.push(NewWork { key, work, line });
            return Ok(());
        }
        let updated = self.merged(&source, work, line)?;
        advance(1);
        let stored = match updated {
            Some(updated) => {
                self.change
                    .connection()
                    .prepare_cached("UPDATE work SET source = ?2 WHERE id = ?1")?
                    .execute(params![id, updated])?;
                self.changed.insert(id);
                self.receipt.counts.updated += 1;
                updated
            }
            None => {
                self.receipt.counts.unchanged += 1;
                source
            }
        };
        let variant = variant_of(&stored, work);
        self.places.push(Place {
            work: PlacedWork::Known(id),
            leading,
            variant,
        });
        Ok(())
    }

    fn source_of(&self, id: i64) -> Result<String> {
        Ok(self
            .change
            .connection()
            .prepare_cached("SELECT source FROM work WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?)
    }

    /// The entry of the library's work after the policy, or none where it stays as it is.
    fn merged(&mut self, source: &str, work: &Work, line: usize) -> Result<Option<String>> {
        match self.policy {
            ConflictPolicy::Keep => return Ok(None),
            ConflictPolicy::Replace => return Ok(Some(work.source.clone())),
            ConflictPolicy::Merge => {}
        }
        let Ok(mine) = bibtex::parse_entry(source) else {
            return Ok(Some(work.source.clone()));
        };
        if mine.kind() != work.kind() {
            self.problem(
                line,
                &work.key,
                None,
                format!(
                    "the type is @{} here and @{} in the library, which stays",
                    work.entry_type, mine.entry_type
                ),
            );
        }
        let mut merged = source.to_owned();
        for field in &work.fields {
            match mine.field(&field.name) {
                None => {
                    let value = self.file.strings.resolve(&field.value).text;
                    merged = bibtex::set_field(&merged, &field.name, &value).map_err(
                        |error| LibraryError::UnreadableWork {
                            key: mine.key.clone(),
                            reason: error.to_string(),
                        },
                    )?;
                }
                Some(value) if same_value(value, &field.value) => {}
                Some(value) => self.problem(
                    line,
                    &work.key,
                    Some(&field.name),
                    format!(
                        "is {} here and {} in the library, which stays (--on-conflict replace takes \
                         the file's)",
                        shortened(&field.value),
                        shortened(value)
                    ),
                ),
            }
        }
        Ok((merged != source).then_some(merged))
    }

    /// Whether an entry is of another work than the one that has its key: where title and year, or
    /// title and first author, are both told apart.
    fn is_another_work(&self, source: &str, work: &Work) -> bool {
        let Ok(mine) = bibtex::parse_entry(source) else {
            return false;
        };
        let differs = |names: &[&str]| {
            let value = |work: &Work| names.iter().find_map(|name| work.field(name).map(bare));
            matches!((value(&mine), value(work)), (Some(one), Some(other)) if one != other)
        };
        differs(&["title"]) && differs(&["author", "editor"]) && differs(&["date", "year"])
    }

    /// A key that neither the library nor a work of this file has.
    fn free_key(&self, key: &str) -> Result<String> {
        let mut number = 2_u32;
        loop {
            let candidate = format!("{key}-{number}");
            let free = !self.new_by_key.contains_key(&candidate)
                && !self.in_file.contains_key(candidate.as_str())
                && self.change.find_key(&candidate)?.is_none();
            if free {
                return Ok(candidate);
            }
            number += 1;
        }
    }

    fn problem(&mut self, line: usize, key: &str, field: Option<&str>, message: String) {
        self.receipt.problems.push(Problem {
            line,
            key: Some(key.to_owned()),
            field: field.map(str::to_owned),
            message,
            severity: Severity::Warning,
        });
    }

    /// Derives the new works and writes them down.
    fn write_new(&mut self, advance: &mut dyn FnMut(usize)) -> Result<()> {
        let change = self.change;
        let connection = change.connection();
        let at = now(connection)?;
        let outside = self.parents_outside()?;
        let parent = |key: &str| {
            let work = self.in_file.get(key).copied();
            work.or_else(|| outside.get(key)).map(Cow::Borrowed)
        };
        let mut ids = Vec::with_capacity(self.new.len());
        for batch in self.new.chunks(BATCH) {
            let derived: Vec<_> = batch
                .par_iter()
                .map(|new| {
                    let derived = bibtex::derive(new.work, &self.file.strings, &parent);
                    let rows = Rows::of(new.work, &derived);
                    (rows, derived.aliases, derived.keywords, derived.problems)
                })
                .collect();
            for (new, (rows, aliases, keywords, problems)) in batch.iter().zip(derived) {
                connection
                    .prepare_cached("INSERT INTO work (key, source, added_at) VALUES (?1, ?2, ?3)")?
                    .execute(params![new.key, new.work.source, at])?;
                let id = connection.last_insert_rowid();
                ids.push(id);
                change.insert_rows(id, &rows)?;
                for alias in aliases {
                    connection
                        .prepare_cached(
                            "INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)",
                        )?
                        .execute(params![id, alias])?;
                }
                let tags = keywords.iter().filter_map(|keyword| keyword.parse().ok());
                self.keywords.extend(tags.map(|tag| (id, tag)));
                self.receipt
                    .problems
                    .extend(problems.into_iter().map(|problem| Problem {
                        line: new.line,
                        ..problem
                    }));
                self.receipt.counts.imported += 1;
            }
            advance(batch.len());
        }
        for place in &mut self.places {
            if let PlacedWork::New(index) = place.work
                && let Some(id) = ids.get(index)
            {
                place.work = PlacedWork::Known(*id);
            }
        }
        // Works that the library had may inherit from one that came only now.
        if !self.was_empty {
            self.changed.extend(ids);
        }
        Ok(())
    }

    /// The works of the library that works of the file inherit from.
    fn parents_outside(&self) -> Result<HashMap<String, Work>> {
        let mut parents = HashMap::new();
        if self.was_empty {
            return Ok(parents);
        }
        let mut pending: Vec<String> = self
            .new
            .iter()
            .flat_map(|new| parent_keys(new.work))
            .collect();
        while let Some(key) = pending.pop() {
            if self.in_file.contains_key(key.as_str()) || parents.contains_key(&key) {
                continue;
            }
            if self.change.find_key(&key)?.is_some()
                && let Ok(work) = self.change.work(&key)
            {
                pending.extend(parent_keys(&work));
                parents.insert(key, work);
            }
        }
        Ok(parents)
    }

    /// Remembers where the works stand in the file, and what stands around them.
    fn remember_file(&mut self, imported: ImportedFile<'_>) -> Result<()> {
        let connection = self.change.connection();
        let known: Option<i64> = connection
            .query_row(
                "SELECT id FROM source_file WHERE path = ?1",
                [imported.path],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(id) = known {
            if self.is_remembered(id, &imported)? {
                return Ok(());
            }
            connection.execute("DELETE FROM source_file WHERE id = ?1", [id])?;
        }
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
        let file = connection.last_insert_rowid();
        let mut insert = connection.prepare_cached(
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

    /// Whether the library remembers the file just as it is now.
    fn is_remembered(&self, id: i64, imported: &ImportedFile<'_>) -> Result<bool> {
        let connection = self.change.connection();
        let same_frame: bool = connection.query_row(
            "SELECT encoding = ?2 AND trailing = ?3 FROM source_file WHERE id = ?1",
            params![id, imported.encoding, self.leading],
            |row| row.get(0),
        )?;
        if !same_frame {
            return Ok(false);
        }
        let mut statement = connection.prepare(
            "SELECT work_id, leading, variant FROM occurrence WHERE source_file_id = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([id])?;
        for place in &self.places {
            let Some(row) = rows.next()? else {
                return Ok(false);
            };
            let same = matches!(place.work, PlacedWork::Known(work) if row.get::<_, i64>(0)? == work)
                && row.get::<_, String>(1)? == place.leading
                && row.get::<_, Option<String>>(2)? == place.variant;
            if !same {
                return Ok(false);
            }
        }
        Ok(rows.next()?.is_none())
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

/// The keys in a work's `crossref` and `xdata`.
fn parent_keys(work: &Work) -> Vec<String> {
    ["crossref", "xdata"]
        .iter()
        .filter_map(|name| work.field(name))
        .flat_map(|value| value.trim_matches(['{', '}', '"', ' ']).split(','))
        .map(|key| key.trim().to_owned())
        .collect()
}

/// The text of an entry in its file, where that is not the work's own.
fn variant_of(source: &str, work: &Work) -> Option<String> {
    (source != work.source).then(|| work.source.clone())
}

/// A value without its delimiters, inner braces, case and needless white space: what two people who
/// wrote the same thing have in common.
fn bare(value: &str) -> String {
    let kept = value.chars().filter(|c| !matches!(c, '{' | '}' | '"'));
    let text: String = kept.flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two values say the same, delimiters and white space aside.
fn same_value(one: &str, other: &str) -> bool {
    let inner = |value: &str| {
        let value = value.trim();
        let stripped = value
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .or_else(|| {
                value
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
            });
        stripped
            .unwrap_or(value)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    one == other || inner(one) == inner(other)
}

/// A value short enough for a message.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.chars().count() <= LONGEST {
        return value;
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("{start}\u{2026}")
}
