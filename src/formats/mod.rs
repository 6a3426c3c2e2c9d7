//! Reading and writing reference formats, one module each, and the table of formats.
//!
//! A library's source of truth is the text of BibLaTeX entries, so BibTeX and BibLaTeX are kept
//! verbatim. Every other format is read into CSL items; [`ParsedFile`] holds both the items and the
//! entries written from them. BibLaTeX is exported verbatim, and every other format from the CSL
//! item derived from the entry. What a format cannot hold is reported in [`WriteResult::losses`],
//! field by field.

mod biblatex;
pub mod bibtex;
mod csl_json;
mod csl_to_bib;
pub mod file_field;
mod hayagriva;
pub mod jabref;
mod losses;
mod pages;
#[cfg(test)]
mod proptests;
mod ris;

use std::borrow::Cow;

use bibtex::{BibFile, Strings};
pub use bibtex::{Diagnostic, Severity};
pub use csl_to_bib::RejectedEntry;
pub use losses::{Loss, reconciled};

use crate::model::{CslItem, Entry};

/// Reads the text of a file in one format.
pub trait ReadFormat: Sync {
    /// Never fails: what cannot be read is reported with its line, and one malformed reference
    /// costs one reference.
    fn read(&self, text: &str) -> ParsedFile;
}

/// Writes works in one format.
pub trait WriteFormat: Sync {
    /// Never fails: what the format cannot hold is reported in [`WriteResult::losses`].
    fn write(&self, export: &Export<'_>) -> WriteResult;
}

/// The result of reading a file.
#[derive(Debug, Clone, Default)]
pub struct ParsedFile {
    /// The entries as BibLaTeX, with their lines in the file, and the diagnostics.
    pub file: BibFile,
    /// For formats other than BibTeX and BibLaTeX: the references as read, one for each entry of
    /// `file`, in the same order.
    pub items: Option<Vec<CslItem>>,
    /// The rejected references of formats other than BibTeX and BibLaTeX, whose rejected entries
    /// are pieces of `file`.
    pub rejected: Vec<RejectedEntry>,
}

/// The input of an export.
pub struct Export<'a> {
    /// The works, in order.
    pub works: &'a [ExportedWork<'a>],
    /// Finds the works by key from which others inherit, whether they are written or not.
    pub parents: &'a dyn Fn(&str) -> Option<Cow<'a, Entry>>,
}

/// A work to export.
#[derive(Debug, Clone, Copy)]
pub struct ExportedWork<'a> {
    /// The verbatim entry.
    pub work: &'a Entry,
    /// The work in the variables of CSL.
    pub item: &'a CslItem,
    /// The abbreviations that its fields name.
    pub strings: &'a Strings,
}

/// The result of writing a format.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WriteResult {
    /// The file's text.
    pub text: String,
    /// What the format could not hold.
    pub losses: Vec<Loss>,
}

/// A format of the table.
pub struct Format {
    /// The name by which commands know it.
    pub name: &'static str,
    /// The name for messages.
    pub title: &'static str,
    /// The extensions of its files, in lower case.
    pub extensions: &'static [&'static str],
    /// Whether a text looks like this format.
    pub sniff: fn(&str) -> bool,
    /// Reads it.
    pub reader: &'static dyn ReadFormat,
    /// Writes it.
    pub writer: &'static dyn WriteFormat,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// BibLaTeX, the format of the library. It comes first, so that an unrecognized text is read as
/// BibLaTeX, whose reader gives the best messages.
pub static BIBLATEX: Format = Format {
    name: "biblatex",
    title: "BibLaTeX",
    extensions: &["bib", "bibtex", "biblatex"],
    sniff: |text| text.contains('@'),
    reader: &biblatex::Biblatex,
    writer: &biblatex::Biblatex,
};

/// BibTeX: the same syntax with fewer types and fields.
pub static BIBTEX: Format = Format {
    name: "bibtex",
    title: "BibTeX",
    extensions: &[],
    sniff: |_| false,
    reader: &biblatex::Biblatex,
    writer: &biblatex::Bibtex,
};

/// The JSON of the Citation Style Language.
pub static CSL_JSON: Format = Format {
    name: "csl-json",
    title: "CSL-JSON",
    extensions: &["json", "csljson", "jsonl"],
    sniff: csl_json::sniff,
    reader: &csl_json::CslJson,
    writer: &csl_json::CslJson,
};

/// Typst's format.
pub static HAYAGRIVA: Format = Format {
    name: "hayagriva",
    title: "Hayagriva",
    extensions: &["yml", "yaml"],
    sniff: hayagriva::sniff,
    reader: &hayagriva::Hayagriva,
    writer: &hayagriva::Hayagriva,
};

/// The format that publishers and EndNote write.
pub static RIS: Format = Format {
    name: "ris",
    title: "RIS",
    extensions: &["ris", "refman"],
    sniff: ris::sniff,
    reader: &ris::Ris,
    writer: &ris::Ris,
};

/// All formats, in the order of help texts.
pub static FORMATS: [&Format; 5] = [&BIBLATEX, &BIBTEX, &CSL_JSON, &HAYAGRIVA, &RIS];

/// Returns the format with a name.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.name == name)
}

/// Returns the format of a file: by its name's extension, or else by its look.
pub fn of_file(name: &str, text: &str) -> &'static Format {
    let extension = name
        .rsplit(['/', '\\'])
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension.to_lowercase());
    let by_ending = extension.and_then(|extension| {
        FORMATS
            .into_iter()
            .find(|format| format.extensions.contains(&extension.as_str()))
    });
    by_ending.unwrap_or_else(|| detect(text))
}

/// Returns the format of a text by its content; BibLaTeX if it looks like no other.
pub fn detect(text: &str) -> &'static Format {
    // The strictest first: an `@` may occur in any of the others.
    [&RIS, &CSL_JSON, &HAYAGRIVA]
        .into_iter()
        .find(|format| (format.sniff)(text))
        .unwrap_or(&BIBLATEX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_ending_and_by_look() {
        assert_eq!(of_file("a/b.RIS", "").name, "ris");
        assert_eq!(of_file("refs.yaml", "").name, "hayagriva");
        assert_eq!(
            of_file("a.d/refs", "@book{k, title = {x}}").name,
            "biblatex"
        );
        assert_eq!(detect("\u{feff}\r\nTY  - JOUR\r\n").name, "ris");
        assert_eq!(detect("  [ {\"id\": \"a\"} ]").name, "csl-json");
        assert_eq!(detect("[]").name, "csl-json");
        assert_eq!(
            detect("# a comment\nostrom:\n  type: book\n  note: a@b.example\n").name,
            "hayagriva"
        );
        assert_eq!(
            detect("see https://a.example/\n@book{k,\n}").name,
            "biblatex"
        );
        assert_eq!(detect("").name, "biblatex");
    }
}
