//! `peerbib export`

use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::{Outcome, Result, Session};
use crate::library::Reference;

/// Export references, just as they were written
///
/// Without a query: the imported files again, byte for byte where nobody edited an entry, with their
/// @strings, preambles and comments. With a query: the entries of the works that it finds.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib export > everything.bib\n  \
                  peerbib export movement:oekonux > oekonux.bib\n  \
                  peerbib export theme:commons --to csl-json > commons.json")]
pub(super) struct Export {
    /// The works that are meant; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The format
    #[arg(long, value_name = "FORMAT", default_value = "biblatex")]
    to: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The entries as they were written
    Biblatex,
    /// The variables of the Citation Style Language, as JSON
    CslJson,
}

impl Export {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let mut output = session.output();
        match self.to {
            Format::Biblatex if self.query.is_empty() => {
                output.write_all(library.export_files()?.as_bytes())?;
            }
            Format::Biblatex => {
                let works = session.select(&library, &self.query)?;
                note_if_none(session, &works);
                let keys: Vec<i64> = works.iter().map(|work| work.id).collect();
                output.write_all(library.export_works(&keys)?.as_bytes())?;
            }
            Format::CslJson => {
                let works = session.select(&library, &self.query)?;
                note_if_none(session, &works);
                let items = works
                    .iter()
                    .map(Reference::item)
                    .collect::<crate::library::Result<Vec<_>>>()?;
                serde_json::to_writer_pretty(&mut output, &items)?;
                writeln!(output)?;
            }
        }
        output.flush()?;
        Ok(Outcome::Done)
    }
}

/// A query that finds nothing leaves an empty file behind, which should not come as a surprise.
fn note_if_none(session: &Session, works: &[Reference]) {
    if works.is_empty() {
        session.note("no works found");
    }
}
