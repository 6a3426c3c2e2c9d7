//! Citations in documents.
//!
//! Each module reads one kind of document and returns the cited keys as [`CitedKey`]s with their lines:
//! [`markdown`] reads pandoc's citation syntax and can also format the citations in a style, [`latex`] reads
//! the files that LaTeX writes for BibTeX and Biber (`.aux`, `.bcf`), and [`typst`] reads Typst.
//!
//! This module does not depend on the library; the caller looks up the keys.
//!
//! ```
//! use peerbib::documents::markdown::Markdown;
//!
//! let document = Markdown::read("Peer production [see @benkler2002, p. 375]\nis not @new2020.");
//! let cited = document.cited();
//! let keys: Vec<_> = cited.keys.iter().map(|key| (key.key.as_str(), key.line)).collect();
//! assert_eq!(keys, [("benkler2002", 1), ("new2020", 2)]);
//! ```

pub mod latex;
pub mod markdown;
pub mod typst;
mod zotero;

/// A cited key with its position.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CitedKey {
    /// The key as written.
    pub key: String,
    /// The line, starting at 1.
    pub line: usize,
    /// Whether this is certainly a citation. In Typst, `@key` may also refer to a figure in another file.
    #[serde(skip)]
    pub certain: bool,
}

impl CitedKey {
    /// Creates a key that is certainly a citation.
    pub fn new(key: impl Into<String>, line: usize) -> Self {
        Self {
            key: key.into(),
            line,
            certain: true,
        }
    }
}

/// The citations of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cited {
    /// The keys in document order, once for each citation.
    pub keys: Vec<CitedKey>,
    /// Whether the document cites every work (`\nocite{*}`).
    pub all: bool,
    /// The included files as named in the document; they may contain citations as well.
    pub files: Vec<IncludedFile>,
    /// The labels that the document defines for its own figures, sections and so on. A reference to one of
    /// them is not a citation, unless it is marked as one.
    pub labels: Vec<String>,
    /// Whether BibTeX makes the bibliography, which does not support BibLaTeX's fields.
    pub by_bibtex: bool,
}

/// A file included by a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludedFile {
    /// The path as written.
    pub path: String,
    /// The line, starting at 1.
    pub line: usize,
    /// The number of keys cited before it.
    pub after: usize,
}

/// The byte offsets at which the lines of a text start.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let after_breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self {
            starts: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    /// Returns the line of a byte offset, starting at 1.
    pub(crate) fn of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }
}
