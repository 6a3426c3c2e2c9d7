//! `peerbib doctor`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result, progress};

/// Look the library through for damage
///
/// Says nothing and ends with exit code 0 where all is well. Otherwise each finding comes with the way
/// out, and the exit code is 1. It looks for damage of the file; for rows that belong to nothing; for
/// entries that cannot be read; whether names, dates, indexes and the full text are what the entries say;
/// whether another program changed what history knows; and for linked files that are missing. Nothing is
/// changed. For what is wrong with references, see `peerbib check`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib doctor")]
pub(crate) struct Doctor {
    /// Print an array of findings as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let root = match library.file_root()? {
            Some(root) => root,
            None => context.file_root()?,
        };
        let works = usize::try_from(library.count()?).unwrap_or_default();
        let bar = progress::bar(works, false);
        bar.set_message("comparing");
        let found = library.check_integrity(&root, &mut |count| {
            bar.inc(u64::try_from(count).unwrap_or(0));
        })?;
        bar.finish_and_clear();
        let outcome = if found.is_empty() {
            Outcome::Done
        } else {
            Outcome::Partial
        };
        if self.json {
            context.print_json(&found)?;
            return Ok(outcome);
        }
        let bold = anstyle::Style::new().bold();
        let mut text = String::new();
        for ailment in &found {
            text.push_str(&format!(
                "{bold}{}{bold:#}\n",
                crate::cli::wrapped(&ailment.message, 0)
            ));
            if !ailment.names.is_empty() {
                let names = crate::cli::wrapped(&ailment.names.join(", "), 2);
                text.push_str(&format!("  {names}\n"));
            }
            text.push_str(&format!("  {}\n", crate::cli::wrapped(&ailment.help, 2)));
        }
        context.print(&text)?;
        Ok(outcome)
    }
}
