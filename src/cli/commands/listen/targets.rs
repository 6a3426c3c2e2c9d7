//! The tags of the library as the tree in which the connector offers collections.

use std::collections::HashMap;

use peerbib::library::{Library, TagName, TagSummary};
use peerbib::zotero::connector::{LIBRARY_TARGET, SaveTarget};

/// Facets are no tags, so they get numbers that no tag has.
const FIRST_FACET: i64 = 1_000_000_000;

/// Returns the library, its facets, and their tags below them.
pub(super) fn targets(library: &Library) -> peerbib::library::Result<Vec<SaveTarget>> {
    let mut targets = vec![target(LIBRARY_TARGET.to_owned(), library_name(library), 0)];
    let labels: HashMap<String, String> = library
        .tags()
        .described_facets()?
        .into_iter()
        .filter_map(|facet| Some((facet.name, facet.label?)))
        .collect();
    let facets = library.tags().facets()?;
    for (number, facet) in (FIRST_FACET..).zip(&facets) {
        let name = labels.get(facet).unwrap_or(facet);
        targets.push(target(format!("C{number}"), name.clone(), 1));
        let tags = library.tags().summaries(Some(facet))?;
        let mut children: HashMap<Option<&TagName>, Vec<&TagSummary>> = HashMap::new();
        for tag in &tags {
            // A parent may be in another facet.
            let parent = tag.parent.as_ref().filter(|parent| parent.facet == *facet);
            children.entry(parent).or_default().push(tag);
        }
        push_below(None, 2, &children, &mut targets);
    }
    Ok(targets)
}

/// Adds the tags below a tag, each with those below it. The library has no cycles.
fn push_below(
    parent: Option<&TagName>,
    level: usize,
    children: &HashMap<Option<&TagName>, Vec<&TagSummary>>,
    targets: &mut Vec<SaveTarget>,
) {
    for tag in children.get(&parent).into_iter().flatten() {
        let name = tag.label.clone().unwrap_or_else(|| tag.tag.name.clone());
        targets.push(target(id_of_tag(tag.id), name, level));
        push_below(Some(&tag.tag), level + 1, children, targets);
    }
}

fn target(id: String, name: String, level: usize) -> SaveTarget {
    SaveTarget {
        id,
        name,
        files_editable: true,
        level,
    }
}

/// Returns the name of a library: that of its file, unless it is the usual one.
fn library_name(library: &Library) -> String {
    let stem = library
        .path()
        .file_stem()
        .map(|stem| stem.to_string_lossy());
    match stem {
        Some(stem) if stem != "library" => format!("peerbib: {stem}"),
        _ => "peerbib".to_owned(),
    }
}

/// Returns the id of a tag as a target.
pub(super) fn id_of_tag(tag: i64) -> String {
    format!("C{tag}")
}

/// The tag or list that the id of a target names.
pub(super) enum Chosen {
    /// A tag.
    Tag(i64),
    /// The library or a facet.
    NoTag,
    /// Nothing.
    Unknown,
}

/// Returns what the id of a target names.
pub(super) fn chosen(library: &Library, id: &str) -> Chosen {
    if id == LIBRARY_TARGET {
        return Chosen::NoTag;
    }
    let number = id
        .strip_prefix('C')
        .and_then(|number| number.parse::<i64>().ok());
    match number {
        Some(number) if number >= FIRST_FACET => Chosen::NoTag,
        Some(number) if library.tags().get(number).is_ok() => Chosen::Tag(number),
        _ => Chosen::Unknown,
    }
}
