//! `peerbib tags matrix`

mod counts;
mod table;

use clap::{Args, ValueEnum};

use crate::cli::ui::columns;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use counts::CountTable;
use peerbib::library::{Axis, Filter, Library};

/// Count works by movement and theme, or along any two axes
///
/// An axis is a facet of tags, such as movement or theme, or year, decade, type or language. Every tag of
/// a facet gets a row or column; an empty cell is a dot. A work with several tags counts for each of
/// them, and once in the totals. It also counts for the parents of its tags, unless --own is given.
///
/// --by prints a matrix for each value of a third axis.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib tags matrix movement theme\n  \
                  peerbib tags matrix movement --by decade\n  \
                  peerbib tags matrix theme type year:2010.. --to markdown\n  \
                  peerbib tags matrix movement theme --by decade --own --json")]
pub(crate) struct PrintMatrix {
    /// The axes of the rows and the columns, and a query; without one, all works count
    #[arg(value_name = "AXIS", required = true)]
    words: Vec<String>,

    /// A third axis
    #[arg(long, value_name = "AXIS")]
    by: Option<String>,

    /// Do not count works for the parents of their tags
    #[arg(long)]
    own: bool,

    /// The output format
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        conflicts_with = "json"
    )]
    to: MatrixFormat,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MatrixFormat {
    /// A table that fits the terminal
    Text,
    /// An HTML table
    Html,
    /// A table in Markdown
    Markdown,
    /// CSV
    Csv,
}

/// An axis with its name on the command line.
struct NamedAxis {
    name: String,
    axis: Axis,
}

impl PrintMatrix {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let facets = library.tags().facets()?;
        let axis = |name: &str| axis(name, &facets);
        let mut words = self.words.iter();
        let rows = match words.next() {
            Some(name) => axis(name).ok_or_else(|| unknown(name, &facets))?,
            None => return Ok(Outcome::Done),
        };
        let mut rest: Vec<String> = words.cloned().collect();
        let mut by = match &self.by {
            Some(name) => Some(axis(name).ok_or_else(|| unknown(name, &facets))?),
            None => None,
        };
        let columns_axis = match rest.first().and_then(|name| axis(name)) {
            Some(columns) => {
                rest.remove(0);
                columns
            }
            None => by.take().ok_or_else(|| {
                let query = rest.first().map(String::as_str).unwrap_or_default();
                if query.is_empty() {
                    CommandError::usage("a matrix needs two axes")
                        .with_help(format!("add a second axis: {}", known_axes(&facets)))
                } else {
                    unknown(query, &facets)
                }
            })?,
        };
        let works = context.condition(&library, &rest)?;
        let matrix = self.matrix(&library, &works, rows, columns_axis, by)?;
        if self.json {
            context.print_json(&matrix)?;
            return Ok(Outcome::Done);
        }
        let text = match self.to {
            MatrixFormat::Text => table::text(&matrix, columns()),
            MatrixFormat::Html => table::html(&matrix),
            MatrixFormat::Markdown => table::markdown(&matrix),
            MatrixFormat::Csv => table::csv(&matrix),
        };
        context.print(&text)?;
        Ok(Outcome::Done)
    }

    fn matrix(
        &self,
        library: &Library,
        works: &Filter,
        rows: NamedAxis,
        columns: NamedAxis,
        by: Option<NamedAxis>,
    ) -> Result<counts::Matrix> {
        let narrower = !self.own;
        let slices = match &by {
            None => vec![CountTable::of(
                library,
                works,
                (&rows, &columns),
                None,
                narrower,
            )?],
            Some(by) => counts::lines(library, works, by, narrower)?
                .into_iter()
                .filter(|line| line.works > 0)
                .map(|line| {
                    CountTable::of(
                        library,
                        works,
                        (&rows, &columns),
                        Some((by, line)),
                        narrower,
                    )
                })
                .collect::<Result<_, _>>()?,
        };
        Ok(counts::Matrix {
            rows: rows.name,
            columns: columns.name,
            by: by.map(|by| by.name),
            with_narrower: narrower,
            tables: slices,
        })
    }
}

fn axis(name: &str, facets: &[String]) -> Option<NamedAxis> {
    let name = name.to_lowercase();
    // A facet takes precedence over another axis of the same name.
    let axis = if facets.contains(&name) {
        Axis::Facet(name.clone())
    } else {
        match name.parse() {
            Ok(Axis::Facet(_)) | Err(_) => return None,
            Ok(axis) => axis,
        }
    };
    Some(NamedAxis { name, axis })
}

fn known_axes(facets: &[String]) -> String {
    let mut known: Vec<&str> = facets.iter().map(String::as_str).collect();
    known.extend(["year", "decade", "type", "language"]);
    known.join(", ")
}

fn unknown(name: &str, facets: &[String]) -> CommandError {
    CommandError::usage(format_args!("cannot count by \u{201c}{name}\u{201d}"))
        .with_help(format!("the axes are: {}", known_axes(facets)))
}
