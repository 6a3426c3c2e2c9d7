//! `peerbib rules`, and that works are tagged by them.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::chapter_facts;
use crate::test_env::TestEnvironment;

const REFS: &str = "\
@book{exchange, author = {Meretz, Stefan}, title = {Beyond Exchange}, date = {2009}}
@book{free, author = {Merten, Stefan}, title = {Free Software}, date = {2001}}
@article{both, author = {Merten, Stefan and Meretz, Stefan}, title = {Free Society}, journaltitle = {Oekonux Review}}
@book{other, author = {Söderberg, Johan}, title = {Hacking Capitalism}}
";

/// A test environment with these works, and tags to put on them.
fn env() -> TestEnvironment {
    let env = TestEnvironment::with(REFS);
    for tag in ["movement:oekonux", "theme:free-software", "theme:value"] {
        env.runs(&format!("tags add {tag}"));
    }
    env
}

fn added(env: &TestEnvironment, rules: &str) {
    env.put("rules.toml", rules);
    env.runs("rules import rules.toml");
}

const MERETZ: &str = r#"[[rule]]
name = "Meretz"
when = "author:meretz OR in:oekonux"
then = ["movement:oekonux"]
why  = "By a core member"
must = ["exchange", "both"]
must_not = ["free"]
"#;

