//! A list on its way to its reader.

use super::file::edition_of;
use crate::cli::export_entries::Entries;
use crate::cli::output_format::{FormArguments, Listed};
use crate::cli::style_engine::Rendering;
use crate::cli::{CommandContext, CommandError};
use peerbib::formats::ParsedFile;
use peerbib::library::{Library, StoredList};
use peerbib::reading_list::{Contents, Edition, Headings, Holding, ReadingList};

/// A list as a style prints it.
///
/// # Errors
///
/// Where the style or the locale of the list is not there.
pub(crate) fn formatted(
    context: &CommandContext,
    contents: &Contents,
    rendering: &Rendering,
) -> Result<(ReadingList, bool), CommandError> {
    let (bibliography, complete) = rendering.bibliography(context, &contents.items());
    let mut list = ReadingList::grouped(&bibliography, &contents.grouping());
    list.title.clone_from(&contents.title);
    list.introduction = contents.introduction();
    let headings = Headings::in_language(rendering.language());
    list.annotate(&mut contents.annotations(headings));
    Ok((list, complete))
}

/// The headings of a list in its language: its own, or that of its style; in English, where neither can
/// be told.
pub(crate) fn headings(context: &CommandContext, list: &StoredList) -> Headings {
    if let Some(locale) = &list.locale {
        return Headings::in_language(locale);
    }
    match Rendering::new(context, &list.style, None) {
        Ok(rendering) => Headings::in_language(rendering.language()),
        Err(_) => Headings::default(),
    }
}

/// Writes a list as it stands. Says whether every work could be rendered.
///
/// # Errors
///
/// Where the style is not there, or the output cannot be written.
pub(crate) fn write_holding(
    context: &CommandContext,
    library: &Library,
    holding: &Holding,
    rendering: &Rendering,
    form: &FormArguments,
) -> Result<bool, CommandError> {
    let (list, complete) = formatted(context, &holding.contents, rendering)?;
    form.write(
        context,
        &Listed {
            list: &list,
            works: &holding.works,
            items: &holding.items,
            entries: Entries::Library(library),
            language: rendering.language(),
            annotations: false,
        },
    )?;
    Ok(complete)
}

/// Writes an edition. Says whether every work could be rendered.
///
/// # Errors
///
/// Where the style is not there, or the output cannot be written.
pub(crate) fn write_edition(
    context: &CommandContext,
    edition: &Edition,
    form: &FormArguments,
) -> Result<bool, CommandError> {
    let contents = &edition.contents;
    let rendering = Rendering::new(context, &contents.style, contents.locale.as_deref())?;
    let (list, complete) = formatted(context, contents, &rendering)?;
    let reading = ParsedFile {
        file: peerbib::formats::bibtex::read(&edition.bibliography()),
        items: None,
        rejected: Vec::new(),
    };
    let (works, items) = edition.works(&reading.file);
    form.write(
        context,
        &Listed {
            list: &list,
            works: &works,
            items: &items,
            entries: Entries::Files(&[reading]),
            language: rendering.language(),
            annotations: false,
        },
    )?;
    Ok(complete)
}

/// The edition of a list with a name.
///
/// # Errors
///
/// Where there is none, or the library's copy was damaged.
pub(crate) fn edition(
    library: &Library,
    list: &StoredList,
    name: &str,
) -> Result<Edition, CommandError> {
    edition_of(&library.edition(list.id, name)?)
}
