//! Reading and writing reference formats, one module each, and the table of formats.
//!
//! A library's source of truth is the text of BibLaTeX entries, so BibTeX and BibLaTeX are kept
//! verbatim. Every other format is read into CSL items; [`ParsedFile`] holds both the items and the
//! entries written from them. BibLaTeX is exported verbatim, and every other format from the CSL
//! item derived from the entry. What a format cannot hold is reported in [`WriteResult::losses`],
//! field by field.
//!
//! ```
//! use peerbib::formats::{self, bibtex};
//!
//! let ris = "TY  - BOOK\nAU  - Hyde, Lewis\nTI  - Common as Air\nPY  - 2010\nER  - \n";
//! let format = formats::of_content(ris).unwrap();
//! assert_eq!(format.name, "ris");
//! let parsed = format.read_text(ris);
//! let work = parsed.file.works().next().unwrap();
//! assert_eq!(work.entry_type(), "book");
//! let item = bibtex::derive(work, &parsed.file.strings, &|_| None).item;
//! assert_eq!(item.text("title").as_deref(), Some("Common as Air"));
//! ```

mod bbl;
mod biblatex;
pub mod bibtex;
mod cff;
mod coins;
pub(crate) mod crossref;
mod csl_json;
mod csl_to_bib;
pub mod csv;
mod endnote_types;
mod endnote_xml;
mod enw;
pub mod file_field;
mod generic_kinds;
mod hayagriva;
pub(crate) mod item_builder;
pub mod jabref;
pub mod key_pattern;
mod lines;
#[cfg(test)]
mod loss_tests;
mod losses;
mod marcxml;
mod mediawiki;
mod mods;
mod month_names;
mod nbib;
mod pages;
#[cfg(test)]
mod proptests;
mod records;
pub mod references;
mod ris;
mod word_processor;
pub(crate) mod xml;
pub mod yaml;

use std::borrow::Cow;
use std::collections::BTreeSet;

use bibtex::{BibFile, Strings};
pub use bibtex::{Diagnostic, Severity};
pub use csl_to_bib::{BesideCsl, ParsedItem, ParsedItems, RejectedEntry};
use key_pattern::KeyPattern;
pub use losses::{Loss, compare, reconciled};

use crate::model::{CslItem, Entry, SharedText};

/// Reads the text of a file in one format.
pub trait ReadFormat: Sync {
    /// Reads a text. Never fails: what cannot be read is reported with its line, and one malformed reference
    /// costs one reference.
    fn read(&self, text: &SharedText) -> Records;
}

/// Reads a file that is not text, such as a Word document.
pub trait ReadBytes: Sync {
    /// Reads the content of a file. Never fails, like [`ReadFormat::read`].
    fn read(&self, bytes: &[u8]) -> Records;
}

