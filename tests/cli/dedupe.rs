//! `peerbib dedupe`

use serde_json::json;

use crate::terminal::session;
use crate::test_env::TestEnvironment;

/// Two certain groups, a similar one, and works that only look alike.
const DOUBLE: &str = "\
@article{ABCD2345, author = {Wren, A.}, title = {NESTS IN THE CITY}, date = {2001}, doi = {10.5555/nests}, note = {Offprint}}
@article{wren2001nests, author = {Wren, Ada}, title = {Nests in the City}, date = {2001-03}, doi = {10.5555/nests}, journaltitle = {Birds}, pages = {1--20}}
@book{finch1999, author = {Finch, Bo}, title = {The Orchard Economy}, date = {1999}, publisher = {Harbour Press}, series = {Economies}, number = {3}}
@book{Finch99, author = {Finch, Bo}, title = {The orchard economy}, date = {1999}, location = {London}, publisher = {Harbour}}
@article{dunn2010, author = {Dunn, Cy}, title = {Licences without Lawyers}, date = {2010}, journaltitle = {Open Cultures}}
@article{dunn10, author = {Dunn, Cy}, title = {Licenses without Lawyers}, date = {2010}, journaltitle = {Open Cultures}}
@book{one, author = {Marsh, Di}, title = {A History of Gardens}, date = {2001}, edition = {1}}
@book{two, author = {Marsh, Di}, title = {A History of Gardens}, date = {2001}, edition = {2}}
";

#[test]
fn certain_groups_come_first_and_are_counted_by_certainty() {
    let env = TestEnvironment::with(DOUBLE);
    let run = env.ends(1, "dedupe");
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80));
    let summary = env.ends(1, "dedupe --summary").stdout;
    assert!(run.stdout.ends_with(&summary), "{summary}");
    assert_eq!(summary.lines().count(), 3);
}

#[test]
fn a_query_and_a_limit_choose_groups() {
    let env = TestEnvironment::with(DOUBLE);
    let keys = |line: &str| -> Vec<String> {
        let run = env.peerbib(&crate::test_env::words(line), "");
        let groups: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let groups = groups.as_array().unwrap().iter();
        groups
            .map(|group| group["keys"][0].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        keys("dedupe --json"),
        ["wren2001nests", "finch1999", "dunn2010"]
    );
    assert_eq!(keys("dedupe --json --limit 1"), ["wren2001nests"]);
    assert_eq!(keys("dedupe author:finch --json"), ["finch1999"]);
    assert_eq!(keys("dedupe key:dunn10 --json"), ["dunn2010"]);
    let shown = env.ends(1, "dedupe --limit 1");
    assert!(!shown.stdout.contains("finch1999"), "{}", shown.stdout);
    assert!(shown.stderr.contains("--limit 0"), "{}", shown.stderr);
    env.runs("dedupe author:marsh");
}

#[test]
fn json_has_the_certainty_and_the_work_that_should_stay() {
    let env = TestEnvironment::with(DOUBLE);
    let run = env.ends(1, "dedupe author:wren --json");
    let groups: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        groups,
        json!([{
            "keys": ["wren2001nests", "ABCD2345"],
            "certainty": "identifier",
            "survivor": {
                "key": "wren2001nests",
                "reason": "most complete (6 fields, not 4), readable key",
            },
            "reasons": [{
                "one": "ABCD2345",
                "other": "wren2001nests",
                "reason": "the same DOI, 10.5555/nests",
                "certain": true,
            }],
        }])
    );
}

