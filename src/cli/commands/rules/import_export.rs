//! `peerbib rules export` and `peerbib rules import`

use std::collections::HashMap;
use std::fmt::Write as _;

use clap::Args;

use super::change;
use super::edit::replace;
use crate::cli::commands::tags::write_toml;
use crate::cli::io::read_text;
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::bundled;
use peerbib::library::{Change, Rule};
use peerbib::tagging::{self, Rules, RulesError};

/// Write the rules as TOML
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib rules export\n  peerbib rules export rules.toml")]
pub(crate) struct ExportRules {
    /// The file; - is standard output
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: String,
}

/// Import rules from TOML
///
/// A rule replaces the one with the same name; --replace also removes rules that the file does not
/// contain. peerbib:rules are the bundled rules; importing them skips rules that you edited or removed.
/// `peerbib rules --help` shows the format.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib rules import peerbib:rules --dry-run\n  \
                  peerbib rules import rules.toml --replace"
)]
pub(crate) struct ImportRules {
    /// The file; - is standard input, peerbib:rules the bundled rules
    #[arg(value_name = "FILE")]
    file: String,

    /// Remove rules that the file does not contain
    #[arg(long)]
    replace: bool,

    /// Apply the rules at once
    #[arg(long)]
    apply: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl ExportRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let rules = Rules {
            rules: library.rules().all()?,
        };
        write_toml(context, &self.file, &rules.to_toml())?;
        Ok(Outcome::Done)
    }
}

impl ImportRules {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let is_shipped = self.file == bundled::RULES_PATH;
        let text = if is_shipped {
            bundled::RULES.to_owned()
        } else {
            read_text(&self.file)?
        };
        let rules: Rules = text.parse().map_err(|error: RulesError| {
            let reason = error.to_string();
            CommandError::new(format_args!("{}: {}", self.file, reason.trim_end())).with_help(
                "nothing was changed; `peerbib rules export` shows the format".to_owned(),
            )
        })?;
        let mut library = context.open_or_create()?;
        library.lock_for_write()?;
        let before = library.rules().all()?;
        let edit = |change: &Change<'_>| {
            if is_shipped {
                // Their tags are no use without the vocabulary.
                if let Ok(vocabulary) = bundled::vocabulary() {
                    vocabulary.install(change, bundled::VOCABULARY_SOURCE)?;
                }
                tagging::install(change, &rules)?;
                return Ok(());
            }
            if self.replace {
                return replace(change, &before, &rules.rules);
            }
            for rule in &rules.rules {
                change.rules().put(rule)?;
            }
            Ok(())
        };
        let after = library.dry_run(|change| {
            edit(change)?;
            change.rules().all()
        })?;
        context.note(format_args!(
            "{} in {}: {}",
            counted(rules.rules.len(), "rule"),
            self.file,
            outcome(&rules.rules, &before, &after)
        ));
        change(context, &mut library, (self.dry_run, self.apply), edit)
    }
}

/// Describes what happens to the rules in a file, given all rules before and after it is imported.
fn outcome(rules: &[Rule], before: &[Rule], after: &[Rule]) -> String {
    let by_name = |rules: &'_ [Rule]| -> HashMap<String, Rule> {
        let rules = rules.iter().cloned();
        rules.map(|rule| (rule.name.clone(), rule)).collect()
    };
    let (before, after) = (by_name(before), by_name(after));
    let (mut new, mut changed, mut unchanged, mut skipped) = (0, 0, 0, 0);
    for rule in rules {
        match (before.get(&rule.name), after.get(&rule.name)) {
            (None, Some(_)) => new += 1,
            (Some(before), Some(after)) if before != after => changed += 1,
            (Some(_), Some(after)) if after == rule => unchanged += 1,
            // The user removed it, or edited it.
            _ => skipped += 1,
        }
    }
    let removed = before
        .keys()
        .filter(|name| !after.contains_key(*name))
        .count();
    let mut text = format!("{new} new, {changed} changed, {unchanged} unchanged");
    if skipped > 0 {
        let _ = write!(text, ", {skipped} skipped that you edited or removed");
    }
    if removed > 0 {
        let _ = write!(text, ", {removed} removed");
    }
    text
}
