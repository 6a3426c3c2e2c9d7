//! Groups works by tag facet, year, decade, type, author or language.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{HeadingTranslations, ListOrder, RichBlocks, SectionEvent, WorkInList, original_year};
use crate::csl::TextOrder;
use crate::library::{TagName, TagSummary};

/// The property by which works are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// The tags of a facet, such as `movement`.
    Facet(String),
    /// The year of first publication, earliest first.
    Year,
    /// The decade of first publication.
    Decade,
    /// The entry type.
    Type,
    /// The first author.
    Author,
    /// The language.
    Language,
}

impl FromStr for GroupBy {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.to_lowercase().as_str() {
            "year" => Self::Year,
            "decade" => Self::Decade,
            "type" => Self::Type,
            "author" => Self::Author,
            "language" => Self::Language,
            facet => Self::Facet(facet.to_owned()),
        })
    }
}

/// The placement of a work that belongs to several groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicatePlacement {
    /// In each of its groups.
    #[default]
    Each,
    /// Only in the first of its groups.
    First,
}

impl DuplicatePlacement {
    /// Returns the stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::First => "first",
        }
    }

    /// Returns the value with this name, or [`DuplicatePlacement::Each`] if the name is unknown.
    pub fn named(text: &str) -> Self {
        match text {
            "first" => Self::First,
            _ => Self::Each,
        }
    }
}

/// The heading of a section.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Heading {
    /// The printed text.
    pub text: String,
    /// The nesting depth; 0 is the top level.
    pub depth: usize,
}

/// Works in groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grouping {
    /// The groups in print order. A group may be empty if it is the parent of a group that is not.
    pub groups: Vec<WorkGroup>,
}

/// A group of works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkGroup {
    /// The heading of the group.
    pub heading: Option<Heading>,
    /// The event that it is in a calendar.
    pub event: Option<SectionEvent>,
    /// The text between the heading and the first work.
    pub introduction: RichBlocks,
    /// The citation keys of its works, sorted unless `order` is that of the style.
    pub keys: Vec<String>,
    /// The order of the works.
    pub order: ListOrder,
}

impl WorkGroup {
    /// Creates a group with a heading, in the order of the style.
    fn headed(text: String, depth: usize, keys: Vec<String>) -> Self {
        Self {
            heading: Some(Heading { text, depth }),
            event: None,
            introduction: RichBlocks::default(),
            keys,
            order: ListOrder::default(),
        }
    }
}

