//! A list on its way to its reader.

use super::file::edition_of;
use crate::commands::forms::{FormArguments, Listed};
use crate::commands::references::Entries;
use crate::commands::rendering::{Engine, Rendering};
use crate::commands::{Failure, Session};
use crate::formats::Reading;
use crate::library::{Library, StoredList};
use crate::reading_list::{Contents, Edition, Headings, Holding, ReadingList};

/// A list as a style prints it.
///
/// # Errors
///
/// Where the style or the locale of the list is not there.
pub(super) fn formatted(
    session: &Session,
    contents: &Contents,
    rendering: &Rendering,
) -> Result<(ReadingList, bool), Failure> {
    let (bibliography, complete) = rendering.bibliography(session, &contents.items())?;
    let mut list = ReadingList::grouped(&bibliography, &contents.grouping());
    list.title.clone_from(&contents.title);
    list.introduction = contents.introduction();
    let headings = Headings::in_language(rendering.language());
    list.annotate(&mut contents.annotations(headings));
    Ok((list, complete))
}

/// The headings of a list in its language: its own, or that of its style; in English, where neither can
/// be told.
pub(super) fn headings(session: &Session, list: &StoredList) -> Headings {
    if let Some(locale) = &list.locale {
        return Headings::in_language(locale);
    }
    match Rendering::new(session, &list.style, None, Engine::default()) {
        Ok(rendering) => Headings::in_language(rendering.language()),
        Err(_) => Headings::default(),
    }
}

/// Writes a list as it stands. Says whether every work could be rendered.
///
/// # Errors
///
/// Where the style is not there, or the output cannot be written.
pub(super) fn write_holding(
    session: &Session,
    library: &Library,
    holding: &Holding,
    rendering: &Rendering,
    form: &FormArguments,
) -> Result<bool, Failure> {
    let (list, complete) = formatted(session, &holding.contents, rendering)?;
    form.write(
        session,
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
pub(super) fn write_edition(
    session: &Session,
    edition: &Edition,
    engine: Engine,
    form: &FormArguments,
) -> Result<bool, Failure> {
    let contents = &edition.contents;
    let rendering = Rendering::new(session, &contents.style, contents.locale.as_deref(), engine)?;
    let (list, complete) = formatted(session, contents, &rendering)?;
    let reading = Reading {
        file: crate::formats::bibtex::read(&edition.bibliography()),
        items: None,
        rejected: Vec::new(),
    };
    let (works, items) = edition.works(&reading.file);
    form.write(
        session,
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
pub(super) fn edition(
    library: &Library,
    list: &StoredList,
    name: &str,
) -> Result<Edition, Failure> {
    edition_of(&library.edition(list.id, name)?)
}
