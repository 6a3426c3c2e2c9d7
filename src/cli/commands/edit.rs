//! `peerbib edit`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::commands::tag::named_works;
use crate::cli::editor::{Draft, Edited, Refusal, Task};
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::formats::bibtex;
use peerbib::library::{FieldEdits, Library, LibraryError};

/// Edit works: set fields, or open the entry in your editor
///
/// With --set and --unset the fields of the entries are edited in their own manner: everything else stays
/// as it was written. Without them your editor opens the entry of one work (`peerbib config`, $VISUAL and
/// $EDITOR say which). What comes back takes its place; where it cannot be read, the editor opens again and
/// says why. A new key in it renames the work.
///
/// Works are named by key or by a query. You are shown what a query would edit, and asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  peerbib edit benkler2006wealth\n  \
                  peerbib edit benkler2006wealth --set year=2006 --unset note\n  \
                  peerbib edit publisher:routledge --set publisher=Routledge --dry-run\n  \
                  peerbib edit --find in:firstmonday --set 'journaltitle=First Monday' --yes")]
pub(crate) struct Edit {
    /// The works, by citation key or by a query
    #[arg(value_name = "KEY|QUERY", required_unless_present = "find")]
    works: Vec<String>,

    /// Edit the works that a query finds
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    find: Option<String>,

    /// Give a field a value, written as in BibTeX but without the outer braces
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,

    /// Take a field away
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,

    /// Print the entries as they would be, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// The works that are meant.
#[derive(PartialEq, Eq)]
struct Meant {
    works: Vec<(i64, String)>,
    by: By,
}

/// How works were named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Keys,
    Find,
    /// What was given is no key: it is taken for a query.
    Query,
}

impl Edit {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        let opens_editor = self.set.is_empty() && self.unset.is_empty();
        let mut library = context.open_to_ask(self.dry_run || opens_editor)?;
        let meant = self.meant(context, &library)?;
        let edits = FieldEdits {
            set: fields(&self.set)?,
            unset: self.unset.clone(),
        };
        if edits == FieldEdits::default() {
            let [(work, key)] = meant.works.as_slice() else {
                let count = meant.works.len();
                return Err(CommandError::usage(format_args!(
                    "the editor opens one work at a time, and {count} are meant"
                ))
                .with_help("name one key, or say --set FIELD=VALUE".to_owned()));
            };
            return edit_by_hand(context, &mut library, *work, key);
        }
        if self.dry_run {
            for (_, key) in &meant.works {
                let text = edits.applied_to(&library.source(key)?)?;
                context.print(&format!("{text}\n"))?;
            }
            return Ok(Outcome::Done);
        }
        if meant.by != By::Keys && !meant.works.is_empty() {
            self.ask(context, &library, &meant, &edits)?;
        }
        // While a person thought about it, another program may have changed the library.
        library.lock_for_write()?;
        if self.meant(context, &library)? != meant {
            return Err(LibraryError::ChangedMeanwhile("what the query finds".to_owned()).into());
        }
        let edited = context.change(&mut library, |change| {
            let mut edited = 0;
            for (work, _) in &meant.works {
                edited += usize::from(change.edit_fields(*work, &edits)?);
            }
            Ok(edited)
        })?;
        context.note(match (edited, meant.works.as_slice()) {
            (_, []) => "nothing to do: no works found".to_owned(),
            (0, _) => "nothing to do: the fields are so already".to_owned(),
            (1, _) => "1 work edited".to_owned(),
            (count, _) => format!("{count} works edited"),
        });
        Ok(Outcome::Done)
    }

    fn meant(
        &self,
        context: &CommandContext,
        library: &Library,
    ) -> std::result::Result<Meant, CommandError> {
        let find = self.find.as_deref();
        match named_works(context, library, &self.works, find) {
            Ok(works) => Ok(Meant {
                works,
                by: if find.is_some() { By::Find } else { By::Keys },
            }),
            Err(failure) => {
                let is_key = |word: &String| {
                    !matches!(library.work_id(word), Err(LibraryError::UnknownKey { .. }))
                };
                // One word that looks like a key is a slip, and not a search over all works.
                let is_query = match self.works.as_slice() {
                    [word] => !is_key(word) && word.contains([':', ' ', '*', '"', '(', '/', '=']),
                    words => !words.iter().any(is_key),
                };
                if !is_query || find.is_some() {
                    return Err(failure);
                }
                let works = context.select(library, &self.works)?;
                Ok(Meant {
                    works: works.into_iter().map(|work| (work.id, work.key)).collect(),
                    by: By::Query,
                })
            }
        }
    }

    /// Shows what would be edited, and asks.
    fn ask(
        &self,
        context: &CommandContext,
        library: &Library,
        meant: &Meant,
        edits: &FieldEdits,
    ) -> std::result::Result<(), CommandError> {
        const SHOWN: usize = 10;
        let mut lines = Vec::new();
        for (_, key) in &meant.works {
            let before = library.source(key)?;
            let after = edits.applied_to(&before)?;
            if before != after {
                lines.push(format!("{key}: {}", differences(&before, &after)));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        for line in lines.iter().take(SHOWN) {
            context.note(crate::cli::wrapped(line, 2));
        }
        if lines.len() > SHOWN {
            context.note(format_args!("\u{2026} and {} more", lines.len() - SHOWN));
        }
        let works = match lines.len() {
            1 => "1 work".to_owned(),
            count => format!("{count} works"),
        };
        let question = format!("Edit {works}?");
        match meant.by {
            By::Query => context.confirm(&question),
            By::Find | By::Keys => context.confirm_at_terminal(&question),
        }
    }
}

/// The fields in which two texts of an entry differ.
fn differences(before: &str, after: &str) -> String {
    let (Ok(before), Ok(after)) = (bibtex::parse_entry(before), bibtex::parse_entry(after)) else {
        return String::new();
    };
    let mut names: Vec<String> = before
        .fields
        .iter()
        .chain(&after.fields)
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
            (Some(was), None) => write!(text, "{name} {was} taken away"),
            (None, None) => Ok(()),
        };
    }
    text
}

