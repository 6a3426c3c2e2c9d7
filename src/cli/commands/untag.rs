//! `peerbib untag`

use clap::Args;

use crate::cli::commands::tag::split_tags;
use crate::cli::ui::counted;
use crate::cli::works::{lock_unchanged, named_works};
use crate::cli::{CommandContext, Outcome, Result};

/// Remove tags from works
///
/// Tags removed by hand are not re-added by rules or imports; `peerbib why` shows them, and `peerbib tag`
/// adds them again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib untag theme:law benkler2002coase\n  \
                        peerbib untag course:week-3 year:..1999"
)]
pub(crate) struct Untag {
    /// The tag, or several separated by commas
    #[arg(value_name = "TAG")]
    tags: String,

    /// The works, as citation keys or as a query
    #[arg(value_name = "KEY|QUERY", required_unless_present = "find")]
    keys: Vec<String>,

    /// Untag the works that match a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Untag {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.dry_run)?;
        let named = named_works(context, &library, &self.keys, self.find.as_deref())?;
        let works = &named.works;
        if works.is_empty() {
            context.note("no works found");
            return Ok(Outcome::Done);
        }
        let tags = split_tags(&self.tags)?
            .into_iter()
            .map(|text| library.tags().resolve(text))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        if self.dry_run {
            for tag in &tags {
                for (_, key) in works {
                    if library
                        .tags()
                        .of_work(key)?
                        .tags
                        .iter()
                        .any(|held| held.tag == tag.tag)
                    {
                        context.print(&format!("would remove {} from {key}\n", tag.tag))?;
                    }
                }
            }
            return Ok(Outcome::Done);
        }
        if named.by_query {
            let question = format!("Untag {}?", counted(works.len(), "work"));
            context.confirm_at_terminal(&question)?;
        }
        lock_unchanged(&mut library, &named, |library| {
            named_works(context, library, &self.keys, self.find.as_deref())
        })?;
        let removed = context.change(&mut library, |change| {
            let mut removed = Vec::new();
            for tag in &tags {
                for (work, key) in works {
                    if change.tags().unassign(*work, tag.id)? {
                        removed.push(format!("removed {} from {key}", tag.tag));
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
