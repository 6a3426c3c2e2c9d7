//! Reading and writing reference formats, one module each, and the table of them.
//!
//! A library's truth is the text of a BibLaTeX entry, a [`Entry`], so BibTeX and BibLaTeX are read as
//! they are. Every other format is read into CSL items, of which [`Reading`] holds both the items and
//! the works written from them. Out again, BibLaTeX leaves as it came, and every other format is
//! written from the CSL item that is derived from the work. What a target cannot hold is told in the
//! [`Written::losses`], field by field.

mod biblatex;
pub mod bibtex;
mod csl_json;
mod csl_to_bib;
pub mod file_field;
mod hayagriva;
pub mod jabref;
mod losses;
#[cfg(test)]
mod proptests;
mod ris;

use std::borrow::Cow;

use bibtex::{BibFile, Strings};
pub use bibtex::{Problem, Severity};
pub use csl_to_bib::Rejected;
pub use losses::{Loss, reconciled};

use crate::model::{CslItem, Entry};

/// Reads the text of a file in one format.
pub trait ReadFormat: Sync {
    /// Never fails: what cannot be read is told in the reading's problems, with its line, and one bad
    /// reference costs one.
    fn read(&self, text: &str) -> Reading;
}

/// Writes works in one format.
pub trait WriteFormat: Sync {
    /// Never fails: what the format cannot hold is told in [`Written::losses`].
    fn write(&self, export: &Export<'_>) -> Written;
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The works as BibLaTeX, with the lines of the file they came from, and what was found wrong.
    pub file: BibFile,
    /// Where the file was not BibTeX or BibLaTeX: the references as they were read, one for each work
    /// of `file`, in its order.
    pub items: Option<Vec<CslItem>>,
    /// The references that were refused, where the file was not BibTeX or BibLaTeX (those are pieces
    /// of `file`).
    pub rejected: Vec<Rejected>,
}

/// What is to be written.
pub struct Export<'a> {
    /// The works, in the order in which they are written.
    pub works: &'a [ExportedWork<'a>],
    /// Finds the works by key from which others inherit, whether they are written or not.
    pub parents: &'a dyn Fn(&str) -> Option<Cow<'a, Entry>>,
}

/// A work that is written.
#[derive(Debug, Clone, Copy)]
pub struct ExportedWork<'a> {
    /// The work as it was written.
    pub work: &'a Entry,
    /// The work in the variables of CSL.
    pub item: &'a CslItem,
    /// The abbreviations that its fields name.
    pub strings: &'a Strings,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The file's text.
    pub text: String,
    /// What the format could not hold.
    pub losses: Vec<Loss>,
}

/// A format of the table.
pub struct Format {
    /// The name by which commands know it.
    pub name: &'static str,
    /// The name by which people know it.
    pub title: &'static str,
    /// The endings of its files, in lower case.
    pub endings: &'static [&'static str],
    /// Whether a text is in this format, by its look.
    pub looks_like: fn(&str) -> bool,
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

/// BibLaTeX, which is what the library holds. It comes first, so that a text that looks like nothing
/// is read as BibLaTeX, whose reader says best what is wrong.
pub static BIBLATEX: Format = Format {
    name: "biblatex",
    title: "BibLaTeX",
    endings: &["bib", "bibtex", "biblatex"],
    looks_like: |text| text.contains('@'),
    reader: &biblatex::Biblatex,
    writer: &biblatex::Biblatex,
};

/// BibTeX: the same syntax with fewer types and fields.
pub static BIBTEX: Format = Format {
    name: "bibtex",
    title: "BibTeX",
    endings: &[],
    looks_like: |_| false,
    reader: &biblatex::Biblatex,
    writer: &biblatex::Bibtex,
};

/// The JSON of the Citation Style Language.
pub static CSL_JSON: Format = Format {
    name: "csl-json",
    title: "CSL-JSON",
    endings: &["json", "csljson", "jsonl"],
    looks_like: csl_json::looks_like,
    reader: &csl_json::CslJson,
    writer: &csl_json::CslJson,
};

/// Typst's format.
pub static HAYAGRIVA: Format = Format {
    name: "hayagriva",
    title: "Hayagriva",
    endings: &["yml", "yaml"],
    looks_like: hayagriva::looks_like,
    reader: &hayagriva::Hayagriva,
    writer: &hayagriva::Hayagriva,
};

/// The format that publishers and EndNote write.
pub static RIS: Format = Format {
    name: "ris",
    title: "RIS",
    endings: &["ris", "refman"],
    looks_like: ris::looks_like,
    reader: &ris::Ris,
    writer: &ris::Ris,
};

/// Every format, in the order in which commands name them.
pub static FORMATS: [&Format; 5] = [&BIBLATEX, &BIBTEX, &CSL_JSON, &HAYAGRIVA, &RIS];

/// The format with a name.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.name == name)
}

/// The format of a file: by its name's ending, or else by its look.
pub fn of_file(name: &str, text: &str) -> &'static Format {
    let ending = name
        .rsplit(['/', '\\'])
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, ending)| ending.to_lowercase());
    let by_ending = ending.and_then(|ending| {
        FORMATS
            .into_iter()
            .find(|format| format.endings.contains(&ending.as_str()))
    });
    by_ending.unwrap_or_else(|| by_look(text))
}

/// The format of a text by its look; BibLaTeX where it looks like nothing else.
pub fn by_look(text: &str) -> &'static Format {
    // The strictest first: an `@` stands in any of the others, too.
    [&RIS, &CSL_JSON, &HAYAGRIVA]
        .into_iter()
        .find(|format| (format.looks_like)(text))
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
        assert_eq!(by_look("\u{feff}\r\nTY  - JOUR\r\n").name, "ris");
        assert_eq!(by_look("  [ {\"id\": \"a\"} ]").name, "csl-json");
        assert_eq!(by_look("[]").name, "csl-json");
        assert_eq!(
            by_look("# a comment\nostrom:\n  type: book\n  note: a@b.example\n").name,
            "hayagriva"
        );
        assert_eq!(
            by_look("see https://a.example/\n@book{k,\n}").name,
            "biblatex"
        );
        assert_eq!(by_look("").name, "biblatex");
    }
}
