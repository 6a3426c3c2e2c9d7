//! Reading lists: which works, in which sections, as a style prints them.
//!
//! A [`ReadingList`] is what output writers take: sections with headings, and in each the entries of a
//! formatted bibliography. The bibliography is formatted once for the whole list, so that numbers and
//! year suffixes (2012a, 2012b) mean the same work everywhere, and is then dealt out to the sections.

mod grouping;

use std::collections::HashMap;

pub use grouping::{GroupBy, Grouping, Heading, in_hierarchy};

use crate::csl::{Bibliography, BibliographyEntry, BibliographyLayout};

/// A formatted reading list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadingList {
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
    /// Its entries, in the order of the bibliography.
    pub entries: Vec<BibliographyEntry>,
}

impl ReadingList {
    /// A list without sections.
    pub fn plain(bibliography: Bibliography) -> Self {
        Self {
            sections: vec![Section {
                heading: None,
                entries: bibliography.entries,
            }],
            layout: bibliography.layout,
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
                    .collect();
                Section {
                    heading: Some(group.heading.clone()),
                    entries,
                }
            })
            .filter(|section: &Section| !section.entries.is_empty())
            .collect();
        Self {
            sections,
            layout: bibliography.layout,
        }
    }
}
