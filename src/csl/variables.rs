//! The variables (appendix IV) and types (appendix III) of CSL: the only list of either.
//!
//! Numbers make the lookups during evaluation cheap. Variables of the specification have fixed numbers;
//! others that a style names follow.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The number of a variable: fixed for those of the specification, specific to the style for others.
pub(super) type VariableId = u16;

/// The type of a variable (appendix IV).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VariableKind {
    Text,
    Number,
    Names,
    Date,
}

macro_rules! known_variables {
    ($($kind:ident { $($name:literal $($constant:ident)?),* $(,)? })*) => {
        /// The variables of the specification, in the order of their numbers.
        const KNOWN: &[(&str, VariableKind)] = &[
            $($(($name, VariableKind::$kind),)*)*
        ];
        $($($(
            pub(super) const $constant: VariableId = position($name);
        )?)*)*
    };
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        #[allow(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler, within bounds"
        )]
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn position(name: &str) -> VariableId {
    let mut at = 0;
    while at < KNOWN.len() {
        #[allow(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler, within bounds"
        )]
        if same(KNOWN[at].0, name) {
            return at as VariableId;
        }
        at += 1;
    }
    VariableId::MAX
}

known_variables! {
    Number {
        "citation-number" CITATION_NUMBER,
        "locator" LOCATOR,
        "first-reference-note-number" FIRST_REFERENCE_NOTE_NUMBER,
        "page" PAGE,
        "page-first" PAGE_FIRST,
        "number" NUMBER,
        "chapter-number", "collection-number", "edition",
        "issue", "number-of-pages", "number-of-volumes", "part-number",
        "printing-number", "supplement-number", "volume", "section" SECTION, "version" VERSION,
    }
    Text {
        "citation-label" CITATION_LABEL,
        "year-suffix" YEAR_SUFFIX,
        "title" TITLE,
        "title-short" TITLE_SHORT,
        "container-title" CONTAINER_TITLE,
        "container-title-short" CONTAINER_TITLE_SHORT,
        "URL" URL,
        "DOI" DOI,
        "PMID",
        "PMCID",
        "abstract", "annote", "archive", "archive_collection", "archive_location",
        "archive-place", "authority", "call-number", "citation-key",
        "collection-title", "dimensions", "division", "event", "event-title", "event-place",
        "genre", "ISBN", "ISSN", "jurisdiction" JURISDICTION, "keyword", "language", "license",
        "medium", "note", "original-publisher", "original-publisher-place", "original-title",
        "part-title", "publisher", "publisher-place", "references", "reviewed-genre",
        "reviewed-title", "scale", "source", "status", "volume-title", "volume-title-short",
        // Known to citeproc-js, though not to the specification.
        "collection-title-short", "hereinafter",
        // Older names that only data has.
        "journalAbbreviation", "shortTitle",
    }
    Names {
        "author",
        "chair", "collection-editor", "compiler", "composer", "container-author", "contributor",
        "curator", "director", "editor", "editorial-director", "executive-producer",
        "guest", "host", "illustrator", "interviewer", "narrator", "organizer", "original-author",
        "performer", "producer", "recipient", "reviewed-author", "reviewed-editor", "script-writer",
        "series-creator", "translator", "editor-translator",
    }
    Date {
        "accessed", "available-date", "event-date", "issued" ISSUED, "original-date", "submitted",
    }
}

static IDS: LazyLock<FxHashMap<&'static str, VariableId>> = LazyLock::new(|| {
    KNOWN
        .iter()
        .enumerate()
        .filter_map(|(at, (name, _))| Some((*name, VariableId::try_from(at).ok()?)))
        .collect()
});

/// Returns the variable of this name, as a static text, and what it holds.
pub(crate) fn known(name: &str) -> Option<(&'static str, VariableKind)> {
    KNOWN.get(usize::from(*IDS.get(name)?)).copied()
}

/// Returns the variables of the specification with what they hold.
#[cfg(feature = "formats")]
pub(crate) fn all() -> impl Iterator<Item = (&'static str, VariableKind)> {
    KNOWN.iter().copied()
}

/// Returns the names of all variables of some kinds.
#[cfg(test)]
pub(crate) fn of_kinds(kinds: &[VariableKind]) -> Vec<&'static str> {
    let found = KNOWN.iter().filter(|(_, kind)| kinds.contains(kind));
    found.map(|(name, _)| *name).collect()
}

/// Returns the name as a static text if CSL has a type of this name.
pub(crate) fn known_type(name: &str) -> Option<&'static str> {
    let index = TYPES.binary_search(&name).ok()?;
    TYPES.get(index).copied()
}

/// The type of an item. Styles compare it many times with each item (`benches/csl.rs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ItemType {
    /// A type of CSL, by its place in [`TYPES`].
    Known(usize),
    /// Any other.
    Other(Box<str>),
}

impl ItemType {
    /// Returns the type of this name.
    pub(super) fn new(name: &str) -> Self {
        match TYPES.binary_search(&name) {
            Ok(place) => Self::Known(place),
            Err(_) => Self::Other(name.into()),
        }
    }
}

/// The types of CSL 1.0.2, appendix III, in the order of bytes.
#[rustfmt::skip]
pub(crate) const TYPES: &[&str] = &[
    "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast", "chapter",
    "classic", "collection", "dataset", "document", "entry", "entry-dictionary", "entry-encyclopedia", "event",
    "figure", "graphic", "hearing", "interview", "legal_case", "legislation", "manuscript", "map", "motion_picture",
    "musical_score", "pamphlet", "paper-conference", "patent", "performance", "periodical", "personal_communication",
    "post", "post-weblog", "regulation", "report", "review", "review-book", "software", "song", "speech", "standard",
    "thesis", "treaty", "webpage",
];

/// The variables that a style uses: those of the specification and others.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    others: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, VariableId>,
}

impl Variables {
    /// Returns the number of a variable, assigning one if it is new.
    pub(super) fn intern(&mut self, name: &str) -> VariableId {
        if let Some(id) = self.get(name) {
            return id;
        }
        let id = VariableId::try_from(KNOWN.len() + self.others.len()).unwrap_or(VariableId::MAX);
        self.others.push(name.into());
        self.ids.insert(name.into(), id);
        id
    }

    /// Returns the number of a known variable.
    pub(super) fn get(&self, name: &str) -> Option<VariableId> {
        IDS.get(name).or_else(|| self.ids.get(name)).copied()
    }

    /// Returns the name of a variable.
    pub(super) fn name(&self, id: VariableId) -> &str {
        match KNOWN.get(usize::from(id)) {
            Some((name, _)) => name,
            None => self
                .others
                .get(usize::from(id) - KNOWN.len())
                .map_or("", |name| name),
        }
    }
}

/// Returns the type of a variable; unknown ones hold text.
pub(super) fn kind(id: VariableId) -> VariableKind {
    KNOWN
        .get(usize::from(id))
        .map_or(VariableKind::Text, |(_, kind)| *kind)
}
