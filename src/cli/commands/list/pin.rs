//! `peerbib list add`, `peerbib list pin` and `peerbib list exclude`

use clap::Args;

use super::work_args::{SelectedWorks, WorkArgs, lines, would_be};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::Membership;

/// Add works to a reading list
///
/// Works that the query does not match are pinned. Excluded works are no longer excluded.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list add commons-101 benkler2002coase\n  \
                        peerbib list add commons-101 --find theme:germ-form --dry-run"
)]
pub(in crate::cli) struct AddToList {
    #[command(flatten)]
    works: WorkArgs,
}

/// Pin works to a reading list, so that they stay whatever the query matches
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list pin commons-101 merten2000")]
pub(in crate::cli) struct PinToList {
    #[command(flatten)]
    works: WorkArgs,
}

/// Exclude works from a reading list, even if the query matches them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list exclude commons-101 merten2000")]
pub(in crate::cli) struct ExcludeFromList {
    #[command(flatten)]
    works: WorkArgs,
}

impl AddToList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.select(context)?.all_known()?;
        let name = chosen.list.name.clone();
        set_membership(
            context,
            chosen,
            self.works.dry_run,
            |membership, found| match (membership, found) {
                (Some(Membership::Pinned), _) => (membership, "is already pinned".to_owned()),
                (Some(Membership::Excluded), true) => (
                    None,
                    format!("is no longer excluded from {name}; its query matches it"),
                ),
                (None, true) => (None, format!("is already in {name}; its query matches it")),
                (_, false) => (Some(Membership::Pinned), format!("was added to {name}")),
            },
        )
    }
}

impl PinToList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.select(context)?.all_known()?;
        let name = chosen.list.name.clone();
        set_membership(context, chosen, self.works.dry_run, |membership, _| {
            let message = match membership {
                Some(Membership::Pinned) => "is already pinned".to_owned(),
                Some(Membership::Excluded) => {
                    format!("was pinned to {name} and is no longer excluded")
                }
                None => format!("was pinned to {name}"),
            };
            (Some(Membership::Pinned), message)
        })
    }
}

impl ExcludeFromList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.select(context)?.all_known()?;
        let name = chosen.list.name.clone();
        set_membership(context, chosen, self.works.dry_run, |membership, _| {
            let message = match membership {
                Some(Membership::Excluded) => "is already excluded".to_owned(),
                Some(Membership::Pinned) => {
                    format!("was excluded from {name} and is no longer pinned")
                }
                None => format!("was excluded from {name}"),
            };
            (Some(Membership::Excluded), message)
        })
    }
}

/// Sets the membership of each work to what `decide` returns for its current one and for whether the query
/// matches it, and reports it.
fn set_membership(
    context: &CommandContext,
    mut chosen: SelectedWorks,
    dry_run: bool,
    decide: impl Fn(Option<Membership>, bool) -> (Option<Membership>, String),
) -> Result {
    let mut messages = Vec::new();
    let mut memberships = Vec::new();
    for work in &chosen.works {
        let (membership, what) = decide(work.membership, work.found);
        messages.push(if dry_run && membership != work.membership {
            would_be(&work.key, membership)
        } else {
            format!("{} {what}", work.key)
        });
        memberships.push((work.id, membership));
    }
    if dry_run {
        context.print(&lines(&messages))?;
        return Ok(Outcome::Done);
    }
    let list = chosen.list.id;
    context.change(&mut chosen.library, |change| {
        for (work, membership) in &memberships {
            change.lists().set_membership(list, *work, *membership)?;
        }
        Ok(())
    })?;
    for line in &messages {
        context.note(line);
    }
    if messages.is_empty() {
        context.note("no works found");
    }
    Ok(Outcome::Done)
}
