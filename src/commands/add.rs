//! `peerbib add`

use std::io::Read as _;

use clap::Args;

use super::edit::fields;
use super::{Failure, Outcome, Result, Session};
use crate::library::FieldEdits;

/// Add a reference
///
/// Either as an entry, which is kept as it is written, or field by field with --type and --set. Without
/// a key, --pattern makes one; `peerbib rename --help` lists its markers.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib add '@book{benkler2006, title = {The Wealth of Networks}}'\n  \
                  peerbib add --type book --set author='Benkler, Yochai' --set year=2006\n  \
                  echo '@misc{zine, title = {A Zine}}' | peerbib add -"
)]
pub(super) struct Add {
    /// The entry; - is standard input
    #[arg(value_name = "ENTRY", required_unless_present = "entry_type")]
    entry: Option<String>,

    /// The BibLaTeX type of the reference
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "entry")]
    entry_type: Option<String>,

    /// Give a field a value, written as in BibTeX but without the outer braces
    #[arg(long, value_name = "FIELD=VALUE", requires = "entry_type")]
    set: Vec<String>,

    /// The citation key
    #[arg(long, value_name = "KEY", requires = "entry_type")]
    key: Option<String>,

    /// How a key is made where none is given; without it, as your configuration says
    /// [default: [auth:lower][year][veryshorttitle:lower]]
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,
}

impl Add {
    pub(super) fn run(self, session: &Session) -> Result {
        let pattern = session.key_pattern(self.pattern.as_deref())?;
        let (entry, has_key) = match (&self.entry, &self.entry_type) {
            (Some(entry), _) if entry == "-" => {
                let mut text = String::new();
                std::io::stdin()
                    .lock()
                    .read_to_string(&mut text)
                    .map_err(|error| {
                        Failure::new(format_args!("standard input cannot be read: {error}"))
                    })?;
                (text, true)
            }
            (Some(entry), _) => (entry.clone(), true),
            (None, entry_type) => {
                let entry_type = entry_type.as_deref().unwrap_or("misc").to_lowercase();
                let key = self.key.as_deref().unwrap_or("key");
                let edits = FieldEdits {
                    set: fields(&self.set)?,
                    unset: Vec::new(),
                };
                let text = edits.applied_to(&format!("@{entry_type}{{{key},\n}}"))?;
                (text, self.key.is_some())
            }
        };
        let mut library = session.open_or_create()?;
        let pattern = (!has_key).then_some(&pattern);
        let key = session.change(&mut library, |change| change.add_entry(&entry, pattern))?;
        session.note(format_args!("{key} is in the library now"));
        Ok(Outcome::Done)
    }
}
