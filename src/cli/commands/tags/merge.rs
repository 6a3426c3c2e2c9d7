//! `peerbib tags merge`

use clap::Args;

use super::{change, extent, tell};
use crate::cli::{CommandContext, CommandError, Result};

/// Join a tag to another that means the same
///
/// The other tag gets its works, each with the reasons that there are, and what was taken off them; its
/// aliases, people, events and narrower tags. Its name stays as an alias.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags merge theme:labour theme:value --dry-run")]
pub(crate) struct MergeTags {
    /// The tag that goes
    tag: String,

    /// The tag that stays
    #[arg(value_name = "INTO")]
    into: String,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl MergeTags {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let from = library.resolve_tag(&self.tag)?;
        let into = library.resolve_tag(&self.into)?;
        if from.id == into.id {
            return Err(CommandError::new(format_args!(
                "{} and {} are one tag already: {}",
                self.tag, self.into, into.tag
            )));
        }
        let concerned = extent(&library, &from)?;
        let works = change(context, &mut library, self.dry_run, |change| {
            change.merge_tags(&from, &into)?;
            Ok(change.extent(&into)?.works)
        })?;
        let (from, into) = (&from.tag, &into.tag);
        let works = crate::cli::commands::tag::works(works);
        tell(
            context,
            self.dry_run,
            &format!("{from}, with {concerned}, is {into} now, which has {works}"),
            &format!("{from}, with {concerned}, would be {into}, which would have {works}"),
        )
    }
}
