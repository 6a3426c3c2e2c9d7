//! Reading lists: selected works, sorted into sections and formatted by a citation style.
//!
//! A [`ReadingList`] is the input of every output writer: sections with headings, each with the entries of a
//! formatted bibliography. The bibliography is formatted once for the whole list and then distributed over
//! the sections, so that numbers and year suffixes (2012a, 2012b) mean the same work everywhere.
//!
//! ```
//! use peerbib::csl::{Style, format_bibliography};
//! use peerbib::library::Library;
//! use peerbib::output::text::{self, TextLayout};
//! use peerbib::reading_list::{HeadingTranslations, ListFile, ReadingList, ResolvedList};
//!
//! # use peerbib::formats::bibtex;
//! # use peerbib::library::{ConflictPolicy, ImportedFile};
//! # let mut library = Library::temporary()?;
//! # let file = bibtex::read("@book{o, author = {Ostrom, Elinor}, title = {Governing the Commons}, date = {1990}}");
//! # let imported = ImportedFile { path: "refs.bib", encoding: "UTF-8", file: &file };
//! # library.change("import", |change| change.import(imported, ConflictPolicy::Merge, &mut |_| ()))?;
//! # let style = Style::from_xml(r#"<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
//! #   <citation><layout><text variable="title"/></layout></citation>
//! #   <bibliography><layout suffix="."><text variable="title"/></layout></bibliography></style>"#)?;
//! // `library` contains Ostrom's "Governing the Commons" (1990), and `style` prints only titles.
//! let file = "format = 1\nname = 'c'\nquery = 'commons'\nstyle = 'titles'\ngroup-by = 'decade'\n";
//! let file = ListFile::from_toml(file)?;
//! library.change("list", |change| file.store(change, "commons", None))?;
//!
//! let headings = HeadingTranslations::in_language("en");
//! let resolved = ResolvedList::new(&library, &library.lists().get("commons")?, headings)?;
//! let bibliography = format_bibliography(&style, None, &resolved.contents.items());
//! let list = ReadingList::grouped(&bibliography, &resolved.contents.grouping());
//! let printed = text::reading_list(&list, TextLayout::default());
//! assert!(printed.contains("1990s"));
//! assert!(printed.contains("Governing the commons."));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod annotation;
mod contents;
mod diff;
mod grouping;
mod markdown;
mod order;
mod section_date;
mod snapshots;
mod style_coverage;
mod toml_file;
mod translations;

use std::borrow::Cow;
use std::collections::HashMap;

pub use annotation::{AnnotationKind, AnnotationKinds, UnknownAnnotationKind};
pub use contents::{
    ContentsPlacement, ContentsSection, ContentsTag, ContentsWork, ListContents, OrphanAnnotation,
    ResolvedList, list_filter, list_queries, parse_list_query, works_of_list,
};
pub use diff::{ChangedWork, DiffEntry, FieldChange, ListDiff};
pub use grouping::{DuplicatePlacement, GroupBy, Grouping, Heading, WorkGroup, in_hierarchy};
pub use markdown::{RichBlock, RichBlocks};
pub use order::{ListOrder, OrderBy, UnknownListOrder};
pub use section_date::{InvalidSectionDate, SectionDate, SectionTime};
pub use snapshots::Snapshot;
pub use style_coverage::{UnprintedField, unprinted_fields};
pub use toml_file::{FileSection, ListFile, ListFileError};
pub use translations::{HeadingTranslations, REST_IN_ENGLISH};

use crate::csl::{Bibliography, BibliographyEntry, BibliographyLayout, RichText};
use crate::library::CitableWork;
use crate::model::{CslDate, CslItem, language_of};

/// A work of a list with its CSL item.
pub type WorkInList<'a> = (&'a CitableWork, &'a CslItem);

/// Returns the year in which a work first appeared: the year of its original date if it has one.
pub fn original_year((work, item): WorkInList<'_>) -> Option<i32> {
    let original = item.date("original-date").and_then(CslDate::year);
    original
        .or(work.year)
        .or_else(|| item.date("issued").and_then(CslDate::year))
}

/// A formatted reading list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadingList {
    /// The title of the list.
    pub title: Option<String>,
    /// The text between the title and the first section.
    pub introduction: RichBlocks,
    /// The sections. A list without headings has exactly one.
    pub sections: Vec<Section>,
    /// The layout of the entries.
    pub layout: BibliographyLayout,
    /// The level of the highest heading, where the list becomes part of a document that has headings of its own.
    pub heading_level: Option<usize>,
}

