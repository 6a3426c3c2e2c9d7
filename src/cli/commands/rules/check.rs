//! `peerbib rules check`

use clap::Args;

use crate::cli::ui::{counted, wrapped};
use crate::cli::{CommandContext, Outcome, Result, hints};
use peerbib::library::Library;
use peerbib::tagging;

/// Check the rules
///
/// Finds invalid conditions, unknown tags, rules that match nothing, that duplicate or contradict each
/// other or depend on their own tags, and rules whose tags were removed by hand from every match. The
/// exit code is 1 if there are findings.
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
        let rules = library.rules().all()?;
        let mut findings = tagging::check(&rules, &library)?;
        for finding in &mut findings {
            if let Some(error) = &finding.error {
                finding.help = hints::query(error);
            }
        }
        if self.json {
            context.print_json(&findings)?;
        } else {
            let bold = crate::cli::ui::TerminalStyle::Bold;
            let mut text = String::new();
            let mut remaining = findings.iter().peekable();
            while let Some(finding) = remaining.next() {
                let line = wrapped(&format!("{}: {}", finding.rule, finding.message), 2);
                match line.strip_prefix(&finding.rule) {
                    Some(rest) => {
                        text.push_str(&format!("{bold}{}{bold:#}{rest}\n", finding.rule));
                    }
                    None => text.push_str(&format!("{line}\n")),
                }
                // Consecutive findings with the same advice show it once, after the last.
                let next = remaining.peek().and_then(|next| next.help.as_ref());
                if let Some(help) = finding.help.as_ref().filter(|help| Some(*help) != next) {
                    text.push_str(&format!("  {}\n", wrapped(help, 2)));
                }
            }
            context.print(&text)?;
            context.note(match (rules.len(), findings.len()) {
                (0, _) => "no rules".to_owned(),
                (rules, 0) => format!("{}, no findings", counted(rules, "rule")),
                (rules, count) => {
                    format!("{}, {}", counted(rules, "rule"), counted(count, "finding"))
                }
            });
        }
        Ok(Outcome::done_if(findings.is_empty()))
    }
}
