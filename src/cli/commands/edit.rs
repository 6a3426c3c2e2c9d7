//! `peerbib edit`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::editor::{EditError, EditOutcome, EditRequest, TempFile};
use crate::cli::picker::{Pick, picked};
use crate::cli::ui::counted;
use crate::cli::works::{NamedWorks, lock_unchanged, named_works, nothing_found};
use crate::cli::{CommandContext, CommandError, Outcome, Result, hints};
use peerbib::checks::{self, CheckedEntry, RULES, Severity, UNKNOWN_FIELD};
use peerbib::formats::bibtex;
use peerbib::library::{FieldEdits, Library, LibraryError};

/// Edit works: set fields, or open an entry in your editor
///
/// --set and --unset follow the layout of each entry; everything else stays as written. Without
/// them, your editor opens the entry of one work (set it with `peerbib config`, $VISUAL or
/// $EDITOR). If the result cannot be read, the editor opens again with the reason. Changing the key
/// renames the work.
///
/// Give keys or a query. Changes to the results of a query are previewed and confirmed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib edit benkler2006wealth\n  \
                  peerbib edit benkler2006wealth --set year=2006 --unset note\n  \
                  peerbib edit publisher:routledge --set publisher=Routledge --dry-run\n  \
                  peerbib edit --find in:firstmonday --set 'journaltitle=First Monday' --yes")]
pub(crate) struct Edit {
    /// The works, as citation keys or as a query; without any, you pick works at a terminal
    #[arg(value_name = "KEY|QUERY")]
    works: Vec<String>,

    /// Edit the works that match a query
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Set a field; the value is BibTeX without the outer braces
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,

    /// Remove a field
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,

    /// Print the edited entries, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Edit {
    pub(crate) fn run(mut self, context: &CommandContext) -> Result {
        let opens_editor = self.set.is_empty() && self.unset.is_empty();
        if self.works.is_empty() && self.find.is_none() {
            let pick = if opens_editor {
                Pick::One
            } else {
                Pick::Several
            };
            self.works = picked(context, &context.open()?, pick, None)?;
        }
        let mut library = context.open_to_ask(self.dry_run || opens_editor)?;
        let selected = self.selected(context, &library)?;
        let edits = FieldEdits {
            set: fields(&self.set)?,
            unset: self.unset.clone(),
        };
        if edits == FieldEdits::default() {
            let [(work, key)] = selected.works.as_slice() else {
                let count = selected.works.len();
                return Err(CommandError::usage(format_args!(
                    "the editor opens one work at a time, but {count} are selected"
                ))
                .with_help("give one key, or use --set FIELD=VALUE".to_owned()));
            };
            return edit_by_hand(context, &mut library, *work, key);
        }
        if self.dry_run {
            for (_, key) in &selected.works {
                let text = edits.applied_to(&library.works().source(key)?)?;
                context.print_data(&format!("{text}\n"))?;
            }
            return Ok(Outcome::Done);
        }
        if (selected.by_query || self.find.is_some()) && !selected.works.is_empty() {
            self.ask(context, &library, &selected, &edits)?;
        }
        lock_unchanged(&mut library, &selected, |library| {
            self.selected(context, library)
        })?;
        let edited = context.change(&mut library, |change| {
            let mut edited = Vec::new();
            for (work, key) in &selected.works {
                if change.works().edit_fields(*work, &edits)? {
                    edited.push(key);
                }
            }
            Ok(edited)
        })?;
        match edited.as_slice() {
            _ if selected.works.is_empty() => context.note(nothing_found(&library, &self.works)?),
            [] => context.note("nothing to do: the fields already have these values"),
            // All works get the same values, so the problems of one are those of all.
            [first, ..] => {
                context.note(format_args!("edited {}", counted(edited.len(), "work")));
                report_entry_problems(context, &library, first)?;
            }
        }
        Ok(Outcome::Done)
    }

    fn selected(&self, context: &CommandContext, library: &Library) -> Result<NamedWorks> {
        named_works(context, library, &self.works, self.find.as_deref())
    }

