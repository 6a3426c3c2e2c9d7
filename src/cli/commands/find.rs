//! `peerbib find`

use std::io::Write;

use clap::Args;
use rayon::prelude::*;

use crate::cli::columns::{Cells, Column};
use crate::cli::context::terminal_width;
use crate::cli::table::{Rows, fitted};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Heading, Headings, Library, MadeOfHeadings, Selection, TagName};
use peerbib::query::{FIELDS, Query};

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
pub(crate) struct Find {
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
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        // What is found and what is shown of it are read one after the other.
        let _moment = library.read_snapshot()?;
        let mut selection = context.query(&self.query)?.selection(&library)?;
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
            context.print(&format!("{count}\n"))?;
            return Ok(Outcome::Done);
        }
        // What cannot be shown is told before anything is looked for.
        let template = match &self.format {
            Some(text) => Some(Template::read(text, &library)?),
            None => None,
        };
        let columns = self.table_columns(context, &library)?;
        if !(self.json || self.keys || template.is_some()) {
            print_table(context, &library, &selection, &columns)?;
            return Ok(Outcome::Done);
        }
        let works = library.headings(&selection)?;
        detail_found(context, works.len());
        if self.json {
            print_json(context, &library, &works)?;
        } else if let Some(template) = template {
            template.print(context, &library, &works)?;
        } else {
            let mut output = context.output();
            for work in works.iter() {
                writeln!(output, "{}", work.key)?;
            }
            output.flush()?;
        }
        Ok(Outcome::Done)
    }

    fn table_columns(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> std::result::Result<Vec<Column>, CommandError> {
        let set = context.configuration()?.columns();
        let names: Vec<&str> = match set {
            _ if !self.columns.is_empty() => self.columns.iter().map(String::as_str).collect(),
            Some(set) => set.iter().map(String::as_str).collect(),
            None => vec!["key", "author", "year", "title"],
        };
        let columns = names.into_iter().map(|name| Column::named(name, library));
        columns.collect()
    }
}

fn detail_found(context: &CommandContext, count: usize) {
    context.detail(format_args!(
        "{} found",
        crate::cli::commands::tag::works(count)
    ));
}

/// Prints a table of works, and how many they are.
fn print_table(
    context: &CommandContext,
    library: &Library,
    selection: &Selection,
    columns: &[Column],
) -> std::result::Result<(), CommandError> {
    let rows_of = |cells: &Cells, works: &mut dyn Iterator<Item = Heading<'_>>| {
        let mut rows = Rows::new(columns.len(), works.size_hint().1.unwrap_or_default());
        for work in works {
            for column in columns {
                rows.add_cell(|to| cells.put(column, &work, to));
            }
        }
        rows
    };
    let rows = if columns.iter().all(Column::is_of_headings) {
        let cells = Cells::of_headings(true);
        library.made_of_headings(selection, &|works| rows_of(&cells, works))?
    } else {
        let works = library.headings(selection)?;
        let cells = Cells::read(library, &works, columns, true)?;
        works.made(&|works| rows_of(&cells, works))
    };
    detail_found(context, rows.len());
    if !rows.is_empty() {
        write_table(context, &rows, columns)?;
    }
    context.note(match (rows.len(), rows.found()) {
        (0, 0) => "no works found".to_owned(),
        (count, all) if count < all => format!("{count} of {all} works"),
        (1, _) => "1 work".to_owned(),
        (count, _) => format!("{count} works"),
    });
    Ok(())
}

fn write_table(
    context: &CommandContext,
    rows: &MadeOfHeadings<Rows>,
    columns: &[Column],
) -> std::result::Result<(), CommandError> {
    let mut head = Rows::new(columns.len(), 1);
    for column in columns {
        head.add_cell(|to| to.push_str(column.heading()));
    }
    let room = terminal_width();
    // A table that is read by a program has no head.
    let has_head = room.is_some();
    let mut widest = vec![0; columns.len()];
    for rows in rows.parts().iter().chain(has_head.then_some(&head)) {
        for (widest, width) in widest.iter_mut().zip(rows.widest()) {
            *widest = (*widest).max(*width);
        }
    }
    let yields: Vec<bool> = columns.iter().map(Column::yields).collect();
    let widths = fitted(&widest, &yields, room);
    if has_head {
        let mut line = Vec::new();
        head.write(0, &widths, &mut line);
        let line = String::from_utf8_lossy(&line);
        let dim = anstyle::Style::new().dimmed();
        context.print(&format!("{dim}{}{dim:#}\n", line.trim_end()))?;
    }
    write_rows(rows, &widths, &mut context.output())?;
    Ok(())
}

/// How many rows are laid out by one core at once.
const AT_ONCE: usize = 1_000;

/// How many rows are fetched together, as they lie far from each other.
const AHEAD: usize = 64;

/// How many of such parts are made before they are written.
const PARTS: usize = 8;

/// Writes all rows: some are written while the next are laid out.
fn write_rows(
    rows: &MadeOfHeadings<Rows>,
    widths: &[usize],
    output: &mut (dyn Write + Send),
) -> std::io::Result<()> {
    let lay_out = |(first, text): (&usize, &mut Vec<u8>)| {
        let rows: Vec<(&Rows, usize)> = rows.from(*first).take(AT_ONCE).collect();
        for rows in rows.chunks(AHEAD) {
            for (rows, row) in rows {
                rows.fetch(*row);
            }
            for (rows, row) in rows {
                rows.write(*row, widths, text);
            }
        }
    };
    // Room for the texts is used again and again: to let it go, and have other room, would take time.
    let [mut waiting, mut next] = [const { [const { Vec::new() }; PARTS] }; 2];
    let parts: Vec<usize> = (0..rows.len()).step_by(AT_ONCE).collect();
    if let [only] = parts.as_slice() {
        // To have others help would take longer.
        waiting
            .iter_mut()
            .take(1)
            .for_each(|text| lay_out((only, text)));
    } else {
        for some in parts.chunks(PARTS) {
            next.iter_mut().for_each(Vec::clear);
            let (written, ()) = rayon::join(
                || waiting.iter().try_for_each(|text| output.write_all(text)),
                || some.par_iter().zip(&mut next).for_each(lay_out),
            );
            written?;
            std::mem::swap(&mut waiting, &mut next);
        }
    }
    waiting.iter().try_for_each(|text| output.write_all(text))?;
    output.flush()
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
    context: &CommandContext,
    library: &Library,
    works: &Headings,
) -> std::result::Result<(), CommandError> {
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
    context.print_json(&found)
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
    fn read(text: &str, library: &Library) -> std::result::Result<Self, CommandError> {
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
                                return Err(CommandError::usage(format_args!(
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
        context: &CommandContext,
        library: &Library,
        works: &Headings,
    ) -> std::result::Result<(), CommandError> {
        let columns: Vec<Column> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Column(column) => Some(column.clone()),
                Part::Text(_) => None,
            })
            .collect();
        let cells = Cells::read(library, works, &columns, false)?;
        let mut output = context.output();
        let mut line = String::new();
        for work in works.iter() {
            line.clear();
            for part in &self.parts {
                match part {
                    Part::Text(text) => line.push_str(text),
                    Part::Column(column) => cells.put(column, &work, &mut line),
                }
            }
            output.write_all(line.as_bytes())?;
        }
        output.flush()?;
        Ok(())
    }
}
