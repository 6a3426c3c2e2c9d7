//! `peerbib find`

use std::io::Write;

use clap::Args;

use crate::cli::columns::{OutputColumn, cells, details};
use crate::cli::table::{TextTable, fitted};
use crate::cli::ui::{counted, terminal_width};
use crate::cli::works::nothing_found;
use crate::cli::{CommandContext, CommandError, Outcome, Result, number};
use peerbib::csl::TextOrder;
use peerbib::library::{Detail, Filter, Library, SearchResult, Selection, SortBy, WorkSummary};
use peerbib::query::{FIELDS, Query};

/// Find works
///
/// Words are searched for everywhere in a work: names, title, journal, publisher, abstract,
/// keywords, notes. Case and accents do not matter. All terms must match; without any, every work
/// is listed.
///
///   commons "peer production"            words and phrases; coop* for prefixes
///   author:benkler  title:wealth         in one field
///   'title:="the wealth of networks"'    the whole value; title:/^the/ a regular expression
///   year:2002..2006  'year:>=2010'       a range, a comparison; also 2010.. and 2010s
///   type:article,book                    either of several
///   movement:oekonux  theme:=policy      a tag with its child tags; without them
///   has:doi  missing:abstract            a field that is set or missing
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
    /// The query; without one, all works
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// The columns, separated by commas: key, author, year, title, type, tags, added,
    /// changed, or any field, such as doi [default: key,author,year,title]
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    columns: Vec<String>,

    /// Sort by author, year, title, key, type, added, changed or original, instead of as the query says;
    /// a leading minus reverses the order
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    sort: Option<String>,

    /// List at most this many works
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>)]
    limit: Option<usize>,

    /// Print an array of works as JSON
    #[arg(long)]
    json: bool,

    /// Print only the keys, one per line
    #[arg(long, conflicts_with = "json")]
    keys: bool,

    /// Print each work by a template such as '{key}: {title} ({year})', with any column or field in
    /// braces; \t is a tab, \n a line break, {{ a brace
    #[arg(long, value_name = "TEMPLATE", conflicts_with_all = ["json", "keys"])]
    format: Option<String>,

    /// Print only the number of works
    #[arg(long, conflicts_with_all = ["json", "keys", "format", "columns"])]
    count: bool,
}

const EXAMPLES: &str = "Examples:\n  peerbib find author:benkler\n  \
    peerbib find movement:oekonux year:..2005 -type:article\n  \
    peerbib find has:doi --columns key,year,doi --sort -year\n  \
    peerbib find missing:doi type:article --format '{key}: {title} ({year})'\n  \
    peerbib find theme:commons --keys | xargs peerbib tag theme:reading-group --create";

/// Returns the fields of a query, for the help.
fn fields() -> String {
    let width = FIELDS
        .iter()
        .map(|field| field.name.len())
        .max()
        .unwrap_or(0)
        + 4;
    let mut text =
        "Query fields, besides those of BibLaTeX and the facets of your tags:".to_owned();
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
        // Parsing the query, searching and counting without the limit are separate statements.
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
            let found = library.works().count_matching(&selection.filter)?;
            let count = found.min(selection.limit.unwrap_or(usize::MAX));
            context.print(&format!("{count}\n"))?;
            return Ok(Outcome::Done);
        }
        // Report an unknown column or template before searching.
        let template = match &self.format {
            Some(text) => Some(LineTemplate::read(text, &library)?),
            None => None,
        };
        let columns = self.table_columns(context, &library)?;
        if !(self.json || self.keys || template.is_some()) {
            print_table(context, &library, &self.query, &selection, &columns)?;
            return Ok(Outcome::Done);
        }
        if self.json {
            print_json(context, &library, &selection)?;
        } else if let Some(template) = template {
            template.print(context, &library, &selection)?;
        } else {
            let results = search(context, &library, &selection, &[])?;
            detail_found(context, results.len());
            let mut output = context.output();
            for result in results {
                writeln!(output, "{}", result.work.key)?;
            }
            output.flush()?;
        }
        Ok(Outcome::Done)
    }

    fn table_columns(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> Result<Vec<OutputColumn>> {
        let set = context.configuration()?.columns();
        let names: Vec<&str> = match set {
            _ if !self.columns.is_empty() => self.columns.iter().map(String::as_str).collect(),
            Some(set) => set.iter().map(String::as_str).collect(),
            None => vec!["key", "author", "year", "title"],
        };
        let columns = names
            .into_iter()
            .map(|name| OutputColumn::named(name, library));
        columns.collect()
    }
}

