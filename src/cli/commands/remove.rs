//! `peerbib remove`

use std::collections::BTreeSet;

use clap::Args;

use crate::cli::ui::counted;
use crate::cli::works::{lock_unchanged, named_works};
use crate::cli::{CommandContext, Outcome, Result};

/// Remove works from the library
///
/// The results of a query are confirmed. `peerbib undo` restores the works, with their tags. Comments and @strings before an entry in its file stay.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib remove siefkes2009\n  \
                        peerbib remove type:online year:..1999 --dry-run\n  \
                        peerbib remove --find 'type:online year:..1999' --yes")]
pub(crate) struct Remove {
    /// The works, as citation keys or as a query
    #[arg(value_name = "KEY|QUERY", required_unless_present = "find")]
    keys: Vec<String>,

    /// Remove the works that match a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Show what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl Remove {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_ask(self.dry_run)?;
        let named = named_works(context, &library, &self.keys, self.find.as_deref())?;
        let works = &named.works;
        if self.dry_run {
            let lines: String = works
                .iter()
                .map(|(_, key)| format!("would remove {key}\n"))
                .collect();
            context.print(&lines)?;
            return Ok(Outcome::Done);
        }
        let question = format!("Remove {}?", counted(works.len(), "work"));
        if named.by_query && !works.is_empty() {
            context.confirm(&question)?;
        } else if self.find.is_some() && !works.is_empty() {
            context.confirm_at_terminal(&question)?;
        }
        lock_unchanged(&mut library, &named, |library| {
            named_works(context, library, &self.keys, self.find.as_deref())
        })?;
        let numbers: BTreeSet<i64> = works.iter().map(|(work, _)| *work).collect();
        context.change(&mut library, |change| change.works().remove(&numbers))?;
        context.note(match works.as_slice() {
            [] => "no works found".to_owned(),
            [(_, key)] => format!("removed {key}; `peerbib undo` restores it"),
            several => format!(
                "removed {} works; `peerbib undo` restores them",
                several.len()
            ),
        });
        Ok(Outcome::Done)
    }
}
