//! `peerbib tags rename`

use clap::Args;

use super::{change, extent, tell};
use crate::cli::{CommandContext, Result};
use peerbib::library::TagName;

/// Give a tag another name; the old one stays as an alias
///
/// Works, rules, queries and reading lists that name the tag go on to mean it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags rename theme:labour theme:work")]
pub(crate) struct RenameTag {
    /// The tag
    tag: String,

    /// Its new name, in the same facet where none is written
    #[arg(value_name = "NEW-NAME")]
    name: String,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl RenameTag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let tag = library.resolve_tag(&self.tag)?;
        let name: TagName = if self.name.contains(':') {
            self.name.parse()?
        } else {
            format!("{}:{}", tag.tag.facet, self.name).parse()?
        };
        let concerned = extent(&library, &tag)?;
        change(context, &mut library, self.dry_run, |change| {
            change.rename_tag(&tag, &name)
        })?;
        let old = &tag.tag;
        tell(
            context,
            self.dry_run,
            &format!("{old} is {name} now, with {concerned}; {old} is an alias of it"),
            &format!("{old} would be {name}, with {concerned}"),
        )
    }
}
