//! `peerbib tags`

mod describe;
mod exchange;
mod facet;
mod matrix;
mod merge;
mod move_tag;
mod remove;
mod rename;
mod show;
mod split;

use std::fmt::Write as _;

use clap::{Args, Subcommand};

pub(crate) use exchange::{read_text, write_text};

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Change, Library, LibraryError, Tag, TagExtent};
use peerbib::reading_list::in_hierarchy;

/// List the movements, themes and other tags, and look after them
///
/// Without a verb: every tag with the number of works that have it or a narrower one, narrower tags below
/// wider ones. A tag is named FACET:NAME, or by any of its aliases; without a facet where that is clear.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib tags\n  peerbib tags movement\n  \
                  peerbib tags show movement:oekonux\n  \
                  peerbib tags add theme:care --label \"Care work\" --parent theme:labour\n  \
                  peerbib tags matrix movement theme"
)]
pub(crate) struct Tags {
    /// List the tags of one facet only, such as movement or theme
    facet: Option<String>,

    /// Print as JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Show(show::ShowTag),
    Add(describe::AddTag),
    Edit(describe::EditTag),
    Rename(rename::RenameTag),
    Merge(merge::MergeTags),
    Split(split::SplitTag),
    Move(move_tag::MoveTag),
    Remove(remove::RemoveTag),
    Facet(facet::DescribeFacet),
    Matrix(matrix::PrintMatrix),
    Export(exchange::ExportTags),
    Import(exchange::ImportTags),
}

impl Tags {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match self.verb {
            None => list(context, self.facet.as_deref(), self.json),
            Some(Verb::Show(command)) => command.run(context),
            Some(Verb::Add(command)) => command.run(context),
            Some(Verb::Edit(command)) => command.run(context),
            Some(Verb::Rename(command)) => command.run(context),
            Some(Verb::Merge(command)) => command.run(context),
            Some(Verb::Split(command)) => command.run(context),
            Some(Verb::Move(command)) => command.run(context),
            Some(Verb::Remove(command)) => command.run(context),
            Some(Verb::Facet(command)) => command.run(context),
            Some(Verb::Matrix(command)) => command.run(context),
            Some(Verb::Export(command)) => command.run(context),
            Some(Verb::Import(command)) => command.run(context),
        }
    }
}

/// Changes the library, or with `dry_run` only tries whether it can be changed so.
fn change<T>(
    context: &CommandContext,
    library: &mut Library,
    dry_run: bool,
    edit: impl FnOnce(&Change<'_>) -> peerbib::library::Result<T>,
) -> std::result::Result<T, LibraryError> {
    if dry_run {
        library.dry_run(edit)
    } else {
        context.change(library, edit)
    }
}

/// Tells what was done, on standard error; or what would be, as data.
fn tell(context: &CommandContext, dry_run: bool, done: &str, would: &str) -> Result {
    if dry_run {
        context.print(&format!("{would}\n"))?;
    } else {
        context.note(done);
    }
    Ok(Outcome::Done)
}

/// What hangs on a tag, in words: `22 works, 1 veto, 2 narrower tags and the rules “Merten”, “Meretz”`.
fn extent(library: &Library, tag: &Tag) -> std::result::Result<String, LibraryError> {
    let TagExtent {
        works,
        vetoes,
        narrower,
        rules,
    } = library.extent(tag)?;
    let mut parts = vec![super::tag::works(works)];
    match vetoes {
        0 => {}
        1 => parts.push("1 work that it was taken off".to_owned()),
        count => parts.push(format!("{count} works that it was taken off")),
    }
    match narrower.len() {
        0 => {}
        1 => parts.push("1 narrower tag".to_owned()),
        count => parts.push(format!("{count} narrower tags")),
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
    let facets = library.facets()?;
    if let Some(facet) = facet
        && !facets.iter().any(|known| known == facet)
    {
        return Err(crate::cli::no_such_facet(&library, facet)?);
    }
    let tags = library.tags(facet)?;
    if json {
        context.print_json(&tags)?;
        return Ok(Outcome::Done);
    }
    let bold = anstyle::Style::new().bold();
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
