//! `peerbib show`

use std::fmt::Write as _;

use clap::Args;

use super::{Outcome, Result, Session};
use crate::library::{Library, Reference};

/// Show a work: its fields as they were written, and its tags
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib show benkler2006wealth\n  \
                        peerbib show benkler2006wealth --source")]
pub(super) struct Show {
    /// The works, by citation key
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,

    /// Print the entry alone, just as it was written
    #[arg(long)]
    source: bool,

    /// Print an array of works as JSON, with their CSL variables
    #[arg(long, conflicts_with = "source")]
    json: bool,
}

#[derive(serde::Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    reference: &'a Reference,
    csl: crate::work::CslItem,
    source: String,
}

impl Show {
    pub(super) fn run(self, session: &Session) -> Result {
        let library = session.open()?;
        if self.source {
            let sources = self
                .keys
                .iter()
                .map(|key| Ok(format!("{}\n", library.source(key)?)))
                .collect::<crate::library::Result<Vec<_>>>()?;
            session.print(&sources.join("\n"))?;
            return Ok(Outcome::Done);
        }
        let references = self
            .keys
            .iter()
            .map(|key| library.reference(key))
            .collect::<crate::library::Result<Vec<_>>>()?;
        if self.json {
            let shown = references
                .iter()
                .map(|reference| {
                    Ok(Shown {
                        reference,
                        csl: reference.item()?,
                        source: library.source(&reference.key)?,
                    })
                })
                .collect::<crate::library::Result<Vec<_>>>()?;
            session.print_json(&shown)?;
            return Ok(Outcome::Done);
        }
        let texts = references
            .iter()
            .map(|reference| text(&library, reference))
            .collect::<crate::library::Result<Vec<_>>>()?;
        session.print(&texts.join("\n"))?;
        Ok(Outcome::Done)
    }
}

fn text(library: &Library, reference: &Reference) -> crate::library::Result<String> {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let work = library.work(&reference.key)?;
    let mut text = format!(
        "{bold}{}{bold:#} {dim}@{}{dim:#}\n",
        reference.key, work.entry_type
    );
    let width = work
        .fields
        .iter()
        .map(|field| field.name.chars().count())
        .max()
        .unwrap_or(0);
    for field in &work.fields {
        let value = without_delimiters(&field.value);
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = &field.name;
        let _ = writeln!(
            text,
            "  {name:width$}  {}",
            super::wrapped(&value, width + 4)
        );
    }
    if !reference.tags.is_empty() {
        let tags: Vec<String> = reference.tags.iter().map(ToString::to_string).collect();
        let name = "tags";
        let _ = writeln!(
            text,
            "  {name:width$}  {}",
            super::wrapped(&tags.join("  "), width + 4)
        );
    }
    Ok(text)
}

/// The inside of `{…}` or `"…"`, where the value is one such text.
pub(super) fn without_delimiters(value: &str) -> &str {
    let inner = |open, close| {
        value
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
    };
    let Some(inside) = inner('{', '}').or_else(|| inner('"', '"')) else {
        return value;
    };
    // `{a} # {b}` is two texts.
    let mut depth = 0_i32;
    for character in inside.chars() {
        depth += match character {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth < 0 {
            return value;
        }
    }
    inside
}
