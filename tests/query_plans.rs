//! What each construct of the query language becomes: its SQL with its parameters, and the way in which
//! SQLite answers it. Nothing but a regular expression may look at every work to find some.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has to stop")]

use std::fmt::Write as _;

use peerbib::formats::bibtex;
use peerbib::library::{BusyTimeout, ConflictPolicy, ImportedFile, Library, LibraryError, pattern};
use peerbib::query::{Query, QueryError};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

const WORKS: &str = "\
@book{ostrom1990, author = {Ostrom, Elinor}, title = {Governing the Commons}, publisher = {Cambridge University Press},
  location = {Cambridge}, isbn = {978-0-521-40599-7}, date = {1990}, keywords = {theme:commons}}
@article{benkler2002coase, author = {Benkler, Yochai}, title = {Coase\u{2019}s Penguin}, journaltitle = {Yale Law Journal},
  volume = {112}, doi = {10.2307/1562247}, date = {2002}, langid = {english}, keywords = {theme:peer-production}}
";

/// Every construct, in the order of the help; those behind `-` or `missing` look at all works, as all are
/// meant but some.
const FOUND_BY_AN_INDEX: &[&str] = &[
    "commons",
    "coop*",
    "\"peer production\"",
    "commons governing author:ostrom",
    "author:ostrom",
    "author:=ostrom",
    "author:=\"Ostrom, Elinor\"",
    "editor:wren",
    "contributor:ostrom",
    "title:governing",
    "title:=\"governing the commons\"",
    "in:\"yale law\"",
    "publisher:cambridge",
    "place:cambridge",
    "abstract:enclosure",
    "keyword:copyleft",
    "note:reread",
    "year:2002",
    "year:1990..2002",
    "year:2000s",
    "year:1990,2002",
    "original:1867",
    "added:2024-03-15",
    "added:7d",
    "added:<2024",
    "changed:today",
    "type:book",
    "type:thesis",
    "type:=thesis",
    "type:article,book",
    "key:ostrom1990",
    "key:ostrom*",
    "key:ostrom1990,benkler2002coase",
    "doi:10.2307",
    "isbn:0521405998",
    "lang:en",
    "lang:british,german",
    "tag:commons",
    "theme:commons",
    "theme:=commons",
    "theme:commons,peer-production",
    "theme:peer*",
    "volume:112",
    "volume:=112",
    "volume:1*",
    "has:doi",
    "has:theme",
    "has:note",
    "has:file",
    "file:pdf",
    "file:scans*",
    "list:reader",
    "list:pinned",
    "has:list",
    "origin:rule",
    "commons OR penguin",
    "commons theme:commons",
    "commons -governing",
    "commons -theme:peer-production",
    "(author:ostrom OR type:article) year:1990..2005",
    "commons sort:-year,author limit:20",
];

const FOUND_BY_LOOKING_AT_ALL: &[&str] = &[
    "",
    "year:>=2000",
    "year:<2000",
    "-year:2000..",
    "-commons",
    "NOT theme:commons",
    "missing:abstract",
    "has:tag",
    "missing:tag",
    "-(author:ostrom OR year:2002)",
];

const FOUND_BY_A_PATTERN: &[&str] = &[
    "title:/^gov.*commons$/",
    "key:/\\d{4}$/",
    "volume:/^1\\d+$/",
    "theme:/^peer/",
    "note:/chapter (two|three)/",
    "file:/^scans.*\\.pdf$/",
    "author:ostrom title:/commons/",
];

