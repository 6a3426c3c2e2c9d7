//! The entry types of BibTeX and BibLaTeX (BibLaTeX manual, §2.1) and their CSL types.

/// The CSL type of an entry type in lower case; `None` if the type is not known.
///
/// Types whose CSL type hangs on other fields (`entrysubtype`, `type`, `eventdate`) are here by what they
/// are without them.
pub(crate) fn csl_type(entry_type: &str) -> Option<&'static str> {
    Some(match entry_type {
        "article" | "suppperiodical" | "periodical" => "article-journal",
        "newsarticle" => "article-newspaper",
        "magazine" => "article-magazine",
        "book" | "collection" | "proceedings" | "reference" | "mvbook" | "mvcollection"
        | "mvproceedings" | "mvreference" | "manual" | "commentary" => "book",
        "booklet" => "pamphlet",
        "inbook" | "incollection" | "bookinbook" | "suppbook" | "suppcollection" => "chapter",
        "inproceedings" | "conference" => "paper-conference",
        "inreference" => "entry-encyclopedia",
        "thesis" | "phdthesis" | "mastersthesis" | "bachelorsthesis" | "bathesis" => "thesis",
        "report" | "techreport" => "report",
        "patent" => "patent",
        "online" | "electronic" | "www" | "webpage" => "webpage",
        "dataset" | "data" => "dataset",
        "software" | "softwareversion" | "softwaremodule" | "codefragment" => "software",
        "unpublished" => "manuscript",
        "artwork" | "image" => "graphic",
        "audio" | "music" => "song",
        "movie" | "video" => "motion_picture",
        "performance" => "performance",
        "letter" | "letters" => "personal_communication",
        "jurisdiction" => "legal_case",
        "legislation" => "legislation",
        "legal" => "treaty",
        "legadminmaterial" | "constitution" => "legislation",
        "standard" => "standard",
        "review" => "review",
        "presentation" | "lecture" => "speech",
        "interview" => "interview",
        "map" => "map",
        // Types that Mendeley writes.
        "web_page" => "webpage",
        "book_section" => "chapter",
        "newspaper_article" => "article-newspaper",
        "magazine_article" => "article-magazine",
        "encyclopedia_article" => "entry-encyclopedia",
        "conference_proceedings" => "paper-conference",
        "working_paper" => "report",
        "computer_program" => "software",
        "television_broadcast" | "film" => "motion_picture",
        "case" => "legal_case",
        "statute" => "legislation",
        "bill" => "bill",
        "hearing" => "hearing",
        "generic" | "other" => "document",
        "misc" | "set" | "bibnote" | "custom" | "customa" | "customb" | "customc" | "customd"
        | "custome" | "customf" => "document",
        _ => return None,
    })
}

/// Whether a type in lower case is one of BibTeX's, BibLaTeX's or their usual styles'.
pub(crate) fn is_known(entry_type: &str) -> bool {
    csl_type(entry_type).is_some()
        || matches!(entry_type, "xdata" | "string" | "preamble" | "comment")
}
