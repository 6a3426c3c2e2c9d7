//! `peerbib list new`

use clap::Args;

use super::settings::{ListSettings, check_stored, default_list};
use crate::cli::works::named_works;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::Membership;

/// Create a reading list from a query, from works, or from both
///
/// The query runs whenever the list is printed, so works that are added later appear, too.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list new commons-101 --query movement:p2p-foundation,oekonux --group-by theme\n  \
                  peerbib list new years --query year:2000..2015 --title \"Fifteen years\" --style ieee\n  \
                  peerbib list new germ-form merten2000 siefkes2009 --annotate annotation,why"
)]
pub(in crate::cli) struct NewList {
    /// The name for commands: letters, digits, hyphens
    #[arg(value_name = "NAME")]
    name: String,

    /// Works to pin, as citation keys or as a query
    #[arg(value_name = "KEY|QUERY")]
    keys: Vec<String>,

    #[command(flatten)]
    settings: ListSettings,
}

impl NewList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let mut list = default_list(context, &self.name)?;
        self.settings.apply(context, &library, &mut list)?;
        let works = named_works(context, &library, &self.keys, None)?.works;
        check_stored(&mut library, &list)?;
        list.id = context.change(&mut library, |change| {
            let id = change.lists().put(&list)?;
            for (work, _) in &works {
                change
                    .lists()
                    .set_membership(id, *work, Some(Membership::Pinned))?;
            }
            Ok(id)
        })?;
        let count = peerbib::reading_list::works_of_list(&library, &list)?.len();
        context.note(format_args!(
            "created {} with {}; `peerbib list show {}` prints it",
            list.name,
            super::counted(count, "work"),
            list.name
        ));
        Ok(Outcome::Done)
    }
}
