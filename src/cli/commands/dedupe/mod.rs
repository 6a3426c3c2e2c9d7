//! `peerbib dedupe`

mod auto;
mod comparison;
mod interactive;
mod skipped;

use std::collections::HashSet;
use std::fmt::Write as _;

use clap::{Args, Subcommand};

use crate::cli::ui::{TerminalStyle, counted, wrapped};
use crate::cli::works::named_work;
use crate::cli::{CommandContext, Outcome, Result, number};
use comparison::ComparisonTable;
use peerbib::library::{Certainty, DuplicateGroup, Library};

/// Find and merge duplicates
///
/// Lists groups of works that are probably the same: first those with the same DOI, ISBN or eprint, then those with
/// the same title, first author, year and type, then those that are only similar. Each group is shown with the fields
/// that differ and with the work that would stay: a verified one, or else the one with the most fields and a readable
/// key. A summary comes last. Chapters of one book, editions and volumes are different works.
///
/// --auto merges the certain groups, after a preview, in one step that `peerbib undo` reverts. --interactive shows one
/// group after the other and asks what to do with it. Each answer is a step of its own, so you can quit at any time and
/// continue later.
///
/// The exit code is 1 if there are duplicates.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  peerbib dedupe\n  peerbib dedupe author:benkler --limit 0\n  \
                  peerbib dedupe --auto --dry-run\n  peerbib dedupe --interactive\n  \
                  peerbib dedupe merge raymond1998cathedral raymond1999cathedral\n  \
                  peerbib dedupe keep-apart raymond1998cathedral raymond1999cathedral"
)]
pub(crate) struct Dedupe {
    #[command(subcommand)]
    action: Option<DedupeSubcommand>,

    /// Only groups with a work that matches this query
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Merge the certain groups
    #[arg(long, conflicts_with = "interactive")]
    auto: bool,

    /// Ask what to do with each group
    #[arg(long, conflicts_with = "json")]
    interactive: bool,

    /// Print at most this many groups; 0 prints all [default: 10; with --json, all]
    #[arg(long, value_name = "NUMBER", value_parser = number::<usize>)]
    limit: Option<usize>,

    /// Print only the summary
    #[arg(long, conflicts_with_all = ["auto", "interactive", "json"])]
    summary: bool,

    /// With --auto, show what would be merged, and change nothing
    #[arg(long, requires = "auto")]
    dry_run: bool,

    /// Print an array of groups as JSON; with --auto, of merged works
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum DedupeSubcommand {
    Merge(Merge),
    KeepApart(KeepApart),
}

/// Merge works into the first one
///
/// The first work gains the fields, tags, notes, files and aliases of the others, and their places in reading lists;
/// their keys become its aliases. If both have a field, the value that says more stays: names written out, a date with
/// its month, a title that is not in capitals. Otherwise the first work's value stays.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib dedupe merge raymond1998cathedral raymond1999cathedral"
)]
struct Merge {
    /// The works, each by its citation key or by a query that matches no other work; the first one stays
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
    /// The works, each by its citation key or by a query that matches no other work
    #[arg(value_name = "KEY", required = true, num_args = 2..)]
    keys: Vec<String>,
}

/// The number of groups that are printed by default.
const LIMIT: usize = 10;

impl Dedupe {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        match &self.action {
            Some(DedupeSubcommand::Merge(merge)) => return merge.run(context),
            Some(DedupeSubcommand::KeepApart(keep_apart)) => return keep_apart.run(context),
            None => {}
        }
        if self.auto {
            return self.merge_certain(context);
        }
        if self.interactive {
            return interactive::run(context, &self.query);
        }
        let library = context.open()?;
        let groups = find_groups(context, &library, &self.query)?;
        if self.json {
            let limit = self.limit.filter(|limit| *limit > 0);
            let limit = limit.unwrap_or(groups.len());
            context.print_json(&groups.iter().take(limit).collect::<Vec<_>>())?;
        } else {
            let shown = if self.summary {
                0
            } else {
                self.print_limit(&groups)
            };
            let mut text = String::new();
            let mut certainty = None;
            for group in groups.iter().take(shown) {
                if certainty.replace(group.certainty) != Some(group.certainty) {
                    let bold = TerminalStyle::Bold;
                    let _ = writeln!(text, "{bold}{}{bold:#}\n", heading(group.certainty));
                }
                text.push_str(&described(&library, group)?);
                text.push('\n');
            }
            text.push_str(&summary(&groups));
            context.print(&text)?;
            context.note(advice(&groups, shown > 0 && shown < groups.len()));
        }
        Ok(Outcome::done_if(groups.is_empty()))
    }

    /// Returns how many groups to print.
    fn print_limit(&self, groups: &[DuplicateGroup]) -> usize {
        match self.limit {
            Some(0) => groups.len(),
            limit => limit.unwrap_or(LIMIT).min(groups.len()),
        }
    }
}

