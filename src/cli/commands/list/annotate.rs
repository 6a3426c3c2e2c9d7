//! `peerbib list annotate`

use clap::Args;

use crate::cli::editor::{Draft, Edited, Refusal, Task, without_blank_start};
use crate::cli::io::standard_input_as_text;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, LibraryError, StoredList};
use peerbib::reading_list::held;

/// Say something of a work in a reading list, in Markdown
///
/// The text belongs to this list, beside the private note that the work may have, and is printed below
/// the work. Without -m $VISUAL or $EDITOR opens it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list annotate commons-101 benkler2006wealth -m \"Chapter 3 *first*.\"\n  \
                  peerbib list annotate commons-101 benkler2006wealth\n  \
                  peerbib list annotate commons-101 benkler2006wealth --remove"
)]
pub(in crate::cli) struct AnnotateInList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The work, by citation key
    #[arg(value_name = "KEY")]
    key: String,

    /// The text, in Markdown; given several times, each is a paragraph; - is standard input
    #[arg(short, long, value_name = "MARKDOWN", allow_hyphen_values = true)]
    message: Vec<String>,

    /// Take the text away
    #[arg(long, conflicts_with = "message")]
    remove: bool,
}

impl AnnotateInList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let in_editor = self.message.is_empty() && !self.remove;
        let message = message(&self.message)?;
        let mut library = context.open_to_change_or_rehearse(in_editor)?;
        let list = library.list(&self.list)?;
        let said = library.list_entries(list.id)?;
        let work = match library.work_id(&self.key) {
            Ok(work) => work,
            Err(error @ LibraryError::UnknownKey { .. }) => {
                // The text may have outlived its work.
                let removed = self.remove
                    && context.change(&mut library, |change| {
                        change.remove_missing_annotation(list.id, &self.key)
                    })?;
                if !removed {
                    return Err(error.into());
                }
                context.note(format_args!("the annotation of {} is removed", self.key));
                return Ok(Outcome::Done);
            }
            Err(error) => return Err(error.into()),
        };
        let before = said
            .into_iter()
            .find(|said| said.work == Some(work))
            .and_then(|said| said.annotation);
        if in_editor {
            return self.in_editor(context, &mut library, &list, (work, before));
        }
        let after = message;
        if before == after {
            context.note("nothing to do: the annotation is so already");
            return Ok(Outcome::Done);
        }
        let is_removed = after.is_none();
        context.change(&mut library, |change| {
            change.annotate_in_list(list.id, work, after)
        })?;
        if is_removed {
            let key = library.key_of(work)?;
            context.note(format_args!("the annotation of {key} is removed"));
            return Ok(Outcome::Done);
        }
        tell(context, &library, &list, work)
    }

    /// Has a person write the text on `work`, in place of the one that was there before.
    fn in_editor(
        &self,
        context: &CommandContext,
        library: &mut Library,
        list: &StoredList,
        (work, before): (i64, Option<String>),
    ) -> Result {
        let key = library.key_of(work)?;
        let title = library.reference(&key)?.title.unwrap_or_default();
        let task = Task {
            name: &format!("{}.md", list.name),
            text: &format!("{}\n", before.as_deref().unwrap_or_default()),
            comment: ("<!--", " -->"),
            heading: &format!("on {key} in {}: {title}", list.name).replace("--", "\u{2013}"),
            instead: "say it with -m, or take it away with --remove",
        };
        let edited = Draft::edit(context, &task, |text| {
            let after = kept(without_blank_start(text));
            let annotated = context.change(library, |change| {
                if change.annotate_in_list(list.id, work, after)? != before {
                    return Err(LibraryError::ChangedMeanwhile(format!(
                        "the annotation of {key}"
                    )));
                }
                Ok(())
            });
            annotated.map_err(Refusal::from)
        })?;
        match edited {
            Edited::Unchanged => {
                context.note("nothing was changed");
                Ok(Outcome::Done)
            }
            Edited::Done(()) => tell(context, library, list, work),
        }
    }
}

fn tell(context: &CommandContext, library: &Library, list: &StoredList, work: i64) -> Result {
    let key = library.key_of(work)?;
    context.note(format_args!("{key} is annotated in {}", list.name));
    if !held(library, list)?.iter().any(|held| held.id == work) {
        context.warn(format_args!(
            "warning: {key} is not in the list; the annotation is kept for the time when it is"
        ));
    }
    Ok(Outcome::Done)
}

/// A text as it is kept; none, where it says nothing.
fn kept(text: &str) -> Option<String> {
    Some(text.trim_end())
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

/// The paragraphs of a message; `-` is standard input.
fn message(paragraphs: &[String]) -> std::result::Result<Option<String>, CommandError> {
    let mut texts = Vec::new();
    for paragraph in paragraphs {
        if paragraph == "-" {
            texts.push(standard_input_as_text()?.trim_end().to_owned());
        } else {
            texts.push(paragraph.clone());
        }
    }
    Ok(kept(&texts.join("\n\n")))
}