/// The reader of a format.
#[derive(Clone, Copy)]
pub enum FormatReader {
    /// From text in any encoding.
    Text(&'static dyn ReadFormat),
    /// From bytes.
    Bytes(&'static dyn ReadBytes),
    /// From its place by the module of the program that keeps it, because it is a database with files next to it.
    Database,
}

/// The references of a file, before those of other formats become BibLaTeX.
#[derive(Debug)]
pub enum Records {
    /// Entries of BibTeX or BibLaTeX, verbatim.
    Entries(BibFile),
    /// References of any other format.
    Items(ParsedItems),
}

impl Records {
    /// Returns the references as BibLaTeX. What that cannot hold is among the problems. References without a key get
    /// one by the default pattern.
    pub fn into_entries(self) -> ParsedFile {
        self.into_entries_by(&KeyPattern::default())
    }

    /// Returns the references as BibLaTeX like [`Self::into_entries`], in parts of a number of works, so that a large
    /// file of another format than BibTeX needs little memory.
    pub fn into_entries_in_parts(self, works: usize) -> Box<dyn Iterator<Item = ParsedFile>> {
        match self {
            Records::Entries(_) => Box::new(std::iter::once(self.into_entries())),
            Records::Items(items) => Box::new(items.into_readings(&KeyPattern::default(), works)),
        }
    }

    /// Returns the references as BibLaTeX like [`Self::into_entries`], with keys by a pattern.
    pub fn into_entries_by(self, pattern: &KeyPattern) -> ParsedFile {
        match self {
            Records::Entries(file) => ParsedFile {
                file,
                ..ParsedFile::default()
            },
            Records::Items(items) => items.into_reading(pattern),
        }
    }
}

/// Writes works in one format.
pub trait WriteFormat: Sync {
    /// Writes the works. Never fails: what the format cannot hold is reported in [`WriteResult::losses`].
    fn write(&self, export: &ExportInput<'_>) -> WriteResult;

    /// Returns how the texts of two parts of an export become the text of both, if they do.
    fn joint(&self) -> Option<Joint> {
        None
    }
}

/// The joint between two texts in a format. With it, a large library is written in parts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Joint {
    /// The end of the first text, which is left out.
    pub end: &'static str,
    /// The text between the two.
    pub between: &'static str,
    /// The start of the second text, which is left out.
    pub start: &'static str,
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
pub struct ExportInput<'a> {
    /// The works, in order.
    pub works: &'a [ExportedWork<'a>],
    /// Finds the works by key from which others inherit, whether they are written or not.
    pub parents: &'a dyn Fn(&str) -> Option<Cow<'a, Entry>>,
    /// The place of the works in a table if they are not all of its rows.
    pub table: Option<TablePart<'a>>,
}

/// The place of a part of an export in a table, whose columns depend on all works.
#[derive(Debug, Clone, Copy)]
pub struct TablePart<'a> {
    /// The CSL variables of all works.
    pub variables: &'a BTreeSet<String>,
    /// Whether the part begins the table, so that it has the header.
    pub is_first: bool,
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
    /// The values that the format could not hold.
    pub losses: Vec<Loss>,
}

/// A format of the table.
pub struct ReferenceFormat {
    /// The name by which commands know it.
    pub name: &'static str,
    /// The name for messages.
    pub title: &'static str,
    /// A description for help texts.
    pub description: &'static str,
    /// The extensions of its files, in lower case.
    pub extensions: &'static [&'static str],
    /// Returns whether a text looks like this format.
    pub sniff: fn(&str) -> bool,
    /// Reads it.
    pub reader: FormatReader,
    /// Writes it; `None` for a format that can only be read.
    pub writer: Option<&'static dyn WriteFormat>,
}

impl ReferenceFormat {
    /// Reads the text of a file as BibLaTeX.
    pub fn read_text(&self, text: &str) -> ParsedFile {
        self.read(text.as_bytes(), &text.into()).into_entries()
    }

    /// Reads a file: its bytes, or the text that they were decoded to.
    pub fn read(&self, bytes: &[u8], text: &SharedText) -> Records {
        match self.reader {
            FormatReader::Text(reader) => reader.read(text),
            FormatReader::Bytes(reader) => reader.read(bytes),
            FormatReader::Database => {
                let mut items = ParsedItems::default();
                let reason = format!("{} cannot be read without its place", self.title);
                items.warn(0, "", None, reason);
                Records::Items(items)
            }
        }
    }

    /// Returns whether files of this format are not text.
    pub fn is_binary(&self) -> bool {
        matches!(self.reader, FormatReader::Bytes(_) | FormatReader::Database)
    }

    /// Returns whether the format is a database, which is read from its place.
    pub fn is_database(&self) -> bool {
        matches!(self.reader, FormatReader::Database)
    }

    /// Returns whether the format is a table with columns.
    pub fn is_table(&self) -> bool {
        matches!(self.name, "csv" | "tsv")
    }

    /// Returns whether the format is BibTeX or BibLaTeX, whose entries are kept as written.
    pub fn is_bibtex(&self) -> bool {
        matches!(self.name, "biblatex" | "bibtex")
    }
}

impl std::fmt::Debug for ReferenceFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