fn detail_found(context: &CommandContext, count: usize) {
    context.detail(format_args!("{} found", counted(count, "work")));
}

/// Prints a table of works and their number.
fn print_table(
    context: &CommandContext,
    library: &Library,
    query: &[String],
    selection: &Selection,
    columns: &[OutputColumn],
) -> Result<()> {
    let (results, found) = search_and_count(context, library, selection, &details(columns))?;
    let count = results.len();
    detail_found(context, count);
    if !results.is_empty() {
        let mut table = TextTable::default();
        for result in results {
            table.add_row(cells(&result, columns, true));
        }
        write_table(context, &table, columns)?;
    }
    context.note(match (count, found) {
        (0, 0) => nothing_found(library, query)?,
        (count, all) if count < all => format!("{count} of {all} works"),
        (count, _) => counted(count, "work"),
    });
    Ok(())
}

/// Returns the works of a selection in its order: by author or title as the configured locale sorts.
fn search(
    context: &CommandContext,
    library: &Library,
    selection: &Selection,
    details: &[Detail],
) -> Result<Vec<SearchResult>> {
    let first = selection.order.first();
    let by = first.map_or(SortBy::Author, |order| order.by);
    let locale = context.locale_name(None)?;
    let Some(locale) = locale.filter(|_| matches!(by, SortBy::Author | SortBy::Title)) else {
        return Ok(library.works().search(selection, details)?);
    };
    let all = Selection {
        limit: None,
        ..selection.clone()
    };
    let mut wanted = details.to_vec();
    if by == SortBy::Author {
        wanted.push(Detail::SortName);
    }
    let mut results = library.works().search(&all, &wanted)?;
    let order = TextOrder::new(&locale);
    let text = |result: &SearchResult| match by {
        SortBy::Author => result.details.last().cloned().unwrap_or_default(),
        _ => result.work.title.clone().unwrap_or_default(),
    };
    let descending = first.is_some_and(|order| order.descending);
    // Works without an author or a title come last in either direction.
    results.sort_by_cached_key(|result| {
        let text = text(result);
        let key = match by {
            SortBy::Author => order.name_key(&text),
            _ => order.key(&text),
        };
        let key: Vec<u8> = if descending {
            key.into_iter().map(|byte| !byte).chain([u8::MAX]).collect()
        } else {
            key
        };
        (text.trim().is_empty(), key)
    });
    results.truncate(selection.limit.unwrap_or(usize::MAX));
    for result in &mut results {
        result.details.truncate(details.len());
    }
    Ok(results)
}

/// Returns the works of a selection, and how many there are without its limit.
fn search_and_count(
    context: &CommandContext,
    library: &Library,
    selection: &Selection,
    details: &[Detail],
) -> Result<(Vec<SearchResult>, usize)> {
    if selection.limit.is_none() || !selection.filter.is_scan() {
        let results = search(context, library, selection, details)?;
        let found = match selection.limit {
            Some(_) => library.works().count_matching(&selection.filter)?,
            None => results.len(),
        };
        return Ok((results, found));
    }
    // Matching a pattern against all works twice would take longer than keeping the ids of the matches.
    let works = library.works().ids_matching(&selection.filter)?;
    let found = works.len();
    let selection = Selection {
        filter: Filter::Works(works),
        ..selection.clone()
    };
    Ok((search(context, library, &selection, details)?, found))
}