/// A section of a reading list.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The heading of the section.
    pub heading: Option<Heading>,
    /// The event that it is in a calendar.
    pub event: Option<SectionEvent>,
    /// The text between the heading and the first entry.
    pub introduction: RichBlocks,
    /// The entries in print order.
    pub entries: Vec<FormattedEntry>,
}

/// A section that takes place at some time, as an event in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionEvent {
    /// The date it takes place.
    pub date: SectionDate,
    /// Its identifier, which does not depend on its title and date.
    pub uid: String,
    /// Its title.
    pub title: String,
}

impl Section {
    /// Returns whether any entry has an annotation.
    pub fn has_annotations(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| !entry.annotation.is_empty())
    }
}

/// A formatted entry of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct FormattedEntry {
    /// The citation key.
    pub key: String,
    /// The language of the work as a tag, stated or guessed.
    pub language: Option<Cow<'static, str>>,
    /// The entry as the style formats it.
    pub content: RichText,
    /// The annotation printed below the entry.
    pub annotation: RichBlocks,
}

impl From<BibliographyEntry> for FormattedEntry {
    fn from(entry: BibliographyEntry) -> Self {
        Self {
            key: entry.key,
            language: None,
            content: entry.content,
            annotation: RichBlocks::default(),
        }
    }
}

impl ReadingList {
    /// Returns the level of the title.
    pub fn title_level(&self) -> usize {
        self.heading_level.unwrap_or(1)
    }

    /// Returns the level of the heading of a section, at most 6. Without `heading_level`, it is below that of a title.
    pub fn section_level(&self, heading: &Heading) -> usize {
        let highest = match self.heading_level {
            Some(level) => level + usize::from(self.title.is_some()),
            None => 2,
        };
        (highest + heading.depth).min(6)
    }

    /// Creates a list without headings.
    pub fn plain(bibliography: Bibliography) -> Self {
        Self {
            sections: vec![Section {
                heading: None,
                event: None,
                introduction: RichBlocks::default(),
                entries: bibliography
                    .entries
                    .into_iter()
                    .map(FormattedEntry::from)
                    .collect(),
            }],
            layout: bibliography.layout,
            ..Self::default()
        }
    }

    /// Creates a list with one section per group. A work appears in each of its groups. If a group's order is
    /// that of the style, its entries keep the order of the bibliography.
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
                    .map(FormattedEntry::from)
                    .collect();
                Section {
                    heading: group.heading.clone(),
                    event: group.event.clone(),
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

    /// Sets the language of each entry to that of its work.
    pub fn state_languages(&mut self, items: &[CslItem]) {
        let languages: HashMap<&str, Cow<'static, str>> = items
            .iter()
            .filter_map(|item| Some((item.id.as_str(), language_of(item)?)))
            .collect();
        self.set_languages(|key| languages.get(key).cloned());
    }

    /// Sets the language of each entry to the one that `language` returns for its key.
    pub fn set_languages(&mut self, language: impl Fn(&str) -> Option<Cow<'static, str>>) {
        for section in &mut self.sections {
            for entry in &mut section.entries {
                entry.language = language(&entry.key);
            }
        }
    }

    /// Adds the pages, notes and annotations of works in single sections, from `contents`. The list was grouped by its
    /// grouping.
    pub fn annotate_sections(&mut self, contents: &ListContents, headings: HeadingTranslations) {
        for (section, said) in self.sections.iter_mut().zip(&contents.sections) {
            for entry in &mut section.entries {
                if let Some(placement) = said.placement(&entry.key) {
                    let mut blocks = placement.text_below(&contents.annotate, headings);
                    blocks.append(&mut entry.annotation.blocks);
                    entry.annotation.blocks = blocks;
                }
            }
        }
    }

    /// Adds the annotations to their entries. The annotation of a work that occurs more than once is printed
    /// only below the first occurrence.
    pub fn annotate(&mut self, annotations: &mut HashMap<String, RichBlocks>) {
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
    /// Sorts the works and their items by their first occurrence in the groups, so that a style that numbers
    /// works by first citation numbers them from first to last.
    pub fn in_order_of_print(
        &self,
        works: Vec<CitableWork>,
        items: Vec<CslItem>,
    ) -> (Vec<CitableWork>, Vec<CslItem>) {
        let mut place: HashMap<&str, usize> = HashMap::new();
        for key in self.groups.iter().flat_map(|group| &group.keys) {
            let next = place.len();
            place.entry(key).or_insert(next);
        }
        let mut pairs: Vec<(CitableWork, CslItem)> = works.into_iter().zip(items).collect();
        pairs.sort_by_key(|(work, _)| place.get(work.key.as_str()).copied());
        pairs.into_iter().unzip()
    }
}
