//! `peerbib tags remove`

use clap::Args;

use super::{change, extent, tell};
use crate::cli::{CommandContext, Result};

/// Remove a tag from the vocabulary and from all works
///
/// Its narrower tags stay, without a wider one. `peerbib tags merge` joins it to another instead.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags remove theme:law")]
pub(crate) struct RemoveTag {
    /// The tag
    tag: String,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl RemoveTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let tag = library.resolve_tag(&self.tag)?;
        let concerned = extent(&library, &tag)?;
        let rules = library.extent(&tag)?.rules;
        change(context, &mut library, self.dry_run, |change| {
            change.remove_tag(&tag)
        })?;
        let name = &tag.tag;
        for rule in &rules {
            context.warn(format_args!(
                "warning: the rule \u{201c}{rule}\u{201d} leads to {name}; change it with `peerbib rules edit`"
            ));
        }
        tell(
            context,
            self.dry_run,
            &format!(
                "{name} is gone from the vocabulary and from all works (it had {concerned}); \
                 `peerbib undo` brings it back"
            ),
            &format!(
                "{name} would be gone from the vocabulary and from all works: it has {concerned}"
            ),
        )
    }
}
