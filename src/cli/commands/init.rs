//! `peerbib init`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::bundled;

/// Create an empty library
///
/// A library is a single file; --library PATH chooses where. It starts with peerbib's vocabulary of
/// movements and themes, so you can tag works at once. An existing library is not changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib --library commons.db init")]
pub(crate) struct Init {
    /// Leave out the bundled vocabulary
    #[arg(long)]
    bare: bool,
}

impl Init {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let existed = context.library_path()?.exists();
        let mut library = context.open_or_create()?;
        if existed {
            context.note(format_args!(
                "the library {} already exists",
                library.path().display()
            ));
            return Ok(Outcome::Done);
        }
        if !self.bare {
            let vocabulary = bundled::vocabulary().map_err(crate::cli::CommandError::new)?;
            context.change(&mut library, |change| {
                vocabulary.install(change, bundled::VOCABULARY_SOURCE)
            })?;
        }
        context.note(format_args!(
            "created the library {}",
            library.path().display()
        ));
        Ok(Outcome::Done)
    }
}
