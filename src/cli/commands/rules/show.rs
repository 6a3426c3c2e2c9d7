//! `peerbib rules show`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::ui::wrapped;
use crate::cli::{CommandContext, Outcome, Result};

/// Show a rule: condition, tags, test works
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  peerbib rules show Meretz")]
pub(crate) struct ShowRule {
    /// The rule
    #[arg(value_name = "NAME")]
    name: String,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

impl ShowRule {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let rule = library.rules().get(&self.name)?;
        let works = library
            .rules()
            .work_counts()?
            .get(&rule.name)
            .copied()
            .unwrap_or(0);
        if self.json {
            context.print_json(&super::RuleJson { rule, works })?;
            return Ok(Outcome::Done);
        }
        let bold = crate::cli::ui::TerminalStyle::Bold;
        let mut text = format!(
            "{bold}{}{bold:#}  {}\n",
            rule.name,
            crate::cli::ui::counted(works, "work")
        );
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:8}  {}", wrapped(value, 12));
        };
        line("when", &rule.when);
        line("then", &rule.then.join(", "));
        if let Some(why) = &rule.why {
            line("why", why);
        }
        if !rule.must.is_empty() {
            line("must", &rule.must.join(", "));
        }
        if !rule.must_not.is_empty() {
            line("must not", &rule.must_not.join(", "));
        }
        context.print(&text)?;
        Ok(Outcome::Done)
    }
}
