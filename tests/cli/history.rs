//! `peerbib undo`, `peerbib redo` and `peerbib log`

use rusqlite::types::ValueRef;
use serde_json::Value;

use crate::test_env::{TestEnvironment, redact_times};

pub(crate) const REFS: &str = "\
@book{a, title = {Apples}, date = {2001}, keywords = {theme:fruit, course:one}}
@inbook{b, title = {Bread}, crossref = {p}}
@book{p, title = {Baking}, date = {1999}}
@book{c, title = {Cake}}
";

/// Every row of every table but those of history itself: the truth and what is derived from it.
pub(crate) fn rows(env: &TestEnvironment) -> String {
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    let mut tables = connection
        .prepare(
            "SELECT name FROM sqlite_schema
             WHERE type = 'table' AND name NOT IN ('step', 'change') AND name NOT GLOB 'full_text*' AND name NOT GLOB 'file_text*'
                AND name <> 'sqlite_sequence'
             ORDER BY name",
        )
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut text = String::new();
    for table in tables {
        let mut all = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = all.column_names().map(str::to_owned);
        let columns: Vec<String> = columns.collect();
        let mut rows: Vec<String> = all
            .query_map([], |row| {
                let values = columns.iter().enumerate().map(|(place, column)| {
                    row.get_ref(place).map(|value| match value {
                        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                        ValueRef::Integer(seconds)
                            if matches!(column.as_str(), "added" | "changed") =>
                        {
                            time(&connection, seconds)
                        }
                        other => format!("{other:?}"),
                    })
                });
                Ok(values.collect::<Result<Vec<_>, _>>()?.join(" | "))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        rows.sort();
        text += &format!("{table}\n{}\n", rows.join("\n"));
    }
    text
}

/// Seconds since 1970 as the library writes other times.
fn time(connection: &rusqlite::Connection, seconds: i64) -> String {
    connection
        .query_row(
            "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch')",
            [seconds],
            |row| row.get(0),
        )
        .unwrap()
}

/// Undoing `line` gives back what was there, and redoing it gives back what it did.
#[track_caller]
pub(crate) fn is_turned_back_exactly(line: &str) {
    let env = TestEnvironment::with(REFS);
    env.put("more.bib", "@string{x = {X}}\n@book{c, title = {Cake}, publisher = x, keywords = {theme:new, theme:fruit}}\n@book{a, title = {Pears}}\n@book{p, title = {Patisserie}, publisher = {P}}\n@book{d, title = {Dates}}\n% end");
    let state = || env.state() + &rows(&env);
    let before = state();
    env.runs(line);
    let after = state();
    assert_ne!(before, after, "{line} changes something");
    for round in 1..=2 {
        let message = env.runs("undo").stderr;
        assert!(message.starts_with("undone step "), "{message}");
        assert_eq!(before, state(), "undo {round} of {line}");
        let message = env.runs("redo").stderr;
        assert!(message.starts_with("redone step "), "{message}");
        assert_eq!(after, state(), "redo {round} of {line}");
    }
}

#[test]
fn an_import_can_be_undone() {
    is_turned_back_exactly("import more.bib");
    is_turned_back_exactly("import more.bib --on-conflict replace");
    is_turned_back_exactly("import peerbib:chapter peerbib:commons");
}

#[test]
fn quickstart_can_be_undone() {
    is_turned_back_exactly("quickstart");
}

#[test]
fn tag_can_be_undone() {
    is_turned_back_exactly("tag theme:fruit,theme:baking b c --new --why 'an oven'");
}

#[test]
fn untag_can_be_undone_with_its_veto() {
    is_turned_back_exactly("untag theme:fruit,course:one a");
}

#[test]
fn tags_add_can_be_undone() {
    is_turned_back_exactly("tags add theme:fruit --parent course:one --label Fruit --alias obst");
    is_turned_back_exactly("tags add theme:grain --description 'What bread is made of'");
}

#[test]
fn tags_remove_can_be_undone() {
    is_turned_back_exactly("tags remove theme:fruit");
}

#[test]
fn an_undone_veto_lets_the_import_add_the_tag_again() {
    let env = TestEnvironment::with(REFS);
    env.runs("untag theme:fruit a");
    env.runs("undo");
    assert_eq!(
        env.json("why a --json")[0]["vetoed"],
        Value::Array(Vec::new())
    );
    assert_eq!(env.keys("theme:fruit"), ["a"]);
    env.runs("redo");
    env.put("refs.bib", REFS.replace("2001", "2002"));
    env.runs("import refs.bib");
    assert_eq!(env.keys("theme:fruit"), [""; 0], "redo vetoes again");
}

#[test]
fn undo_goes_all_the_way_back_and_redo_all_the_way_forward() {
    let env = TestEnvironment::with(REFS);
    let mut states = vec![env.state()];
    let lines = [
        "tag theme:fruit b",
        "untag theme:fruit a",
        "import peerbib:chapter",
        "tags remove theme:fruit",
        "tag theme:fruit c --new",
    ];
    for line in lines {
        env.runs(line);
        states.push(env.state());
    }
    for state in states.iter().rev().skip(1) {
        env.runs("undo");
        assert_eq!(*state, env.state());
    }
    env.runs("undo");
    assert_eq!(env.runs("export").stdout, "");
    env.refuses(1, "undo");
    for state in &states {
        env.runs("redo");
        assert_eq!(*state, env.state());
    }
    env.refuses(1, "redo");
}

#[test]
fn an_undone_step_cannot_be_redone_after_another_change() {
    let env = TestEnvironment::with(REFS);
    env.runs("tag theme:fruit b");
    env.runs("undo");
    env.runs("tag theme:fruit c");
    env.refuses(1, "redo");
    let log = env.json("log --json");
    let states: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["state"])
        .collect();
    assert_eq!(states, ["done", "dropped", "done"]);
    env.runs("undo");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
}

#[test]
fn reading_commands_leave_no_step() {
    let env = TestEnvironment::with(REFS);
    let log = env.runs("log --json").stdout;
    for line in [
        "find",
        "format",
        "export",
        "tags",
        "why a",
        "show a",
        "rebuild",
        "init",
        "tag theme:fruit a --dry-run",
        "import more.bib --dry-run",
        "untag theme:fruit c",
    ] {
        env.put("more.bib", "@book{d, title = {D}}");
        env.runs(line);
    }
    assert_eq!(log, env.runs("log --json").stdout);
}

#[test]
fn the_log_shows_command_lines_that_can_be_run_again() {
    let env = TestEnvironment::with(REFS);
    env.runs("tag theme:fruit c --why \"it's a fruit cake\"");
    env.runs("tag theme:law c --new");
    env.runs("undo");
    insta::assert_snapshot!(redact_times(&env.runs("log").stdout), @r"
    3  TIME UTC  peerbib tag theme:law c --new  (undone)
    2  TIME UTC  peerbib tag theme:fruit c --why 'it'\''s a fruit cake'
    1  TIME UTC  peerbib import refs.bib
    ");
}

#[test]
fn an_older_step_is_undone_where_no_later_one_touched_its_rows() {
    let env = TestEnvironment::with(REFS);
    env.runs("tag theme:fruit b");
    let expected = env.state();
    env.runs("edit c --set publisher=Oven");
    env.runs("tag theme:fruit c --why 'a fruit cake'");
    let message = env.runs("undo 3").stderr;
    assert_eq!(
        message,
        "undone step 3: peerbib edit c --set publisher=Oven\n"
    );
    assert!(!env.runs("show c --source").stdout.contains("Oven"));
    assert_eq!(env.keys("theme:fruit"), ["c", "b", "a"]);
    let message = env.runs("redo").stderr;
    assert!(
        message.starts_with("redone step 3: peerbib edit c"),
        "{message}"
    );
    assert!(env.runs("show c").stdout.contains("Oven"));
    // Both ways of going back meet.
    env.runs("undo 3");
    env.runs("undo 4");
    assert_eq!(expected, env.state());
    env.runs("redo 3");
    env.runs("redo 4");
    assert!(env.runs("show c").stdout.contains("Oven"));
}

#[test]
fn an_older_step_that_a_later_one_builds_on_is_refused_and_the_later_one_named() {
    let env = TestEnvironment::with(REFS);
    env.runs("edit c --set publisher=Oven");
    env.runs("edit c --set publisher=Stove");
    env.runs("tag theme:cake c --new");
    env.runs("tag theme:cake b");
    let state = env.state();
    let message = env.refuses(1, "undo 2");
    assert!(
        message.contains(
            "step 2 cannot be undone: c was changed since, by step 3 (\u{201c}peerbib edit c --set publisher=Stove\u{201d})"
        ),
        "{message}"
    );
    assert!(message.contains("run `peerbib undo 3` first"), "{message}");
    // The tag that step 4 made is on a work by step 5, whose assignment would go with it.
    let message = env.refuses(1, "undo 4");
    assert!(
        message.contains("b theme:cake was changed since, by step 5"),
        "{message}"
    );
    // The import cannot go without what was done to its works.
    let message = env.refuses(1, "undo 1");
    assert!(message.contains("by step "), "{message}");
    assert_eq!(state, env.state());
    env.refuses(1, "undo 9");
    env.runs("undo 5");
    env.refuses(1, "undo 5");
    env.runs("undo 4");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
}

#[test]
fn a_removed_work_does_not_come_back_over_another_of_its_key() {
    let env = TestEnvironment::with(REFS);
    env.runs("remove c");
    env.runs("add '@book{c, title = {Another cake}}'");
    let state = env.state();
    let message = env.refuses(1, "undo 2");
    assert!(
        message.contains("step 2 cannot be undone: c was changed since, by step 3"),
        "{message}"
    );
    assert_eq!(state, env.state());
}

#[test]
fn a_removed_work_comes_back_next_to_one_that_was_added_later() {
    let env = TestEnvironment::with(REFS);
    let before = env.state();
    env.runs("remove c");
    env.runs("add '@book{d, title = {Dates}}'");
    env.runs("undo 2");
    assert_eq!(env.keys("cake"), ["c"]);
    assert_eq!(env.keys("dates"), ["d"]);
    env.runs("redo 2");
    assert_eq!(env.keys("cake"), [""; 0]);
    assert_eq!(env.keys("dates"), ["d"]);
    env.runs("undo 3");
    env.runs("undo 2");
    assert_eq!(before, env.state());
}

#[test]
fn a_step_is_not_redone_before_an_earlier_one_that_changed_the_same_row() {
    let env = TestEnvironment::with(REFS);
    env.runs("edit c --set publisher=Oven");
    env.runs("edit c --set publisher=Stove");
    let after = env.state();
    env.runs("undo");
    env.runs("undo");
    let state = env.state();
    let message = env.refuses(1, "redo 3");
    assert!(
        message.contains(
            "step 3 cannot be redone: c was changed before by step 2 \
             (\u{201c}peerbib edit c --set publisher=Oven\u{201d}), which is undone"
        ),
        "{message}"
    );
    assert!(message.contains("run `peerbib redo 2` first"), "{message}");
    assert_eq!(state, env.state());
    env.runs("redo 2");
    env.runs("redo 3");
    assert_eq!(after, env.state());
}

#[test]
fn a_row_does_not_come_back_without_the_row_that_it_belongs_to() {
    let env = TestEnvironment::with(REFS);
    env.runs("untag theme:fruit a");
    env.runs("tags remove theme:fruit");
    let state = env.state();
    let message = env.refuses(1, "undo 2");
    assert!(
        message.contains("a theme:fruit was changed since, by step 3"),
        "{message}"
    );
    assert_eq!(state, env.state());
    env.runs("undo");
    env.runs("undo");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
}

#[test]
fn an_undo_leaves_no_row_of_another_program_without_its_work() {
    let env = TestEnvironment::with(REFS);
    env.runs("add '@book{d, title = {Dates}}'");
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    connection
        .execute(
            "INSERT INTO note (work_id, text, changed_at)
             SELECT id, 'sweet', '2025-01-01T00:00:00Z' FROM work WHERE key = 'd'",
            [],
        )
        .unwrap();
    let message = env.refuses(1, "undo");
    assert!(
        message.contains("step 2 cannot be undone: d was changed since, by another program"),
        "{message}"
    );
    connection.execute("DELETE FROM note", []).unwrap();
    env.runs("undo");
    assert_eq!(env.keys("dates"), [""; 0]);
}

#[test]
fn a_dry_run_of_undo_reports_and_changes_nothing() {
    let env = TestEnvironment::with(REFS);
    env.runs("untag theme:fruit a");
    let state = env.state();
    insta::assert_snapshot!(env.runs("undo --dry-run").stdout, @r"
    would undo step 2: peerbib untag theme:fruit a
      tags removed from works      1  a theme:fruit
      removals of tags remembered  1  a theme:fruit
    ");
    assert_eq!(state, env.state());
    env.runs("undo");
    insta::assert_snapshot!(env.runs("redo --dry-run").stdout, @r"
    would redo step 2: peerbib untag theme:fruit a
      tags removed from works      1  a theme:fruit
      removals of tags remembered  1  a theme:fruit
    ");
    env.runs("redo");
    assert_eq!(state, env.state());
}

#[test]
fn the_log_shows_what_a_step_changed() {
    let env = TestEnvironment::with(REFS);
    env.runs("remove c");
    insta::assert_snapshot!(redact_times(
        &env.redact_paths(&env.runs("log --show 1").stdout)
    ));
    insta::assert_snapshot!(redact_times(&env.runs("log --show 2").stdout), @r"
    2  TIME UTC  peerbib remove c
      works removed                     1  c
      places of works in files removed  1  c
      removals of entries remembered    1  c
    ");
    let shown = env.json("log --show 1 --json");
    assert_eq!(shown["command"], "peerbib import refs.bib");
    assert_eq!(shown["changed"][0]["what"], "works added");
    assert_eq!(shown["changed"][0]["count"], 4);
    assert_eq!(
        shown["changed"][0]["names"],
        serde_json::json!(["a", "b", "p", "c"])
    );
    let message = env.refuses(1, "log --show 7");
    assert!(message.contains("there is no step 7"), "{message}");
}

#[test]
fn the_log_of_a_work_has_the_steps_that_had_a_part_in_it() {
    let env = TestEnvironment::with(REFS);
    env.runs("tag theme:fruit b");
    env.runs("tag theme:fruit c");
    env.runs("rename c cake");
    env.runs("untag theme:fruit cake");
    env.runs("remove cake");
    let steps = |line: &str| -> Vec<i64> {
        let log = env.json(line);
        let steps = log.as_array().unwrap();
        steps
            .iter()
            .map(|step| step["id"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(steps("log cake --json"), [6, 5, 4, 3, 1]);
    assert_eq!(steps("log b --json"), [2, 1]);
    assert_eq!(steps("log a --json"), [1]);
    assert_eq!(steps("log --limit 2 --json"), [6, 5]);
    assert_eq!(steps("log b --limit 1 --json"), [2]);
    env.runs("undo");
    env.runs("undo");
    assert_eq!(steps("log cake --json"), [6, 5, 4, 3, 1]);
    let message = env.refuses(1, "log nothing");
    assert!(message.contains("no work has the key"), "{message}");
}

#[test]
fn edit_remove_rename_and_merge_can_be_undone() {
    is_turned_back_exactly("edit a --set title=Quinces --unset keywords");
    is_turned_back_exactly("edit p --set date=1888");
    is_turned_back_exactly("remove a p");
    is_turned_back_exactly("remove p");
    is_turned_back_exactly("rename p baking");
    is_turned_back_exactly("rename --pattern '[title:lower]'");
    is_turned_back_exactly("dedupe merge a c");
    is_turned_back_exactly(
        "add '@inbook{e, title = {Eclairs}, crossref = {p}, keywords = {theme:fruit}}'",
    );
}

#[test]
fn swapped_keys_can_be_undone() {
    let env = TestEnvironment::with(REFS);
    env.runs("rename a x");
    env.runs("rename c y");
    let states = [env.state()];
    env.runs("rename y a2");
    env.runs("undo 4");
    assert_eq!(states[0], env.state());
    env.runs("undo 2");
    assert_eq!(env.keys("apples"), ["a"]);
    assert_eq!(env.keys("cake"), ["y"]);
}

#[test]
fn strings_of_a_file_are_undone_with_their_meaning() {
    let env = TestEnvironment::with(
        "@string{oven = {Oven Press}}\n@book{a, title = {A}, publisher = oven}\n@book{b, title = {B}}\n",
    );
    let shown = || env.runs("export --to csl-json").stdout;
    let before = shown();
    env.put("refs.bib", "@string{oven = {Stove Press}}\n@book{a, title = {A}, publisher = oven}\n@book{b, title = {B}}\n");
    env.runs("import refs.bib");
    let after = shown();
    assert!(after.contains("Stove"), "{after}");
    env.runs("undo");
    assert_eq!(before, shown());
    env.runs("redo");
    assert_eq!(after, shown());
}

/// A bibliography of works from one number to another, each with a tag, some with a parent, a `@string` or an
/// alias.
fn many(works: std::ops::Range<usize>) -> String {
    let mut text =
        "@string{press = {Oven Press}}\n@book{whole, title = {The Whole}, date = {1990}}\n"
            .to_owned();
    for number in works {
        text += &match number % 3 {
            0 => format!("@inbook{{w{number}, title = {{Part {number}}}, crossref = {{whole}}}}\n"),
            1 => format!(
                "@book{{w{number}, title = {{Book {number}}}, publisher = press, keywords = {{theme:fruit}}}}\n"
            ),
            _ => {
                format!("@misc{{w{number}, title = {{Paper {number}}}, ids = {{alias{number}}}}}\n")
            }
        };
    }
    text
}

#[test]
fn steps_with_many_rows_can_be_undone_like_those_with_few() {
    let env = TestEnvironment::with(REFS);
    env.put("many.bib", many(0..400));
    env.put("fewer.bib", many(100..250).replace("Part", "Chapter"));
    env.put("more.bib", many(300..650));
    let papers: Vec<String> = (2..650).step_by(3).map(|n| format!("w{n}")).collect();
    let remove = format!("remove {} --yes", papers.join(" "));
    let lines = [
        "import many.bib",
        "import fewer.bib --on-conflict replace",
        "tag type:misc +theme:paper --create --yes",
        "import more.bib",
        "edit type:misc --set note=Read --yes",
        &remove,
    ];
    let state = || rows(&env);
    let mut states = vec![state()];
    for line in lines {
        env.runs(line);
        states.push(state());
        assert_ne!(states.last(), states.get(states.len() - 2), "{line}");
    }
    for round in 1..=2 {
        for (line, before) in lines.iter().zip(&states).rev() {
            env.runs("undo");
            assert_eq!(*before, state(), "undo {round} of {line}");
        }
        for (line, after) in lines.iter().zip(states.iter().skip(1)) {
            env.runs("redo");
            assert_eq!(*after, state(), "redo {round} of {line}");
        }
        assert_eq!(env.runs("doctor").stderr, "");
    }
    assert_eq!(states.last(), Some(&state()));
}

#[test]
fn a_step_with_many_rows_is_refused_where_one_of_them_changed_since() {
    let env = TestEnvironment::with(REFS);
    env.put("many.bib", many(0..400));
    env.runs("import many.bib");
    env.runs("tag theme:late w307 --new");
    let state = rows(&env);
    let message = env.refuses(1, "undo 2");
    assert!(
        message.contains("w307 theme:late was changed since, by step 3"),
        "{message}"
    );
    assert_eq!(state, rows(&env));
    env.runs("undo");
    env.runs("undo");
    env.runs("redo 2");
    env.runs("edit w307 --set title=Late");
    let message = env.refuses(1, "undo 2");
    assert!(
        message.contains("w307 was changed since, by step 4"),
        "{message}"
    );
}
