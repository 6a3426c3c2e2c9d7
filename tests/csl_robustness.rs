//! The citation processor survives whatever it is given: works with nothing in them, with everything,
//! with random values, in every style and several languages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs;
use std::path::Path;

use peerbib::csl::{Citation, Cite, Processor, Style, StyleError, bundled, format_bibliography};
use peerbib::model::CslItem;
use peerbib::output::html;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

const LANGUAGES: [Option<&str>; 6] = [
    None,
    Some("de-DE"),
    Some("fr-FR"),
    Some("el-GR"),
    Some("ar"),
    Some("zh-CN"),
];

const TEXTS: &[&str] = &[
    "title",
    "title-short",
    "container-title",
    "container-title-short",
    "collection-title",
    "publisher",
    "publisher-place",
    "genre",
    "medium",
    "abstract",
    "annote",
    "archive",
    "archive_location",
    "authority",
    "call-number",
    "DOI",
    "URL",
    "ISBN",
    "ISSN",
    "PMID",
    "PMCID",
    "event-title",
    "event-place",
    "keyword",
    "language",
    "note",
    "original-title",
    "part-title",
    "references",
    "reviewed-title",
    "scale",
    "section",
    "source",
    "status",
    "version",
    "volume-title",
    "citation-label",
    "year-suffix",
    "jurisdiction",
    "license",
];
const NUMBERS: &[&str] = &[
    "page",
    "page-first",
    "volume",
    "issue",
    "number",
    "edition",
    "chapter-number",
    "collection-number",
    "number-of-pages",
    "number-of-volumes",
    "part-number",
    "printing-number",
    "supplement-number",
    "citation-number",
    "locator",
    "first-reference-note-number",
];
const NAMES: &[&str] = &[
    "author",
    "editor",
    "translator",
    "container-author",
    "collection-editor",
    "compiler",
    "composer",
    "director",
    "illustrator",
    "interviewer",
    "recipient",
    "reviewed-author",
    "original-author",
    "performer",
    "producer",
    "guest",
    "host",
    "chair",
    "contributor",
    "script-writer",
    "series-creator",
    "editorial-director",
    "executive-producer",
    "narrator",
];
const DATES: &[&str] = &[
    "issued",
    "accessed",
    "event-date",
    "original-date",
    "submitted",
    "available-date",
];
const TYPES: &[&str] = &[
    "article-journal",
    "book",
    "chapter",
    "webpage",
    "thesis",
    "report",
    "legal_case",
    "legislation",
    "interview",
    "personal_communication",
    "no-such-type",
    "",
];

