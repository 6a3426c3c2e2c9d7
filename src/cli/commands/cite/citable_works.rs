//! The works that can be cited: those of the library or of files.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use crate::cli::export_entries::Entries;
use crate::cli::format_name::FormatName;
use crate::cli::input::Input;
use crate::cli::problems::report_problem;
use crate::cli::works::{is_query, named_keys};
use crate::cli::{CommandContext, Result};
use peerbib::formats::bibtex::FilePiece;
use peerbib::formats::{ParsedFile, Severity};
use peerbib::library::{CitableWork, Library, LibraryError};
use peerbib::model::{CslItem, Entry};
use peerbib::suggest::closest;

/// Works that can be looked up by key.
pub(crate) struct CitableWorks {
    content: WorksSource,
    /// Works in the metadata of a document.
    own: Vec<CslItem>,
    /// Whether every entry could be read.
    pub(crate) complete: bool,
}

enum WorksSource {
    Library(Library),
    Files {
        readings: Vec<ParsedFile>,
        references: Vec<CitableWork>,
        by_key: HashMap<String, usize>,
    },
}

impl CitableWorks {
    /// Opens the works of these files, or of the library if there are none. Adds the paths of what is read to `files`.
    /// Fails if a file cannot be read, or there is no library.
    pub(crate) fn open(
        context: &CommandContext,
        input: &[String],
        from: Option<FormatName>,
        own: Vec<CslItem>,
        files: &mut Vec<PathBuf>,
    ) -> Result<Self> {
        if input.is_empty() && own.is_empty() {
            let path = context.library_path()?;
            files.push(path.with_extension("db-wal"));
            files.push(path);
            return Ok(Self {
                content: WorksSource::Library(context.open()?),
                own,
                complete: true,
            });
        }
        let mut readings = Vec::new();
        let mut complete = true;
        for name in input {
            files.push(PathBuf::from(name));
            let input = Input::read(name, from)?;
            for problem in &input.reading.file.problems {
                report_problem(context, &input.path, problem);
                complete &= problem.severity != Severity::Error;
            }
            readings.push(input.reading);
        }
        let references: Vec<CitableWork> =
            readings.iter().flat_map(CitableWork::of_reading).collect();
        let mut by_key = HashMap::new();
        for (place, reference) in references.iter().enumerate() {
            by_key.entry(reference.key.clone()).or_insert(place);
        }
        Ok(Self {
            content: WorksSource::Files {
                readings,
                references,
                by_key,
            },
            own,
            complete,
        })
    }

    /// Returns the work with a key.
    pub(crate) fn reference(&self, key: &str) -> Result<Option<CitableWork>> {
        match &self.content {
            WorksSource::Library(library) => match library.works().find(key)? {
                // An `@xdata` has a key, but is no work.
                Some(_) => match library.works().get(key) {
                    Err(LibraryError::UnknownKey { .. }) => Ok(None),
                    found => Ok(Some(found?)),
                },
                None => Ok(None),
            },
            WorksSource::Files {
                references, by_key, ..
            } => Ok(by_key
                .get(key)
                .and_then(|place| references.get(*place))
                .cloned()),
        }
    }

    /// Returns the CSL item of the work with a key, without private annotations.
    pub(crate) fn item(&self, key: &str) -> Result<Option<CslItem>> {
        if let Some(item) = self.own.iter().find(|item| item.id == key) {
            return Ok(Some(item.clone()));
        }
        self.reference(key)?.map(item_of).transpose()
    }

    /// Returns all works.
    pub(crate) fn all(&self) -> Result<Vec<CitableWork>> {
        Ok(match &self.content {
            WorksSource::Library(library) => {
                library.works().matching(&peerbib::library::Filter::All)?
            }
            WorksSource::Files { references, .. } => references.clone(),
        })
    }

    /// Returns the keys that words name: themselves, or those of the works of the library that match a query.
    pub(crate) fn named(&self, context: &CommandContext, words: &[String]) -> Result<Vec<String>> {
        if let WorksSource::Library(library) = &self.content {
            let mut unknown = Vec::new();
            for word in words {
                if library.works().find(word)?.is_none() {
                    unknown.push(word.clone());
                }
            }
            if !unknown.is_empty() && is_query(&unknown, unknown.len() == words.len()) {
                return named_keys(context, library, words);
            }
        }
        Ok(words.to_vec())
    }

    /// Returns the works in the metadata of the document.
    pub(crate) fn own(&self) -> &[CslItem] {
        &self.own
    }

    /// Returns keys similar to an unknown one, the most similar first.
    pub(crate) fn suggestions(&self, key: &str) -> Vec<String> {
        match &self.content {
            WorksSource::Library(library) => match library.works().id(key) {
                Err(LibraryError::UnknownKey { suggestions, .. }) => suggestions,
                _ => Vec::new(),
            },
            WorksSource::Files { by_key, .. } => {
                let own = self.own.iter().map(|item| item.id.clone());
                closest(key, by_key.keys().cloned().chain(own))
            }
        }
    }

    /// Returns the source of the entries.
    pub(crate) fn entries(&self) -> Entries<'_> {
        match &self.content {
            WorksSource::Library(library) => Entries::Library(library),
            WorksSource::Files { readings, .. } => Entries::Files(readings),
        }
    }

    /// Returns a name for the works as a whole.
    pub(crate) fn name(&self) -> &'static str {
        match &self.content {
            WorksSource::Library(_) => "the library",
            WorksSource::Files { .. } => "the files",
        }
    }

    /// Returns advice on how to add so many works.
    pub(crate) fn advice(&self, works: usize) -> &'static str {
        match (&self.content, works) {
            (WorksSource::Library(_), 1) => "; add it with `peerbib import` or `peerbib add`",
            (WorksSource::Library(_), _) => "; add them with `peerbib import` or `peerbib add`",
            (WorksSource::Files { .. }, _) => "",
        }
    }

    /// Returns the works that these works inherit from, directly or not, and the members of sets.
    pub(crate) fn parents(&self, works: &[CitableWork]) -> Result<Vec<CitableWork>> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut parents: Vec<CitableWork> = Vec::new();
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
            WorksSource::Library(library) => library.works().entry(key).map(|work| named(&work)),
            WorksSource::Files { readings, .. } => Ok(readings
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

/// Returns the CSL item of a work under its key, without private annotations.
pub(crate) fn item_of(mut reference: CitableWork) -> Result<CslItem> {
    let mut item = reference.take_item()?;
    item.id = reference.key;
    item.variables.remove("annote");
    Ok(item)
}
