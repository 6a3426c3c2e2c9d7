//! `peerbib tags`

use crate::test_env::TestEnvironment;

#[test]
fn child_tags_are_listed_below_their_parents_with_the_number_of_works() {
    let env = TestEnvironment::with(
        "@book{a, title = {A}, keywords = {theme:food}}\n@book{b, title = {B}, keywords = {theme:fruit, course:one}}\n",
    );
    env.runs("tags add theme:fruit --parent theme:food --label 'Fruit and nuts'");
    insta::assert_snapshot!(env.runs("tags").stdout, @r"
    theme
      food         2
        fruit      1  Fruit and nuts

    course
      one      1
    ");
    assert!(!env.runs("tags course").stdout.contains("fruit"));
    let json = env.json("tags theme --json");
    assert_eq!(json[0]["tag"], "theme:food");
    assert_eq!(
        (&json[0]["works"], &json[0]["works_with_narrower"]),
        (&1.into(), &2.into())
    );
    assert_eq!(json[1]["parent"], "theme:food");
}

#[test]
fn a_tag_can_be_described_and_called_by_another_name() {
    let env = TestEnvironment::bare();
    env.runs("init --bare");
    env.runs("tags add theme:labour");
    env.runs("tags add theme:care --label 'Care work' --description 'Work for others' --parent labour --alias sorge");
    insta::assert_snapshot!(env.runs("tags show sorge").stdout, @r"
    theme:care  Care work
      about      Work for others
      parent     theme:labour
      aliases    sorge
      tagged     0 works
    ");
}

#[test]
fn what_is_known_of_a_movement_is_shown() {
    let env = TestEnvironment::with_chapter();
    let shown = env.runs("tags show movement:berkman-klein").stdout;
    assert!(
        shown.contains("Harvard University") && shown.contains("Yochai Benkler"),
        "{shown}"
    );
}

#[test]
fn removing_a_tag_keeps_its_works_and_child_tags() {
    let env =
        TestEnvironment::with("@book{a, title = {A}, keywords = {theme:food, theme:fruit}}\n");
    env.runs("tags add theme:fruit --parent theme:food");
    let message = env.runs("tags remove theme:food").stderr;
    assert!(message.contains("peerbib undo"), "{message}");
    let json = env.json("tags --json");
    assert_eq!(json.as_array().unwrap().len(), 1);
    assert_eq!(json[0]["parent"], serde_json::Value::Null);
    assert_eq!(env.keys(""), ["a"]);
}

#[test]
fn a_tag_cannot_be_under_itself() {
    let env = TestEnvironment::bare();
    env.runs("init --bare");
    env.runs("tags add theme:food");
    env.runs("tags add theme:fruit --parent theme:food");
    let state = env.runs("tags").stdout;
    for line in [
        "tags add theme:food --parent theme:fruit",
        "tags add theme:food --parent theme:food",
    ] {
        let message = env.refuses(1, line);
        assert!(message.contains("cannot be under"), "{message}");
        assert!(message.contains("choose another parent"), "{message}");
    }
    assert_eq!(state, env.runs("tags").stdout);
}

const FRUIT: &str = "\
@book{a, title = {Apples}, keywords = {theme:food, theme:fruit}}
@book{b, title = {Bread}, keywords = {theme:food}, date = {2001}}
@book{c, title = {Cherries}, keywords = {theme:fruit}, date = {2012}}
@book{d, title = {Dough}, keywords = {theme:baking}, date = {2013}}
";

fn fruit() -> TestEnvironment {
    let env = TestEnvironment::with(FRUIT);
    env.runs("tags edit theme:fruit --parent theme:food --alias obst --person 'Eva'");
    env
}

/// Checks that a dry run of `line` reports its effect and changes nothing, and that the command itself can be undone.
#[track_caller]
fn is_rehearsed_and_undone(env: &TestEnvironment, line: &str) -> String {
    let before = env.state();
    let would = env.runs(&format!("{line} --dry-run")).stdout;
    assert_ne!(would, "", "{line} says nothing");
    assert_eq!(before, env.state(), "{line} --dry-run changed something");
    env.runs(line);
    let after = env.state();
    assert_ne!(before, after, "{line} changed nothing");
    env.runs("undo");
    assert_eq!(before, env.state(), "undo of {line}");
    env.runs("redo");
    assert_eq!(after, env.state(), "redo of {line}");
    would
}

#[test]
fn a_renamed_tag_is_found_by_its_old_name() {
    let env = fruit();
    env.put(
        "rules.toml",
        "[[rule]]\nname = 'r'\nwhen = 'title:dough'\nthen = ['theme:obst']\n",
    );
    env.runs("rules import rules.toml");
    let would = is_rehearsed_and_undone(&env, "tags rename fruit theme:crops");
    assert_eq!(
        would,
        "would rename theme:fruit (2 works and the rule “r”) to theme:crops\n"
    );
    for name in ["theme:fruit", "fruit", "obst", "theme:crops", "CROPS"] {
        assert_eq!(
            env.json(&format!("tags show {name} --json"))["tag"],
            "theme:crops"
        );
    }
    assert_eq!(env.keys("theme:fruit"), ["a", "c"]);
    assert!(env.runs("rules export").stdout.contains("theme:crops"));
    env.runs("tags rename crops fruit");
    assert_eq!(env.json("tags show crops --json")["tag"], "theme:fruit");
    let message = env.refuses(1, "tags rename fruit food");
    assert!(
        message.contains("belongs to theme:food") && message.contains("tags merge"),
        "{message}"
    );
}

#[test]
fn merged_tags_keep_reasons_vetoes_aliases_and_child_tags() {
    let env = fruit();
    env.runs("tag theme:fruit b --why 'has raisins'");
    env.runs("untag theme:fruit a");
    env.runs("untag theme:baking d");
    env.runs("tags add theme:stone-fruit --parent theme:fruit");
    let would = is_rehearsed_and_undone(&env, "tags merge theme:fruit theme:baking");
    assert!(
        would.starts_with(
            "would merge theme:fruit (2 works, 1 removal by hand and 1 child tag) into theme:baking"
        ),
        "{would}"
    );
    let tag = env.json("tags show obst --json");
    assert_eq!(tag["tag"], "theme:baking");
    assert_eq!(tag["people"][0], "Eva");
    assert_eq!(tag["aliases"], serde_json::json!(["obst", "fruit"]));
    assert_eq!(
        env.json("tags show stone-fruit --json")["parent"],
        "theme:baking"
    );
    assert_eq!(env.keys("theme:baking"), ["b", "c"]);
    let why = env.json("why b --json");
    let merged = why[0]["tags"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tag| tag["tag"] == "theme:baking")
        .unwrap();
    assert_eq!(
        (&merged["origin"], &merged["reason"]),
        (&"hand".into(), &"has raisins".into())
    );
    for key in ["a", "d"] {
        assert_eq!(
            env.json(&format!("why {key} --json"))[0]["vetoed"][0]["tag"],
            "theme:baking"
        );
    }
}

#[test]
fn a_tag_is_merged_into_one_below_it() {
    let env = fruit();
    env.runs("tags add theme:stone-fruit --parent theme:fruit");
    is_rehearsed_and_undone(&env, "tags merge theme:food theme:stone-fruit");
    assert_eq!(
        env.json("tags show stone-fruit --json")["parent"],
        serde_json::Value::Null
    );
    assert_eq!(
        env.json("tags show fruit --json")["parent"],
        "theme:stone-fruit"
    );
    assert_eq!(env.keys("theme:food").len(), 3);
    env.refuses(1, "tags merge fruit fruit");
}

#[test]
fn a_tag_is_split_by_query_with_its_rules() {
    let env = fruit();
    env.put(
        "rules.toml",
        "[[rule]]\nname = 'r'\nwhen = 'type:book'\nthen = ['theme:food', 'theme:baking']\n",
    );
    env.runs("rules import rules.toml --apply");
    env.runs("untag theme:food c");
    let line = "tags split theme:food --into theme:sweet --where 'title:apples OR title:cherries' --into theme:staple --where title:bread";
    let would = is_rehearsed_and_undone(&env, line);
    assert_eq!(
        would,
        "1 work of theme:food as theme:sweet\n1 work of theme:food as theme:staple\n1 work left as theme:food\nalso split the rules r\n"
    );
    assert_eq!(env.keys("tag:theme:sweet"), ["a"]);
    assert_eq!(env.keys("theme:staple"), ["b"]);
    assert_eq!(
        env.json("why c --json")[0]["vetoed"][0]["tag"],
        "theme:sweet"
    );
    let state = env.state();
    env.runs("rules apply");
    let without_names = |state: &str| {
        state
            .replace("r, food", "r")
            .replace("r, sweet", "r")
            .replace("r, staple", "r")
    };
    let places = |env: &TestEnvironment| {
        ["sweet", "staple", "food", "baking"].map(|tag| env.keys(&format!("theme:{tag}")))
    };
    assert_eq!(
        places(&env),
        [
            vec!["a"],
            vec!["b"],
            vec!["a", "c", "d"],
            vec!["a", "b", "c", "d"]
        ]
        .map(|keys| keys.into_iter().map(str::to_owned).collect::<Vec<_>>()),
        "{}",
        without_names(&state)
    );
    let message = env.refuses(
        2,
        "tags split theme:food --into theme:x --where a --where b",
    );
    assert!(message.contains("each --into its own --where"), "{message}");
    env.runs("tags split theme:baking --into theme:bread --where title:bread --rest theme:raw");
    assert_eq!(env.keys("theme:raw"), ["a", "c", "d"]);
    env.refuses(1, "tags show theme:baking");
}

#[test]
fn a_tag_moves_under_another_and_to_another_facet_with_what_is_below_it() {
    let env = fruit();
    env.runs("tags add theme:stone-fruit --parent theme:fruit");
    is_rehearsed_and_undone(&env, "tags move theme:fruit --under theme:baking");
    assert_eq!(env.keys("theme:baking"), ["a", "c", "d"]);
    let message = env.refuses(1, "tags move theme:baking --under theme:stone-fruit");
    assert!(message.contains("cannot be under"), "{message}");
    is_rehearsed_and_undone(&env, "tags move theme:fruit --facet crop");
    let tag = env.json("tags show theme:stone-fruit --json");
    assert_eq!(
        (&tag["tag"], &tag["parent"]),
        (&"crop:stone-fruit".into(), &"crop:fruit".into())
    );
    assert_eq!(env.json("tags show theme:obst --json")["tag"], "crop:fruit");
    assert_eq!(env.keys("crop:fruit"), ["a", "c"]);
    is_rehearsed_and_undone(&env, "tags move crop:stone-fruit --top --before theme:food");
    assert_eq!(env.json("tags --json")[0]["tag"], "crop:stone-fruit");
    env.refuses(2, "tags move theme:food");
}

#[test]
fn years_and_events_must_be_dates() {
    let env = fruit();
    is_rehearsed_and_undone(
        &env,
        "tags edit theme:food --active 1999/2013 --event '2009-03=A fair' --place Dortmund",
    );
    for line in ["--active 'the nineties'", "--event 'march=A fair'"] {
        let message = env.refuses(1, &format!("tags edit theme:food {line}"));
        assert!(
            message.contains("is not a date") && message.contains("EDTF"),
            "{message}"
        );
    }
    env.runs("tags edit theme:food --active '' --no-event 2009-03");
    let tag = env.json("tags show theme:food --json");
    assert_eq!(
        (&tag["active"], &tag["events"]),
        (&serde_json::Value::Null, &serde_json::json!([]))
    );
    let message = env.refuses(1, "tags edit theme:food --no-alias nosh");
    assert!(message.contains("nosh"), "{message}");
}

#[test]
fn a_name_belongs_to_one_tag() {
    let env = fruit();
    let message = env.refuses(1, "tags edit theme:baking --alias obst");
    assert!(
        message.contains("the name theme:obst belongs to theme:fruit"),
        "{message}"
    );
    env.refuses(1, "tags edit theme:baking --alias food");
    env.runs("tags add theme:obst --label Obst");
    assert_eq!(
        env.json("tags show theme:fruit --json")["label"],
        "Obst",
        "an alias is the tag"
    );
    env.runs("tag theme:obst d");
    env.runs("untag obst a");
    assert_eq!(env.keys("theme:obst"), ["c", "d"]);
}

#[test]
fn a_vocabulary_comes_back_as_it_was_written() {
    let env = TestEnvironment::with_chapter();
    env.runs("tags edit movement:p2p-foundation --alias p2pf --event '2007=Workshop of \"Bauwens\"\nand Wittel'");
    env.runs("tags move theme:theory --facet field");
    env.runs("tags facet movement --label Movements --exclusive");
    let exported = env.runs("tags export").stdout;
    assert!(
        exported.contains("\"theme:germ-form\""),
        "the old name is an alias"
    );
    let other = TestEnvironment::bare();
    other.put("v.toml", &exported);
    let message = other.runs("tags import v.toml").stderr;
    assert!(
        message.contains("42 new, 0 changed, 0 unchanged"),
        "{message}"
    );
    assert_eq!(exported, other.runs("tags export -").stdout);
    let log = other.runs("log --json").stdout;
    let again = other.runs("tags import v.toml").stderr;
    assert!(again.contains("0 new, 0 changed, 42 unchanged"), "{again}");
    assert_eq!(log, other.runs("log --json").stdout, "it is no step");
    let before = other.state();
    other.put(
        "v.toml",
        exported
            .replace("\"Oekonux\"", "\"Project Oekonux\"")
            .replace("parent      = \"law\"\n", ""),
    );
    let would = other.runs("tags import v.toml --dry-run").stdout;
    assert!(
        would.contains("changed: movement:oekonux, theme:licensing"),
        "{would}"
    );
    assert_eq!(before, other.state());
    other.runs("tags import v.toml");
    other.runs("undo");
    assert_eq!(before, other.state());
    other.put("bad.toml", "[[tag]]\nfacet = 'a'\n");
    assert!(
        other
            .refuses(1, "tags import bad.toml")
            .contains("bad.toml")
    );
}

#[test]
fn a_tag_that_was_renamed_moved_or_described_stays_so_after_a_second_quickstart() {
    let env = TestEnvironment::bare();
    env.runs("quickstart");
    env.runs("tags rename theme:labour theme:work");
    env.runs("tags move theme:germ-form --top");
    env.runs("tags edit movement:oekonux --label Ox --no-person 'Raoul Victor'");
    let before = env.runs("tags export").stdout;
    env.runs("quickstart");
    assert_eq!(before, env.runs("tags export").stdout);
}

#[test]
fn works_are_counted_by_two_facets_with_empty_cells() {
    let env = fruit();
    env.runs("tag movement:slow a b --create");
    env.runs("tag movement:raw c --create");
    env.runs("tag movement:still --create --find title:nothing");
    env.runs("tags add movement:still");
    insta::assert_snapshot!(env.runs("tags matrix theme movement").stdout, @"
             slow  raw  still  total
    food        2    1      ·      3
      fruit     1    1      ·      2
    baking      ·    ·      ·      ·
    total       2    1      ·      3
    ");
    let own = env
        .runs("tags matrix theme movement --own --to markdown")
        .stdout;
    insta::assert_snapshot!("matrix_markdown", own);
    let by_decade = env.runs("tags matrix theme --by decade year:..2012").stdout;
    insta::assert_snapshot!("matrix_by_decade", by_decade);
    let csv = env.runs("tags matrix theme type --by year --to csv").stdout;
    insta::assert_snapshot!("matrix_csv", csv);
    let html = env
        .runs("tags matrix movement type -theme:fruit --to html")
        .stdout;
    insta::assert_snapshot!("matrix_html", html);
    let json = env.json("tags matrix theme movement --json");
    assert_eq!(json["tables"][0]["counts"][0], serde_json::json!([2, 1, 0]));
    assert_eq!(json["tables"][0]["rows"][0]["works"], 3);
    let message = env.refuses(2, "tags matrix theme");
    assert!(
        message.contains("theme, movement, year, decade, type, language"),
        "{message}"
    );
    let message = env.refuses(2, "tags matrix thme movement");
    assert!(message.contains("thme"), "{message}");
}

#[test]
fn a_wide_matrix_fits_the_terminal_with_a_legend() {
    let env = TestEnvironment::with_chapter();
    for columns in [60, 80, 100, 140] {
        let output = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(["tags", "matrix", "movement", "theme"])
            .env("COLUMNS", columns.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        for line in text.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        assert!(text.contains("  Germ form"), "{text}");
        assert_eq!(
            text.matches("Oekonux ").count(),
            text.matches("\ntotal ").count()
        );
    }
}

#[test]
fn a_hierarchy_of_tags_has_a_hundred_levels_at_most() {
    let chain = |levels: usize, is_reversed: bool| {
        let mut tags: Vec<String> = (0..levels)
            .map(|level| {
                let parent = match level {
                    0 => String::new(),
                    level => format!("parent = \"t{}\"\n", level - 1),
                };
                format!("[[tag]]\nfacet = \"theme\"\ntag = \"t{level}\"\n{parent}")
            })
            .collect();
        if is_reversed {
            tags.reverse();
        }
        tags.concat()
    };
    for is_reversed in [false, true] {
        let env = TestEnvironment::bare();
        env.put("deep.toml", chain(100, is_reversed));
        env.runs("tags import deep.toml");
        env.put("deeper.toml", chain(101, is_reversed));
        let message = env.refuses(1, "tags import deeper.toml");
        assert!(
            message.contains("more than 100 tags would be under each other"),
            "{message}"
        );
    }
}