#[test]
fn certain_duplicates_are_merged_in_one_step_and_nothing_is_lost() {
    let env = TestEnvironment::with(DOUBLE);
    env.runs("tag --create theme:birds ABCD2345");
    env.runs("note ABCD2345 -m 'Read in 2003'");
    env.runs("list new nature ABCD2345 finch1999");
    env.put("nests.pdf", "");
    env.runs("file add ABCD2345 nests.pdf");
    let before = env.state();
    let preview = env.runs("dedupe --auto --dry-run").stdout;
    assert!(
        preview.contains(
            "ABCD2345 into wren2001nests (the same DOI, 10.5555/nests; stays: most complete"
        ),
        "{preview}"
    );
    assert_eq!(before, env.state());
    let merged = env.json("dedupe --auto --json");
    assert_eq!(merged[0]["key"], "wren2001nests");
    assert_eq!(merged[1]["key"], "finch1999");
    assert_eq!(
        merged[1]["kept"][0],
        "Finch99, publisher: is “Harbour” here and “Harbour Press” in the library, which stays"
    );
    assert_eq!(
        env.runs("show wren2001nests --source").stdout,
        "@article{wren2001nests, author = {Wren, Ada}, title = {Nests in the City}, date = {2001-03}, doi = {10.5555/nests}, journaltitle = {Birds}, pages = {1--20}, note = {Offprint}, ids = {ABCD2345}}\n"
    );
    let shown = &env.json("show ABCD2345 --json")[0];
    assert_eq!(shown["key"], "wren2001nests");
    assert_eq!(shown["tags"], json!(["theme:birds"]));
    assert_eq!(shown["note"], "Read in 2003");
    assert_eq!(
        shown["files"][0]["path"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next(),
        Some("nests.pdf")
    );
    assert_eq!(env.keys("list:nature"), ["finch1999", "wren2001nests"]);
    // The similar group is left to a person.
    env.ends(1, "dedupe --json");
    assert_eq!(env.keys("").len(), 6);
    env.runs("undo");
    assert_eq!(before, env.state());
    assert_eq!(env.runs("doctor").stdout, "");
}

#[test]
fn a_verified_work_stays_and_keeps_its_status() {
    let env = TestEnvironment::with(DOUBLE);
    env.runs("tag --create status:verified ABCD2345");
    env.runs("tag --create status:unverified wren2001nests");
    env.runs("tags facet status --exclusive");
    env.runs("dedupe author:wren --auto");
    let shown = &env.json("show wren2001nests --json")[0];
    assert_eq!(shown["key"], "ABCD2345");
    assert_eq!(shown["tags"], json!(["status:verified"]));
    // Names are written out and the title is not in capitals, wherever they come from.
    let source = env.runs("show ABCD2345 --source").stdout;
    assert!(source.contains("author = {Wren, Ada}"), "{source}");
    assert!(source.contains("title = {Nests in the City}"), "{source}");
}

#[test]
fn works_that_a_third_one_only_seems_to_join_are_not_certain() {
    let env = TestEnvironment::with(
        "@article{a, author = {Wren, Ada}, title = {Nests in the City}, date = {2001}, doi = {10.5555/1}}\n\
         @article{b, author = {Wren, Ada}, title = {Nests in the City}, date = {2001}}\n\
         @article{c, author = {Wren, Ada}, title = {Nests in the City}, date = {2001}, doi = {10.5555/2}}\n",
    );
    let run = env.ends(1, "dedupe --json");
    let groups: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(groups[0]["certainty"], "similar");
    let run = env.runs("dedupe --auto");
    assert!(
        run.stderr.contains("no certain duplicates"),
        "{}",
        run.stderr
    );
    assert_eq!(env.keys("").len(), 3);
}

#[test]
fn an_heir_of_a_merged_work_keeps_what_it_inherits() {
    let env = TestEnvironment::with(
        "@incollection{part, author = {Wren, Ada}, title = {Part}, crossref = {whole2}}\n\
         @collection{whole1, editor = {Finch, Bo}, title = {The Whole of It}, date = {2001}, publisher = {P}}\n\
         @collection{whole2, editor = {Finch, Bo}, title = {The Whole of It}, date = {2001}}\n",
    );
    env.runs("dedupe --auto");
    assert_eq!(env.keys("year:2001 part"), ["part"]);
    assert_eq!(env.runs("doctor").stdout, "");
}

#[test]
fn sources_of_values_go_with_the_values() {
    let env = TestEnvironment::with(DOUBLE);
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    let add = |key: &str, field: &str, value: &str| {
        connection
            .execute(
                "INSERT INTO value_source (work_id, field, value, service, address, date, at)
                 SELECT id, ?2, ?3, 'crossref', 'https://example.org', '2026-01-01', '2026-01-01T00:00:00Z'
                 FROM work WHERE key = ?1",
                [key, field, value],
            )
            .unwrap();
    };
    add("ABCD2345", "note", "Offprint");
    add("ABCD2345", "author", "Wren, A.");
    drop(connection);
    env.runs("dedupe author:wren --auto");
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    let mut statement = connection
        .prepare("SELECT key, field FROM value_source JOIN work ON work.id = work_id")
        .unwrap();
    let rows: Vec<(String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows, [("wren2001nests".to_owned(), "note".to_owned())]);
}

#[test]
fn without_a_terminal_there_is_no_session() {
    let env = TestEnvironment::with(DOUBLE);
    let error = env.refuses(2, "dedupe --interactive");
    assert!(error.contains("without a terminal"), "{error}");
    env.refuses(2, "dedupe --dry-run");
}

#[test]
#[cfg(unix)]
fn a_session_merges_chooses_keeps_apart_goes_back_and_goes_on_later() {
    let env = TestEnvironment::with(DOUBLE);
    let steps = [
        // The first group is skipped, and then reached again from the second.
        ("group 1 of 3", ""),
        ("[q]uit? ", "s"),
        ("group 2 of 3", ""),
        ("[q]uit? ", "b"),
        ("group 1 of 3", ""),
        ("[q]uit? ", "m"),
        ("merged ABCD2345 into wren2001nests", ""),
        ("group 2 of 3", ""),
        ("[q]uit? ", "c"),
        ("2  The orchard economy", ""),
        ("uit choosing ", "\r"),
        ("publisher", ""),
        ("2  Harbour", ""),
        ("uit choosing ", "2"),
        ("merged Finch99 into finch1999", ""),
        ("group 3 of 3", ""),
        ("[q]uit? ", "q"),
    ];
    let Some((code, shown)) = session(&env, "peerbib dedupe --interactive", &steps) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("2 groups merged, 0 kept apart, 1 left"),
        "{shown}"
    );
    assert!(shown.contains("1 wren2001nests"), "{shown}");
    let source = env.runs("show finch1999 --source").stdout;
    assert!(source.contains("publisher = {Harbour}"), "{source}");
    assert!(source.contains("location = {London}"), "{source}");
    // Each answer is a step that says what it did.
    let log = env.runs("log").stdout;
    assert!(
        log.contains("peerbib dedupe merge wren2001nests ABCD2345"),
        "{log}"
    );
    let before = env.state();
    let steps = [
        ("group 1 of 1", ""),
        ("[q]uit? ", "k"),
        ("dunn2010 and dunn10 are kept apart", ""),
    ];
    session(&env, "peerbib dedupe --interactive", &steps);
    env.runs("dedupe");
    env.runs("undo");
    assert_eq!(before, env.state());
    env.runs("undo");
    env.runs("undo");
    assert_eq!(env.keys("").len(), 8);
}

#[test]
#[cfg(unix)]
fn a_group_that_was_skipped_comes_last_in_the_next_session() {
    let env = TestEnvironment::with(DOUBLE);
    let steps = [
        ("group 1 of 3", ""),
        ("[q]uit? ", "s"),
        ("group 2 of 3", ""),
        ("[q]uit? ", "q"),
    ];
    if session(&env, "peerbib dedupe --interactive", &steps).is_none() {
        return;
    }
    let steps = [
        ("group 1 of 3", ""),
        ("finch1999", ""),
        ("[q]uit? ", "2"),
        ("[m]erge 1 into 2", ""),
        ("[q]uit? ", "m"),
        ("merged finch1999 into Finch99", ""),
        ("group 2 of 3", ""),
        ("dunn2010", ""),
        ("[q]uit? ", "b"),
        ("undone: peerbib dedupe merge Finch99 finch1999", ""),
        ("[q]uit? ", "q"),
    ];
    session(&env, "peerbib dedupe --interactive", &steps);
    assert_eq!(env.keys("").len(), 8);
}
