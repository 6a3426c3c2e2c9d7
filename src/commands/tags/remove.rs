//! `peerbib tags remove`

use clap::Args;

use super::{change, extent, tell};
use crate::commands::{Result, Session};

/// Remove a tag from the vocabulary and from all works
///
/// Its narrower tags stay, without a wider one. `peerbib tags merge` joins it to another instead.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib tags remove theme:law")]
pub(super) struct RemoveTag {
    /// The tag
    tag: String,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl RemoveTag {
    pub(super) fn run(self, session: &Session) -> Result {
        let mut library = session.open_to_change()?;
        let tag = library.resolve_tag(&self.tag)?;
        let concerned = extent(&library, &tag)?;
        let rules = library.extent(&tag)?.rules;
        change(session, &mut library, self.dry_run, |change| {
            change.remove_tag(&tag)
        })?;
        let name = &tag.tag;
        for rule in &rules {
            session.warn(format_args!(
                "warning: the rule \u{201c}{rule}\u{201d} leads to {name}; change it with `peerbib rules edit`"
            ));
        }
        tell(
            session,
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
