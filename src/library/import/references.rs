//! Import of a plain reference list: each reference is compared with the library before anything is added, and what is
//! new is tagged as unverified.

use std::collections::{HashMap, HashSet};

use rusqlite::params;

use super::report::{FileReport, ReferenceReport, ReferenceStatus};
use super::{ConflictPolicy, ImportedFile};
use crate::formats::bibtex::{BibFile, Duplicate, FilePiece};
use crate::formats::{Diagnostic, Severity, references};
use crate::library::derived_tables::{principal_names, read_entry};
use crate::library::identity::{Identity, normalised};
use crate::library::tags::NewAssignment;
use crate::library::{Change, Library, LibraryError, Origin, Result, Tag, TagName};
use crate::model::{CslItem, Entry};

/// The tag of works that nobody has compared with a source.
const UNVERIFIED: &str = "status:unverified";

/// The existing work of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownWork {
    /// Its key.
    pub key: String,
    /// The title in the library, if the title of the reference differs so much that they may be two works.
    pub other_title: Option<String>,
}

impl Library {
    /// Returns the existing work of a reference: by its identifiers, or else by title, first author and year, tolerant
    /// of misprints and of a missing subtitle.
    pub fn known_work(&self, entry: &Entry, item: &CslItem) -> Result<Option<KnownWork>> {
        let identity = Identity::of(entry, item, principal_names(item));
        let mut candidates: HashSet<i64> = HashSet::new();
        let mut by_match_key = self
            .connection
            .prepare_cached("SELECT work_id FROM match_key WHERE match_key = ?1")?;
        for match_key in identity.match_keys() {
            let found = by_match_key.query_map([match_key], |row| row.get(0))?;
            candidates.extend(found.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
        // The name that works are sorted by begins with the first author; particles may be missing in either.
        let author = identity.author.rsplit(' ').next().unwrap_or_default();
        if let (Some(year), false) = (identity.year, author.is_empty()) {
            let mut by_author = self.connection.prepare_cached(
                "SELECT work_id FROM work_summary
                 WHERE year BETWEEN ?1 - 1 AND ?1 + 1 AND instr(sort_author, ?2) > 0 LIMIT 500",
            )?;
            let found = by_author.query_map(params![year, author], |row| row.get(0))?;
            candidates.extend(found.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
        let mut read = self.connection.prepare_cached(
            "SELECT key, source, item FROM work JOIN csl_item ON work_id = id WHERE id = ?1",
        )?;
        let mut best: Option<(f64, KnownWork)> = None;
        for work in candidates {
            let (key, source, json): (String, String, String) =
                read.query_row([work], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let known: CslItem = serde_json::from_str(&json).unwrap_or_default();
            let other = Identity::of(&read_entry(&key, &source)?, &known, principal_names(&known));
            // Two works with the same author, year and address are the same, whatever their titles.
            let has_same_address = address(item).is_some() && address(item) == address(&known);
            let found = likeness(&identity, &other);
            let Some((likeness, is_certain)) = found.or(has_same_address.then_some((0.7, false)))
            else {
                continue;
            };
            let is_better = best.as_ref().is_none_or(|(earlier, work)| {
                likeness > *earlier || (likeness == *earlier && key < work.key)
            });
            if is_better {
                let other_title = known.text("title").filter(|_| !is_certain);
                best = Some((likeness, KnownWork { key, other_title }));
            }
        }
        Ok(best.map(|(_, known)| known))
    }
}

/// Returns the similarity of a reference to an existing work, and whether it is almost certain; `None` if they are two
/// works.
fn likeness(reference: &Identity, work: &Identity) -> Option<(f64, bool)> {
    if reference.same_work(work).is_some() {
        return Some((2.0, true));
    }
    if let (Some(one), Some(two)) = (&reference.doi, &work.doi)
        && one != two
    {
        return None;
    }
    let authors_fit = reference.author == work.author
        || reference.author.ends_with(&format!(" {}", work.author))
        || work.author.ends_with(&format!(" {}", reference.author))
        || strsim::normalized_levenshtein(&reference.author, &work.author) >= 0.8;
    let years_fit = match (reference.year, work.year) {
        (Some(one), Some(two)) => one.abs_diff(two) <= 1,
        _ => false,
    };
    if !authors_fit || !years_fit {
        return None;
    }
    let lacks_subtitle = |short: &str, long: &str| {
        short.len() >= 12
            && long
                .strip_prefix(short)
                .is_some_and(|rest| rest.starts_with(' '))
    };
    let one_lacks_subtitle = lacks_subtitle(&reference.title, &work.title)
        || lacks_subtitle(&work.title, &reference.title);
    if !one_lacks_subtitle && numbers(&reference.title) != numbers(&work.title) {
        return None;
    }
    let same_year = f64::from(u8::from(reference.year == work.year)) * 0.1;
    let (one, two) = (
        without_spaces(&reference.title),
        without_spaces(&work.title),
    );
    if one.is_empty() || two.is_empty() {
        return None;
    }
    if one == two {
        return Some((1.0 + same_year, true));
    }
    let lengths = (one.len().min(two.len()), one.len().max(two.len()));
    // One of the two lacks the subtitle, or has the name of the journal in the title.
    if lengths.0 >= 12 && (one.starts_with(&two) || two.starts_with(&one)) {
        let share = lengths.0 as f64 / lengths.1 as f64;
        return Some((0.8 + share * 0.15 + same_year, reference.year == work.year));
    }
    let near = strsim::normalized_levenshtein(&one, &two);
    (near >= 0.75).then_some((
        near * 0.9 + same_year,
        near >= 0.93 && reference.year == work.year,
    ))
}

/// Returns the address of an item without its scheme and a slash at its end.
fn address(item: &CslItem) -> Option<String> {
    let url = item.text("URL")?;
    let (_, address) = url.split_once("://")?;
    Some(address.trim_end_matches('/').to_lowercase())
}

/// Returns a title without spaces, which a printed list may lose at the ends of lines with the hyphens there.
fn without_spaces(title: &str) -> String {
    normalised(title).replace(' ', "")
}

/// Titles with other numbers in them are parts of a series, not misprints.
fn numbers(title: &str) -> Vec<String> {
    title
        .split(' ')
        .filter(|word| word.chars().any(|c| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

impl Change<'_> {
    /// Imports a reference list. `items` are its references in the order of the entries of the file.
    ///
    /// A reference to a work of the library changes nothing but the record of the file. A new work gets the tag
    /// `status:unverified`, with the confidence of its reading.
    pub fn import_references(
        &self,
        imported: ImportedFile<'_>,
        items: &[CslItem],
        advance: &mut dyn FnMut(usize),
    ) -> Result<FileReport> {
        let last: i64 =
            self.connection()
                .query_row("SELECT coalesce(max(id), 0) FROM work", [], |row| {
                    row.get(0)
                })?;
        let (file, references) = self.with_known_works(imported.file, items)?;
        let mut report = self.import(
            ImportedFile {
                file: &file,
                ..imported
            },
            ConflictPolicy::Keep,
            advance,
        )?;
        self.tag_unverified(imported.path, last, items)?;
        report.references = references;
        Ok(report)
    }

    /// Returns the file with the entries of the library in place of references to works that it has, and what each
    /// reference is about.
    fn with_known_works(
        &self,
        file: &BibFile,
        items: &[CslItem],
    ) -> Result<(BibFile, Vec<ReferenceReport>)> {
        let mut file = file.clone();
        let mut reports = Vec::new();
        let mut items = items.iter();
        let mut seen = HashSet::new();
        for piece in &mut file.pieces {
            let FilePiece::Entry {
                work,
                line,
                duplicate,
                ..
            } = piece
            else {
                continue;
            };
            let Some(item) = items.next() else {
                break;
            };
            let known = self.known_work(work, item)?;
            let (source, confidence) = references::reading_of(item).unwrap_or_default();
            reports.push(ReferenceReport {
                line: *line,
                key: known.as_ref().map_or(&work.key, |known| &known.key).clone(),
                status: match &known {
                    None => ReferenceStatus::New,
                    Some(known) if known.other_title.is_none() => ReferenceStatus::Known,
                    Some(_) => ReferenceStatus::Probable,
                },
                source,
                confidence,
            });
            let Some(known) = known else {
                continue;
            };
            let (severity, message) = match &known.other_title {
                None => (Severity::Notice, format!("already there as {}", known.key)),
                Some(title) => (
                    Severity::Warning,
                    format!("probably {} (title differs: {title})", known.key),
                ),
            };
            file.problems.push(Diagnostic {
                line: *line,
                key: Some(work.key.clone()),
                field: None,
                message,
                severity,
            });
            if let Some(id) = self.works().find(&known.key)? {
                **work = read_entry(&known.key, &self.works().source_of(id)?)?;
                let is_first = seen.insert(known.key);
                *duplicate = (!is_first).then_some(Duplicate::Identical);
            }
        }
        file.problems.sort_by_key(|problem| problem.line);
        Ok((file, reports))
    }

    /// Tags the works that came from a file and are newer than the work `last`.
    fn tag_unverified(&self, path: &str, last: i64, items: &[CslItem]) -> Result<()> {
        let confidences: HashMap<String, f64> =
            items.iter().filter_map(references::reading_of).collect();
        let new: Vec<(i64, Option<String>)> = self
            .connection()
            .prepare(
                "SELECT work_id, original FROM occurrence
                 JOIN source_file ON source_file.id = source_file_id
                 WHERE path = ?1 AND work_id > ?2",
            )?
            .query_map(params![path, last], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if new.is_empty() {
            return Ok(());
        }
        let tag = match self.tags().resolve(UNVERIFIED) {
            Ok(tag) => tag.id,
            Err(LibraryError::UnknownTag { .. }) => {
                let name: TagName = UNVERIFIED.parse()?;
                self.tags().put(&Tag::named(name))?
            }
            Err(error) => return Err(error),
        };
        for (work, original) in new {
            let confidence = original.and_then(|original| confidences.get(&original).copied());
            let reason = match confidence {
                Some(confidence) if confidence >= 1.0 => {
                    "parsed from a reference list, with labels set by hand".to_owned()
                }
                Some(confidence) => {
                    format!("parsed from a reference list, confidence {confidence:.2}")
                }
                None => "parsed from a reference list".to_owned(),
            };
            self.tags().assign(NewAssignment {
                work,
                tag,
                origin: Origin::Import,
                source: path,
                reason: Some(&reason),
            })?;
        }
        Ok(())
    }
}
