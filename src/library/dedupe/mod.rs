//! Duplicates: works of the library that are probably one, merged or kept apart for good.
//!
//! Only works are compared that share something: a match key (DOI, ISBN, eprint, fingerprint), the title, or
//! first author and year. So the time grows with the number of works, not with its square.
//!
//! Pairs of likely duplicates become groups in two rounds. Certain pairs are joined first. What is only similar is
//! then compared as if the certain groups were merged already.

mod merge;
mod survivor;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::derived_tables::{principal_names, read_entry};
use super::identity::{Evidence, Identity};
use super::{Result, TagName, Works};
use crate::model::CslItem;

pub use merge::{KeptValue, MergeOutcome};
pub use survivor::Survivor;
use survivor::{Merits, survivor};

/// The certainty that works are duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// They share a DOI, ISBN or eprint.
    Identifier,
    /// They share title, first author, year and type.
    Reference,
    /// They are similar.
    Similar,
}

impl Certainty {
    /// All of them, the most certain first.
    pub const ALL: [Self; 3] = [Self::Identifier, Self::Reference, Self::Similar];

    /// Returns whether there is little doubt.
    pub fn is_certain(self) -> bool {
        self != Self::Similar
    }
}

/// Works that are probably the same.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DuplicateGroup {
    /// Their keys: that of the work that should stay, then the others in the order in which they were added.
    pub keys: Vec<String>,
    /// Their rowids, in the same order.
    #[serde(skip)]
    pub works: Vec<i64>,
    /// The certainty that they are duplicates.
    pub certainty: Certainty,
    /// The work that should stay, and why.
    pub survivor: Survivor,
    /// The similar pairs, and what they have in common.
    pub reasons: Vec<Similarity>,
}

/// A similarity of two works.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Similarity {
    /// The key of the one.
    pub one: String,
    /// The key of the other.
    pub other: String,
    /// The values that they have in common.
    pub reason: String,
    /// Whether it is almost certain.
    pub certain: bool,
    /// The certainty.
    #[serde(skip)]
    pub certainty: Certainty,
}

/// A work that is compared with others.
struct ComparedWork {
    id: i64,
    key: String,
    identity: Identity,
    merits: Merits,
}

/// A pair of works by their places among the candidates, the smaller one first.
type Pair = (usize, usize);

/// The works that a user marked as different from a work with a smaller rowid.
type KeptApart = HashMap<i64, HashSet<i64>>;

/// The number of works that are read at once.
const BATCH: usize = 4_000;
/// A block with more works than this is compared by neighbours, in the order of the titles.
const LARGE_BLOCK: usize = 60;
const NEIGHBOURS: usize = 12;

impl Works<'_> {
    /// Returns groups of likely duplicates, the certain ones first, without the works that a user keeps apart. With
    /// `among`, only groups with one of these works.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`].
    pub fn duplicates(&self, among: Option<&HashSet<i64>>) -> Result<Vec<DuplicateGroup>> {
        let mut groups = self.duplicate_groups(&self.candidates("true", 0)?)?;
        if let Some(among) = among {
            groups.retain(|group| group.works.iter().any(|work| among.contains(work)));
        }
        Ok(groups)
    }

    /// Returns groups of likely duplicates with a work that was added after the one with the rowid `last`. Only works
    /// with a match key or year of these are read, so that this takes little time in a large library.
    ///
    /// # Errors
    ///
    /// [`super::LibraryError::UnreadableWork`].
    pub fn new_duplicates(&self, last: i64) -> Result<Vec<DuplicateGroup>> {
        let may_be_new = "id > ?1 OR id IN (
                SELECT work_id FROM work_summary
                WHERE year IN (SELECT year FROM work_summary WHERE work_id > ?1)
                UNION ALL SELECT work_id FROM match_key
                WHERE match_key IN (SELECT value FROM work_summary, json_each(match_keys) WHERE work_id > ?1))";
        let mut groups = self.duplicate_groups(&self.candidates(may_be_new, last)?)?;
        groups.retain(|group| group.works.iter().any(|work| *work > last));
        Ok(groups)
    }

    fn duplicate_groups(&self, candidates: &[ComparedWork]) -> Result<Vec<DuplicateGroup>> {
        let apart = self.kept_apart()?;
        let grouping = GroupBuilder {
            candidates,
            apart: &apart,
        };
        Ok(grouping.build(pairs(candidates, &apart)))
    }

    /// Reads the works that meet a condition, in which `?1` is `last`.
    fn candidates(&self, condition: &str, last: i64) -> Result<Vec<ComparedWork>> {
        let verified = self.tagged("status:verified")?;
        let unverified = self.tagged("status:unverified")?;
        let mut statement = self.library.connection.prepare(&format!(
            "SELECT id, key, source, item FROM work JOIN csl_item ON work_id = id
             WHERE ({condition}) AND ?1 >= 0 ORDER BY id"
        ))?;
        let mut rows = statement.query_map([last], |row| {
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
                let merits = Merits::of(
                    &work,
                    &key,
                    (verified.contains(&id), unverified.contains(&id)),
                );
                Ok(ComparedWork {
                    id,
                    key,
                    identity,
                    merits,
                })
            });
            candidates.extend(read.collect::<Result<Vec<_>>>()?);
        }
    }

    /// Returns the works with a tag; none if there is no such tag.
    fn tagged(&self, tag: &str) -> Result<HashSet<i64>> {
        let Some(tag) = self.library.tags().find(&tag.parse::<TagName>()?)? else {
            return Ok(HashSet::new());
        };
        Ok(self.library.tags().reasons(tag)?.into_keys().collect())
    }

    fn kept_apart(&self) -> Result<KeptApart> {
        let mut statement = self
            .library
            .connection
            .prepare("SELECT work_id, other_id FROM kept_apart")?;
        let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut apart = KeptApart::new();
        for pair in pairs {
            let (work, other): (i64, i64) = pair?;
            apart.entry(work).or_default().insert(other);
        }
        Ok(apart)
    }
}

