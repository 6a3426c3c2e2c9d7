//! Back and forth through the history of a library, whatever was done to it.

use crate::history::{REFS, is_turned_back_exactly, rows};
use crate::metadata_server::{MetadataServer, Reply};
use crate::test_env::{TestEnvironment, words};

/// Returns every row, without the key in a CSL item: it is that of the entry until the item is derived again.
fn held(env: &TestEnvironment) -> String {
    let rows = rows(env);
    let lines = rows
        .lines()
        .map(|line| match line.split_once("{\"id\":\"") {
            Some((before, item)) => {
                let (_, after) = item.split_once('"').unwrap();
                format!("{before}{after}\n")
            }
            None => format!("{line}\n"),
        });
    lines.collect()
}

/// Numbers that look like chance and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Command lines of every verb that changes a library: K and J are keys, N is a number.
const CHANGING: &[&str] = &[
    "import more.bib",
    "import more.bib --on-conflict replace",
    "import more.bib --sync --prune",
    "import peerbib:chapter",
    "add '@book{newN, title = {New N}, author = {Wren, Ada}, date = {200N}, keywords = {theme:fruit}}'",
    "edit K --set publisher=PN --unset keywords",
    "edit --find has:title --set note=xN",
    "remove K",
    "remove --find year:200N",
    "rename K kN",
    "rename --pattern '[title:lower]N'",
    "tag theme:tN K J --create",
    "tag has:title +theme:tN -theme:fruit --create --yes",
    "untag theme:fruit,theme:tN K",
    "untag theme:tN --find has:title",
    "tags add theme:tN --parent theme:fruit --alias yN",
    "tags edit theme:fruit --label LN --person PN",
    "tags rename theme:tN theme:uN",
    "tags merge theme:tN theme:fruit",
    "tags split theme:fruit --into theme:tN --where has:date",
    "tags move theme:tN --under theme:fruit",
    "tags move theme:tN --facet course",
    "tags remove theme:tN",
    "tags remove theme:fruit",
    "tags facet theme --label TopicN --exclusive",
    "tags import vocabulary.toml",
    "rules add RN --when has:date --then theme:fruit --apply",
    "rules edit RN --when title:a* --then theme:tN --apply",
    "rules remove RN",
    "rules apply",
    "rules import peerbib:rules --apply",
    "note K -m 'wordN'",
    "note K --append -m 'more N'",
    "note K --remove",
    "file add K scan.pdf --description SN",
    "file remove K scan.pdf",
    "file root .",
    "list new lN K J --query has:date --group-by theme",
    "list edit lN --title TN --order year",
    "list pin lN K",
    "list add lN --find has:title",
    "list exclude lN J",
    "list remove lN K",
    "list move lN K --first",
    "list annotate lN K -m 'said N'",
    "list section add lN --title SN --query year:..2001",
    "list section edit lN SN --order -year --date 2026-10-1N",
    "list add lN K J --section SN --pages 1-N",
    "list annotate lN K --section SN -m 'said N' --note 'note N'",
    "list remove lN K --section SN",
    "list section move lN SN --first",
    "list section remove lN SN",
    "list snapshot lN --name eN",
    "list snapshots lN --remove eN",
    "list rename lN mN",
    "list copy lN cN",
    "list remove lN",
    "list import list.toml --replace",
    "dedupe merge K J",
    "dedupe keep-apart K J",
    "dedupe --auto",
    "check --fix",
    "add 10.1000/N",
    "lookup K --apply --yes --replace publisher,title",
    "tag status:unverified K J --create",
    "check --online K --fix",
    "quickstart",
    "rebuild",
    "undo",
    "undo",
    "redo",
];

