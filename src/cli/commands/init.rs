//! `peerbib init`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result};
use peerbib::bundled;

/// Create an empty library
///
/// The library is one file; `peerbib --library PATH init` puts it where you like. It knows the
/// movements and themes that peerbib ships with, so that works can be tagged at once; --bare leaves
/// them out. A library that is there already is left as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib --library commons.db init")]
pub(crate) struct Init {
    /// Leave out the shipped movements and themes
    #[arg(long)]
    bare: bool,
}

impl Init {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let existed = context.library_path()?.exists();
        let mut library = context.open_or_create()?;
        if existed {
            context.note(format_args!(
                "there is a library at {}",
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
            "created a library at {}",
            library.path().display()
        ));
        Ok(Outcome::Done)
    }
}
