//! Duplicates: works of the library that are probably one, merged or kept apart for good.
//!
//! Only works are compared that share something: a match key (DOI, ISBN, eprint, fingerprint), the title, or
//! first author and year. So the time grows with the number of works, not with its square.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;
use rusqlite::params;

use super::conflict::{Choice, Merged, Side, merge};
use super::derived_tables::{StringCache, principal_names, read_entry};
use super::history::now;
use super::identity::{Evidence, Identity};
use super::{Result, Works, WorksMut};
use crate::formats::bibtex;
use crate::model::CslItem;

/// Works that are probably one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Cluster {
    /// Their keys, in the order in which they came into the library.
    pub keys: Vec<String>,
    /// Why: which two of them are alike, and in what.
    pub reasons: Vec<Likeness>,
}

/// What makes two works look like one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Likeness {
    /// The key of the one.
    pub one: String,
    /// The key of the other.
    pub other: String,
    /// In what they are alike.
    pub reason: String,
    /// Whether it leaves little doubt.
    pub certain: bool,
}

/// What came of merging works.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MergeOutcome {
    /// The key of the work that stays.
    pub key: String,
    /// The keys that are aliases of it now.
    pub aliases: Vec<String>,
    /// Values that the other works had and the one that stays does not take over.
    pub kept: Vec<String>,
}

struct Candidate {
    id: i64,
    key: String,
    identity: Identity,
}

/// How many works are read at once.
const BATCH: usize = 4_000;
/// A block with more works than this is compared by neighbours, in the order of the titles.
const LARGE_BLOCK: usize = 60;
const NEIGHBOURS: usize = 12;

impl Works<'_> {
    /// Returns groups of likely duplicates, without the works that a user keeps apart.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`].
    pub fn duplicates(&self) -> Result<Vec<Cluster>> {
        let candidates = self.candidates()?;
        let apart = self.kept_apart()?;
        let mut pairs = BTreeMap::new();
        for block in blocks(&candidates) {
            let reach = if block.len() > LARGE_BLOCK {
                NEIGHBOURS
            } else {
                block.len()
            };
            for (index, one) in block.iter().enumerate() {
                for other in block.iter().skip(index + 1).take(reach) {
                    let pair = (*one.min(other), *one.max(other));
                    if pair.0 == pair.1 || pairs.contains_key(&pair) {
                        continue;
                    }
                    let (Some(first), Some(second)) =
                        (candidates.get(pair.0), candidates.get(pair.1))
                    else {
                        continue;
                    };
                    if apart.contains(&(first.id.min(second.id), first.id.max(second.id))) {
                        continue;
                    }
                    if let Some((reason, certain)) = likeness(&first.identity, &second.identity) {
                        let likeness = Likeness {
                            one: first.key.clone(),
                            other: second.key.clone(),
                            reason,
                            certain,
                        };
                        pairs.insert(pair, likeness);
                    }
                }
            }
        }
        Ok(clusters(&candidates, pairs))
    }

    fn candidates(&self) -> Result<Vec<Candidate>> {
        let mut statement = self.library.connection.prepare(
            "SELECT id, key, source, item FROM work JOIN csl_item ON work_id = id ORDER BY id",
        )?;
        let mut rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
            ))
        })?;
        let mut candidates = Vec::new();
        loop {
            let batch = rows
                .by_ref()
                .take(BATCH)
                .collect::<rusqlite::Result<Vec<_>>>()?;
            if batch.is_empty() {
                return Ok(candidates);
            }
            let read = batch.into_par_iter().map(|(id, key, source, item)| {
                let work = read_entry(&key, &source)?;
                let item: CslItem = serde_json::from_str(&item).unwrap_or_default();
                let identity = Identity::of(&work, &item, principal_names(&item));
                Ok(Candidate { id, key, identity })
            });
            candidates.extend(read.collect::<Result<Vec<_>>>()?);
        }
    }

    fn kept_apart(&self) -> Result<HashSet<(i64, i64)>> {
        let mut statement = self
            .library
            .connection
            .prepare("SELECT work_id, other_id FROM kept_apart")?;
        let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(pairs.collect::<rusqlite::Result<_>>()?)
    }
}

/// Groups of works that share something, by their places in `candidates`; in each, works with titles
/// that begin alike stand together.
fn blocks(candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let mut by_key: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut by_title: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_author: HashMap<(&str, i32), Vec<usize>> = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let identity = &candidate.identity;
        for key in identity.match_keys() {
            by_key.entry(key).or_default().push(index);
        }
        if !identity.title.is_empty() {
            by_title.entry(&identity.title).or_default().push(index);
        }
        if let (Some(year), false) = (identity.year, identity.author.is_empty()) {
            by_author
                .entry((&identity.author, year))
                .or_default()
                .push(index);
        }
    }
    let mut blocks: Vec<Vec<usize>> = by_key
        .into_values()
        .chain(by_title.into_values())
        .chain(by_author.into_values())
        .filter(|block| block.len() > 1)
        .collect();
    for block in &mut blocks {
        block.sort_by_key(|index| {
            let candidate = candidates.get(*index);
            (
                candidate.map(|candidate| candidate.identity.title.as_str()),
                *index,
            )
        });
    }
    blocks
}

