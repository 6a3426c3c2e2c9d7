//! `peerbib tags remove`

use clap::Args;

use super::{change, extent, report};
use crate::cli::{CommandContext, Result};

/// Remove a tag from the vocabulary and from all works
///
/// Its child tags lose their parent. To merge it into another tag instead, use `peerbib tags merge`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags remove theme:law")]
pub(crate) struct RemoveTag {
    /// The tag
    tag: String,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl RemoveTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let tag = library.tags().resolve(&self.tag)?;
        let concerned = extent(&library, &tag)?;
        let rules = library.tags().extent(&tag)?.rules;
        change(context, &mut library, self.dry_run, |change| {
            change.tags().remove(&tag)
        })?;
        let name = &tag.tag;
        for rule in &rules {
            context.warn(format_args!(
                "warning: the rule \u{201c}{rule}\u{201d} applies {name}; edit it with `peerbib rules edit`"
            ));
        }
        report(
            context,
            self.dry_run,
            &format!("removed {name} ({concerned}); `peerbib undo` restores it"),
            &format!("would remove {name} ({concerned})"),
        )
    }
}
