//! The styles written for peerbib are valid CSL and do well with works of which little is known.

// The helpers below read files of this repository; a test that cannot read them has failed anyway.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use peerbib::csl::{Display, Inline, Style, bundled, format_bibliography, plain_text};
use peerbib::model::CslItem;
use serde_json::{Value, json};

const ANNOTATED: &str = include_str!("../styles/annotated-reading-list.csl");
const SYLLABUS: &str = include_str!("../styles/compact-syllabus.csl");

fn style(source: &str) -> citationberg::IndependentStyle {
    citationberg::IndependentStyle::from_xml(source).expect("a valid style")
}

fn render(source: &str, work: Value) -> Vec<Inline> {
    let work: CslItem = serde_json::from_value(work).unwrap();
    let style = Style::from_xml(source).unwrap();
    let bibliography = format_bibliography(&style, None, &[work]);
    bibliography.entries.into_iter().next().unwrap().content
}

/// Checks one work in both styles.
#[track_caller]
fn prints(work: Value, annotated: &str, syllabus: &str) {
    assert_eq!(plain_text(&render(ANNOTATED, work.clone())), annotated);
    assert_eq!(plain_text(&render(SYLLABUS, work)), syllabus);
}

fn person(family: &str, given: &str) -> Value {
    json!({"family": family, "given": given})
}

#[test]
fn the_styles_say_what_they_are_and_that_they_are_free() {
    for (source, name) in [
        (ANNOTATED, "annotated-reading-list"),
        (SYLLABUS, "compact-syllabus"),
    ] {
        let info = style(source).info;
        assert_eq!(info.id, format!("urn:peerbib:style:{name}"));
        assert!(!info.title.value.is_empty());
        assert!(info.rights.expect("a licence").name.starts_with("CC0 1.0"));
    }
}

#[test]
fn author_and_year_alone_make_a_sentence() {
    prints(
        json!({"id": "w", "type": "webpage", "author": [person("Wren", "Ada")], "issued": {"date-parts": [[2002]]}}),
        "Wren, A. (2002).",
        "Wren, A. (2002).",
    );
}

#[test]
fn an_organisation_is_printed_as_it_is_called() {
    prints(
        json!({"id": "w", "type": "report", "author": [{"literal": "Reading Circle"}], "title": "Programme",
               "publisher": "Circle Press", "publisher-place": "Delft", "issued": {"date-parts": [[2015]]}}),
        "Reading Circle (2015). Programme. Delft: Circle Press.",
        "Reading Circle (2015). Programme. Circle Press.",
    );
}

#[test]
fn editors_stand_for_authors() {
    prints(
        json!({"id": "w", "type": "book", "editor": [person("Wren", "Ada"), person("Finch", "Bo")],
               "title": "Nests", "publisher": "Circle Press", "issued": {"date-parts": [[2015]]}}),
        "Wren, A., and Finch, B. (eds.) (2015). Nests. Circle Press.",
        "Wren, A. & Finch, B. (eds.) (2015). Nests. Circle Press.",
    );
}

#[test]
fn an_interview_names_who_asked() {
    prints(
        json!({"id": "w", "type": "interview", "author": [person("Wren", "Ada")], "interviewer": [person("Finch", "Bo")],
               "title": "On nests", "issued": {"date-parts": [[2014, 3, 26]]}, "URL": "https://example.org/nests"}),
        "Wren, A. (2014). On nests. Interview by B. Finch. https://example.org/nests",
        "Wren, A. (2014). On nests. https://example.org/nests",
    );
}

#[test]
fn a_work_without_a_date_says_so() {
    prints(
        json!({"id": "w", "type": "webpage", "author": [{"literal": "Reading Circle"}], "title": "Nests"}),
        "Reading Circle (n.d.). Nests.",
        "Reading Circle (n.d.). Nests.",
    );
}

#[test]
fn a_periodical_is_listed_under_its_title() {
    prints(
        json!({"id": "w", "type": "periodical", "title": "Journal of Nests", "issued": {"date-parts": [[2011]]},
               "URL": "https://example.org/"}),
        "Journal of Nests (2011). https://example.org/",
        "Journal of Nests (2011). https://example.org/",
    );
}

#[test]
fn an_issue_of_a_periodical_is_listed_under_its_editors() {
    prints(
        json!({"id": "w", "type": "periodical", "editor": [person("Finch", "Bo")], "title": "Journal of Nests",
               "volume-title": "Twigs", "issue": "97", "publisher": "Circle Press", "issued": {"date-parts": [[2009]]}}),
        "Finch, B. (ed.) (2009). Journal of Nests, no. 97, “Twigs.” Circle Press.",
        "Finch, B. (ed.) (2009). Journal of Nests. Circle Press.",
    );
}

