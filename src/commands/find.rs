//! `peerbib find`

use std::borrow::Cow;
use std::io::Write;

use clap::Args;
use rayon::prelude::*;

use super::columns::{Cells, Column};
use super::session::terminal_width;
use super::table::{Layout, fitted, write_row};
use super::{Failure, Outcome, Result, Session};
use crate::library::{Heading, Headings, Library, TagName};
use crate::query::{FIELDS, Query};

/// Find works
///
/// Words are looked for everywhere in a work: titles, names, journal, publisher,
/// abstract, keywords, notes. Case and accents do not matter. All conditions must
/// hold; without any, every work is listed.
///
///   commons "peer production"            words and phrases; coop* for beginnings
///   author:benkler  title:wealth         in one place
///   'title:="the wealth of networks"'    the whole of a value; title:/^the/ a pattern
///   year:2002..2006  'year:>=2010'       a span, a comparison; also 2010.. and 2010s
///   type:article,book                    either of several
///   movement:oekonux  theme:=policy      a tag with the narrower tags; without them
///   has:doi  missing:abstract            what is there and what is not
///   -theme:policy                        not; the same as NOT theme:policy
///   '(author:merten OR author:meretz)'   either
///   sort:-year,author  limit:20          the order, and how many
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{}", fields())
)]
pub(super) struct Find {
    /// The works that are meant; all, without a query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The columns of the table, parted by commas: key, author, year, title, type, tags, identification,
    /// added, changed, or any field, such as doi [default: key,author,year,title]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    columns: Vec<String>,

    /// Sort by this, in place of what the query says: author, year, title, key, type, added, changed,
    /// original; with a minus before it from the last to the first
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    sort: Option<String>,

    /// List at most so many works
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,

    /// Print an array of works as JSON
    #[arg(long)]
    json: bool,

    /// Print the keys alone, one a line
    #[arg(long, conflicts_with = "json")]
    keys: bool,

    /// Print a line for each work as TEMPLATE has it: '{key}: {title} ({year})'. Between braces stands any
    /// column or field; \t is a tab, \n a new line, {{ a brace
    #[arg(long, value_name = "TEMPLATE", conflicts_with_all = ["json", "keys"])]
    format: Option<String>,

    /// Print the number of works alone
    #[arg(long, conflicts_with_all = ["json", "keys", "format", "columns"])]
    count: bool,
}

const EXAMPLES: &str = "Examples:\n  peerbib find author:benkler\n  \
    peerbib find movement:oekonux year:..2005 -type:article\n  \
    peerbib find has:doi --columns key,year,doi --sort -year\n  \
    peerbib find missing:doi type:article --format '{key}: {title} ({year})'\n  \
    peerbib find theme:commons --keys | xargs peerbib tag theme:reading-group --create";

/// The fields of a query, for the help.
fn fields() -> String {
    let width = FIELDS
        .iter()
        .map(|field| field.name.len())
        .max()
        .unwrap_or(0)
        + 4;
    let mut text =
        "Fields of a query, besides all those of BibLaTeX and the facets of your tags:".to_owned();
    for field in FIELDS {
        let indent = " ".repeat(width);
        let first = format!("  {:1$}", field.name, width - 2);
        let options = textwrap::Options::new(78)
            .initial_indent(&first)
            .subsequent_indent(&indent)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        text.push('\n');
        text.push_str(&textwrap::fill(field.description, options));
    }
    text
}

