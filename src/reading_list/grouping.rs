//! Works put into groups: by a facet of their tags, by year or decade, by type, author or language.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Headings, Order, Prose, WorkInList, original_year};
use crate::library::{TagName, TagSummary};
use crate::text::fold;

/// What works are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// The tags of a facet, such as `movement`.
    Facet(String),
    /// The year in which they first appeared, the earliest first.
    Year,
    /// The ten years in which they first appeared.
    Decade,
    /// The type of work.
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

/// Where a work of several groups stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// In each of them.
    #[default]
    Each,
    /// In the first of them alone.
    First,
}

impl Repeat {
    /// Its name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::First => "first",
        }
    }

    /// The one of this name; [`Repeat::Each`] for any other.
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
    /// What is printed.
    pub text: String,
    /// How deep it stands below the wider groups: 0 for the widest.
    pub depth: usize,
}

/// Works in groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grouping {
    /// The groups, in the order in which they are printed. One without works stands there for the
    /// narrower ones below it.
    pub groups: Vec<Group>,
}

/// One group of works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its heading.
    pub heading: Option<Heading>,
    /// What stands between its heading and its first work.
    pub introduction: Prose,
    /// The keys of its works, in their order as far as it is not the style's.
    pub keys: Vec<String>,
    /// Which order that is.
    pub order: Order,
}

impl Group {
    /// A group of works with a heading, in the order of the style.
    pub(super) fn headed(text: String, depth: usize, keys: Vec<String>) -> Self {
        Self {
            heading: Some(Heading { text, depth }),
            introduction: Prose::default(),
            keys,
            order: Order::default(),
        }
    }
}

impl Grouping {
    /// Groups `works`, which keep their order in each group, below headings in a language. `tags` are the
    /// tags of the facet in the order of the vocabulary, where works are grouped by one. Works that belong
    /// to no group stand last, in one of their own.
    pub fn of(
        works: &[WorkInList<'_>],
        by: &GroupBy,
        tags: &[TagSummary],
        repeat: Repeat,
        headings: Headings,
    ) -> Self {
        match by {
            GroupBy::Facet(facet) => {
                let without = headings.without(facet);
                Self::by_facet(works, without, tags, repeat)
            }
            GroupBy::Year => Self::by_label(works, headings.no_date(), |work| {
                let year = original_year(work)?;
                Some((place_of(year), headings.year(year)))
            }),
            GroupBy::Decade => Self::by_label(works, headings.no_date(), |work| {
                let year = original_year(work)?;
                let decade = year.div_euclid(10) * 10;
                let label = match decade {
                    0.. => headings.decade(decade.unsigned_abs(), false),
                    // The years before our era are counted down: 499 to 490 are the 490s.
                    _ => headings.decade(year.unsigned_abs() / 10 * 10, true),
                };
                let place = if decade < 0 {
                    -((-year).div_euclid(10) * 10) - 1
                } else {
                    decade
                };
                Some((place_of(place), label))
            }),
            GroupBy::Type => Self::by_label(works, "", |(work, _)| {
                let label = headings.of_type(&work.entry_type).to_owned();
                Some((fold(&label), label))
            }),
            GroupBy::Author => Self::by_label(works, headings.no_author(), |(work, _)| {
                let name = work.authors.first()?;
                Some((work.sort_author.clone(), name.clone()))
            }),
            GroupBy::Language => Self::by_label(works, headings.no_language(), |(_, item)| {
                let name = headings.language(&item.text("language")?)?;
                Some((fold(&name), name))
            }),
        }
    }

    /// Groups by tags. A work with a tag and a narrower one stands under the narrower one alone, which
    /// stands below the wider one itself.
    fn by_facet(
        works: &[WorkInList<'_>],
        without: String,
        tags: &[TagSummary],
        repeat: Repeat,
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
        let mut groups: Vec<Group> = tags
            .iter()
            .map(|(tag, depth)| {
                let text = tag.label.clone().unwrap_or_else(|| tag.tag.name.clone());
                let keys = keys_where(&|tags| tags.contains(&&tag.tag));
                Group::headed(text, *depth, keys)
            })
            .collect();
        let untagged = keys_where(&|tags| tags.is_empty());
        groups.push(Group::headed(without, 0, untagged));
        // From the last to the first: an empty group stays where a narrower one right behind it does.
        let mut kept: Vec<Group> = Vec::new();
        for group in groups.into_iter().rev() {
            let depth = |group: &Group| group.heading.as_ref().map_or(0, |heading| heading.depth);
            let has_narrower = kept.last().is_some_and(|next| depth(next) > depth(&group));
            if !group.keys.is_empty() || has_narrower {
                kept.push(group);
            }
        }
        kept.reverse();
        Self { groups: kept }
    }

    /// Groups by a label and the text that it is sorted by.
    fn by_label(
        works: &[WorkInList<'_>],
        without: &str,
        label: impl Fn(WorkInList<'_>) -> Option<(String, String)>,
    ) -> Self {
        let mut groups: BTreeMap<(bool, String), Group> = BTreeMap::new();
        for work in works {
            let (place, text) = match label(*work) {
                Some((place, text)) => ((false, place), text),
                None => ((true, String::new()), without.to_owned()),
            };
            groups
                .entry(place)
                .or_insert_with(|| Group::headed(text, 0, Vec::new()))
                .keys
                .push(work.0.key.clone());
        }
        Self {
            groups: groups.into_values().collect(),
        }
    }
}

/// The tags among `tags` that a work has, in their order, but for those that a narrower one speaks for.
fn narrowest<'t>(
    of_work: &[TagName],
    tags: &[(&'t TagSummary, usize)],
    repeat: Repeat,
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
    if repeat == Repeat::First {
        found.truncate(1);
    }
    found
}

/// A year as text that sorts as years do, those before our era, too.
fn place_of(year: i32) -> String {
    format!("{:010}", i64::from(year) + 1_000_000_000)
}

/// The tags with their narrower tags right behind them, and how deep each stands.
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
