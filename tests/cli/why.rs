//! `peerbib why`

use crate::test_env::{TestEnvironment, redact_times};

#[test]
fn each_tag_says_who_put_it_there_and_why() {
    let env = TestEnvironment::with("@book{a, title = {A}, keywords = {theme:law}}\n");
    env.runs("tag theme:care a --new --why 'chapter 2 is on care'");
    env.runs("tag theme:labour a --new");
    env.runs("untag theme:labour a");
    let json = env.json("why a --json");
    assert_eq!(json[0]["key"], "a");
    assert_eq!(json[0]["tags"][0]["tag"], "theme:law");
    assert_eq!(json[0]["tags"][0]["origin"], "import");
    assert_eq!(json[0]["tags"][1]["origin"], "hand");
    assert_eq!(json[0]["tags"][1]["source"], "ada");
    assert_eq!(json[0]["tags"][1]["reason"], "chapter 2 is on care");
    let at = json[0]["tags"][1]["at"].as_str().unwrap();
    assert_eq!(redact_times(at), "TIMEZ");
    assert_eq!(
        json[0]["vetoed"],
        serde_json::json!([]),
        "what a hand put there leaves without a trace"
    );
    let day = at.split('T').next().unwrap();
    let message = env.runs("why a").stdout.replace(day, "DAY");
    insta::assert_snapshot!(env.redact_paths(&message), @r"
    a
      theme:law
        a keyword of the entry
        added by an import ($TEST_ENV/refs.bib) on DAY
      theme:care
        chapter 2 is on care
        added by hand (ada) on DAY
    ");
}

#[test]
fn a_tag_that_was_removed_is_reported() {
    let env = TestEnvironment::with("@book{a, title = {A}, keywords = {theme:law}}\n");
    env.runs("untag theme:law a");
    let vetoed = &env.json("why a --json")[0]["vetoed"][0];
    assert_eq!(vetoed["tag"], "theme:law");
    let day = vetoed["at"].as_str().unwrap().split('T').next().unwrap();
    insta::assert_snapshot!(env.runs("why a").stdout.replace(day, "DAY"), @r"
    a
      no tags
      not theme:law: removed by hand on DAY; rules and imports do not re-add it
    ");
}

#[test]
fn a_rule_shows_the_words_it_matched_whatever_letters_they_are_written_in() {
    let env = TestEnvironment::with(
        "@book{a, author = {Søderberg, Johan}, title = {Die Straße: 共有財産}}\n\
         @book{b, author = {Łukasik, Æmilia}, title = {Commons}}\n",
    );
    env.runs("tag theme:letters b --new");
    env.runs("untag theme:letters b");
    for (work, query, matched) in [
        ("a", "author:soderberg", "Johan Søderberg"),
        ("a", "title:strasse", "Straße"),
        ("a", "title:共有", "共有"),
        ("b", "author:lukasik", "Æmilia Łukasik"),
    ] {
        env.runs(&format!(
            "rules add letters --when {query} --then theme:letters --apply"
        ));
        let message = env.runs(&format!("why {work}")).stdout;
        assert!(
            message.contains(&format!("\u{201c}{matched}\u{201d}")),
            "{message}"
        );
        env.runs("rules remove letters");
    }
}