impl Find {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        // What is found and what is shown of it are read one after the other.
        let _moment = library.at_one_moment()?;
        let mut selection = session.query(&self.query)?.selection(&library)?;
        if let Some(sort) = &self.sort {
            let order: Query = format!("sort:{sort}").parse()?;
            selection.order = order.order().to_vec();
        }
        if let Some(limit) = self.limit {
            selection.limit = Some(selection.limit.map_or(limit, |other| other.min(limit)));
        }
        if self.count {
            let found = library.count_of(&selection.condition)?;
            let count = found.min(selection.limit.unwrap_or(usize::MAX));
            session.print(&format!("{count}\n"))?;
            return Ok(Outcome::Done);
        }
        // What cannot be shown is told before anything is looked for.
        let template = match &self.format {
            Some(text) => Some(Template::read(text, &library)?),
            None => None,
        };
        let columns = self.table_columns(session, &library)?;
        let works = library.headings(&selection)?;
        session.detail(format_args!("{} found", super::tag::works(works.len())));
        if self.json {
            print_json(session, &library, &works)?;
        } else if self.keys {
            let mut output = session.output();
            for work in works.iter() {
                writeln!(output, "{}", work.key)?;
            }
            output.flush()?;
        } else if let Some(template) = template {
            template.print(session, &library, &works)?;
        } else {
            print_table(session, &library, &works, &columns)?;
            session.note(match (works.len(), works.found()) {
                (0, 0) => "no works found".to_owned(),
                (count, all) if count < all => format!("{count} of {all} works"),
                (1, _) => "1 work".to_owned(),
                (count, _) => format!("{count} works"),
            });
        }
        Ok(Outcome::Done)
    }

    fn table_columns(
        &self,
        session: &Session,
        library: &Library,
    ) -> std::result::Result<Vec<Column>, Failure> {
        let set = session.configuration()?.columns();
        let names: Vec<&str> = match set {
            _ if !self.columns.is_empty() => self.columns.iter().map(String::as_str).collect(),
            Some(set) => set.iter().map(String::as_str).collect(),
            None => vec!["key", "author", "year", "title"],
        };
        let columns = names.into_iter().map(|name| Column::named(name, library));
        columns.collect()
    }
}

/// How many works are laid out by one core at once.
const AT_ONCE: usize = 1_000;

/// How many of such parts are made before they are written.
const PARTS: usize = 8;

fn print_table(
    session: &Session,
    library: &Library,
    works: &Headings,
    columns: &[Column],
) -> std::result::Result<(), Failure> {
    if works.is_empty() {
        return Ok(());
    }
    let table = Table {
        cells: Cells::read(library, works, columns, true)?,
        works,
        columns,
    };
    let room = terminal_width();
    let headings = (columns.iter()).map(|column| Cow::Borrowed(column.heading()));
    let mut layouts = table.layouts();
    if room.is_some() {
        for (layout, heading) in layouts.iter_mut().zip(headings.clone()) {
            layout.make_room(&heading);
        }
    }
    let widths = fitted(&layouts, room);
    // A table that is read by a program has no head.
    if room.is_some() {
        let mut head = Vec::new();
        write_row(&mut head, headings, &widths);
        let head = String::from_utf8_lossy(&head);
        let dim = anstyle::Style::new().dimmed();
        session.print(&format!("{dim}{}{dim:#}\n", head.trim_end()))?;
    }
    table.write(&widths, &mut session.output())?;
    Ok(())
}

/// A table of works. Its rows are made twice, once to learn how wide they are and once to be written: that is
/// faster than to keep many.
struct Table<'t> {
    works: &'t Headings,
    columns: &'t [Column],
    cells: Cells,
}

