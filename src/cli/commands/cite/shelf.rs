//! Where the works are that may be cited: in the library, or in files.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::cli::commands::import;
use crate::cli::export_entries::Entries;
use crate::cli::format_name::FormatName;
use crate::cli::input::Input;
use crate::cli::{CommandContext, CommandError};
use peerbib::formats::bibtex::FilePiece;
use peerbib::formats::{ParsedFile, Severity};
use peerbib::library::{Library, LibraryError, Reference};
use peerbib::model::{CslItem, Entry};
use peerbib::suggest::closest;

/// Works that can be looked up by key.
pub(crate) struct Shelf {
    content: Content,
    /// Works that a document brings along.
    own: Vec<CslItem>,
    /// Whether every entry could be read.
    pub(crate) complete: bool,
}

enum Content {
    Library(Library),
    Files {
        readings: Vec<ParsedFile>,
        references: Vec<Reference>,
        by_key: HashMap<String, usize>,
    },
}

impl Shelf {
    /// The works of these files, or of the library where there are none. The paths of what is read go into
    /// `files`.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or there is no library.
    pub(crate) fn open(
        context: &CommandContext,
        input: &[String],
        from: Option<FormatName>,
        own: Vec<CslItem>,
        files: &mut Vec<PathBuf>,
    ) -> Result<Self, CommandError> {
        if input.is_empty() && own.is_empty() {
            let path = context.library_path()?;
            files.push(path.with_extension("db-wal"));
            files.push(path);
            return Ok(Self {
                content: Content::Library(context.open()?),
                own,
                complete: true,
            });
        }
        let mut readings = Vec::new();
        let mut complete = true;
        for name in input {
            files.push(PathBuf::from(name));
            let input = Input::read(name, from.map(FormatName::format))?;
            for problem in &input.reading.file.problems {
                import::tell(context, &input.path, problem);
                complete &= problem.severity != Severity::Error;
            }
            readings.push(input.reading);
        }
        let references: Vec<Reference> = readings.iter().flat_map(Reference::of_reading).collect();
        let mut by_key = HashMap::new();
        for (place, reference) in references.iter().enumerate() {
            by_key.entry(reference.key.clone()).or_insert(place);
        }
        Ok(Self {
            content: Content::Files {
                readings,
                references,
                by_key,
            },
            own,
            complete,
        })
    }

    /// The work with a key.
    ///
    /// # Errors
    ///
    /// What the library reports.
    pub(crate) fn reference(&self, key: &str) -> Result<Option<Reference>, CommandError> {
        match &self.content {
            Content::Library(library) => match library.reference(key) {
                Ok(reference) => Ok(Some(reference)),
                Err(LibraryError::UnknownKey { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            },
            Content::Files {
                references, by_key, ..
            } => Ok(by_key
                .get(key)
                .and_then(|place| references.get(*place))
                .cloned()),
        }
    }

    /// The work with a key, in the variables of CSL and under the key that it has on the shelf; without
    /// private annotations.
    ///
    /// # Errors
    ///
    /// What the library reports.
    pub(crate) fn item(&self, key: &str) -> Result<Option<CslItem>, CommandError> {
        if let Some(item) = self.own.iter().find(|item| item.id == key) {
            return Ok(Some(item.clone()));
        }
        self.reference(key)?.map(item_of).transpose()
    }

    /// Every work.
    ///
    /// # Errors
    ///
    /// What the library reports.
    pub(crate) fn all(&self) -> Result<Vec<Reference>, CommandError> {
        Ok(match &self.content {
            Content::Library(library) => library.select(&peerbib::library::Condition::All)?,
            Content::Files { references, .. } => references.clone(),
        })
    }

    /// The works that the document brings along.
    pub(crate) fn own(&self) -> &[CslItem] {
        &self.own
    }

    /// Keys that are spelt much as this one, which belongs to no work, the nearest first.
    pub(crate) fn suggestions(&self, key: &str) -> Vec<String> {
        match &self.content {
            Content::Library(library) => match library.work_id(key) {
                Err(LibraryError::UnknownKey { suggestions, .. }) => suggestions,
                _ => Vec::new(),
            },
            Content::Files { by_key, .. } => {
                let own = self.own.iter().map(|item| item.id.clone());
                closest(key, by_key.keys().cloned().chain(own))
            }
        }
    }

    /// Where the entries of the works stand.
    pub(crate) fn entries(&self) -> Entries<'_> {
        match &self.content {
            Content::Library(library) => Entries::Library(library),
            Content::Files { readings, .. } => Entries::Files(readings),
        }
    }

    /// What the works are called as a whole.
    pub(crate) fn name(&self) -> &'static str {
        match &self.content {
            Content::Library(_) => "the library",
            Content::Files { .. } => "the files",
        }
    }

    /// How works get there.
    pub(crate) fn way_in(&self) -> &'static str {
        match &self.content {
            Content::Library(_) => "; `peerbib import` and `peerbib add` bring works in",
            Content::Files { .. } => "",
        }
    }

    /// The works that the entries of these works inherit from, and the members of the sets among them;
    /// those of which they inherit in turn as well.
    ///
    /// # Errors
    ///
    /// What the library reports.
    pub(crate) fn parents(&self, works: &[Reference]) -> Result<Vec<Reference>, CommandError> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut parents: Vec<Reference> = Vec::new();
        let mut waiting: Vec<String> = works.iter().rev().map(|work| work.key.clone()).collect();
        while let Some(key) = waiting.pop() {
            for parent in self.parents_of(&key) {
                if seen.insert(parent.clone())
                    && let Some(reference) = self.reference(&parent)?
                {
                    parents.push(reference);
                    waiting.push(parent);
                }
            }
        }
        Ok(parents)
    }

    fn parents_of(&self, key: &str) -> Vec<String> {
        let named = |work: &Entry| -> Vec<String> {
            ["crossref", "xref", "xdata", "entryset"]
                .iter()
                .filter_map(|field| work.field(field))
                .flat_map(|value| value.split(','))
                .map(|key| {
                    key.trim_matches(['{', '}', '"', ' ', '\n', '\t', '\r'])
                        .to_owned()
                })
                .filter(|key| !key.is_empty())
                .collect()
        };
        match &self.content {
            Content::Library(library) => library.work(key).map(|work| named(&work)),
            Content::Files { readings, .. } => Ok(readings
                .iter()
                .flat_map(|reading| &reading.file.pieces)
                .find_map(|piece| match piece {
                    FilePiece::Entry { work, .. } if work.key == key => Some(named(work)),
                    _ => None,
                })
                .unwrap_or_default()),
        }
        .unwrap_or_default()
    }
}

/// A work in the variables of CSL, under the key that it has in the library; without private annotations.
pub(crate) fn item_of(mut reference: Reference) -> Result<CslItem, CommandError> {
    let mut item = reference.take_item()?;
    item.id = reference.key;
    item.variables.remove("annote");
    Ok(item)
}
