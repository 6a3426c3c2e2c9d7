//! `peerbib doctor` and `peerbib rebuild`

use rusqlite::Connection;

use crate::test_env::TestEnvironment;

fn alter(env: &TestEnvironment, sql: &str) {
    let connection = Connection::open(env.library()).unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection.execute_batch(sql).unwrap();
}

/// What doctor says of the library after another program changed it so.
#[track_caller]
fn found_after(sql: &str) -> (TestEnvironment, Vec<(String, String, bool)>) {
    let env = TestEnvironment::with_chapter();
    alter(&env, sql);
    let found: serde_json::Value =
        serde_json::from_str(&env.ends(1, "doctor --json").stdout).unwrap();
    let found = found
        .as_array()
        .unwrap()
        .iter()
        .map(|ailment| {
            assert!(!ailment["help"].as_str().unwrap().is_empty());
            (
                ailment["kind"].as_str().unwrap().to_owned(),
                ailment["message"].as_str().unwrap().to_owned(),
                ailment["fixed_by_rebuild"].as_bool().unwrap(),
            )
        })
        .collect();
    (env, found)
}

/// What doctor finds after `sql` is of this kind alone, and a rebuild mends it.
#[track_caller]
fn fixed_by_rebuild(sql: &str, kind: &str) {
    let (env, found) = found_after(sql);
    assert!(
        found.iter().all(|(of, _, mends)| of == kind && *mends) && !found.is_empty(),
        "{sql}: {found:?}"
    );
    let state = env.runs("export").stdout;
    env.runs("rebuild");
    let run = env.runs("doctor");
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    assert_eq!(state, env.runs("export").stdout);
}

/// SQL after which the table is as it was, and the index as `change` leaves it, which `change_back` takes back.
fn index_left_behind(index: &str, change: &str, change_back: &str) -> String {
    format!(
        "CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '{index}';
         {change};
         PRAGMA writable_schema = ON;
         DELETE FROM sqlite_schema WHERE name = '{index}';
         PRAGMA writable_schema = RESET;
         {change_back};
         PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM temp.kept;
         PRAGMA writable_schema = RESET;"
    )
}

#[test]
fn an_index_that_does_not_fit_its_table_is_found_and_fixed() {
    for (index, change, change_back) in [
        (
            "work_summary_by_added",
            "UPDATE work_summary SET added = added + 1",
            "UPDATE work_summary SET added = added - 1",
        ),
        (
            "assignment_by_tag",
            "CREATE TEMP TABLE gone AS SELECT * FROM assignment WHERE id % 2 = 0;
             DELETE FROM assignment WHERE id % 2 = 0",
            "INSERT INTO assignment SELECT * FROM temp.gone",
        ),
        (
            "work_summary_by_year",
            "UPDATE work_summary SET year = year + 1",
            "UPDATE work_summary SET year = year - 1",
        ),
    ] {
        fixed_by_rebuild(&index_left_behind(index, change, change_back), "damage");
    }
}

#[test]
fn doctor_is_silent_where_all_is_well() {
    let env = TestEnvironment::with_chapter();
    env.runs("import peerbib:commons");
    env.runs("tag theme:law merten2000");
    env.runs("untag theme:law merten2000");
    env.runs("rename merten2000 merten");
    env.runs("note merten -m something");
    env.runs("remove benkler2002coase");
    env.runs("undo");
    let run = env.runs("doctor");
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    assert_eq!(env.runs("doctor --json").stdout, "[]\n");
}

#[test]
fn doctor_is_silent_after_an_import_of_two_works_with_one_key() {
    let env = TestEnvironment::with(
        "@book{a, title = {Apples}, year = {2000}}\n@book{b, title = {Bread}}\n",
    );
    env.put(
        "more.bib",
        "@book{a, title = {Zebras}, year = {1990}}\n@book{c, title = {Cake}}\n@book{c, title = {Cream}}\n",
    );
    env.runs("import more.bib");
    let mut keys = env.keys("");
    keys.sort();
    assert_eq!(keys, ["a", "a-2", "b", "c", "c-2"]);
    assert_eq!(env.runs("doctor").stderr, "");
    let items = env.json("export --to csl-json");
    let ids = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap());
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    assert_eq!(ids, keys);
}

