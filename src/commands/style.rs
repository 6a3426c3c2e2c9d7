//! `peerbib style`

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use super::{Outcome, Result, Session};
use crate::csl::shelf::{self, ShelvedStyle};

/// Say which citation styles there are
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib style list\n  peerbib style list chicago")]
pub(super) struct Style {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the styles that come with peerbib
    ///
    /// Any other style of the official CSL repository is used by the path of its file:
    /// peerbib format --style ./nature.csl
    List(List),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib style list chicago\n  peerbib style list --json")]
struct List {
    /// Only styles whose name or title has this word
    word: Option<String>,

    /// Print an array of styles as JSON
    #[arg(long)]
    json: bool,
}

impl Style {
    pub(super) fn run(self, session: &Session) -> Result {
        match self.verb {
            Verb::List(command) => command.run(session),
        }
    }
}

impl List {
    fn run(self, session: &Session) -> Result {
        let word = self.word.unwrap_or_default().to_lowercase();
        let has_word = |style: &ShelvedStyle| {
            style.title.to_lowercase().contains(&word)
                || style.name.contains(&word)
                || style.aliases.iter().any(|alias| alias.contains(&word))
        };
        let styles: Vec<_> = shelf::styles().into_iter().filter(has_word).collect();
        if self.json {
            session.print_json(&styles)?;
            return Ok(Outcome::Done);
        }
        let bold = anstyle::Style::new().bold();
        let mut text = String::new();
        for style in &styles {
            let mut names = vec![style.name];
            names.extend(&style.aliases);
            let _ = writeln!(
                text,
                "{bold}{}{bold:#}\n    {}",
                names.join(", "),
                style.title
            );
        }
        session.print(&text)?;
        if styles.is_empty() {
            session.note("no style has this word; any .csl file can be used by its path");
        }
        Ok(Outcome::Done)
    }
}
