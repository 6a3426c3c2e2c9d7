//! The report of losses, for each writer: it names every difference, and nothing else.

use serde_json::{Value as Json, json};

use super::bibtex::{self, Strings};
use super::losses::{resolved_date, truth};
use super::{CSL_JSON, ExportInput, ExportedWork, FORMATS, Records, ReferenceFormat};
use crate::csl::variables::{self, VariableKind as Kind};
use crate::model::markup::without_nocase;
use crate::model::{CslItem, CslName, CslValue, Entry};

/// Works of different kinds: each variable occurs in each of them.
const TYPES: [&str; 4] = ["article-journal", "chapter", "thesis", "webpage"];

const TEXTS: [&str; 4] = [
    "Open and Free",
    "A <i>B</i>: c & d",
    "12",
    "\u{bb}Wert\u{ab} 5 % (x_1)",
];

const NAMES: [&str; 7] = [
    r#"[{"family":"Benkler","given":"Yochai"}]"#,
    r#"[{"family":"Hippel","given":"Eric","non-dropping-particle":"von"}]"#,
    r#"[{"family":"Beethoven","given":"Ludwig","dropping-particle":"van"}]"#,
    r#"[{"family":"King","given":"Martin Luther","suffix":"Jr."}]"#,
    r#"[{"literal":"Free and Open Group"},{"family":"Plato"}]"#,
    r#"[{"family":"A","given":"B"},{"truncated":true}]"#,
    r#"[{"family":"井上","given":"真"}]"#,
];

const DATES: [&str; 22] = [
    "2001",
    "2001-05",
    "2001-05-03",
    "2001-21",
    "2001~",
    "2001-05-03?",
    "2001%",
    "199X",
    "19XX~",
    "2001/2003",
    "2001-05/2001-06",
    "2001-05-03/2001-06-07",
    "2001-12-20/2002-01-04",
    "2001-22/2001-24",
    "2001-05/2002",
    "2001/..",
    "2001-05/..",
    "../2001",
    "0098",
    "-0043",
    "-0043/-0029",
    "Y17000",
];

/// Returns an item for each type, each variable in different works, and each kind of date.
fn items() -> Vec<CslItem> {
    let mut items = Vec::new();
    let mut add = |item_type: &str, variable: &str, value: Json| {
        let mut item = json!({"id": "k", "type": item_type, "title": "A title",
            "author": [{"family": "Doe", "given": "Jane"}]});
        item[variable] = value;
        let Records::Items(read) = CSL_JSON.read(&[], &item.to_string().into()) else {
            panic!("no items");
        };
        items.extend(read.items.into_iter().map(|read| read.item));
    };
    for item_type in variables::TYPES.iter().copied() {
        add(item_type, "issued", json!({"date-parts": [[2001]]}));
        add(item_type, "container-title", json!("Whole"));
    }
    for item_type in TYPES {
        for variable in variables::of_kinds(&[Kind::Text, Kind::Number]) {
            for text in TEXTS {
                add(item_type, variable, json!(text));
            }
        }
        for variable in variables::of_kinds(&[Kind::Names]) {
            for names in NAMES {
                add(item_type, variable, serde_json::from_str(names).unwrap());
            }
        }
        for variable in variables::of_kinds(&[Kind::Date]) {
            for date in DATES {
                let date: crate::model::EdtfDate = date.parse().unwrap();
                add(
                    item_type,
                    variable,
                    serde_json::to_value(date.to_csl()).unwrap(),
                );
            }
            add(item_type, variable, json!({"literal": "forthcoming"}));
        }
    }
    items
}

/// Returns what a person sees of a value.
fn seen(value: &CslValue) -> String {
    match value {
        CslValue::Names(names) => names
            .iter()
            .map(|name| match name.truncated {
                Some(true) => "et al.".to_owned(),
                _ => CslName::reading_order(name),
            })
            .collect::<Vec<_>>()
            .join("; "),
        CslValue::Date(date) => {
            let date = resolved_date(date);
            let season = date.season.as_ref().map(ToString::to_string);
            let circa = truth(date.circa.as_ref());
            format!(
                "{:?} {:?} {season:?} {circa}",
                date.date_parts, date.literal
            )
        }
        CslValue::Other(other) => other.to_string(),
        CslValue::Number(number) => number.to_string(),
        CslValue::Text(text) => without_nocase(text)
            .replace("--", "-")
            .replace('\u{2013}', "-")
            .replace('\u{2019}', "'"),
    }
}

/// Returns a work as it is written in a format, read again, and what was reported as lost.
fn round_trip(
    format: &ReferenceFormat,
    entry: &Entry,
    item: &CslItem,
) -> (Option<CslItem>, Vec<String>) {
    let written = format.writer.unwrap().write(&ExportInput {
        works: &[ExportedWork {
            work: entry,
            item,
            strings: &Strings::default(),
        }],
        parents: &|_| None,
        table: None,
    });
    let lost = written.losses.into_iter().map(|loss| loss.field).collect();
    let back = match format.read(written.text.as_bytes(), &written.text.as_str().into()) {
        Records::Items(items) => items.items.into_iter().next().map(|read| read.item),
        Records::Entries(file) => file
            .works()
            .next()
            .map(|entry| bibtex::derive(entry, &file.strings, &|_| None).item),
    };
    (back, lost)
}

#[test]
fn every_writer_reports_every_loss_and_no_other() {
    let mut wrong = Vec::new();
    for item in items() {
        for format in FORMATS.iter().filter(|format| format.writer.is_some()) {
            let (entry, item) = if format.is_bibtex() {
                let entry = bibtex::from_csl(&item).work;
                let item = bibtex::derive(&entry, &Strings::default(), &|_| None).item;
                (entry, item)
            } else {
                let entry = Entry::without_text(item.id.clone());
                (entry, item.clone())
            };
            let (back, lost) = round_trip(format, &entry, &item);
            let back = back.unwrap_or_default();
            let mut differing = Vec::new();
            if back.item_type != item.item_type {
                differing.push("type".to_owned());
            }
            if back.id != item.id {
                differing.push("key".to_owned());
            }
            for (variable, value) in &item.variables {
                let other = back.variables.get(variable);
                // BibTeX prints the state of publication as a note.
                let is_note = format.name == "bibtex"
                    && variable == "status"
                    && back.text("note") == item.text("status");
                if other.map(seen) != Some(seen(value)) && !is_note {
                    differing.push(variable.to_owned());
                }
            }
            let shown = || serde_json::to_string(&item).unwrap();
            for variable in differing.iter().filter(|variable| !lost.contains(variable)) {
                wrong.push(format!(
                    "{}: {variable} is lost unreported: {}: {:?}",
                    format.name,
                    shown(),
                    back.variables.get(variable)
                ));
            }
            for field in lost.iter().filter(|field| !differing.contains(field)) {
                // A field that BibTeX's styles do not print is in the file.
                if format.name != "bibtex" {
                    wrong.push(format!("{}: {field} is not lost: {}", format.name, shown()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