impl Table<'_> {
    /// The room that the columns take.
    fn layouts(&self) -> Vec<Layout> {
        let empty: Vec<Layout> = (self.columns.iter())
            .map(|column| Layout::new(!matches!(column, Column::Key | Column::Year)))
            .collect();
        let make_room = |layouts: &mut Vec<Layout>, work: &Heading<'_>| {
            for (column, layout) in self.columns.iter().zip(layouts) {
                layout.make_room(&self.cells.of(column, work));
            }
        };
        let widest = |mut one: Vec<Layout>, other: Vec<Layout>| {
            for (layout, other) in one.iter_mut().zip(&other) {
                layout.widen(other);
            }
            one
        };
        self.works.seen(&empty, &make_room, &widest)
    }

    /// Writes all rows: some are written while the next are made.
    fn write(&self, widths: &[usize], output: &mut (dyn Write + Send)) -> std::io::Result<()> {
        let made = |first: &usize| {
            let mut text = Vec::new();
            for work in self.works.from(*first).take(AT_ONCE) {
                let cells = self.columns.iter();
                let cells = cells.map(|column| self.cells.of(column, &work));
                write_row(&mut text, cells, widths);
            }
            text
        };
        if self.works.len() <= AT_ONCE {
            output.write_all(&made(&0))?;
            return output.flush();
        }
        let parts: Vec<usize> = (0..self.works.len()).step_by(AT_ONCE).collect();
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        for some in parts.chunks(PARTS) {
            let (written, next) = rayon::join(
                || waiting.iter().try_for_each(|text| output.write_all(text)),
                || some.par_iter().map(made).collect(),
            );
            written?;
            waiting = next;
        }
        waiting.iter().try_for_each(|text| output.write_all(text))?;
        output.flush()
    }
}

/// A work as `--json` prints it: design.md fixes these names.
#[derive(serde::Serialize)]
struct Found<'a> {
    key: &'a str,
    #[serde(rename = "type")]
    entry_type: &'a str,
    title: Option<&'a str>,
    authors: Vec<&'a str>,
    year: Option<i32>,
    tags: &'a [TagName],
    #[serde(skip_serializing_if = "Option::is_none")]
    identification: Option<&'a str>,
}

fn print_json(
    session: &Session,
    library: &Library,
    works: &Headings,
) -> std::result::Result<(), Failure> {
    let tags = library.tags_of(&works.works())?;
    let found: Vec<Found<'_>> = works
        .iter()
        .map(|work| Found {
            key: work.key,
            entry_type: work.entry_type(),
            title: work.title,
            authors: work.authors().collect(),
            year: work.year(),
            tags: tags.get(&work.id).map_or(&[], Vec::as_slice),
            identification: work.identification(),
        })
        .collect();
    session.print_json(&found)
}

/// A line with places for what is known of a work.
struct Template {
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    Column(Column),
}

impl Template {
    fn read(text: &str, library: &Library) -> std::result::Result<Self, Failure> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some('n') => plain.push('\n'),
                    Some('t') => plain.push('\t'),
                    Some('\\') => plain.push('\\'),
                    Some(other) => plain.extend(['\\', other]),
                    None => plain.push('\\'),
                },
                '{' | '}' if characters.peek() == Some(&character) => {
                    characters.next();
                    plain.push(character);
                }
                '{' => {
                    let mut name = String::new();
                    loop {
                        match characters.next() {
                            Some('}') => break,
                            Some(character) => name.push(character),
                            None => {
                                return Err(Failure::usage(format_args!(
                                    "the brace before \u{201c}{name}\u{201d} in the template is never closed"
                                ))
                                .with_help("write {title} for the title, and {{ for a brace itself".to_owned()));
                            }
                        }
                    }
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Column(Column::named(&name, library)?));
                }
                other => plain.push(other),
            }
        }
        plain.push('\n');
        parts.push(Part::Text(plain));
        Ok(Self { parts })
    }

    fn print(
        &self,
        session: &Session,
        library: &Library,
        works: &Headings,
    ) -> std::result::Result<(), Failure> {
        let columns: Vec<Column> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Column(column) => Some(column.clone()),
                Part::Text(_) => None,
            })
            .collect();
        let cells = Cells::read(library, works, &columns, false)?;
        let mut output = session.output();
        for work in works.iter() {
            for part in &self.parts {
                match part {
                    Part::Text(text) => output.write_all(text.as_bytes())?,
                    Part::Column(column) => {
                        output.write_all(cells.of(column, &work).as_bytes())?;
                    }
                }
            }
        }
        output.flush()?;
        Ok(())
    }
}
