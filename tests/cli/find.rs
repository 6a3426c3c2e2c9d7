//! `peerbib find`

use crate::desk::Desk;

const WORKS: &str = "\
@book{ostrom, author = {Ostrom, Elinor}, title = {Governing the Commons}, date = {1990}, keywords = {theme:commons}}
@article{muller, author = {M\u{fc}ller, J{\\\"o}rg}, title = {\u{c9}thique du partage}, journaltitle = {Revue du Caf\u{e9}},
  date = {2003}, keywords = {theme:law}}
@book{history, editor = {Wren, Ada}, title = {A history of sharing}, date = {1998/2002}, keywords = {theme:peer}}
@online{foundation, author = {{Foundation for Peer to Peer Alternatives}}, title = {Peer production of history},
  date = {2010-05-01}, url = {https://example.org}, identification = {probable}}
@misc{undated, title = {Peer review and production}, keywords = {theme:cooperatives}}
";

/// A desk with the works above; `theme:peer` is narrower than `theme:commons`, and `theme:cooperatives`
/// narrower than that.
fn desk() -> Desk {
    let desk = Desk::with(WORKS);
    desk.runs("tags add theme:peer --parent theme:commons");
    desk.runs("tags add theme:cooperatives --parent theme:peer --alias coops");
    desk
}

/// The works that queries find, in the order in which they are listed.
#[track_caller]
fn finds(desk: &Desk, query: &str, keys: &[&str]) {
    assert_eq!(desk.keys(query), keys, "{query}");
}

#[test]
fn without_a_query_every_work_is_listed_by_first_author_and_year() {
    finds(
        &desk(),
        "",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
}

#[test]
fn words_are_found_anywhere_and_all_must_be_there() {
    let desk = desk();
    finds(&desk, "governing", &["ostrom"]);
    finds(&desk, "peer", &["foundation", "history", "undated"]);
    finds(&desk, "peer production", &["foundation", "undated"]);
    finds(&desk, "peer governing", &[]);
    finds(&desk, "revue", &["muller"]);
    finds(&desk, "ostrom", &["ostrom"]);
}

#[test]
fn phrases_are_words_that_follow_each_other() {
    let desk = desk();
    // As a shell hands on what a person wrote in quotation marks beside other words.
    finds(&desk, "'\"peer production\"'", &["foundation"]);
    finds(&desk, "history \"peer production\"", &["foundation"]);
    finds(&desk, "title:\"review and production\" peer", &["undated"]);
    finds(&desk, "peer -\"peer production\"", &["history", "undated"]);
    finds(
        &desk,
        "'peer -\"peer production\"'",
        &["history", "undated"],
    );
}

#[test]
fn a_star_stands_for_the_rest_of_a_word() {
    let desk = desk();
    finds(&desk, "gover*", &["ostrom"]);
    finds(&desk, "gover", &[]);
    finds(&desk, "author:ost*", &["ostrom"]);
}

#[test]
fn case_and_accents_do_not_matter() {
    let desk = desk();
    for query in [
        "ethique",
        "ÉTHIQUE",
        "author:muller",
        "author:MÜLLER",
        "author:jorg",
        "in:cafe",
    ] {
        finds(&desk, query, &["muller"]);
    }
}

#[test]
fn a_field_looks_in_one_place() {
    let desk = desk();
    finds(&desk, "author:ostrom", &["ostrom"]);
    finds(&desk, "author:governing", &[]);
    finds(&desk, "author:wren", &["history"]);
    finds(&desk, "author:foundation", &["foundation"]);
    finds(&desk, "title:history", &["foundation", "history"]);
    finds(&desk, "journal:revue", &["muller"]);
    finds(&desk, "container:revue", &["muller"]);
    finds(&desk, "title:revue", &[]);
    finds(&desk, "key:ostrom", &["ostrom"]);
    finds(&desk, "type:book", &["ostrom", "history"]);
    finds(&desk, "type:ONLINE", &["foundation"]);
    finds(&desk, "identification:probable", &["foundation"]);
    finds(&desk, "identification:certain type:online", &[]);
}

#[test]
fn a_year_is_within_a_span_open_at_either_end() {
    let desk = desk();
    finds(&desk, "year:1990", &["ostrom"]);
    finds(&desk, "year:1990..2003", &["muller", "ostrom", "history"]);
    finds(&desk, "year:2003..", &["foundation", "muller"]);
    finds(&desk, "year:..1998", &["ostrom", "history"]);
    finds(&desk, "year:2000", &["history"]);
    finds(&desk, "-year:..3000", &["undated"]);
}

#[test]
fn a_tag_is_found_with_its_narrower_tags() {
    let desk = desk();
    finds(&desk, "theme:commons", &["ostrom", "history", "undated"]);
    finds(&desk, "theme:peer", &["history", "undated"]);
    finds(&desk, "theme:cooperatives", &["undated"]);
    finds(&desk, "theme:coops", &["undated"]);
    finds(&desk, "tag:theme:peer", &["history", "undated"]);
    finds(&desk, "THEME:Peer", &["history", "undated"]);
    finds(&desk, "theme:commons -theme:peer", &["ostrom"]);
}

#[test]
fn a_hyphen_negates_wherever_it_stands() {
    let desk = desk();
    finds(&desk, "-history", &["muller", "ostrom", "undated"]);
    finds(&desk, "peer -history", &["undated"]);
    finds(&desk, "-type:book -theme:law", &["foundation", "undated"]);
    finds(
        &desk,
        "-Veblen -hegel",
        &["foundation", "muller", "ostrom", "history", "undated"],
    );
    assert_eq!(
        desk.runs("find --keys -- -history").stdout,
        "muller
ostrom
undated
"
    );
}

#[test]
fn options_may_stand_before_between_and_behind_the_words_of_a_query() {
    let desk = desk();
    for line in [
        "find --keys author:ostrom -history",
        "find author:ostrom --keys -history",
        "find author:ostrom -history --keys",
        "find -history --keys author:ostrom --color never",
    ] {
        assert_eq!(desk.runs(line).stdout, "ostrom\n", "{line}");
    }
}

#[test]
fn or_and_brackets_say_either() {
    let desk = desk();
    finds(
        &desk,
        "author:ostrom OR author:wren",
        &["ostrom", "history"],
    );
    finds(
        &desk,
        "'(author:ostrom OR author:wren) year:..1995'",
        &["ostrom"],
    );
    finds(&desk, "author:ostrom OR author:wren year:1900", &["ostrom"]);
    finds(
        &desk,
        "'-(type:book OR type:article)'",
        &["foundation", "undated"],
    );
    finds(&desk, "type:book AND author:wren", &["history"]);
    finds(
        &desk,
        "'peer (history OR (review -foundation))'",
        &["foundation", "history", "undated"],
    );
}

#[test]
fn a_word_between_words_with_a_hyphen_is_no_negation() {
    finds(&desk(), "peer-production", &["foundation"]);
}

#[test]
fn json_keeps_its_contract() {
    let desk = desk();
    let found = desk.json("find theme:peer --json");
    assert_eq!(
        found,
        serde_json::json!([
            {"key": "history", "type": "book", "title": "A history of sharing", "authors": ["Ada Wren"],
             "year": 1998, "tags": ["theme:peer"]},
            {"key": "undated", "type": "misc", "title": "Peer review and production", "authors": [],
             "year": null, "tags": ["theme:cooperatives"]},
        ])
    );
    assert_eq!(desk.json("find nothing --json"), serde_json::json!([]));
}

#[test]
fn a_table_for_people_and_the_count_beside_it() {
    let run = desk().runs("find peer");
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
    assert_eq!(desk().runs("find nothing").stderr, "no works found\n");
}
