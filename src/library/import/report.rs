//! The last phase of an import: a report on every entry.

use crate::formats::bibtex::BibFile;
use crate::formats::{Diagnostic, Severity};

/// The report on an import, file by file and in total.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct ImportReport {
    /// The files, in the order in which they were given.
    pub files: Vec<FileReport>,
    /// The sums over all files.
    #[serde(flatten)]
    pub totals: Counts,
    /// The number of hand-made tags added, if a bundled bibliography was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<usize>,
}

/// The report on one file.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct FileReport {
    /// The file's path as it was given.
    pub path: String,
    /// The numbers of its entries.
    #[serde(flatten)]
    pub counts: Counts,
    /// The problems, by line.
    pub problems: Vec<Diagnostic>,
    /// The outcomes of the references of a plain list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<ReferenceReport>,
    /// The entries that are not in the source any more, if it was synchronized.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneEntry>,
    /// The number of fields whose value in the library was kept although the file has another.
    #[serde(skip)]
    pub kept: usize,
    /// The entries that were refused.
    #[serde(skip)]
    pub rejects: Vec<Reject>,
}

/// The outcome of one reference of a plain list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReferenceReport {
    /// Its line.
    pub line: usize,
    /// The key of its work.
    pub key: String,
    /// Whether the library had the work.
    pub status: ReferenceStatus,
    /// Its text.
    pub source: String,
    /// The confidence of the reading, from 0 to 1.
    pub confidence: f64,
}

/// An entry that is not in its source any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GoneEntry {
    /// The key of its work in the library.
    pub key: String,
    /// The title of the work.
    pub title: Option<String>,
    /// Whether the work was removed from the library.
    pub removed: bool,
    /// The reason for keeping it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_because: Option<KeptBecause>,
}

/// The reason for keeping a work that its source does not have any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptBecause {
    /// Removing it was not asked for.
    NotPruned,
    /// The source has no entries at all, as if it was damaged.
    EmptySource,
    /// The source has entries that cannot be read, and the work may be one of them.
    UnreadableEntries,
    /// It is in another source.
    OtherSource,
    /// Its entry was edited in the library.
    Edited,
    /// It has a note.
    Note,
    /// It has a linked file.
    LinkedFile,
    /// It is in a reading list.
    Listed,
    /// It has a tag that a person gave it.
    TaggedByHand,
    /// Another work inherits from it.
    Inherited,
}

/// Whether the library had the work of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReferenceStatus {
    /// It did not have it.
    New,
    /// It certainly had it.
    Known,
    /// It has a work with a different title.
    Probable,
}

/// Numbers of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// All of them.
    pub entries: usize,
    /// New works.
    pub imported: usize,
    /// Entries that changed a work.
    pub updated: usize,
    /// Entries that were in the library unchanged.
    pub unchanged: usize,
    /// Rejected entries.
    pub rejected: usize,
}

/// A rejected entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its line.
    pub line: usize,
    /// Its verbatim text.
    pub text: String,
    /// The problem, for a person.
    pub reason: String,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.imported += other.imported;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
    }
}

impl ImportReport {
    /// Adds the report of a file.
    pub fn add(&mut self, file: FileReport) {
        self.totals.add(file.counts);
        self.files.push(file);
    }
}

/// The results of a phase for the report.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) counts: Counts,
    pub(super) problems: Vec<Diagnostic>,
    /// The number of fields whose value in the library was kept.
    pub(super) kept: usize,
    pub(super) rejects: Vec<Reject>,
}

impl Findings {
    /// Adds a problem with an entry.
    pub(super) fn add_problem(
        &mut self,
        severity: Severity,
        (line, key): (usize, &str),
        field: Option<&str>,
        message: String,
    ) {
        self.problems.push(Diagnostic {
            line,
            key: Some(key.to_owned()),
            field: field.map(str::to_owned),
            message,
            severity,
        });
    }
}

/// Returns the report of a file: what was found when it was read, and what the phases found.
pub(super) fn report(
    path: &str,
    file: &BibFile,
    phases: impl IntoIterator<Item = Findings>,
) -> FileReport {
    let mut report = FileReport {
        path: path.to_owned(),
        problems: file.problems.clone(),
        ..FileReport::default()
    };
    for findings in phases {
        report.counts.add(findings.counts);
        report.problems.extend(findings.problems);
        report.rejects.extend(findings.rejects);
        report.kept += findings.kept;
    }
    report.problems.sort_by_key(|problem| problem.line);
    report
}
