//! `peerbib list rename` and `peerbib list copy`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::StoredList;
use peerbib::reading_list::ListFile;

/// Rename a reading list
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list rename commons-101 commons-102")]
pub(in crate::cli) struct RenameList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The new name
    #[arg(value_name = "NAME")]
    name: String,
}

impl RenameList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let renamed = StoredList {
            name: self.name,
            ..list.clone()
        };
        context.change(&mut library, |change| change.lists().put(&renamed))?;
        context.note(format_args!("renamed {} to {}", list.name, renamed.name));
        Ok(Outcome::Done)
    }
}

/// Copy a reading list with its sections, pins and annotations, but without its snapshots
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib list copy commons-101 commons-2027")]
pub(in crate::cli) struct CopyList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The name of the copy
    #[arg(value_name = "NAME")]
    name: String,
}

impl CopyList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let mut library = context.open_to_change()?;
        let list = library.lists().get(&self.list)?;
        let file = ListFile::from_list(&library, &list)?.without_snapshots();
        context.change(&mut library, |change| {
            file.store(change, &self.name, None).map(drop)
        })?;
        context.note(format_args!("copied {} to {}", list.name, self.name));
        Ok(Outcome::Done)
    }
}
