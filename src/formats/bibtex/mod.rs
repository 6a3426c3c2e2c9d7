//! BibTeX and BibLaTeX.
//!
//! [`decode`] turns the bytes of a file into text; [`split`] cuts the text into entries and the
//! text between them; [`read`] parses each entry by itself, so that a malformed one costs one
//! entry. The result is verbatim, the source of truth. [`derive()`] then makes a CSL item of one
//! entry: it resolves abbreviations and inheritance, turns TeX into rich text, and parses names and
//! dates. [`schema`] is the single table of types and fields.

mod abbreviations;
mod bib_file;
mod dates;
mod edit;
mod encoding;
mod entry;
mod from_csl;
mod inheritance;
mod journal_macros;
mod localization;
mod names;
mod preamble;
mod readable;
pub mod schema;
mod sentence_case;
mod splitter;
mod tex;
mod tex_alphabets;
mod tex_symbols;
mod tex_writer;
mod to_bibtex;
mod to_csl;
mod writer;

pub use abbreviations::{DefinitionProblem, ResolvedValue, Strings, used_definitions};
pub use bib_file::{
    BibFile, Duplicate, FilePiece, line_of_field, parse_entry, read, read_with_keys,
};
pub(crate) use bib_file::{field_at, free_key, read_shared};
pub(crate) use dates::{date_in_words, year_in_words};
pub use edit::{remove_field, set_entry_type, set_field, set_key, without_delimiters};
pub use encoding::{DecodedText, FileEncoding, decode};
#[cfg(feature = "library")]
pub(crate) use entry::visible_key;
pub use entry::{EntryError, MAX_DEPTH};
pub use from_csl::{FromCsl, from_csl};
pub(crate) use from_csl::{from_csl_as, names_to_tex};
pub use preamble::UsedCommands;
pub use readable::{ReadableField, readable, readable_fields};
pub use splitter::{Piece, PieceKind, SplitError, split};
pub use to_bibtex::{
    ToBibtex, common_abbreviations, expand_abbreviations, expand_all_abbreviations, to_bibtex,
};
pub use to_csl::{Derived, derive};
pub(crate) use to_csl::{verbatim, web_address};
pub(crate) use writer::new_work;
pub use writer::{tidy, tidy_entry};

// Used by the checks.
pub(crate) use abbreviations::{ValuePart, parts};
#[cfg(feature = "library")]
pub(crate) use inheritance::parent_keys;
pub(crate) use inheritance::{ResolvedEntry, resolve};
pub(crate) use names::{is_extended, list_before_et_al, read_names, split_list};
pub(crate) use tex::{html as tex_to_html, plain};
pub(crate) use tex_symbols::entity;
pub use tex_writer::is_balanced as has_matching_braces;
pub(crate) use tex_writer::{to_tex, to_verbatim};

/// Returns a field of an entry as plain text, with its capitals as written. `None` without the field.
pub fn plain_field(entry: &crate::model::Entry, strings: &Strings, field: &str) -> Option<String> {
    let text = plain(&strings.resolve(entry.field(field)?).text);
    Some(text).filter(|text| !text.trim().is_empty())
}

/// Something worth reporting about a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// The line of the file, from 1; 0 where none is known, which is `null` in JSON.
    #[serde(serialize_with = "line_or_null")]
    pub line: usize,
    /// The citation key of the entry.
    pub key: Option<String>,
    /// The name of the field.
    pub field: Option<String>,
    /// The message, one sentence.
    pub message: String,
    /// The severity.
    pub severity: Severity,
}

/// The severity of a [`Diagnostic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost or changed.
    Notice,
    /// Something was guessed, or is probably a mistake.
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