/// Returns all available styles: those in the program and those beside the repository.
fn styles() -> Vec<(String, Style)> {
    let mut styles: Vec<(String, Style)> = bundled::styles()
        .iter()
        .map(|bundled| {
            let xml = bundled::style_xml(bundled.name).unwrap();
            let style =
                Style::from_xml(&xml).unwrap_or_else(|error| panic!("{}: {error}", bundled.name));
            (bundled.name.to_owned(), style)
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/csl/styles");
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let xml = fs::read_to_string(entry.path()).unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let style = Style::from_xml(&xml).unwrap_or_else(|error| panic!("{name}: {error}"));
        styles.push((name, style));
    }
    styles
}

fn render(style: &Style, language: Option<&str>, works: &[CslItem]) {
    let processor = Processor::new(style, language, works);
    if let Some(bibliography) = processor.bibliography() {
        let _ = html::bibliography(&bibliography);
    }
    let cites: Vec<Cite> = works
        .iter()
        .map(|work| Cite::new(work.id.clone()))
        .collect();
    let mut located = cites.clone();
    for cite in &mut located {
        cite.locator = Some("ch. 2, p. 5-".to_owned());
        cite.prefix = Some("see <i>also".to_owned());
        cite.suffix = Some(", 'and'".to_owned());
    }
    let citations = [
        Citation::new(cites.clone(), 1),
        Citation::new(located, 2),
        Citation::new(cites, 3),
    ];
    for citation in processor.citations(&citations) {
        let _ = html::rich_text(&citation.content);
    }
}

fn works(items: Json) -> Vec<CslItem> {
    serde_json::from_value(items).expect("works")
}

/// A work with a value for every variable.
fn full_work() -> Json {
    let mut work = Map::new();
    work.insert("id".to_owned(), json!("full"));
    work.insert("type".to_owned(), json!("chapter"));
    for name in TEXTS {
        work.insert(
            (*name).to_owned(),
            json!(format!("<i>The</i> \"{name}\" of l'été: 1–2?")),
        );
    }
    for name in NUMBERS {
        work.insert((*name).to_owned(), json!("12-15 & xiv, A7"));
    }
    for name in NAMES {
        work.insert(
            (*name).to_owned(),
            json!([
                {"family": "van der Berg", "given": "Jean-Pierre, Jr."},
                {"family": "毛", "given": "泽东"},
                {"literal": "The <b>Collective</b>"},
                {"given": "Only"}, {"family": "'t Hooft", "given": "G."}, {},
            ]),
        );
    }
    for name in DATES {
        work.insert(
            (*name).to_owned(),
            json!({"date-parts": [[-44, 3, 15], [2020, 13]]}),
        );
    }
    Json::Object(work)
}

#[test]
fn every_style_prints_an_empty_work_and_a_full_one_in_every_language() {
    let list = works(json!([{"id": "empty"}, full_work()]));
    for (_, style) in styles() {
        for language in LANGUAGES {
            render(&style, language, &list);
        }
    }
}

#[test]
fn every_style_prints_the_works_that_parity_is_measured_by() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/csl/parity-items.json");
    let Ok(text) = fs::read_to_string(path) else {
        return;
    };
    let list: Vec<CslItem> = serde_json::from_str(&text).unwrap();
    for (name, style) in styles() {
        render(&style, None, &list);
        let entries = format_bibliography(&style, Some("de-DE"), &list).entries;
        assert!(!entries.is_empty(), "{name} prints nothing");
    }
}

#[test]
fn errors_in_a_style_have_a_line_and_a_column() {
    let xml = "<style xmlns=\"http://purl.org/net/xbiblio/csl\">\n  <citation>\n    <layout>\n      \
               <text macro=\"none\"/>\n    </layout>\n  </citation>\n</style>";
    let error = Style::from_xml(xml).unwrap_err();
    assert_eq!((error.line, error.column), (4, 7));
    assert_eq!(error.message, "there is no macro \"none\"");
    let error = Style::from_xml("<style>\n  <citation>\n</style>").unwrap_err();
    assert_eq!(error.line, 3);
}

/// A style of these macros, each with the macros that it calls, the first of which its layout calls.
fn calling(macros: &[(String, Vec<String>)]) -> Result<Style, StyleError> {
    let call = |name: &String| format!("<text macro=\"{name}\"/>");
    let macros: String = macros
        .iter()
        .map(|(name, called)| {
            let called: String = called.iter().map(call).collect();
            format!("<macro name=\"{name}\"><group>{called}</group></macro>\n")
        })
        .collect();
    Style::from_xml(&format!(
        "<style>\n{macros}<citation><layout><text macro=\"a0\"/></layout></citation></style>"
    ))
}

#[test]
fn a_macro_that_calls_itself_is_named() {
    let mut macros = doubling(8);
    calling(&macros).unwrap();
    macros[8].1.push("a4".to_owned());
    let error = calling(&macros).unwrap_err();
    assert_eq!(error.message, "the macro \"a4\" calls itself");
    assert_eq!(error.line, 6);
}

#[test]
fn macros_that_double_each_other_are_refused_at_once() {
    let error = calling(&doubling(64)).unwrap_err();
    let reason = "has more than 100000 elements, with the macros that it calls";
    assert!(error.message.contains(reason), "{}", error.message);
}

/// Macros each of which calls the next one twice.
fn doubling(count: usize) -> Vec<(String, Vec<String>)> {
    let name = |number: usize| format!("a{number}");
    let calls = |number: usize| vec![name(number + 1), name(number + 1)];
    (0..count)
        .map(|number| (name(number), calls(number)))
        .chain([(name(count), Vec::new())])
        .collect()
}

/// A style with so many elements within each other.
fn nested(depth: usize) -> String {
    let (open, close) = ("<group>\n".repeat(depth), "</group>".repeat(depth));
    format!(
        "<style>\n<citation><layout>{open}<text variable=\"title\"/>{close}</layout></citation></style>"
    )
}

