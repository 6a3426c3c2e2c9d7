//! Snapshots of reading lists, with the entries of their works.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AnnotationKind, ListContents};
use crate::formats::bibtex;
use crate::library::{CitableWork, Library, Result};
use crate::model::{CslItem, Entry};

/// BibLaTeX fields that are private to the owner of the library.
const PRIVATE: &[&str] = &["annotation", "annote"];

/// The saved state of a list, with the entries of its works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// The contents of the list.
    pub contents: ListContents,
    /// The `@string` definitions that the entries use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub abbreviations: Vec<String>,
    /// The source of each entry, by citation key. Private notes are included only if the list prints them.
    #[serde(default)]
    pub entries: BTreeMap<String, String>,
}

impl Snapshot {
    /// Creates a snapshot of the current contents of a list.
    pub fn new(library: &Library, contents: ListContents, works: &[CitableWork]) -> Result<Self> {
        let numbers: Vec<i64> = works.iter().map(|work| work.id).collect();
        let mut entries = BTreeMap::new();
        for work in &contents.works {
            let mut source = library.works().source(&work.key)?;
            if let Ok(renamed) = bibtex::set_key(&source, &work.key) {
                source = renamed;
            }
            if !contents.annotate.has(AnnotationKind::Note) {
                for field in PRIVATE {
                    if let Ok(without) = bibtex::remove_field(&source, field) {
                        source = without;
                    }
                }
            }
            entries.insert(work.key.clone(), source);
        }
        let parsed: Vec<Entry> = entries
            .values()
            .filter_map(|source| bibtex::parse_entry(source).ok())
            .collect();
        let values = parsed
            .iter()
            .flat_map(|entry| entry.fields().map(|field| field.value));
        // A file may define the names of a thousand journals; keep only those in use.
        let abbreviations =
            bibtex::used_definitions(library.works().definitions_of(&numbers)?, values);
        Ok(Self {
            contents,
            abbreviations,
            entries,
        })
    }

    /// Parses a stored snapshot.
    ///
    /// # Errors
    ///
    /// Returns an error if the stored JSON is damaged.
    pub fn from_json(content: &str) -> std::result::Result<Self, serde_json::Error> {
        serde_json::from_str(content)
    }

    /// Serializes the snapshot as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if serialization fails.
    pub fn to_json(&self) -> std::result::Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Returns the entries as one BibLaTeX file, in the order of the list.
    pub fn bibliography(&self) -> String {
        let in_order = self
            .contents
            .works
            .iter()
            .filter_map(|work| self.entries.get(&work.key));
        let parts: Vec<&str> = self
            .abbreviations
            .iter()
            .chain(in_order)
            .map(String::as_str)
            .collect();
        parts.join("\n\n")
    }

    /// Returns the works of the snapshot with their saved CSL items.
    pub fn works(&self, file: &bibtex::BibFile) -> (Vec<CitableWork>, Vec<CslItem>) {
        let mut items: BTreeMap<&str, &CslItem> = self
            .contents
            .works
            .iter()
            .map(|work| (work.key.as_str(), &work.item))
            .collect();
        CitableWork::of_file(file)
            .into_iter()
            .filter_map(|work| {
                let item = items.remove(work.key.as_str())?.clone();
                Some((work, item))
            })
            .unzip()
    }
}