impl Grouping {
    /// Groups `works`, which keep their order within each group. HeadingTranslations are printed in the language of
    /// `headings`. `tags` lists the tags of the facet in vocabulary order and is only used when grouping by
    /// facet. Works that belong to no group form the last one.
    pub fn new(
        works: &[WorkInList<'_>],
        by: &GroupBy,
        tags: &[TagSummary],
        repeat: DuplicatePlacement,
        headings: HeadingTranslations,
    ) -> Self {
        let order = TextOrder::new(headings.language_code());
        match by {
            GroupBy::Facet(facet) => {
                let without = headings.without_tag(facet);
                Self::by_facet(works, without, tags, repeat)
            }
            GroupBy::Year => Self::by_label(works, headings.no_date(), |work| {
                let year = original_year(work)?;
                Some((year_sort_key(year), headings.year(year)))
            }),
            GroupBy::Decade => Self::by_label(works, headings.no_date(), |work| {
                let year = original_year(work)?;
                let decade = year.div_euclid(10) * 10;
                let label = match decade {
                    0.. => headings.decade(decade.unsigned_abs(), false),
                    // Decades BC count backwards: 499 to 490 BC are the 490s.
                    _ => headings.decade(year.unsigned_abs() / 10 * 10, true),
                };
                let place = if decade < 0 {
                    -((-year).div_euclid(10) * 10) - 1
                } else {
                    decade
                };
                Some((year_sort_key(place), label))
            }),
            GroupBy::Type => Self::by_label(works, "", |(work, _)| {
                let label = headings.of_type(&work.entry_type).to_owned();
                Some((order.key(&label), label))
            }),
            GroupBy::Author => Self::by_label(works, headings.no_author(), |(work, item)| {
                let shown = work.authors.first()?;
                let name = item.principal_names().first()?;
                Some((order.name_key(&name.sort_order()), shown.clone()))
            }),
            GroupBy::Language => Self::by_label(works, headings.no_language(), |(_, item)| {
                let name = headings.language(&item.text("language")?)?;
                Some((order.key(&name), name))
            }),
        }
    }

    /// Groups by tags. A work with a tag and one of its child tags appears only in the child's group, which
    /// follows below the parent's.
    fn by_facet(
        works: &[WorkInList<'_>],
        without: String,
        tags: &[TagSummary],
        repeat: DuplicatePlacement,
    ) -> Self {
        let tags = in_hierarchy(tags);
        let own: Vec<Vec<&TagName>> = works
            .iter()
            .map(|(work, _)| narrowest(&work.tags, &tags, repeat))
            .collect();
        let keys_where = |holds: &dyn Fn(&[&TagName]) -> bool| -> Vec<String> {
            works
                .iter()
                .zip(&own)
                .filter(|(_, tags)| holds(tags))
                .map(|((work, _), _)| work.key.clone())
                .collect()
        };
        let mut groups: Vec<WorkGroup> = tags
            .iter()
            .map(|(tag, depth)| {
                let text = tag.label.clone().unwrap_or_else(|| tag.tag.name.clone());
                let keys = keys_where(&|tags| tags.contains(&&tag.tag));
                WorkGroup::headed(text, *depth, keys)
            })
            .collect();
        let untagged = keys_where(&|tags| tags.is_empty());
        groups.push(WorkGroup::headed(without, 0, untagged));
        // Scan backwards: an empty group stays if a deeper group directly follows it.
        let mut kept: Vec<WorkGroup> = Vec::new();
        for group in groups.into_iter().rev() {
            let depth =
                |group: &WorkGroup| group.heading.as_ref().map_or(0, |heading| heading.depth);
            let has_narrower = kept.last().is_some_and(|next| depth(next) > depth(&group));
            if !group.keys.is_empty() || has_narrower {
                kept.push(group);
            }
        }
        kept.reverse();
        Self { groups: kept }
    }

    /// Groups by a label, which follows its sort key.
    fn by_label(
        works: &[WorkInList<'_>],
        without: &str,
        label: impl Fn(WorkInList<'_>) -> Option<(Vec<u8>, String)>,
    ) -> Self {
        let mut groups: BTreeMap<(bool, Vec<u8>), WorkGroup> = BTreeMap::new();
        for work in works {
            let (place, text) = match label(*work) {
                Some((place, text)) => ((false, place), text),
                None => ((true, Vec::new()), without.to_owned()),
            };
            groups
                .entry(place)
                .or_insert_with(|| WorkGroup::headed(text, 0, Vec::new()))
                .keys
                .push(work.0.key.clone());
        }
        Self {
            groups: groups.into_values().collect(),
        }
    }
}

/// Returns a work's tags among `tags`, in that order, without those that have a child tag on the same work.
fn narrowest<'t>(
    of_work: &[TagName],
    tags: &[(&'t TagSummary, usize)],
    repeat: DuplicatePlacement,
) -> Vec<&'t TagName> {
    let has = |tag: &TagName| of_work.contains(tag);
    let mut found = Vec::new();
    for (at, (tag, depth)) in tags.iter().enumerate() {
        let mut below = tags
            .iter()
            .skip(at + 1)
            .take_while(|(_, other)| other > depth);
        if has(&tag.tag) && !below.any(|(narrower, _)| has(&narrower.tag)) {
            found.push(&tag.tag);
        }
    }
    if repeat == DuplicatePlacement::First {
        found.truncate(1);
    }
    found
}

/// Returns a year as bytes that sort like it, including years BC.
fn year_sort_key(year: i32) -> Vec<u8> {
    (i64::from(year) + 1_000_000_000).to_be_bytes().into()
}

/// Sorts tags so that child tags follow their parent, and adds the nesting depth of each.
pub fn in_hierarchy(tags: &[TagSummary]) -> Vec<(&TagSummary, usize)> {
    let is_top = |tag: &TagSummary| {
        tag.parent
            .as_ref()
            .is_none_or(|parent| tags.iter().all(|other| other.tag != *parent))
    };
    let mut ordered = Vec::with_capacity(tags.len());
    let mut pending: Vec<(&TagSummary, usize)> = tags
        .iter()
        .rev()
        .filter(|tag| is_top(tag))
        .map(|tag| (tag, 0))
        .collect();
    while let Some((tag, depth)) = pending.pop() {
        ordered.push((tag, depth));
        let narrower = tags
            .iter()
            .rev()
            .filter(|other| other.parent.as_ref() == Some(&tag.tag));
        pending.extend(narrower.map(|other| (other, depth + 1)));
    }
    ordered
}
