//! `peerbib list new`

use clap::Args;

use super::settings::{Settings, check_stored, unsaid};
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::Membership;

/// Make a reading list: of what a query finds, of the works that you name, or both
///
/// A list asks its query anew whenever it is printed, so that works that come later are in it, too.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list new commons-101 --query movement:p2p-foundation,oekonux --group-by theme\n  \
                  peerbib list new years --query year:2000..2015 --title \"Fifteen years\" --style ieee\n  \
                  peerbib list new germ-form merten2000 siefkes2009 --annotate annotation,why"
)]
pub(in crate::cli) struct NewList {
    /// The name by which commands know the list: letters, digits, hyphens
    #[arg(value_name = "NAME")]
    name: String,

    /// Works to pin, by citation key
    #[arg(value_name = "KEY")]
    keys: Vec<String>,

    #[command(flatten)]
    settings: Settings,
}

impl NewList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let mut list = unsaid(context, &self.name)?;
        self.settings.apply(context, &library, &mut list)?;
        let works = self
            .keys
            .iter()
            .map(|key| library.work_id(key))
            .collect::<peerbib::library::Result<Vec<_>>>()?;
        check_stored(&mut library, &list)?;
        list.id = context.change(&mut library, |change| {
            let id = change.put_list(&list)?;
            for work in &works {
                change.set_membership(id, *work, Some(Membership::Pinned))?;
            }
            Ok(id)
        })?;
        let count = peerbib::reading_list::held(&library, &list)?.len();
        context.note(format_args!(
            "{} holds {}; `peerbib list show {}` prints it",
            list.name,
            super::counted(count, "work"),
            list.name
        ));
        Ok(Outcome::Done)
    }
}
