//! Overviews of works: they are sorted beside SQLite, by what lies on cards, and have to come out as SQLite would
//! have them; and what they show has to be what the library says of each work by itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to stop"
)]

use std::fmt::Write as _;

use peerbib::formats::bibtex;
use peerbib::library::{BusyTimeout, ConflictPolicy, ImportedFile, Library};
use peerbib::query::Query;

/// Works in which everything is missing now and then, and much begins alike, in capitals or not.
fn bibliography(rounds: usize) -> String {
    let authors = [
        "",
        "author = {Ostrom, Elinor}, ",
        "author = {ostrom, elinor}, ",
        "author = {Østrom, Elinor and Hess, Charlotte}, ",
        "author = {{The Society for the Study of the Commons in General and the Digital Commons in Particular}}, ",
        "author = {{The Society for the Study of the Commons in General and the Digital Commons}}, ",
        "editor = {Bollier, David and Helfrich, Silke and Bauwens, Michel}, ",
    ];
    let titles = [
        "",
        "title = {Governing the Commons}, ",
        "title = {governing the commons}, ",
        "title = {Governing the Commons: The Evolution of Institutions for Collective Action, One}, ",
        "title = {Governing the Commons: The Evolution of Institutions for Collective Action, Two}, ",
        "title = {共有财产的治理}, ",
    ];
    let dates = [
        "",
        "date = {1990}, ",
        "date = {-0350}, ",
        "date = {2015}, origdate = {1867}, ",
        "date = {2001/2004}, origdate = {1990}, ",
    ];
    let mut text = String::new();
    let mut number = 0;
    for author in (0..rounds).flat_map(|_| authors) {
        for title in titles {
            for date in dates {
                number += 1;
                let kind = ["book", "article", "misc"][number % 3];
                let key = ["key", "Key", "other"][number % 3];
                let _ = writeln!(
                    text,
                    "@{kind}{{{key}{number}, {author}{title}{date}volume = {{{number}}}}}"
                );
            }
        }
    }
    text
}

fn library(directory: &tempfile::TempDir, rounds: usize) -> Library {
    let path = directory.path().join("library.db");
    let mut library = Library::open_or_create(&path, BusyTimeout::default()).unwrap();
    // In two steps, so that a drawer is filled twice.
    let text = bibliography(rounds);
    let (one, two) = text.split_at(text.match_indices("\n@").nth(99).unwrap().0 + 1);
    for (path, text) in [("one.bib", one), ("two.bib", two)] {
        let file = bibtex::read(text);
        let imported = ImportedFile {
            path,
            encoding: "UTF-8",
            file: &file,
        };
        library
            .change(path, |change| {
                change.import(imported, ConflictPolicy::Merge, &mut |_| ())
            })
            .unwrap();
    }
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "UPDATE work SET added_at = '2020-01-01T00:00:0' || id % 7 || 'Z';
             UPDATE work SET changed_at = '2021-01-01T00:00:0' || id % 5 || 'Z' WHERE id % 4 = 0;",
        )
        .unwrap();
    library
}

#[test]
fn overviews_are_in_the_order_that_sqlite_gives() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory, 1);
    let orders = [
        "author", "year", "title", "key", "type", "added", "changed", "original",
    ];
    let mut sorts = vec![String::new()];
    for one in orders {
        for sign in ["", "-"] {
            sorts.push(format!("sort:{sign}{one}"));
            sorts.extend(orders.map(|two| format!("sort:{sign}{one},-{two}")));
        }
    }
    for sort in sorts {
        for query in [
            "",
            "limit:10",
            "type:book",
            "title:governing limit:37",
            "-type:misc",
        ] {
            let query: Query = format!("{query} {sort}").parse().unwrap();
            let selection = query.selection(&library).unwrap();
            let shown = library.headings(&selection).unwrap();
            let shown: Vec<String> = shown.iter().map(|work| work.key.to_owned()).collect();
            let expected = library.selected(&selection).unwrap();
            let expected: Vec<String> = expected.into_iter().map(|work| work.key).collect();
            assert_eq!(shown, expected, "{}", query.text());
        }
    }
}

