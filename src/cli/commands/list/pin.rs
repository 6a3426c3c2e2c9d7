//! `peerbib list add`, `peerbib list pin` and `peerbib list exclude`

use clap::Args;

use super::works::{Chosen, ListedWorks, lines, would_be};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::Membership;

/// Add works to a reading list: pin those that its query does not find
///
/// A work that was excluded comes back.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list add commons-101 benkler2002coase\n  \
                        peerbib list add commons-101 --find theme:germ-form --dry-run"
)]
pub(in crate::cli) struct AddToList {
    #[command(flatten)]
    works: ListedWorks,
}

/// Pin works to a reading list: they stay in it, whatever its query finds
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list pin commons-101 merten2000")]
pub(in crate::cli) struct PinToList {
    #[command(flatten)]
    works: ListedWorks,
}

/// Exclude works from a reading list: they stay out of it, whatever its query finds
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list exclude commons-101 merten2000")]
pub(in crate::cli) struct ExcludeFromList {
    #[command(flatten)]
    works: ListedWorks,
}

impl AddToList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.chosen(context)?.all_known()?;
        let name = chosen.list.name.clone();
        settle(
            context,
            chosen,
            self.works.dry_run,
            |membership, found| match (membership, found) {
                (Some(Membership::Pinned), _) => (membership, "is pinned already".to_owned()),
                (Some(Membership::Excluded), true) => (
                    None,
                    format!("is in {name} again: its query finds it, and it is no longer excluded"),
                ),
                (None, true) => (None, format!("is in {name} already: its query finds it")),
                (_, false) => (Some(Membership::Pinned), format!("is in {name} now")),
            },
        )
    }
}

impl PinToList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.chosen(context)?.all_known()?;
        let name = chosen.list.name.clone();
        settle(context, chosen, self.works.dry_run, |membership, _| {
            let told = match membership {
                Some(Membership::Pinned) => "is pinned already".to_owned(),
                Some(Membership::Excluded) => {
                    format!("is pinned to {name} now, and no longer excluded")
                }
                None => format!("is pinned to {name} now"),
            };
            (Some(Membership::Pinned), told)
        })
    }
}

impl ExcludeFromList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.chosen(context)?.all_known()?;
        let name = chosen.list.name.clone();
        settle(context, chosen, self.works.dry_run, |membership, _| {
            let told = match membership {
                Some(Membership::Excluded) => "is excluded already".to_owned(),
                Some(Membership::Pinned) => {
                    format!("is excluded from {name} now, and no longer pinned")
                }
                None => format!("is excluded from {name} now"),
            };
            (Some(Membership::Excluded), told)
        })
    }
}

/// Gives each work the membership that `decide` says, which is told how it stands and whether the query
/// finds it; and says so.
fn settle(
    context: &CommandContext,
    mut chosen: Chosen,
    dry_run: bool,
    decide: impl Fn(Option<Membership>, bool) -> (Option<Membership>, String),
) -> Result {
    let mut told = Vec::new();
    let mut memberships = Vec::new();
    for work in &chosen.works {
        let (membership, what) = decide(work.membership, work.found);
        told.push(if dry_run && membership != work.membership {
            would_be(&work.key, membership)
        } else {
            format!("{} {what}", work.key)
        });
        memberships.push((work.id, membership));
    }
    if dry_run {
        context.print(&lines(&told))?;
        return Ok(Outcome::Done);
    }
    let list = chosen.list.id;
    context.change(&mut chosen.library, |change| {
        for (work, membership) in &memberships {
            change.set_membership(list, *work, *membership)?;
        }
        Ok(())
    })?;
    for line in &told {
        context.note(line);
    }
    if told.is_empty() {
        context.note("nothing to do: no works found");
    }
    Ok(Outcome::Done)
}
