//! `peerbib init`

use clap::Args;

use super::{Outcome, Result, Session};
use crate::shipped;

/// Create an empty library
///
/// The library is one file; `peerbib --library PATH init` puts it where you like. It knows the
/// movements and themes that peerbib ships with, so that works can be tagged at once; --bare leaves
/// them out. A library that is there already is left as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib --library commons.db init")]
pub(super) struct Init {
    /// Leave out the shipped movements and themes
    #[arg(long)]
    bare: bool,
}

impl Init {
    pub(super) fn run(self, session: &Session) -> Result {
        let existed = session.library_path()?.exists();
        let mut library = session.open_or_create()?;
        if existed {
            session.note(format_args!(
                "there is a library at {}",
                library.path().display()
            ));
            return Ok(Outcome::Done);
        }
        if !self.bare {
            let vocabulary = shipped::vocabulary().map_err(super::Failure::new)?;
            session.change(&mut library, |change| {
                vocabulary.install(change, shipped::VOCABULARY_SOURCE)
            })?;
        }
        session.note(format_args!(
            "created a library at {}",
            library.path().display()
        ));
        Ok(Outcome::Done)
    }
}
