//! `peerbib backup` and `peerbib backup --restore`

use crate::test_env::TestEnvironment;

#[test]
fn a_backup_is_a_library_of_the_same_state() {
    let env = TestEnvironment::with_chapter();
    let state = env.state();
    let told = env.runs("backup copy.db").stderr;
    assert_eq!(told, "backed up 43 works to copy.db\n");
    env.runs("remove merten2000");
    let names: Vec<_> = std::fs::read_dir(env.path(""))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("copy"))
        .collect();
    assert_eq!(names, ["copy.db"], "there is nothing beside it");
    env.runs("--library copy.db doctor");
    assert_eq!(
        env.runs("--library copy.db export")
            .stdout
            .matches("merten2000,")
            .count(),
        1
    );
    assert_ne!(state, env.state());
    env.runs("backup --restore copy.db --yes");
    assert_eq!(state, env.state());
    env.runs("doctor");
}

#[test]
fn a_backup_without_a_name_stands_beside_the_library_and_takes_no_place_of_another() {
    let env = TestEnvironment::with_chapter();
    env.runs("backup");
    env.runs("backup");
    let mut names: Vec<_> = std::fs::read_dir(env.library().parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("library.20"))
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].ends_with("-2.db"), "{names:?}");
}

#[test]
fn a_file_that_is_there_stays_unless_forced() {
    let env = TestEnvironment::with_chapter();
    let file = env.put("precious.db", "not a library");
    let told = env.refuses(1, "backup precious.db");
    assert!(
        told.contains("there is a file precious.db already"),
        "{told}"
    );
    assert!(told.contains("--force"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), b"not a library");
    env.runs("backup precious.db --force");
    env.runs("--library precious.db doctor");
    let library = env.library();
    let line = format!("backup {} --force", library.display());
    let told = env.refuses(1, &line);
    assert!(told.contains("it is the library itself"), "{told}");
    let told = env.refuses(1, "backup no/such/place.db");
    assert!(told.contains("no/such/place.db cannot be a copy"), "{told}");
}

#[test]
fn only_a_whole_library_is_put_back() {
    let env = TestEnvironment::with_chapter();
    let state = env.state();
    env.runs("backup copy.db");
    let whole = std::fs::read(env.path("copy.db")).unwrap();
    env.put("half.db", &whole[..whole.len() / 2]);
    env.put("text.db", "These are my notes.\n".repeat(100));
    env.put("empty.db", "");
    for (name, reason) in [
        ("half.db", "damaged"),
        ("text.db", "is not a peerbib library"),
        ("empty.db", "is not a peerbib library"),
        ("nothing.db", "no such file: nothing.db"),
    ] {
        let told = env.refuses(1, &format!("backup --restore {name} --yes"));
        assert!(told.contains(reason), "{name}: {told}");
    }
    assert_eq!(state, env.state());
    let told = env.refuses(2, "backup --restore half.db");
    assert!(told.contains("--yes"), "{told}");
}

/// A library as version 1 of the schema had it, with two works.
pub(crate) fn version_1(env: &TestEnvironment) {
    std::fs::create_dir_all(env.library().parent().unwrap()).unwrap();
    let connection = Connection::open(env.library()).unwrap();
    connection.pragma_update(None, "page_size", 8192).unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection
        .execute_batch(include_str!("../data/library/version_1.sql"))
        .unwrap();
    connection
        .execute_batch(
            "INSERT INTO work (key, source, added_at) VALUES
                 ('a', '@book{a, title = {Apples}, author = {Ada Wren}, date = {2001}}', '2025-01-01T00:00:00Z'),
                 ('b', '@book{b, title = {Bread}}', '2025-01-01T00:00:00Z');
             INSERT INTO tag (facet, name, position) VALUES ('theme', 'fruit', 1);
             INSERT INTO assignment (work_id, tag_id, origin, source, at)
                 VALUES (1, 1, 'hand', 'ada', '2025-01-01T00:00:00Z');
             INSERT INTO step (command, at) VALUES
                 ('peerbib import refs.bib', '2025-01-01T00:00:00Z'),
                 ('peerbib tag theme:fruit a', '2025-01-01T00:00:00Z');
             INSERT INTO change (step_id, table_name, row_id, last_row_id) VALUES
                 (1, 'work', 1, 2), (1, 'tag', 1, 1), (2, 'assignment', 1, 1);
             INSERT INTO reference (work_id, item, entry_type, title, authors, sort_author) VALUES
                 (1, '{}', 'book', 'Old', '[]', ''), (2, '{}', 'book', 'Older', '[]', '');
             PRAGMA application_id = 0x70656572;
             PRAGMA user_version = 1;",
        )
        .unwrap();
}

#[test]
fn a_library_of_version_1_is_copied_and_then_migrated_with_its_history() {
    let env = TestEnvironment::empty();
    version_1(&env);
    let run = env.runs("find fruit OR apples --keys");
    assert_eq!(run.stdout, "a\n", "what is derived was made anew");
    env.runs("doctor");
    let copy = Connection::open(env.path("data/peerbib/library.version-1.db")).unwrap();
    let (version, works): (i64, i64) = copy
        .query_row(
            "SELECT user_version, (SELECT count(*) FROM work) FROM pragma_user_version",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((version, works), (1, 2));
    env.runs("undo");
    assert_eq!(env.keys("theme:fruit"), [""; 0]);
    env.runs("redo");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
    env.runs("undo 2");
    env.runs("undo 1");
    assert_eq!(env.keys(""), [""; 0]);
    env.runs("redo");
    env.runs("redo");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
    env.runs("doctor");
    // The copy can be put back, and is migrated again.
    env.runs("backup --restore data/peerbib/library.version-1.db --yes");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
    env.runs("doctor");
}
