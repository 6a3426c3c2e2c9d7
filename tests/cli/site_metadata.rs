//! What Zotero reads from a site: the field names of its generic translators "COinS" and "Embedded Metadata", and the item
//! types that they find. The tables are those of Zotero's connector.

use std::collections::BTreeSet;

use crate::site::tags;
use crate::test_env::TestEnvironment;

/// Entries of all types with what Zotero takes for them: from the span of a list, and from the page of the work.
const TYPES: &[(&str, &str, &str, &str)] = &[
    (
        "article",
        "journaltitle = {J}, volume = {2}, number = {3}, pages = {4--5}, issn = {2213-5316}",
        "journalArticle",
        "journalArticle",
    ),
    (
        "book",
        "publisher = {P & Q}, location = {L}, isbn = {9780300110562}, edition = {2}, series = {S + T}, pagetotal = {90}",
        "book",
        "book",
    ),
    (
        "incollection",
        "booktitle = {B}, publisher = {P}, pages = {4}",
        "bookSection",
        "bookSection",
    ),
    (
        "inproceedings",
        "booktitle = {B}, eventtitle = {E}, pages = {iv--v}",
        "conferencePaper",
        "conferencePaper",
    ),
    (
        "thesis",
        "type = {PhD thesis}, institution = {I}",
        "thesis",
        "thesis",
    ),
    (
        "report",
        "institution = {I}, number = {7}, type = {Report}",
        "report",
        "report",
    ),
    (
        "online",
        "url = {https://a.example/?b=c&d=100%25}, urldate = {2026-01-02}",
        "webpage",
        "webpage",
    ),
    (
        "software",
        "version = {3}, publisher = {P}",
        "computerProgram",
        "computerProgram",
    ),
    ("dataset", "publisher = {P}", "dataset", "dataset"),
    ("unpublished", "note = {N}", "manuscript", "manuscript"),
    ("movie", "date = {2004}", "film", "film"),
];

/// The keys of a context object that the translator reads, and those of OpenURL itself.
const COINS_KEYS: &[&str] = &[
    "ctx_ver",
    "rfr_id",
    "rft_val_fmt",
    "rft_id",
    "rft.genre",
    "rft.type",
    "rft.atitle",
    "rft.btitle",
    "rft.jtitle",
    "rft.stitle",
    "rft.title",
    "rft.date",
    "rft.volume",
    "rft.issue",
    "rft.pages",
    "rft.spage",
    "rft.epage",
    "rft.issn",
    "rft.eissn",
    "rft.isbn",
    "rft.aulast",
    "rft.aufirst",
    "rft.au",
    "rft.aucorp",
    "rft.creator",
    "rft.contributor",
    "rft.pub",
    "rft.publisher",
    "rft.place",
    "rft.tpages",
    "rft.edition",
    "rft.series",
    "rft.inst",
    "rft.degree",
    "rft.identifier",
    "rft.description",
    "rft.rights",
    "rft.language",
    "rft.subject",
    "rft.source",
];

/// The names of `meta` elements that the translator reads.
const META_NAMES: &[&str] = &[
    "citation_title",
    "citation_author",
    "citation_editor",
    "citation_publication_date",
    "citation_journal_title",
    "citation_journal_abbrev",
    "citation_inbook_title",
    "citation_conference_title",
    "citation_dissertation_institution",
    "citation_technical_report_institution",
    "citation_technical_report_number",
    "citation_volume",
    "citation_issue",
    "citation_firstpage",
    "citation_lastpage",
    "citation_publisher",
    "citation_isbn",
    "citation_issn",
    "citation_doi",
    "citation_public_url",
    "citation_language",
    "citation_abstract",
    "citation_pdf_url",
    "DC.title",
    "DC.creator",
    "DC.date",
    "DC.source",
    "DC.type",
];

/// Returns the library's entries: one of each type, whose title is the name of the type.
fn bibliography() -> String {
    TYPES
        .iter()
        .map(|(entry_type, fields, _, _)| {
            let date = if fields.contains("date = {2") { "" } else { ", date = {2011-03}" };
            format!(
                "@{entry_type}{{{entry_type}, title = {{A {entry_type}}}, author = {{Wren, Ada and {{P2P Foundation}}}}, \
                 doi = {{10.1000/{entry_type}}}{date}, {fields}}}\n\n"
            )
        })
        .collect()
}

/// Decodes a value as the translator does, for which `+` and `%2B` are spaces. A bad code is an error for the whole page.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.replace('+', " ").replace("%2B", " ").into_bytes();
    rest.reverse();
    while let Some(byte) = rest.pop() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.pop().unwrap(), rest.pop().unwrap()];
        let digits = std::str::from_utf8(&digits).unwrap();
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

