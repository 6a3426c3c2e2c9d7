//! Lists and snapshots as output.

use super::file::parse_snapshot;
use crate::cli::export_entries::Entries;
use crate::cli::output_format::{ListedWorks, OutputArgs, RenderedList};
use crate::cli::style_engine::StyleEngine;
use crate::cli::{CommandContext, Result};
use peerbib::documents::markdown::{CitableItems, cite_in_list, keys_in_list};
use peerbib::formats::ParsedFile;
use peerbib::library::{Library, StoredList};
use peerbib::model::CslItem;
use peerbib::reading_list::{
    HeadingTranslations, ListContents, ReadingList, ResolvedList, Snapshot,
};

/// Formats a list in its style, with the citations in its introductions and annotations. `find` returns works that are
/// not in the list. Fails if the style or the locale does not exist.
pub(crate) fn formatted(
    context: &CommandContext,
    contents: &ListContents,
    engine: &StyleEngine,
    headings: HeadingTranslations,
    find: &dyn Fn(&str) -> Option<CslItem>,
) -> Result<(ReadingList, bool)> {
    let mut items = contents.items();
    let (bibliography, complete) = engine.bibliography(context, &mut items);
    let mut list = ReadingList::grouped(&bibliography, &contents.grouping());
    list.state_languages(&items);
    list.title.clone_from(&contents.title);
    list.introduction = contents.introduction();
    list.annotate(&mut contents.annotations(headings));
    list.annotate_sections(contents, headings);
    let keys = keys_in_list(&list);
    if !keys.is_empty() {
        let mut works = CitableItems::default();
        for item in items {
            works.add(&item.id.clone(), item);
        }
        for key in keys {
            if works.get(&key).is_none()
                && let Some(item) = find(&key)
            {
                works.add(&key, item);
            }
        }
        for key in cite_in_list(&mut list, &works, &engine.citation_options()) {
            context.warn(format_args!(
                "warning: the text of the list cites @{key}, which is not among the works"
            ));
        }
    }
    Ok((list, complete))
}

/// Returns the item of a work of the library.
pub(crate) fn work_of_key(library: &Library, key: &str) -> Option<CslItem> {
    let mut work = library.works().get(key).ok()?;
    let mut item = work.take_item().ok()?;
    item.id = work.key;
    item.variables.remove("annote");
    Some(item)
}

/// Returns the headings in the language of a list or of its style, or in English.
pub(crate) fn headings(context: &CommandContext, list: &StoredList) -> HeadingTranslations {
    if let Some(locale) = &list.locale {
        return HeadingTranslations::in_language(locale);
    }
    match StyleEngine::new(context, &list.style, None) {
        Ok(engine) => HeadingTranslations::in_language(engine.language()),
        Err(_) => HeadingTranslations::default(),
    }
}

/// Writes the current list. Returns whether every work could be rendered. Fails if the style does not exist, or the
/// output cannot be written.
pub(crate) fn write_holding(
    context: &CommandContext,
    library: &Library,
    holding: &ResolvedList,
    engine: &StyleEngine,
    headings: HeadingTranslations,
    output_args: &OutputArgs,
) -> Result<bool> {
    let find = |key: &str| work_of_key(library, key);
    let (list, complete) = formatted(context, &holding.contents, engine, headings, &find)?;
    output_args.write(
        context,
        &RenderedList {
            list: &list,
            works: ListedWorks::All(&holding.works, &holding.items),
            entries: Entries::Library(library),
            language: engine.language(),
            annotations: false,
        },
    )?;
    Ok(complete)
}

/// Writes a snapshot. Returns whether every work could be rendered. Fails if the style does not exist, or the output
/// cannot be written.
pub(crate) fn write_snapshot(
    context: &CommandContext,
    snapshot: &Snapshot,
    output_args: &OutputArgs,
) -> Result<bool> {
    let contents = &snapshot.contents;
    let engine = StyleEngine::new(context, &contents.style, contents.locale.as_deref())?;
    let (list, complete) = formatted(
        context,
        contents,
        &engine,
        engine.headings(context),
        &|_| None,
    )?;
    let reading = ParsedFile {
        file: peerbib::formats::bibtex::read(&snapshot.bibliography()),
        items: None,
        rejected: Vec::new(),
    };
    let (works, items) = snapshot.works(&reading.file);
    output_args.write(
        context,
        &RenderedList {
            list: &list,
            works: ListedWorks::All(&works, &items),
            entries: Entries::Files(&[reading]),
            language: engine.language(),
            annotations: false,
        },
    )?;
    Ok(complete)
}

/// Returns the snapshot of a list with this name. Fails if there is none, or it cannot be read.
pub(crate) fn snapshot(library: &Library, list: &StoredList, name: &str) -> Result<Snapshot> {
    parse_snapshot(&library.lists().snapshot(list.id, name)?)
}