/// BibLaTeX, the format of the library.
pub static BIBLATEX: ReferenceFormat = ReferenceFormat {
    name: "biblatex",
    title: "BibLaTeX",
    description: "BibLaTeX: the entries as they were written",
    extensions: &["bib", "bibtex", "biblatex"],
    sniff: biblatex::sniff,
    reader: FormatReader::Text(&biblatex::Biblatex),
    writer: Some(&biblatex::Biblatex),
};

/// BibTeX: the same syntax with fewer types and fields.
pub static BIBTEX: ReferenceFormat = ReferenceFormat {
    name: "bibtex",
    title: "BibTeX",
    description: "BibTeX: the same with the types and fields that BibTeX's styles know",
    extensions: &[],
    sniff: |_| false,
    reader: FormatReader::Text(&biblatex::Biblatex),
    writer: Some(&biblatex::Bibtex),
};

/// The JSON of the Citation Style Language.
pub static CSL_JSON: ReferenceFormat = ReferenceFormat {
    name: "csl-json",
    title: "CSL-JSON",
    description: "CSL-JSON: the variables of the Citation Style Language",
    extensions: &["json", "csljson", "jsonl"],
    sniff: csl_json::sniff,
    reader: FormatReader::Text(&csl_json::CslJson),
    writer: Some(&csl_json::CslJson),
};

/// Typst's format.
pub static HAYAGRIVA: ReferenceFormat = ReferenceFormat {
    name: "hayagriva",
    title: "Hayagriva",
    description: "Hayagriva: Typst's YAML",
    extensions: &["yml", "yaml"],
    sniff: hayagriva::sniff,
    reader: FormatReader::Text(&hayagriva::Hayagriva),
    writer: Some(&hayagriva::Hayagriva),
};

/// The format that publishers and EndNote write.
pub static RIS: ReferenceFormat = ReferenceFormat {
    name: "ris",
    title: "RIS",
    description: "RIS: the format of EndNote, publishers and databases",
    extensions: &["ris", "refman"],
    sniff: ris::sniff,
    reader: FormatReader::Text(&ris::Ris),
    writer: Some(&ris::Ris),
};

/// Plain reference lists, as people read them.
pub static REFERENCES: ReferenceFormat = ReferenceFormat {
    name: "references",
    title: "plain reference lists",
    description: "a plain reference list, as at the end of a chapter",
    extensions: &[],
    sniff: references::sniff,
    reader: FormatReader::Text(&references::ReferenceLists),
    writer: None,
};

/// The MEDLINE format of PubMed.
pub static NBIB: ReferenceFormat = ReferenceFormat {
    name: "nbib",
    title: "PubMed (MEDLINE)",
    description: "MEDLINE: the tagged format of PubMed",
    extensions: &["nbib", "medline"],
    sniff: nbib::sniff,
    reader: FormatReader::Text(&nbib::Nbib),
    writer: Some(&nbib::Nbib),
};

/// EndNote's XML.
pub static ENDNOTE_XML: ReferenceFormat = ReferenceFormat {
    name: "endnote-xml",
    title: "EndNote XML",
    description: "EndNote XML: EndNote's own exchange format",
    extensions: &[],
    sniff: endnote_xml::sniff,
    reader: FormatReader::Text(&endnote_xml::EndNoteXml),
    writer: Some(&endnote_xml::EndNoteXml),
};

/// EndNote's tagged format, which extends that of refer.
pub static ENW: ReferenceFormat = ReferenceFormat {
    name: "enw",
    title: "EndNote's tagged format",
    description: "EndNote's tagged format, and that of refer",
    extensions: &["enw", "refer"],
    sniff: enw::sniff,
    reader: FormatReader::Text(&enw::Enw),
    writer: Some(&enw::Enw),
};

/// The Metadata Object Description Schema of the Library of Congress.
pub static MODS: ReferenceFormat = ReferenceFormat {
    name: "mods",
    title: "MODS",
    description: "MODS: an XML format of libraries and repositories",
    extensions: &["mods"],
    sniff: mods::sniff,
    reader: FormatReader::Text(&mods::Mods),
    writer: Some(&mods::Mods),
};

