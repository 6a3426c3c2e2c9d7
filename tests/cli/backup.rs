//! `peerbib backup` and `peerbib backup --restore`

use crate::test_env::TestEnvironment;

#[test]
fn a_backup_is_a_library_of_the_same_state() {
    let env = TestEnvironment::with_chapter();
    let state = env.state();
    let message = env.runs("backup copy.db").stderr;
    assert_eq!(message, "backed up 69 works to copy.db\n");
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
fn a_backup_without_a_name_is_next_to_the_library_and_replaces_no_other() {
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
    let message = env.refuses(1, "backup precious.db");
    assert!(
        message.contains("the file precious.db already exists"),
        "{message}"
    );
    assert!(message.contains("--force"), "{message}");
    assert_eq!(std::fs::read(&file).unwrap(), b"not a library");
    env.runs("backup precious.db --force");
    env.runs("--library precious.db doctor");
    let library = env.library();
    let line = format!("backup {} --force", library.display());
    let message = env.refuses(2, &line);
    assert!(message.contains("would be overwritten"), "{message}");
    let message = env.refuses(1, "backup no/such/place.db");
    assert!(
        message.contains("no/such/place.db cannot be a copy"),
        "{message}"
    );
}

#[test]
fn only_an_intact_library_is_restored() {
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
        let message = env.refuses(1, &format!("backup --restore {name} --yes"));
        assert!(message.contains(reason), "{name}: {message}");
    }
    assert_eq!(state, env.state());
    let message = env.refuses(2, "backup --restore copy.db");
    assert!(message.contains("--yes"), "{message}");
    let message = env.refuses(1, "backup --restore text.db");
    assert!(message.contains("`peerbib backup` wrote"), "{message}");
}
