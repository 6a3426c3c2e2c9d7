//! `peerbib list edit`

use clap::Args;

use super::file;
use super::settings::{ListSettings, check_stored};
use crate::cli::{CommandContext, Outcome, Result};

/// Edit a reading list: title, query, style and so on, or all of it in your editor
///
/// Without options, your editor opens the list as a TOML file with its sections, pins and annotations. If
/// the result cannot be read, nothing is lost and the editor opens again.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list edit commons-101 --style chicago-author-date --order year\n  \
                  peerbib list edit commons-101"
)]
pub(in crate::cli) struct EditList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    #[command(flatten)]
    settings: ListSettings,
}

impl EditList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        if self.settings.is_empty() {
            let mut library = context.open()?;
            let list = library.lists().get(&self.list)?;
            return file::edit_by_hand(context, &mut library, &list);
        }
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let mut edited = list.clone();
        self.settings.apply(context, &library, &mut edited)?;
        if edited == list {
            context.note("nothing to do: the list already has these settings");
            return Ok(Outcome::Done);
        }
        check_stored(&mut library, &edited)?;
        context.change(&mut library, |change| change.lists().put(&edited))?;
        context.note(format_args!("edited {}", list.name));
        Ok(Outcome::Done)
    }
}
