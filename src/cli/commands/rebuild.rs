//! `peerbib rebuild`

use std::time::Instant;

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result, progress};

/// Rebuild indexes and derived data
///
/// Derives names, dates, CSL items and all indexes from the entries again, after an update of peerbib or
/// if `peerbib doctor` says so. Entries, tags, notes, lists and history are not changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rebuild")]
pub(crate) struct Rebuild {}

impl Rebuild {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let started = Instant::now();
        let mut library = context.open_to_change()?;
        let works = usize::try_from(library.works().count()?).unwrap_or_default();
        let bar = progress::bar(works, false);
        bar.set_message("rebuilding");
        let count = context.change(&mut library, |change| {
            change.rebuild(&mut |count| bar.inc(u64::try_from(count).unwrap_or(0)))
        })?;
        bar.finish_and_clear();
        context.note(format_args!(
            "rebuilt names, dates, CSL items and indexes of {}",
            crate::cli::ui::counted(count, "work")
        ));
        context.detail(format_args!("in {:.1} s", started.elapsed().as_secs_f64()));
        Ok(Outcome::Done)
    }
}
