//! `peerbib tag` and `peerbib untag`

use crate::desk::Desk;

fn desk() -> Desk {
    Desk::with(
        "@book{a, title = {Apples}, keywords = {theme:fruit}}\n@book{b, title = {Bread}}\n@book{c, title = {Apples and bread}}\n",
    )
}

#[test]
fn a_tag_is_put_on_works_by_key() {
    let desk = desk();
    let told = desk.runs("tag theme:fruit b c").stderr;
    assert_eq!(told, "tagged b as theme:fruit\ntagged c as theme:fruit\n");
    assert_eq!(desk.keys("theme:fruit").len(), 3);
    let again = desk.runs("tag theme:fruit b").stderr;
    assert!(again.starts_with("nothing to do"), "{again}");
}

#[test]
fn a_tag_is_put_on_the_works_that_a_query_finds() {
    let desk = desk();
    desk.runs("tag course:week-1 --new --find 'apples -bread'");
    assert_eq!(desk.keys("course:week-1"), ["a"]);
    desk.runs("tag course:week-2 --new --find -apples");
    assert_eq!(desk.keys("course:week-2"), ["b"]);
    desk.runs("untag course:week-2 --find -apples");
    assert_eq!(desk.keys("course:week-2"), [""; 0]);
}

#[test]
fn several_tags_are_put_on_at_once() {
    let desk = desk();
    desk.runs("tag theme:food,course:week-1 b --new");
    assert_eq!(desk.keys("theme:food course:week-1"), ["b"]);
}

#[test]
fn a_tag_needs_no_facet_where_its_name_is_the_only_one() {
    let desk = desk();
    desk.runs("tag fruit b");
    assert_eq!(desk.keys("theme:fruit"), ["a", "b"]);
    desk.runs("tag course:fruit b --new");
    let told = desk.refuses(1, "tag fruit c");
    assert!(
        told.contains("may mean theme:fruit or course:fruit"),
        "{told}"
    );
    assert!(told.contains("FACET:NAME"), "{told}");
}

#[test]
fn one_unknown_key_keeps_the_tag_off_the_others() {
    let desk = desk();
    desk.refuses(1, "tag theme:fruit b nothing");
    assert_eq!(desk.keys("theme:fruit"), ["a"]);
}

#[test]
fn a_rehearsal_says_what_would_be_done_and_does_nothing() {
    let desk = desk();
    let state = desk.state();
    let would = desk
        .runs("tag theme:bakery --new --find bread --dry-run")
        .stdout;
    assert_eq!(
        would,
        "would tag c as theme:bakery\nwould tag b as theme:bakery\n"
    );
    let would = desk.runs("untag theme:fruit a b --dry-run").stdout;
    assert_eq!(would, "would remove theme:fruit from a\n");
    assert_eq!(state, desk.state());
}

#[test]
fn a_person_puts_a_tag_back_that_a_person_took_off() {
    let desk = desk();
    let told = desk.runs("untag theme:fruit a").stderr;
    assert_eq!(told, "removed theme:fruit from a\n");
    assert!(
        desk.runs("untag theme:fruit a")
            .stderr
            .starts_with("nothing to do")
    );
    desk.runs("tag theme:fruit a");
    assert_eq!(desk.keys("theme:fruit"), ["a"]);
    assert!(!desk.runs("why a").stdout.contains("not theme:fruit"));
}

#[test]
fn a_shipped_tag_that_was_taken_off_stays_off() {
    let desk = Desk::with_chapter();
    let tag = desk.json("why benkler2002coase --json")[0]["tags"][0]["tag"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.runs(&format!("untag {tag} benkler2002coase"));
    desk.runs("quickstart");
    desk.runs("import peerbib:chapter --on-conflict replace");
    assert!(!desk.keys(&tag).contains(&"benkler2002coase".to_owned()));
}

#[test]
fn tags_are_put_on_and_taken_off_all_works_of_a_query() {
    let desk = desk();
    let before = desk.state();
    let would = desk
        .runs("tag apples +theme:bakery -theme:fruit --create --dry-run")
        .stdout;
    assert_eq!(
        would,
        "2 works found\n  +theme:bakery  adds it to 2\n  −theme:fruit   removes it from 1; 1 do not have it\n"
    );
    assert_eq!(before, desk.state());
    let told = desk
        .runs("tag apples +theme:bakery -theme:fruit --create --why mine")
        .stderr;
    assert_eq!(told, would);
    assert_eq!(desk.keys("theme:bakery"), ["a", "c"]);
    assert_eq!(desk.keys("theme:fruit"), [""; 0]);
    let why = desk.json("why a --json");
    assert_eq!(why[0]["tags"][0]["origin"], "hand");
    assert_eq!(why[0]["tags"][0]["reason"], "mine");
    assert_eq!(why[0]["vetoed"][0]["tag"], "theme:fruit");
    desk.runs("undo");
    assert_eq!(before, desk.state(), "it is one step");
}

#[test]
fn a_query_in_a_bulk_change_may_negate() {
    let desk = desk();
    desk.runs("tag -title:apples +theme:bakery --create");
    assert_eq!(desk.keys("theme:bakery"), ["b"]);
    desk.runs("tag bread −theme:bakery +theme:fruit");
    assert_eq!(desk.keys("theme:bakery"), [""; 0]);
    assert_eq!(desk.keys("theme:fruit"), ["a", "c", "b"]);
    desk.runs("tag 'apples -theme:bakery' -theme:fruit");
    assert_eq!(desk.keys("theme:fruit"), ["b"]);
    let told = desk.runs("tag title:nothing +theme:fruit").stderr;
    assert!(told.starts_with("0 works found"), "{told}");
    let changed = desk.json("tag bread +theme:fruit --dry-run --json");
    assert_eq!(changed["changes"][0]["works"], 1);
}

#[test]
fn a_bulk_change_needs_a_query_and_tags_that_are_there() {
    let desk = desk();
    let told = desk.refuses(2, "tag +theme:fruit");
    assert!(
        told.contains("no query: this would change every work"),
        "{told}"
    );
    let told = desk.refuses(1, "tag apples +theme:friut");
    assert!(
        told.contains("did you mean theme:fruit?") && told.contains("--create"),
        "{told}"
    );
    let told = desk.refuses(1, "tag apples -theme:friut");
    assert!(told.contains("did you mean theme:fruit?"), "{told}");
}

#[test]
fn several_tags_are_suggested_where_several_are_near() {
    let desk = desk();
    desk.runs("tags add theme:commons");
    desk.runs("tags add theme:commoning");
    let told = desk.refuses(1, "tag theme:common a");
    assert!(
        told.contains("did you mean theme:commons or theme:commoning?"),
        "{told}"
    );
    // The name is right, and the facet another.
    let told = desk.refuses(1, "tag movement:fruit a");
    assert!(told.contains("did you mean theme:fruit?"), "{told}");
}