/// `FIELD=VALUE` as a field and its value.
pub(crate) fn fields(texts: &[String]) -> std::result::Result<Vec<(String, String)>, CommandError> {
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
    let source = library.source(key)?;
    let task = Task {
        name: &draft_name(key),
        text: &format!("{source}\n"),
        comment: ("%", ""),
        heading: "",
        instead: "say what to edit, such as --set title=…; `peerbib edit --help` lists it",
    };
    let edited = Draft::edit(context, &task, |text| {
        let edit = context.change(library, |change| {
            if change.source_of(work)? != source {
                return Err(LibraryError::ChangedMeanwhile(format!(
                    "the entry of {key}"
                )));
            }
            change.edit_entry(work, text)
        });
        edit.map_err(mendable)
    })?;
    match edited {
        Edited::Unchanged | Edited::Done(false) => context.note("nothing was changed"),
        Edited::Done(true) => {
            let key = library.key_of(work)?;
            context.note("1 work edited");
            warn_of(context, library, &key)?;
        }
    }
    Ok(Outcome::Done)
}

/// What is wrong with an entry that a person can mend where they wrote it.
pub(crate) fn mendable(error: LibraryError) -> Refusal {
    match error {
        LibraryError::UnreadableEntry(_)
        | LibraryError::TakenKey { .. }
        | LibraryError::MalformedKey(_) => {
            let help = error
                .help()
                .map(|help| help.replace("nothing was changed; ", ""));
            Refusal::Mend(match help {
                Some(help) => format!("{error} ({help})"),
                None => error.to_string(),
            })
        }
        error => error.into(),
    }
}

/// Tells what in the entry of a work was guessed, or cannot be read as what it should be.
pub(crate) fn warn_of(
    context: &CommandContext,
    library: &Library,
    key: &str,
) -> std::result::Result<(), CommandError> {
    let id = library.work_id(key)?;
    let mut work = library.work(key)?;
    work.key = library.key_of(id)?;
    let strings = library.abbreviations(id)?;
    let derived = bibtex::derive(&work, &strings, &|parent| library.parent(parent));
    let read = bibtex::read(&work.source);
    for problem in read.problems.iter().chain(&derived.problems) {
        let place = match &problem.field {
            Some(field) => format!("{}, {field}", work.key),
            None => work.key.clone(),
        };
        context.warn(format_args!("warning: {place}: {}", problem.message));
    }
    Ok(())
}

/// A name for the draft of an entry, by which the editor knows that it is BibTeX.
pub(crate) fn draft_name(key: &str) -> String {
    let name: String = key.chars().filter(|c| c.is_alphanumeric()).collect();
    format!("{}.bib", if name.is_empty() { "entry" } else { &name })
}
