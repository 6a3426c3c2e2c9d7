//! No text makes the query language panic, and whatever it reads SQLite understands.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has to stop"
)]

use std::sync::LazyLock;

use peerbib::formats::bibtex;
use peerbib::library::{BusyTimeout, ConflictPolicy, ImportedFile, Library, LibraryError};
use peerbib::query::{FIELDS, Query, QueryError};
use proptest::prelude::*;

const WORKS: &str = "\
@book{ostrom1990, author = {Ostrom, Elinor}, title = {Governing the Commons}, date = {1990}, isbn = {0521405998},
  keywords = {theme:commons}}
@article{benkler, author = {Benkler, Yochai}, title = {Coase}, journaltitle = {Law}, volume = {112}, date = {2002}}
";

thread_local! {
    static LIBRARY: LazyLock<(tempfile::TempDir, Library)> = LazyLock::new(|| {
        let directory = tempfile::tempdir().unwrap();
        let mut library = Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default()).unwrap();
        let file = bibtex::read(WORKS);
        let imported = ImportedFile { path: "works.bib", encoding: "UTF-8", file: &file };
        library
            .change("import", |change| change.import(imported, ConflictPolicy::Merge, &mut |_| ()))
            .unwrap();
        (directory, library)
    });
}

/// Reads a query, and asks a library for what it means. Where it cannot be read, it must say so in words of its
/// own.
fn ask(text: &str) {
    LIBRARY.with(|library| {
        let library = &library.1;
        let answer = text
            .parse::<Query>()
            .and_then(|query| Ok((query.selection(library)?, query)));
        match answer {
            Ok((selection, query)) => {
                let found = library
                    .works()
                    .search(&selection, &[])
                    .unwrap_or_else(|error| panic!("{text:?}: {error}"));
                let all = library.works().ids_matching(&selection.filter).unwrap();
                let limit = selection.limit.unwrap_or(usize::MAX);
                assert_eq!(found.len(), all.len().min(limit), "{text:?}");
                assert!(
                    found.iter().all(|result| all.contains(&result.work.id)),
                    "{text:?}"
                );
                let meant = library.works().count_matching(&selection.filter).unwrap();
                assert_eq!(meant, all.len(), "{text:?}");
                let others = selection.filter.negated();
                let counted = library.works().count_matching(&others).unwrap();
                let listed = library.works().ids_matching(&others).unwrap().len();
                assert_eq!((counted, listed), (2 - meant, 2 - meant), "{text:?}");
                for term in query.positive_terms() {
                    assert!(term.translate(library).is_ok(), "{text:?}: {}", term.text());
                }
            }
            Err(QueryError::Library(error @ LibraryError::Sqlite(_))) => {
                panic!("{text:?}: {error}")
            }
            Err(error) => assert!(error.to_string().contains('^'), "{text:?}: {error}"),
        }
    });
}

/// Pieces that queries are made of, sound and unsound.
fn piece() -> impl Strategy<Value = String> {
    let fields: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    let examples: Vec<&str> = FIELDS.iter().map(|field| field.example).collect();
    let signs = vec![
        " ", " ", "(", ")", "-", "\u{2212}", "NOT ", " OR ", " AND ", ":", ",", "\"", "\u{201c}",
        "*", "=", "/", "..", ">=", "<", "^", "'", "#", "=#", "\\", "{", "}", "+", "?", "%", "_",
        "\0", "\n",
    ];
    let words = vec![
        "commons",
        "ostrom",
        "1990",
        "2010s",
        "theme",
        "volume",
        "doi",
        "7d",
        "today",
        "2024-03",
        "Ostrom, Elinor",
        "\u{f8}",
        "\u{df}",
        "\u{5171}\u{6709}",
        "\u{1f600}",
        "e\u{301}",
        "NEAR",
        "10.1000/x(1)",
        "https://example.org",
    ];
    prop_oneof![
        3 => prop::sample::select(signs).prop_map(str::to_owned),
        2 => prop::sample::select(words).prop_map(str::to_owned),
        2 => prop::sample::select(fields).prop_map(|field| format!("{field}:")),
        1 => prop::sample::select(examples).prop_map(|example| format!(" {example} ")),
        1 => any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn pieces_in_any_order_are_understood_or_refused(pieces in prop::collection::vec(piece(), 0..12)) {
        ask(&pieces.concat());
    }

    #[test]
    fn any_text_is_understood_or_refused(text in "\\PC{0,40}") {
        ask(&text);
    }
}

#[test]
fn every_example_of_the_fields_is_read() {
    for field in FIELDS {
        assert!(field.example.parse::<Query>().is_ok(), "{}", field.example);
    }
}

#[test]
fn long_and_deep_queries_are_no_burden_for_sqlite() {
    ask(&"commons ".repeat(3_000));
    ask(&"-commons ".repeat(3_000));
    ask(&vec!["commons"; 3_000].join(" OR "));
    ask(&vec!["theme:commons"; 3_000].join(" OR "));
    ask(&vec!["year:1990"; 2_000].join(" OR "));
    ask(&"year:1990 ".repeat(2_000));
    ask(&format!("key:{}", vec!["ostrom1990"; 5_000].join(",")));
    ask(&format!("{}commons{}", "(a OR ".repeat(90), ")".repeat(90)));
    ask(&format!(
        "{}year:1990{}",
        "-(a OR ".repeat(45),
        ")".repeat(45)
    ));
    ask(&format!("{}commons", "-".repeat(90)));
    ask(&"commons".repeat(20_000));
}
