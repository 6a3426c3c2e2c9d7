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

use super::session::columns;
use super::{Outcome, Result, Session};
use crate::library::StoredList;
use crate::reading_list::held;

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
pub(super) struct ListCommand {
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
    pub(super) fn run(self, session: &Session) -> Result {
        match self.verb {
            None => lists(session, self.json),
            Some(Verb::New(command)) => command.run(session),
            Some(Verb::Show(command)) => command.run(session),
            Some(Verb::Describe(command)) => command.run(session),
            Some(Verb::Edit(command)) => command.run(session),
            Some(Verb::Rename(command)) => command.run(session),
            Some(Verb::Copy(command)) => command.run(session),
            Some(Verb::Remove(command)) => command.run(session),
            Some(Verb::Add(command)) => command.run(session),
            Some(Verb::Pin(command)) => command.run(session),
            Some(Verb::Exclude(command)) => command.run(session),
            Some(Verb::Move(command)) => command.run(session),
            Some(Verb::Annotate(command)) => command.run(session),
            Some(Verb::Section(command)) => command.run(session),
            Some(Verb::Freeze(command)) => command.run(session),
            Some(Verb::Editions(command)) => command.run(session),
            Some(Verb::Diff(command)) => command.run(session),
            Some(Verb::Changelog(command)) => command.run(session),
            Some(Verb::Fit(command)) => command.run(session),
            Some(Verb::Export(command)) => command.run(session),
            Some(Verb::Import(command)) => command.run(session),
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

fn lists(session: &Session, json: bool) -> Result {
    let library = session.open()?;
    let mut overview = Vec::new();
    let mut outcome = Outcome::Done;
    for list in library.lists()? {
        let works = match held(&library, &list) {
            Ok(works) => Some(works.len()),
            Err(error) => {
                outcome = Outcome::InPart;
                session.warn(format_args!("warning: {}: {error}", list.name));
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
        session.print_json(&overview)?;
        return Ok(outcome);
    }
    if overview.is_empty() {
        session.note(
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
    session.print(&printed_table(&table))?;
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
    crate::output::markdown::entry(&[crate::csl::Inline::Text(text.to_owned())])
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
