//! `peerbib rules apply`

use clap::Args;

use super::Report;
use crate::commands::{Outcome, Result, Session};

/// Carry out the rules for all works
///
/// Tags are put on works that meet a condition, and taken off those that meet it no longer. --dry-run shows
/// each of these tags with the words of the work that the condition matched.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib rules apply --dry-run\n  peerbib rules apply")]
pub(super) struct ApplyRules {
    /// Show what would be put on and taken off, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print an array of what was put on and taken off as JSON
    #[arg(long)]
    json: bool,
}

impl ApplyRules {
    pub(super) fn run(self, session: &Session) -> Result {
        let mut library = session.open()?;
        let report = if self.dry_run {
            library.rehearse(Report::of_applying)?
        } else {
            session.change(&mut library, Report::of_applying)?
        };
        session.tell_of_broken(&report.applied);
        if self.json {
            session.print_json(&report.effects)?;
        } else {
            if self.dry_run {
                session.print(&report.text())?;
            }
            session.note(report.summary(self.dry_run));
        }
        Ok(if report.applied.broken.is_empty() {
            Outcome::Done
        } else {
            Outcome::InPart
        })
    }
}