/// Returns the groups of duplicates with a work that matches a query; without a query, all.
fn find_groups(
    context: &CommandContext,
    library: &Library,
    query: &[String],
) -> Result<Vec<DuplicateGroup>> {
    if query.is_empty() {
        return Ok(library.works().duplicates(None)?);
    }
    let works = context.select(library, query)?;
    let among: HashSet<i64> = works.iter().map(|work| work.id).collect();
    Ok(library.works().duplicates(Some(&among))?)
}

/// Returns what the works of groups have in common.
fn heading(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Identifier => "same DOI, ISBN or eprint",
        Certainty::Reference => "same title, first author, year and type",
        Certainty::Similar => "similar",
    }
}

/// Returns a table of how many groups there are of each certainty; nothing without groups.
fn summary(groups: &[DuplicateGroup]) -> String {
    let rows = Certainty::ALL.map(|certainty| {
        let of_kind = groups.iter().filter(|group| group.certainty == certainty);
        let works: usize = of_kind.clone().map(|group| group.works.len()).sum();
        (heading(certainty), of_kind.count(), works)
    });
    let width = rows.iter().map(|(heading, ..)| heading.len()).max();
    let width = width.unwrap_or_default();
    let mut text = String::new();
    for (heading, groups, works) in rows {
        if groups > 0 {
            let groups = counted(groups, "group");
            let works: String = counted(works, "work");
            let _ = writeln!(text, "{heading:width$}  {groups:>12}  {works:>12}");
        }
    }
    text
}

/// Returns how many groups there are, and the commands that deal with them.
fn advice(groups: &[DuplicateGroup], some_are_left_out: bool) -> String {
    if groups.is_empty() {
        return "no duplicates found".to_owned();
    }
    let mut text = format!("{} of likely duplicates", counted(groups.len(), "group"));
    if some_are_left_out {
        text.push_str("; --limit 0 prints all");
    }
    let certain = groups.iter().filter(|group| group.certainty.is_certain());
    match certain.count() {
        0 => {}
        1 => text.push_str("\n`peerbib dedupe --auto` merges the certain group"),
        certain => {
            let _ = write!(
                text,
                "\n`peerbib dedupe --auto` merges the {certain} certain groups"
            );
        }
    }
    text.push_str("\n`peerbib dedupe --interactive` asks about each");
    text
}

/// Describes a group: its keys, the reasons, the work that would stay, and the fields that differ.
fn described(library: &Library, group: &DuplicateGroup) -> peerbib::library::Result<String> {
    let bold = TerminalStyle::Bold;
    let mut text = format!("{bold}{}{bold:#}\n", wrapped(&group.keys.join("  "), 2));
    for reason in reasons(group) {
        let _ = writeln!(text, "  {}", wrapped(&reason, 4));
    }
    let stays = format!("{} stays: {}", group.survivor.key, group.survivor.reason);
    let _ = writeln!(text, "  {}", wrapped(&stays, 4));
    let comparison = ComparisonTable::of(library, &group.keys)?;
    text.push_str(&comparison.text(&group.keys));
    Ok(text)
}

/// Returns why the works of a group look like one: each reason once, with the works of each pair if there are few.
fn reasons(group: &DuplicateGroup) -> Vec<String> {
    const MOST: usize = 3;
    let mut reasons: Vec<String> = Vec::new();
    let names_pairs = group.keys.len() > 2 && group.reasons.len() <= MOST;
    for similarity in &group.reasons {
        let reason = if names_pairs {
            format!(
                "{} and {}: {}",
                similarity.one, similarity.other, similarity.reason
            )
        } else {
            similarity.reason.clone()
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
        if reasons.len() >= MOST {
            break;
        }
    }
    reasons
}

impl Merge {
    fn run(&self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change_unless(self.dry_run)?;
        let works = work_ids(context, &library, &self.keys)?;
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
        for value in &outcome.kept {
            context.note(value);
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
    fn run(&self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let works = work_ids(context, &library, &self.keys)?;
        let is_new = context.change(&mut library, |change| change.works().keep_apart(&works))?;
        let keys = works.iter().map(|work| library.works().key(*work));
        let keys = keys.collect::<peerbib::library::Result<Vec<_>>>()?;
        context.note(if is_new {
            format!("{} are kept apart", keys.join(" and "))
        } else {
            "nothing to do: they are already kept apart".to_owned()
        });
        Ok(Outcome::Done)
    }
}

fn work_ids(context: &CommandContext, library: &Library, words: &[String]) -> Result<Vec<i64>> {
    words
        .iter()
        .map(|word| named_work(context, library, word))
        .collect()
}