/// Returns the item type of a context object.
fn type_of_coins(pairs: &[(&str, String)]) -> String {
    let value = |key: &str| {
        let mut found = pairs.iter().filter(|(known, _)| *known == key);
        found.next().map_or("", |(_, value)| value.as_str())
    };
    let format = value("rft_val_fmt")
        .strip_prefix("info:ofi/fmt:kev:mtx:")
        .unwrap();
    let found = match (format, value("rft.genre")) {
        ("journal", _) => "journalArticle",
        ("book", "bookitem") => "bookSection",
        ("book", "conference" | "proceeding") => "conferencePaper",
        ("book", "report") => "report",
        ("book", "document") => "document",
        ("book", _) => "book",
        ("dissertation", _) => "thesis",
        ("dc", _) => match value("rft.type") {
            "" => "webpage",
            own => own,
        },
        (other, _) => panic!("{other} is unknown"),
    };
    found.to_owned()
}

/// Returns the item type of a page by its `meta` elements: that of Highwire's tags, else that of Dublin Core, else a guess.
fn type_of_page(metadata: &[(String, String)]) -> String {
    let has = |name: &str| metadata.iter().any(|(known, _)| known == name);
    let of_container = [
        ("citation_dissertation_institution", "thesis"),
        ("citation_inbook_title", "bookSection"),
        ("citation_conference_title", "conferencePaper"),
        ("citation_technical_report_institution", "report"),
        ("citation_journal_title", "journalArticle"),
    ];
    if let Some((_, found)) = of_container.iter().find(|(name, _)| has(name)) {
        return (*found).to_owned();
    }
    let dublin_core = metadata.iter().find(|(name, _)| name == "DC.type");
    match dublin_core {
        Some((_, own)) => own.clone(),
        None if has("citation_title") => "journalArticle".to_owned(),
        None => "webpage".to_owned(),
    }
}

#[test]
fn zotero_finds_each_work_of_a_list_with_its_type() {
    let env = TestEnvironment::with(&bibliography());
    env.runs("site out");
    let html = std::fs::read_to_string(env.path("out/works/index.html")).unwrap();
    let mut found = BTreeSet::new();
    for (_, attributes) in tags(&html) {
        if attributes.get("class").is_none_or(|class| class != "Z3988") {
            continue;
        }
        let title = &attributes["title"];
        // A part without `=` makes Zotero give up the whole page.
        let pairs: Vec<(&str, String)> = title
            .split('&')
            .map(|part| {
                let (key, value) = part.split_once('=').unwrap_or_else(|| panic!("{title}"));
                assert!(COINS_KEYS.contains(&key), "{key} in {title}");
                (key, decoded(value))
            })
            .collect();
        let work = pairs
            .iter()
            .find_map(|(key, value)| {
                Some(value)
                    .filter(|_| *key == "rft_id")?
                    .strip_prefix("info:doi/10.1000/")
            })
            .unwrap_or_else(|| panic!("no DOI in {title}"));
        let names = pairs
            .iter()
            .filter(|(key, _)| matches!(*key, "rft.au" | "rft.creator"));
        assert_eq!(names.count(), 2, "{title}");
        found.insert((work.to_owned(), type_of_coins(&pairs)));
    }
    let expected: BTreeSet<_> = TYPES
        .iter()
        .map(|(entry_type, _, coins, _)| ((*entry_type).to_owned(), (*coins).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn zotero_finds_the_work_of_a_page_with_its_type() {
    let env = TestEnvironment::with(&bibliography());
    env.runs("site out");
    for (entry_type, _, _, expected) in TYPES {
        let path = env.path(&format!("out/works/{entry_type}.html"));
        let html = std::fs::read_to_string(path).unwrap();
        let metadata: Vec<(String, String)> = tags(&html)
            .into_iter()
            .filter(|(name, _)| name == "meta")
            .filter_map(|(_, attributes)| {
                Some((
                    attributes.get("name")?.clone(),
                    attributes.get("content")?.clone(),
                ))
            })
            .filter(|(name, _)| name.starts_with("citation_") || name.starts_with("DC."))
            .collect();
        for (name, content) in &metadata {
            assert!(META_NAMES.contains(&name.as_str()), "{name}");
            assert!(!content.is_empty(), "{name} of {entry_type}");
        }
        let has =
            |name: &str, content: &str| metadata.contains(&(name.to_owned(), content.to_owned()));
        assert!(
            has("citation_doi", &format!("10.1000/{entry_type}")),
            "{metadata:#?}"
        );
        assert!(has("citation_author", "Wren, Ada"), "{metadata:#?}");
        assert_eq!(type_of_page(&metadata), *expected, "{metadata:#?}");
        // A context object counts more than the metadata, and knows fewer types; so does `og:type`.
        assert!(!html.contains("Z3988"));
        assert!(!html.contains("og:type"));
    }
}
