//! `peerbib list freeze` and `peerbib list editions`

use clap::Args;
use comfy_table::{Cell, CellAlignment};

use super::file::edition_of;
use super::printed::headings;
use super::{counted, printed_table, table};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::reading_list::{ResolvedList, Snapshot};

/// Keep what a reading list holds now, under a name and for good
///
/// An edition keeps the works with their entries, sections, order and annotations, so that
/// `list show --edition` prints it as it was, and `list diff` says what changed since.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list freeze commons-101 --name 2026-spring")]
pub(in crate::cli) struct FreezeList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The name of the edition
    #[arg(long, value_name = "NAME")]
    name: String,
}

impl FreezeList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.list(&self.list)?;
        if self.name.trim().is_empty() {
            return Err(CommandError::usage("an edition needs a name")
                .with_help("such as --name 2026-spring".to_owned()));
        }
        let holding = ResolvedList::new(&library, &list, headings(context, &list))?;
        let count = holding.contents.works.len();
        let edition = Snapshot::new(&library, holding.contents, &holding.works)?;
        let content = edition.to_json()?;
        context.change(&mut library, |change| {
            change.freeze(list.id, &self.name, &content, None)
        })?;
        context.note(format_args!(
            "{} is frozen as {}: {}",
            list.name,
            self.name,
            counted(count, "work")
        ));
        Ok(Outcome::Done)
    }
}

/// List the editions of a reading list, or remove one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list editions commons-101\n  \
                        peerbib list editions commons-101 --remove 2026-spring")]
pub(in crate::cli) struct Editions {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// Remove the edition of this name
    #[arg(long, value_name = "NAME")]
    remove: Option<String>,

    /// Print an array as JSON
    #[arg(long, conflicts_with = "remove")]
    json: bool,
}

#[derive(serde::Serialize)]
struct ListedEdition {
    name: String,
    frozen_at: String,
    works: usize,
    title: Option<String>,
    style: String,
}

impl Editions {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change_or_rehearse(self.remove.is_none())?;
        let list = library.list(&self.list)?;
        if let Some(name) = &self.remove {
            let edition = library.edition(list.id, name)?;
            context.change(&mut library, |change| change.remove_edition(edition.id))?;
            context.note(format_args!(
                "the edition {name} is removed; `peerbib undo` brings it back"
            ));
            return Ok(Outcome::Done);
        }
        let mut editions = Vec::new();
        for stored in library.editions(list.id)? {
            let contents = edition_of(&stored)?.contents;
            editions.push(ListedEdition {
                name: stored.name,
                frozen_at: stored.frozen_at,
                works: contents.works.len(),
                title: contents.title,
                style: contents.style,
            });
        }
        if self.json {
            context.print_json(&editions)?;
            return Ok(Outcome::Done);
        }
        if editions.is_empty() {
            context.note(format_args!(
                "{} has no editions; `peerbib list freeze {} --name NAME` keeps one",
                list.name, list.name
            ));
            return Ok(Outcome::Done);
        }
        let mut table = table(["edition", "frozen", "works", "style"].map(str::to_owned));
        for edition in &editions {
            table.add_row([
                Cell::new(&edition.name),
                Cell::new(day(&edition.frozen_at)),
                Cell::new(edition.works).set_alignment(CellAlignment::Right),
                Cell::new(&edition.style),
            ]);
        }
        context.print(&printed_table(&table))?;
        Ok(Outcome::Done)
    }
}

/// The day of a time.
pub(crate) fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}
