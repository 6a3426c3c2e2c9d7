//! Every item type with every field and creator.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::formats::bibtex::{self, Strings};
use crate::model::Entry;

#[derive(Deserialize)]
struct TypeNames {
    creators: Vec<String>,
    fields: Vec<String>,
}

fn item_types() -> BTreeMap<String, TypeNames> {
    serde_json::from_str(include_str!("../../tests/data/zotero/item_types.json")).unwrap()
}

fn value_of(field: &str, number: usize) -> String {
    match field {
        "date" | "dateDecided" | "dateEnacted" | "issueDate" => {
            format!("19{number:02}-03-00 03/19{number:02}")
        }
        "filingDate" => format!("18{number:02}-05-06 18{number:02}-05-06"),
        "originalDate" | "priorityDate" => format!("18{number:02}"),
        "accessDate" => format!("2026-02-{:02} 08:49:27", 1 + number % 28),
        "DOI" => format!("10.1000/{number}"),
        "url" => format!("https://a.example/{number}"),
        "language" => "en-GB".to_owned(),
        "citationKey" => format!("key{number}"),
        "extra" => format!("A remark {number}"),
        "pages" | "firstPage" | "codePages" => format!("{number}-1{number}"),
        "numberOfVolumes" | "numPages" => format!("1{number}"),
        other => format!("{other} {number}"),
    }
}

fn full_item(name: &str, names: &TypeNames) -> ZoteroItem {
    let mut item = ZoteroItem {
        item_type: name.to_owned(),
        tags: vec![ZoteroTag {
            name: "commons".to_owned(),
            origin: TagOrigin::ByHand,
        }],
        ..ZoteroItem::default()
    };
    for (number, field) in names.fields.iter().enumerate() {
        item.fields
            .insert(field.clone(), value_of(field, number + 10));
    }
    for creator in &names.creators {
        item.creators.push(Creator {
            creator_type: creator.clone(),
            name: CreatorName::TwoFields {
                first: "Ada".to_owned(),
                last: format!("Of{creator}"),
            },
        });
    }
    item
}

fn entry_of(item: &ZoteroItem) -> (Entry, Vec<String>) {
    let reading = read(std::slice::from_ref(item)).into_entries();
    let entry = reading.file.works().next().unwrap().clone();
    let problems = reading.file.problems.iter();
    let problems = problems.map(|problem| {
        assert!(problem.key.is_some(), "{}", problem.message);
        format!(
            "{}: {}",
            problem.field.as_deref().unwrap_or_default(),
            problem.message
        )
    });
    (entry, problems.collect())
}

#[test]
fn every_field_of_every_type_is_in_the_entry_or_reported() {
    let mut lost = BTreeMap::new();
    for (name, names) in item_types() {
        let item = full_item(&name, &names);
        let (entry, problems) = entry_of(&item);
        let text = entry.source();
        for (number, field) in names.fields.iter().enumerate() {
            let number = number + 10;
            let shown = match field.as_str() {
                "date" | "dateDecided" | "dateEnacted" | "issueDate" => format!("19{number:02}-03"),
                "filingDate" => format!("18{number:02}-05-06"),
                "accessDate" => format!("2026-02-{:02}", 1 + number % 28),
                "language" => "british".to_owned(),
                "pages" | "firstPage" | "codePages" => format!("{number}--1{number}"),
                // Letters that only Zotero's names have are not protected.
                _ => value_of(field, number),
            };
            let plain = text.replace(['{', '}'], "");
            if !plain.contains(&shown) {
                let is_reported = problems
                    .iter()
                    .any(|problem| problem.contains(field.as_str()));
                assert!(is_reported, "{name}.{field} is lost: {text}\n{problems:#?}");
                lost.entry(field.clone())
                    .or_insert_with(Vec::new)
                    .push(name.clone());
            }
        }
        for creator in &names.creators {
            let is_reported = problems
                .iter()
                .any(|problem| problem.contains(creator.as_str()));
            assert!(
                text.contains(&format!("Of{creator}")) || is_reported,
                "{name}.{creator} is lost: {text}\n{problems:#?}"
            );
        }
        assert!(text.contains("keywords"), "{text}");
        // Nothing is reported that is there.
        let unexplained: Vec<_> = problems
            .iter()
            .filter(|problem| !problem.contains("not supported by BibLaTeX"))
            .collect();
        assert!(unexplained.is_empty(), "{name}: {unexplained:#?}\n{text}");
    }
    assert_eq!(
        lost,
        BTreeMap::from([("seriesText".to_owned(), vec!["journalArticle".to_owned()])])
    );
}

#[test]
fn types_keep_what_they_say() {
    for (zotero, entry_type, csl) in [
        ("artwork", "artwork", "graphic"),
        ("blogPost", "online", "post-weblog"),
        ("email", "letter", "personal_communication"),
        ("film", "movie", "motion_picture"),
        ("hearing", "legislation", "hearing"),
        ("interview", "misc", "interview"),
        ("map", "misc", "map"),
        ("newspaperArticle", "article", "article-newspaper"),
        ("podcast", "audio", "broadcast"),
        ("preprint", "online", "article"),
        ("presentation", "unpublished", "speech"),
        ("tvBroadcast", "video", "broadcast"),
        ("videoRecording", "video", "motion_picture"),
        ("webpage", "online", "webpage"),
    ] {
        let (entry, problems) = entry_of(&ZoteroItem {
            item_type: zotero.to_owned(),
            fields: BTreeMap::from([("title".to_owned(), "A title".to_owned())]),
            ..ZoteroItem::default()
        });
        let derived = bibtex::derive(&entry, &Strings::default(), &|_| None);
        assert_eq!(
            (entry.entry_type(), derived.item.item_type.as_str()),
            (entry_type, csl)
        );
        assert_eq!(problems, [""; 0], "{zotero}");
    }
}