#[test]
fn times_are_those_of_the_works_however_they_came() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory, 3);
    let connection = rusqlite::Connection::open(directory.path().join("library.db")).unwrap();
    for times in [
        // As imports leave them, one of them with works that were removed since.
        "UPDATE work SET added_at = '2020-01-01T00:00:0' || id / 99 || 'Z', changed_at = NULL",
        "DELETE FROM work WHERE id IN (1, 98, 99, 200, 629, 630)",
        "UPDATE work SET changed_at = '2021-01-01T00:00:00Z' WHERE id IN (2, 3, 5)",
        // Later works with earlier times.
        "UPDATE work SET added_at = '2020-01-01T00:00:0' || (9 - id / 99) || 'Z'",
        // Works of one time among those of another.
        "UPDATE work SET added_at = '2020-01-01T00:00:00Z' WHERE id IN (300, 301)",
        // As many times as works.
        "UPDATE work SET added_at = '2020-01-01T00:' || printf('%06d', id) || 'Z'",
        "UPDATE work SET changed_at = NULL",
    ] {
        connection
            .execute_batch("PRAGMA foreign_keys = OFF")
            .unwrap();
        connection.execute_batch(times).unwrap();
        let mut statement = connection
            .prepare("SELECT id, added_at, coalesce(changed_at, added_at) FROM work")
            .unwrap();
        let expected: Vec<(i64, String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        for count in [10, expected.len()] {
            let works = expected.iter().take(count).map(|(id, ..)| *id).collect();
            let read = library.times_of(&works).unwrap();
            for (id, added, changed) in expected.iter().take(count) {
                let shown = (read.added(*id), read.changed(*id));
                assert_eq!(
                    shown,
                    (Some(added.as_str()), Some(changed.as_str())),
                    "{id} after {times}"
                );
            }
        }
    }
}

#[test]
fn what_is_read_at_one_moment_does_not_change_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory, 1);
    let count = || {
        let selection = "-title:nothing".parse::<Query>().unwrap();
        let headings = library.headings(&selection.selection(&library).unwrap());
        headings.unwrap().len()
    };
    let moment = library.read_snapshot().unwrap();
    assert_eq!(count(), 210);
    let mut other = Library::open(library.path(), BusyTimeout::default()).unwrap();
    other
        .change("add", |change| change.add_entry("@misc{new}", None))
        .unwrap();
    assert_eq!(count(), 210);
    drop(moment);
    assert_eq!(count(), 211);
}

#[test]
fn overviews_show_what_is_known_of_each_work() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory, 3);
    let all = "".parse::<Query>().unwrap().selection(&library).unwrap();
    let all = library.headings(&all).unwrap();
    assert_eq!((all.len(), all.found()), (630, 630));
    assert_eq!(all.works().len(), 630);
    let volumes = library.field_values(&all.works(), "volume").unwrap();
    let times = library.times_of(&all.works()).unwrap();
    for shown in all.iter() {
        let known = library.reference(shown.key).unwrap();
        assert_eq!(shown.id, known.id);
        assert_eq!(shown.title, known.title.as_deref());
        assert_eq!(shown.year(), known.year);
        assert_eq!(shown.entry_type(), known.entry_type);
        assert!(shown.authors().eq(known.authors.iter().map(String::as_str)));
        assert_eq!(shown.identification(), known.identification.as_deref());
        assert_eq!(volumes[&shown.id], shown.id.to_string());
        // The times of few works are asked for one by one, those of many all at once.
        let alone = library.times_of(&[shown.id].into_iter().collect()).unwrap();
        assert_eq!(times.added(shown.id), alone.added(shown.id));
        assert_eq!(times.changed(shown.id), alone.changed(shown.id));
    }
}
