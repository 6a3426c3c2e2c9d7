//! `peerbib init` and `peerbib rebuild`

use crate::desk::Desk;

#[test]
fn init_makes_a_library_with_the_shipped_movements_and_themes() {
    let desk = Desk::empty();
    let told = desk.runs("init").stderr;
    assert!(told.contains("created the library"), "{told}");
    assert!(desk.library().is_file());
    assert!(desk.runs("tags").stdout.contains("oekonux"));
    assert_eq!(desk.keys(""), [""; 0]);
}

#[test]
fn init_leaves_a_library_that_is_there_as_it_is() {
    let desk = Desk::with("@book{a, title = {A}}\n");
    let state = desk.state();
    let told = desk.runs("init").stderr;
    assert!(told.contains("already exists"), "{told}");
    assert_eq!(state, desk.state());
}

#[test]
fn a_bare_library_has_no_tags() {
    let desk = Desk::empty();
    desk.runs("--library bare.db init --bare");
    assert_eq!(
        desk.json("--library bare.db tags --json"),
        serde_json::json!([])
    );
    assert!(!desk.library().exists());
}

#[test]
fn the_environment_names_the_library_and_an_option_overrides_it() {
    let desk = Desk::empty();
    let run = |line: &str| {
        let output = desk
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(crate::desk::words(line))
            .env("PEERBIB_LIBRARY", desk.path("one.db"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}");
    };
    run("init --bare");
    assert!(desk.path("one.db").is_file());
    run("init --bare --library two.db");
    assert!(desk.path("two.db").is_file());
    assert!(!desk.library().exists());
}

#[test]
fn rebuild_changes_nothing_that_can_be_seen() {
    let desk = Desk::with_chapter();
    let state = desk.state();
    let log = desk.runs("log --json").stdout;
    let told = desk.runs("rebuild").stderr;
    assert!(told.contains("43 works"), "{told}");
    assert_eq!(state, desk.state());
    assert_eq!(log, desk.runs("log --json").stdout);
    assert_eq!(
        desk.keys("author:benkler"),
        ["benkler2002coase", "benkler2006wealth"]
    );
}
