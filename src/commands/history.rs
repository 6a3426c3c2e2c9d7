//! `peerbib undo`, `peerbib redo` and `peerbib log`

use std::fmt::Write as _;

use clap::Args;

use super::{Outcome, Result, Session};
use crate::library::StepState;

/// Take back the last command that changed the library
///
/// Call it again to go further back; `peerbib redo` goes forward, `peerbib log` shows the way.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib untag movement:oekonux merten2000\n  peerbib undo")]
pub(super) struct Undo {}

/// Do again what was taken back last
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib undo\n  peerbib redo")]
pub(super) struct Redo {}

/// Show what was done to the library, the latest first
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib log")]
pub(super) struct Log {
    /// Print an array of steps as JSON
    #[arg(long)]
    json: bool,
}

impl Undo {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(super) fn run(self, session: &Session) -> Result {
        let step = session.open()?.undo(None)?;
        session.note(format_args!("undone: {}", step.command));
        Ok(Outcome::Done)
    }
}

impl Redo {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(super) fn run(self, session: &Session) -> Result {
        let step = session.open()?.redo(None)?;
        session.note(format_args!("done again: {}", step.command));
        Ok(Outcome::Done)
    }
}

impl Log {
    pub(super) fn run(self, session: &Session) -> Result {
        let steps = session.open()?.log(None)?;
        if self.json {
            session.print_json(&steps)?;
            return Ok(Outcome::Done);
        }
        let bold = anstyle::Style::new().bold();
        let mut text = String::new();
        for step in steps {
            let at = step.at.replace('T', " ").replace('Z', " UTC");
            let state = match step.state {
                StepState::Done => "",
                StepState::Undone => "  (undone)",
                StepState::Dropped => "  (undone for good)",
            };
            let _ = writeln!(text, "{at}  {bold}{}{bold:#}{state}", step.command);
        }
        session.print(&text)?;
        Ok(Outcome::Done)
    }
}