#[test]
fn what_a_rule_would_do_is_shown_with_the_matched_words() {
    let env = env();
    added(&env, MERETZ);
    let state = env.state();
    insta::assert_snapshot!(env.runs("rules apply --dry-run").stdout, @r#"
    Meretz
      + exchange  movement:oekonux  author:meretz matches “Stefan Meretz”
      + both      movement:oekonux  author:meretz matches “Stefan Meretz”; in:oekonux matches “Oekonux Review”
    "#);
    assert_eq!(state, env.state());
    let effects = env.json("rules apply --dry-run --json");
    assert_eq!(effects[1]["key"], "both");
    assert_eq!(effects[1]["effect"], "added");
    assert_eq!(effects[1]["matched"][1]["condition"], "in:oekonux");
    assert_eq!(effects[1]["matched"][1]["text"], "Oekonux Review");
}

#[test]
fn rules_are_applied_in_one_step_and_why_shows_the_matched_words() {
    let env = env();
    added(&env, MERETZ);
    let before = env.state();
    let message = env.runs("rules apply").stderr;
    assert!(message.contains("added 2 tags, removed 0"), "{message}");
    assert_eq!(env.keys("movement:oekonux"), ["exchange", "both"]);
    let why = env.json("why both --json");
    assert_eq!(why[0]["tags"][0]["origin"], "rule");
    assert_eq!(why[0]["tags"][0]["source"], "Meretz");
    let day = why[0]["tags"][0]["at"].as_str().unwrap()[..10].to_owned();
    insta::assert_snapshot!(env.runs("why both").stdout.replace(&day, "DAY"), @r#"
    both
      movement:oekonux
        By a core member
        added by the rule “Meretz” on DAY, because author:meretz matches “Stefan Meretz” and in:oekonux matches “Oekonux Review”
    "#);
    let again = env.runs("rules apply").stderr;
    assert!(again.contains("nothing to do"), "{again}");
    env.runs("undo");
    assert_eq!(before, env.state());
}

#[test]
fn merten_is_not_mistaken_for_meretz() {
    let env = env();
    added(&env, MERETZ);
    env.runs("rules apply");
    assert_eq!(
        env.json("why free --json")[0]["tags"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn new_and_edited_works_are_tagged_at_once_in_the_same_step() {
    let env = env();
    added(&env, MERETZ);
    env.put(
        "more.bib",
        "@book{more, author = {Meretz, Stefan}, title = {More}}",
    );
    let before = env.state();
    let message = env.runs("import more.bib").stderr;
    assert!(
        message.contains("rules added or removed 1 tag"),
        "{message}"
    );
    assert_eq!(
        env.keys("movement:oekonux"),
        ["more"],
        "works that were there wait for `rules apply`"
    );
    env.runs("undo");
    assert_eq!(before, env.state());
    env.runs("add '@book{added, author = {Meretz, Stefan}, title = {Added}}'");
    assert_eq!(env.keys("movement:oekonux"), ["added"]);
    env.runs("edit free --set 'author=Meretz, Stefan'");
    assert_eq!(env.keys("movement:oekonux"), ["added", "free"]);
    env.runs("edit free --set 'author=Merten, Stefan'");
    assert_eq!(
        env.keys("movement:oekonux"),
        ["added"],
        "a tag whose rule no longer matches goes"
    );
}

#[test]
fn a_tag_by_hand_stays_when_its_rule_is_removed_and_a_removed_one_stays_removed() {
    let env = env();
    added(&env, MERETZ);
    env.runs("rules apply");
    env.runs("tag movement:oekonux exchange");
    env.runs("untag movement:oekonux both");
    env.runs("rules apply");
    env.runs("edit both --set title=Renamed");
    assert_eq!(env.keys("movement:oekonux"), ["exchange"]);
    let message = env.runs("why both").stdout;
    assert!(
        message.contains("not movement:oekonux: removed by hand on "),
        "{message}"
    );
    env.runs("rules edit Meretz --when author:nobody --apply");
    assert_eq!(env.keys("movement:oekonux"), ["exchange"]);
    assert_eq!(
        env.json("why exchange --json")[0]["tags"][0]["origin"],
        "hand"
    );
}

#[test]
fn a_rule_that_is_removed_takes_its_tags_along() {
    let env = env();
    added(&env, MERETZ);
    env.runs("rules apply");
    let before = env.state();
    let would = env.runs("rules remove meretz --dry-run").stdout;
    assert!(would.contains("from 2 works"), "{would}");
    assert_eq!(before, env.state());
    env.runs("rules remove meretz");
    assert_eq!(env.keys("movement:oekonux"), [""; 0]);
    env.runs("undo");
    assert_eq!(before, env.state());
    let message = env.refuses(1, "rules remove Mertz");
    assert!(message.contains("did you mean Meretz?"), "{message}");
}

#[test]
fn rules_are_exported_as_they_were_read() {
    let env = env();
    added(&env, MERETZ);
    env.runs("rules add 'Free \"libre\" software' --when 'title:\"free software\" -author:meretz' --then theme:free-software --why \"It's free\"");
    let exported = env.runs("rules export").stdout;
    assert!(exported.contains(MERETZ), "{exported}");
    let other = self::env();
    other.put("rules.toml", &exported);
    other.runs("rules import rules.toml --apply");
    assert_eq!(exported, other.runs("rules export").stdout);
    assert_eq!(other.keys("theme:free-software"), ["free"]);
    other.put("fewer.toml", MERETZ);
    other.runs("rules import fewer.toml");
    assert_eq!(exported, other.runs("rules export").stdout);
    other.runs("rules import fewer.toml --replace");
    assert_eq!(other.runs("rules export").stdout, MERETZ);
    assert_eq!(other.keys("theme:free-software"), [""; 0]);
}

#[test]
fn rules_that_cannot_be_read_change_nothing() {
    let env = env();
    added(&env, MERETZ);
    let state = env.runs("rules export").stdout;
    for (text, reason) in [
        ("[[rule]]\nname = \"x\"\nwhen = 3\n", "line 3"),
        (
            "[[rule]]\nname = \"x\"\nwhen = \"a\"\nthen = []\n",
            "assigns no tag",
        ),
        ("[[rule]]\nname = \"x\"\nwhen = \"a\"\n", "then"),
        ("[[rules]]\n", "rules"),
    ] {
        env.put("bad.toml", text);
        let message = env.refuses(1, "rules import bad.toml");
        assert!(
            message.contains("bad.toml") && message.contains(reason),
            "{message}"
        );
    }
    let message = env.refuses(1, "rules import nothing.toml");
    assert!(message.contains("no such file"), "{message}");
    for (line, reason) in [
        ("rules add x --when '(a' --then theme:value", "unclosed"),
        (
            "rules add x --when a --then theme:valeu",
            "did you mean theme:value?",
        ),
        ("rules add x --when thme:value --then theme:value", "thme"),
        ("rules add x --when a", "--then"),
        ("rules add meretz --when a --then theme:value", "already"),
    ] {
        let run = env.peerbib(&crate::test_env::words(line), "");
        assert_ne!(run.code, Some(0), "{line}");
        assert!(run.stderr.contains(reason), "{line}: {}", run.stderr);
    }
    assert_eq!(state, env.runs("rules export").stdout);
}

#[test]
fn a_rule_may_depend_on_the_tags_of_others_in_any_order() {
    let env = env();
    added(
        &env,
        "[[rule]]\nname = 'second'\nwhen = 'theme:free-software'\nthen = ['theme:value']\n\
         [[rule]]\nname = 'first'\nwhen = 'title:free'\nthen = ['theme:free-software']\n",
    );
    env.runs("rules apply");
    assert_eq!(env.keys("theme:value"), ["both", "free"]);
    env.runs("tag theme:free-software other");
    assert_eq!(
        env.keys("theme:value"),
        ["both", "free", "other"],
        "a tag by hand counts at once"
    );
    env.runs("untag theme:free-software free other");
    assert_eq!(
        env.keys("theme:value"),
        ["both"],
        "a rule goes with the tag it rests on, whoever takes that off"
    );
}

#[test]
fn the_tests_of_rules_fail_where_they_match_wrongly() {
    let env = env();
    added(&env, MERETZ);
    let run = env.runs("rules test");
    assert!(run.stderr.contains("3 works as expected"), "{}", run.stderr);
    env.runs("rules edit Meretz --when author:stefan");
    let run = env.ends(1, "rules test");
    assert_eq!(run.stdout, "Meretz: matches free but must not\n");
    env.runs("rules edit Meretz --when title:free");
    let results: serde_json::Value =
        serde_json::from_str(&env.ends(1, "rules test --json").stdout).unwrap();
    assert_eq!(results[0]["missed"][0], "exchange");
    assert_eq!(results[0]["wrongly_matched"][0], "free");
}

#[test]
fn what_is_wrong_with_rules_is_found() {
    let env = env();
    env.runs("tags add status:read");
    env.runs("tags add status:unread");
    env.runs("tags facet status --exclusive");
    env.runs("tags add theme:passing");
    added(
        &env,
        "[[rule]]\nname = 'good'\nwhen = 'author:merten'\nthen = ['theme:free-software']\nmust = ['both']\n\
         [[rule]]\nname = 'twin'\nwhen = 'author:merten'\nthen = ['theme:free-software']\nmust_not = ['both']\n\
         [[rule]]\nname = 'nothing'\nwhen = 'author:nobody'\nthen = ['theme:value']\n\
         [[rule]]\nname = 'unread'\nwhen = 'author:meretz'\nthen = ['status:unread']\n\
         [[rule]]\nname = 'read'\nwhen = 'author:merten'\nthen = ['status:read']\n\
         [[rule]]\nname = 'circle'\nwhen = 'theme:value'\nthen = ['theme:value']\n\
         [[rule]]\nname = 'both ways'\nwhen = 'title:free'\nthen = ['theme:value']\nmust = ['free']\nmust_not = ['free']\n\
         [[rule]]\nname = 'vetoed'\nwhen = 'author:söderberg'\nthen = ['movement:oekonux']\n\
         [[rule]]\nname = 'gone'\nwhen = 'title:free'\nthen = ['theme:passing']\n",
    );
    env.runs("rules apply");
    env.runs("untag movement:oekonux other");
    env.runs("tags remove theme:passing");
    let findings: serde_json::Value =
        serde_json::from_str(&env.ends(1, "rules check --json").stdout).unwrap();
    let found: Vec<String> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            format!(
                "{}: {}",
                finding["rule"].as_str().unwrap(),
                finding["message"].as_str().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(found.join("\n"), @r"
    nothing: matches no work of this library
    both ways: free is listed in both must and must_not
    vetoed: movement:oekonux was removed by hand from every matching work
    gone: there is no tag “theme:passing”
    circle: depends on a tag that it assigns itself
    twin: has the same condition as “good” and also assigns theme:free-software
    twin: contradicts “good”: both assign theme:free-software, but only one of them must match both
    read: contradicts “unread”: 1 work matches both and would get status:read and status:unread, but a work can have only one status
    ");
}

#[test]
fn the_same_advice_for_several_findings_is_printed_once() {
    let env = TestEnvironment::with("@book{a, title = {Apples}}\n");
    env.runs("quickstart");
    let message = env.ends(1, "rules check").stdout;
    assert!(
        message.matches("matches no work of this library").count() > 3,
        "{message}"
    );
    assert_eq!(
        message.matches("widen its condition").count(),
        1,
        "{message}"
    );
}

#[test]
fn a_broken_rule_is_reported_and_does_not_keep_works_out() {
    let env = env();
    env.runs("tags add theme:passing");
    added(
        &env,
        "[[rule]]\nname = 'gone'\nwhen = 'title:free'\nthen = ['theme:passing']\n",
    );
    env.runs("tags remove theme:passing");
    env.put("more.bib", "@book{more, title = {Free more}}");
    let message = env.runs("import more.bib").stderr;
    assert!(
        message.contains("warning: skipped the rule “gone”: there is no tag “theme:passing”"),
        "{message}"
    );
    assert_eq!(env.keys("title:more"), ["more"]);
}

/// The tags that the vocabulary has for works, as a person gave them.
fn tags_by_origin(env: &TestEnvironment) -> BTreeMap<(String, String), BTreeSet<String>> {
    let keys = env.keys("");
    let why = env.json(&format!("why {} --json", keys.join(" ")));
    let mut tags: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for work in why.as_array().unwrap() {
        for tag in work["tags"].as_array().unwrap() {
            let place = (
                work["key"].as_str().unwrap().to_owned(),
                tag["tag"].as_str().unwrap().to_owned(),
            );
            let word = if tag["origin"] == "rule" {
                tag["source"].as_str().unwrap()
            } else {
                ""
            };
            tags.entry(place).or_default().insert(word.to_owned());
        }
    }
    tags
}

#[test]
fn the_shipped_rules_are_true() {
    let env = TestEnvironment::bare();
    env.runs("quickstart");
    env.runs("import peerbib:commons");
    assert_eq!(env.runs("rules check").stdout, "");
    env.runs("rules test");
    let rules = env.json("rules --json");
    let rules = rules.as_array().unwrap();
    assert!(rules.len() >= 20, "{}", rules.len());
    let chapter: BTreeSet<String> = chapter_facts().into_iter().map(|fact| fact.key).collect();
    for ((key, tag), words) in tags_by_origin(&env) {
        if words.contains("") {
            continue;
        }
        assert!(
            !chapter.contains(&key),
            "{key} is {tag} by {words:?}, and the facts do not say so"
        );
        for word in words {
            let rule = rules.iter().find(|rule| rule["name"] == *word).unwrap();
            let vouched = rule["must"]
                .as_array()
                .unwrap()
                .iter()
                .any(|must| *must == *key);
            assert!(
                vouched,
                "{key} is {tag} by {word}, which nobody vouches for"
            );
        }
    }
}

#[test]
fn changes_of_the_shipped_rules_survive_a_second_quickstart() {
    let env = TestEnvironment::bare();
    env.runs("quickstart");
    env.runs("rules remove Syriza Bauwens");
    env.runs("rules edit Meretz --when 'author:meretz'");
    env.runs("rules edit Merten --rename 'The founder'");
    env.runs("rules add mine --when author:ostrom --then theme:commons");
    let rules = env.runs("rules export").stdout;
    env.runs("quickstart");
    assert_eq!(rules, env.runs("rules export").stdout);
    env.runs("rules import peerbib:rules");
    assert_eq!(rules, env.runs("rules export").stdout);
}

#[test]
fn an_edited_rule_keeps_the_time_of_the_tags_that_stay() {
    let env = env();
    added(&env, MERETZ);
    env.runs("rules apply");
    let before = env.json("why both --json")[0]["tags"][0].clone();
    env.runs("rules edit Meretz --when author:meretz --rename 'Stefan Meretz' --why 'By himself' --apply");
    let after = env.json("why both --json")[0]["tags"][0].clone();
    assert_eq!(before["at"], after["at"]);
    assert_eq!(after["source"], "Stefan Meretz");
    assert_eq!(after["reason"], "By himself");
    assert_eq!(after["matched"].as_array().unwrap().len(), 1);
}

/// What the library says of its tags, rules and works, in few runs.
fn tagging_state(env: &TestEnvironment) -> String {
    let keys = env.keys("").join(" ");
    ["tags export", "rules export", "tags --json", "export"]
        .iter()
        .map(|line| env.runs(line).stdout)
        .chain([env.runs(&format!("why {keys} --json")).stdout])
        .collect()
}

#[test]
fn every_change_of_tags_is_undone_step_by_step() {
    let tags = [
        "theme:free-software",
        "theme:value",
        "theme:other",
        "movement:oekonux",
    ];
    let works = ["exchange", "free", "both", "other"];
    for seed in 1..=4_u64 {
        let mut dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut roll = |bound: usize| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            usize::try_from(dice >> 33).unwrap() % bound
        };
        let env = env();
        added(&env, MERETZ);
        let steps = || {
            env.json("log --json")
                .as_array()
                .unwrap()
                .iter()
                .filter(|step| step["state"] == "done")
                .count()
        };
        let mut states = vec![tagging_state(&env)];
        let mut lines = Vec::new();
        for _ in 0..9 {
            let (one, two, key) = (tags[roll(4)], tags[roll(4)], works[roll(4)]);
            let line = match roll(12) {
                0 => format!("tag {one} {key} --create"),
                1 => format!("untag {one} {key}"),
                2 => format!("tags rename {one} {two}-{}", roll(100)),
                3 => format!("tags merge {one} {two}"),
                4 => format!("tags move {one} --under {two}"),
                5 => format!("tags split {one} --into {two} --where title:free"),
                6 => format!("tags remove {one}"),
                7 => format!("tag title:free +{one} -{two} --create"),
                8 => format!(
                    "rules add r{} --when author:stefan --then {one} --apply",
                    roll(100)
                ),
                9 => "rules remove Meretz".to_owned(),
                10 => format!("edit {key} --set 'author=Meretz, Stefan and Merten, Stefan'"),
                _ => "rules apply".to_owned(),
            };
            let before = steps();
            let run = env.peerbib(&crate::test_env::words(&line), "");
            lines.push(line);
            let after = tagging_state(&env);
            if run.code != Some(0) {
                assert_eq!(
                    states.last().unwrap(),
                    &after,
                    "refused, and done in part: {lines:#?}"
                );
            }
            if steps() > before {
                states.push(after);
            } else {
                assert_eq!(
                    states.last().unwrap(),
                    &after,
                    "done without a step: {lines:#?}"
                );
            }
        }
        let latest = states.pop().unwrap();
        let done = states.len();
        for state in states.iter().rev() {
            env.runs("undo");
            assert_eq!(*state, tagging_state(&env), "{lines:#?}");
        }
        for _ in 0..done {
            env.runs("redo");
        }
        assert_eq!(latest, tagging_state(&env), "{lines:#?}");
    }
}

#[cfg(unix)]
#[test]
fn rules_are_edited_until_they_can_be_read() {
    use crate::edit::with_editor;

    let env = env();
    added(&env, MERETZ);
    // The first time the condition is broken; the second time it is mended, below what was said of it.
    let run = with_editor(
        &env,
        "rules edit Meretz",
        "if grep -q '^# peerbib: ' \"$1\"; then sed -i 's/(author:/author:/' \"$1\"; \
         else sed -i 's/^when = .*/when = \"(author:merten\"/' \"$1\"; fi",
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let when = |env: &TestEnvironment| env.runs("rules export").stdout;
    assert!(
        when(&env).contains("when = \"author:merten\""),
        "{}",
        when(&env)
    );
    let before = when(&env);
    let run = with_editor(&env, "rules edit", "echo 'nonsense' > \"$1\"");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("your text is saved"), "{}", run.stderr);
    let run = with_editor(&env, "rules edit", ":");
    assert_eq!(run.stderr, "nothing was changed\n");
    assert_eq!(when(&env), before);
    let message = env.refuses(2, "rules edit");
    assert!(message.contains("--when"), "{message}");
}
