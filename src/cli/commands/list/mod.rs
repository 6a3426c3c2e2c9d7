//! `peerbib list`: reading lists that are stored, a file a verb.

mod annotate;
mod changelog;
mod describe;
mod diff;
mod edit;
mod file;
mod fit;
mod freeze;
mod new;
mod pin;
mod place;
mod printed;
mod remove;
mod rename;
mod section;
mod settings;
mod show;
mod works;

use clap::{Args, Subcommand};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::cli::context::columns;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::StoredList;
use peerbib::reading_list::works_of_list;

/// Keep reading lists: a query with pins, in sections, annotated, in editions
///
/// Without a verb: every list, with the number of works that it holds now.
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
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    New(new::NewList),
    Show(show::ShowList),
    Describe(describe::DescribeList),
    Edit(edit::EditList),
    Rename(rename::RenameList),
    Copy(rename::CopyList),
    Remove(remove::RemoveFromList),
    Add(pin::AddToList),
    Pin(pin::PinToList),
    Exclude(pin::ExcludeFromList),
    Move(place::MoveInList),
    Annotate(annotate::AnnotateInList),
    Section(section::SectionCommand),
    Freeze(freeze::FreezeList),
    Editions(freeze::Editions),
    Diff(diff::DiffList),
    Changelog(changelog::ListChangelog),
    Fit(fit::FitList),
    Export(file::ExportList),
    Import(file::ImportList),
}

impl ListCommand {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.verb {
            None => lists(context, self.json),
            Some(Verb::New(command)) => command.run(context),
            Some(Verb::Show(command)) => command.run(context),
            Some(Verb::Describe(command)) => command.run(context),
            Some(Verb::Edit(command)) => command.run(context),
            Some(Verb::Rename(command)) => command.run(context),
            Some(Verb::Copy(command)) => command.run(context),
            Some(Verb::Remove(command)) => command.run(context),
            Some(Verb::Add(command)) => command.run(context),
            Some(Verb::Pin(command)) => command.run(context),
            Some(Verb::Exclude(command)) => command.run(context),
            Some(Verb::Move(command)) => command.run(context),
            Some(Verb::Annotate(command)) => command.run(context),
            Some(Verb::Section(command)) => command.run(context),
            Some(Verb::Freeze(command)) => command.run(context),
            Some(Verb::Editions(command)) => command.run(context),
            Some(Verb::Diff(command)) => command.run(context),
            Some(Verb::Changelog(command)) => command.run(context),
            Some(Verb::Fit(command)) => command.run(context),
            Some(Verb::Export(command)) => command.run(context),
            Some(Verb::Import(command)) => command.run(context),
        }
    }
}

/// A list in the overview.
#[derive(serde::Serialize)]
struct Overview {
    #[serde(flatten)]
    list: StoredList,
    /// How many works it holds; none where its query can no longer be asked.
    works: Option<usize>,
    editions: usize,
}

fn lists(context: &CommandContext, json: bool) -> Result {
    let library = context.open()?;
    let mut overview = Vec::new();
    let mut outcome = Outcome::Done;
    for list in library.lists()? {
        let works = match works_of_list(&library, &list) {
            Ok(works) => Some(works.len()),
            Err(error) => {
                outcome = Outcome::Partial;
                context.warn(format_args!("warning: {}: {error}", list.name));
                None
            }
        };
        let editions = library.editions(list.id)?.len();
        overview.push(Overview {
            list,
            works,
            editions,
        });
    }
    if json {
        context.print_json(&overview)?;
        return Ok(outcome);
    }
    if overview.is_empty() {
        context.note(
            "there are no reading lists yet; `peerbib list new NAME --query QUERY` makes one",
        );
        return Ok(outcome);
    }
    let mut table = table(["list", "works", "editions", "style", "title"].map(str::to_owned));
    for Overview {
        list,
        works,
        editions,
    } in &overview
    {
        let works = works.map_or_else(|| "?".to_owned(), |works| works.to_string());
        table.add_row([
            Cell::new(&list.name),
            Cell::new(works).set_alignment(CellAlignment::Right),
            Cell::new(editions).set_alignment(CellAlignment::Right),
            Cell::new(&list.style),
            Cell::new(list.title.as_deref().unwrap_or_default()),
        ]);
    }
    context.print(&printed_table(&table))?;
    Ok(outcome)
}

/// A number of things: "1 work", "12 works".
fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Text with a space for each line break.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plain text as Markdown reads it.
fn in_markdown(text: &str) -> String {
    peerbib::output::markdown::entry(&[peerbib::csl::Inline::Text(text.to_owned())])
}

/// A table without lines, as wide as the terminal.
fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns()).unwrap_or(u16::MAX));
    table.set_header(header.into_iter().map(Cell::new));
    table
}

/// A table as text, flush left, without spaces at the ends of its lines.
fn printed_table(table: &Table) -> String {
    let lines = table.lines();
    let lines =
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end()));
    lines.collect()
}
