//! `peerbib tags`

mod describe;
mod facet;
mod import_export;
mod matrix;
mod merge;
mod move_tag;
mod remove;
mod rename;
mod show;
mod split;

use std::fmt::Write as _;

use clap::{Args, Subcommand};

pub(crate) use import_export::write_toml;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Change, Library, LibraryError, Tag, TagExtent};
use peerbib::reading_list::in_hierarchy;

/// List and organize tags
///
/// Without a command, lists every tag with the number of works that have it or a child of it. Name a tag
/// as FACET:NAME, by an alias, or without the facet if that is unambiguous.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib tags\n  peerbib tags movement\n  \
                  peerbib tags show movement:oekonux\n  \
                  peerbib tags add theme:care --label \"Care work\" --parent theme:labour\n  \
                  peerbib tags matrix movement theme"
)]
pub(crate) struct Tags {
    /// List only the tags of one facet, such as movement or theme
    facet: Option<String>,

    /// Print as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    command: Option<TagsSubcommand>,
}

#[derive(Debug, Subcommand)]
enum TagsSubcommand {
    Show(show::ShowTag),
    Add(describe::AddTag),
    Edit(describe::EditTag),
    Rename(rename::RenameTag),
    Merge(merge::MergeTags),
    Split(split::SplitTag),
    Move(move_tag::MoveTag),
    #[command(aliases = ["rm", "delete"])]
    Remove(remove::RemoveTag),
    Facet(facet::DescribeFacet),
    Matrix(matrix::PrintMatrix),
    Export(import_export::ExportTags),
    Import(import_export::ImportTags),
}

impl Tags {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.command {
            None => list(context, self.facet.as_deref(), self.json),
            Some(TagsSubcommand::Show(command)) => command.run(context),
            Some(TagsSubcommand::Add(command)) => command.run(context),
            Some(TagsSubcommand::Edit(command)) => command.run(context),
            Some(TagsSubcommand::Rename(command)) => command.run(context),
            Some(TagsSubcommand::Merge(command)) => command.run(context),
            Some(TagsSubcommand::Split(command)) => command.run(context),
            Some(TagsSubcommand::Move(command)) => command.run(context),
            Some(TagsSubcommand::Remove(command)) => command.run(context),
            Some(TagsSubcommand::Facet(command)) => command.run(context),
            Some(TagsSubcommand::Matrix(command)) => command.run(context),
            Some(TagsSubcommand::Export(command)) => command.run(context),
            Some(TagsSubcommand::Import(command)) => command.run(context),
        }
    }
}

/// Changes the library, or with `dry_run` only tries it.
fn change<T>(
    context: &CommandContext,
    library: &mut Library,
    dry_run: bool,
    edit: impl FnOnce(&Change<'_>) -> peerbib::library::Result<T>,
) -> Result<T, LibraryError> {
    if dry_run {
        library.dry_run(edit)
    } else {
        context.change(library, edit)
    }
}

/// Reports what was done as a message, or what would be done as data.
fn report(context: &CommandContext, dry_run: bool, done: &str, would: &str) -> Result {
    if dry_run {
        context.print(&format!("{would}\n"))?;
    } else {
        context.note(done);
    }
    Ok(Outcome::Done)
}

/// Describes what belongs to a tag: “22 works, 2 child tags and 3 rules”.
fn extent(library: &Library, tag: &Tag) -> Result<String, LibraryError> {
    let TagExtent {
        works,
        vetoes,
        narrower,
        rules,
    } = library.tags().extent(tag)?;
    let mut parts = vec![crate::cli::ui::counted(works, "work")];
    match vetoes {
        0 => {}
        1 => parts.push("1 removal by hand".to_owned()),
        count => parts.push(format!("{count} removals by hand")),
    }
    match narrower.len() {
        0 => {}
        1 => parts.push("1 child tag".to_owned()),
        count => parts.push(format!("{count} child tags")),
    }
    match rules.as_slice() {
        [] => {}
        [rule] => parts.push(format!("the rule \u{201c}{rule}\u{201d}")),
        rules => parts.push(format!("{} rules", rules.len())),
    }
    Ok(match parts.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => parts.concat(),
    })
}

fn list(context: &CommandContext, facet: Option<&str>, json: bool) -> Result {
    let library = context.open()?;
    let facets = library.tags().facets()?;
    if let Some(facet) = facet
        && !facets.iter().any(|known| known == facet)
    {
        return Err(crate::cli::no_such_facet(&library, facet)?);
    }
    let locale = context.locale_name(None)?;
    let tags = library.tags().summaries_in(facet, locale.as_deref())?;
    if json {
        context.print_json(&tags)?;
        return Ok(Outcome::Done);
    }
    let bold = crate::cli::ui::TerminalStyle::Bold;
    let mut text = String::new();
    for facet in &facets {
        let of_facet: Vec<_> = tags
            .iter()
            .filter(|tag| tag.tag.facet == *facet)
            .cloned()
            .collect();
        if of_facet.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{bold}{facet}{bold:#}");
        let width = in_hierarchy(&of_facet)
            .iter()
            .map(|(tag, depth)| tag.tag.name.chars().count() + 2 * depth)
            .max()
            .unwrap_or(0);
        for (tag, depth) in in_hierarchy(&of_facet) {
            let name = format!("{}{}", "  ".repeat(depth), tag.tag.name);
            let works = tag.works_with_narrower;
            let label = tag.label.as_deref().unwrap_or_default();
            let line = format!("  {name:width$}  {works:>5}  {label}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    context.print(&text)?;
    Ok(Outcome::Done)
}
