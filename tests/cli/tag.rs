//! `peerbib tag` and `peerbib untag`

use crate::test_env::TestEnvironment;

fn env() -> TestEnvironment {
    TestEnvironment::with(
        "@book{a, title = {Apples}, keywords = {theme:fruit}}\n@book{b, title = {Bread}}\n@book{c, title = {Apples and bread}}\n",
    )
}

#[test]
fn works_are_tagged_by_key() {
    let env = env();
    let message = env.runs("tag theme:fruit b c").stderr;
    assert_eq!(
        message,
        "tagged b as theme:fruit\ntagged c as theme:fruit\n"
    );
    assert_eq!(env.keys("theme:fruit").len(), 3);
    let again = env.runs("tag theme:fruit b").stderr;
    assert!(again.starts_with("nothing to do"), "{again}");
}

#[test]
fn a_query_selects_the_works_to_tag() {
    let env = env();
    env.runs("tag course:week-1 --new --find 'apples -bread'");
    assert_eq!(env.keys("course:week-1"), ["a"]);
    env.runs("tag course:week-2 --new --find -apples");
    assert_eq!(env.keys("course:week-2"), ["b"]);
    env.runs("untag course:week-2 --find -apples");
    assert_eq!(env.keys("course:week-2"), [""; 0]);
}

#[test]
fn several_tags_are_added_at_once() {
    let env = env();
    env.runs("tag theme:food,course:week-1 b --new");
    assert_eq!(env.keys("theme:food course:week-1"), ["b"]);
}

#[test]
fn a_tag_needs_no_facet_where_its_name_is_the_only_one() {
    let env = env();
    env.runs("tag fruit b");
    assert_eq!(env.keys("theme:fruit"), ["a", "b"]);
    env.runs("tag course:fruit b --new");
    let message = env.refuses(1, "tag fruit c");
    assert!(
        message.contains("may mean theme:fruit or course:fruit"),
        "{message}"
    );
    assert!(message.contains("FACET:NAME"), "{message}");
}

#[test]
fn one_unknown_key_keeps_the_tag_off_the_others() {
    let env = env();
    env.refuses(1, "tag theme:fruit b nothing");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let env = env();
    let state = env.state();
    let would = env
        .runs("tag theme:bakery --new --find bread --dry-run")
        .stdout;
    assert_eq!(
        would,
        "would tag c as theme:bakery\nwould tag b as theme:bakery\n"
    );
    let would = env.runs("untag theme:fruit a b --dry-run").stdout;
    assert_eq!(would, "would remove theme:fruit from a\n");
    assert_eq!(state, env.state());
}

#[test]
fn a_person_can_add_a_tag_again_that_a_person_removed() {
    let env = env();
    let message = env.runs("untag theme:fruit a").stderr;
    assert_eq!(message, "removed theme:fruit from a\n");
    assert!(
        env.runs("untag theme:fruit a")
            .stderr
            .starts_with("nothing to do")
    );
    env.runs("tag theme:fruit a");
    assert_eq!(env.keys("theme:fruit"), ["a"]);
    assert!(!env.runs("why a").stdout.contains("not theme:fruit"));
}

#[test]
fn a_bundled_tag_that_was_removed_stays_removed() {
    let env = TestEnvironment::with_chapter();
    let tag = env.json("why benkler2002coase --json")[0]["tags"][0]["tag"]
        .as_str()
        .unwrap()
        .to_owned();
    env.runs(&format!("untag {tag} benkler2002coase"));
    env.runs("quickstart");
    env.runs("import peerbib:chapter --on-conflict replace");
    assert!(!env.keys(&tag).contains(&"benkler2002coase".to_owned()));
}

