//! CheckedEntry types and fields that programs know (BibLaTeX manual, §2.1 and §2.2), with those of BibTeX and
//! of the programs that people keep their references in.

use super::{CheckedEntry, Found};
use crate::formats::bibtex;
use crate::suggest::closest;

/// The types that a suggestion is taken from.
pub const TYPES: &[&str] = &[
    "article",
    "artwork",
    "audio",
    "bibnote",
    "book",
    "bookinbook",
    "booklet",
    "collection",
    "conference",
    "dataset",
    "electronic",
    "image",
    "inbook",
    "incollection",
    "inproceedings",
    "inreference",
    "jurisdiction",
    "legal",
    "legislation",
    "letter",
    "manual",
    "mastersthesis",
    "misc",
    "movie",
    "music",
    "mvbook",
    "mvcollection",
    "mvproceedings",
    "mvreference",
    "online",
    "patent",
    "performance",
    "periodical",
    "phdthesis",
    "proceedings",
    "reference",
    "report",
    "review",
    "set",
    "software",
    "standard",
    "suppbook",
    "suppcollection",
    "suppperiodical",
    "techreport",
    "thesis",
    "unpublished",
    "video",
    "www",
    "xdata",
];

/// The fields.
pub const FIELDS: &[&str] = &[
    "abstract",
    "addendum",
    "address",
    "afterword",
    "annotation",
    "annotator",
    "annote",
    "archiveprefix",
    "author",
    "authortype",
    "bookauthor",
    "bookpagination",
    "booksubtitle",
    "booktitle",
    "booktitleaddon",
    "chapter",
    "commentator",
    "crossref",
    "date",
    "day",
    "doi",
    "edition",
    "editor",
    "editora",
    "editoratype",
    "editorb",
    "editorbtype",
    "editorc",
    "editorctype",
    "editortype",
    "eid",
    "endday",
    "endmonth",
    "endyear",
    "entryset",
    "entrysubtype",
    "eprint",
    "eprintclass",
    "eprinttype",
    "event",
    "eventdate",
    "eventtitle",
    "eventtitleaddon",
    "execute",
    "file",
    "foreword",
    "gender",
    "holder",
    "howpublished",
    "hyphenation",
    "ids",
    "indexsorttitle",
    "indextitle",
    "institution",
    "introduction",
    "isan",
    "isbn",
    "ismn",
    "isrn",
    "issn",
    "issue",
    "issuesubtitle",
    "issuetitle",
    "issuetitleaddon",
    "iswc",
    "journal",
    "journalsubtitle",
    "journaltitle",
    "journaltitleaddon",
    "key",
    "keywords",
    "label",
    "langid",
    "langidopts",
    "language",
    "library",
    "location",
    "mainsubtitle",
    "maintitle",
    "maintitleaddon",
    "month",
    "nameaddon",
    "namea",
    "nameatype",
    "nameb",
    "namebtype",
    "namec",
    "namectype",
    "note",
    "number",
    "options",
    "organization",
    "origdate",
    "origlanguage",
    "origlocation",
    "origpublisher",
    "origtitle",
    "pages",
    "pagetotal",
    "pagination",
    "part",
    "pdf",
    "presort",
    "primaryclass",
    "publisher",
    "pubstate",
    "related",
    "relatedoptions",
    "relatedstring",
    "relatedtype",
    "reprinttitle",
    "school",
    "series",
    "shortauthor",
    "shorteditor",
    "shorthand",
    "shorthandintro",
    "shortjournal",
    "shortseries",
    "shorttitle",
    "sortkey",
    "sortname",
    "sortshorthand",
    "sorttitle",
    "sortyear",
    "subtitle",
    "title",
    "titleaddon",
    "translator",
    "type",
    "url",
    "urlday",
    "urldate",
    "urlmonth",
    "urlyear",
    "usera",
    "userb",
    "userc",
    "userd",
    "usere",
    "userf",
    "venue",
    "version",
    "volume",
    "volumes",
    "xdata",
    "xref",
    "year",
    // JabRef, Zotero, Mendeley, BibDesk, Citavi, and the catalogues that people copy from.
    "affiliation",
    "acmid",
    "added-at",
    "adsnote",
    "adsurl",
    "articleno",
    "article-number",
    "arxivid",
    "bibsource",
    "biburl",
    "category",
    "citeulike-article-id",
    "comment",
    "comments",
    "contents",
    "copyright",
    "creationdate",
    "dateadded",
    "date-added",
    "date-modified",
    "groups",
    "interhash",
    "intrahash",
    "issue_date",
    "issn-l",
    "keyword",
    "keywords-plus",
    "lccn",
    "local-url",
    "mendeley-groups",
    "mendeley-tags",
    "modificationdate",
    "mrnumber",
    "mrreviewer",
    "numpages",
    "owner",
    "pmc",
    "pmcid",
    "pmid",
    "posted-at",
    "price",
    "printed",
    "priority",
    "qualityassured",
    "ranking",
    "rating",
    "read",
    "readstatus",
    "relevance",
    "review",
    "size",
    "source",
    "tags",
    "timestamp",
    "translation",
    "urn",
    "username",
    "zblnumber",
    "archive",
    "archivelocation",
    "callnumber",
    "collaborator",
    "director",
    "interviewer",
    "interviewee",
    "composer",
    "extra",
    "sponsor",
    "uri",
    "shortdoi",
    "medium",
    "place",
    "rights",
    "shortbooktitle",
    "short_title",
];

