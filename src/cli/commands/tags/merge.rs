//! `peerbib tags merge`

use clap::Args;

use super::{change, extent, report};
use crate::cli::{CommandContext, CommandError, Result};

/// Merge a tag into another
///
/// The other tag gains its works with their reasons, its removals by hand, aliases, people, events and
/// child tags. Its name stays as an alias.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags merge theme:labour theme:value --dry-run")]
pub(crate) struct MergeTags {
    /// The tag to merge
    tag: String,

    /// The tag to keep
    #[arg(value_name = "INTO")]
    into: String,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl MergeTags {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let from = library.tags().resolve(&self.tag)?;
        let into = library.tags().resolve(&self.into)?;
        if from.id == into.id {
            return Err(CommandError::new(format_args!(
                "cannot merge {} into itself",
                into.tag
            )));
        }
        let concerned = extent(&library, &from)?;
        let works = change(context, &mut library, self.dry_run, |change| {
            change.tags().merge(&from, &into)?;
            Ok(change.tags().extent(&into)?.works)
        })?;
        let (from, into) = (&from.tag, &into.tag);
        let works = crate::cli::ui::counted(works, "work");
        report(
            context,
            self.dry_run,
            &format!("merged {from} ({concerned}) into {into}, which now has {works}"),
            &format!("would merge {from} ({concerned}) into {into}, which would have {works}"),
        )
    }
}
