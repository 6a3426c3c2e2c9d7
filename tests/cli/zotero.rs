//! Import from Zotero's database: complete, while Zotero runs, and again and again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::Value;

use crate::test_env::TestEnvironment;
use crate::zotero_database::{OWN, ZoteroDatabase, item_types};

/// The versions of the schema from Zotero 5.0.70 to 10.
const VERSIONS: [i64; 5] = [105, 121, 123, 125, 129];

/// The newest of them.
const NEWEST: i64 = 129;

/// The variable that makes a test the process that holds a database open.
const HELD_DIRECTORY: &str = "PEERBIB_TEST_HELD_ZOTERO";

/// Creates an environment with an empty database of Zotero in its home.
fn zotero(version: i64) -> (TestEnvironment, ZoteroDatabase) {
    let env = TestEnvironment::bare();
    let database = ZoteroDatabase::create(&env.path("Zotero"), version);
    (env, database)
}

/// Returns how many items had which fate.
fn counts(report: &Value) -> [u64; 4] {
    ["imported", "updated", "unchanged", "rejected"].map(|name| report[name].as_u64().unwrap())
}

/// Returns the messages of a report, each with the key of its work.
fn problems(report: &Value) -> Vec<String> {
    let files = report["files"].as_array().unwrap().iter();
    let problems = files.flat_map(|file| file["problems"].as_array().unwrap());
    problems
        .map(|problem| {
            let message = problem["message"].as_str().unwrap();
            match problem["key"].as_str() {
                Some(key) => format!("{key}: {message}"),
                None => message.to_owned(),
            }
        })
        .collect()
}