/// The number of the last step of history.
fn last_step(env: &TestEnvironment) -> i64 {
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    let sql = "SELECT coalesce(max(id), 0) FROM step";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A server that knows a few works: those that are added by their DOIs, and one of the library.
fn metadata() -> MetadataServer {
    let server = MetadataServer::start();
    let work = |title: &str, doi: &str| {
        format!(
            r#"{{"type": "book", "title": ["{title}"], "DOI": "{doi}", "publisher": "Orchard Press", "issued": {{"date-parts": [[2003]]}},
                "author": [{{"given": "Ada", "family": "Wren"}}], "URL": "https://dead.example.org/"}}"#
        )
    };
    for n in 0..4 {
        let doi = format!("10.1000/{n}");
        let found = work(&format!("Found {n}"), &doi);
        server
            .on(&format!("/doi.org/{doi}"), [Reply::json(&found)])
            .on(
                &format!("/api.crossref.org/works/{doi}"),
                [Reply::json(&format!(r#"{{"message": {found}}}"#))],
            );
    }
    let items =
        ["Pears", "Apples", "Cake", "Bread"].map(|title| work(title, &format!("10.1000/{title}")));
    let items = format!(r#"{{"message": {{"items": [{}]}}}}"#, items.join(", "));
    server
        .on("/api.crossref.org/works?query", [Reply::json(&items)])
        .on("/api.crossref.org/works?filter", [Reply::json(r#"{"message": {"items": []}}"#)])
        .on("/dead.example.org/", [Reply::status(410)])
        .on(
            "/archive.org/wayback/available",
            [Reply::json(
                r#"{"archived_snapshots": {"closest": {"available": true, "status": "200", "timestamp": "20090919044612",
                    "url": "http://web.archive.org/web/20090919044612/https://dead.example.org/"}}}"#,
            )],
        );
    server
}

/// Goes from command to command as chance has it, back and forth in between, and at the end all the way back
/// and all the way forward: at each place every row is as it was.
#[track_caller]
fn walk(seed: u64, commands: usize) {
    let mut dice = Dice(seed);
    let env = TestEnvironment::with(REFS);
    let server = metadata();
    env.put("more.bib", "@book{c, title = {Cake}, publisher = {Oven}, keywords = {theme:new, theme:fruit}}\n@book{a, title = {Pears}, date = {2002}}\n@book{d, title = {Dates}, date = {2003}, doi = {https://doi.org/10.1000/182}}\n");
    env.put("scan.pdf", "");
    env.runs("tags export vocabulary.toml");
    env.runs("--library other.db import refs.bib");
    env.runs("--library other.db list new listed a --query has:date --title Listed");
    env.runs("--library other.db list export listed -o list.toml");
    let mut states = vec![held(&env)];
    let mut here = 0;
    let mut done: Vec<String> = Vec::new();
    for _ in 0..commands {
        let keys: Vec<String> = env.keys("");
        let mut key = || {
            keys.get(dice.below(keys.len().max(1)))
                .cloned()
                .unwrap_or_default()
        };
        let (one, other) = (key(), key());
        let line = CHANGING[dice.below(CHANGING.len())]
            .replace('N', &dice.below(4).to_string())
            .replace(" K", &format!(" {one}"))
            .replace(" J", &format!(" {other}"));
        // The walk begins behind the import of its library.
        if line == "undo" && here == 0 {
            continue;
        }
        let before = last_step(&env);
        let words = words(&line);
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = server.run(&env, &arguments);
        assert!(matches!(run.code, Some(0..=2)), "{line}: {run:?}");
        done.push(format!("{line} ({:?})", run.code));
        let message = || format!("seed {seed}, after {done:#?}");
        let now = held(&env);
        match line.as_str() {
            "undo" if run.code == Some(0) => {
                here -= 1;
                assert!(states[here] == now, "{}", message());
            }
            "redo" if run.code == Some(0) => {
                here += 1;
                assert!(states[here] == now, "{}", message());
            }
            _ if last_step(&env) > before => {
                states.truncate(here + 1);
                states.push(now);
                here += 1;
            }
            _ => assert!(states[here] == now, "{}", message()),
        }
    }
    let message = |what: &str, place: usize| format!("seed {seed}, {what} to {place}: {done:#?}");
    while here > 0 {
        env.runs("undo");
        here -= 1;
        assert!(states[here] == held(&env), "{}", message("back", here));
    }
    assert_eq!(env.runs("doctor").stdout, "", "{}", message("back", 0));
    while here + 1 < states.len() {
        env.runs("redo");
        here += 1;
        assert!(states[here] == held(&env), "{}", message("forth", here));
    }
    assert_eq!(env.runs("doctor").stdout, "", "{}", message("forth", here));
}

#[test]
fn any_sequence_of_commands_can_be_undone_and_redone() {
    for seed in 1..=3 {
        walk(seed, 50);
    }
}

/// A step that takes the last rows of a table away adds rows with numbers that none had when it began.
#[test]
fn an_import_that_brings_a_removed_work_back_is_undone() {
    let env = TestEnvironment::with(REFS);
    let mut states = vec![held(&env)];
    for line in ["remove b", "import refs.bib", "edit b --set note=x"] {
        env.runs(line);
        states.push(held(&env));
    }
    for _ in 1..=2 {
        for state in states.iter().rev().skip(1) {
            env.runs("undo");
            assert!(*state == held(&env));
        }
        for state in states.iter().skip(1) {
            env.runs("redo");
            assert!(*state == held(&env));
        }
    }
    assert_eq!(env.runs("doctor").stdout, "");
}

/// Each verb on a library that it changes, so that none is missing from what chance takes.
#[test]
fn every_command_that_changes_a_library_is_undone_exactly() {
    for line in [
        "tag has:title +theme:bulk -theme:fruit --create",
        "tags rename theme:fruit theme:obst",
        "tags merge course:one theme:fruit",
        "tags split theme:fruit --into theme:sweet --where has:date --rest theme:other",
        "tags move theme:fruit --facet course",
        "tags facet theme --exclusive",
        "rules add Dates --when has:date --then theme:fruit --apply",
        "rules import peerbib:rules --apply",
        "note a -m 'read again'",
        "file add a refs.bib",
        "file root .",
        "edit --find has:title --set publisher=Orchard",
        "list new sweets a --query theme:fruit --group-by theme",
        "dedupe keep-apart a c",
    ] {
        is_turned_back_exactly(line);
    }
}