fn library(directory: &tempfile::TempDir) -> Library {
    let mut library =
        Library::open_or_create(&directory.path().join("library.db"), BusyTimeout::default())
            .unwrap();
    let file = bibtex::read(WORKS);
    let imported = ImportedFile {
        path: "works.bib",
        encoding: "UTF-8",
        file: &file,
    };
    library
        .change("import works.bib", |change| {
            change.import(imported, ConflictPolicy::Merge, &mut |_| ())
        })
        .unwrap();
    let connection = Connection::open(library.path()).unwrap();
    connection
        .execute_batch(
            "INSERT INTO note (work_id, text, changed_at) VALUES (1, 'Reread chapter three', '2024-01-01T00:00:00Z');
             INSERT INTO linked_file (work_id, path, description, added_at)
             VALUES (1, 'scans/ostrom 1990.pdf', 'Scan of my copy', '2024-01-01T00:00:00Z');
             INSERT INTO reading_list (id, name, query, style, duplicate_placement, sort_order, annotations, rest_heading, created_at)
             VALUES (1, 'reader', 'year:2000..2099 sort:year limit:1', 'apa', 'each', 'style', '', '', ''),
                    (2, 'pinned', NULL, 'apa', 'each', 'style', '', '', ''),
                    (3, 'both', 'list:reader OR list:pinned', 'apa', 'each', 'style', '', '', '');
             INSERT INTO list_work (list_id, work_id, key, membership) VALUES (2, 1, 'ostrom1990', 'pinned');",
        )
        .unwrap();
    library
        .change("rebuild", |change| change.rebuild(&mut |_| {}))
        .unwrap();
    library
}

/// Returns the rowids of the works that a query finds, the smallest first.
fn found(library: &Library, query: &str) -> Vec<i64> {
    let query: Query = query.parse().unwrap();
    let selection = query.selection(library).unwrap();
    let results = library.works().search(&selection, &[]).unwrap();
    let mut works: Vec<i64> = results.iter().map(|result| result.work.id).collect();
    works.sort_unstable();
    works
}

#[test]
fn lists_notes_and_linked_files_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory);
    for (query, works) in [
        ("chapter", &[1][..]),
        ("note:\"chapter three\"", &[1]),
        ("note:/chapter (two|three)$/", &[1]),
        ("-note:/chapter/", &[2]),
        ("has:note", &[1]),
        ("missing:note", &[2]),
        ("file:ostrom", &[1]),
        ("file:pdf", &[1]),
        ("file:scan", &[1]),
        ("file:/^scans.*\\.pdf$/", &[1]),
        ("file:djvu", &[]),
        ("has:file", &[1]),
        ("list:READER", &[2]),
        ("list:pinned", &[1]),
        ("list:both", &[1, 2]),
        ("-list:pinned", &[2]),
        ("list:reader,pinned year:..1999", &[1]),
    ] {
        assert_eq!(found(&library, query), works, "{query}");
    }
    let connection = Connection::open(library.path()).unwrap();
    connection
        .execute_batch(
            "INSERT INTO reading_list (id, name, query, style, duplicate_placement, sort_order, annotations, rest_heading, created_at)
             VALUES (4, 'egg', 'list:hen', 'apa', 'each', 'style', '', '', ''),
                    (5, 'hen', 'year:1990 list:egg', 'apa', 'each', 'style', '', '', '');",
        )
        .unwrap();
    let round = "list:egg"
        .parse::<Query>()
        .unwrap()
        .translate(&library)
        .unwrap_err();
    let message = round.to_string();
    assert!(
        message.contains("refers to itself: egg names hen names egg"),
        "{message}"
    );
    let unknown = "list:redaer"
        .parse::<Query>()
        .unwrap()
        .translate(&library)
        .unwrap_err();
    let QueryError::NotInLibrary { error, .. } = unknown else {
        panic!("{unknown}");
    };
    assert!(
        matches!(*error, LibraryError::UnknownList { suggestions, .. } if suggestions == ["reader"])
    );
    connection
        .execute("UPDATE linked_file SET path = 'other.epub'", [])
        .unwrap();
    assert_eq!(found(&library, "file:epub"), [1]);
    assert_eq!(found(&library, "file:pdf"), [0; 0]);
    connection
        .execute("DELETE FROM work WHERE id = 1", [])
        .unwrap();
    assert_eq!(found(&library, "file:epub OR has:file"), [0; 0]);
}

