//! Citations inside documents.
//!
//! A document cites works by their keys. What it cites comes out as [`CitedKey`]s, each with its place.
//! There is a module for each kind of document: [`markdown`] with the citations of pandoc, which can also
//! be written out in a style; [`latex`] with what LaTeX and biblatex leave behind for BibTeX and Biber
//! (`.aux`, `.bcf`); [`typst`].
//!
//! Nothing in here knows the library: a caller looks the keys up wherever its works are.

pub mod latex;
pub mod markdown;
pub mod typst;

/// A key that a document cites, where it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CitedKey {
    /// The key, as it is written.
    pub key: String,
    /// The line, counted from 1.
    pub line: usize,
    /// Whether it can be nothing but a citation. In Typst `@key` may be a figure of another file, too.
    #[serde(skip)]
    pub certain: bool,
}

impl CitedKey {
    /// A key that can be nothing but a citation.
    pub fn new(key: impl Into<String>, line: usize) -> Self {
        Self {
            key: key.into(),
            line,
            certain: true,
        }
    }
}

/// What a document cites.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cited {
    /// The keys, in the document's order, each as often as it is cited.
    pub keys: Vec<CitedKey>,
    /// Whether it asks for every work there is (`\nocite{*}`).
    pub all: bool,
    /// The files that the document takes in, as it names them; they may cite, too.
    pub files: Vec<CitedFile>,
    /// The labels that the document gives to its own figures, sections and so on: a reference to one of
    /// them is no citation, unless it is marked as one.
    pub labels: Vec<String>,
    /// Whether BibTeX itself makes the bibliography, which does not know the fields of BibLaTeX.
    pub by_bibtex: bool,
}

/// A file that a document takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedFile {
    /// Its path, as it is written.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// How many keys were cited before it.
    pub after: usize,
}

/// The lines of a text, by the bytes at which they begin.
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

    /// The line of a byte, counted from 1.
    pub(crate) fn of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }
}
