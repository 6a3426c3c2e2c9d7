//! `peerbib untag`

use clap::Args;

use crate::cli::commands::tag::{listed, named_works};
use crate::cli::{CommandContext, Outcome, Result};

/// Take a tag off works
///
/// A tag that a rule or an import put on a work does not come back by itself: `peerbib why` shows that
/// it was taken off by hand. `peerbib tag` puts it on again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib untag theme:law benkler2002coase\n  \
                        peerbib untag course:week-3 --find 'year:..1999'"
)]
pub(crate) struct Untag {
    /// The tag, or several with commas between them
    #[arg(value_name = "TAG")]
    tags: String,

    /// The works, by citation key
    #[arg(value_name = "KEY", required_unless_present = "find")]
    keys: Vec<String>,

    /// Take the tag off the works that a query finds
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Untag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change_or_rehearse(self.dry_run)?;
        let works = named_works(context, &library, &self.keys, self.find.as_deref())?;
        let tags = listed(&self.tags)?
            .into_iter()
            .map(|text| library.resolve_tag(text))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        if self.dry_run {
            for tag in &tags {
                for (_, key) in &works {
                    if library
                        .tagging(key)?
                        .tags
                        .iter()
                        .any(|held| held.tag == tag.tag)
                    {
                        context.print(&format!("{key} would lose {}\n", tag.tag))?;
                    }
                }
            }
            return Ok(Outcome::Done);
        }
        let removed = context.change(&mut library, |change| {
            let mut removed = Vec::new();
            for tag in &tags {
                for (work, key) in &works {
                    if change.unassign(*work, tag.id)? {
                        removed.push(format!("{key} is no longer {}", tag.tag));
                    }
                }
            }
            Ok(removed)
        })?;
        for line in &removed {
            context.note(line);
        }
        if removed.is_empty() {
            context.note("nothing to do: the works do not have the tag");
        }
        Ok(Outcome::Done)
    }
}