/// Opens a library beside the program, with the functions that its statements call.
fn connection(library: &Library) -> Connection {
    let connection = Connection::open(library.path()).unwrap();
    pattern::register(&connection).unwrap();
    connection
}

/// Returns the condition of a query with its parameters, and the plan of the statement that `find` runs.
fn explained(library: &Library, connection: &Connection, query: &str) -> (String, Vec<String>) {
    let query: Query = query.parse().unwrap();
    let selection = query.selection(library).unwrap();
    let condition = selection.filter.expression();
    let search = selection.statement(&[]);
    let sql = format!("EXPLAIN QUERY PLAN {}", search.text);
    let mut statement = connection.prepare(&sql).unwrap();
    let plan = statement
        .query_map(params_from_iter(&search.parameters), |row| row.get(3))
        .unwrap()
        .collect::<rusqlite::Result<Vec<String>>>()
        .unwrap();
    let mut text = format!("{}\n", query.text());
    for line in condition.text.lines() {
        let _ = writeln!(text, "    {}", line.trim());
    }
    let parameters: Vec<String> = condition
        .parameters
        .iter()
        .map(|value| match value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        })
        .collect();
    if !parameters.is_empty() {
        let _ = writeln!(text, "  with {}", parameters.join(" | "));
    }
    for step in &plan {
        let _ = writeln!(text, "  plan {step}");
    }
    (text, plan)
}

/// Whether a step of a plan looks at every row of a table: FTS5 calls each of its own look-ups a scan, too,
/// and says behind `INDEX` what it looked up.
fn looks_at_all(step: &str) -> bool {
    step.starts_with("SCAN ")
        && !step.contains("_text VIRTUAL TABLE INDEX 0:M")
        && !step.contains("json_each")
        && !step.contains("CONSTANT ROW")
}

#[test]
fn every_construct_is_answered_by_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory);
    let connection = connection(&library);
    let mut shown = String::new();
    for query in FOUND_BY_AN_INDEX {
        let (text, plan) = explained(&library, &connection, query);
        for step in plan {
            assert!(!looks_at_all(&step), "{text}");
        }
        shown.push_str(&text);
        shown.push('\n');
    }
    insta::assert_snapshot!("found_by_an_index", shown);
}

#[test]
fn what_means_all_works_but_some_reads_their_summaries_once() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory);
    let connection = connection(&library);
    let mut shown = String::new();
    for query in FOUND_BY_LOOKING_AT_ALL {
        let (text, plan) = explained(&library, &connection, query);
        for step in plan.iter().filter(|step| looks_at_all(step)) {
            // Having any tag is a question about all assignments.
            let reads_index = step.starts_with("SCAN assignment USING COVERING INDEX");
            assert!(
                step.starts_with("SCAN work_summary") || reads_index,
                "{text}"
            );
        }
        shown.push_str(&text);
        shown.push('\n');
    }
    insta::assert_snapshot!("found_by_looking_at_all", shown);
}

#[test]
fn a_pattern_is_tried_on_each_value_of_its_kind_once() {
    let directory = tempfile::tempdir().unwrap();
    let library = library(&directory);
    let connection = connection(&library);
    let mut shown = String::new();
    for query in FOUND_BY_A_PATTERN {
        let (text, plan) = explained(&library, &connection, query);
        let scans: Vec<&String> = plan.iter().filter(|step| looks_at_all(step)).collect();
        assert!(scans.len() <= 2, "{text}");
        for step in scans {
            // SQLite scans an index where that has all columns which it needs.
            let table = step.split_whitespace().nth(1).unwrap();
            assert!(
                ["field_text", "note", "linked_file", "work"].contains(&table),
                "{text}"
            );
        }
        shown.push_str(&text);
        shown.push('\n');
    }
    insta::assert_snapshot!("found_by_a_pattern", shown);
}
