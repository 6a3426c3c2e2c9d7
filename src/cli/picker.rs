//! A picker of works, where a command needs a key and none is given at a terminal.

use std::borrow::Cow;
use std::collections::HashSet;

use nucleo_picker::error::PickError;
use nucleo_picker::preview::{PreviewBuffer, SyncPreviewer};
use nucleo_picker::{PickerOptions, Render};

use crate::cli::style_engine::StyleEngine;
use crate::cli::ui::can_ask;
use crate::cli::{CommandContext, CommandError, Result};
use peerbib::library::{CitableWork, Library};
use peerbib::output::terminal::visible;
use peerbib::text::single_spaced;

/// The number of works that can be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    One,
    Several,
}

/// A work in the picker.
struct PickedWork {
    key: String,
    /// Authors, year, title and key on one line.
    line: String,
}

impl PickedWork {
    fn new(work: &CitableWork) -> Self {
        let year = work.year.map(|year| year.to_string());
        let authors = match work.authors.as_slice() {
            [first, _, _, ..] => format!("{first} et al."),
            authors => authors.join(", "),
        };
        let parts = [Some(authors), year, work.title.clone()];
        let parts: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let line = format!("{}  [{}]", parts.join("  "), work.key);
        let line = single_spaced(&line);
        Self {
            key: work.key.clone(),
            line: visible(&line).into_owned(),
        }
    }
}

struct PickerLine;

impl Render<PickedWork> for PickerLine {
    type Str<'a> = &'a str;

    fn render<'a>(&self, work: &'a PickedWork) -> &'a str {
        &work.line
    }
}

/// Returns the keys of works that the user picks, out of those with the rowids `among` or of all. Fails if there is no
/// terminal, or the user picks none.
pub(crate) fn picked(
    context: &CommandContext,
    library: &Library,
    pick: Pick,
    among: Option<&HashSet<i64>>,
) -> Result<Vec<String>> {
    if !can_ask() {
        return Err(CommandError::usage("no citation key given").with_help(
            "give the key of a work, which `peerbib find` shows; at a terminal, you can pick works"
                .to_owned(),
        ));
    }
    let works = context.select(library, &[])?;
    let works: Vec<PickedWork> = works
        .iter()
        .filter(|work| among.is_none_or(|among| among.contains(&work.id)))
        .map(PickedWork::new)
        .collect();
    if works.is_empty() {
        return Err(CommandError::new("there are no works to pick from"));
    }
    let style = context.style_name(None)?;
    let locale = context.locale_name(None)?;
    let engine = StyleEngine::new(context, &style, locale.as_deref())?;
    let previewer = SyncPreviewer(|work: &PickedWork, buffer: &mut PreviewBuffer| {
        buffer.push_text(&preview(library, &engine, &work.key));
    });
    // From the top to the bottom, so that Tab goes on to the next work.
    let picker = PickerOptions::new().reversed(true).picker(PickerLine);
    picker.push_batch(works);
    let keys: Vec<String> = match pick {
        Pick::One => {
            context.note("type to search by author, year and title; Enter picks, Esc cancels");
            let mut picker = picker.with_preview(previewer);
            let picked = picker.pick().map_err(failure)?;
            picked.into_iter().map(|work| work.key.clone()).collect()
        }
        Pick::Several => {
            context.note(
                "type to search by author, year and title; Tab marks several, Enter picks, Esc cancels",
            );
            let mut picker = picker.multi().with_preview(previewer);
            let picked = picker.pick().map_err(failure)?;
            picked.into_iter().map(|work| work.key.clone()).collect()
        }
    };
    if keys.is_empty() {
        return Err(CommandError::new("no work was picked"));
    }
    Ok(keys)
}

/// Returns a work as the user's style prints it, with its tags.
fn preview(library: &Library, engine: &StyleEngine, key: &str) -> String {
    let Ok(mut work) = library.works().get(key) else {
        return String::new();
    };
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    if let Ok(mut item) = work.take_item() {
        item.id = key.to_owned();
        lines.push(engine.entry_as_text(item).into());
    }
    let tags: Vec<String> = work.tags.iter().map(ToString::to_string).collect();
    if !tags.is_empty() {
        lines.push("".into());
        lines.push(tags.join("  ").into());
    }
    visible(&lines.join("\n")).into_owned()
}

fn failure(error: PickError) -> CommandError {
    match error {
        PickError::UserInterrupted => CommandError::new("no work was picked"),
        error => CommandError::new(format_args!("cannot show the picker: {error}")),
    }
}
