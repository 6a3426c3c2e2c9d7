//! Reading lists: which works, in which sections, as a style prints them.
//!
//! A [`ReadingList`] is what output writers take: sections with headings, and in each the entries of a
//! formatted bibliography. The bibliography is formatted once for the whole list, so that numbers and
//! year suffixes (2012a, 2012b) mean the same work everywhere, and is then dealt out to the sections.

mod annotation;
mod diff;
mod grouping;
mod languages;
mod markdown;
mod order;
mod saved_snapshot;
mod snapshot;
mod style_coverage;
mod toml_file;
mod translations;

use std::collections::HashMap;

pub use annotation::{Annotated, Kind, UnknownKind};
pub use diff::{ChangedWork, Changes, FieldChange, Told};
pub use grouping::{Group, GroupBy, Grouping, Heading, Repeat, in_hierarchy};
pub use markdown::{Block, Prose};
pub use order::{Order, OrderBy, UnknownOrder};
pub use saved_snapshot::Snapshot;
pub use snapshot::{
    Contents, ContentsSection, ContentsTag, ContentsWork, Holding, Unattached, asked, condition,
    held,
};
pub use style_coverage::{LeftOut, left_out};
pub use toml_file::{FileSection, ListFile, ListFileError};
pub use translations::{Headings, REST_IN_ENGLISH};

use crate::csl::{Bibliography, BibliographyEntry, BibliographyLayout, RichText};
use crate::library::Reference;
use crate::model::{CslDate, CslItem};

/// A work that stands in a list, and its variables of CSL.
pub type WorkInList<'a> = (&'a Reference, &'a CslItem);

/// The year in which a work first appeared: that of its original date, where it has one.
pub fn original_year((work, item): WorkInList<'_>) -> Option<i32> {
    let original = item.date("original-date").and_then(CslDate::year);
    original
        .or(work.year)
        .or_else(|| item.date("issued").and_then(CslDate::year))
}

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

impl Section {
    /// Whether something is said below any of its entries.
    pub fn has_annotations(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| !entry.annotation.is_empty())
    }
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
    /// groups; where the order is the style's, in the one that the style gives it.
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
                if group.order.by == OrderBy::Style {
                    places.sort_unstable();
                    if group.order.descending {
                        places.reverse();
                    }
                }
                let entries = places
                    .into_iter()
                    .filter_map(|place| bibliography.entries.get(place).cloned())
                    .map(Entry::from)
                    .collect();
                Section {
                    heading: group.heading.clone(),
                    introduction: group.introduction.clone(),
                    entries,
                }
            })
            .collect();
        Self {
            sections,
            layout: bibliography.layout,
            ..Self::default()
        }
    }

    /// Puts below each entry what is said of its work; where it stands more than once, below the first.
    pub fn annotate(&mut self, annotations: &mut HashMap<String, Prose>) {
        for section in &mut self.sections {
            for entry in &mut section.entries {
                if let Some(annotation) = annotations.remove(&entry.key) {
                    entry.annotation = annotation;
                }
            }
        }
    }
}

impl Grouping {
    /// The works with their items, in the order in which they are first printed as far as that is not the
    /// style's. A style that numbers works as they come then numbers them from the first to the last.
    pub fn in_order_of_print(
        &self,
        works: Vec<Reference>,
        items: Vec<CslItem>,
    ) -> (Vec<Reference>, Vec<CslItem>) {
        let mut place: HashMap<&str, usize> = HashMap::new();
        for key in self.groups.iter().flat_map(|group| &group.keys) {
            let next = place.len();
            place.entry(key).or_insert(next);
        }
        let mut pairs: Vec<(Reference, CslItem)> = works.into_iter().zip(items).collect();
        pairs.sort_by_key(|(work, _)| place.get(work.key.as_str()).copied());
        pairs.into_iter().unzip()
    }
}
