//! `peerbib rules check`

use clap::Args;

use crate::cli::{CommandContext, Outcome, Result, hints, wrapped};
use peerbib::library::Library;
use peerbib::tagging;

/// Look for what is wrong with the rules
///
/// That is: conditions that cannot be read, tags that are not there, rules that match no work, rules that say
/// the same or contradict each other, that rest on what they lead to, and tags that were taken off by hand
/// from every work that a rule matches. Exit code 1 where there are findings.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rules check")]
pub(crate) struct CheckRules {
    /// Print an array of findings as JSON
    #[arg(long)]
    json: bool,
}

impl CheckRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library: Library = context.open()?;
        let rules = library.rules()?;
        let mut findings = tagging::check(&rules, &library)?;
        for finding in &mut findings {
            if let Some(error) = &finding.error {
                finding.help = hints::query(error);
            }
        }
        if self.json {
            context.print_json(&findings)?;
        } else {
            let bold = anstyle::Style::new().bold();
            let mut text = String::new();
            let mut rest = findings.iter().peekable();
            while let Some(finding) = rest.next() {
                let told = wrapped(&format!("{}: {}", finding.rule, finding.message), 2);
                match told.strip_prefix(&finding.rule) {
                    Some(behind) => {
                        text.push_str(&format!("{bold}{}{bold:#}{behind}\n", finding.rule));
                    }
                    None => text.push_str(&format!("{told}\n")),
                }
                // What helps against several findings in a row is said behind the last of them.
                let next = rest.peek().and_then(|next| next.help.as_ref());
                if let Some(help) = finding.help.as_ref().filter(|help| Some(*help) != next) {
                    text.push_str(&format!("  {}\n", wrapped(help, 2)));
                }
            }
            context.print(&text)?;
            context.note(match (rules.len(), findings.len()) {
                (0, _) => "there are no rules".to_owned(),
                (rules, 0) => format!("{rules} rules, and nothing is wrong with them"),
                (rules, 1) => format!("{rules} rules, 1 finding"),
                (rules, count) => format!("{rules} rules, {count} findings"),
            });
        }
        Ok(if findings.is_empty() {
            Outcome::Done
        } else {
            Outcome::Partial
        })
    }
}
