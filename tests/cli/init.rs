//! `peerbib init` and `peerbib rebuild`

use crate::test_env::TestEnvironment;

#[test]
fn init_makes_a_library_with_the_shipped_movements_and_themes() {
    let env = TestEnvironment::empty();
    let told = env.runs("init").stderr;
    assert!(told.contains("created the library"), "{told}");
    assert!(env.library().is_file());
    assert!(env.runs("tags").stdout.contains("oekonux"));
    assert_eq!(env.keys(""), [""; 0]);
}

#[test]
fn init_leaves_a_library_that_is_there_as_it_is() {
    let env = TestEnvironment::with("@book{a, title = {A}}\n");
    let state = env.state();
    let told = env.runs("init").stderr;
    assert!(told.contains("already exists"), "{told}");
    assert_eq!(state, env.state());
}

#[test]
fn a_bare_library_has_no_tags() {
    let env = TestEnvironment::empty();
    env.runs("--library bare.db init --bare");
    assert_eq!(
        env.json("--library bare.db tags --json"),
        serde_json::json!([])
    );
    assert!(!env.library().exists());
}

#[test]
fn the_environment_names_the_library_and_an_option_overrides_it() {
    let env = TestEnvironment::empty();
    let run = |line: &str| {
        let output = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(crate::test_env::words(line))
            .env("PEERBIB_LIBRARY", env.path("one.db"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}");
    };
    run("init --bare");
    assert!(env.path("one.db").is_file());
    run("init --bare --library two.db");
    assert!(env.path("two.db").is_file());
    assert!(!env.library().exists());
}

#[test]
fn rebuild_changes_nothing_that_can_be_seen() {
    let env = TestEnvironment::with_chapter();
    let state = env.state();
    let log = env.runs("log --json").stdout;
    let told = env.runs("rebuild").stderr;
    assert!(told.contains("69 works"), "{told}");
    assert_eq!(state, env.state());
    assert_eq!(log, env.runs("log --json").stdout);
    assert_eq!(
        env.keys("author:benkler"),
        ["benkler2002coase", "benkler2006wealth"]
    );
}
