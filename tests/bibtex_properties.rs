//! What holds for any input whatever: nothing is lost, nothing crashes, and what is printed is read again as
//! itself.

#![allow(clippy::unwrap_used)]

use std::borrow::Cow;
use std::time::{Duration, Instant};

use peerbib::formats::bibtex::{self, FilePiece};
use peerbib::model::{CslItem, CslValue, EdtfDate};
use proptest::prelude::*;

/// Pieces of BibTeX, sound and broken, so that random texts come near to what files hold.
fn snippets() -> impl Strategy<Value = String> {
    let snippet = prop_oneof![
        Just("@article{key, "),
        Just("@book(k, "),
        Just("\n@misc{"),
        Just("@string{a = "),
        Just("@comment{"),
        Just("@preamble{\""),
        Just("title = {"),
        Just("author = \""),
        Just("year = 1999"),
        Just("date = {1999-01/..},"),
        Just("crossref = {key},"),
        Just("}"),
        Just("{"),
        Just("\""),
        Just(","),
        Just("\n"),
        Just("\r"),
        Just(" # "),
        Just("%"),
        Just("@"),
        Just("="),
        Just("("),
        Just(")"),
        Just("\\emph{"),
        Just("\\'e"),
        Just("\\\""),
        Just("$x$"),
        Just("\\"),
        Just(" and "),
        Just("von "),
        Just("é"),
        Just("\u{FEFF}"),
        Just("~"),
        Just("xdata={key},"),
    ];
    prop::collection::vec(
        prop_oneof![4 => snippet.prop_map(str::to_owned), 1 => "\\PC{0,6}"],
        0..60,
    )
    .prop_map(|parts| parts.concat())
}

