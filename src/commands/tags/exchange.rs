//! `peerbib tags export` and `peerbib tags import`

use clap::Args;

use crate::commands::{Failure, Outcome, Result, Session, no_such_facet};
use crate::tagging::Vocabulary;

/// Write the vocabulary as TOML: tags with their parents, aliases, people and events
///
/// Read again with `peerbib tags import`, it is the same vocabulary, in the same order.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib tags export\n  \
                  peerbib tags export vocabulary.toml --facet movement")]
pub(super) struct ExportTags {
    /// The file; - is standard output
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: String,

    /// The tags of one facet only
    #[arg(long)]
    facet: Option<String>,
}

/// Read a vocabulary from TOML
///
/// Tags that it names are as it says afterwards, in its order; all others stay as they are. The format is
/// that of `peerbib tags export`; works that it assigns tags to get them.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  peerbib tags export tags.toml && peerbib tags import tags.toml --dry-run"
)]
pub(super) struct ImportTags {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: String,

    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Print what is new and what changed as JSON
    #[arg(long)]
    json: bool,
}

impl ExportTags {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        let facet = self.facet.map(|facet| facet.to_lowercase());
        if let Some(facet) = &facet
            && !library.facets()?.contains(facet)
        {
            return Err(no_such_facet(&library, facet)?);
        }
        let toml = Vocabulary::export(&library, facet.as_deref())?;
        write_text(session, &self.file, &toml)?;
        Ok(Outcome::Done)
    }
}

impl ImportTags {
    pub(super) fn run(self, session: &Session) -> Result {
        let text = read_text(&self.file)?;
        let vocabulary: Vocabulary = text
            .parse()
            .map_err(|error| Failure::new(format_args!("{}: {error}", self.file)))?;
        let mut library = session.open_or_create()?;
        let changes = super::change(session, &mut library, self.dry_run, |change| {
            vocabulary.take_in(change, &self.file)
        })?;
        if self.json {
            session.print_json(&changes)?;
            return Ok(Outcome::Done);
        }
        let names = |names: &[crate::library::TagName]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        let mut text = format!(
            "{} new, {} changed, {} as before",
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
        super::tell(session, self.dry_run, &text, &text)
    }
}

/// Writes text to a file, or to standard output for `-`.
pub(in crate::commands) fn write_text(
    session: &Session,
    file: &str,
    text: &str,
) -> std::result::Result<(), Failure> {
    if file == "-" {
        return session.print(text);
    }
    std::fs::write(file, text)
        .map_err(|error| Failure::new(format_args!("{file} cannot be written: {error}")))?;
    session.note(format_args!("written to {file}"));
    Ok(())
}

/// The text of a file, or of standard input for `-`.
pub(in crate::commands) fn read_text(file: &str) -> std::result::Result<String, Failure> {
    let text = if file == "-" {
        std::io::read_to_string(std::io::stdin().lock())
    } else {
        std::fs::read_to_string(file)
    };
    text.map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Failure::new(format_args!("{file} cannot be read: {reason}"))
    })
}