/// Returns the pairs of works that look like one.
fn pairs(candidates: &[ComparedWork], apart: &KeptApart) -> BTreeMap<Pair, Similarity> {
    let mut pairs = BTreeMap::new();
    for block in blocks(candidates) {
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
                let (Some(first), Some(second)) = (candidates.get(pair.0), candidates.get(pair.1))
                else {
                    continue;
                };
                let others = apart.get(&first.id.min(second.id));
                if others.is_some_and(|others| others.contains(&first.id.max(second.id))) {
                    continue;
                }
                if let Some((reason, certainty)) = similarity(&first.identity, &second.identity) {
                    let similarity = Similarity {
                        one: first.key.clone(),
                        other: second.key.clone(),
                        reason,
                        certain: certainty.is_certain(),
                        certainty,
                    };
                    pairs.insert(pair, similarity);
                }
            }
        }
    }
    pairs
}

/// Returns groups of works that share something, by their places in `candidates`; in each, works whose titles begin
/// alike are next to each other.
fn blocks(candidates: &[ComparedWork]) -> Vec<Vec<usize>> {
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

/// Returns what two works have in common, if that may make them the same work, and how certain it is.
fn similarity(one: &Identity, other: &Identity) -> Option<(String, Certainty)> {
    if let Some(evidence) = one.same_work(other) {
        return Some(match evidence {
            Evidence::Doi(doi) => (format!("the same DOI, {doi}"), Certainty::Identifier),
            Evidence::Isbn(isbn) => (format!("the same ISBN, {isbn}"), Certainty::Identifier),
            Evidence::Eprint(eprint) => {
                (format!("the same eprint, {eprint}"), Certainty::Identifier)
            }
            Evidence::Fingerprint => (
                "the same title, first author, year and type".into(),
                Certainty::Reference,
            ),
        });
    }
    if let (Some(doi), Some(other_doi)) = (&one.doi, &other.doi)
        && doi == other_doi
        && one.title_fits(other)
    {
        let reason = format!("the same DOI, {doi}, but another year, volume or page");
        return Some((reason, Certainty::Similar));
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
        return Some((what.into(), Certainty::Similar));
    }
    if !same_author || one.year != other.year {
        return None;
    }
    // Titles that differ in numbers are parts of a series, not misprints.
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
            Certainty::Similar,
        )
    })
}

/// Joins pairs of likely duplicates to groups.
struct GroupBuilder<'a> {
    candidates: &'a [ComparedWork],
    apart: &'a KeptApart,
}

