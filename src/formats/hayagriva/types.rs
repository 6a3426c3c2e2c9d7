//! The types of Hayagriva and CSL. In Hayagriva, the parent also determines what a work is.

use ::hayagriva::types::EntryType;

/// A CSL type with its Hayagriva type and that of its parent.
pub(super) struct TypePair {
    pub(super) csl_type: &'static str,
    pub(super) entry_type: EntryType,
    pub(super) parent: Option<EntryType>,
}

const fn pair(
    csl_type: &'static str,
    entry_type: EntryType,
    parent: Option<EntryType>,
) -> TypePair {
    TypePair {
        csl_type,
        entry_type,
        parent,
    }
}

/// The pairs that hold both ways.
pub(super) const PAIRS: &[TypePair] = &[
    pair(
        "article-journal",
        EntryType::Article,
        Some(EntryType::Periodical),
    ),
    pair(
        "article-newspaper",
        EntryType::Article,
        Some(EntryType::Newspaper),
    ),
    pair(
        "paper-conference",
        EntryType::Article,
        Some(EntryType::Proceedings),
    ),
    pair("post-weblog", EntryType::Article, Some(EntryType::Blog)),
    pair("article", EntryType::Article, None),
    pair("chapter", EntryType::Chapter, Some(EntryType::Book)),
    pair(
        "entry-encyclopedia",
        EntryType::Entry,
        Some(EntryType::Reference),
    ),
    pair("entry", EntryType::Entry, None),
    pair("webpage", EntryType::Web, None),
    pair("book", EntryType::Book, None),
    pair("thesis", EntryType::Thesis, None),
    pair("report", EntryType::Report, None),
    pair("patent", EntryType::Patent, None),
    pair("legal_case", EntryType::Case, None),
    pair("legislation", EntryType::Legislation, None),
    pair("manuscript", EntryType::Manuscript, None),
    pair("post", EntryType::Post, None),
    pair("document", EntryType::Misc, None),
    pair("performance", EntryType::Performance, None),
    pair("periodical", EntryType::Periodical, None),
    pair("software", EntryType::Repository, None),
    pair("motion_picture", EntryType::Video, None),
    pair("song", EntryType::Audio, None),
    pair("graphic", EntryType::Artwork, None),
    pair("event", EntryType::Exhibition, None),
];

/// Returns the types of an entry of a CSL type, and of its parent; `None` for a parent that is
/// written only if it has fields.
pub(super) fn of_csl(csl_type: &str) -> (EntryType, Option<EntryType>) {
    let found = PAIRS.iter().find(|pair| pair.csl_type == csl_type);
    if let Some(pair) = found {
        return (pair.entry_type, pair.parent);
    }
    // Types that Hayagriva does not distinguish.
    match csl_type {
        "article-magazine" | "review" | "review-book" => {
            (EntryType::Article, Some(EntryType::Periodical))
        }
        "entry-dictionary" => (EntryType::Entry, Some(EntryType::Reference)),
        "classic" | "collection" => (EntryType::Book, None),
        "bill" | "regulation" | "treaty" => (EntryType::Legislation, None),
        "broadcast" => (EntryType::Video, None),
        "musical_score" => (EntryType::Audio, None),
        "figure" | "map" => (EntryType::Artwork, None),
        "dataset" => (EntryType::Repository, None),
        "standard" => (EntryType::Report, None),
        _ => (EntryType::Misc, None),
    }
}

/// Returns the type of the parent of a work whose type requires none, if the parent's title is
/// known.
pub(super) fn container_of(entry_type: EntryType) -> EntryType {
    match entry_type {
        EntryType::Article => EntryType::Periodical,
        EntryType::Chapter | EntryType::Anthos => EntryType::Book,
        EntryType::Entry => EntryType::Reference,
        EntryType::Post => EntryType::Blog,
        EntryType::Video | EntryType::Scene => EntryType::Video,
        EntryType::Audio => EntryType::Audio,
        EntryType::Book | EntryType::Report | EntryType::Legislation => EntryType::Periodical,
        _ => EntryType::Web,
    }
}

/// Returns the CSL type of an entry with a parent of type `parent`.
pub(super) fn csl_type(entry_type: EntryType, parent: Option<EntryType>) -> &'static str {
    let exact = PAIRS
        .iter()
        .find(|pair| pair.entry_type == entry_type && pair.parent == parent);
    let alone = || {
        PAIRS
            .iter()
            .find(|pair| pair.entry_type == entry_type && pair.parent.is_none())
    };
    if let Some(pair) = exact.or_else(alone) {
        // An entry with an unusual parent keeps its type.
        return match (entry_type, parent) {
            (EntryType::Article, Some(EntryType::Conference)) => "paper-conference",
            (EntryType::Article, Some(EntryType::Book | EntryType::Anthology)) => "chapter",
            (EntryType::Article, Some(EntryType::Reference)) => "entry-encyclopedia",
            (EntryType::Article, Some(EntryType::Web)) => "webpage",
            _ => pair.csl_type,
        };
    }
    match entry_type {
        EntryType::Chapter | EntryType::Anthos => "chapter",
        EntryType::Scene => "motion_picture",
        EntryType::Newspaper => "periodical",
        EntryType::Proceedings
        | EntryType::Anthology
        | EntryType::Reference
        | EntryType::Original => "book",
        EntryType::Blog => "webpage",
        EntryType::Conference => "event",
        EntryType::Thread => "post",
        _ => "document",
    }
}

/// Returns whether editors, publisher and numbers of a work are those of its parent.
pub(super) fn belongs_to_book(parent: EntryType) -> bool {
    matches!(
        parent,
        EntryType::Book | EntryType::Anthology | EntryType::Proceedings | EntryType::Reference
    )
}
