//! Reading lists as TOML files that can be shared, versioned and edited.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{
    AnnotationKinds, ContentsPlacement, DuplicatePlacement, ListOrder, REST_IN_ENGLISH,
    SectionDate, Snapshot,
};
use crate::library::{
    Change, Library, LibraryError, ListEntry, Membership, Placement, Result, StoredList,
    StoredSection,
};

/// The comment at the start of a file.
const HEAD: &str = "# A reading list, exported from peerbib.\n\n";

/// The version of the file format.
const FORMAT: u32 = 1;

/// A reading list in its file format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListFile {
    /// The version of the file format.
    format: u32,
    /// The name of the list.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<String>,
    /// The query. A list without one contains only its pinned works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The citation style.
    pub style: String,
    /// The locale of the style's terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The property by which works are grouped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    #[serde(default = "each")]
    repeat: String,
    #[serde(default)]
    order: ListOrder,
    #[serde(default = "annotation")]
    annotate: AnnotationKinds,
    #[serde(default = "further_reading")]
    rest: String,
    /// The manual sections.
    #[serde(rename = "section", default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<FileSection>,
    /// Settings of individual works; works with a manual position come first.
    #[serde(rename = "work", default, skip_serializing_if = "Vec::is_empty")]
    works: Vec<FileWork>,
    #[serde(rename = "snapshot", default, skip_serializing_if = "Vec::is_empty")]
    snapshots: Vec<FileSnapshot>,
}

/// A manual section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FileSection {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<String>,
    /// The query. A section without one contains the works that were put into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Whether the query only selects among the works that the list has anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    within_list: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<ListOrder>,
    /// A day, a time or an interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// The works that were put into it.
    #[serde(rename = "work", default, skip_serializing_if = "Vec::is_empty")]
    works: Vec<ContentsPlacement>,
}

/// The settings of one work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FileWork {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    membership: Option<Membership>,
    /// The position in the manual order.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation: Option<String>,
}

/// A saved snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FileSnapshot {
    name: String,
    saved_at: String,
    #[serde(flatten)]
    snapshot: Snapshot,
}

fn each() -> String {
    DuplicatePlacement::Each.as_str().to_owned()
}

fn annotation() -> AnnotationKinds {
    AnnotationKinds::stored("annotation")
}

fn further_reading() -> String {
    REST_IN_ENGLISH.to_owned()
}

/// An error in a list file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListFileError {
    /// The file is malformed.
    #[error("{0}")]
    Malformed(String),
    /// The file was written by a later version of peerbib.
    #[error("the file has format {0}, and this peerbib knows {FORMAT}")]
    Newer(u32),
}

