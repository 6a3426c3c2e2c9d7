//! `peerbib rules check`

use clap::Args;

use crate::commands::{Outcome, Result, Session};
use crate::library::Library;
use crate::tagging::{self, Finding};

/// Look for what is wrong with the rules
///
/// That is: conditions that cannot be read, tags that are not there, rules that match no work, rules that say
/// the same or contradict each other, that rest on what they lead to, and tags that were taken off by hand
/// from every work that a rule matches. Exit code 1 where there are findings.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rules check")]
pub(super) struct CheckRules {
    /// Print an array of findings as JSON
    #[arg(long)]
    json: bool,
}

impl CheckRules {
    pub(super) fn run(self, session: &Session) -> Result {
        let library: Library = session.open()?;
        let rules = library.rules()?;
        let findings = tagging::check(&rules, &library)?;
        if self.json {
            session.print_json(&findings)?;
        } else {
            let bold = anstyle::Style::new().bold();
            let mut text = String::new();
            for Finding {
                rule,
                message,
                help,
            } in &findings
            {
                text.push_str(&format!("{bold}{rule}:{bold:#} {message}\n"));
                if let Some(help) = help {
                    text.push_str(&format!("  {help}\n"));
                }
            }
            session.print(&text)?;
            session.note(match (rules.len(), findings.len()) {
                (0, _) => "there are no rules".to_owned(),
                (rules, 0) => format!("{rules} rules, and nothing is wrong with them"),
                (rules, 1) => format!("{rules} rules, 1 finding"),
                (rules, count) => format!("{rules} rules, {count} findings"),
            });
        }
        Ok(if findings.is_empty() {
            Outcome::Done
        } else {
            Outcome::InPart
        })
    }
}
