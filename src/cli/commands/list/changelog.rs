//! `peerbib list changelog`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::diff::current_snapshot;
use super::file::parse_snapshot;
use super::snapshot::day;
use super::{counted, in_markdown};
use crate::cli::extensions::{MARKDOWN, check_only_format};
use crate::cli::io::NO_INPUTS;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::reading_list::{DiffEntry, FieldChange, ListDiff, Snapshot};
use peerbib::text::single_spaced;

/// Print the changes from snapshot to snapshot, as Markdown
///
/// The latest comes first; above it, the changes since the latest snapshot.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list changelog commons-101 -o CHANGES.md")]
pub(in crate::cli) struct ListChangelog {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl ListChangelog {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let list = library.lists().get(&self.list)?;
        let mut entries = Vec::new();
        let mut before: Option<(String, Snapshot)> = None;
        for stored in library.lists().snapshots(list.id)? {
            let snapshot = parse_snapshot(&stored)?;
            let mut entry = format!(
                "## {} ({})\n",
                in_markdown(&stored.name),
                day(&stored.saved_at)
            );
            match &before {
                None => {
                    let count = snapshot.contents.works.len();
                    let _ = writeln!(
                        entry,
                        "\nThe first snapshot, with {}.",
                        counted(count, "work")
                    );
                }
                Some((name, before)) => {
                    let changes = ListDiff::between(
                        &library,
                        (name, before),
                        (Some(&stored.name), &snapshot),
                    )?;
                    entry.push_str(&body(&changes));
                }
            }
            entries.push(entry);
            before = Some((stored.name, snapshot));
        }
        if let Some((name, before)) = &before {
            let now = current_snapshot(context, &library, &list)?;
            let changes = ListDiff::between(&library, (name, before), (None, &now))?;
            if !changes.is_empty() {
                entries.push(format!(
                    "## Since {}\n{}",
                    in_markdown(name),
                    body(&changes)
                ));
            }
        } else {
            context.note(format_args!(
                "{} has no snapshots; `peerbib list snapshot {} --name NAME` saves one",
                list.name, list.name
            ));
        }
        entries.push(format!(
            "# {}\n",
            in_markdown(list.title.as_deref().unwrap_or(&list.name))
        ));
        entries.reverse();
        let text = entries.join("\n");
        match &self.output {
            Some(path) if path.as_os_str() != "-" => {
                context.check_output(path, NO_INPUTS)?;
                check_only_format(path, "Markdown", MARKDOWN)?;
                context.write_file(path, text)?;
            }
            _ => context.print_data(&text)?,
        }
        Ok(Outcome::Done)
    }
}

/// Returns the changes, each kind of change under a heading.
fn body(changes: &ListDiff) -> String {
    let mut text = String::new();
    let mut works = |heading: &str, works: &[DiffEntry]| {
        if works.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n### {heading}\n");
        for entry in works {
            let reason = match &entry.reason {
                Some(reason) => format!(": {}", in_markdown(reason)),
                None => String::new(),
            };
            let _ = writeln!(
                text,
                "- {} (`{}`){}",
                in_markdown(&entry.work),
                entry.key,
                reason
            );
        }
    };
    works("Added", &changes.added);
    works("Removed", &changes.removed);
    if !changes.changed.is_empty() {
        text.push_str("\n### Changed\n\n");
        for work in &changes.changed {
            let _ = writeln!(text, "- {} (`{}`)", in_markdown(&work.work), work.key);
            for change in &work.fields {
                let _ = writeln!(text, "  - {}", in_words(change));
            }
        }
    }
    if !changes.list.is_empty() {
        text.push_str("\n### Settings\n\n");
        for change in &changes.list {
            let _ = writeln!(text, "- {}", in_words(change));
        }
    }
    if text.is_empty() {
        text.push_str("\nNothing changed.\n");
    }
    text
}

fn in_words(change: &FieldChange) -> String {
    let value = |value: &str| in_markdown(&single_spaced(value));
    let name = &change.field;
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            format!("{name}: {} \u{2192} {}", value(before), value(after))
        }
        (None, Some(after)) => format!("{name} added: {}", value(after)),
        (Some(before), None) => format!("{name} removed: {}", value(before)),
        (None, None) => name.clone(),
    }
}
