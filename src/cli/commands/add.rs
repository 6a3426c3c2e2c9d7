//! `peerbib add`

use std::io::IsTerminal as _;

use clap::Args;

use crate::cli::commands::edit::{correctable, fields, file_name_for, report_entry_problems};
use crate::cli::commands::import::{import_all, report_problems};
use crate::cli::editor::{EditOutcome, EditRequest, TempFile, can_edit};
use crate::cli::input::Input;
use crate::cli::io::standard_input_as_text;
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::checks::required_fields;
use peerbib::formats;
use peerbib::formats::bibtex::{self, schema};
use peerbib::library::{ConflictPolicy, FieldEdits, KeyPattern, LibraryError};
use peerbib::suggest::closest;

/// Add a reference
///
/// Give a BibLaTeX entry, which is kept as written; or a reference as a list prints it, or several, which are read and
/// tagged status:unverified; or --type and fields with --set; or nothing, and your
/// editor opens with the fields that the type needs. Without a key, --pattern generates one; `peerbib
/// rename --help` lists its markers.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib add '@book{benkler2006, title = {The Wealth of Networks}}'\n  \
                  peerbib add --type book --set author='Benkler, Yochai' --set year=2006\n  \
                  peerbib add --type thesis\n  \
                  echo '@misc{zine, title = {A Zine}}' | peerbib add -"
)]
pub(crate) struct Add {
    /// The entry; - is standard input. Without an entry and --set, your editor opens
    #[arg(value_name = "ENTRY", conflicts_with_all = ["entry_type", "set", "key"])]
    entry: Option<String>,

    /// The BibLaTeX type of the reference
    #[arg(long = "type", value_name = "TYPE")]
    entry_type: Option<String>,

    /// Set a field; the value is BibTeX without the outer braces
    #[arg(long, value_name = "FIELD=VALUE", requires = "entry_type")]
    set: Vec<String>,

    /// The citation key
    #[arg(long, value_name = "KEY", requires = "entry_type")]
    key: Option<String>,

    /// The pattern for generated keys; by default, that of your configuration [default:
    /// [auth:lower][year][veryshorttitle:lower]]
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,
}

/// The placeholder for a key that is still to be generated.
const NO_KEY: &str = "key";

impl Add {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let pattern = context.key_pattern(self.pattern.as_deref())?;
        let entry_type = self.entry_type()?;
        if let Some(entry) = &self.entry {
            let entry = if entry == "-" {
                standard_input_as_text()?
            } else {
                entry.clone()
            };
            return store_text(context, &entry);
        }
        if !self.set.is_empty() {
            let key = self.key.as_deref().unwrap_or(NO_KEY);
            let edits = FieldEdits {
                set: fields(&self.set)?,
                unset: Vec::new(),
            };
            let entry = edits.applied_to(&format!("@{entry_type}{{{key},\n}}"))?;
            return store(context, &entry, self.key.is_none().then_some(&pattern));
        }
        if self.entry_type.is_none() && !std::io::stdin().is_terminal() {
            let entry = standard_input_as_text()?;
            if !entry.trim().is_empty() {
                return store_text(context, &entry);
            }
        }
        if !can_edit(context)? {
            return Err(
                CommandError::usage("cannot open an editor without a terminal").with_help(
                    "give the entry, or - for standard input, or --type and --set FIELD=VALUE"
                        .to_owned(),
                ),
            );
        }
        self.in_editor(context, &entry_type, &pattern)
    }

    /// Returns the requested type in lower case.
    fn entry_type(&self) -> std::result::Result<String, CommandError> {
        let entry_type = match self.entry_type.as_deref() {
            None => return Ok("article".to_owned()),
            Some(entry_type) => entry_type.trim_start_matches('@').to_lowercase(),
        };
        let is_word = !entry_type.is_empty() && entry_type.chars().all(char::is_alphanumeric);
        if is_word {
            return Ok(entry_type);
        }
        let near = closest(&entry_type, schema::type_names().map(str::to_owned));
        Err(
            CommandError::usage(format_args!("invalid entry type: {entry_type}")).with_help(
                format!(
                    "a type is a word, such as {}",
                    near.first()
                        .map_or("article, book or online", String::as_str)
                ),
            ),
        )
    }

    /// Opens a template with the fields that the type needs in the editor.
    fn in_editor(
        &self,
        context: &CommandContext,
        entry_type: &str,
        pattern: &KeyPattern,
    ) -> Result {
        let key = self.key.as_deref().unwrap_or_default();
        let mut template = format!("@{entry_type}{{{key},\n");
        for field in required_fields(entry_type) {
            template.push_str(&format!("  {field} = {{}},\n"));
        }
        template.push_str("}\n");
        let request = EditRequest {
            name: &file_name_for(key),
            text: &template,
            comment: ("%", ""),
            heading: "Fill in the reference, save it and close the editor.\n\
                      Empty fields are left out. Without a key, one is generated.",
            alternative: "give its fields with --set; `peerbib add --help` shows how",
        };
        let mut library = context.open_or_create()?;
        let edited = TempFile::edit(context, &request, |text| {
            let (entry, has_key) = filled_in(text).map_err(correctable)?;
            let pattern = (!has_key).then_some(pattern);
            let added = context.change(&mut library, |change| change.works().add(&entry, pattern));
            added.map_err(correctable)
        })?;
        match edited {
            EditOutcome::Unchanged => context.note("nothing was added"),
            EditOutcome::Done(key) => {
                context.note(format_args!("added {key}"));
                report_entry_problems(context, &library, &key)?;
            }
        }
        Ok(Outcome::Done)
    }
}