/// In what two works are alike, if they are enough so to be one, and whether that leaves little doubt.
fn likeness(one: &Identity, other: &Identity) -> Option<(String, bool)> {
    match one.same_work(other) {
        Some(Evidence::Doi(doi)) => return Some((format!("the same DOI, {doi}"), true)),
        Some(Evidence::Isbn(isbn)) => return Some((format!("the same ISBN, {isbn}"), true)),
        Some(Evidence::Eprint(eprint)) => {
            return Some((format!("the same eprint, {eprint}"), true));
        }
        Some(Evidence::Fingerprint) => {
            return Some(("the same title, first author, year and type".into(), true));
        }
        None => {}
    }
    if !one.may_be(other) {
        return None;
    }
    let same_author = one.author == other.author;
    if one.title == other.title {
        let what = match (same_author, one.year == other.year) {
            (true, true) => "the same title, first author and year",
            (true, false) => "the same title and first author",
            (false, true) if strsim::jaro_winkler(&one.author, &other.author) > 0.9 => {
                "the same title and year, and much the same first author"
            }
            _ => return None,
        };
        return Some((what.into(), false));
    }
    if !same_author || one.year != other.year {
        return None;
    }
    // Titles with other numbers in them are parts of a series, not slips of the pen.
    let numbers = |title: &str| -> Vec<String> {
        let words = title.split(' ');
        words
            .filter(|word| word.chars().any(|c| c.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    };
    let lengths = (one.title.len(), other.title.len());
    let long = lengths.0.min(lengths.1) >= 12 && lengths.0.abs_diff(lengths.1) <= 12;
    if !long || numbers(&one.title) != numbers(&other.title) {
        return None;
    }
    let near = strsim::normalized_levenshtein(&one.title, &other.title) >= 0.9;
    near.then(|| {
        (
            "nearly the same title, the same first author and year".into(),
            false,
        )
    })
}

/// Joins pairs that share a work.
fn clusters(candidates: &[Candidate], pairs: BTreeMap<(usize, usize), Likeness>) -> Vec<Cluster> {
    let mut heads: HashMap<usize, usize> = HashMap::new();
    fn head(heads: &HashMap<usize, usize>, mut work: usize) -> usize {
        while let Some(next) = heads.get(&work) {
            work = *next;
        }
        work
    }
    for (one, other) in pairs.keys() {
        let (one, other) = (head(&heads, *one), head(&heads, *other));
        if one != other {
            heads.insert(one.max(other), one.min(other));
        }
    }
    let mut clusters: BTreeMap<usize, (BTreeSet<usize>, Vec<Likeness>)> = BTreeMap::new();
    for ((one, other), likeness) in pairs {
        let (works, reasons) = clusters.entry(head(&heads, one)).or_default();
        works.extend([one, other]);
        reasons.push(likeness);
    }
    clusters
        .into_values()
        .map(|(works, reasons)| Cluster {
            keys: works
                .iter()
                .filter_map(|work| candidates.get(*work))
                .map(|candidate| candidate.key.clone())
                .collect(),
            reasons,
        })
        .collect()
}

impl WorksMut<'_> {
    /// Merges works into the first of them: it gets the fields, tags and aliases that the others have
    /// and it has not, their places in files, and their keys as aliases (`ids`). Where both have a field,
    /// the first work's stays.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`]; what SQLite reports.
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
            let Merged { mut source, kept } = merge(
                Side {
                    work: &mine,
                    strings: strings.of(self.change, keep)?,
                },
                Side {
                    work: &theirs,
                    strings: &their_strings,
                },
                &mut |_, _, _| Choice::Library,
            )?;
            // LaTeX documents that cite the other key go on to work.
            let ids = mine
                .field("ids")
                .map(|ids| ids.trim_matches(['{', '}', '"']));
            let ids = ids.map_or_else(|| key.clone(), |ids| format!("{ids},{key}"));
            if let Ok(with_ids) = bibtex::set_field(&source, "ids", &ids) {
                source = with_ids;
            }
            self.write_source(keep, &source)?;
            for (field, message) in kept {
                let field = field.map_or_else(|| "type".to_owned(), |field| field.to_lowercase());
                outcome.kept.push(format!("{key}, {field}: {message}"));
            }
            self.move_places(other, keep)?;
            self.change.lists().join_entries(other, keep)?;
            self.change.notes().join(other, keep)?;
            self.move_rows(other, keep)?;
            self.delete(&BTreeSet::from([other]))?;
            connection.execute(
                "INSERT OR IGNORE INTO key_alias (work_id, alias) VALUES (?1, ?2)",
                params![keep, key],
            )?;
            outcome.aliases.push(key);
        }
        self.change.derive_works(BTreeSet::from([keep]))?;
        Ok(outcome)
    }

    /// Remembers that works are not one, though they look like it. Says whether that is new.
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

    /// Gives the places that a work has in files to another, with the text that stands there. A file
    /// that has both loses the entry of the first: the works are one now.
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

    /// Has every other row of the truth that is about one work be about another, where that has no such
    /// row yet.
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
        for table in super::history::RECORDED_TABLES {
            if matches!(*table, "work" | "kept_apart" | "occurrence") {
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
