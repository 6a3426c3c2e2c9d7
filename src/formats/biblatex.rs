//! BibLaTeX and BibTeX as formats of the table.

use super::losses::compare;
use super::{ExportInput, Joint, Loss, ReadFormat, Records, WriteFormat, WriteResult, bibtex};
use crate::model::{CslItem, SharedText};

/// Reads BibTeX and BibLaTeX, and writes entries as they are.
pub(crate) struct Biblatex;

/// Writes entries that BibTeX and its styles know.
pub(crate) struct Bibtex;

/// Returns whether a text has the beginning of an entry: `@book{key,` or `@string (name =`. The at-rules of style sheets
/// and the tags of programmers' comments look similar.
pub(crate) fn sniff(text: &str) -> bool {
    memchr::memchr_iter(b'@', text.as_bytes()).any(|at| {
        let before = text.get(..at).unwrap_or_default().chars().next_back();
        // An at sign in an address or in a LaTeX command begins none.
        let is_free = before.is_none_or(|c| !c.is_alphanumeric() && !"\\._-@".contains(c));
        let after = text.get(at + 1..).unwrap_or_default().trim_start();
        let behind = after.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
        let name = after.get(..after.len() - behind.len()).unwrap_or_default();
        let Some(inside) = behind.trim_start().strip_prefix(['{', '(']) else {
            return false;
        };
        let is_part = ["comment", "preamble", "string"]
            .iter()
            .any(|part| name.eq_ignore_ascii_case(part));
        let ends = inside.chars().find(|c| ",={}();\"".contains(*c));
        is_free && !name.is_empty() && (is_part || ends.is_none_or(|c| matches!(c, ',' | '=')))
    })
}

impl ReadFormat for Biblatex {
    fn read(&self, text: &SharedText) -> Records {
        Records::Entries(bibtex::read_shared(text))
    }
}

impl WriteFormat for Biblatex {
    /// Writes the verbatim entries, separated by empty lines.
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let sources = export
            .works
            .iter()
            .map(|work| work.work.source().to_owned());
        WriteResult {
            text: joined(sources.collect()),
            losses: Vec::new(),
        }
    }

    fn joint(&self) -> Option<Joint> {
        Some(BETWEEN_ENTRIES)
    }
}

/// The rest of the empty line between two entries.
const BETWEEN_ENTRIES: Joint = Joint {
    end: "",
    between: "\n",
    start: "",
};

impl WriteFormat for Bibtex {
    /// Writes the entries in BibTeX's types and fields. Fields that no BibTeX style prints are
    /// reported, though they stay in the file: BibTeX ignores unknown fields. So is what the written
    /// entry no longer says.
    fn write(&self, export: &ExportInput<'_>) -> WriteResult {
        let mut losses = Vec::new();
        let mut sources = Vec::with_capacity(export.works.len());
        for work in export.works {
            let converted = bibtex::to_bibtex(work.work, work.strings, export.parents);
            losses.extend(converted.lost.into_iter().map(|field| Loss {
                key: work.work.key.clone(),
                field,
                reason: "is not printed by BibTeX styles".to_owned(),
            }));
            if converted.may_say_less {
                let back = bibtex::derive(&converted.work, work.strings, &|_| None).item;
                let found = compare(work.item, Some(&back), "BibTeX").into_iter();
                losses.extend(found.filter(|loss| !is_printed(loss, work.item, &back)));
            }
            sources.push(converted.work.source().to_owned());
        }
        WriteResult {
            text: joined(sources),
            losses,
        }
    }

    fn joint(&self) -> Option<Joint> {
        Some(BETWEEN_ENTRIES)
    }
}

/// Returns whether BibTeX prints a value that the written entry has in another way: a kind of report that its type
/// implies, or a state of publication as a note.
fn is_printed(loss: &Loss, item: &CslItem, back: &CslItem) -> bool {
    match loss.field.as_str() {
        "genre" => {
            back.item_type == "report"
                && item.text("genre").as_deref() == bibtex::schema::implied_genre("techreport")
        }
        "status" => back.text("note") == item.text("status"),
        _ => false,
    }
}

fn joined(sources: Vec<String>) -> String {
    let mut text = sources.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
