//! `peerbib list remove`

use clap::Args;

use super::works::{ListedWorks, lines, would_be};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{LibraryError, Membership};

/// Remove works from a reading list; or without works, the list itself
///
/// A pinned work is no longer pinned; one that the query finds is excluded. Works stay in the library,
/// and what the list says of a work stays until it is taken away: `peerbib list diff` names it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list remove commons-101 merten2000\n  \
                  peerbib list remove commons-101"
)]
pub(in crate::cli) struct RemoveFromList {
    #[command(flatten)]
    works: ListedWorks,
}

impl RemoveFromList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        if self.works.names_none() {
            return self.remove_list(context);
        }
        let mut chosen = self.works.chosen(context)?;
        // A pinned work that the library does not have can be taken off by the key that it was named by.
        let missing = chosen.take_missing()?;
        let mut actions: Vec<(i64, Option<Membership>)> = Vec::new();
        let mut told = Vec::new();
        for work in &chosen.works {
            let key = &work.key;
            match (work.membership, work.found) {
                (Some(Membership::Excluded), _) => told.push(format!("{key} is excluded already")),
                (_, true) => {
                    actions.push((work.id, Some(Membership::Excluded)));
                    told.push(format!(
                        "{key} is excluded: the query of the list finds it, and goes on to do so"
                    ));
                }
                (Some(Membership::Pinned), false) => {
                    actions.push((work.id, None));
                    told.push(format!("{key} is no longer pinned"));
                }
                (None, false) => told.push(format!("{key} is not in the list")),
            }
        }
        told.extend(
            missing
                .iter()
                .map(|key| format!("{key} is no longer pinned")),
        );
        if self.works.dry_run {
            let would: Vec<String> = chosen
                .works
                .iter()
                .map(|work| match actions.iter().find(|(id, _)| *id == work.id) {
                    Some((_, membership)) => would_be(&work.key, *membership),
                    None => format!("{} would stay as it is", work.key),
                })
                .chain(missing.iter().map(|key| would_be(key, None)))
                .collect();
            context.print(&lines(&would))?;
            return Ok(Outcome::Done);
        }
        let list = chosen.list.id;
        context.change(&mut chosen.library, |change| {
            for (work, membership) in &actions {
                change.set_membership(list, *work, *membership)?;
            }
            for key in &missing {
                change.remove_missing_entry(list, key)?;
            }
            Ok(())
        })?;
        for line in &told {
            context.note(line);
        }
        Ok(Outcome::Done)
    }

    fn remove_list(&self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.works.dry_run)?;
        let list = library.list(&self.works.list)?;
        if self.works.dry_run {
            context.print(&format!("{} would be removed\n", list.name))?;
            return Ok(Outcome::Done);
        }
        context.confirm_at_terminal(&format!(
            "Remove the list {}, with its sections, annotations and editions?",
            list.name
        ))?;
        // While a person thought about it, another program may have changed the library.
        library.lock_for_write()?;
        if library.list(&self.works.list)? != list {
            return Err(LibraryError::ChangedMeanwhile(format!("the list {}", list.name)).into());
        }
        context.change(&mut library, |change| change.remove_list(list.id))?;
        context.note(format_args!(
            "the list {} is removed; `peerbib undo` brings it back",
            list.name
        ));
        Ok(Outcome::Done)
    }
}