#[test]
fn derived_values_that_are_not_what_the_entries_say_are_found_and_fixed() {
    fixed_by_rebuild(
        "UPDATE work_summary SET title = 'Other' WHERE work_id = 3",
        "derived",
    );
    fixed_by_rebuild(
        "UPDATE work_summary SET year = 1900 WHERE work_id = 3",
        "derived",
    );
    fixed_by_rebuild("UPDATE work_summary SET changed = 0", "derived");
    fixed_by_rebuild("DELETE FROM csl_item WHERE work_id = 3", "derived");
    fixed_by_rebuild("DELETE FROM match_key", "derived");
    fixed_by_rebuild(
        "INSERT INTO match_key (match_key, work_id) VALUES (1, 3)",
        "derived",
    );
    fixed_by_rebuild(
        "INSERT INTO inheritance (work_id, parent_key) VALUES (3, 'none')",
        "derived",
    );
    fixed_by_rebuild("DELETE FROM full_text WHERE rowid = 3", "full-text");
    fixed_by_rebuild(
        "DELETE FROM full_text WHERE rowid = 3; INSERT INTO full_text (rowid, title) VALUES (3, 'other words')",
        "full-text",
    );
    fixed_by_rebuild(
        "DELETE FROM match_key WHERE work_id = (SELECT min(work_id) FROM match_key)",
        "derived",
    );
    fixed_by_rebuild(
        "UPDATE field_text SET lines = replace(lines, 'Benkler', 'Bonkler')",
        "derived",
    );
    fixed_by_rebuild("DELETE FROM field_text WHERE work_id = 3", "derived");
    fixed_by_rebuild(
        "INSERT INTO full_text (full_text) VALUES ('delete-all')",
        "full-text",
    );
}

#[test]
fn doctor_names_the_works_and_the_way_out() {
    let env = TestEnvironment::with_chapter();
    alter(
        &env,
        "UPDATE work_summary SET title = 'Other' WHERE work_id = 3",
    );
    let connection = Connection::open(env.library()).unwrap();
    let key: String = connection
        .query_row("SELECT key FROM work WHERE id = 3", [], |row| row.get(0))
        .unwrap();
    let message = env.ends(1, "doctor").stdout;
    assert!(
        message.contains("derived data of 1 work (work summary)"),
        "{message}"
    );
    assert!(message.contains("run `peerbib rebuild`"), "{message}");
    assert!(message.contains(&key), "{message}");
}

#[test]
fn changes_to_entries_by_another_program_are_found() {
    let (_, found) = found_after("DELETE FROM tag WHERE id = 1");
    assert!(
        found.iter().any(|(kind, message, mends)| kind == "dangling"
            && message.contains("of assignment refer to missing rows of tag")
            && !mends),
        "{found:?}"
    );
    let (_, found) = found_after("UPDATE work SET source = '@book{no end' WHERE id = 2");
    assert_eq!(found[0].0, "unreadable-entry", "{found:?}");
    let (_, found) = found_after("DELETE FROM assignment WHERE id = 7");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "history");
    assert_eq!(found[0].1, "another program removed 1 row of assignment");
    let (_, found) = found_after(
        "UPDATE tag SET parent_id = 2 WHERE id = 1; UPDATE tag SET parent_id = 1 WHERE id = 2",
    );
    assert!(
        found.iter().any(|(kind, ..)| kind == "tag-cycle"),
        "{found:?}"
    );
    let (_, found) = found_after("DELETE FROM change WHERE step_id = 1");
    assert!(
        found.iter().any(|(kind, message, _)| kind == "history"
            && message.contains("does not know what step 1 changed")),
        "{found:?}"
    );
}

#[test]
fn doctor_changes_nothing() {
    let env = TestEnvironment::with_chapter();
    let before = std::fs::read(env.library()).unwrap();
    env.runs("doctor");
    assert_eq!(before, std::fs::read(env.library()).unwrap());
}
