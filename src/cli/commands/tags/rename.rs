//! `peerbib tags rename`

use clap::Args;

use super::{change, extent, report};
use crate::cli::{CommandContext, Result};
use peerbib::library::TagName;

/// Rename a tag; the old name stays as an alias
///
/// Rules, queries and reading lists that use the old name still work.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags rename theme:labour theme:work")]
pub(crate) struct RenameTag {
    /// The tag
    tag: String,

    /// The new name; by default in the same facet
    #[arg(value_name = "NEW-NAME")]
    name: String,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl RenameTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let tag = library.tags().resolve(&self.tag)?;
        let name: TagName = if self.name.contains(':') {
            self.name.parse()?
        } else {
            format!("{}:{}", tag.tag.facet, self.name).parse()?
        };
        let concerned = extent(&library, &tag)?;
        change(context, &mut library, self.dry_run, |change| {
            change.tags().rename(&tag, &name)
        })?;
        let old = &tag.tag;
        report(
            context,
            self.dry_run,
            &format!("renamed {old} ({concerned}) to {name}; the old name is now an alias"),
            &format!("would rename {old} ({concerned}) to {name}"),
        )
    }
}
