//! `peerbib init` and `peerbib rebuild`

use crate::test_env::TestEnvironment;

#[test]
fn init_makes_a_library_with_the_shipped_movements_and_themes() {
    let env = TestEnvironment::empty();
    let message = env.runs("init").stderr;
    assert!(message.contains("created the library"), "{message}");
    assert!(env.library().is_file());
    assert!(env.runs("tags").stdout.contains("oekonux"));
    assert_eq!(env.keys(""), [""; 0]);
}

#[test]
fn init_leaves_a_library_that_is_there_as_it_is() {
    let env = TestEnvironment::with("@book{a, title = {A}}\n");
    let state = env.state();
    let message = env.runs("init").stderr;
    assert!(message.contains("already exists"), "{message}");
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
    let message = env.runs("rebuild").stderr;
    assert!(message.contains("69 works"), "{message}");
    assert_eq!(state, env.state());
    assert_eq!(log, env.runs("log --json").stdout);
    assert_eq!(
        env.keys("author:benkler"),
        ["benkler2002coase", "benkler2006wealth"]
    );
}

/// A library that any command creates has the vocabulary and the rules, and only the first command says so.
#[test]
fn every_command_that_creates_a_library_brings_vocabulary_and_rules() {
    for line in [
        "import refs.bib",
        "add --type book --set title=Nests --set author=Wren",
        "tags import tags.toml",
        "rules import peerbib:rules",
        "init",
    ] {
        let env = TestEnvironment::empty();
        env.put(
            "refs.bib",
            "@book{a, author = {Merten, Stefan}, title = {Free Software and the GPL}}\n",
        );
        env.put("tags.toml", "[[tag]]\nfacet = \"theme\"\ntag = \"nests\"\n");
        let message = env.redact_paths(&env.runs(line).stderr);
        assert!(
            message.contains("created the library $TEST_ENV/data/peerbib/library.db with "),
            "{line}: {message}"
        );
        assert!(env.runs("tags").stdout.contains("oekonux"), "{line}");
        assert!(
            !env.json("rules --json").as_array().unwrap().is_empty(),
            "{line}"
        );
        let message = env.runs(line).stderr;
        assert!(
            !message.contains("created the library"),
            "{line}: {message}"
        );
    }
    // It is a step of its own, so that undoing an import leaves it alone.
    let env = TestEnvironment::empty();
    env.runs("import peerbib:commons");
    env.runs("undo");
    assert!(env.runs("tags").stdout.contains("oekonux"));
    assert_eq!(env.runs("log").stdout.lines().count(), 2);
    assert_eq!(env.runs("doctor").stdout, "");
}

#[test]
fn the_bundled_vocabulary_can_be_imported_by_its_name() {
    let env = TestEnvironment::bare();
    env.runs("tags import peerbib:vocabulary");
    assert!(env.runs("tags").stdout.contains("oekonux"));
    env.runs("undo");
    assert_eq!(env.json("tags --json"), serde_json::json!([]));
}

#[test]
fn an_import_of_rules_reports_what_happens_to_them() {
    let env = TestEnvironment::bare();
    let message = env.runs("rules import peerbib:rules").stderr;
    let count = env.json("rules --json").as_array().unwrap().len();
    assert!(
        message.contains(&format!(
            "{count} rules in peerbib:rules: {count} new, 0 changed, 0 unchanged"
        )),
        "{message}"
    );
    let first = env.json("rules --json")[0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    env.runs(&format!("rules remove '{first}'"));
    let message = env.runs("rules import peerbib:rules").stderr;
    let left = count - 1;
    assert!(
        message.contains(&format!(
            "0 new, 0 changed, {left} unchanged, 1 skipped that you edited or removed"
        )),
        "{message}"
    );
    env.put(
        "rules.toml",
        "[[rule]]\nname = \"Mine\"\nwhen = \"title:nests\"\nthen = [\"theme:law\"]\n",
    );
    let message = env.runs("rules import rules.toml --replace").stderr;
    assert!(
        message.contains(&format!(
            "1 rule in rules.toml: 1 new, 0 changed, 0 unchanged, {left} removed"
        )),
        "{message}"
    );
}
