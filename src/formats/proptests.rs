//! Properties that hold for any reference and any text.

use proptest::prelude::*;

use super::FORMATS;
use super::bibtex::{self, Strings};
use super::csl_to_bib::for_biblatex;
use super::losses::compare;
use crate::csl::variables::{self, VariableKind as Kind};
use crate::model::{CslDate, CslItem, CslName, CslValue};

/// Texts as in references, with characters that are special in TeX, JSON, YAML or RIS.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[A-Za-zäßé]{1,8}",
        1 => Just("&".to_owned()),
        1 => Just("50%".to_owned()),
        1 => Just("#1".to_owned()),
        1 => Just("a_b".to_owned()),
        1 => Just("\"quoted\"".to_owned()),
        1 => Just("(P2P):".to_owned()),
        1 => Just("and".to_owned()),
        1 => Just("<i>slanted</i>".to_owned()),
    ];
    prop::collection::vec(word, 1..5).prop_map(|words| words.join(" "))
}

fn name() -> impl Strategy<Value = CslName> {
    let person = ("[A-Z][a-zé]{1,8}", "[A-Z][a-z]{1,6}").prop_map(|(family, given)| CslName {
        family: Some(family),
        given: Some(given),
        ..CslName::default()
    });
    let organisation = "[A-Z][a-z]{1,5} (for|and|of) [A-Z][a-z]{1,5}".prop_map(|name| CslName {
        literal: Some(name),
        ..CslName::default()
    });
    prop_oneof![3 => person, 1 => organisation]
}

fn date() -> impl Strategy<Value = CslDate> {
    let single =
        (1000..2100_i32, 0..13_i32, 0..29_i32).prop_map(|(year, month, day)| match (month, day) {
            (0, _) => vec![year],
            (month, 0) => vec![year, month],
            (month, day) => vec![year, month, day],
        });
    let range = prop::collection::vec(single, 1..3);
    (range, any::<bool>()).prop_map(|(mut date_parts, circa)| {
        date_parts.sort();
        date_parts.dedup();
        CslDate {
            date_parts,
            circa: circa.then_some(true.into()),
            ..CslDate::default()
        }
    })
}

fn item() -> impl Strategy<Value = CslItem> {
    let item_type = prop::sample::select(vec![
        "article-journal",
        "book",
        "chapter",
        "thesis",
        "report",
        "webpage",
        "paper-conference",
        "interview",
        "speech",
        "document",
        "legal_case",
        "software",
    ]);
    let texts = prop::collection::btree_map(
        prop::sample::select(variables::of_kinds(&[Kind::Text, Kind::Number])),
        words(),
        0..6,
    );
    let names = prop::collection::btree_map(
        prop::sample::select(variables::of_kinds(&[Kind::Names])),
        prop::collection::vec(name(), 1..3),
        0..3,
    );
    let dates = prop::collection::btree_map(
        prop::sample::select(variables::of_kinds(&[Kind::Date])),
        date(),
        0..3,
    );
    (item_type, words(), texts, names, dates).prop_map(|(item_type, title, texts, names, dates)| {
        let mut item = CslItem {
            id: "key".to_owned(),
            item_type: item_type.to_owned(),
            ..CslItem::default()
        };
        let mut set = |variable: &str, value| {
            item.variables.insert(variable.to_owned(), value);
        };
        set("title", CslValue::Text(title));
        for (variable, text) in texts {
            // Identifiers are not prose.
            let text = match variable {
                "DOI" | "ISBN" | "ISSN" | "PMID" | "PMCID" | "URL" | "call-number" | "language" => {
                    text.chars().filter(char::is_ascii_alphanumeric).collect()
                }
                _ => text,
            };
            if !text.is_empty() {
                set(variable, CslValue::Text(text));
            }
        }
        for (variable, names) in names {
            set(variable, CslValue::Names(names));
        }
        for (variable, date) in dates {
            set(variable, CslValue::from(date));
        }
        item
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// CSL-JSON becomes BibLaTeX and CSL-JSON again: what is not the same is said to be lost.
    #[test]
    fn biblatex_keeps_what_it_does_not_call_lost(item in item()) {
        let item = for_biblatex(&item);
        let converted = bibtex::from_csl(&item);
        let read = bibtex::parse_entry(converted.work.source()).unwrap();
        let back = bibtex::derive(&read, &Strings::default(), &|_| None).item;
        for loss in compare(&item, Some(&back), "BibLaTeX") {
            // A volume's title where the type has no volumes, and a short title that is all markup.
            let is_known = matches!(loss.field.as_str(), "volume-title" | "title-short");
            prop_assert!(
                is_known || converted.lost.contains(&loss.field),
                "{} {}\n{}",
                loss.field,
                loss.reason,
                converted.work.source()
            );
        }
    }

    /// No text makes a reader panic, and every entry has its own key.
    #[test]
    fn any_text_is_read(text in "\\PC{0,60}|(TY  - |ER  - |AU  - |[a-z]{1,3}: ?|\n|  |\\{|\\}|\\[|\\]|\"|,|type: book|- |PY  - |/|\\*|&|!|'){0,40}") {
        for format in FORMATS {
            let reading = format.read_text(&text);
            if let Some(items) = &reading.items {
                let works = reading.file.works().count();
                prop_assert_eq!(works, items.len());
            }
        }
    }
}
