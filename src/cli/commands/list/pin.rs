//! `peerbib list add`, `peerbib list pin` and `peerbib list exclude`

use clap::Args;

use super::section::resolved_or_new;
use super::work_args::{SelectedWorks, WorkArgs, lines, would_be};
use crate::cli::picker::{Pick, picked};
use crate::cli::ui::can_ask;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Membership, Placement, StoredSection};

/// Add works to a reading list
///
/// Works that no query of the list matches are pinned. Excluded works are no longer excluded. --section also puts them
/// into a section, which is created if the list has none of that title. A work can be in several sections, with other
/// pages, another note and another annotation (`list annotate --section`) in each. Without keys, you pick works at a
/// terminal.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list add commons-101 benkler2002coase\n  \
                        peerbib list add commons-101 benkler2002coase --section \"Week 2\" --pages 369-381\n  \
                        peerbib list add commons-101 --find theme:germ-form --dry-run"
)]
pub(in crate::cli) struct AddToList {
    #[command(flatten)]
    works: WorkArgs,

    /// Put them into this section, too: its title, its number, or the beginning of its title
    #[arg(long, value_name = "SECTION")]
    section: Option<String>,

    /// The part to read in this section: 12-40, or "chapters 1–3"
    #[arg(long, value_name = "PAGES", requires = "section")]
    pages: Option<String>,

    /// A remark that is printed below them in this section
    #[arg(
        long,
        value_name = "TEXT",
        requires = "section",
        allow_hyphen_values = true
    )]
    note: Option<String>,
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
    pub(in crate::cli) fn run(mut self, context: &CommandContext) -> Result {
        if self.works.names_none() && can_ask() {
            let library = context.open()?;
            library.lists().get(&self.works.list)?;
            self.works.keys = picked(context, &library, Pick::Several, None)?;
        }
        let chosen = self.works.select(context)?.all_known()?;
        let name = chosen.list.name.clone();
        let section = match &self.section {
            Some(section) => {
                let sections = chosen.library.lists().sections(chosen.list.id)?;
                Some(resolved_or_new(&sections, section)?)
            }
            None => None,
        };
        let reading = PagesAndNote {
            pages: self.pages,
            note: self.note,
        };
        set_membership(
            context,
            chosen,
            self.works.dry_run,
            section.map(|section| (section, reading)),
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
        pin_or_exclude(context, &self.works, Membership::Pinned)
    }
}

impl ExcludeFromList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        pin_or_exclude(context, &self.works, Membership::Excluded)
    }
}

fn pin_or_exclude(context: &CommandContext, works: &WorkArgs, wanted: Membership) -> Result {
    let chosen = works.select(context)?.all_known()?;
    let name = chosen.list.name.clone();
    let (done, preposition, opposite) = match wanted {
        Membership::Pinned => ("pinned", "to", "excluded"),
        Membership::Excluded => ("excluded", "from", "pinned"),
    };
    set_membership(context, chosen, works.dry_run, None, |membership, _| {
        let message = match membership {
            Some(current) if current == wanted => format!("is already {done}"),
            Some(_) => format!("was {done} {preposition} {name} and is no longer {opposite}"),
            None => format!("was {done} {preposition} {name}"),
        };
        (Some(wanted), message)
    })
}

/// The pages and the note of works in a section. Empty texts remove them.
#[derive(Debug, Default)]
pub(super) struct PagesAndNote {
    pub(super) pages: Option<String>,
    pub(super) note: Option<String>,
}

impl PagesAndNote {
    /// Changes a placement as far as anything is said.
    pub(super) fn apply(&self, placement: &mut Placement) {
        for (said, field) in [
            (&self.pages, &mut placement.pages),
            (&self.note, &mut placement.note),
        ] {
            if let Some(said) = said {
                *field = Some(said.trim().to_owned()).filter(|said| !said.is_empty());
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pages.is_none() && self.note.is_none()
    }
}

/// Sets the membership of each work to what `decide` returns for its current one and for whether a query matches it,
/// puts it into a section, and reports it.
fn set_membership(
    context: &CommandContext,
    mut chosen: SelectedWorks,
    dry_run: bool,
    section: Option<(StoredSection, PagesAndNote)>,
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
        if let Some((section, _)) = &section {
            let verb = if dry_run { "would put" } else { "put" };
            messages.push(format!(
                "{verb} {} into the section \u{201c}{}\u{201d}",
                work.key, section.title
            ));
        }
        memberships.push((work.id, membership));
    }
    if dry_run {
        context.print(&lines(&messages))?;
        return Ok(Outcome::Done);
    }
    if memberships.is_empty() {
        context.note("no works found");
        return Ok(Outcome::Done);
    }
    let list = chosen.list.id;
    context.change(&mut chosen.library, |change| {
        for (work, membership) in &memberships {
            change.lists().set_membership(list, *work, *membership)?;
        }
        if let Some((section, reading)) = &section {
            let id = match section.id {
                0 => change.lists().put_section(list, section)?,
                id => id,
            };
            for (work, _) in &memberships {
                let place = |placement: &mut Placement| reading.apply(placement);
                change.lists().place(id, *work, place)?;
            }
        }
        Ok(())
    })?;
    if let Some((section, _)) = section.filter(|(section, _)| section.id == 0) {
        context.note(format_args!(
            "added the section \u{201c}{}\u{201d} to {}",
            section.title, chosen.list.name
        ));
    }
    for line in &messages {
        context.note(line);
    }
    Ok(Outcome::Done)
}