    /// Shows what would be edited, and asks.
    fn ask(
        &self,
        context: &CommandContext,
        library: &Library,
        selected: &NamedWorks,
        edits: &FieldEdits,
    ) -> Result<()> {
        const SHOWN: usize = 10;
        let mut lines = Vec::new();
        for (_, key) in &selected.works {
            let before = library.works().source(key)?;
            let after = edits.applied_to(&before)?;
            if before != after {
                lines.push(format!("{key}: {}", differences(&before, &after)));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        for line in lines.iter().take(SHOWN) {
            context.note(crate::cli::ui::wrapped(line, 2));
        }
        if lines.len() > SHOWN {
            context.note(format_args!("\u{2026} and {} more", lines.len() - SHOWN));
        }
        let question = format!("Edit {}?", counted(lines.len(), "work"));
        match selected.by_query {
            true => context.confirm(&question),
            false => context.confirm_at_terminal(&question),
        }
    }
}

/// Returns the fields in which two texts of an entry differ.
fn differences(before: &str, after: &str) -> String {
    let (Ok(before), Ok(after)) = (bibtex::parse_entry(before), bibtex::parse_entry(after)) else {
        return String::new();
    };
    let mut names: Vec<String> = before
        .fields()
        .chain(after.fields())
        .map(|field| field.name.to_lowercase())
        .collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let mut text = String::new();
    for name in names {
        let (was, is) = (before.field(&name), after.field(&name));
        if was == is {
            continue;
        }
        if !text.is_empty() {
            text.push_str("; ");
        }
        let _ = match (was, is) {
            (Some(was), Some(is)) => write!(text, "{name} {was} \u{2192} {is}"),
            (None, Some(is)) => write!(text, "{name} {is}"),
            (Some(was), None) => write!(text, "{name} {was} removed"),
            (None, None) => Ok(()),
        };
    }
    text
}

/// Splits each `FIELD=VALUE` into a field and its value.
pub(crate) fn fields(texts: &[String]) -> Result<Vec<(String, String)>> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) if is_field_name(name.trim()) => {
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(CommandError::usage(format_args!(
                "\u{201c}{text}\u{201d} is not of the form FIELD=VALUE"
            ))
            .with_help("an example: --set year=2006".to_owned())),
        })
        .collect()
}

fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_:+.".contains(c))
}

fn edit_by_hand(context: &CommandContext, library: &mut Library, work: i64, key: &str) -> Result {
    let source = library.works().source(key)?;
    let request = EditRequest {
        name: &file_name_for(key),
        text: &format!("{source}\n"),
        comment: ("%", ""),
        heading: "",
        alternative: "use options such as --set title=…; `peerbib edit --help` lists them",
    };
    let edited = TempFile::edit(context, &request, |text| {
        let edit = context.change(library, |change| {
            if change.works().source_of(work)? != source {
                return Err(LibraryError::ChangedMeanwhile(format!(
                    "the entry of {key}"
                )));
            }
            change.works().edit_entry(work, text)
        });
        edit.map_err(correctable)
    })?;
    match edited {
        EditOutcome::Unchanged | EditOutcome::Done(false) => context.note("nothing was changed"),
        EditOutcome::Done(true) => {
            let key = library.works().key(work)?;
            context.note("edited 1 work");
            report_entry_problems(context, library, &key)?;
        }
    }
    Ok(Outcome::Done)
}

/// Classifies an error: whether the user can correct it in the editor.
pub(crate) fn correctable(error: LibraryError) -> EditError {
    match error {
        LibraryError::UnreadableEntry(_)
        | LibraryError::TakenKey { .. }
        | LibraryError::MalformedKey(_) => {
            let help = hints::library(&error).map(|help| help.replace("nothing was changed; ", ""));
            EditError::Invalid(match help {
                Some(help) => format!("{error} ({help})"),
                None => error.to_string(),
            })
        }
        error => error.into(),
    }
}

/// Prints the problems in the entry of a work: values that were guessed or are invalid, and misspelt fields.
pub(crate) fn report_entry_problems(
    context: &CommandContext,
    library: &Library,
    key: &str,
) -> Result<()> {
    let id = library.works().id(key)?;
    let mut work = library.works().entry(key)?;
    work.key = library.works().key(id)?;
    let strings = library.works().abbreviations(id)?;
    let derived = bibtex::derive(&work, &strings, &|parent| library.works().parent(parent));
    let read = bibtex::read(work.source());
    for problem in read.problems.iter().chain(&derived.problems) {
        let place = match &problem.field {
            Some(field) => format!("{}, {field}", work.key),
            None => work.key.clone(),
        };
        context.warn(format_args!("warning: {place}: {}", problem.message));
    }
    let checked = CheckedEntry::new(&work, &strings, &|parent| library.works().parent(parent));
    let spelling: Vec<_> = RULES
        .iter()
        .filter(|rule| rule.name == UNKNOWN_FIELD)
        .collect();
    let findings = checks::findings(&checked, &spelling);
    for finding in findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning)
    {
        context.warn(format_args!(
            "warning: {}: {}; {}",
            work.key, finding.message, finding.help
        ));
    }
    Ok(())
}

/// Returns a file name for the draft of an entry, by which the editor recognizes BibTeX.
pub(crate) fn file_name_for(key: &str) -> String {
    let name: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    format!("{}.bib", if name.is_empty() { "entry" } else { &name })
}