#[test]
fn tags_are_added_to_and_removed_from_all_works_of_a_query() {
    let env = env();
    let before = env.state();
    let would = env
        .runs("tag apples +theme:bakery -theme:fruit --create --dry-run")
        .stdout;
    assert_eq!(
        would,
        "2 works found\n  +theme:bakery  adds it to 2\n  −theme:fruit   removes it from 1; 1 do not have it\n"
    );
    assert_eq!(before, env.state());
    let message = env
        .runs("tag apples +theme:bakery -theme:fruit --create --why mine")
        .stderr;
    assert_eq!(message, would);
    assert_eq!(env.keys("theme:bakery"), ["a", "c"]);
    assert_eq!(env.keys("theme:fruit"), [""; 0]);
    let why = env.json("why a --json");
    assert_eq!(why[0]["tags"][0]["origin"], "hand");
    assert_eq!(why[0]["tags"][0]["reason"], "mine");
    assert_eq!(why[0]["vetoed"][0]["tag"], "theme:fruit");
    env.runs("undo");
    assert_eq!(before, env.state(), "it is one step");
}

#[test]
fn a_query_in_a_bulk_change_may_negate() {
    let env = env();
    env.runs("tag -title:apples +theme:bakery --create");
    assert_eq!(env.keys("theme:bakery"), ["b"]);
    env.runs("tag bread −theme:bakery +theme:fruit");
    assert_eq!(env.keys("theme:bakery"), [""; 0]);
    assert_eq!(env.keys("theme:fruit"), ["a", "c", "b"]);
    env.runs("tag 'apples -theme:bakery' -theme:fruit");
    assert_eq!(env.keys("theme:fruit"), ["b"]);
    let message = env.runs("tag title:nothing +theme:fruit").stderr;
    assert!(message.starts_with("0 works found"), "{message}");
    let changed = env.json("tag bread +theme:fruit --dry-run --json");
    assert_eq!(changed["changes"][0]["works"], 1);
}

#[test]
fn a_bulk_change_needs_a_query_and_tags_that_are_there() {
    let env = env();
    let message = env.refuses(2, "tag +theme:fruit");
    assert!(
        message.contains("no query: this would change every work"),
        "{message}"
    );
    let message = env.refuses(1, "tag apples +theme:friut");
    assert!(
        message.contains("did you mean theme:fruit?") && message.contains("--create"),
        "{message}"
    );
    let message = env.refuses(1, "tag apples -theme:friut");
    assert!(message.contains("did you mean theme:fruit?"), "{message}");
}

#[test]
fn several_tags_are_suggested_where_several_are_near() {
    let env = env();
    env.runs("tags add theme:commons");
    env.runs("tags add theme:commoning");
    let message = env.refuses(1, "tag theme:common a");
    assert!(
        message.contains("did you mean theme:commons or theme:commoning?"),
        "{message}"
    );
    // The name is right, and the facet another.
    let message = env.refuses(1, "tag movement:fruit a");
    assert!(message.contains("did you mean theme:fruit?"), "{message}");
}

#[test]
fn a_new_tag_of_an_exclusive_facet_takes_the_place_of_the_old_one() {
    let env = env();
    env.runs("tag --create status:unverified a b");
    env.runs("tag --create status:verified c");
    env.runs("tags facet status --exclusive");
    let message = env.runs("tag status:verified a").stderr;
    assert!(message.contains("tagged a as status:verified"), "{message}");
    assert!(
        message.contains("removed status:unverified from a"),
        "{message}"
    );
    let message = env
        .runs("tag status:unverified +status:verified --yes")
        .stderr;
    assert!(message.contains("removes it from 1"), "{message}");
    assert_eq!(env.keys("status:unverified"), [""; 0]);
    assert_eq!(env.keys("status:verified"), ["a", "c", "b"]);
}

#[test]
fn a_question_is_not_followed_by_a_semicolon() {
    let env = TestEnvironment::with_chapter();
    let message = env.refuses(1, "tag theme:comons merten2000");
    assert!(
        message.contains("did you mean theme:commons? --create creates it"),
        "{message}"
    );
    let message = env.refuses(1, "rules add New --when title:x --then theme:comons");
    assert!(
        message.contains("did you mean theme:commons? `peerbib tags add` creates it"),
        "{message}"
    );
}