#[test]
fn an_article_is_found_by_volume_issue_and_pages() {
    prints(
        json!({"id": "w", "type": "article-journal", "author": [person("Wren", "Ada")], "title": "Twigs",
               "container-title": "Journal of Nests", "volume": "4", "issue": "2", "page": "10-20",
               "issued": {"date-parts": [[2001]]}, "DOI": "10.0000/twigs", "URL": "https://example.org/twigs"}),
        "Wren, A. (2001). Twigs. Journal of Nests, 4(2), 10–20. https://doi.org/10.0000/twigs",
        "Wren, A. (2001). Twigs. Journal of Nests 4(2), pp. 10–20. https://doi.org/10.0000/twigs",
    );
    prints(
        json!({"id": "w", "type": "article-journal", "author": [person("Wren", "Ada")], "title": "Twigs",
               "container-title": "Journal of Nests", "issue": "7", "issued": {"date-parts": [[2015]]}}),
        "Wren, A. (2015). Twigs. Journal of Nests, no. 7.",
        "Wren, A. (2015). Twigs. Journal of Nests 7.",
    );
}

#[test]
fn a_chapter_is_found_in_its_book() {
    prints(
        json!({"id": "w", "type": "chapter", "author": [person("Wren", "Ada")], "title": "Twigs",
               "container-title": "Handbook of Nests", "editor": [person("Finch", "Bo")], "page": "10-20",
               "publisher": "Circle Press", "publisher-place": "Delft", "issued": {"date-parts": [[2015]]}}),
        "Wren, A. (2015). Twigs. In B. Finch (ed.), Handbook of Nests, pp. 10–20. Delft: Circle Press.",
        "Wren, A. (2015). Twigs. Handbook of Nests, pp. 10–20.",
    );
}

#[test]
fn a_syllabus_names_three_authors_at_most() {
    let authors = [
        ("Wren", "Ada"),
        ("Finch", "Bo"),
        ("Crane", "Cy"),
        ("Swift", "Di"),
    ];
    let authors: Vec<_> = authors.map(|(family, given)| person(family, given)).into();
    prints(
        json!({"id": "w", "type": "book", "author": authors[..3], "title": "Nests", "issued": {"date-parts": [[2015]]}}),
        "Wren, A., Finch, B., and Crane, C. (2015). Nests.",
        "Wren, A., Finch, B. & Crane, C. (2015). Nests.",
    );
    prints(
        json!({"id": "w", "type": "book", "author": authors, "title": "Nests", "issued": {"date-parts": [[2015]]}}),
        "Wren, A., Finch, B., Crane, C., and Swift, D. (2015). Nests.",
        "Wren, A., Finch, B., Crane, C., et al. (2015). Nests.",
    );
}

#[test]
fn abstract_and_annotation_stand_on_their_own_under_the_reference() {
    let work = json!({"id": "w", "type": "book", "author": [person("Wren", "Ada")], "title": "Nests",
                      "issued": {"date-parts": [[2015]]}, "abstract": "All about nests.", "annote": "Read chapter 2."});
    let entry = render(ANNOTATED, work.clone());
    let blocks: Vec<_> = entry
        .iter()
        .filter_map(|piece| match piece {
            Inline::Display(display, content) => Some((*display, plain_text(content))),
            _ => None,
        })
        .collect();
    assert_eq!(
        blocks,
        [
            (Display::Block, "All about nests.".to_owned()),
            (Display::Indent, "Read chapter 2.".to_owned())
        ]
    );
    let line = plain_text(&render(SYLLABUS, work));
    assert_eq!(line, "Wren, A. (2015). Nests.");
}

#[test]
fn a_reading_list_is_sorted_and_a_syllabus_keeps_the_order_of_the_course() {
    let works: Vec<CslItem> = [("swift", "Swift", 2001), ("wren", "Wren", 1999), ("finch", "Finch", 2000)]
        .map(|(id, family, year)| {
            serde_json::from_value(json!({
                "id": id, "type": "book", "author": [{"family": family}], "title": "Nests", "issued": {"date-parts": [[year]]},
            }))
            .unwrap()
        })
        .into();
    let keys = |source| -> Vec<String> {
        let style = Style::from_xml(source).unwrap();
        format_bibliography(&style, None, &works)
            .entries
            .into_iter()
            .map(|entry| entry.key)
            .collect()
    };
    assert_eq!(keys(ANNOTATED), ["finch", "swift", "wren"]);
    assert_eq!(keys(SYLLABUS), ["swift", "wren", "finch"]);
}

#[test]
fn every_style_that_comes_along_is_attributed() {
    let attribution = include_str!("../styles/ATTRIBUTION.md");
    for style in bundled::styles() {
        assert!(attribution.contains(style.name), "{}", style.name);
    }
}
