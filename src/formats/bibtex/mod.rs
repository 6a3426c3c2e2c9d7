//! BibTeX and BibLaTeX.
//!
//! The way of a file: [`decode`] makes text of its bytes; [`split`] cuts the text into entries and what
//! stands between them; [`read`] reads the entries, each by itself, so that a bad one costs one. That is
//! the truth, verbatim. [`derive()`] then makes a CSL item of one work: it resolves abbreviations
//! and inheritance, turns TeX into rich text, and reads names and dates.

mod abbreviations;
mod bib_file;
mod csl_variables;
mod dates;
mod edit;
mod encoding;
mod entry;
mod entry_types;
mod from_csl;
mod inheritance;
mod languages;
mod localization;
mod names;
mod sentence_case;
mod splitter;
mod tex;
mod tex_symbols;
mod tex_writer;
mod to_bibtex;
mod to_csl;
mod writer;

pub(crate) use abbreviations::definitions;
pub use abbreviations::{Resolved, Strings};
pub use bib_file::{BibFile, Duplicate, FilePiece, line_of_field, parse_entry, read};
pub use edit::{remove_field, set_field, set_key};
pub use encoding::{Decoded, FileEncoding, decode};
pub use entry::EntryError;
pub use from_csl::{FromCsl, from_csl};
pub use splitter::{Fault, Piece, PieceKind, split};
pub use to_bibtex::{ToBibtex, to_bibtex};
pub use to_csl::{Derived, derive};
pub use writer::{tidy, tidy_entry};

// What the checks of references read entries with.
pub(crate) use abbreviations::{Part, parts};
pub(crate) use entry_types::is_known as is_known_type;
pub(crate) use inheritance::{Resolved as WithInherited, parent_keys, resolve};
pub(crate) use languages::known_tag as language_tag;
pub(crate) use names::{read_names, split_list};
pub(crate) use tex::plain;
pub use tex_writer::is_balanced as has_matching_braces;

/// Something that a person should know about a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The line of the file, from 1; 0 where none is known, which is `null` in JSON.
    #[serde(serialize_with = "line_or_null")]
    pub line: usize,
    /// The citation key of the entry.
    pub key: Option<String>,
    /// The name of the field.
    pub field: Option<String>,
    /// What is the matter, in a sentence.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost or changed.
    Notice,
    /// Something was guessed, or may not be meant as it is.
    Warning,
    /// An entry was rejected.
    Error,
}

fn line_or_null<S: serde::Serializer>(line: &usize, writer: S) -> Result<S::Ok, S::Error> {
    match line {
        0 => writer.serialize_none(),
        line => writer.serialize_some(line),
    }
}
