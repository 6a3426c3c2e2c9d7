//! `peerbib note`

use clap::Args;

use crate::cli::editor::{
    EditError, EditOutcome, EditRequest, TempFile, can_edit, without_blank_start,
};
use crate::cli::io::standard_input_as_text;
use crate::cli::works::named_work;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, LibraryError, Note};

/// Write a private note on a work, in Markdown
///
/// Without options the note opens in your editor (set it with `peerbib config`, $VISUAL or $EDITOR);
/// without a terminal it is printed. `peerbib find` searches notes. Reading lists print them only if you
/// ask for it, and only `peerbib export --notes` exports them.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib note merten2000 -m 'The talk that started it all.'\n  \
                        peerbib note merten2000 --append -m 'See also Meretz.'\n  \
                        peerbib note merten2000 --show\n  \
                        echo '- read again' | peerbib note merten2000 --append -m -"
)]
pub(crate) struct NoteWork {
    /// The citation key of the work, or a query that matches no other work
    #[arg(value_name = "KEY")]
    key: String,

    /// The text of the note; - is standard input
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    message: Option<String>,

    /// Add a paragraph to the note instead of replacing it
    #[arg(long, requires = "message")]
    append: bool,

    /// Print the note
    #[arg(long, conflicts_with_all = ["message", "remove"])]
    show: bool,

    /// Remove the note
    #[arg(long, conflicts_with = "message")]
    remove: bool,

    /// Print the note as JSON, or null if there is none
    #[arg(long, conflicts_with_all = ["message", "remove"])]
    json: bool,
}

impl NoteWork {
    pub(crate) fn run(self, context: &CommandContext) -> Result {
        if self.json || self.show {
            let library = context.open()?;
            return show(context, &library, &self.key, self.json);
        }
        if self.remove {
            return self.write(context, "");
        }
        match self.message.as_deref() {
            Some("-") => self.write(context, &standard_input_as_text()?),
            Some(text) => self.write(context, text),
            None if can_edit(context)? => self.edit(context),
            None => show(context, &context.open()?, &self.key, false),
        }
    }

    fn write(&self, context: &CommandContext, text: &str) -> Result {
        if text.trim().is_empty() && !self.remove {
            return Err(CommandError::usage("the note is empty")
                .with_help("give a text, or use --remove to remove the note".to_owned()));
        }
        let mut library = context.open_to_change()?;
        let work = named_work(context, &library, &self.key)?;
        let before = library.notes().get(work)?.map(|note| note.text);
        let text = match &before {
            Some(before) if self.append => format!("{before}\n\n{}", text.trim()),
            _ => text.to_owned(),
        };
        let changed = context.change(&mut library, |change| change.notes().set(work, &text))?;
        report(context, &library, work, changed, before.is_some())
    }

    fn edit(&self, context: &CommandContext) -> Result {
        let mut library = context.open()?;
        let work = named_work(context, &library, &self.key)?;
        let key = library.works().key(work)?;
        let before = library.notes().get(work)?.map(|note| note.text);
        let text = before.clone().unwrap_or_default();
        let reference = library.works().get(&key)?;
        let title = reference.title.unwrap_or_default();
        let request = EditRequest {
            name: "note.md",
            text: &format!("{text}\n"),
            comment: ("<!--", " -->"),
            heading: &format!("a note on {key}: {title}").replace("--", "\u{2013}"),
            alternative: "use -m",
        };
        let edited = TempFile::edit(context, &request, |text| {
            let set = context.change(&mut library, |change| {
                if change.notes().get(work)?.map(|note| note.text) != before {
                    return Err(LibraryError::ChangedMeanwhile(format!("the note on {key}")));
                }
                change.notes().set(work, without_blank_start(text))
            });
            set.map_err(EditError::from)
        })?;
        match edited {
            EditOutcome::Unchanged => context.note("nothing was changed"),
            EditOutcome::Done(changed) => {
                return report(context, &library, work, changed, before.is_some());
            }
        }
        Ok(Outcome::Done)
    }
}

fn show(context: &CommandContext, library: &Library, key: &str, json: bool) -> Result {
    let note: Option<Note> = library.notes().get(named_work(context, library, key)?)?;
    if json {
        context.print_json(&note)?;
        return Ok(Outcome::Done);
    }
    match note {
        Some(note) => context.print(&format!("{}\n", note.text))?,
        None => context.note(format_args!("no note on {key}")),
    }
    Ok(Outcome::Done)
}

fn report(
    context: &CommandContext,
    library: &Library,
    work: i64,
    changed: bool,
    was_there: bool,
) -> Result {
    let key = library.works().key(work)?;
    let is_there = library.notes().get(work)?.is_some();
    context.note(match (changed, is_there, was_there) {
        (true, true, _) => format!("saved the note on {key}"),
        (true, false, _) => {
            format!("removed the note on {key}; `peerbib undo` restores it")
        }
        (false, false, _) => format!("nothing to do: no note on {key}"),
        (false, true, _) => format!("nothing to do: the note on {key} is unchanged"),
    });
    Ok(Outcome::Done)
}