fn write_table(
    context: &CommandContext,
    table: &TextTable,
    columns: &[OutputColumn],
) -> Result<()> {
    let mut widest = table.widest().to_vec();
    let room = terminal_width();
    // Programs that read the table expect no header.
    let mut head = None;
    if room.is_some() {
        let mut row = TextTable::default();
        row.add_row(
            columns
                .iter()
                .map(|column| column.heading().to_owned())
                .collect(),
        );
        for (widest, width) in widest.iter_mut().zip(row.widest()) {
            *widest = (*widest).max(*width);
        }
        head = Some(row);
    }
    let yields: Vec<bool> = columns.iter().map(OutputColumn::yields).collect();
    let widths = fitted(&widest, &yields, room);
    if let Some(head) = head {
        let mut line = Vec::new();
        head.write(&widths, &mut line)?;
        let line = String::from_utf8_lossy(&line);
        let dim = crate::cli::ui::TerminalStyle::Dimmed;
        context.print(&format!("{dim}{}{dim:#}\n", line.trim_end()))?;
    }
    let mut output = context.output();
    table.write(&widths, &mut output)?;
    output.flush()?;
    Ok(())
}

/// A work as `--json` prints it.
#[derive(serde::Serialize)]
struct WorkJson<'a> {
    key: &'a str,
    #[serde(rename = "type")]
    entry_type: &'a str,
    title: Option<&'a str>,
    authors: &'a [String],
    year: Option<i32>,
    tags: Vec<&'a str>,
}

impl<'a> WorkJson<'a> {
    fn new(work: &'a WorkSummary, tags: &'a str) -> Self {
        Self {
            key: &work.key,
            entry_type: &work.entry_type,
            title: work.title.as_deref(),
            authors: &work.authors,
            year: work.year,
            tags: tags.split(", ").filter(|tag| !tag.is_empty()).collect(),
        }
    }
}

fn print_json(context: &CommandContext, library: &Library, selection: &Selection) -> Result<()> {
    let results = search(context, library, selection, &[Detail::Tags])?;
    detail_found(context, results.len());
    let works: Vec<WorkJson<'_>> = results
        .iter()
        .map(|result| {
            let tags = result.details.first().map(String::as_str);
            WorkJson::new(&result.work, tags.unwrap_or_default())
        })
        .collect();
    context.print_json(&works)
}

/// A template for one line per work.
struct LineTemplate {
    /// The columns, each with the literal text before it.
    places: Vec<(String, OutputColumn)>,
    /// The literal text after the last column.
    rest: String,
}

impl LineTemplate {
    fn read(text: &str, library: &Library) -> Result<Self> {
        let mut places = Vec::new();
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
                                    "unclosed brace before \u{201c}{name}\u{201d} in the template"
                                ))
                                .with_help(
                                    "write {title} for the title, and {{ for a brace".to_owned(),
                                ));
                            }
                        }
                    }
                    let column = OutputColumn::named(&name, library)?;
                    places.push((std::mem::take(&mut plain), column));
                }
                other => plain.push(other),
            }
        }
        plain.push('\n');
        Ok(Self {
            places,
            rest: plain,
        })
    }

    fn print(
        &self,
        context: &CommandContext,
        library: &Library,
        selection: &Selection,
    ) -> Result<()> {
        let columns: Vec<OutputColumn> = self
            .places
            .iter()
            .map(|(_, column)| column.clone())
            .collect();
        let results = search(context, library, selection, &details(&columns))?;
        detail_found(context, results.len());
        let mut output = context.output();
        for result in results {
            let cells = cells(&result, &columns, false);
            for ((before, _), cell) in self.places.iter().zip(cells) {
                write!(output, "{before}{cell}")?;
            }
            output.write_all(self.rest.as_bytes())?;
        }
        output.flush()?;
        Ok(())
    }
}
