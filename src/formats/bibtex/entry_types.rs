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

/// Whether `number` in an entry of this type is that of the work in its series (BibLaTeX manual, §2.3.9).
pub(crate) fn numbers_series(entry_type: &str) -> bool {
    matches!(
        entry_type,
        "book"
            | "collection"
            | "proceedings"
            | "reference"
            | "mvbook"
            | "mvcollection"
            | "mvproceedings"
            | "mvreference"
            | "bookinbook"
            | "inbook"
            | "incollection"
            | "inproceedings"
            | "inreference"
            | "suppbook"
            | "suppcollection"
            | "conference"
    )
}

/// Whether an entry uses anything of BibLaTeX's own. An entry that does not is read as BibTeX reads it where the
/// two differ: publishers and places are no lists, and a name's prefix belongs to the family name.
pub(crate) fn is_biblatex(
    entry_type: &str,
    mut fields: impl Iterator<Item = impl AsRef<str>>,
) -> bool {
    let bibtex_type = matches!(
        entry_type,
        "article"
            | "book"
            | "booklet"
            | "conference"
            | "inbook"
            | "incollection"
            | "inproceedings"
            | "manual"
            | "mastersthesis"
            | "misc"
            | "phdthesis"
            | "proceedings"
            | "techreport"
            | "unpublished"
    );
    !bibtex_type
        || fields.any(|field| {
            matches!(
                field.as_ref(),
                "date"
                    | "journaltitle"
                    | "location"
                    | "langid"
                    | "hyphenation"
                    | "eprinttype"
                    | "annotation"
                    | "subtitle"
                    | "maintitle"
                    | "booksubtitle"
                    | "urldate"
                    | "origdate"
                    | "eventdate"
                    | "shortjournal"
                    | "shorttitle"
                    | "pubstate"
                    | "editortype"
                    | "editora"
                    | "translator"
                    | "related"
                    | "xdata"
                    | "ids"
                    | "options"
                    | "bookauthor"
            )
        })
}
