//! Works put into groups: by a facet of their tags, by year, by type, by author.

use std::collections::BTreeMap;

use crate::library::{Reference, TagSummary};

/// What works are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// The tags of a facet, such as `movement`; a work with several stands under each.
    Facet(String),
    /// The year, the earliest first.
    Year,
    /// The type of work.
    Type,
    /// The first author.
    Author,
}

impl std::str::FromStr for GroupBy {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.to_lowercase().as_str() {
            "year" => Self::Year,
            "type" => Self::Type,
            "author" => Self::Author,
            facet => Self::Facet(facet.to_owned()),
        })
    }
}

/// The heading of a section.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    /// What is printed.
    pub text: String,
    /// How deep it stands below the wider groups: 0 for the widest.
    pub depth: usize,
}

/// Works in groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grouping {
    /// The groups, in the order in which they are printed.
    pub groups: Vec<Group>,
}

/// One group of works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its heading.
    pub heading: Heading,
    /// The keys of its works.
    pub keys: Vec<String>,
}

impl Grouping {
    /// Groups `works`. `tags` are the tags of the facet in the order of the vocabulary, where works are
    /// grouped by one. Works that belong to no group stand last, in one of their own.
    pub fn of(works: &[Reference], by: &GroupBy, tags: &[TagSummary]) -> Self {
        match by {
            GroupBy::Facet(facet) => Self::by_facet(works, facet, tags),
            GroupBy::Year => Self::by_label(works, "No date", |work| {
                // Shifted so that years before our era sort as text, too.
                work.year.map(|year| {
                    (
                        format!("{:010}", i64::from(year) + 1_000_000_000),
                        year_label(year),
                    )
                })
            }),
            GroupBy::Type => Self::by_label(works, "Other", |work| {
                let label = type_label(&work.entry_type);
                Some((label.to_lowercase(), label))
            }),
            GroupBy::Author => Self::by_label(works, "No author", |work| {
                let name = work.authors.first()?;
                Some((work.sort_author.clone(), name.clone()))
            }),
        }
    }

    fn by_facet(works: &[Reference], facet: &str, tags: &[TagSummary]) -> Self {
        let mut groups = Vec::new();
        for (tag, depth) in in_hierarchy(tags) {
            let keys = keys_where(works, |work| work.tags.contains(&tag.tag));
            let text = tag.label.clone().unwrap_or_else(|| tag.tag.name.clone());
            groups.push(Group {
                heading: Heading { text, depth },
                keys,
            });
        }
        let keys = keys_where(works, |work| {
            !work.tags.iter().any(|tag| tag.facet == facet)
        });
        let text = format!("Without a {facet}");
        groups.push(Group {
            heading: Heading { text, depth: 0 },
            keys,
        });
        groups.retain(|group| !group.keys.is_empty());
        Self { groups }
    }

    /// Groups by a label and the text that it is sorted by.
    fn by_label(
        works: &[Reference],
        without: &str,
        label: impl Fn(&Reference) -> Option<(String, String)>,
    ) -> Self {
        let mut groups: BTreeMap<(bool, String), Group> = BTreeMap::new();
        for work in works {
            let (place, text) = match label(work) {
                Some((place, text)) => ((false, place), text),
                None => ((true, String::new()), without.to_owned()),
            };
            groups
                .entry(place)
                .or_insert_with(|| Group {
                    heading: Heading { text, depth: 0 },
                    keys: Vec::new(),
                })
                .keys
                .push(work.key.clone());
        }
        Self {
            groups: groups.into_values().collect(),
        }
    }
}

fn keys_where(works: &[Reference], holds: impl Fn(&Reference) -> bool) -> Vec<String> {
    works
        .iter()
        .filter(|work| holds(work))
        .map(|work| work.key.clone())
        .collect()
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

fn year_label(year: i32) -> String {
    if year < 0 {
        format!("{} BCE", -year)
    } else {
        year.to_string()
    }
}

/// What works of a BibLaTeX type are called, in the plural.
pub(crate) fn type_label(entry_type: &str) -> String {
    match entry_type {
        "article" | "suppperiodical" => "Articles",
        "book" | "mvbook" => "Books",
        "booklet" => "Booklets",
        "collection" | "mvcollection" => "Edited volumes",
        "reference" | "mvreference" => "Works of reference",
        "inbook" | "bookinbook" | "suppbook" | "incollection" | "suppcollection" => {
            "Chapters and essays in books"
        }
        "inreference" => "Articles in works of reference",
        "proceedings" | "mvproceedings" => "Proceedings",
        "inproceedings" | "conference" => "Conference papers",
        "manual" => "Manuals",
        "online" | "electronic" | "www" => "Online texts",
        "patent" => "Patents",
        "periodical" => "Journals and issues",
        "report" | "techreport" => "Reports",
        "thesis" | "phdthesis" | "mastersthesis" | "bathesis" => "Theses",
        "unpublished" => "Unpublished texts",
        "dataset" => "Data sets",
        "software" => "Software",
        "audio" | "music" => "Recordings",
        "movie" | "video" => "Films",
        _ => "Other works",
    }
    .to_owned()
}
