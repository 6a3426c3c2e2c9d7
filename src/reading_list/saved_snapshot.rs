//! Snapshots: what a list held at a time, with the entries of its works as they were then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Contents, Kind};
use crate::formats::bibtex;
use crate::library::{Library, Reference, Result};
use crate::model::CslItem;

/// The fields of BibLaTeX that hold what only the owner of a library is to read.
const PRIVATE: &[&str] = &["annotation", "annote"];

/// What a list held at a time, with the entries of its works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// What it held.
    pub contents: Contents,
    /// The `@string`s of the files that the works came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub abbreviations: Vec<String>,
    /// The entries of the works, by key; private notes only where the list prints them.
    #[serde(default)]
    pub entries: BTreeMap<String, String>,
}

impl Snapshot {
    /// A snapshot of what a list holds now.
    ///
    /// # Errors
    ///
    /// What SQLite reports.
    pub fn of(library: &Library, contents: Contents, works: &[Reference]) -> Result<Self> {
        let numbers: Vec<i64> = works.iter().map(|work| work.id).collect();
        let mut entries = BTreeMap::new();
        for work in &contents.works {
            let mut source = library.source(&work.key)?;
            if let Ok(renamed) = bibtex::set_key(&source, &work.key) {
                source = renamed;
            }
            if !contents.annotate.has(Kind::Note) {
                for field in PRIVATE {
                    if let Ok(without) = bibtex::remove_field(&source, field) {
                        source = without;
                    }
                }
            }
            entries.insert(work.key.clone(), source);
        }
        // A file may define the names of a thousand journals.
        let is_used = |definition: &String| {
            bibtex::definitions(definition).iter().any(|(name, _)| {
                let name = name.to_lowercase();
                entries
                    .values()
                    .any(|source| source.to_lowercase().contains(&name))
            })
        };
        let mut abbreviations = library.abbreviations_of(&numbers)?;
        abbreviations.retain(is_used);
        Ok(Self {
            contents,
            abbreviations,
            entries,
        })
    }

    /// A snapshot as the library stores it.
    ///
    /// # Errors
    ///
    /// Where the stored text was damaged.
    pub fn stored(content: &str) -> std::result::Result<Self, serde_json::Error> {
        serde_json::from_str(content)
    }

    /// The snapshot as the library stores it.
    ///
    /// # Errors
    ///
    /// None that is known.
    pub fn to_stored(&self) -> std::result::Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The entries as one file, in the order of the list.
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

    /// The works of the snapshot, and their variables of CSL as they were then.
    pub fn works(&self, file: &bibtex::BibFile) -> (Vec<Reference>, Vec<CslItem>) {
        let mut items: BTreeMap<&str, &CslItem> = self
            .contents
            .works
            .iter()
            .map(|work| (work.key.as_str(), &work.item))
            .collect();
        Reference::of_file(file)
            .into_iter()
            .filter_map(|work| {
                let item = items.remove(work.key.as_str())?.clone();
                Some((work, item))
            })
            .unzip()
    }
}
