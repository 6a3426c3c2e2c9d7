//! `peerbib list annotate`

use clap::Args;

use super::pin::PagesAndNote;
use super::section::resolved;
use crate::cli::editor::{EditError, EditOutcome, EditRequest, TempFile, without_blank_start};
use crate::cli::io::standard_input_as_text;
use crate::cli::works::named_work;
use crate::cli::{CommandContext, Outcome, Result};
use peerbib::library::{Change, Library, LibraryError, StoredList};
use peerbib::reading_list::{AnnotationKind, AnnotationKinds, works_of_list};

/// Annotate a work in a reading list, in Markdown
///
/// The annotation belongs to this list, apart from your private note on the work, and is printed below
/// the work. With --section, it belongs to the work in that section, along with the pages to read and a note.
/// Without -m, your editor opens.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  peerbib list annotate commons-101 benkler2006wealth -m \"Chapter 3 *first*.\"\n  \
                  peerbib list annotate commons-101 benkler2006wealth\n  \
                  peerbib list annotate commons-101 benkler2006wealth --section Beginnings --pages 1-28\n  \
                  peerbib list annotate commons-101 benkler2006wealth --remove"
)]
pub(in crate::cli) struct AnnotateInList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The citation key of the work, or a query that matches no other work
    #[arg(value_name = "KEY")]
    key: String,

    /// The annotation; repeat it for several paragraphs; - is standard input
    #[arg(short, long, value_name = "MARKDOWN", allow_hyphen_values = true)]
    message: Vec<String>,

    /// Annotate the work in this section: its title, its number, or the beginning of its title
    #[arg(long, value_name = "SECTION")]
    section: Option<String>,

    /// The part to read in this section; empty to remove it
    #[arg(long, value_name = "PAGES", requires = "section")]
    pages: Option<String>,

    /// A remark in plain text, printed with the pages; empty to remove it
    #[arg(
        long,
        value_name = "TEXT",
        requires = "section",
        allow_hyphen_values = true
    )]
    note: Option<String>,

    /// Remove the annotation
    #[arg(long, conflicts_with = "message")]
    remove: bool,
}

impl AnnotateInList {
    pub(in crate::cli) fn run(self, context: &CommandContext) -> Result {
        let reading = PagesAndNote {
            pages: self.pages.clone(),
            note: self.note.clone(),
        };
        let in_editor = self.message.is_empty() && !self.remove && reading.is_empty();
        let message = message(&self.message)?;
        let mut library = context.open_to_change_unless(in_editor)?;
        let list = library.lists().get(&self.list)?;
        let section = match &self.section {
            Some(section) => {
                let sections = library.lists().sections(list.id)?;
                Some(resolved(&sections, section)?.clone())
            }
            None => None,
        };
        let said = library.lists().entries(list.id)?;
        let is_missing = self.remove && library.works().find(&self.key)?.is_none();
        let work = match named_work(context, &library, &self.key) {
            Ok(work) => work,
            Err(error) if is_missing => {
                // The work may no longer exist.
                let removed = context.change(&mut library, |change| {
                    change.lists().remove_missing_annotation(list.id, &self.key)
                })?;
                if !removed {
                    return Err(error);
                }
                context.note(format_args!("removed the annotation of {}", self.key));
                return Ok(Outcome::Done);
            }
            Err(error) => return Err(error),
        };
        let target = AnnotationTarget {
            list: list.id,
            work,
            section: section.map(|section| section.id),
        };
        let before = match target.section {
            None => said
                .into_iter()
                .find(|said| said.work == Some(work))
                .and_then(|said| said.annotation),
            Some(section) => library
                .lists()
                .placements(list.id)?
                .into_iter()
                .find(|placement| placement.section == section && placement.work == Some(work))
                .and_then(|placement| placement.annotation),
        };
        if in_editor {
            return self.in_editor(context, &mut library, &list, (target, before));
        }
        let keeps = self.message.is_empty() && !self.remove;
        let after = if keeps { before.clone() } else { message };
        if before == after && reading.is_empty() {
            context.note("nothing to do: the annotation is unchanged");
            return Ok(Outcome::Done);
        }
        let is_removed = after.is_none() && before.is_some();
        context.change(&mut library, |change| {
            if let Some(section) = target.section {
                change
                    .lists()
                    .place(section, work, |placement| reading.apply(placement))?;
            }
            target.annotate(change, after)
        })?;
        if is_removed {
            let key = library.works().key(work)?;
            context.note(format_args!("removed the annotation of {key}"));
            return Ok(Outcome::Done);
        }
        report(context, &library, &list, work)?;
        if !keeps {
            warn_if_hidden(context, &list);
        }
        Ok(Outcome::Done)
    }

    /// Opens the annotation of `work` in the editor.
    fn in_editor(
        &self,
        context: &CommandContext,
        library: &mut Library,
        list: &StoredList,
        (target, before): (AnnotationTarget, Option<String>),
    ) -> Result {
        let work = target.work;
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
                if target.annotate(change, after)? != before {
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
            EditOutcome::Done(()) => {
                report(context, library, list, work)?;
                warn_if_hidden(context, list);
                Ok(Outcome::Done)
            }
        }
    }
}

/// The owner of an annotation: a work in a list, or in one of its sections.
#[derive(Debug, Clone, Copy)]
struct AnnotationTarget {
    list: i64,
    work: i64,
    section: Option<i64>,
}

impl AnnotationTarget {
    /// Sets or removes the annotation. Returns the previous one.
    fn annotate(
        self,
        change: &Change<'_>,
        annotation: Option<String>,
    ) -> peerbib::library::Result<Option<String>> {
        let Some(section) = self.section else {
            return change.lists().annotate(self.list, self.work, annotation);
        };
        let mut before = None;
        change.lists().place(section, self.work, |placement| {
            before = std::mem::replace(&mut placement.annotation, annotation);
        })?;
        Ok(before)
    }
}

/// Warns if a list does not print annotations.
fn warn_if_hidden(context: &CommandContext, list: &StoredList) {
    let kinds = AnnotationKinds::stored(&list.annotate);
    if kinds.has(AnnotationKind::Annotation) {
        return;
    }
    let name = &list.name;
    let others = match list.annotate.as_str() {
        "" | "none" => String::new(),
        others => format!(",{others}"),
    };
    context.warn(format_args!(
        "warning: {name} does not print annotations; `peerbib list edit {name} --annotate annotation{others}` \
         prints them"
    ));
}

fn report(context: &CommandContext, library: &Library, list: &StoredList, work: i64) -> Result<()> {
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
    Ok(())
}

/// Trims a text; `None` if nothing is left.
fn non_empty(text: &str) -> Option<String> {
    Some(text.trim_end())
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

/// Joins the paragraphs of an annotation; `-` is standard input.
fn message(paragraphs: &[String]) -> Result<Option<String>> {
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
