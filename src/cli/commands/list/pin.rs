//! `peerbib list add`, `peerbib list pin` and `peerbib list exclude`

use clap::Args;

use super::works::{Chosen, ListedWorks, lines, would_be};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::Standing;

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
            |standing, found| match (standing, found) {
                (Some(Standing::Pinned), _) => (standing, "is pinned already".to_owned()),
                (Some(Standing::Excluded), true) => (
                    None,
                    format!("is in {name} again: its query finds it, and it is no longer excluded"),
                ),
                (None, true) => (None, format!("is in {name} already: its query finds it")),
                (_, false) => (Some(Standing::Pinned), format!("is in {name} now")),
            },
        )
    }
}

impl PinToList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.chosen(context)?.all_known()?;
        let name = chosen.list.name.clone();
        settle(context, chosen, self.works.dry_run, |standing, _| {
            let told = match standing {
                Some(Standing::Pinned) => "is pinned already".to_owned(),
                Some(Standing::Excluded) => {
                    format!("is pinned to {name} now, and no longer excluded")
                }
                None => format!("is pinned to {name} now"),
            };
            (Some(Standing::Pinned), told)
        })
    }
}

impl ExcludeFromList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let chosen = self.works.chosen(context)?.all_known()?;
        let name = chosen.list.name.clone();
        settle(context, chosen, self.works.dry_run, |standing, _| {
            let told = match standing {
                Some(Standing::Excluded) => "is excluded already".to_owned(),
                Some(Standing::Pinned) => {
                    format!("is excluded from {name} now, and no longer pinned")
                }
                None => format!("is excluded from {name} now"),
            };
            (Some(Standing::Excluded), told)
        })
    }
}

/// Gives each work the standing that `decide` says, which is told how it stands and whether the query
/// finds it; and says so.
fn settle(
    context: &CommandContext,
    mut chosen: Chosen,
    dry_run: bool,
    decide: impl Fn(Option<Standing>, bool) -> (Option<Standing>, String),
) -> Result {
    let mut told = Vec::new();
    let mut standings = Vec::new();
    for work in &chosen.works {
        let (standing, what) = decide(work.standing, work.found);
        told.push(if dry_run && standing != work.standing {
            would_be(&work.key, standing)
        } else {
            format!("{} {what}", work.key)
        });
        standings.push((work.id, standing));
    }
    if dry_run {
        context.print(&lines(&told))?;
        return Ok(Outcome::Done);
    }
    let list = chosen.list.id;
    context.change(&mut chosen.library, |change| {
        for (work, standing) in &standings {
            change.set_standing(list, *work, *standing)?;
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
