//! `peerbib list diff`

use std::fmt::Write as _;

use clap::Args;

use super::file::parse_snapshot;
use super::render::headings;
use crate::cli::ui::wrapped;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, StoredList};
use peerbib::reading_list::{DiffEntry, FieldChange, ListDiff, ResolvedList, Snapshot};
use peerbib::text::single_spaced;

/// Show what changed in a reading list since a snapshot
///
/// Compares a snapshot (by default the latest) with the current list, or with another snapshot. Works are
/// followed even if their keys have changed. Annotations without a work in the list are shown, too. The
/// exit code is 1 if there are changes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib list diff commons-101\n  \
                  peerbib list diff commons-101 2026-spring 2026-autumn --json")]
pub(in crate::cli) struct DiffList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The snapshot to compare from; by default, the latest
    #[arg(value_name = "SNAPSHOT")]
    from: Option<String>,

    /// The snapshot to compare with; by default, the current list
    #[arg(value_name = "SNAPSHOT")]
    to: Option<String>,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

impl DiffList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let list = library.lists().get(&self.list)?;
        let from = match &self.from {
            Some(name) => library.lists().snapshot(list.id, name)?,
            None => library.lists().snapshots(list.id)?.pop().ok_or_else(|| {
                CommandError::new(format_args!("{} has no snapshots", list.name)).with_help(
                    format!(
                        "`peerbib list snapshot {} --name NAME` saves one",
                        list.name
                    ),
                )
            })?,
        };
        let before = parse_snapshot(&from)?;
        let after = match &self.to {
            Some(name) => parse_snapshot(&library.lists().snapshot(list.id, name)?)?,
            None => current_snapshot(context, &library, &list)?,
        };
        let changes = ListDiff::between(
            &library,
            (&from.name, &before),
            (self.to.as_deref(), &after),
        )?;
        if self.json {
            context.print_json(&changes)?;
        } else {
            context.print(&text(&changes))?;
            if changes.is_empty() {
                context.note(format_args!("no changes since {}", from.name));
            }
        }
        Ok(Outcome::done_if(changes.is_empty()))
    }
}

/// Returns a snapshot of the current list. Fails if the query names something that no longer exists.
pub(crate) fn current_snapshot(
    context: &CommandContext,
    library: &Library,
    list: &StoredList,
) -> Result<Snapshot> {
    let holding = ResolvedList::new(library, list, headings(context, list))?;
    Ok(Snapshot::new(library, holding.contents, &holding.works)?)
}

fn text(changes: &ListDiff) -> String {
    let bold = crate::cli::ui::TerminalStyle::Bold;
    let green = crate::cli::ui::TerminalStyle::Green;
    let red = crate::cli::ui::TerminalStyle::Red;
    let mut text = String::new();
    let mut works =
        |heading: &str, sign: &str, style: crate::cli::ui::TerminalStyle, works: &[DiffEntry]| {
            if works.is_empty() {
                return;
            }
            let _ = writeln!(text, "{bold}{heading}{bold:#}");
            for entry in works {
                let _ = writeln!(text, "  {style}{sign} {}{style:#}", entry.key);
                let _ = writeln!(text, "      {}", wrapped(&entry.work, 6));
                if let Some(reason) = &entry.reason {
                    let _ = writeln!(text, "      {}", wrapped(reason, 6));
                }
            }
        };
    works("added", "+", green, &changes.added);
    works("removed", "-", red, &changes.removed);
    if !changes.changed.is_empty() {
        let _ = writeln!(text, "{bold}changed{bold:#}");
        for work in &changes.changed {
            let _ = writeln!(text, "  ~ {}", work.key);
            for change in &work.fields {
                field(&mut text, change);
            }
        }
    }
    if !changes.list.is_empty() {
        let _ = writeln!(text, "{bold}settings{bold:#}");
        for change in &changes.list {
            field(&mut text, change);
        }
    }
    if !changes.unattached.is_empty() {
        let _ = writeln!(text, "{bold}annotations without a work{bold:#}");
        for unattached in &changes.unattached {
            let why = if unattached.in_library {
                "no longer in the list"
            } else {
                "no longer in the library"
            };
            let _ = writeln!(text, "  ? {} {why}", unattached.key);
            let _ = writeln!(
                text,
                "      {}",
                wrapped(&single_spaced(&unattached.annotation), 6)
            );
        }
    }
    text
}

fn field(text: &mut String, change: &FieldChange) {
    let name = &change.field;
    let _ = match (&change.before, &change.after) {
        (Some(before), Some(after)) => writeln!(
            text,
            "      {}",
            wrapped(
                &single_spaced(&format!("{name}: {before} \u{2192} {after}")),
                8
            )
        ),
        (None, Some(after)) => {
            writeln!(
                text,
                "      {}",
                wrapped(&single_spaced(&format!("{name}: + {after}")), 8)
            )
        }
        (Some(before), None) => {
            writeln!(
                text,
                "      {}",
                wrapped(&single_spaced(&format!("{name}: \u{2212} {before}")), 8)
            )
        }
        (None, None) => Ok(()),
    };
}