impl ListFile {
    /// Reads a list and its snapshots from the library.
    ///
    /// # Errors
    ///
    /// Returns [`LibraryError::UnreadableSnapshot`] if a stored snapshot is damaged.
    pub fn from_list(library: &Library, list: &StoredList) -> Result<Self> {
        let mut placements: HashMap<i64, Vec<ContentsPlacement>> = HashMap::new();
        for placement in library.lists().placements(list.id)? {
            let key = match placement.work {
                Some(work) => library.works().key(work)?,
                None => placement.key,
            };
            placements
                .entry(placement.section)
                .or_default()
                .push(ContentsPlacement {
                    key,
                    pages: placement.pages,
                    note: placement.note,
                    annotation: placement.annotation,
                });
        }
        let sections = library.lists().sections(list.id)?;
        let mut works = Vec::new();
        for entry in library.lists().entries(list.id)? {
            works.push(FileWork {
                key: match entry.work {
                    Some(work) => library.works().key(work)?,
                    None => entry.key,
                },
                membership: entry.membership,
                place: entry.position,
                annotation: entry.annotation,
            });
        }
        let snapshots = library
            .lists()
            .snapshots(list.id)?
            .into_iter()
            .map(|stored| {
                let snapshot = Snapshot::from_json(&stored.content).map_err(|error| {
                    LibraryError::UnreadableSnapshot {
                        name: stored.name.clone(),
                        reason: error.to_string(),
                    }
                })?;
                Ok(FileSnapshot {
                    name: stored.name,
                    saved_at: stored.saved_at,
                    snapshot,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            format: FORMAT,
            name: list.name.clone(),
            title: list.title.clone(),
            introduction: list.introduction.clone(),
            query: list.query.clone(),
            style: list.style.clone(),
            locale: list.locale.clone(),
            group_by: list.group_by.clone(),
            repeat: list.repeat.clone(),
            order: list.order.parse().unwrap_or_default(),
            annotate: AnnotationKinds::stored(&list.annotate),
            rest: list.rest.clone(),
            sections: sections
                .into_iter()
                .map(|section| FileSection {
                    title: section.title,
                    introduction: section.introduction,
                    query: section.query,
                    within_list: section.within_list,
                    order: section.order.and_then(|order| order.parse().ok()),
                    date: section.date,
                    works: placements.remove(&section.id).unwrap_or_default(),
                })
                .collect(),
            works,
            snapshots,
        })
    }

    /// Returns the list without its snapshots.
    #[must_use]
    pub fn without_snapshots(mut self) -> Self {
        self.snapshots.clear();
        self
    }

    /// Serializes the list as TOML.
    ///
    /// # Errors
    ///
    /// Returns an error if serialization fails.
    pub fn to_toml(&self) -> std::result::Result<String, toml::ser::Error> {
        Ok(format!("{HEAD}{}", toml::to_string_pretty(self)?))
    }

    /// Parses a list file.
    ///
    /// # Errors
    ///
    /// Returns [`ListFileError`] with the line of the error.
    pub fn from_toml(text: &str) -> std::result::Result<Self, ListFileError> {
        #[derive(Deserialize)]
        struct FormatVersion {
            format: u32,
        }
        match toml::from_str::<FormatVersion>(text) {
            Ok(FormatVersion { format }) if format > FORMAT => {
                return Err(ListFileError::Newer(format));
            }
            _ => {}
        }
        let malformed = |message: String| ListFileError::Malformed(message.trim_end().to_owned());
        let file: Self = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        for section in &file.sections {
            if let Some(date) = &section.date
                && date.parse::<SectionDate>().is_err()
            {
                return Err(malformed(format!(
                    "the section \u{201c}{}\u{201d} has a date that cannot be read: {date}",
                    section.title
                )));
            }
        }
        let mut names = BTreeMap::new();
        for snapshot in &file.snapshots {
            if names.insert(&snapshot.name, ()).is_some() {
                return Err(malformed(format!(
                    "two snapshots are named {}",
                    snapshot.name
                )));
            }
        }
        Ok(file)
    }

    /// Returns the keys in the list that are not in the library.
    pub fn missing(&self, library: &Library) -> Result<Vec<&str>> {
        let mut missing = Vec::new();
        let mut seen = BTreeSet::new();
        let in_sections = self.sections.iter().flat_map(|section| &section.works);
        let keys = self.works.iter().map(|work| &work.key);
        for key in keys.chain(in_sections.map(|work| &work.key)) {
            if seen.insert(key.as_str()) && library.works().find(key)?.is_none() {
                missing.push(key.as_str());
            }
        }
        Ok(missing)
    }

    /// Stores the list under `name`, replacing `replaced` if given, and returns its id. Existing snapshots
    /// are kept if the file has none.
    ///
    /// # Errors
    ///
    /// Returns [`LibraryError::TakenListName`] or [`LibraryError::MalformedListName`] if the name cannot be
    /// used.
    pub fn store(
        &self,
        change: &Change<'_>,
        name: &str,
        replaced: Option<&StoredList>,
    ) -> Result<i64> {
        let list = change.lists().put(&StoredList {
            id: replaced.map_or(0, |list| list.id),
            name: name.to_owned(),
            title: self.title.clone(),
            introduction: self.introduction.clone(),
            query: self.query.clone(),
            style: self.style.clone(),
            locale: self.locale.clone(),
            group_by: self.group_by.clone(),
            repeat: DuplicatePlacement::named(&self.repeat).as_str().to_owned(),
            order: self.order.to_string(),
            annotate: self.annotate.to_string(),
            rest: self.rest.clone(),
            created_at: String::new(),
        })?;
        change.lists().clear(list)?;
        for section in &self.sections {
            let id = change.lists().put_section(
                list,
                &StoredSection {
                    id: 0,
                    title: section.title.clone(),
                    introduction: section.introduction.clone(),
                    query: section.query.clone(),
                    within_list: section.within_list,
                    order: section.order.map(|order| order.to_string()),
                    date: section.date.clone(),
                },
            )?;
            for work in &section.works {
                change.lists().put_placement(Placement {
                    section: id,
                    work: None,
                    key: work.key.clone(),
                    pages: work.pages.clone(),
                    note: work.note.clone(),
                    annotation: work.annotation.clone(),
                })?;
            }
        }
        for work in &self.works {
            change.lists().put_entry(
                list,
                ListEntry {
                    work: None,
                    key: work.key.clone(),
                    membership: work.membership,
                    position: work.place,
                    annotation: work.annotation.clone(),
                },
            )?;
        }
        if !self.snapshots.is_empty() {
            for snapshot in change.lists().snapshots(list)? {
                change.lists().remove_snapshot(snapshot.id)?;
            }
        }
        for snapshot in &self.snapshots {
            let content =
                snapshot
                    .snapshot
                    .to_json()
                    .map_err(|error| LibraryError::UnreadableSnapshot {
                        name: snapshot.name.clone(),
                        reason: error.to_string(),
                    })?;
            change.lists().save_snapshot(
                list,
                &snapshot.name,
                &content,
                Some(&snapshot.saved_at),
            )?;
        }
        Ok(list)
    }
}
