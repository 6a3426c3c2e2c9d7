//! `peerbib doctor`

use clap::Args;

use super::{Outcome, Result, Session, progress};

/// Look the library through for damage
///
/// Says nothing and ends with exit code 0 where all is well. Otherwise each finding comes with the way
/// out, and the exit code is 1. It looks for damage of the file; for rows that belong to nothing; for
/// entries that cannot be read; whether names, dates, indexes and the full text are what the entries say;
/// whether another program changed what history knows; and for linked files that are missing. Nothing is
/// changed. For what is wrong with references, see `peerbib check`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib doctor")]
pub(super) struct Doctor {
    /// Print an array of findings as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let root = match library.file_root()? {
            Some(root) => root,
            None => session.file_root()?,
        };
        let works = usize::try_from(library.count()?).unwrap_or_default();
        let bar = progress::bar(works, false);
        bar.set_message("comparing");
        let found = library.diagnose(&root, &mut |count| {
            bar.inc(u64::try_from(count).unwrap_or(0));
        })?;
        bar.finish_and_clear();
        let outcome = if found.is_empty() {
            Outcome::Done
        } else {
            Outcome::InPart
        };
        if self.json {
            session.print_json(&found)?;
            return Ok(outcome);
        }
        let bold = anstyle::Style::new().bold();
        let mut text = String::new();
        for ailment in &found {
            text.push_str(&format!(
                "{bold}{}{bold:#}\n",
                super::wrapped(&ailment.message, 0)
            ));
            if !ailment.names.is_empty() {
                let names = super::wrapped(&ailment.names.join(", "), 2);
                text.push_str(&format!("  {names}\n"));
            }
            text.push_str(&format!("  {}\n", super::wrapped(&ailment.help, 2)));
        }
        session.print(&text)?;
        Ok(outcome)
    }
}
