//! Reading lists: which works, in which sections, as a style prints them.
//!
//! A [`ReadingList`] is what output writers take: sections with headings, and in each the entries of a
//! formatted bibliography. The bibliography is formatted once for the whole list, so that numbers and
//! year suffixes (2012a, 2012b) mean the same work everywhere, and is then dealt out to the sections.

mod grouping;
mod prose;

use std::collections::HashMap;

pub use grouping::{GroupBy, Grouping, Heading, in_hierarchy};
pub use prose::{Block, Prose};

pub(crate) use grouping::type_label;

use crate::csl::{Bibliography, BibliographyEntry, BibliographyLayout, RichText};

/// A formatted reading list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadingList {
    /// Its title.
    pub title: Option<String>,
    /// What stands between its title and its first section.
    pub introduction: Prose,
    /// Its sections; a list without headings has one.
    pub sections: Vec<Section>,
    /// How its entries are laid out.
    pub layout: BibliographyLayout,
}

/// A section of a reading list.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its heading.
    pub heading: Option<Heading>,
    /// What stands between its heading and its first entry.
    pub introduction: Prose,
    /// Its entries, in the order in which they are printed.
    pub entries: Vec<Entry>,
}

/// A work in a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The citation key.
    pub key: String,
    /// The work as the style prints it.
    pub content: RichText,
    /// What is said of it below.
    pub annotation: Prose,
}

impl From<BibliographyEntry> for Entry {
    fn from(entry: BibliographyEntry) -> Self {
        Self {
            key: entry.key,
            content: entry.content,
            annotation: Prose::default(),
        }
    }
}

impl ReadingList {
    /// A list without sections.
    pub fn plain(bibliography: Bibliography) -> Self {
        Self {
            sections: vec![Section {
                heading: None,
                introduction: Prose::default(),
                entries: bibliography.entries.into_iter().map(Entry::from).collect(),
            }],
            layout: bibliography.layout,
            ..Self::default()
        }
    }

    /// A list with a section for each group, in the order of the grouping. A work stands in each of its
    /// groups, and in the order that the style gives it.
    pub fn grouped(bibliography: &Bibliography, grouping: &Grouping) -> Self {
        let place: HashMap<&str, usize> = bibliography
            .entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.key.as_str(), place))
            .collect();
        let sections = grouping
            .groups
            .iter()
            .map(|group| {
                let mut places: Vec<usize> = group
                    .keys
                    .iter()
                    .filter_map(|key| place.get(key.as_str()).copied())
                    .collect();
                places.sort_unstable();
                let entries = places
                    .into_iter()
                    .filter_map(|place| bibliography.entries.get(place).cloned())
                    .map(Entry::from)
                    .collect();
                Section {
                    heading: Some(group.heading.clone()),
                    introduction: Prose::default(),
                    entries,
                }
            })
            .filter(|section: &Section| !section.entries.is_empty())
            .collect();
        Self {
            sections,
            layout: bibliography.layout,
            ..Self::default()
        }
    }
}
