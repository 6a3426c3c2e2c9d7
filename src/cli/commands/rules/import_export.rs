//! `peerbib rules export` and `peerbib rules import`

use clap::Args;

use super::change;
use super::edit::replace;
use crate::cli::commands::tags::write_text;
use crate::cli::io::read_text;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::bundled;
use peerbib::library::Rule;
use peerbib::tagging::{self, Rules};

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
        write_text(context, &self.file, &rules.to_toml())?;
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
        let rules: Rules = text
            .parse()
            .map_err(|error| CommandError::new(format_args!("{}: {error}", self.file)))?;
        let mut library = context.open_or_create()?;
        library.lock_for_write()?;
        let before = library.rules().all()?;
        let new = |rule: &&Rule| !before.contains(rule);
        context.note(format_args!(
            "{} rules in {}, {} new or changed",
            rules.rules.len(),
            self.file,
            rules.rules.iter().filter(new).count()
        ));
        change(
            context,
            &mut library,
            (self.dry_run, self.apply),
            |change| {
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
            },
        )
    }
}