/// Programs mark their own fields by how these begin.
const OWN_TO_PROGRAMS: &[&str] = &[
    "bdsk-", "__", "jabref", "mendeley", "citavi", "zotero", "x-", "opt", "user",
];

pub(super) fn entry_type(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    let written = &entry.work.entry_type;
    let kind = entry.kind();
    if bibtex::is_known_type(kind) || TYPES.contains(&kind) {
        return;
    }
    let near = closest(kind, TYPES.iter().map(|known| (*known).to_owned()));
    let help = match near.first() {
        Some(known) => format!("did you mean @{known}?"),
        None => "programs take it for @misc; choose the type that comes nearest".to_owned(),
    };
    let mut finding = Found::warning("", format!("@{written} is not a known type")).help(help);
    finding.field = None;
    found.push(finding);
}

pub(super) fn fields(entry: &CheckedEntry<'_>, found: &mut Vec<Found>) {
    for field in entry.own_fields() {
        let name = field.lower.as_str();
        if FIELDS.contains(&name) || OWN_TO_PROGRAMS.iter().any(|start| name.starts_with(start)) {
            continue;
        }
        let message = format!("{} is not a known field", field.name);
        found.push(match suggestion(name) {
            Some(known) => {
                Found::warning(field.name, message).help(format!("did you mean {known}?"))
            }
            None => Found::notice(field.name, message)
                .help("no style prints it; if it is your own, there is nothing to mend"),
        });
    }
}

/// The field that a misspelt name most likely means. Fields of one's own have names, too, so that only
/// a slip counts: one letter too many, too few, wrong or exchanged, in a name that is not short.
fn suggestion(name: &str) -> Option<&'static str> {
    let slips = |known: &&&str| strsim::damerau_levenshtein(name, known);
    FIELDS
        .iter()
        .filter(|known| known.len() > 3)
        .min_by_key(slips)
        .filter(|known| slips(known) <= if known.len() > 7 { 2 } else { 1 })
        .copied()
}

#[cfg(test)]
mod tests {
    use super::super::entry::found_in;
    use super::*;

    #[test]
    fn a_misspelt_type_is_suggested() {
        assert_eq!(found_in("@Article{a}", entry_type), []);
        assert_eq!(found_in("@thesis{a}", entry_type), []);
        let found = found_in("@artcle{a}", entry_type);
        assert_eq!(found[0].1, "@artcle is not a known type");
        let work = bibtex::parse_entry("@inporceedings{a}").unwrap();
        let entry = CheckedEntry::new(&work, &bibtex::Strings::default(), &|_| None);
        let mut found = Vec::new();
        entry_type(&entry, &mut found);
        assert_eq!(found[0].help, "did you mean @inproceedings?");
    }

    #[test]
    fn a_misspelt_field_is_suggested_and_ones_own_is_left() {
        assert_eq!(suggestion("autor"), Some("author"));
        assert_eq!(suggestion("jounraltitle"), Some("journaltitle"));
        assert_eq!(suggestion("publsiher"), Some("publisher"));
        assert_eq!(suggestion("shelf"), None);
        assert_eq!(
            found_in(
                "@misc{a, Title = {T}, bdsk-url-1 = {x}, JournalTitle = {J}}",
                fields
            ),
            []
        );
        assert_eq!(
            found_in("@misc{a, shelf = {3}}", fields)[0].1,
            "shelf is not a known field"
        );
    }

    #[test]
    fn known_names_stand_once() {
        for names in [TYPES, FIELDS] {
            for (index, name) in names.iter().enumerate() {
                assert!(
                    !names.iter().skip(index + 1).any(|other| other == name),
                    "{name}"
                );
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }
}
