//! The reference types of RIS (`TY`) and their CSL types.

/// Returns the CSL type of an RIS type; `None` if the type is not known.
pub(super) fn csl_type(ris_type: &str) -> Option<&'static str> {
    let find = |table: &[(&str, &'static str)]| {
        let found = table.iter().find(|(ris, _)| *ris == ris_type);
        found.map(|(_, csl)| *csl)
    };
    find(PREFERRED).or_else(|| find(OTHERS))
}

/// Returns the RIS type of a CSL type; a record of any other type is a generic one.
pub(super) fn ris_type(csl_type: &str) -> &'static str {
    let find = |table: &'static [(&'static str, &str)]| {
        let found = table.iter().find(|(_, csl)| *csl == csl_type);
        found.map(|(ris, _)| *ris)
    };
    find(PREFERRED)
        .or_else(|| {
            // Types that RIS does not distinguish.
            Some(match csl_type {
                "article" => "UNPB",
                "interview" => "PCOMM",
                "periodical" => "JFULL",
                "collection" => "BOOK",
                "broadcast" => "VIDEO",
                "performance" | "event" => "ADVS",
                "regulation" | "treaty" => "LEGAL",
                "review" | "review-book" => "JOUR",
                "entry" => "ENCYC",
                _ => return None,
            })
        })
        .unwrap_or("GEN")
}

/// The pairs that hold both ways.
pub(super) const PREFERRED: &[(&str, &str)] = &[
    ("JOUR", "article-journal"),
    ("MGZN", "article-magazine"),
    ("NEWS", "article-newspaper"),
    ("BOOK", "book"),
    ("CHAP", "chapter"),
    ("CPAPER", "paper-conference"),
    ("THES", "thesis"),
    ("RPRT", "report"),
    ("ELEC", "webpage"),
    ("BLOG", "post-weblog"),
    ("ICOMM", "post"),
    ("MANSCPT", "manuscript"),
    ("PAMP", "pamphlet"),
    ("PAT", "patent"),
    ("COMP", "software"),
    ("DATA", "dataset"),
    ("DICT", "entry-dictionary"),
    ("ENCYC", "entry-encyclopedia"),
    ("CASE", "legal_case"),
    ("STAT", "legislation"),
    ("BILL", "bill"),
    ("HEAR", "hearing"),
    ("STAND", "standard"),
    ("CLSWK", "classic"),
    ("SLIDE", "speech"),
    ("PCOMM", "personal_communication"),
    ("ART", "graphic"),
    ("FIGURE", "figure"),
    ("MAP", "map"),
    ("MUSIC", "musical_score"),
    ("SOUND", "song"),
    ("VIDEO", "motion_picture"),
    ("GEN", "document"),
];

/// Types that are only read.
const OTHERS: &[(&str, &str)] = &[
    ("ABST", "article-journal"),
    ("ADVS", "motion_picture"),
    ("AGGR", "dataset"),
    ("ANCIENT", "classic"),
    ("CHART", "figure"),
    ("CONF", "paper-conference"),
    ("CTLG", "book"),
    ("DBASE", "dataset"),
    ("EBOOK", "book"),
    ("ECHAP", "chapter"),
    ("EDBOOK", "book"),
    ("EJOUR", "article-journal"),
    ("EQUA", "document"),
    ("GOVDOC", "report"),
    ("GRANT", "document"),
    ("GRNT", "document"),
    ("INPR", "article-journal"),
    ("JFULL", "periodical"),
    ("LEGAL", "regulation"),
    ("MPCT", "motion_picture"),
    ("MULTI", "webpage"),
    ("NEWSP", "article-newspaper"),
    ("SER", "book"),
    ("STD", "standard"),
    ("UNBILL", "bill"),
    ("UNBIL", "bill"),
    ("UNPB", "manuscript"),
    ("UNPD", "manuscript"),
    ("VID", "motion_picture"),
    ("WEB", "webpage"),
];

/// Returns whether works of this CSL type have a container, which `T2` then names; for other types
/// `T2` is the series.
pub(in crate::formats) fn has_container(csl_type: &str) -> bool {
    !matches!(
        csl_type,
        "book"
            | "thesis"
            | "report"
            | "pamphlet"
            | "patent"
            | "software"
            | "standard"
            | "classic"
            | "map"
            | "dataset"
            | "manuscript"
            | "motion_picture"
            | "musical_score"
            | "song"
            | "graphic"
    )
}

/// Returns whether `SP` is the number of pages, as Zotero and EndNote have it for whole works.
pub(in crate::formats) fn counts_pages(csl_type: &str) -> bool {
    matches!(
        csl_type,
        "book" | "thesis" | "pamphlet" | "classic" | "manuscript"
    )
}

/// Returns the variable that `IS` and `M1` fill: the issue of what is periodical, else a number.
pub(in crate::formats) fn number_variable(csl_type: &str) -> &'static str {
    match csl_type {
        "article-journal" | "article-magazine" | "article-newspaper" | "periodical" | "review"
        | "review-book" | "article" => "issue",
        "book" | "chapter" | "paper-conference" | "classic" | "entry-encyclopedia"
        | "entry-dictionary" => "collection-number",
        _ => "number",
    }
}
