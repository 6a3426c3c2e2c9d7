//! Picking works at a terminal, where a command needs a key and none is given.
#![cfg(unix)]

use crate::terminal::session;
use crate::test_env::TestEnvironment;

const REFS: &str = "\
@book{nests, author = {Wren, Ada}, title = {Nests of Twigs}, date = {1999}, keywords = {theme:law}}
@book{eggs, author = {Finch, Bo}, title = {On Eggs}, date = {2001}}
@article{straw, author = {Crow, Cy}, title = {Straw}, journaltitle = {Hay}, date = {2007}}
";

/// Returns what a command wrote to the file `out`.
fn out(env: &TestEnvironment) -> String {
    std::fs::read_to_string(env.path("out")).unwrap()
}

#[test]
fn a_work_is_found_by_author_year_and_title_and_previewed() {
    let env = TestEnvironment::with(REFS);
    for search in ["wren", "1999", "twigs"] {
        let steps = [("3/3", search), ("1/3", "\r")];
        let Some((code, shown)) = session(&env, "peerbib show --source > out", &steps) else {
            return;
        };
        assert_eq!(code, 0, "{shown}");
        assert_eq!(
            out(&env),
            format!("{}\n", REFS.lines().next().unwrap()),
            "{search}"
        );
        assert!(shown.contains("Ada Wren 1999 Nests of Twigs"), "{shown}");
        assert!(shown.contains("Wren, A. (1999)"), "the citation: {shown}");
    }
}

#[test]
fn several_works_are_marked() {
    let env = TestEnvironment::with(REFS);
    let steps = [("(0)", "\t"), ("(1)", "\t"), ("(2)", "\r")];
    let Some((code, shown)) = session(&env, "peerbib cite > out", &steps) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    assert_eq!(out(&env).matches(';').count(), 1, "{}", out(&env));
    env.runs("list new l");
    let steps = [("3/3", "eggs"), ("1/3", "\r")];
    let (code, shown) = session(&env, "peerbib list add l --section Week", &steps).unwrap();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(env.keys("list:l"), ["eggs"]);
}

#[test]
fn picking_can_be_cancelled() {
    let env = TestEnvironment::with(REFS);
    for key in ["\u{1b}", "\u{3}"] {
        let Some((code, shown)) = session(&env, "peerbib show > out", &[("3/3", key)]) else {
            return;
        };
        assert_eq!(code, 1, "{shown}");
        assert!(shown.contains("no work was picked"), "{shown}");
        assert_eq!(out(&env), "");
    }
}

#[test]
fn without_a_terminal_a_key_is_asked_for() {
    let env = TestEnvironment::with(REFS);
    env.runs("list new l");
    for line in [
        "show",
        "edit",
        "edit --set note=x",
        "file open",
        "cite",
        "list add l",
    ] {
        let message = env.refuses(2, line);
        assert!(message.contains("key"), "{line}: {message}");
    }
}
