//! `peerbib why`

use crate::desk::{Desk, without_times};

#[test]
fn each_tag_says_who_put_it_there_and_why() {
    let desk = Desk::with("@book{a, title = {A}, keywords = {theme:law}}\n");
    desk.runs("tag theme:care a --new --why 'chapter 2 is on care'");
    desk.runs("tag theme:labour a --new");
    desk.runs("untag theme:labour a");
    let json = desk.json("why a --json");
    assert_eq!(json[0]["key"], "a");
    assert_eq!(json[0]["tags"][0]["tag"], "theme:law");
    assert_eq!(json[0]["tags"][0]["origin"], "import");
    assert_eq!(json[0]["tags"][1]["origin"], "hand");
    assert_eq!(json[0]["tags"][1]["source"], "ada");
    assert_eq!(json[0]["tags"][1]["reason"], "chapter 2 is on care");
    let at = json[0]["tags"][1]["at"].as_str().unwrap();
    assert_eq!(without_times(at), "TIMEZ");
    assert_eq!(
        json[0]["vetoed"],
        serde_json::json!([]),
        "what a hand put there leaves without a trace"
    );
    let day = at.split('T').next().unwrap();
    let told = desk.runs("why a").stdout.replace(day, "DAY");
    insta::assert_snapshot!(desk.without_place(&told), @r"
    a
      theme:law
        a keyword of the entry
        added by an import (DESK/refs.bib) on DAY
      theme:care
        chapter 2 is on care
        added by hand (ada) on DAY
    ");
}

#[test]
fn a_tag_that_was_taken_off_is_told() {
    let desk = Desk::with("@book{a, title = {A}, keywords = {theme:law}}\n");
    desk.runs("untag theme:law a");
    let vetoed = &desk.json("why a --json")[0]["vetoed"][0];
    assert_eq!(vetoed["tag"], "theme:law");
    let day = vetoed["at"].as_str().unwrap().split('T').next().unwrap();
    insta::assert_snapshot!(desk.runs("why a").stdout.replace(day, "DAY"), @r"
    a
      no tags
      not theme:law: removed by hand on DAY; rules and imports do not re-add it
    ");
}
