//! `peerbib list`: one file per subcommand.

mod annotate;
mod changelog;
mod describe;
mod diff;
mod edit;
pub(super) mod file;
mod fit;
mod move_works;
mod new;
mod outline;
mod pin;
mod remove;
mod rename;
pub(super) mod render;
mod section;
pub(super) mod settings;
mod show;
mod snapshot;
mod work_args;

use clap::{Args, Subcommand};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::cli::ui::{columns, counted};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::StoredList;
use peerbib::reading_list::works_of_list;

/// Create and print reading lists
///
/// Without a command, shows every list with its current number of works.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib list\n  \
                  peerbib list new commons-101 --query movement:p2p-foundation --group-by theme\n  \
                  peerbib list show commons-101 --to markdown"
)]
pub(crate) struct ListCommand {
    /// Print an array as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    command: Option<ListSubcommand>,
}

#[derive(Debug, Subcommand)]
enum ListSubcommand {
    New(new::NewList),
    Show(show::ShowList),
    Describe(describe::DescribeList),
    Edit(edit::EditList),
    Rename(rename::RenameList),
    Copy(rename::CopyList),
    #[command(aliases = ["rm", "delete"])]
    Remove(remove::RemoveFromList),
    Add(pin::AddToList),
    Pin(pin::PinToList),
    Exclude(pin::ExcludeFromList),
    Move(move_works::MoveInList),
    Annotate(annotate::AnnotateInList),
    Section(section::SectionCommand),
    Snapshot(snapshot::SnapshotList),
    Snapshots(snapshot::Snapshots),
    Diff(diff::DiffList),
    Changelog(changelog::ListChangelog),
    Fit(fit::FitList),
    Export(file::ExportList),
    Import(file::ImportList),
}

impl ListCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.command {
            None => lists(context, self.json),
            Some(ListSubcommand::New(command)) => command.run(context),
            Some(ListSubcommand::Show(command)) => command.run(context),
            Some(ListSubcommand::Describe(command)) => command.run(context),
            Some(ListSubcommand::Edit(command)) => command.run(context),
            Some(ListSubcommand::Rename(command)) => command.run(context),
            Some(ListSubcommand::Copy(command)) => command.run(context),
            Some(ListSubcommand::Remove(command)) => command.run(context),
            Some(ListSubcommand::Add(command)) => command.run(context),
            Some(ListSubcommand::Pin(command)) => command.run(context),
            Some(ListSubcommand::Exclude(command)) => command.run(context),
            Some(ListSubcommand::Move(command)) => command.run(context),
            Some(ListSubcommand::Annotate(command)) => command.run(context),
            Some(ListSubcommand::Section(command)) => command.run(context),
            Some(ListSubcommand::Snapshot(command)) => command.run(context),
            Some(ListSubcommand::Snapshots(command)) => command.run(context),
            Some(ListSubcommand::Diff(command)) => command.run(context),
            Some(ListSubcommand::Changelog(command)) => command.run(context),
            Some(ListSubcommand::Fit(command)) => command.run(context),
            Some(ListSubcommand::Export(command)) => command.run(context),
            Some(ListSubcommand::Import(command)) => command.run(context),
        }
    }
}

/// A list, as `--json` prints it.
#[derive(serde::Serialize)]
struct ListJson {
    #[serde(flatten)]
    list: StoredList,
    /// The number of works it contains; `None` if its query is no longer valid.
    works: Option<usize>,
    snapshots: usize,
}

fn lists(context: &CommandContext, json: bool) -> Result {
    let library = context.open()?;
    let mut overview = Vec::new();
    let mut outcome = Outcome::Done;
    for list in library.lists().all()? {
        let works = match works_of_list(&library, &list) {
            Ok(works) => Some(works.len()),
            Err(error) => {
                outcome = Outcome::Partial;
                context.warn(format_args!("warning: {}: {error}", list.name));
                None
            }
        };
        let snapshots = library.lists().snapshots(list.id)?.len();
        overview.push(ListJson {
            list,
            works,
            snapshots,
        });
    }
    if json {
        context.print_json(&overview)?;
        return Ok(outcome);
    }
    if overview.is_empty() {
        context.note("no reading lists yet; `peerbib list new NAME --query QUERY` creates one");
        return Ok(outcome);
    }
    let mut table = table(["list", "works", "snapshots", "style", "title"].map(str::to_owned));
    for ListJson {
        list,
        works,
        snapshots,
    } in &overview
    {
        let works = works.map_or_else(|| "?".to_owned(), |works| works.to_string());
        table.add_row([
            Cell::new(&list.name),
            Cell::new(works).set_alignment(CellAlignment::Right),
            Cell::new(snapshots).set_alignment(CellAlignment::Right),
            Cell::new(&list.style),
            Cell::new(list.title.as_deref().unwrap_or_default()),
        ]);
    }
    context.print(&printed_table(&table))?;
    Ok(outcome)
}

/// Escapes plain text for Markdown.
fn in_markdown(text: &str) -> String {
    peerbib::output::markdown::entry(&[peerbib::csl::Inline::Text(text.to_owned())])
}

/// Returns a table without borders, as wide as the terminal.
fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns()).unwrap_or(u16::MAX));
    table.set_header(header.into_iter().map(Cell::new));
    table
}

/// Prints a table flush left, without trailing spaces.
fn printed_table(table: &Table) -> String {
    let lines = table.lines();
    let lines =
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end()));
    lines.collect()
}
