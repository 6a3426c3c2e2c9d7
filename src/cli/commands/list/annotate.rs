//! `peerbib list annotate`

use clap::Args;

use crate::cli::editor::{EditError, EditOutcome, EditRequest, TempFile, without_blank_start};
use crate::cli::io::standard_input_as_text;
use crate::cli::{CommandContext, CommandError, Outcome, Result};
use peerbib::library::{Library, LibraryError, StoredList};
use peerbib::reading_list::works_of_list;

/// Annotate a work in a reading list, in Markdown
///
/// The annotation belongs to this list, apart from your private note on the work, and is printed below
/// the work. Without -m, your editor opens.
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

    /// The citation key of the work
    #[arg(value_name = "KEY")]
    key: String,

    /// The annotation; repeat it for several paragraphs; - is standard input
    #[arg(short, long, value_name = "MARKDOWN", allow_hyphen_values = true)]
    message: Vec<String>,

    /// Remove the annotation
    #[arg(long, conflicts_with = "message")]
    remove: bool,
}

impl AnnotateInList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let in_editor = self.message.is_empty() && !self.remove;
        let message = message(&self.message)?;
        let mut library = context.open_to_change_unless(in_editor)?;
        let list = library.lists().get(&self.list)?;
        let said = library.lists().entries(list.id)?;
        let work = match library.works().id(&self.key) {
            Ok(work) => work,
            Err(error @ LibraryError::UnknownKey { .. }) => {
                // The work may no longer exist.
                let removed = self.remove
                    && context.change(&mut library, |change| {
                        change.lists().remove_missing_annotation(list.id, &self.key)
                    })?;
                if !removed {
                    return Err(error.into());
                }
                context.note(format_args!("removed the annotation of {}", self.key));
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
            context.note("nothing to do: the annotation is unchanged");
            return Ok(Outcome::Done);
        }
        let is_removed = after.is_none();
        context.change(&mut library, |change| {
            change.lists().annotate(list.id, work, after)
        })?;
        if is_removed {
            let key = library.works().key(work)?;
            context.note(format_args!("removed the annotation of {key}"));
            return Ok(Outcome::Done);
        }
        report(context, &library, &list, work)
    }

    /// Opens the annotation of `work` in the editor.
    fn in_editor(
        &self,
        context: &CommandContext,
        library: &mut Library,
        list: &StoredList,
        (work, before): (i64, Option<String>),
    ) -> Result {
        let key = library.works().key(work)?;
        let title = library.works().get(&key)?.title.unwrap_or_default();
        let request = EditRequest {
            name: &format!("{}.md", list.name),
            text: &format!("{}\n", before.as_deref().unwrap_or_default()),
            comment: ("<!--", " -->"),
            heading: &format!("on {key} in {}: {title}", list.name).replace("--", "\u{2013}"),
            alternative: "use -m, or --remove to remove it",
        };
        let edited = TempFile::edit(context, &request, |text| {
            let after = non_empty(without_blank_start(text));
            let annotated = context.change(library, |change| {
                if change.lists().annotate(list.id, work, after)? != before {
                    return Err(LibraryError::ChangedMeanwhile(format!(
                        "the annotation of {key}"
                    )));
                }
                Ok(())
            });
            annotated.map_err(EditError::from)
        })?;
        match edited {
            EditOutcome::Unchanged => {
                context.note("nothing was changed");
                Ok(Outcome::Done)
            }
            EditOutcome::Done(()) => report(context, library, list, work),
        }
    }
}

fn report(context: &CommandContext, library: &Library, list: &StoredList, work: i64) -> Result {
    let key = library.works().key(work)?;
    context.note(format_args!("annotated {key} in {}", list.name));
    if !works_of_list(library, list)?
        .iter()
        .any(|held| held.id == work)
    {
        context.warn(format_args!(
            "warning: {key} is not in the list; the annotation is kept"
        ));
    }
    Ok(Outcome::Done)
}

/// Trims a text; `None` if nothing is left.
fn non_empty(text: &str) -> Option<String> {
    Some(text.trim_end())
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

/// Joins the paragraphs of an annotation; `-` is standard input.
fn message(paragraphs: &[String]) -> std::result::Result<Option<String>, CommandError> {
    let mut texts = Vec::new();
    for paragraph in paragraphs {
        if paragraph == "-" {
            texts.push(standard_input_as_text()?.trim_end().to_owned());
        } else {
            texts.push(paragraph.clone());
        }
    }
    Ok(non_empty(&texts.join("\n\n")))
}
