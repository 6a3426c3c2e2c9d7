//! The order of what is found, and what is shown of it, against a plain model of both.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to stop"
)]

use std::cmp::Ordering;
use std::fmt::Write as _;

use peerbib::formats::bibtex;
use peerbib::library::{BusyTimeout, ConflictPolicy, Detail, ImportedFile, Library};
use peerbib::query::Query;
use rusqlite::Connection;

/// A work as this test generates it.
#[derive(Debug)]
struct Model {
    key: String,
    entry_type: &'static str,
    /// The first author as it is sorted, and all names as they are read.
    author: (&'static str, &'static [&'static str]),
    title: Option<&'static str>,
    year: Option<i32>,
    original: Option<i32>,
    added: String,
    changed: String,
}

const AUTHORS: &[(&str, &str, &[&str])] = &[
    ("", "", &[]),
    (
        "author = {Ostrom, Elinor}, ",
        "ostrom, elinor",
        &["Elinor Ostrom"],
    ),
    (
        "author = {ostrom, elinor}, ",
        "ostrom, elinor",
        &["elinor ostrom"],
    ),
    (
        "author = {Østrom, Elinor and Hess, Charlotte}, ",
        "ostrom, elinor",
        &["Elinor Østrom", "Charlotte Hess"],
    ),
    (
        "author = {{Society for the Commons}}, ",
        "society for the commons",
        &["Society for the Commons"],
    ),
    (
        "editor = {Bollier, David and Helfrich, Silke and Bauwens, Michel}, ",
        "bollier, david",
        &["David Bollier", "Silke Helfrich", "Michel Bauwens"],
    ),
];

const TITLES: &[Option<&str>] = &[
    None,
    Some("Governing the Commons"),
    Some("governing the commons"),
    Some("Governing the Commons: One"),
    Some("共有财产的治理"),
];

const DATES: &[(&str, Option<i32>, Option<i32>)] = &[
    ("", None, None),
    ("date = {1990}, ", Some(1990), None),
    // There is no year 0, so that this is 351 BC.
    ("date = {-0350}, ", Some(-351), None),
    ("date = {2015}, origdate = {1867}, ", Some(2015), Some(1867)),
    (
        "date = {2001/2004}, origdate = {1990}, ",
        Some(2001),
        Some(1990),
    ),
];

/// Returns a library, and the model of its works by rowid.
fn library(directory: &tempfile::TempDir) -> (Library, Vec<Model>) {
    let mut text = String::new();
    let mut models = Vec::new();
    for (author, sorted, names) in AUTHORS {
        for title in TITLES {
            for (date, year, original) in DATES {
                let number = models.len() + 1;
                let entry_type = ["book", "article", "misc"][number % 3];
                let key = format!("{}{number}", ["key", "Key", "other"][number % 3]);
                let field = title.map(|title| format!("title = {{{title}}}, "));
                let _ = writeln!(
                    text,
                    "@{entry_type}{{{key}, {author}{}{date}volume = {{{number}}}}}",
                    field.unwrap_or_default()
                );
                let added = format!("2020-01-01T00:00:0{}Z", number % 7);
                let changed = match number % 4 {
                    0 => format!("2021-01-01T00:00:0{}Z", number % 5),
                    _ => added.clone(),
                };
                models.push(Model {
                    key,
                    entry_type,
                    author: (sorted, names),
                    title: *title,
                    year: *year,
                    original: *original,
                    added,
                    changed,
                });
            }
        }
    }
    let path = directory.path().join("library.db");
    let mut library = Library::open_or_create(&path, BusyTimeout::default()).unwrap();
    let file = bibtex::read(&text);
    let imported = ImportedFile {
        path: "works.bib",
        encoding: "UTF-8",
        file: &file,
    };
    library
        .change("import", |change| {
            change.import(imported, ConflictPolicy::Merge, &mut |_| ())
        })
        .unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "UPDATE work SET added_at = '2020-01-01T00:00:0' || (id % 7) || 'Z';
             UPDATE work SET changed_at = '2021-01-01T00:00:0' || (id % 5) || 'Z' WHERE id % 4 = 0;",
        )
        .unwrap();
    (library, models)
}

/// Compares two values by an order that has what is missing last in both directions.
fn last_if_none<T: Ord>(one: Option<T>, other: Option<T>, descending: bool) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if descending => other.cmp(&one),
        (Some(one), Some(other)) => one.cmp(&other),
        (one, other) => one.is_none().cmp(&other.is_none()),
    }
}

