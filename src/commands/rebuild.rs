//! `peerbib rebuild`

use clap::Args;

use super::{Outcome, Result, Session};

/// Make everything anew that is derived from the entries
///
/// Names, dates, CSL items and the full-text index are made from the entries as they were written. This
/// makes them again, after an update of peerbib or where a search finds too little. The entries, tags
/// and history are not touched.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rebuild")]
pub(super) struct Rebuild {}

impl Rebuild {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(super) fn run(self, session: &Session) -> Result {
        let mut library = session.open()?;
        let count = session.change(&mut library, |change| change.rebuild())?;
        session.note(format_args!("made anew what is derived from {count} works"));
        Ok(Outcome::Done)
    }
}