/// Returns the entry of a work with single spaces.
fn source(env: &TestEnvironment, key: &str) -> String {
    let source = env.runs(&format!("show {key} --source")).stdout;
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn note(env: &TestEnvironment, key: &str) -> String {
    env.runs(&format!("note {key}"))
        .stdout
        .trim_end()
        .to_owned()
}

/// Returns the tags of a work with who assigned them.
fn tags(env: &TestEnvironment, key: &str) -> Vec<String> {
    let why = env.json(&format!("why {key} --json"));
    let tags = why[0]["tags"].as_array().unwrap().iter();
    tags.map(|tag| {
        let [name, origin] = ["tag", "origin"].map(|part| tag[part].as_str().unwrap());
        format!("{name} ({origin})")
    })
    .collect()
}

/// Fills a library with one item of every type, with every field and every creator of the type.
fn add_every_type(database: &ZoteroDatabase) {
    for (index, (kind, names)) in item_types().iter().enumerate() {
        let item = database.item(OWN, kind, &format!("TYPE{index:04}"), &[]);
        for field in &names.fields {
            let value = match field.as_str() {
                "citationKey" => format!("of-{kind}"),
                "date" | "dateDecided" | "dateEnacted" | "issueDate" => {
                    "2013-03-00 03/2013".to_owned()
                }
                "filingDate" => "2009-11-01 2009-11-1".to_owned(),
                "originalDate" | "priorityDate" => "1901".to_owned(),
                "accessDate" => "2024-02-26 08:49:27".to_owned(),
                "DOI" => format!("10.1000/{index}"),
                "ISBN" | "ISSN" => continue,
                "url" => format!("https://a.example/{kind}"),
                "language" => "en-GB".to_owned(),
                "extra" => "A remark".to_owned(),
                "pages" | "firstPage" | "codePages" => "12-15".to_owned(),
                "volume" | "numberOfVolumes" | "numPages" | "edition" => "2".to_owned(),
                other => format!("The {other} of the {kind}"),
            };
            database.set(item, field, &value);
        }
        for kind in &names.creators {
            database.creator(item, kind, "Ada", &format!("Of{kind}"));
        }
    }
}

#[test]
fn every_item_type_of_every_version_is_imported() {
    for version in VERSIONS {
        let (env, database) = zotero(version);
        add_every_type(&database);
        let types = item_types();
        let report = env.json("import zotero: --json");
        assert_eq!(counts(&report), [types.len() as u64, 0, 0, 0], "{version}");
        let unknown: Vec<String> = problems(&report)
            .into_iter()
            .filter(|problem| problem.contains("version"))
            .collect();
        assert_eq!(unknown, [""; 0], "{version}");
        let mut keys = env.keys("");
        keys.sort();
        let mut expected: Vec<String> = types.keys().map(|kind| format!("of-{kind}")).collect();
        expected.sort();
        assert_eq!(keys, expected, "{version}");
        let before = env.runs("export").stdout;
        let report = env.json("import zotero: --json");
        assert_eq!(counts(&report), [0, 0, types.len() as u64, 0], "{version}");
        assert_eq!(problems(&report), [""; 0], "{version}");
        assert_eq!(env.runs("export").stdout, before, "{version}");
        assert_eq!(env.json("log --json").as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_item_comes_with_all_that_belongs_to_it() {
    for version in VERSIONS {
        let (env, database) = zotero(version);
        let other = database.book("BOOKOTHR", "Another Book", "other");
        let book = database.book("BOOKAAAA", "Governing the Commons", "ostrom1990");
        database.organization(book, "editor", "Workshop in Political Theory");
        database.set(book, "volume", "3");
        database.set(book, "place", "Cambridge");
        database.tag(book, "movement:commons", false);
        database.tag(book, "To read", false);
        database.tag(book, "Common pool resources", true);
        let top = database.collection(OWN, "COLLAAAA", "Commons", None);
        let nested = database.collection(OWN, "COLLBBBB", "Long-Enduring Institutions", Some(top));
        database.put_into(nested, book);
        database.note(
            Some(book),
            "NOTEAAAA",
            "<div class=\"zotero-note znv1\"><p>Eight <strong>principles</strong></p></div>",
        );
        let (pdf, path) = database.stored_file(Some(book), "PDFAAAAA", "Ostrom 1990.pdf");
        if database.has_annotations() {
            database.annotation(
                pdf,
                "ANNOBBBB",
                (2, "#2ea8e5", "91"),
                ("", "Compare Hardin"),
                "00090|000100|00000",
            );
            database.annotation(
                pdf,
                "ANNOAAAA",
                (1, "#ffd400", "90"),
                ("Design principles", "<b>The</b> eight"),
                "00089|000100|00000",
            );
        }
        database.relate(
            book,
            "dc:relation",
            "http://zotero.org/users/4711/items/BOOKOTHR",
        );
        database.relate(
            other,
            "dc:relation",
            "http://zotero.org/users/4711/items/BOOKAAAA",
        );
        database.relate(
            book,
            "dc:replaces",
            "http://zotero.org/users/4711/items/GONEAAAA",
        );

        let report = env.json("import zotero: --json");
        assert_eq!(counts(&report), [2, 0, 0, 0], "{version}");
        assert_eq!(problems(&report), [""; 0], "{version}");
        let source = source(&env, "ostrom1990");
        for part in [
            "author = {Ostrom, Elinor}",
            "editor = {{Workshop in Political Theory}}",
            "title = {Governing the {Commons}}",
            "volume = {3}",
            "location = {Cambridge}",
            "related = {other}",
        ] {
            assert!(source.contains(part), "{version}: {part} in {source}");
        }
        assert_eq!(
            tags(&env, "ostrom1990"),
            [
                "movement:commons (import)",
                "movement:commons (hand)",
                "zotero:common-pool-resources (import)",
                "zotero:to-read (hand)",
                "collection:long-enduring-institutions (import)"
            ],
            "{version}"
        );
        let tag = env.json("tags show collection:long-enduring-institutions --json");
        assert_eq!(tag["parent"], "collection:commons");
        assert_eq!(tag["label"], "Long-Enduring Institutions");
        assert_eq!(env.keys("collection:commons"), ["ostrom1990"]);
        let files = env.json("file list ostrom1990 --json");
        assert_eq!(
            files[0]["path"],
            path.canonicalize().unwrap().to_str().unwrap()
        );
        let notes = note(&env, "ostrom1990");
        if database.has_annotations() {
            assert_eq!(
                notes,
                "## Note of 2024-03-01\n\nEight **principles**\n\n## Annotations\n\n\
                 > Design principles (p. 90, yellow)\n\n**The** eight\n\n\
                 Compare Hardin (p. 91, blue note)",
                "{version}"
            );
        } else {
            assert_eq!(notes, "Eight **principles**", "{version}");
        }
        let work = &env.json("show ostrom1990 --json")[0];
        assert_eq!(work["added_at"], "2024-03-01T10:00:00Z");
        assert_eq!(work["changed_at"], "2024-03-02T11:00:00Z");
        assert_eq!(
            env.keys("added:2024-03-01"),
            ["other", "ostrom1990"],
            "{version}"
        );
    }
}

#[test]
fn what_is_in_the_trash_or_in_a_feed_stays_there() {
    let (env, database) = zotero(NEWEST);
    let kept = database.book("KEPTAAAA", "Kept", "kept");
    let trashed = database.book("TRSHAAAA", "Trashed", "trashed");
    database.note(Some(trashed), "NOTEAAAA", "<p>Of a trashed book</p>");
    database.trash(trashed);
    let note_of_kept = database.note(Some(kept), "NOTEBBBB", "<p>A trashed note</p>");
    database.trash(note_of_kept);
    let folder = database.collection(OWN, "COLLAAAA", "Trashed folder", None);
    let below = database.collection(OWN, "COLLBBBB", "Below", Some(folder));
    database.put_into(below, kept);
    database
        .connection
        .execute(
            "INSERT INTO deletedCollections VALUES (?1, '2024-01-01')",
            [folder],
        )
        .unwrap();
    database.library(7, "feed");
    let read = database.item(7, "blogPost", "FEEDAAAA", &[("title", "From a feed")]);
    database
        .connection
        .execute(
            "INSERT INTO feedItems VALUES (?1, 'guid', NULL, NULL)",
            [read],
        )
        .unwrap();
    let report = env.json("import zotero: --json");
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(env.keys(""), ["kept"]);
    assert_eq!(tags(&env, "kept"), [""; 0]);
    assert_eq!(note(&env, "kept"), "");
}

#[test]
fn notes_and_files_without_an_item_become_works() {
    let (env, database) = zotero(NEWEST);
    database.note(None, "NOTEAAAA", "<p>First line</p><p>A thought</p>");
    let (_, path) = database.stored_file(None, "PDFAAAAA", "scan.pdf");
    let report = env.json("import zotero: --json");
    assert_eq!(counts(&report), [2, 0, 0, 0]);
    let works = env.json("find --json");
    let titles: Vec<&str> = works
        .as_array()
        .unwrap()
        .iter()
        .map(|work| work["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["First line", "Full Text PDF"]);
    let keys = env.keys("");
    assert_eq!(note(&env, &keys[0]), "First line\n\nA thought");
    let files = env.json(&format!("file list {} --json", keys[1]));
    assert_eq!(
        files[0]["path"],
        path.canonicalize().unwrap().to_str().unwrap()
    );
    let messages = problems(&report).join("\n");
    assert!(
        messages.contains("this note belongs to no item in Zotero"),
        "{messages}"
    );
    assert!(
        messages.contains("this file belongs to no item in Zotero"),
        "{messages}"
    );
}

#[test]
fn group_libraries_are_imported_on_request() {
    let (env, database) = zotero(NEWEST);
    database.book("BOOKAAAA", "Mine", "mine");
    database.group(3, 2345, "Peer production reading group");
    let theirs = database.item(
        3,
        "book",
        "BOOKAAAA",
        &[("title", "Theirs"), ("citationKey", "theirs")],
    );
    let loose = database.item(
        3,
        "book",
        "BOOKBBBB",
        &[("title", "Loose"), ("citationKey", "loose")],
    );
    let commons = database.collection(3, "COLLAAAA", "Commons", None);
    database.put_into(commons, theirs);
    assert_eq!(counts(&env.json("import zotero: --json")), [1, 0, 0, 0]);
    assert_eq!(env.keys(""), ["mine"]);
    let _ = loose;
    let report = env
        .json("import zotero: --collection commons --group 'peer production reading group' --json");
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    let path = env.redact_paths(report["files"][0]["path"].as_str().unwrap());
    assert_eq!(path, "zotero:$TEST_ENV/Zotero/groups/2345");
    assert_eq!(
        counts(&env.json("import zotero: --group 2345 --json")),
        [1, 0, 1, 0]
    );
    assert_eq!(
        env.keys("collection:peer-production-reading-group"),
        ["loose", "theirs"]
    );
    // The collection of the group is not one of the user's of the same name.
    assert_eq!(tags(&env, "theirs"), ["collection:commons (import)"]);
    let tag = env.json("tags show collection:commons --json");
    assert_eq!(tag["parent"], "collection:peer-production-reading-group");
    let refused = env.refuses(1, "import zotero: --group 'Reading circle'");
    insta::assert_snapshot!(refused, @r"
    error: Zotero has no group “Reading circle”
    help: Zotero has Peer production reading group
    ");
}

#[test]
fn a_collection_is_imported_with_those_below_it_and_followed_with_what_came_before() {
    let (env, database) = zotero(NEWEST);
    let [one, two, three] = [1, 2, 3].map(|n| {
        database.book(
            &format!("BOOKAAA{n}"),
            ["One", "Two", "Three"][n - 1],
            ["one", "two", "three"][n - 1],
        )
    });
    let commons = database.collection(OWN, "COLLAAAA", "Commons", None);
    let readings = database.collection(OWN, "COLLBBBB", "Readings", Some(commons));
    let courses = database.collection(OWN, "COLLCCCC", "Courses", None);
    let others = database.collection(OWN, "COLLDDDD", "Readings", Some(courses));
    database.put_into(readings, one);
    database.put_into(others, two);
    database.put_into(courses, three);
    let refused = env.refuses(1, "import zotero: --collection Comons");
    insta::assert_snapshot!(refused, @r"
    error: Zotero has no collection “Comons”
    help: did you mean Commons?
    ");
    assert_eq!(
        counts(&env.json("import zotero: --collection Commons --json")),
        [1, 0, 0, 0]
    );
    assert_eq!(env.keys(""), ["one"]);
    assert_eq!(
        counts(&env.json("import zotero: --collection courses/readings --json")),
        [1, 0, 1, 0],
        "what was imported before is followed"
    );
    assert_eq!(env.keys("sort:key"), ["one", "two"]);
    // Collections of one name stay apart.
    assert_eq!(tags(&env, "one"), ["collection:readings (import)"]);
    assert_eq!(tags(&env, "two"), ["collection:courses-readings (import)"]);
    assert_eq!(env.keys("collection:courses"), ["two"]);
    assert_eq!(
        env.refuses(2, "convert refs.bib --collection Commons --to ris"),
        "error: --collection is for imports from Zotero\nhelp: the input for it is zotero: or zotero:PATH\n"
    );
}

#[test]
fn collections_become_reading_lists_if_asked_for() {
    let (env, database) = zotero(NEWEST);
    let one = database.book("BOOKAAA1", "One", "one");
    let two = database.book("BOOKAAA2", "Two", "two");
    let commons = database.collection(OWN, "COLLAAAA", "The Commons", None);
    let below = database.collection(OWN, "COLLBBBB", "Software", Some(commons));
    database.put_into(commons, one);
    database.put_into(below, two);
    env.runs("import zotero: --collections lists");
    assert_eq!(tags(&env, "one"), [""; 0]);
    assert_eq!(env.keys("list:the-commons"), ["one"]);
    assert_eq!(env.keys("list:software"), ["two"]);
    assert!(
        env.runs("list show the-commons --to markdown")
            .stdout
            .contains("# The Commons")
    );
    // Membership follows Zotero; what a person pinned stays.
    let three = database.book("BOOKAAA3", "Three", "three");
    database.put_into(commons, three);
    database.take_out(commons, one);
    env.runs("list pin software one");
    env.runs("import zotero: --collections lists");
    assert_eq!(env.keys("list:the-commons"), ["three"]);
    assert_eq!(env.keys("list:software sort:key"), ["one", "two"]);
    // Tags can come later.
    env.runs("import zotero:");
    assert_eq!(tags(&env, "two"), ["collection:software (import)"]);
}

#[test]
fn changes_in_zotero_arrive_and_changes_in_the_library_stay() {
    let (env, database) = zotero(NEWEST);
    let book = database.book("BOOKAAAA", "Governing the Comons", "ostrom1990");
    database.set(book, "publisher", "Cambridge University Press");
    for tag in ["movement:commons", "read", "skim"] {
        database.tag(book, tag, false);
    }
    let first = database.note(Some(book), "NOTEAAAA", "<p>First</p>");
    let second = database.note(Some(book), "NOTEBBBB", "<p>Second</p>");
    let commons = database.collection(OWN, "COLLAAAA", "Commons", None);
    database.put_into(commons, book);
    env.runs("import zotero:");

    // In the library:
    env.runs("edit ostrom1990 --set publisher=CUP");
    env.runs("tag ostrom1990 --create -- -zotero:skim +theme:institutions");
    let edited = note(&env, "ostrom1990").replace("First", "First, and my remark");
    env.runs(&format!("note ostrom1990 -m '{edited}'"));
    // In Zotero:
    database.set(book, "title", "Governing the Commons");
    database.set(book, "citationKey", "ostromGoverningCommons1990");
    database.untag(book, "read");
    database.tag(book, "reread", false);
    database.edit_note(second, "<p>Second, corrected</p>");
    let institutions = database.collection(OWN, "COLLBBBB", "Institutions", None);
    database.put_into(institutions, book);
    database.take_out(commons, book);

    let report = env.json("import zotero: --json");
    assert_eq!(counts(&report), [0, 1, 0, 0]);
    let source = source(&env, "ostrom1990");
    assert!(source.contains("publisher = {CUP}"), "{source}");
    assert!(
        source.contains("title = {Governing the {Commons}}"),
        "{source}"
    );
    assert_eq!(
        tags(&env, "ostrom1990"),
        [
            "movement:commons (import)",
            "movement:commons (hand)",
            "theme:institutions (hand)",
            "zotero:reread (hand)",
            "collection:institutions (import)"
        ]
    );
    assert_eq!(
        note(&env, "ostrom1990"),
        "## Note of 2024-03-01\n\nFirst, and my remark\n\n## Note of 2024-03-01\n\nSecond, corrected"
    );
    // The key stays, and the new one finds the work, too.
    assert_eq!(env.keys("key:ostromGoverningCommons1990"), ["ostrom1990"]);

    // A change on both sides is a conflict.
    database.edit_note(first, "<p>First, in Zotero</p>");
    database.set(book, "publisher", "Cambridge UP");
    let report = env.json("import zotero: --json");
    let messages = problems(&report).join("\n");
    assert!(
        messages.contains("the note was changed in Zotero and in the library"),
        "{messages}"
    );
    assert!(messages.contains("changed on both sides"), "{messages}");
    assert!(note(&env, "ostrom1990").contains("First, and my remark"));
    assert!(note(&env, "ostrom1990").contains("First, in Zotero"));
    assert!(source_has(&env, "publisher = {CUP}"));

    // One step takes it all back.
    let state = env.state();
    database.set(book, "title", "Governing");
    database.tag(book, "new", false);
    env.runs("import zotero:");
    env.runs("undo");
    assert_eq!(env.state(), state);
}

fn source_has(env: &TestEnvironment, part: &str) -> bool {
    source(env, "ostrom1990").contains(part)
}

#[test]
fn a_change_beside_the_entry_counts_as_an_update() {
    let (env, database) = zotero(NEWEST);
    let book = database.book("BOOKAAAA", "One", "one");
    database.book("BOOKBBBB", "Two", "two");
    env.runs("import zotero:");
    database.note(Some(book), "NOTEAAAA", "<p>New</p>");
    assert_eq!(
        counts(&env.json("import zotero: --dry-run --json")),
        [0, 1, 1, 0]
    );
    assert_eq!(note(&env, "one"), "");
    assert_eq!(counts(&env.json("import zotero: --json")), [0, 1, 1, 0]);
    assert_eq!(note(&env, "one"), "New");
    assert_eq!(env.keys("note:new"), ["one"]);
}

#[test]
fn what_was_deleted_in_zotero_is_reported_and_removed_if_asked_for() {
    let (env, database) = zotero(NEWEST);
    let mut books = Vec::new();
    for (key, name) in [
        ("A", "plain"),
        ("B", "noted"),
        ("C", "edited"),
        ("D", "kept"),
    ] {
        let book = database.book(&format!("BOOKAAA{key}"), &format!("Title {name}"), name);
        database.tag(book, "by hand", false);
        books.push(book);
    }
    database.note(Some(books[1]), "NOTEAAAA", "<p>From Zotero</p>");
    env.runs("import zotero:");
    env.runs("edit edited --set publisher=Mine");
    for book in &books[..3] {
        database.trash(*book);
    }
    let report = env.json("import zotero: --json");
    assert_eq!(report["files"][0]["gone"].as_array().unwrap().len(), 3);
    assert_eq!(env.keys("").len(), 4);
    let run = env.runs("import zotero: --prune");
    // A note and tags that only Zotero had do not keep a work; an edit does.
    assert_eq!(env.keys("sort:key"), ["edited", "kept"], "{}", run.stderr);
    env.runs("undo");
    assert_eq!(note(&env, "noted"), "From Zotero");
    assert_eq!(env.keys("zotero:by-hand").len(), 4);
}

#[test]
fn citation_keys_come_from_zotero_or_better_bibtex_and_stay() {
    let (env, database) = zotero(NEWEST);
    let fields = |title: &'static str| [("title", title), ("date", "2006-00-00 2006")];
    database.item(OWN, "book", "NATIVEAA", &fields("Native"));
    database.book("BOOKAAAA", "In the field", "native2006");
    let pinned = database.item(OWN, "book", "PINNEDAA", &fields("Pinned"));
    database.set(
        pinned,
        "extra",
        "A remark\nCitation Key: pinned2006\ntex.ids: older2006",
    );
    let better = database.item(OWN, "book", "BETTERAA", &fields("Better"));
    database.creator(better, "author", "Yochai", "Benkler");
    let ours = database.item(OWN, "book", "OURSAAAA", &fields("Wealth"));
    database.creator(ours, "author", "Yochai", "Benkler");
    let keys = Connection::open(env.path("Zotero/better-bibtex.sqlite")).unwrap();
    keys.execute_batch(
        "CREATE TABLE citationkey (itemID INTEGER PRIMARY KEY, itemKey TEXT, libraryID INT, citationKey TEXT, pinned INT);
         INSERT INTO citationkey VALUES (1, 'BETTERAA', 1, 'benklerBetter2006', 0),
                                        (2, 'OURSAAAA', 99, 'ofAnotherLibrary', 0);",
    )
    .unwrap();
    env.runs("import zotero:");
    let mut before = env.keys("");
    before.sort();
    assert!(before.contains(&"native2006".to_owned()), "{before:?}");
    assert!(before.contains(&"pinned2006".to_owned()), "{before:?}");
    assert!(
        before.contains(&"benklerBetter2006".to_owned()),
        "{before:?}"
    );
    assert!(
        !before.contains(&"ofAnotherLibrary".to_owned()),
        "{before:?}"
    );
    assert_eq!(env.keys("key:older2006"), ["pinned2006"]);
    // Another item that would get the same key of ours does not take it.
    database.set(ours, "title", "Wealth, Corrected");
    let twin = database.item(OWN, "book", "AAAAAAAA", &fields("Wealth"));
    database.creator(twin, "author", "Yochai", "Benkler");
    drop(keys);
    std::fs::remove_file(env.path("Zotero/better-bibtex.sqlite")).unwrap();
    env.runs("import zotero:");
    let after = env.keys("");
    assert!(
        before.iter().all(|key| after.contains(key)),
        "{before:?} {after:?}"
    );
    assert_eq!(after.len(), before.len() + 1);
}

#[test]
fn the_older_files_of_better_bibtex_are_read_too() {
    for file in [
        "better-bibtex.sqlite",
        "better-bibtex-search.sqlite",
        "json",
    ] {
        let (env, database) = zotero(105);
        database.item(OWN, "book", "BOOKAAAA", &[("title", "Better")]);
        match file {
            "json" => {
                std::fs::create_dir(env.path("Zotero/better-bibtex")).unwrap();
                env.put(
                    "Zotero/better-bibtex/read-only.json",
                    "[{\"itemID\": 1, \"itemKey\": \"BOOKAAAA\", \"libraryID\": 1, \"citationKey\": \"better\"}, 7]",
                );
            }
            "better-bibtex.sqlite" => Connection::open(env.path(&format!("Zotero/{file}")))
                .unwrap()
                .execute_batch(
                    "CREATE TABLE \"better-bibtex\" (name TEXT PRIMARY KEY, data TEXT);
                     INSERT INTO \"better-bibtex\" VALUES ('better-bibtex.citekey', '{\"name\": \"citekey\", \"data\":
                       [{\"itemID\": 1, \"libraryID\": 1, \"itemKey\": \"BOOKAAAA\", \"citekey\": \"better\", \"pinned\": false}]}');",
                )
                .unwrap(),
            _ => Connection::open(env.path(&format!("Zotero/{file}")))
                .unwrap()
                .execute_batch(
                    "CREATE TABLE citekeys (itemID INT, libraryID INT, itemKey TEXT, citekey TEXT);
                     INSERT INTO citekeys VALUES (1, 1, 'BOOKAAAA', 'better');",
                )
                .unwrap(),
        }
        env.runs("import zotero:");
        assert_eq!(env.keys(""), ["better"], "{file}");
    }
}

#[test]
fn files_are_found_where_they_are() {
    let (env, database) = zotero(NEWEST);
    std::fs::create_dir_all(env.path(".zotero/zotero/ab12.default")).unwrap();
    env.put(
        ".zotero/zotero/profiles.ini",
        "[Profile0]\nName=default\nIsRelative=1\nPath=ab12.default\nDefault=1\n",
    );
    let base = env.path("Papers");
    std::fs::create_dir_all(base.join("a")).unwrap();
    std::fs::write(base.join("a/b.pdf"), "%PDF").unwrap();
    env.put(
        ".zotero/zotero/ab12.default/prefs.js",
        format!(
            "user_pref(\"extensions.zotero.baseAttachmentPath\", {:?});\n",
            base.to_str().unwrap()
        ),
    );
    let linked = env.put("linked; file.pdf", "%PDF");
    let book = database.book("BOOKAAAA", "Files", "files");
    let (_, stored) = database.stored_file(Some(book), "FILEAAA1", "S\u{e9}minaire.pdf");
    database.attachment(
        Some(book),
        "FILEAAA2",
        (2, "application/pdf"),
        "attachments:a/b.pdf",
    );
    database.attachment(
        Some(book),
        "FILEAAA3",
        (2, "application/pdf"),
        linked.to_str().unwrap(),
    );
    database.attachment(
        Some(book),
        "FILEAAA4",
        (0, "application/pdf"),
        "storage:gone.pdf",
    );
    database.attachment(
        Some(book),
        "FILEAAA5",
        (2, "application/pdf"),
        "AAAAAAAmacAlias==",
    );
    database.attachment(
        Some(book),
        "FILEAAA6",
        (2, "application/pdf"),
        "C:\\Papers\\c.pdf",
    );
    // An old version stored a whole path, whose name counts.
    let (old, old_path) = database.stored_file(Some(book), "FILEAAA8", "old.pdf");
    database
        .connection
        .execute(
            "UPDATE itemAttachments SET path = 'storage:/x/../old.pdf' WHERE itemID = ?1",
            [old],
        )
        .unwrap();
    let address = database.attachment(Some(book), "FILEAAA7", (3, "text/html"), "");
    database.set(address, "url", "https://a.example/review");
    let report = env.json("import zotero: --json");
    // The exit code is 1 if a file is missing.
    let listed = env.ends(1, "file list files --json");
    let files: Value = serde_json::from_str(&listed.stdout).unwrap();
    let paths: Vec<PathBuf> = files
        .as_array()
        .unwrap()
        .iter()
        .map(|file| PathBuf::from(file["path"].as_str().unwrap()))
        .collect();
    for path in [&stored, &base.join("a/b.pdf"), &linked, &old_path] {
        let path = path.canonicalize().unwrap();
        assert!(paths.contains(&path), "{} in {paths:?}", path.display());
    }
    let messages: Vec<String> = problems(&report)
        .iter()
        .map(|problem| env.redact_paths(problem))
        .collect();
    assert_eq!(
        messages,
        [
            "files: missing file: $TEST_ENV/Zotero/storage/FILEAAA4/gone.pdf",
            "files: file not linked: AAAAAAAmacAlias==, because it is an alias of an old macOS",
            "files: file not linked: C:\\Papers\\c.pdf, because it is not a path of this system",
        ]
    );
    assert_eq!(
        note(&env, "files"),
        "## Links\n\n- [Full Text PDF](<https://a.example/review>)"
    );
}

#[test]
fn notes_cite_works_and_show_images() {
    let (env, database) = zotero(NEWEST);
    let cited = database.book("BOOKCITE", "Cited", "cited");
    let book = database.book("BOOKAAAA", "Citing", "citing");
    let citation = "%7B%22citationItems%22%3A%5B%7B%22uris%22%3A%5B%22http%3A%2F%2Fzotero.org%2Fusers%2F4711%2Fitems%2FBOOKCITE%22%5D%2C%22locator%22%3A%223%22%7D%5D%7D";
    let note_id = database.note(
        Some(book),
        "NOTEAAAA",
        &format!(
            "<p>See <span class=\"citation\" data-citation=\"{citation}\">(<span>Ostrom, 1990</span>)</span></p>\
             <p><img data-attachment-key=\"IMAGEAAA\"></p>"
        ),
    );
    std::fs::create_dir_all(env.path("Zotero/storage/IMAGEAAA")).unwrap();
    env.put("Zotero/storage/IMAGEAAA/image.png", "png");
    database.attachment(
        Some(note_id),
        "IMAGEAAA",
        (4, "image/png"),
        "storage:image.png",
    );
    let _ = cited;
    env.runs("import zotero:");
    assert_eq!(
        env.redact_paths(&note(&env, "citing")),
        "See [@cited, p. 3]\n\n![](<$TEST_ENV/Zotero/storage/IMAGEAAA/image.png>)"
    );
    // The image is part of the note, not a file of the work.
    assert_eq!(
        env.json("file list citing --json")
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn odd_dates_and_values_are_kept() {
    let (env, database) = zotero(NEWEST);
    for (index, (stored, expected)) in [
        ("2013-03-00 03/2013", "date = {2013-03}"),
        ("2009-11-01 2009-11-1", "date = {2009-11-01}"),
        ("0000-00-00 n.d.", "n.d."),
        ("1999-00-00 1999", "date = {1999}"),
        ("0000-00-00 forthcoming", "forthcoming"),
        ("2023-02-26 08:49:27", "date = {2023-02-26}"),
        ("-0350", "-350"),
    ]
    .iter()
    .enumerate()
    {
        let key = format!("odd{index}");
        let item = database.item(
            OWN,
            "book",
            &format!("ODDAAAA{index}"),
            &[("citationKey", &key)],
        );
        database.set(item, "title", &format!("Odd {index}"));
        database.set(item, "date", stored);
        let _ = expected;
    }
    // A number in place of a text.
    let item = database.item(
        OWN,
        "book",
        "NUMBERAA",
        &[("title", "1984"), ("citationKey", "number")],
    );
    database.set(item, "numPages", "0");
    env.runs("import zotero:");
    for (key, part) in [
        ("odd0", "date = {2013-03}"),
        ("odd1", "date = {2009-11-01}"),
        ("odd2", "n.d."),
        ("odd3", "date = {1999}"),
        ("odd4", "forthcoming"),
        ("odd5", "date = {2023-02-26}"),
        ("odd6", "-350"),
        ("number", "title = {1984}"),
    ] {
        let source = source(&env, key);
        assert!(source.contains(part), "{part} in {source}");
    }
}

#[test]
fn retracted_works_are_reported() {
    let (env, database) = zotero(NEWEST);
    let retracted = database.book("BOOKAAAA", "Withdrawn", "withdrawn");
    let not = database.book("BOOKBBBB", "Sound", "sound");
    for (item, flag) in [(retracted, 0), (not, 1)] {
        database
            .connection
            .execute(
                "INSERT INTO retractedItems (itemID, data, flag) VALUES (?1,
                     '{\"date\": \"2020-05-05\", \"reasons\": [\"Error in data\", \"Duplicate\"]}', ?2)",
                [item, flag],
            )
            .unwrap();
    }
    let report = env.json("import zotero: --json");
    assert_eq!(
        problems(&report),
        ["withdrawn: the work was retracted on 2020-05-05: Error in data; Duplicate"]
    );
}

#[test]
fn zotero_is_converted_without_a_library() {
    let (env, database) = zotero(NEWEST);
    let book = database.book("BOOKAAAA", "Governing the Commons", "ostrom1990");
    database.note(Some(book), "NOTEAAAA", "<p>A note</p>");
    database.book("BOOKBBBB", "Another", "another");
    let commons = database.collection(OWN, "COLLAAAA", "Commons", None);
    database.put_into(commons, book);
    std::fs::remove_file(env.library()).unwrap();
    let run = env.runs("convert zotero: --collection Commons --to ris");
    assert!(
        run.stdout.contains("TI  - Governing the Commons"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("Another"), "{}", run.stdout);
    assert!(
        run.stderr.contains("left out, because only `peerbib import` keeps them: notes (1), places in collections (1)"),
        "{}",
        run.stderr
    );
    assert!(!env.library().exists());
    for name in [
        "zotero:Zotero",
        "Zotero",
        "Zotero/zotero.sqlite",
        "--from zotero Zotero/zotero.sqlite",
    ] {
        let run = env.runs(&format!("convert {name} --to biblatex"));
        assert!(
            run.stdout.contains("@book{ostrom1990"),
            "{name}: {}",
            run.stdout
        );
    }
}

/// Holds a database open as Zotero does, in a process of its own: see [`Holder`].
#[test]
fn holds_a_database_open_for_another_test() {
    let Some(directory) = std::env::var_os(HELD_DIRECTORY) else {
        return;
    };
    let database = ZoteroDatabase::open(&PathBuf::from(directory), NEWEST);
    database
        .connection
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA wal_autocheckpoint = 0;")
        .unwrap();
    let mode: String = database
        .connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    database.book("BOOKBBBB", "Only in the Log", "in-the-log");
    println!("ready");
    // The parent closes the pipe when it is done.
    let _ = std::io::stdin().lock().read_line(&mut String::new());
}

/// A process that holds a database open with an exclusive lock, and has written to the write-ahead log alone.
struct Holder {
    process: std::process::Child,
}

impl Holder {
    fn start(directory: &std::path::Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "zotero::holds_a_database_open_for_another_test",
                "--nocapture",
            ])
            .env(HELD_DIRECTORY, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("ready")));
        Self { process }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self
            .process
            .stdin
            .take()
            .map(|mut stdin| stdin.write_all(b"done\n"));
        let _ = self.process.wait();
    }
}

#[test]
fn zotero_may_hold_its_database_open_and_nothing_is_left_in_its_folder() {
    let (env, database) = zotero(NEWEST);
    database.book("BOOKAAAA", "In the Database", "in-the-database");
    drop(database);
    let directory = env.path("Zotero");
    let holder = Holder::start(&directory);
    assert!(
        directory
            .join("zotero.sqlite-wal")
            .metadata()
            .unwrap()
            .len()
            > 0
    );
    // Nobody else can read it.
    let refused = Connection::open(directory.join("zotero.sqlite"))
        .unwrap()
        .query_row("SELECT count(*) FROM items", [], |row| row.get::<_, i64>(0));
    assert!(refused.is_err());
    let before = ZoteroDatabase::listing(&directory);
    env.runs("import zotero:");
    assert_eq!(env.keys("sort:key"), ["in-the-database", "in-the-log"]);
    assert_eq!(ZoteroDatabase::listing(&directory), before);
    drop(holder);
    // The database stays in the mode of the log when it is closed.
    let before = ZoteroDatabase::listing(&directory);
    assert_eq!(counts(&env.json("import zotero: --json")), [0, 0, 2, 0]);
    assert_eq!(ZoteroDatabase::listing(&directory), before);
}

#[test]
fn a_transaction_that_is_not_finished_is_not_seen() {
    let (env, database) = zotero(123);
    database.book("BOOKAAAA", "Committed", "committed");
    database
        .connection
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = 1; BEGIN IMMEDIATE;")
        .unwrap();
    // Enough to be written to the database before it is committed.
    for number in 0..300 {
        database.book(
            &format!("B{number:07}"),
            &format!("Not committed {number} {}", "x".repeat(500)),
            &format!("key{number}"),
        );
    }
    assert!(
        env.path("Zotero/zotero.sqlite-journal")
            .metadata()
            .unwrap()
            .len()
            > 0
    );
    let before = ZoteroDatabase::listing(&env.path("Zotero"));
    env.runs("import zotero:");
    assert_eq!(env.keys(""), ["committed"]);
    assert_eq!(ZoteroDatabase::listing(&env.path("Zotero")), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_with_a_reason() {
    let env = TestEnvironment::empty();
    let missing = env.refuses(1, "import zotero:");
    insta::assert_snapshot!(missing, @r"
    error: there is no Zotero database in $TEST_ENV/Zotero
    help: give its path: zotero:PATH; Zotero shows that of its data directory under Settings, Advanced, Files and Folders
    ");
    env.refuses(1, "import zotero:nowhere");
    env.put("text.sqlite", "This is a text.");
    let text = env.refuses(1, "import zotero:text.sqlite");
    assert!(
        text.contains("text.sqlite is not a Zotero database"),
        "{text}"
    );
    Connection::open(env.path("other.sqlite"))
        .unwrap()
        .execute_batch("CREATE TABLE a (b);")
        .unwrap();
    let other = env.refuses(1, "import other.sqlite");
    assert!(
        other.contains("other.sqlite is not a Zotero database"),
        "{other}"
    );
    let database = ZoteroDatabase::create(&env.path("old"), 90);
    drop(database);
    let old = env.refuses(1, "import zotero:old");
    assert!(old.contains("a version of Zotero before 5"), "{old}");
    // Half of a database.
    let database = ZoteroDatabase::create(&env.path("half"), NEWEST);
    for number in 0..200 {
        database.book(
            &format!("B{number:07}"),
            &format!("Title {number}"),
            &format!("key{number}"),
        );
    }
    drop(database);
    let bytes = std::fs::read(env.path("half/zotero.sqlite")).unwrap();
    env.put("half/zotero.sqlite", &bytes[..bytes.len() / 2]);
    let half = env.refuses(1, "import zotero:half");
    assert!(half.contains("is damaged"), "{half}");
    let bytes_run = env.peerbib(&["import", "-", "--from", "zotero"], "");
    assert_eq!(bytes_run.code, Some(1));
    assert!(
        !env.library().exists(),
        "a failed import creates no library"
    );
}

#[test]
fn a_newer_schema_is_read_with_a_note() {
    let (env, database) = zotero(140);
    database.book("BOOKAAAA", "From the Future", "future");
    let report = env.json("import zotero: --json");
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert_eq!(
        problems(&report),
        ["the database has the unknown version 140; what is new in it is not read"]
    );
}

#[test]
fn a_hostile_database_is_read_without_harm() {
    let (env, database) = zotero(NEWEST);
    let a = database.collection(OWN, "COLLAAAA", "A", None);
    let b = database.collection(OWN, "COLLBBBB", "B", Some(a));
    database
        .connection
        .execute(
            "UPDATE collections SET parentCollectionID = ?1 WHERE collectionID = ?2",
            [b, a],
        )
        .unwrap();
    let book = database.book(
        "BOOKAAAA",
        "\u{1b}[31mRed} @book{x, \u{202e}",
        "a b},\n@x{y",
    );
    database.put_into(a, book);
    let note = database.note(
        Some(book),
        "NOTEAAAA",
        &format!("{}deep", "<div>".repeat(50_000)),
    );
    database
        .connection
        .execute(
            "UPDATE itemNotes SET parentItemID = ?1 WHERE itemID = ?1",
            [note],
        )
        .unwrap();
    database.attachment(Some(book), "../../..", (0, "x"), "storage:../../etc/passwd");
    database.tag(book, "a,b;c\"d'{}()\\ \u{1b}[0m", false);
    database.tag(book, "   ", false);
    database
        .connection
        .execute(
            "UPDATE itemDataValues SET value = x'ff00fe' WHERE value = 1990",
            [],
        )
        .unwrap();
    let run = env.peerbib(&["import", "zotero:"], "");
    assert!(run.code.is_some());
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    assert!(!env.runs("file list").stdout.contains("passwd"));
    env.runs("doctor");
}