/// MARC 21 as XML.
pub static MARCXML: ReferenceFormat = ReferenceFormat {
    name: "marcxml",
    title: "MARCXML",
    description: "MARCXML: the records of library catalogues",
    extensions: &["marcxml", "mrcx"],
    sniff: marcxml::sniff,
    reader: FormatReader::Text(&marcxml::MarcXml),
    writer: None,
};

/// The Citation File Format of software.
pub static CFF: ReferenceFormat = ReferenceFormat {
    name: "cff",
    title: "CITATION.cff",
    description: "CITATION.cff: how a software package or dataset wants to be cited",
    extensions: &["cff"],
    sniff: cff::sniff,
    reader: FormatReader::Text(&cff::Cff),
    writer: Some(&cff::Cff),
};

/// Tables with commas.
pub static CSV: ReferenceFormat = ReferenceFormat {
    name: "csv",
    title: "CSV",
    description: "CSV: a table with a header, whose columns are guessed from their names",
    extensions: &["csv"],
    sniff: csv::sniff,
    reader: FormatReader::Text(&csv::Csv),
    writer: Some(&csv::Csv),
};

/// Tables with tabs.
pub static TSV: ReferenceFormat = ReferenceFormat {
    name: "tsv",
    title: "TSV",
    description: "TSV: a table like CSV, with tabs",
    extensions: &["tsv", "tab"],
    sniff: |_| false,
    reader: FormatReader::Text(&csv::Tsv),
    writer: Some(&csv::Tsv),
};

/// The citation templates of MediaWiki.
pub static MEDIAWIKI: ReferenceFormat = ReferenceFormat {
    name: "mediawiki",
    title: "MediaWiki",
    description: "MediaWiki: the citation templates of a page or of a dump",
    extensions: &["wiki", "mediawiki", "wikitext"],
    sniff: mediawiki::sniff,
    reader: FormatReader::Text(&mediawiki::MediaWiki),
    writer: None,
};

/// Context objects in web pages.
pub static COINS: ReferenceFormat = ReferenceFormat {
    name: "coins",
    title: "COinS in HTML",
    description: "COinS: the references in the HTML of a web page",
    extensions: &["html", "htm", "xhtml"],
    sniff: coins::sniff,
    reader: FormatReader::Text(&coins::Coins),
    writer: None,
};

/// The bibliographies that LaTeX reads.
pub static BBL: ReferenceFormat = ReferenceFormat {
    name: "bbl",
    title: "LaTeX .bbl",
    description: ".bbl: what BibTeX or biber wrote for LaTeX",
    extensions: &["bbl"],
    sniff: bbl::sniff,
    reader: FormatReader::Text(&bbl::Bbl),
    writer: None,
};

/// The citations in a document of a word processor.
pub static DOCX: ReferenceFormat = ReferenceFormat {
    name: "docx",
    title: "Word and OpenDocument",
    description: "Word (.docx) and OpenDocument (.odt): the citations of Zotero, Mendeley or EndNote",
    extensions: &["docx", "docm", "odt"],
    sniff: word_processor::sniff,
    reader: FormatReader::Bytes(&word_processor::WordProcessor),
    writer: None,
};

/// The library of Zotero, which `crate::zotero::database` reads.
pub static ZOTERO: ReferenceFormat = ReferenceFormat {
    name: "zotero",
    title: "Zotero\u{2019}s database",
    description: "the library of Zotero on this computer: zotero: or zotero:PATH",
    extensions: &["sqlite"],
    sniff: |text| text.starts_with("SQLite format 3\0"),
    reader: FormatReader::Database,
    writer: None,
};

