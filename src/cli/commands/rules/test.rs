//! `peerbib rules test`

use clap::Args;

use crate::cli::ui::counted;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::LibraryError;
use peerbib::tagging::{self, RuleTestResult};

/// Test the rules against the works that each must and must not match
///
/// Works that are not in the library are skipped. The exit code is 1 if a rule fails.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rules test")]
pub(crate) struct TestRules {
    /// The rules; without a name, all
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

impl TestRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let rules = if self.names.is_empty() {
            library.rules().all()?
        } else {
            let names = self.names.iter().map(|name| library.rules().get(name));
            names.collect::<Result<_, LibraryError>>()?
        };
        let results = rules
            .iter()
            .map(|rule| tagging::test(rule, &library))
            .collect::<Result<Vec<_>, LibraryError>>()?;
        if self.json {
            context.print_json(&results)?;
        } else {
            context.print(&results.iter().map(failures).collect::<String>())?;
            let passed: usize = results.iter().map(|result| result.passed).sum();
            let failed = results.iter().filter(|result| !result.is_passed()).count();
            let absent: usize = results.iter().map(|result| result.absent.len()).sum();
            let mut text = format!(
                "{} tested, {failed} failed; {} as expected",
                counted(results.len(), "rule"),
                counted(passed, "work")
            );
            if absent > 0 {
                text.push_str(&format!(", {absent} not in this library"));
            }
            context.note(text);
        }
        Ok(Outcome::done_if(
            results.iter().all(RuleTestResult::is_passed),
        ))
    }
}

fn failures(result: &RuleTestResult) -> String {
    let bold = crate::cli::ui::TerminalStyle::Bold;
    let mut text = String::new();
    let mut line =
        |message: &str| text.push_str(&format!("{bold}{}:{bold:#} {message}\n", result.rule));
    if let Some(broken) = &result.broken {
        line(broken);
    }
    if !result.missed.is_empty() {
        line(&format!("does not match {}", result.missed.join(", ")));
    }
    if !result.wrongly_matched.is_empty() {
        line(&format!(
            "matches {} but must not",
            result.wrongly_matched.join(", ")
        ));
    }
    text
}
