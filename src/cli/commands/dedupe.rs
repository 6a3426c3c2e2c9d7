//! `peerbib dedupe`

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use comfy_table::{Cell, ContentArrangement, Table, presets};

use crate::cli::commands::show::without_delimiters;
use crate::cli::ui::columns;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Cluster, Library};
use peerbib::model::Entry;

/// Find and merge duplicates
///
/// Lists works that are probably the same, with the reason and their fields side by side; = marks a value
/// equal to that of the first work. Chapters of one book, editions and volumes are different works. The
/// exit code is 1 if there are duplicates.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib dedupe\n  \
                  peerbib dedupe merge raymond1998cathedral raymond1999cathedral\n  \
                  peerbib dedupe keep-apart raymond1998cathedral raymond1999cathedral"
)]
pub(crate) struct Dedupe {
    #[command(subcommand)]
    action: Option<Action>,

    /// Print an array of groups as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    Merge(Merge),
    KeepApart(KeepApart),
}

/// Merge works into the first one
///
/// The first work gains the fields it lacks and the tags and aliases of the others; their keys become its
/// aliases. If both have a field, the first work's value stays.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib dedupe merge raymond1998cathedral raymond1999cathedral"
)]
struct Merge {
    /// The citation keys; the first work stays
    #[arg(value_name = "KEY", required = true, num_args = 2..)]
    keys: Vec<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Remember that works are different, so that they are not listed again
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib dedupe keep-apart raymond1998cathedral raymond1999cathedral"
)]
struct KeepApart {
    /// The citation keys of the works
    #[arg(value_name = "KEY", required = true, num_args = 2..)]
    keys: Vec<String>,
}

impl Dedupe {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.action {
            Some(Action::Merge(merge)) => return merge.run(context),
            Some(Action::KeepApart(keep_apart)) => return keep_apart.run(context),
            None => {}
        }
        let library = context.open()?;
        let clusters = library.works().duplicates()?;
        if self.json {
            context.print_json(&clusters)?;
        } else {
            let mut text = String::new();
            for cluster in &clusters {
                text.push_str(&described(&library, cluster)?);
                text.push('\n');
            }
            context.print(&text)?;
            context.note(match clusters.len() {
                0 => "no duplicates found".to_owned(),
                1 => "1 group of likely duplicates".to_owned(),
                count => format!("{count} groups of likely duplicates"),
            });
        }
        Ok(if clusters.is_empty() {
            Outcome::Done
        } else {
            Outcome::Partial
        })
    }
}

/// Describes a group: its keys, the reasons, the fields side by side, and what to do.
fn described(library: &Library, cluster: &Cluster) -> peerbib::library::Result<String> {
    let bold = crate::cli::ui::Style::Bold;
    let dim = crate::cli::ui::Style::Dimmed;
    let mut text = format!("{bold}{}{bold:#}\n", cluster.keys.join("  "));
    let many = cluster.keys.len() > 2;
    for likeness in &cluster.reasons {
        let sure = if likeness.certain { "" } else { " (uncertain)" };
        let _ = if many {
            writeln!(
                text,
                "  {} and {}: {}{sure}",
                likeness.one, likeness.other, likeness.reason
            )
        } else {
            writeln!(text, "  {}{sure}", likeness.reason)
        };
    }
    let works = cluster
        .keys
        .iter()
        .map(|key| library.works().entry(key))
        .collect::<peerbib::library::Result<Vec<_>>>()?;
    text.push_str(&side_by_side(&cluster.keys, &works));
    let keys = cluster.keys.join(" ");
    let _ = writeln!(
        text,
        "  {dim}peerbib dedupe merge {keys}\n  peerbib dedupe keep-apart {keys}{dim:#}"
    );
    Ok(text)
}

/// Returns a table of the works' fields, with a column for each work.
fn side_by_side(keys: &[String], works: &[Entry]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns()).unwrap_or(u16::MAX));
    let header = std::iter::once(String::new()).chain(keys.iter().cloned());
    table.set_header(header.map(Cell::new));
    let mut names: Vec<String> = Vec::new();
    for field in works.iter().flat_map(|work| &work.fields) {
        let name = field.name.to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let types = works.iter().map(|work| format!("@{}", work.kind()));
    add_row(&mut table, "type", types.collect());
    for name in names {
        let values = works.iter().map(|work| {
            let value = work
                .field(&name)
                .map(without_delimiters)
                .unwrap_or_default();
            value.split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let values = values.collect();
        add_row(&mut table, &name, values);
    }
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn add_row(table: &mut Table, name: &str, values: Vec<String>) {
    let first = values.first().cloned().unwrap_or_default();
    let cells = values.into_iter().enumerate().map(|(index, value)| {
        if index > 0 && !value.is_empty() && value == first {
            Cell::new("=")
        } else {
            Cell::new(value)
        }
    });
    table.add_row(std::iter::once(Cell::new(format!(" {name}"))).chain(cells));
}

impl Merge {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let works = work_ids(&library, &self.keys)?;
        let merge = |change: &peerbib::library::Change<'_>| match works.split_first() {
            Some((keep, others)) => change.works().merge(*keep, others).map(Some),
            None => Ok(None),
        };
        let outcome = if self.dry_run {
            library.dry_run(merge)?
        } else {
            context.change(&mut library, merge)?
        };
        let Some(outcome) = outcome else {
            return Ok(Outcome::Done);
        };
        if self.json {
            context.print_json(&outcome)?;
            return Ok(Outcome::Done);
        }
        if outcome.aliases.is_empty() {
            context.note("nothing to do: these keys belong to the same work");
            return Ok(Outcome::Done);
        }
        for line in &outcome.kept {
            context.note(line);
        }
        context.note(format_args!(
            "{} {} into {}",
            if self.dry_run {
                "would merge"
            } else {
                "merged"
            },
            outcome.aliases.join(", "),
            outcome.key
        ));
        Ok(Outcome::Done)
    }
}

impl KeepApart {
    fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let works = work_ids(&library, &self.keys)?;
        let is_new = context.change(&mut library, |change| change.works().keep_apart(&works))?;
        context.note(if is_new {
            format!("{} are kept apart", self.keys.join(" and "))
        } else {
            "nothing to do: they are already kept apart".to_owned()
        });
        Ok(Outcome::Done)
    }
}

fn work_ids(library: &Library, keys: &[String]) -> peerbib::library::Result<Vec<i64>> {
    keys.iter().map(|key| library.works().id(key)).collect()
}