fn with_extra(item_type: &str, extra: &str) -> (Entry, Vec<String>) {
    entry_of(&ZoteroItem {
        item_type: item_type.to_owned(),
        fields: BTreeMap::from([
            ("title".to_owned(), "Capital".to_owned()),
            ("date".to_owned(), "1976".to_owned()),
            ("extra".to_owned(), extra.to_owned()),
        ]),
        ..ZoteroItem::default()
    })
}

#[test]
fn lines_of_extra_become_fields_and_the_rest_the_note() {
    let (entry, problems) = with_extra(
        "book",
        "A fine book\nCitation Key: marx1976\nOriginal Date: 1867\nDOI: 10.1000/x\nSeries Editor: Fowkes || Ben\n\
         Publication Place: London\ntex.ids: old1, old2\ntex.shorthand = {C\\textsubscript{1}}\nOCLC: 12\n\
         Title: Another title\nPublisher Place: London",
    );
    assert_eq!(entry.key, "marx1976");
    let fields: Vec<_> = [
        "origdate",
        "doi",
        "serieseditor",
        "ids",
        "shorthand",
        "location",
        "note",
    ]
    .map(|field| entry.field(field).unwrap_or_default())
    .into();
    assert_eq!(
        fields,
        [
            "{1867}",
            "{10.1000/x}",
            "{Fowkes, Ben}",
            "{old1, old2}",
            "{C\\textsubscript{1}}",
            "{London}",
            "{A fine book\n\nPublication Place: London\n\nOCLC: 12\n\nTitle: Another title}"
        ]
    );
    assert_eq!(problems, [""; 0]);
}

#[test]
fn extra_may_change_the_type() {
    let (entry, _) = with_extra("document", "Type: dataset");
    assert_eq!(entry.entry_type(), "dataset");
    let (entry, _) = with_extra("book", "tex.entrytype: mvreference");
    assert_eq!(entry.entry_type(), "mvreference");
    let (entry, _) = with_extra("journalArticle", "arXiv: 2101.00001 [cs.CL]");
    assert_eq!(entry.field("eprint"), Some("{2101.00001}"));
    assert_eq!(entry.field("eprintclass"), Some("{cs.CL}"));
}

#[test]
fn the_key_is_the_field_and_else_the_last_line_of_extra() {
    let mut item = ZoteroItem {
        fields: BTreeMap::from([("extra".to_owned(), "bibtex: a\nCitation Key: b".to_owned())]),
        ..ZoteroItem::default()
    };
    assert_eq!(citation_key(&item).as_deref(), Some("b"));
    item.fields
        .insert("citationKey".to_owned(), " c ".to_owned());
    assert_eq!(citation_key(&item).as_deref(), Some("c"));
    assert_eq!(citation_key(&ZoteroItem::default()), None);
}

#[test]
fn names_have_particles_and_suffixes() {
    let two = |first: &str, last: &str| Creator {
        creator_type: "author".to_owned(),
        name: CreatorName::TwoFields {
            first: first.to_owned(),
            last: last.to_owned(),
        },
    };
    for (creator, written) in [
        (two("Primavera", "de Filippi"), "de Filippi, Primavera"),
        (
            two("Martin Luther, Jr.", "King"),
            "King, Jr., Martin Luther",
        ),
        (two("Vincent", "\"van Gogh\""), "{van Gogh}, Vincent"),
        (two("", "Plato"), "Plato"),
        (two("Jean", "d\u{2019}Alembert"), "d\u{2019}Alembert, Jean"),
        (
            Creator {
                creator_type: "author".to_owned(),
                name: CreatorName::OneField("Creative Commons and Friends".to_owned()),
            },
            "{Creative Commons and Friends}",
        ),
    ] {
        let (entry, problems) = entry_of(&ZoteroItem {
            item_type: "book".to_owned(),
            fields: BTreeMap::from([("title".to_owned(), "A title".to_owned())]),
            creators: vec![creator],
            ..ZoteroItem::default()
        });
        assert_eq!(
            entry.field("author"),
            Some(format!("{{{written}}}").as_str())
        );
        assert_eq!(problems, [""; 0], "{written}");
    }
}

#[test]
fn hostile_values_cost_nothing_but_a_report() {
    let deep = "{".repeat(5_000);
    for value in [
        "}{",
        "\\",
        "{",
        "a\nb\n\n% c",
        "@book{x,",
        deep.as_str(),
        "\u{202e}\u{7}",
    ] {
        let mut item = ZoteroItem {
            item_type: "book".to_owned(),
            ..ZoteroItem::default()
        };
        for field in [
            "title",
            "date",
            "extra",
            "assignee",
            "url",
            "citationKey",
            "unknown",
        ] {
            item.fields.insert(field.to_owned(), value.to_owned());
        }
        item.fields.insert(
            "extra".to_owned(),
            format!("tex.a: {value}\ntex.b = {value}\nids: {value}"),
        );
        item.attachments.push(Attachment {
            link_mode: LinkMode::LinkedFile,
            path: format!("/tmp/{value}"),
            ..Attachment::default()
        });
        item.creators.push(Creator {
            creator_type: value.to_owned(),
            name: CreatorName::OneField(value.to_owned()),
        });
        let reading = read(&[item]).into_entries();
        assert_eq!(
            reading.file.works().count() + reading.rejected.len(),
            1,
            "{value}"
        );
    }
}
