//! `peerbib init`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::Library;

/// Create an empty library
///
/// A library is a single file; --library PATH chooses where. It starts with peerbib's vocabulary of movements and
/// themes, and with the rules that tag works by them, like a library that any other command creates. An existing
/// library is not changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib --library commons.db init")]
pub(crate) struct Init {
    /// Leave out the bundled vocabulary and rules
    #[arg(long)]
    bare: bool,
}

impl Init {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let path = context.library_path()?;
        if path.exists() {
            // A file that is no library is an error.
            let library = context.open()?;
            context.note(format_args!(
                "the library {} already exists",
                library.path().display()
            ));
        } else if self.bare {
            Library::open_or_create(&path, context.busy_timeout())?;
            context.note(format_args!("created the library {}", path.display()));
        } else {
            context.open_or_create()?;
        }
        Ok(Outcome::Done)
    }
}
