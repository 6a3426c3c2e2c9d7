//! `peerbib add`

use std::io::IsTerminal as _;

use clap::Args;

use crate::cli::commands::edit::{correctable, fields, file_name_for, report_entry_problems};
use crate::cli::commands::import::{ImportInput, ImportMode, import_all, report_problems};
use crate::cli::commands::lookup;
use crate::cli::editor::{EditOutcome, EditRequest, TempFile, can_edit};
use crate::cli::input::Input;
use crate::cli::io::standard_input_as_text;
use crate::cli::network::NetworkArgs;
use crate::cli::ui::counted;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::checks::required_fields;
use peerbib::formats;
use peerbib::formats::bibtex::{self, schema};
use peerbib::formats::key_pattern::KeyPattern;
use peerbib::library::{ConflictPolicy, FieldEdits, LibraryError};
use peerbib::lookup::{Identifier, Search};
use peerbib::suggest::closest;

/// Add references
///
/// Give identifiers: a DOI, ISBN, arXiv number, PMID or PMCID, an OpenAlex or Wikidata number, or the address of a
/// page. Metadata services are asked for the reference: doi.org, Open Library, a library catalogue, arXiv, PubMed,
/// OpenAlex, Wikidata, Wikipedia's Citoid, or the page itself. With --title, Crossref and OpenAlex are searched. A
/// work that is in the library is not added again.
///
/// Or give a BibLaTeX entry, which is kept as written; or one or more references as a list prints them, which are read
/// and tagged status:unverified; or --type and fields with --set; or nothing, and your editor opens with the fields
/// that the type needs. These use no network. Without a key, --pattern generates one; `peerbib rename --help` lists its
/// markers.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib add 10.1177/0038026118758532 9780300110562 arXiv:cs/0109077\n  \
                  peerbib add https://wiki.p2pfoundation.net/Oekonux\n  \
                  peerbib add --title 'The Wealth of Networks' --author Benkler\n  \
                  peerbib add '@book{benkler2006, title = {The Wealth of Networks}}'\n  \
                  peerbib add --type book --set author='Benkler, Yochai' --set year=2006\n  \
                  peerbib add --type thesis\n  \
                  echo '@misc{zine, title = {A Zine}}' | peerbib add -"
)]
pub(crate) struct Add {
    /// Identifiers or an entry; - is standard input. Without any, and without --set, your editor opens
    #[arg(value_name = "IDENTIFIER|ENTRY", conflicts_with_all = ["entry_type", "set", "key", "title"])]
    entries: Vec<String>,

    /// Search for a work with this title
    #[arg(long, value_name = "TITLE", conflicts_with_all = ["entry_type", "set", "key"])]
    title: Option<String>,

    /// With --title, an author's family name
    #[arg(long, value_name = "NAME", requires = "title")]
    author: Option<String>,

    /// With --title, the year
    #[arg(long, value_name = "YEAR", requires = "title")]
    year: Option<i32>,

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

    #[command(flatten)]
    network: NetworkArgs,
}

/// The placeholder for a key that is still to be generated.
const NO_KEY: &str = "key";

impl Add {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let pattern = context.key_pattern(self.pattern.as_deref())?;
        let entry_type = self.entry_type()?;
        if let Some(title) = &self.title {
            let search = Search {
                title: title.clone(),
                author: self.author.clone(),
                year: self.year,
            };
            return lookup::add_by_title(context, self.network, &search, &pattern);
        }
        let texts = match self.entries.as_slice() {
            [] => Vec::new(),
            [dash] if dash == "-" => vec![standard_input_as_text()?],
            texts => texts.to_vec(),
        };
        if !texts.is_empty() {
            return self.add_texts(context, &texts, &pattern);
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
                return self.add_texts(context, &[entry], &pattern);
            }
        }
        if !can_edit(context)? {
            return Err(
                CommandError::usage("cannot open an editor without a terminal").with_help(
                    "give an identifier or an entry, or - for standard input, or --type and --set FIELD=VALUE"
                        .to_owned(),
                ),
            );
        }
        self.in_editor(context, &entry_type, &pattern)
    }

    /// Adds an entry, identifiers, or the references of a plain list.
    fn add_texts(
        &self,
        context: &CommandContext,
        texts: &[String],
        pattern: &KeyPattern,
    ) -> Result {
        match texts {
            [text] if is_entry(text) => store(context, text, None),
            [text] if is_reference_list(text) => store_references(context, text),
            texts => lookup::add(context, self.network, texts, pattern),
        }
    }

    /// Returns the requested type in lower case.
    fn entry_type(&self) -> Result<String> {
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

/// Adds the references of a plain list.
fn store_references(context: &CommandContext, text: &str) -> Result {
    let input = Input::of_references(text, &context.key_pattern(None)?);
    let mut library = context.open_or_create()?;
    let report = context.change(&mut library, |change| {
        let mode = ImportMode::Import(ConflictPolicy::Keep);
        import_all(change, &[(ImportInput::File(input), mode)], false)
    })?;
    report_problems(context, &report);
    let added = report.totals.imported;
    context.note(format_args!("added {}", counted(added, "work")));
    Ok(Outcome::done_if(report.totals.rejected == 0))
}

/// Returns whether a text is meant as an entry, and not as identifiers.
fn is_entry(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['@', '%']) || (text.contains('{') && text.contains('='))
}

/// Returns whether a text has references as a list prints them, and not only identifiers.
fn is_reference_list(text: &str) -> bool {
    let is_identifier = |word: &str| word.parse::<Identifier>().is_ok();
    !text.split_whitespace().all(is_identifier)
        && formats::of_content(text).is_some_and(|format| format.name == formats::REFERENCES.name)
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
fn filled_in(text: &str) -> Result<(String, bool), LibraryError> {
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
            .fields()
            .filter(|field| is_empty(field.value))
            .map(|field| field.name.to_owned())
            .collect(),
    };
    if edits.unset.len() == work.fields().len() {
        return Err(LibraryError::UnreadableEntry("has no fields".into()));
    }
    Ok((edits.applied_to(&entry)?, has_key))
}
