//! `peerbib list remove`

use clap::Args;

use super::section::resolved;
use super::work_args::{SelectedWork, SelectedWorks, WorkArgs, lines, would_be};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{LibraryError, Membership};

/// Remove works from a reading list, or the list itself
///
/// Pinned works are unpinned, and works that the query matches are excluded. They stay in the library.
/// Their annotations are kept, in case they come back; `peerbib list annotate --remove` removes one.
///
/// Without works, the list itself is removed.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list remove commons-101 merten2000\n  \
                  peerbib list remove commons-101"
)]
pub(in crate::cli) struct RemoveFromList {
    #[command(flatten)]
    works: WorkArgs,

    /// Remove them from this section only: its title, its number, or the beginning of its title
    #[arg(long, value_name = "SECTION")]
    section: Option<String>,
}

impl RemoveFromList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        if self.works.names_none() && self.section.is_none() {
            return self.remove_list(context);
        }
        let mut chosen = self.works.select(context)?;
        if let Some(section) = &self.section {
            return self.take_out(context, chosen.all_known()?, section);
        }
        // A pinned work that is not in the library can be removed by its key.
        let missing = std::mem::take(&mut chosen.missing);
        let mut actions: Vec<(i64, Option<Membership>)> = Vec::new();
        let mut messages = Vec::new();
        for work in &chosen.works {
            let key = &work.key;
            match (work.membership, work.found) {
                (Some(Membership::Excluded), _) => {
                    messages.push(format!("{key} is already excluded"));
                }
                (_, true) => {
                    actions.push((work.id, Some(Membership::Excluded)));
                    messages.push(format!("excluded {key}, which the query still matches"));
                }
                (Some(Membership::Pinned), false) => {
                    actions.push((work.id, None));
                    messages.push(format!("unpinned {key}"));
                }
                (None, false) => messages.push(format!("{key} is not in the list")),
            }
        }
        messages.extend(missing.iter().map(|key| format!("unpinned {key}")));
        if self.works.dry_run {
            let would: Vec<String> = chosen
                .works
                .iter()
                .map(|work| match actions.iter().find(|(id, _)| *id == work.id) {
                    Some((_, membership)) => would_be(&work.key, *membership),
                    None => format!("{} would not change", work.key),
                })
                .chain(missing.iter().map(|key| would_be(key, None)))
                .collect();
            context.print(&lines(&would))?;
            return Ok(Outcome::Done);
        }
        let list = chosen.list.id;
        context.change(&mut chosen.library, |change| {
            for (work, membership) in &actions {
                change.lists().set_membership(list, *work, *membership)?;
                change.lists().take_out(list, *work, None)?;
            }
            for key in &missing {
                change.lists().remove_missing_entry(list, key)?;
            }
            Ok(())
        })?;
        for line in &messages {
            context.note(line);
        }
        Ok(Outcome::Done)
    }

    /// Takes works out of a section.
    fn take_out(
        &self,
        context: &CommandContext,
        mut chosen: SelectedWorks,
        section: &str,
    ) -> Result {
        let list = chosen.list.id;
        let sections = chosen.library.lists().sections(list)?;
        let section = resolved(&sections, section)?;
        let placements = chosen.library.lists().placements(list)?;
        let is_there = |work: i64| {
            placements
                .iter()
                .any(|placement| placement.section == section.id && placement.work == Some(work))
        };
        let title = &section.title;
        let mut messages = Vec::new();
        for SelectedWork { id, key, .. } in &chosen.works {
            messages.push(match (is_there(*id), self.works.dry_run) {
                (true, true) => format!("would take {key} out of \u{201c}{title}\u{201d}"),
                (true, false) => {
                    format!("took {key} out of \u{201c}{title}\u{201d}; it stays in the list")
                }
                (false, _) => format!("{key} was not put into \u{201c}{title}\u{201d}"),
            });
        }
        if self.works.dry_run {
            context.print(&lines(&messages))?;
            return Ok(Outcome::Done);
        }
        context.change(&mut chosen.library, |change| {
            for work in &chosen.works {
                change.lists().take_out(list, work.id, Some(section.id))?;
            }
            Ok(())
        })?;
        for line in &messages {
            context.note(line);
        }
        Ok(Outcome::Done)
    }

    fn remove_list(&self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.works.dry_run)?;
        let list = library.lists().get(&self.works.list)?;
        if self.works.dry_run {
            context.print(&format!("would remove {}\n", list.name))?;
            return Ok(Outcome::Done);
        }
        context.confirm_at_terminal(&format!(
            "Remove the list {} with its sections, annotations and snapshots?",
            list.name
        ))?;
        // While the user was asked, another program may have changed the library.
        library.lock_for_write()?;
        if library.lists().get(&self.works.list)? != list {
            return Err(LibraryError::ChangedMeanwhile(format!("the list {}", list.name)).into());
        }
        context.change(&mut library, |change| change.lists().remove(list.id))?;
        context.note(format_args!(
            "removed the list {}; `peerbib undo` restores it",
            list.name
        ));
        Ok(Outcome::Done)
    }
}