#[test]
fn elements_and_macros_too_deep_within_each_other_are_refused_and_others_print() {
    let print = |style: Style| {
        let work = works(json!([{"id": "a", "type": "book", "title": "Commons"}]));
        // In a thread of the smallest stack that peerbib prints in.
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let printing = thread.spawn(move || render(&style, None, &work)).unwrap();
        printing.join().unwrap();
    };
    print(Style::from_xml(&nested(190)).unwrap());
    for depth in [250, 200_000] {
        let error = Style::from_xml(&nested(depth)).unwrap_err();
        assert_eq!(error.message, "elements are nested more than 200 deep here");
        assert_eq!(error.line, 199);
    }
    let name = |number: usize| format!("a{number}");
    let chain = |length: usize| {
        let mut macros: Vec<_> = (0..length)
            .map(|number| (name(number), vec![name(number + 1)]))
            .collect();
        macros.push((name(length), Vec::new()));
        calling(&macros)
    };
    print(chain(95).unwrap());
    for length in [110, 20_000] {
        let error = chain(length).unwrap_err();
        assert_eq!(
            error.message,
            "the macro \"a100\" is called where elements are nested more than 200 deep"
        );
    }
}

fn value() -> impl Strategy<Value = Json> {
    prop_oneof![
        "\\PC{0,40}".prop_map(Json::String),
        "[-0-9a-zA-Z ,.;:&–'\"<>/()ixv]{0,20}".prop_map(Json::String),
        any::<i32>().prop_map(|number| json!(number)),
    ]
}

fn name() -> impl Strategy<Value = Json> {
    prop_oneof![
        ("[\\PC]{0,12}", "[\\PC]{0,12}")
            .prop_map(|(family, given)| json!({"family": family, "given": given})),
        ("[A-Za-z' -]{0,12}", "[A-Z. a-z-]{0,12}", "[a-z' ]{0,6}").prop_map(
            |(family, given, particle)| {
                json!({"family": family, "given": given, "non-dropping-particle": particle})
            }
        ),
        "\\PC{0,20}".prop_map(|literal| json!({"literal": literal})),
    ]
}

fn date() -> impl Strategy<Value = Json> {
    prop_oneof![
        prop::collection::vec(prop::collection::vec(-3000..3000i32, 0..4), 0..3)
            .prop_map(|parts| json!({"date-parts": parts})),
        "[-0-9/a-zA-Z?~ ]{0,20}".prop_map(|raw| json!({"raw": raw})),
        "\\PC{0,12}".prop_map(|literal| json!({"literal": literal})),
    ]
}

fn work() -> impl Strategy<Value = Json> {
    (
        prop::sample::select(TYPES),
        prop::collection::vec(
            (prop::sample::select([TEXTS, NUMBERS].concat()), value()),
            0..12,
        ),
        prop::collection::vec(
            (
                prop::sample::select(NAMES),
                prop::collection::vec(name(), 0..5),
            ),
            0..4,
        ),
        prop::collection::vec((prop::sample::select(DATES), date()), 0..3),
    )
        .prop_map(|(kind, texts, names, dates)| {
            let mut work = Map::new();
            work.insert("type".to_owned(), json!(kind));
            for (name, value) in texts {
                work.insert(name.to_owned(), value);
            }
            for (name, list) in names {
                work.insert(name.to_owned(), Json::Array(list));
            }
            for (name, date) in dates {
                work.insert(name.to_owned(), date);
            }
            Json::Object(work)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_style_panics_on_random_works(list in prop::collection::vec(work(), 1..4)) {
        thread_local! {
            static STYLES: Vec<(String, Style)> = styles();
        }
        let items: Vec<Json> = list
            .into_iter()
            .enumerate()
            .map(|(number, mut work)| {
                work["id"] = json!(format!("work{number}"));
                work
            })
            .collect();
        let list = works(Json::Array(items));
        STYLES.with(|styles| {
            for (number, (_, style)) in styles.iter().enumerate() {
                render(style, LANGUAGES[number % LANGUAGES.len()], &list);
            }
        });
    }
}