/// All formats, in the order of help texts. To add a format, add a row.
pub static FORMATS: &[&ReferenceFormat] = &[
    &BIBLATEX,
    &BIBTEX,
    &CSL_JSON,
    &HAYAGRIVA,
    &RIS,
    &NBIB,
    &ENDNOTE_XML,
    &ENW,
    &MODS,
    &MARCXML,
    &CFF,
    &CSV,
    &TSV,
    &MEDIAWIKI,
    &COINS,
    &BBL,
    &DOCX,
    &ZOTERO,
    &REFERENCES,
];

/// The formats that are recognized only by content: first those with a distinctive beginning, because their text may hold
/// anything, such as an entry of BibTeX that says how to cite it.
static BY_CONTENT: &[&ReferenceFormat] = &[
    &DOCX,
    &ZOTERO,
    &ENDNOTE_XML,
    &MODS,
    &MARCXML,
    &CSL_JSON,
    &CFF,
    &HAYAGRIVA,
    &CSV,
    &RIS,
    &NBIB,
    &ENW,
    &BBL,
    &BIBLATEX,
    &COINS,
    &MEDIAWIKI,
    &REFERENCES,
];

/// Returns the format with a name.
pub fn named(name: &str) -> Option<&'static ReferenceFormat> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// Returns the format of a file by its content, or else by the extension of its name.
pub fn of_file(name: &str, text: &str) -> Option<&'static ReferenceFormat> {
    of_content(text).or_else(|| {
        let is_other_json =
            |format: &&ReferenceFormat| format.name == CSL_JSON.name && csl_json::is_foreign(text);
        of_name(name).filter(|format| !is_other_json(format))
    })
}

/// Returns the format of a text by its content. An empty text is an empty bibliography.
pub fn of_content(text: &str) -> Option<&'static ReferenceFormat> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Some(&BIBLATEX);
    }
    BY_CONTENT
        .iter()
        .copied()
        .find(|format| (format.sniff)(text))
}

/// Returns the format of a file by the extension of its name.
pub fn of_name(name: &str) -> Option<&'static ReferenceFormat> {
    let name = name.rsplit(['/', '\\']).next()?;
    let extension = name.rsplit_once('.')?.1.to_lowercase();
    FORMATS
        .iter()
        .copied()
        .find(|format| format.extensions.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognized_by_content_and_then_by_extension() {
        let name = |name, text| of_file(name, text).map(|format| format.name);
        assert_eq!(name("a/b.RIS", "?"), Some("ris"));
        assert_eq!(name("refs.yaml", "?"), Some("hayagriva"));
        assert_eq!(name("a.d/refs", "@book{k, title = {x}}"), Some("biblatex"));
        for (text, format) in [
            ("\u{feff}\r\nTY  - JOUR\r\n", "ris"),
            ("  [ {\"id\": \"a\"} ]", "csl-json"),
            ("[]", "csl-json"),
            (
                "# a comment\nostrom:\n  type: book\n  note: a@b.example\n",
                "hayagriva",
            ),
            ("see https://a.example/\n@book{k,\n}", "biblatex"),
            ("% mine\n @String ( a = {b} )", "biblatex"),
            ("", "biblatex"),
        ] {
            assert_eq!(
                of_content(text).map(|format| format.name),
                Some(format),
                "{text}"
            );
            // The content counts more than the extension.
            if !text.is_empty() {
                assert_eq!(name("wrong.ris", text), Some(format), "{text}");
            }
        }
        for text in [
            "Dear Ada, write to a@b.example.",
            "<style>@media (max-width: 9em) { a, b { x: y } }</style>",
            "/** @param {string} name */",
        ] {
            assert_eq!(name("letter.txt", text), None);
        }
    }

    #[test]
    fn every_format_has_a_name_and_a_place_in_the_order_of_recognition() {
        for format in FORMATS {
            assert_eq!(
                named(format.name).map(|found| found.name),
                Some(format.name)
            );
            let is_tried = BY_CONTENT.iter().any(|tried| tried.name == format.name);
            // BibTeX looks like BibLaTeX, and TSV is read as CSV.
            let is_another = matches!(format.name, "bibtex" | "tsv");
            assert_eq!(is_tried, !is_another, "{}", format.name);
        }
    }
}