/// Adds an entry of BibLaTeX as written, or the references of a plain list.
fn store_text(context: &CommandContext, text: &str) -> Result {
    let is_list =
        formats::of_content(text).is_some_and(|format| format.name == formats::REFERENCES.name);
    if !is_list {
        return store(context, text, None);
    }
    let input = Input::of_references(text);
    let mut library = context.open_or_create()?;
    let receipt = context.change(&mut library, |change| {
        import_all(change, &[input], ConflictPolicy::Keep, false)
    })?;
    report_problems(context, &receipt);
    let added = receipt.totals.imported;
    context.note(format_args!("added {}", counted(added, "work")));
    Ok(if receipt.totals.rejected > 0 {
        Outcome::Partial
    } else {
        Outcome::Done
    })
}

/// Adds an entry; with a pattern, under a generated key.
fn store(context: &CommandContext, entry: &str, pattern: Option<&KeyPattern>) -> Result {
    let mut library = context.open_or_create()?;
    let key = context.change(&mut library, |change| change.works().add(entry, pattern))?;
    context.note(format_args!("added {key}"));
    report_entry_problems(context, &library, &key)?;
    Ok(Outcome::Done)
}

/// Returns a filled-in template without its empty fields, and whether it has a key.
fn filled_in(text: &str) -> std::result::Result<(String, bool), LibraryError> {
    let text = text.trim();
    let (entry, has_key) = match text.split_once(['{', '(']) {
        Some((head, rest)) if rest.trim_start().starts_with(',') => {
            (format!("{head}{{{NO_KEY}{}", rest.trim_start()), false)
        }
        _ => (text.to_owned(), true),
    };
    let work = bibtex::parse_entry(&entry)
        .map_err(|error| LibraryError::UnreadableEntry(error.to_string()))?;
    let is_empty = |value: &str| {
        value
            .trim_matches(['{', '}', '"', ' ', '\t', '\n'])
            .is_empty()
    };
    let edits = FieldEdits {
        set: Vec::new(),
        unset: work
            .fields
            .iter()
            .filter(|field| is_empty(&field.value))
            .map(|field| field.name.clone())
            .collect(),
    };
    if edits.unset.len() == work.fields.len() {
        return Err(LibraryError::UnreadableEntry("has no fields".into()));
    }
    Ok((edits.applied_to(&entry)?, has_key))
}
