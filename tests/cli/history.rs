//! `peerbib undo`, `peerbib redo` and `peerbib log`

use serde_json::Value;

use crate::desk::{Desk, without_times};

const REFS: &str = "\
@book{a, title = {Apples}, date = {2001}, keywords = {theme:fruit, course:one}}
@inbook{b, title = {Bread}, crossref = {p}}
@book{p, title = {Baking}, date = {1999}}
@book{c, title = {Cake}}
";

/// Undoing `line` gives back what was there, and redoing it gives back what it did.
#[track_caller]
fn is_turned_back_exactly(line: &str) {
    let desk = Desk::with(REFS);
    desk.put("more.bib", "@string{x = {X}}\n@book{c, title = {Cake}, publisher = x, keywords = {theme:new, theme:fruit}}\n@book{a, title = {Pears}}\n@book{p, title = {Patisserie}, publisher = {P}}\n@book{d, title = {Dates}}\n% end");
    let before = desk.state();
    desk.runs(line);
    let after = desk.state();
    assert_ne!(before, after, "{line} changes something");
    for round in 1..=2 {
        let told = desk.runs("undo").stderr;
        assert!(told.starts_with("undone: peerbib "), "{told}");
        assert_eq!(before, desk.state(), "undo {round} of {line}");
        let told = desk.runs("redo").stderr;
        assert!(told.starts_with("done again: peerbib "), "{told}");
        assert_eq!(after, desk.state(), "redo {round} of {line}");
    }
}

#[test]
fn an_import_is_turned_back() {
    is_turned_back_exactly("import more.bib");
    is_turned_back_exactly("import more.bib --on-conflict replace");
    is_turned_back_exactly("import peerbib:chapter peerbib:commons");
}

#[test]
fn quickstart_is_turned_back() {
    is_turned_back_exactly("quickstart");
}

#[test]
fn tag_is_turned_back() {
    is_turned_back_exactly("tag theme:fruit,theme:baking b c --new --why 'an oven'");
}

#[test]
fn untag_is_turned_back_with_its_veto() {
    is_turned_back_exactly("untag theme:fruit,course:one a");
}

#[test]
fn tags_add_is_turned_back() {
    is_turned_back_exactly("tags add theme:fruit --parent course:one --label Fruit --alias obst");
    is_turned_back_exactly("tags add theme:grain --description 'What bread is made of'");
}

#[test]
fn tags_remove_is_turned_back() {
    is_turned_back_exactly("tags remove theme:fruit");
}

#[test]
fn a_veto_that_was_undone_lets_the_import_put_the_tag_back() {
    let desk = Desk::with(REFS);
    desk.runs("untag theme:fruit a");
    desk.runs("undo");
    assert_eq!(
        desk.json("why a --json")[0]["vetoed"],
        Value::Array(Vec::new())
    );
    assert_eq!(desk.keys("theme:fruit"), ["a"]);
    desk.runs("redo");
    desk.put("refs.bib", REFS.replace("2001", "2002"));
    desk.runs("import refs.bib");
    assert_eq!(desk.keys("theme:fruit"), [""; 0], "redo vetoes again");
}

#[test]
fn undo_goes_all_the_way_back_and_redo_all_the_way_forward() {
    let desk = Desk::with(REFS);
    let mut states = vec![desk.state()];
    let lines = [
        "tag theme:fruit b",
        "untag theme:fruit a",
        "import peerbib:chapter",
        "tags remove theme:fruit",
        "tag theme:fruit c --new",
    ];
    for line in lines {
        desk.runs(line);
        states.push(desk.state());
    }
    for state in states.iter().rev().skip(1) {
        desk.runs("undo");
        assert_eq!(*state, desk.state());
    }
    desk.runs("undo");
    assert_eq!(desk.runs("export").stdout, "");
    desk.refuses(1, "undo");
    for state in &states {
        desk.runs("redo");
        assert_eq!(*state, desk.state());
    }
    desk.refuses(1, "redo");
}

#[test]
fn what_was_undone_is_out_of_reach_once_something_else_was_done() {
    let desk = Desk::with(REFS);
    desk.runs("tag theme:fruit b");
    desk.runs("undo");
    desk.runs("tag theme:fruit c");
    desk.refuses(1, "redo");
    let log = desk.json("log --json");
    let states: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["state"])
        .collect();
    assert_eq!(states, ["done", "dropped", "done"]);
    desk.runs("undo");
    assert_eq!(desk.keys("theme:fruit"), ["a"]);
}

#[test]
fn looking_leaves_no_step() {
    let desk = Desk::with(REFS);
    let log = desk.runs("log --json").stdout;
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
        desk.put("more.bib", "@book{d, title = {D}}");
        desk.runs(line);
    }
    assert_eq!(log, desk.runs("log --json").stdout);
}

#[test]
fn the_log_shows_command_lines_that_can_be_run_again() {
    let desk = Desk::with(REFS);
    desk.runs("tag theme:fruit c --why \"it's a fruit cake\"");
    desk.runs("tag theme:law c --new");
    desk.runs("undo");
    insta::assert_snapshot!(without_times(&desk.runs("log").stdout), @r"
    TIME UTC  peerbib tag theme:law c --new  (undone)
    TIME UTC  peerbib tag theme:fruit c --why 'it'\''s a fruit cake'
    TIME UTC  peerbib import refs.bib
    ");
}
