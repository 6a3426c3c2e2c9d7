//! A reading list as a file, in TOML, to be shared, versioned and edited.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Annotated, Order, REST_IN_ENGLISH, Repeat, Snapshot};
use crate::library::{
    Change, Library, LibraryError, ListedWork, Result, Standing, StoredList, StoredSection,
};

/// What a file begins with.
const HEAD: &str = "# A reading list, exported from peerbib.\n\n";

/// The version of the format of files.
const FORMAT: u32 = 1;

/// A reading list as a file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListFile {
    /// The version of the format.
    format: u32,
    /// The name of the list.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<String>,
    /// The query; without it, the list holds its pinned works alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The citation style.
    pub style: String,
    /// The language of the style's terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What the works are grouped by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_by: Option<String>,
    #[serde(default = "each")]
    repeat: String,
    #[serde(default)]
    order: Order,
    #[serde(default = "annotation")]
    annotate: Annotated,
    #[serde(default = "further_reading")]
    rest: String,
    /// The sections written by hand.
    #[serde(rename = "section", default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<FileSection>,
    /// What is said of works, those with a place by hand first.
    #[serde(rename = "work", default, skip_serializing_if = "Vec::is_empty")]
    works: Vec<FileWork>,
    #[serde(rename = "snapshot", default, skip_serializing_if = "Vec::is_empty")]
    snapshots: Vec<FileSnapshot>,
}

/// A section written by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FileSection {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<String>,
    /// The query; without it, the section has the works that are put into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
}

/// What is said of a work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FileWork {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    /// Its place in the order by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<i64>,
    /// The number of the section that it was put into, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation: Option<String>,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FileSnapshot {
    name: String,
    saved_at: String,
    #[serde(flatten)]
    snapshot: Snapshot,
}

fn each() -> String {
    Repeat::Each.as_str().to_owned()
}

fn annotation() -> Annotated {
    Annotated::stored("annotation")
}

fn further_reading() -> String {
    REST_IN_ENGLISH.to_owned()
}

/// A file that is no reading list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListFileError {
    /// It is not written as such files are.
    #[error("{0}")]
    Malformed(String),
    /// A later peerbib wrote it.
    #[error("the file has format {0}, and this peerbib knows {FORMAT}")]
    Newer(u32),
}

impl ListFile {
    /// A list of the library as a file.
    ///
    /// # Errors
    ///
    /// What SQLite reports; [`LibraryError::UnreadableSnapshot`].
    pub fn of(library: &Library, list: &StoredList) -> Result<Self> {
        let sections = library.list_sections(list.id)?;
        let number: HashMap<i64, usize> = sections
            .iter()
            .zip(1..)
            .map(|(section, number)| (section.id, number))
            .collect();
        let mut works = Vec::new();
        for said in library.listed_works(list.id)? {
            works.push(FileWork {
                key: match said.work {
                    Some(work) => library.key_of(work)?,
                    None => said.key,
                },
                standing: said.standing,
                place: said.position,
                section: said
                    .section
                    .and_then(|section| number.get(&section).copied()),
                annotation: said.annotation,
            });
        }
        let snapshots = library
            .snapshots(list.id)?
            .into_iter()
            .map(|stored| {
                let snapshot = Snapshot::stored(&stored.content).map_err(|error| {
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
            annotate: Annotated::stored(&list.annotate),
            rest: list.rest.clone(),
            sections: sections
                .into_iter()
                .map(|section| FileSection {
                    title: section.title,
                    introduction: section.introduction,
                    query: section.query,
                    order: section.order.and_then(|order| order.parse().ok()),
                })
                .collect(),
            works,
            snapshots,
        })
    }

    /// The same list without its snapshots.
    #[must_use]
    pub fn without_snapshots(mut self) -> Self {
        self.snapshots.clear();
        self
    }

    /// The file.
    ///
    /// # Errors
    ///
    /// None that is known.
    pub fn to_toml(&self) -> std::result::Result<String, toml::ser::Error> {
        Ok(format!("{HEAD}{}", toml::to_string_pretty(self)?))
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`ListFileError`], which names the line.
    pub fn from_toml(text: &str) -> std::result::Result<Self, ListFileError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        match toml::from_str::<Format>(text) {
            Ok(Format { format }) if format > FORMAT => return Err(ListFileError::Newer(format)),
            _ => {}
        }
        let malformed = |message: String| ListFileError::Malformed(message.trim_end().to_owned());
        let file: Self = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        let sections = file.sections.len();
        for work in &file.works {
            if work
                .section
                .is_some_and(|section| !(1..=sections).contains(&section))
            {
                return Err(malformed(format!(
                    "{} stands in section {}, and there are {sections} sections",
                    work.key,
                    work.section.unwrap_or_default(),
                )));
            }
        }
        let mut names = BTreeMap::new();
        for snapshot in &file.snapshots {
            if names.insert(&snapshot.name, ()).is_some() {
                return Err(malformed(format!(
                    "there are two snapshots called {}",
                    snapshot.name
                )));
            }
        }
        Ok(file)
    }

    /// The keys that the list names and the library does not have, with what is said of their works.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn missing(&self, library: &Library) -> Result<Vec<&str>> {
        let mut missing = Vec::new();
        for work in &self.works {
            if library.find_key(&work.key)?.is_none() {
                missing.push(work.key.as_str());
            }
        }
        Ok(missing)
    }

    /// Stores the list under a name, in the place of `replaced` where that is given: its snapshots stay
    /// where the file has none. Gives the number of the list.
    ///
    /// # Errors
    ///
    /// [`LibraryError::TakenListName`]; [`LibraryError::MalformedListName`].
    pub fn store(
        &self,
        change: &Change<'_>,
        name: &str,
        replaced: Option<&StoredList>,
    ) -> Result<i64> {
        let list = change.put_list(&StoredList {
            id: replaced.map_or(0, |list| list.id),
            name: name.to_owned(),
            title: self.title.clone(),
            introduction: self.introduction.clone(),
            query: self.query.clone(),
            style: self.style.clone(),
            locale: self.locale.clone(),
            group_by: self.group_by.clone(),
            repeat: Repeat::named(&self.repeat).as_str().to_owned(),
            order: self.order.to_string(),
            annotate: self.annotate.to_string(),
            rest: self.rest.clone(),
            created_at: String::new(),
        })?;
        change.empty_list(list)?;
        let mut sections = Vec::new();
        for section in &self.sections {
            sections.push(change.put_section(
                list,
                &StoredSection {
                    id: 0,
                    title: section.title.clone(),
                    introduction: section.introduction.clone(),
                    query: section.query.clone(),
                    order: section.order.map(|order| order.to_string()),
                },
            )?);
        }
        for work in &self.works {
            let section = work
                .section
                .and_then(|number| sections.get(number.checked_sub(1)?));
            change.say_by_key(
                list,
                ListedWork {
                    work: None,
                    key: work.key.clone(),
                    standing: work.standing,
                    section: section.copied(),
                    position: work.place,
                    annotation: work.annotation.clone(),
                },
            )?;
        }
        if !self.snapshots.is_empty() {
            for snapshot in change.snapshots(list)? {
                change.remove_snapshot(snapshot.id)?;
            }
        }
        for snapshot in &self.snapshots {
            let content = snapshot.snapshot.to_stored().map_err(|error| {
                LibraryError::UnreadableSnapshot {
                    name: snapshot.name.clone(),
                    reason: error.to_string(),
                }
            })?;
            change.save_snapshot(list, &snapshot.name, &content, Some(&snapshot.saved_at))?;
        }
        Ok(list)
    }
}
