//! `peerbib find`

use clap::Args;
use comfy_table::{Cell, ContentArrangement, Table, presets};

use super::session::terminal_width;
use super::{Outcome, Result, Session};
use crate::library::Reference;

/// Find works
///
/// Words are looked for everywhere in a work: title, names, journal, keywords, abstract, notes. Case and
/// accents do not matter. All conditions must hold; without any, every work is listed.
///
///   commons "peer production"            words and phrases; coop* for beginnings
///   author:benkler  title:wealth         in one place (also in: for journal or book)
///   year:2006  year:2002..2006  year:2010..
///   type:article                         a BibLaTeX type
///   movement:oekonux  theme:germ-form    a tag, with the narrower tags under it
///   identification:probable              how sure it is which work is meant
///   -theme:policy                        not
///   '(author:merten OR author:meretz)'   either
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  peerbib find author:benkler\n  \
                  peerbib find movement:oekonux year:..2005 -type:article\n  \
                  peerbib find theme:commons --keys | xargs peerbib tag theme:reading-group --new"
)]
pub(super) struct Find {
    /// The works that are meant
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Print an array of works as JSON
    #[arg(long)]
    json: bool,

    /// Print the keys alone, one a line
    #[arg(long, conflicts_with = "json")]
    keys: bool,
}

impl Find {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let works = session.select(&library, &self.query)?;
        if self.json {
            session.print_json(&works)?;
        } else if self.keys {
            let keys: String = works.iter().map(|work| format!("{}\n", work.key)).collect();
            session.print(&keys)?;
        } else {
            if !works.is_empty() {
                session.print(&table(&works))?;
            }
            session.note(match works.len() {
                0 => "no works found".to_owned(),
                1 => "1 work".to_owned(),
                count => format!("{count} works"),
            });
        }
        Ok(Outcome::Done)
    }
}

fn table(works: &[Reference]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match terminal_width() {
        Some(columns) => {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    for work in works {
        table.add_row([
            Cell::new(&work.key),
            Cell::new(short_authors(&work.authors)),
            Cell::new(work.year.map_or_else(String::new, |year| year.to_string())),
            Cell::new(work.title.as_deref().unwrap_or("[title not known]")),
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines = table.lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

/// "Michel Bauwens", "Phoebe Moore and Athina Karatzogianni", "Alex Pazaitis and others".
fn short_authors(authors: &[String]) -> String {
    match authors {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, ..] => format!("{one} and others"),
    }
}
