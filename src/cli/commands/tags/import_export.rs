//! `peerbib tags export` and `peerbib tags import`

use std::path::Path;

use clap::Args;

use crate::cli::extensions::check_only_format;
use crate::cli::io::{NO_INPUTS, read_text};
use crate::cli::{CommandContext, CommandError, Outcome, Result, no_such_facet};
use peerbib::bundled;
use peerbib::tagging::{Vocabulary, VocabularyError};

/// Write the vocabulary as TOML: tags with parents, aliases, people and events
///
/// `peerbib tags import` reads it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib tags export\n  \
                  peerbib tags export vocabulary.toml --facet movement")]
pub(crate) struct ExportTags {
    /// The file; - is standard output
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: String,

    /// Only the tags of one facet
    #[arg(long)]
    facet: Option<String>,
}

/// Import a vocabulary from TOML
///
/// Replaces the tags that the file contains, in its order; others stay. Works that the file assigns tags
/// to are tagged. The format is that of `peerbib tags export`. peerbib:vocabulary is the bundled vocabulary.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib tags import tags.toml --dry-run\n  \
                        peerbib tags import peerbib:vocabulary"
)]
pub(crate) struct ImportTags {
    /// The file; - is standard input, peerbib:vocabulary the bundled vocabulary
    #[arg(value_name = "FILE")]
    file: String,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the new and changed tags as JSON
    #[arg(long)]
    json: bool,
}

impl ExportTags {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let library = context.open()?;
        let facet = self.facet.map(|facet| facet.to_lowercase());
        if let Some(facet) = &facet
            && !library.tags().facets()?.contains(facet)
        {
            return Err(no_such_facet(&library, facet)?);
        }
        let toml = Vocabulary::export(&library, facet.as_deref())?;
        write_toml(context, &self.file, &toml)?;
        Ok(Outcome::Done)
    }
}

impl ImportTags {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let (text, source) = if self.file == bundled::VOCABULARY_PATH {
            (bundled::VOCABULARY.to_owned(), bundled::VOCABULARY_SOURCE)
        } else {
            (read_text(&self.file)?, self.file.as_str())
        };
        let vocabulary: Vocabulary = text.parse().map_err(|error: VocabularyError| {
            let reason = error.to_string();
            CommandError::new(format_args!("{}: {}", self.file, reason.trim_end()))
                .with_help("nothing was changed; `peerbib tags export` shows the format".to_owned())
        })?;
        let mut library = context.open_or_create()?;
        let changes = super::change(context, &mut library, self.dry_run, |change| {
            vocabulary.synchronize(change, source)
        })?;
        if self.json {
            context.print_json(&changes)?;
            return Ok(Outcome::Done);
        }
        let names = |names: &[peerbib::library::TagName]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        let mut text = format!(
            "{} new, {} changed, {} unchanged",
            changes.new.len(),
            changes.changed.len(),
            changes.unchanged
        );
        if !changes.new.is_empty() && changes.new.len() <= 20 {
            text.push_str(&format!("\nnew: {}", names(&changes.new)));
        }
        if !changes.changed.is_empty() {
            text.push_str(&format!("\nchanged: {}", names(&changes.changed)));
        }
        super::report(context, self.dry_run, &text, &text)
    }
}

/// Writes TOML to a file or to standard output.
pub(crate) fn write_toml(context: &CommandContext, file: &str, text: &str) -> Result<()> {
    if file == "-" {
        return context.print_data(text);
    }
    context.check_output(file, NO_INPUTS)?;
    check_only_format(Path::new(file), "TOML", &["toml"])?;
    context.write_file(file, text)?;
    context.note(format_args!("wrote {file}"));
    Ok(())
}