fn nothing_is_lost(text: &str) {
    let joined: String = bibtex::split(text).iter().map(|piece| piece.text).collect();
    assert_eq!(joined, text);
    let file = bibtex::read(text);
    let joined: String = file.pieces.iter().map(FilePiece::text).collect();
    assert_eq!(joined, text);
    let works = file.by_key();
    let find = |key: &str| works.get(key).map(|work| Cow::Borrowed(*work));
    for work in file.works() {
        assert_eq!(bibtex::parse_entry(work.source()).as_ref(), Ok(work));
        bibtex::derive(work, &file.strings, &find);
        bibtex::to_bibtex(work, &file.strings, &find);
        let edited = bibtex::set_field(work.source(), "note", "x").unwrap();
        let edited = bibtex::parse_entry(&edited).unwrap();
        assert_eq!(edited.field("note"), Some(edited.field("note").unwrap()));
        let renamed = bibtex::set_key(work.source(), "other").unwrap();
        assert_eq!(bibtex::parse_entry(&renamed).unwrap().key, "other");
    }
    bibtex::tidy(&file);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_loss(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let decoded = bibtex::decode(&bytes);
        prop_assert_eq!(decoded.encoding.encode(&decoded.text), Ok(bytes));
        nothing_is_lost(&decoded.text);
    }

    #[test]
    fn anything_like_bibtex_is_read_without_loss(text in snippets()) {
        nothing_is_lost(&text);
    }

    #[test]
    fn dates_print_themselves(
        year in -9999_i64..=9999,
        rest in prop_oneof![
            Just(String::new()),
            (1..=12).prop_map(|month| format!("-{month:02}")),
            (1..=12, 1..=28).prop_map(|(month, day)| format!("-{month:02}-{day:02}")),
            (21..=24).prop_map(|season| format!("-{season}")),
            Just("-XX".to_owned()),
        ],
        mark in prop_oneof![Just(""), Just("~"), Just("?"), Just("%")],
        end in prop_oneof![Just(""), Just("/.."), Just("/"), Just("/2999-10")],
    ) {
        let sign = if year < 0 { "-" } else { "" };
        let text = format!("{sign}{:04}{rest}{mark}{end}", year.abs());
        let date: EdtfDate = text.parse().unwrap();
        let printed = date.to_string();
        prop_assert_eq!(printed.parse::<EdtfDate>(), Ok(date));
        if year != 0 {
            prop_assert_eq!(printed, text);
        }
    }

    #[test]
    fn names_come_back_as_they_were(
        family in "[A-Za-zÀ-ž '.,-]{0,12}",
        given in "[A-Za-zÀ-ž '.,&{}-]{0,12}",
        particle in prop_oneof![Just(""), Just("van"), Just("de la"), Just("De")],
        suffix in prop_oneof![Just(""), Just("Jr."), Just("III, Esq.")],
        stays in any::<bool>(),
    ) {
        let mut name = serde_json::json!({});
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let particle_kind = if stays { "non-dropping-particle" } else { "dropping-particle" };
        for (part, text) in [
            ("family", &words(&family)), ("given", &words(&given)),
            (particle_kind, &particle.to_owned()), ("suffix", &suffix.to_owned()),
        ] {
            if !text.is_empty() {
                name[part] = serde_json::Value::String(text.clone());
            }
        }
        prop_assume!(name.get("family").is_some());
        // TeX prints typographic apostrophes.
        let name: serde_json::Value =
            serde_json::from_str(&name.to_string().replace('\'', "’").replace("--", "-")).unwrap();
        let item: CslItem = serde_json::from_value(serde_json::json!({
            "id": "k", "type": "book", "author": [name]
        })).unwrap();
        let converted = bibtex::from_csl(&item);
        prop_assert_eq!(bibtex::parse_entry(converted.work.source()), Ok(converted.work.clone()));
        let derived = bibtex::derive(&converted.work, &bibtex::Strings::default(), &|_| None);
        if converted.lost.is_empty() {
            prop_assert_eq!(derived.item, item, "{}", converted.work.source());
        }
    }

    #[test]
    fn text_comes_back_as_it_was(text in "[A-Za-z0-9 {}$&%#_~^\\\\<>/i.,:é–-]{0,40}") {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("--", "-");
        prop_assume!(!text.is_empty());
        // A formula that only raises or lowers something becomes rich text.
        prop_assume!(!text.contains("$^") && !text.contains("$_"));
        let mut item = CslItem { id: "k".to_owned(), item_type: "book".to_owned(), ..CslItem::default() };
        item.variables.insert("note".to_owned(), CslValue::Text(text.clone()));
        item.variables.insert("title".to_owned(), CslValue::Text(text));
        let converted = bibtex::from_csl(&item);
        prop_assert_eq!(bibtex::parse_entry(converted.work.source()), Ok(converted.work.clone()));
        let mut derived = bibtex::derive(&converted.work, &bibtex::Strings::default(), &|_| None).item;
        derived.variables.remove("title-short");
        prop_assert_eq!(derived, item, "{}", converted.work.source());
    }
}

#[test]
fn a_million_open_braces_take_linear_time() {
    let start = Instant::now();
    for unit in [
        "{",
        "@a{k,t={",
        "@a{k,t={\n@a{",
        "@comment{",
        "\\emph{",
        "$",
        "@a{k, t = \"",
        "@string{",
    ] {
        let text = unit.repeat(1_000_000 / unit.len() + 1);
        bibtex::read(&text);
        let deep = format!("{}{}", "{".repeat(500_000), "}".repeat(500_000));
        let file = bibtex::read(&format!("@a{{k, t = {{{deep}}}}}"));
        assert_eq!(file.works().count(), 0, "an entry so deep is rejected");
        let nested = format!("{}{}", "{".repeat(100), "}".repeat(100)).repeat(5_000);
        let file = bibtex::read(&format!("@a{{k, t = {{{nested}}}}}"));
        let work = file.works().next().unwrap();
        bibtex::derive(work, &file.strings, &|_| None);
    }
    let title = format!(
        "@book{{k, title = {{{}}}, author = {{{}}}}}",
        "A b \\emph{c} ".repeat(50_000),
        "a b and ".repeat(50_000)
    );
    let file = bibtex::read(&title);
    bibtex::derive(file.works().next().unwrap(), &file.strings, &|_| None);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "took {:?}",
        start.elapsed()
    );
}
