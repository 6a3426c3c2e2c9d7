//! `peerbib tags matrix`

mod counted;
mod printed;

use clap::{Args, ValueEnum};

use crate::cli::context::columns;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use counted::Counted;
use peerbib::library::{Axis, Condition, Library};

/// Count works by movement and theme, or along any two axes
///
/// An axis is a facet of tags, such as movement or theme; or year, decade, type or language. Every tag of a
/// facet has its line, so that one sees where nothing is: an empty cell is a dot. A work that has several
/// tags counts in each, and in the totals once; it counts for the wider tags of its tags, too, unless
/// --own says that a tag's own works alone count.
///
/// With --by there is a matrix for each year, decade, or whatever the third axis is; where one axis alone is
/// named, it is the other one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib tags matrix movement theme\n  \
                  peerbib tags matrix movement --by decade\n  \
                  peerbib tags matrix theme type year:2010.. --to markdown\n  \
                  peerbib tags matrix movement theme --by decade --own --json")]
pub(crate) struct PrintMatrix {
    /// The axis of the rows, that of the columns, and a query for the works that count; all, without one
    #[arg(value_name = "AXIS", required = true)]
    words: Vec<String>,

    /// A third axis
    #[arg(long, value_name = "AXIS")]
    by: Option<String>,

    /// Count for a tag the works that have it, not those of narrower tags
    #[arg(long)]
    own: bool,

    /// What to print
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        conflicts_with = "json"
    )]
    to: Form,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A table that fits the terminal
    Text,
    /// An HTML table
    Html,
    /// A table in Markdown
    Markdown,
    /// A line for each row, with commas
    Csv,
}

/// An axis, as the person named it.
struct Named {
    name: String,
    axis: Axis,
}

impl PrintMatrix {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let facets = library.facets()?;
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
                    CommandError::usage("one axis makes no matrix")
                        .with_help(format!("name a second one: {}", known_axes(&facets)))
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
            Form::Text => printed::text(&matrix, columns()),
            Form::Html => printed::html(&matrix),
            Form::Markdown => printed::markdown(&matrix),
            Form::Csv => printed::csv(&matrix),
        };
        context.print(&text)?;
        Ok(Outcome::Done)
    }

    fn matrix(
        &self,
        library: &Library,
        works: &Condition,
        rows: Named,
        columns: Named,
        by: Option<Named>,
    ) -> std::result::Result<counted::Matrix, CommandError> {
        let narrower = !self.own;
        let slices = match &by {
            None => vec![Counted::of(
                library,
                works,
                (&rows, &columns),
                None,
                narrower,
            )?],
            Some(by) => counted::lines(library, works, by, narrower)?
                .into_iter()
                .filter(|line| line.works > 0)
                .map(|line| {
                    Counted::of(
                        library,
                        works,
                        (&rows, &columns),
                        Some((by, line)),
                        narrower,
                    )
                })
                .collect::<std::result::Result<_, _>>()?,
        };
        Ok(counted::Matrix {
            rows: rows.name,
            columns: columns.name,
            by: by.map(|by| by.name),
            with_narrower: narrower,
            tables: slices,
        })
    }
}

fn axis(name: &str, facets: &[String]) -> Option<Named> {
    let name = name.to_lowercase();
    // No facet's name is that of another axis, or the facet goes before.
    let axis = if facets.contains(&name) {
        Axis::Facet(name.clone())
    } else {
        match name.parse() {
            Ok(Axis::Facet(_)) | Err(_) => return None,
            Ok(axis) => axis,
        }
    };
    Some(Named { name, axis })
}

fn known_axes(facets: &[String]) -> String {
    let mut known: Vec<&str> = facets.iter().map(String::as_str).collect();
    known.extend(["year", "decade", "type", "language"]);
    known.join(", ")
}

fn unknown(name: &str, facets: &[String]) -> CommandError {
    CommandError::usage(format_args!(
        "works cannot be counted by \u{201c}{name}\u{201d}"
    ))
    .with_help(format!("the axes there are: {}", known_axes(facets)))
}
