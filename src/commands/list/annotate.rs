//! `peerbib list annotate`

use clap::Args;

use super::draft::{edited, kept};
use crate::commands::files::standard_input_as_text;
use crate::commands::{Failure, Outcome, Result, Session};
use crate::library::{LibraryError, ListedWork};
use crate::reading_list::held;

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
pub(in crate::commands) struct AnnotateInList {
    /// The list
    #[arg(value_name = "LIST")]
    list: String,

    /// The work, by citation key
    #[arg(value_name = "KEY")]
    key: String,

    /// The text, in Markdown; given several times, each is a paragraph; - is standard input
    #[arg(short, long, value_name = "MARKDOWN")]
    message: Vec<String>,

    /// Take the text away
    #[arg(long, conflicts_with = "message")]
    remove: bool,
}

impl AnnotateInList {
    pub(in crate::commands) fn run(self, session: &Session) -> Result {
        let message = message(&self.message)?;
        let opens_editor = message.is_none() && !self.remove;
        let mut library = session.open_to_change_or_rehearse(opens_editor)?;
        let list = library.list(&self.list)?;
        let said = library.listed_works(list.id)?;
        let work = match library.work_id(&self.key) {
            Ok(work) => work,
            Err(error @ LibraryError::UnknownKey { .. }) => {
                // The text may have outlived its work.
                let removed = self.remove
                    && session.change(&mut library, |change| {
                        change.unannotate_missing(list.id, &self.key)
                    })?;
                if !removed {
                    return Err(error.into());
                }
                session.note(format_args!("the annotation of {} is removed", self.key));
                return Ok(Outcome::Done);
            }
            Err(error) => return Err(error.into()),
        };
        let annotation = |said: Vec<ListedWork>| {
            let mut said = said.into_iter();
            said.find(|said| said.work == Some(work))
                .and_then(|said| said.annotation)
        };
        let before = annotation(said);
        let draft = format!("{}-{}.md", list.name, self.key);
        let after = if opens_editor {
            Some(edited(
                session,
                before.as_deref().unwrap_or_default(),
                &draft,
                "say it with -m, or take it away with --remove",
            )?)
        } else {
            message
        };
        let after = after
            .map(|text| text.trim_end().to_owned())
            .filter(|text| !text.trim().is_empty());
        if before == after {
            session.note("nothing to do: the annotation is so already");
            return Ok(Outcome::Done);
        }
        let is_removed = after.is_none();
        let written = after.clone().unwrap_or_default();
        let changed = session.change(&mut library, |change| {
            // While a person wrote it, another program may have changed the library.
            if annotation(change.listed_works(list.id)?) != before {
                let what = format!("what {} says of {}", list.name, self.key);
                return Err(LibraryError::ChangedMeanwhile(what));
            }
            change.annotate_in_list(list.id, work, after)
        });
        changed.map_err(|error| match error.into() {
            failure if opens_editor => kept(failure, &draft, &written),
            failure => failure,
        })?;
        let key = library.key_of(work)?;
        if is_removed {
            session.note(format_args!("the annotation of {key} is removed"));
            return Ok(Outcome::Done);
        }
        session.note(format_args!("{key} is annotated in {}", list.name));
        if !held(&library, &list)?.iter().any(|held| held.id == work) {
            session.warn(format_args!(
                "warning: {key} is not in the list; the annotation is kept for the time when it is"
            ));
        }
        Ok(Outcome::Done)
    }
}

/// The paragraphs of a message; `-` is standard input. None where there are none.
fn message(paragraphs: &[String]) -> std::result::Result<Option<String>, Failure> {
    if paragraphs.is_empty() {
        return Ok(None);
    }
    let mut texts = Vec::new();
    for paragraph in paragraphs {
        if paragraph == "-" {
            texts.push(standard_input_as_text()?.trim_end().to_owned());
        } else {
            texts.push(paragraph.clone());
        }
    }
    Ok(Some(texts.join("\n\n")))
}
