//! Words for the kind of a work that say no more than its type.

/// Returns whether a kind of work (`M3` of RIS, `type` of BibTeX) says no more than the type of the record, as databases
/// write it.
pub(crate) fn is_generic_kind(kind: &str) -> bool {
    #[rustfmt::skip]
    const GENERIC: [&str; 38] = [
        "article", "article in press", "article; early access", "book", "book article", "book chapter", "book review",
        "book section", "blog", "blog post", "computer program", "conference proceedings", "conference proceeding",
        "edited book", "electronic book", "encyclopedia", "newspaper article", "proceedings", "report", "thesis",
        "web page", "chapter", "conference paper", "editorial", "editorial material", "electronic article", "journal",
        "journal article", "letter", "magazine article", "note", "original article", "proceedings paper",
        "research article", "research-article", "review", "review article", "short survey",
    ];
    GENERIC.contains(&kind.trim().to_lowercase().as_str())
}