impl GroupBuilder<'_> {
    fn build(&self, pairs: BTreeMap<Pair, Similarity>) -> Vec<DuplicateGroup> {
        let (mut certain, mut similar): (BTreeMap<_, _>, BTreeMap<_, _>) = pairs
            .into_iter()
            .partition(|(_, similarity)| similarity.certain);
        // If a work would join two others that cannot be the same, only a person can decide which of them it is.
        let mut groups = joined(certain.keys().copied(), self.candidates.len());
        groups.retain(|group| {
            let is_one_work = self.can_be_one(group);
            if !is_one_work {
                for work in group {
                    let from = (*work, 0)..=(*work, usize::MAX);
                    let doubtful: Vec<Pair> = certain.range(from).map(|(pair, _)| *pair).collect();
                    for pair in doubtful {
                        if let Some(mut similarity) = certain.remove(&pair) {
                            similarity.certainty = Certainty::Similar;
                            similarity.certain = false;
                            similar.insert(pair, similarity);
                        }
                    }
                }
            }
            is_one_work
        });
        let mut group_of: HashMap<usize, usize> = HashMap::new();
        for (place, group) in groups.iter().enumerate() {
            group_of.extend(group.iter().map(|work| (*work, place)));
        }
        let best: Vec<usize> = groups.iter().map(|group| self.best_of(group)).collect();
        // A certain group is represented by its work that should stay.
        let stand_in = |work: usize| -> usize {
            let group = group_of.get(&work).and_then(|group| best.get(*group));
            group.copied().unwrap_or(work)
        };
        let members = |work: usize| -> &[usize] {
            let group = group_of.get(&work).and_then(|group| groups.get(*group));
            group.map_or(&[], Vec::as_slice)
        };
        let mut between: BTreeMap<Pair, Similarity> = BTreeMap::new();
        let mut seen: HashSet<Pair> = HashSet::new();
        for ((one, other), mut similarity) in similar {
            let (one, other) = (stand_in(one), stand_in(other));
            let pair = (one.min(other), one.max(other));
            if one == other || !seen.insert(pair) {
                continue;
            }
            let all = [&[one, other], members(one), members(other)].concat();
            let (Some(first), Some(second)) =
                (self.candidates.get(one), self.candidates.get(other))
            else {
                continue;
            };
            if !self.are_kept_apart(&all) {
                similarity.one.clone_from(&first.key);
                similarity.other.clone_from(&second.key);
                between.insert(pair, similarity);
            }
        }
        let mut found: Vec<DuplicateGroup> = groups
            .iter()
            .map(|group| self.duplicate_group(group, &certain))
            .collect();
        let groups = joined(between.keys().copied(), self.candidates.len());
        found.extend(
            groups
                .iter()
                .map(|group| self.duplicate_group(group, &between)),
        );
        found.sort_by_key(|group| group.certainty);
        found
    }

    fn duplicate_group(
        &self,
        group: &[usize],
        pairs: &BTreeMap<Pair, Similarity>,
    ) -> DuplicateGroup {
        let best = self.best_of(group);
        let others = group.iter().copied().filter(|work| *work != best);
        let works: Vec<&ComparedWork> = std::iter::once(best)
            .chain(others)
            .filter_map(|work| self.candidates.get(work))
            .collect();
        let reasons: Vec<Similarity> = group
            .iter()
            .flat_map(|work| pairs.range((*work, 0)..=(*work, usize::MAX)))
            .map(|(_, similarity)| similarity.clone())
            .collect();
        let merits: Vec<(&str, &Merits)> = works
            .iter()
            .map(|work| (work.key.as_str(), &work.merits))
            .collect();
        DuplicateGroup {
            keys: works.iter().map(|work| work.key.clone()).collect(),
            works: works.iter().map(|work| work.id).collect(),
            certainty: reasons
                .iter()
                .map(|similarity| similarity.certainty)
                .max()
                .unwrap_or(Certainty::Similar),
            survivor: survivor(&merits),
            reasons,
        }
    }

    /// Returns the work of a group that should stay: the best, or the first of equals.
    fn best_of(&self, group: &[usize]) -> usize {
        let rank = |work: &usize| self.candidates.get(*work).map(|work| work.merits.rank());
        let first = group.first().copied().unwrap_or_default();
        group.iter().copied().fold(first, |best, work| {
            if rank(&work) > rank(&best) {
                work
            } else {
                best
            }
        })
    }

    /// Returns whether all works of a group can be the same.
    fn can_be_one(&self, group: &[usize]) -> bool {
        let identities = group
            .iter()
            .filter_map(|work| Some(&self.candidates.get(*work)?.identity));
        Identity::can_be_one_work(identities) && !self.are_kept_apart(group)
    }

    /// Returns whether a user keeps two works of a group apart.
    fn are_kept_apart(&self, group: &[usize]) -> bool {
        if self.apart.is_empty() {
            return false;
        }
        let ids = || {
            group
                .iter()
                .filter_map(|work| Some(self.candidates.get(*work)?.id))
        };
        let members: HashSet<i64> = ids().collect();
        ids().any(|id| {
            let others = self.apart.get(&id);
            others.is_some_and(|others| others.iter().any(|other| members.contains(other)))
        })
    }
}

/// Returns the groups of works that the pairs connect, each in order, sorted by their first works.
fn joined(pairs: impl Iterator<Item = Pair>, works: usize) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = (0..works).collect();
    /// Returns the first work of a group, and shortens the way to it.
    fn first_of(parents: &mut [usize], mut work: usize) -> usize {
        while let Some(parent) = parents.get(work).copied().filter(|parent| *parent != work) {
            let next = parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = parents.get_mut(work) {
                *slot = next;
            }
            work = next;
        }
        work
    }
    let mut members = BTreeSet::new();
    for (one, other) in pairs {
        members.extend([one, other]);
        let (one, other) = (first_of(&mut parents, one), first_of(&mut parents, other));
        if let Some(parent) = parents.get_mut(one.max(other)) {
            *parent = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for work in members {
        groups
            .entry(first_of(&mut parents, work))
            .or_default()
            .push(work);
    }
    groups.into_values().collect()
}
