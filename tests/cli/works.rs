//! Works as arguments: every command that takes citation keys takes a query in their place, or with `--find`.

use crate::test_env::TestEnvironment;

const REFS: &str =
    "@book{a, author = {Wren, Ada}, title = {Nests}, date = {2001}, publisher = {Oven}}
@book{b, author = {Finch, Bo}, title = {Twigs}, date = {2002}, publisher = {Oven}}
@book{c, author = {Finch, Bo}, title = {Feathers}, date = {2003}}
@book{DBLP:x/y, author = {Owl, Cy}, title = {Eggs}, date = {2004}}
";

/// An environment with a list of all works, and a file.
fn env() -> TestEnvironment {
    let env = TestEnvironment::with(REFS);
    env.runs("tags add theme:birds");
    env.runs("list new nests a b c --title Nests");
    env.runs("list section add nests --title Early");
    env.put("scan.pdf", "");
    env
}

#[test]
fn a_query_takes_the_place_of_keys_in_every_command() {
    // Each line with the keys, and the same with a query.
    for line in [
        "show KEYS --json",
        "show KEYS --source",
        "why KEYS --json",
        "cite KEYS",
        "file list KEYS --json",
        "tag theme:birds KEYS --dry-run",
        "remove KEYS --dry-run",
        "edit KEYS --set note=x --dry-run",
        "list add nests KEYS --dry-run",
        "list exclude nests KEYS --dry-run",
        "list remove nests KEYS --dry-run",
        "rename --pattern '[title:lower]' KEYS --dry-run",
    ] {
        let env = env();
        let by_keys = env.runs(&line.replace("KEYS", "b c")).stdout;
        for query in [
            "author:finch",
            "author:finch year:2002..",
            "'author:finch OR title:twigs'",
            "--find author:finch",
            "--find finch",
        ] {
            let by_query = env.runs(&line.replace("KEYS", query)).stdout;
            assert_eq!(by_query, by_keys, "{line}, {query}");
        }
    }
    for line in [
        "note KEY -m 'read again'",
        "file add KEY scan.pdf",
        "rename KEY nests",
        "list annotate nests KEY -m 'First.'",
        "list move nests KEY --last",
        "dedupe merge KEY b",
        "dedupe keep-apart KEY b",
        "untag theme:birds KEY",
        "tag theme:birds KEY",
    ] {
        let states = [
            "a",
            "author:wren",
            "'title:nests author:wren'",
            "--find nests",
        ]
        .map(|work| {
            let env = env();
            if line.starts_with("untag") {
                env.runs("tag theme:birds a");
            }
            let run = env.runs(&line.replace("KEY", work));
            (env.runs("export").stdout, env.redact_paths(&run.stderr))
        });
        for state in &states[1..] {
            assert_eq!(state, &states[0], "{line}");
        }
    }
}

#[test]
fn a_command_for_one_work_refuses_a_query_that_several_match() {
    let env = env();
    for line in [
        "note author:finch -m x",
        "file add author:finch scan.pdf",
        "list annotate nests author:finch -m x",
        "log author:finch",
    ] {
        let error = env.refuses(2, line);
        assert!(error.contains("2 works match author:finch"), "{error}");
        assert!(
            error.contains("give the key of one of them: b, c"),
            "{error}"
        );
    }
    for line in [
        "note author:nobody -m x",
        "show author:nobody",
        "why --find nobody",
    ] {
        let error = env.refuses(1, line);
        assert!(error.contains("no work matches"), "{error}");
    }
}

#[test]
fn a_mistyped_key_is_never_a_query() {
    let env = env();
    let before = env.state();
    for line in [
        "remove d e --yes",
        "tag theme:birds a nests",
        "show finch",
        "edit a finch --set note=x --yes",
        "list add nests finch",
        "untag theme:birds finch",
    ] {
        let error = env.refuses(1, line);
        assert!(error.contains("no work has the key"), "{line}: {error}");
    }
    assert_eq!(env.state(), before);
    // A key may look like a query.
    assert!(env.runs("show DBLP:x/y").stdout.contains("Eggs"));
}

#[test]
fn keys_and_a_query_are_joined() {
    let env = env();
    let keys = |line: &str| {
        let shown = env.json(line);
        let keys: Vec<String> = shown
            .as_array()
            .unwrap()
            .iter()
            .map(|work| work["key"].as_str().unwrap().to_owned())
            .collect();
        keys
    };
    assert_eq!(keys("show a author:finch --json"), ["a", "b", "c"]);
    assert_eq!(keys("show b author:finch --json"), ["b", "c"]);
    assert_eq!(keys("show a --find author:finch --json"), ["a", "b", "c"]);
}

#[test]
fn works_are_removed_by_a_query_once_that_is_confirmed() {
    let env = env();
    let error = env.refuses(2, "remove author:finch");
    assert!(
        error.contains("Remove 2 works?") && error.contains("--yes"),
        "{error}"
    );
    env.runs("remove author:finch --yes");
    assert_eq!(env.keys("author:finch"), [""; 0]);
    env.runs("undo");
    assert_eq!(env.keys("author:finch"), ["b", "c"]);
    assert_eq!(
        env.runs("remove author:nobody --yes").stderr,
        "no works found\n"
    );
    // A removed work has a history, too.
    env.runs("remove a");
    assert!(env.runs("log a").stdout.contains("remove a"));
}