fn compare(one: &Model, other: &Model, by: &str, descending: bool) -> Ordering {
    fn author(work: &Model) -> Option<&str> {
        Some(work.author.0).filter(|author| !author.is_empty())
    }
    let lower = |text: &str| text.to_ascii_lowercase();
    match by {
        "author" => last_if_none(author(one), author(other), descending),
        "year" => last_if_none(one.year, other.year, descending),
        "original" => last_if_none(one.original, other.original, descending),
        "title" => last_if_none(one.title.map(lower), other.title.map(lower), descending),
        "key" => last_if_none(Some(lower(&one.key)), Some(lower(&other.key)), descending),
        "type" => last_if_none(Some(one.entry_type), Some(other.entry_type), descending),
        "added" => last_if_none(Some(&one.added), Some(&other.added), descending),
        "changed" => last_if_none(Some(&one.changed), Some(&other.changed), descending),
        _ => last_if_none(author(one), author(other), false)
            .then_with(|| one.year.cmp(&other.year))
            .then_with(|| one.title.cmp(&other.title)),
    }
}

#[test]
fn works_are_found_in_the_order_that_was_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let (library, models) = library(&directory);
    let fields = [
        "author", "year", "title", "key", "type", "added", "changed", "original",
    ];
    let mut orders = vec![Vec::new()];
    for one in fields {
        for descending in [false, true] {
            orders.push(vec![(one, descending)]);
            orders.extend(fields.map(|two| vec![(one, descending), (two, true)]));
        }
    }
    for order in orders {
        let mut expected: Vec<&Model> = models.iter().collect();
        // The sort is stable, so that the rowid decides at last.
        expected.sort_by(|one, other| {
            let asked = order.iter().chain([&("", false)]);
            asked.fold(Ordering::Equal, |sofar, (by, descending)| {
                sofar.then_with(|| compare(one, other, by, *descending))
            })
        });
        let sort: Vec<String> = order
            .iter()
            .map(|(by, descending)| format!("{}{by}", if *descending { "-" } else { "" }))
            .collect();
        let sort = match sort.as_slice() {
            [] => String::new(),
            some => format!("sort:{}", some.join(",")),
        };
        for (query, limit, is_meant) in [
            ("", 1_000, None),
            ("limit:10", 10, None),
            ("type:book", 1_000, Some(true)),
            ("-type:book limit:37", 37, Some(false)),
        ] {
            let query: Query = format!("{query} {sort}").parse().unwrap();
            let selection = query.selection(&library).unwrap();
            let found = library.works().search(&selection, &[]).unwrap();
            let found: Vec<&str> = found
                .iter()
                .map(|result| result.work.key.as_str())
                .collect();
            let expected: Vec<&str> = expected
                .iter()
                .filter(|work| is_meant.is_none_or(|book| (work.entry_type == "book") == book))
                .map(|work| work.key.as_str())
                .take(limit)
                .collect();
            assert_eq!(found, expected, "{}", query.text());
        }
    }
}

#[test]
fn what_is_shown_is_what_the_entries_say() {
    let directory = tempfile::tempdir().unwrap();
    let (library, models) = library(&directory);
    let all = "sort:added".parse::<Query>().unwrap();
    let all = all.selection(&library).unwrap();
    let details = [
        Detail::Changed,
        Detail::Field("volume".into()),
        Detail::Tags,
        Detail::Field("nothing".into()),
        Detail::Added,
    ];
    let results = library.works().search(&all, &details).unwrap();
    assert_eq!(results.len(), models.len());
    for result in results {
        let work = &result.work;
        let model = &models[usize::try_from(work.id).unwrap() - 1];
        assert_eq!(work.key, model.key);
        assert_eq!(work.entry_type, model.entry_type);
        assert_eq!(work.title.as_deref(), model.title);
        assert_eq!(work.year, model.year);
        assert_eq!(work.authors, model.author.1);
        let volume = work.id.to_string();
        let expected = [&model.changed, &volume, "", "", &model.added];
        assert_eq!(result.details, expected);
    }
}

#[test]
fn what_is_read_in_a_snapshot_does_not_change_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let (library, models) = library(&directory);
    let count = || {
        let query = "-title:nothing".parse::<Query>().unwrap();
        let selection = query.selection(&library).unwrap();
        library.works().search(&selection, &[]).unwrap().len()
    };
    let snapshot = library.read_snapshot().unwrap();
    assert_eq!(count(), models.len());
    let mut other = Library::open(library.path(), BusyTimeout::default()).unwrap();
    other
        .change("add", |change| change.works().add("@misc{new}", None))
        .unwrap();
    assert_eq!(count(), models.len());
    drop(snapshot);
    assert_eq!(count(), models.len() + 1);
}
