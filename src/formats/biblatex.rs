//! BibLaTeX and BibTeX as formats of the table.

use super::{Export, Loss, ReadFormat, Reading, WriteFormat, Written, bibtex};

/// Reads BibTeX and BibLaTeX, and writes entries as they are.
pub(crate) struct Biblatex;

/// Writes entries that BibTeX and its styles know.
pub(crate) struct Bibtex;

impl ReadFormat for Biblatex {
    fn read(&self, text: &str) -> Reading {
        Reading {
            file: bibtex::read(text),
            ..Reading::default()
        }
    }
}

impl WriteFormat for Biblatex {
    /// The verbatim entries, with an empty line between them.
    fn write(&self, export: &Export<'_>) -> Written {
        let sources = export.works.iter().map(|work| work.work.source.clone());
        Written {
            text: joined(sources.collect()),
            losses: Vec::new(),
        }
    }
}

impl WriteFormat for Bibtex {
    /// The entries in BibTeX's types and fields. What no style of BibTeX prints is told, though it is
    /// not gone: BibTeX passes over fields that it does not know.
    fn write(&self, export: &Export<'_>) -> Written {
        let mut losses = Vec::new();
        let mut sources = Vec::with_capacity(export.works.len());
        for work in export.works {
            let converted = bibtex::to_bibtex(work.work, work.strings, export.parents);
            losses.extend(converted.lost.into_iter().map(|field| Loss {
                key: work.work.key.clone(),
                field,
                reason: "is printed by no style of BibTeX".to_owned(),
            }));
            sources.push(converted.work.source);
        }
        Written {
            text: joined(sources),
            losses,
        }
    }
}

fn joined(sources: Vec<String>) -> String {
    let mut text = sources.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
