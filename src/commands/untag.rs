//! `peerbib untag`

use clap::Args;

use super::tag::{listed, named_works};
use super::{Outcome, Result, Session};

/// Take a tag off works
///
/// A tag that a rule or an import put on a work does not come back by itself: `peerbib why` shows that
/// it was taken off by hand. `peerbib tag` puts it on again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib untag theme:law benkler2002coase\n  \
                        peerbib untag course:week-3 --find 'year:..1999'"
)]
pub(super) struct Untag {
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
    pub(super) fn run(self, session: &Session) -> Result {
        let mut library = session.open_to_change_or_rehearse(self.dry_run)?;
        let works = named_works(session, &library, &self.keys, self.find.as_deref())?;
        let tags = listed(&self.tags)?
            .into_iter()
            .map(|text| library.resolve_tag(text))
            .collect::<crate::library::Result<Vec<_>>>()?;
        if self.dry_run {
            for tag in &tags {
                for (_, key) in &works {
                    if library
                        .tagging(key)?
                        .tags
                        .iter()
                        .any(|held| held.tag == tag.tag)
                    {
                        session.print(&format!("{key} would lose {}\n", tag.tag))?;
                    }
                }
            }
            return Ok(Outcome::Done);
        }
        let removed = session.change(&mut library, |change| {
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
            session.note(line);
        }
        if removed.is_empty() {
            session.note("nothing to do: the works do not have the tag");
        }
        Ok(Outcome::Done)
    }
}
