//! The variables of CSL 1.0.2 (appendix IV of the specification) that no BibLaTeX field stands for.
//!
//! A field of a `.bib` file that is called as one of these is that variable. So a reference that came from
//! another format keeps what BibLaTeX has no field for.

use crate::formats::csl_variables::TYPES;

/// Variables that hold text or numbers.
pub(crate) const TEXTS: [&str; 30] = [
    "archive",
    "archive-place",
    "archive_collection",
    "archive_location",
    "authority",
    "call-number",
    "citation-label",
    "collection-number",
    "collection-title-short",
    "dimensions",
    "division",
    "event-place",
    "event-title",
    "first-reference-note-number",
    "genre",
    "jurisdiction",
    "license",
    "locator",
    "medium",
    "original-publisher-place",
    "part-number",
    "part-title",
    "printing-number",
    "references",
    "reviewed-genre",
    "scale",
    "section",
    "source",
    "supplement-number",
    "year-suffix",
];

/// Variables that hold names.
pub(crate) const NAMES: [&str; 28] = [
    "author",
    "chair",
    "collection-editor",
    "compiler",
    "composer",
    "container-author",
    "contributor",
    "curator",
    "director",
    "editor",
    "editor-translator",
    "editorial-director",
    "executive-producer",
    "guest",
    "host",
    "illustrator",
    "interviewer",
    "narrator",
    "organizer",
    "original-author",
    "performer",
    "producer",
    "recipient",
    "reviewed-author",
    "reviewed-editor",
    "script-writer",
    "series-creator",
    "translator",
];

/// Variables that hold dates.
pub(crate) const DATES: [&str; 2] = ["available-date", "submitted"];

/// The CSL type of this name.
pub(crate) fn csl_type(name: &str) -> Option<&'static str> {
    find(TYPES, name)
}

/// The text variable that a field of this name is.
pub(crate) fn text_variable(field: &str) -> Option<&'static str> {
    find(&TEXTS, field).or(match field {
        "archivelocation" => Some("archive_location"),
        "archivecollection" => Some("archive_collection"),
        "archiveplace" => Some("archive-place"),
        _ => None,
    })
}

/// The name variable that a field of this name is.
pub(crate) fn name_variable(field: &str) -> Option<&'static str> {
    find(&NAMES, field).or(match field {
        "bookauthor" => Some("container-author"),
        "origauthor" => Some("original-author"),
        "serieseditor" => Some("collection-editor"),
        _ => None,
    })
}

/// The lists are in the order of bytes.
fn find(list: &[&'static str], name: &str) -> Option<&'static str> {
    let index = list.binary_search(&name).ok()?;
    list.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(TEXTS.is_sorted() && NAMES.is_sorted() && TYPES.is_sorted());
    }
}
