//! `peerbib list snapshot` and `peerbib list snapshots`

use clap::Args;
use comfy_table::{Cell, CellAlignment};

use super::file::parse_snapshot;
use super::render::headings;
use super::{counted, printed_table, table};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::reading_list::{ResolvedList, Snapshot};

/// Save a named snapshot of a reading list
///
/// A snapshot keeps the works with their entries, sections, order and annotations. `list show --snapshot`
/// prints it, and `list diff` shows what has changed since.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list snapshot commons-101 --name 2026-spring")]
pub(in crate::cli) struct SnapshotList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The name of the snapshot
    #[arg(long, value_name = "NAME")]
    name: String,
}

impl SnapshotList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        if self.name.trim().is_empty() {
            return Err(CommandError::usage("a snapshot needs a name")
                .with_help("such as --name 2026-spring".to_owned()));
        }
        let holding = ResolvedList::new(&library, &list, headings(context, &list))?;
        let count = holding.contents.works.len();
        let snapshot = Snapshot::new(&library, holding.contents, &holding.works)?;
        let content = snapshot.to_json()?;
        context.change(&mut library, |change| {
            change
                .lists()
                .save_snapshot(list.id, &self.name, &content, None)
        })?;
        context.note(format_args!(
            "saved a snapshot of {} as {}: {}",
            list.name,
            self.name,
            counted(count, "work")
        ));
        Ok(Outcome::Done)
    }
}

/// List the snapshots of a reading list, or remove one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list snapshots commons-101\n  \
                        peerbib list snapshots commons-101 --remove 2026-spring")]
pub(in crate::cli) struct Snapshots {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// Remove the snapshot with this name
    #[arg(long, value_name = "NAME")]
    remove: Option<String>,

    /// Print an array as JSON
    #[arg(long, conflicts_with = "remove")]
    json: bool,
}

#[derive(serde::Serialize)]
struct SnapshotJson {
    name: String,
    saved_at: String,
    works: usize,
    title: Option<String>,
    style: String,
}

impl Snapshots {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change_unless(self.remove.is_none())?;
        let list = library.lists().get(&self.list)?;
        if let Some(name) = &self.remove {
            let snapshot = library.lists().snapshot(list.id, name)?;
            context.change(&mut library, |change| {
                change.lists().remove_snapshot(snapshot.id)
            })?;
            context.note(format_args!(
                "removed the snapshot {name}; `peerbib undo` restores it"
            ));
            return Ok(Outcome::Done);
        }
        let mut snapshots = Vec::new();
        for stored in library.lists().snapshots(list.id)? {
            let contents = parse_snapshot(&stored)?.contents;
            snapshots.push(SnapshotJson {
                name: stored.name,
                saved_at: stored.saved_at,
                works: contents.works.len(),
                title: contents.title,
                style: contents.style,
            });
        }
        if self.json {
            context.print_json(&snapshots)?;
            return Ok(Outcome::Done);
        }
        if snapshots.is_empty() {
            context.note(format_args!(
                "{} has no snapshots; `peerbib list snapshot {} --name NAME` saves one",
                list.name, list.name
            ));
            return Ok(Outcome::Done);
        }
        let mut table = table(["snapshot", "saved", "works", "style"].map(str::to_owned));
        for snapshot in &snapshots {
            table.add_row([
                Cell::new(&snapshot.name),
                Cell::new(day(&snapshot.saved_at)),
                Cell::new(snapshot.works).set_alignment(CellAlignment::Right),
                Cell::new(&snapshot.style),
            ]);
        }
        context.print(&printed_table(&table))?;
        Ok(Outcome::Done)
    }
}

/// Returns the date of a timestamp.
pub(crate) fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}
