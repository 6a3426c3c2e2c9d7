//! The receipt of an import: what became of every entry, and why.

use crate::formats::Diagnostic;

/// What an import did, file by file and in all.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Receipt {
    /// The files, in the order in which they were given.
    pub files: Vec<FileReceipt>,
    /// The sums over all files.
    #[serde(flatten)]
    pub totals: Counts,
    /// How many tags of the shipped vocabulary were put on works, where a shipped bibliography was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<usize>,
}

/// What an import did with one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct FileReceipt {
    /// The file's path as it was given.
    pub path: String,
    /// What became of its entries.
    #[serde(flatten)]
    pub counts: Counts,
    /// What was found wrong, by line.
    pub problems: Vec<Diagnostic>,
    /// In how many places the library's value was kept although the file has another.
    #[serde(skip)]
    pub kept: usize,
    /// The entries that were refused.
    #[serde(skip)]
    pub rejects: Vec<Reject>,
}

/// What became of entries. `entries` is the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// How many there are.
    pub entries: usize,
    /// How many are new works.
    pub imported: usize,
    /// How many changed a work.
    pub updated: usize,
    /// How many were in the library as they are.
    pub unchanged: usize,
    /// How many were refused.
    pub rejected: usize,
}

/// An entry that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its line.
    pub line: usize,
    /// Its verbatim text.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Receipt {
    /// Adds the receipt of a file.
    pub fn add(&mut self, file: FileReceipt) {
        self.totals.entries += file.counts.entries;
        self.totals.imported += file.counts.imported;
        self.totals.updated += file.counts.updated;
        self.totals.unchanged += file.counts.unchanged;
        self.totals.rejected += file.counts.rejected;
        self.files.push(file);
    }
}
