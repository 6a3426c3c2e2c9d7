//! `peerbib list`: what a list holds, in which order, and what it says of its works.

#[cfg(unix)]
use crate::edit::with_editor;
use crate::test_env::TestEnvironment;

/// Works that differ in everything that lists are ordered and grouped by.
pub(crate) const WORKS: &str = "
@book{smith, author = {Smith, Adam}, title = {The Wealth of Nations}, year = 1976, origdate = {1776},
  publisher = {Liberty Fund}, location = {Indianapolis}, langid = {english},
  translator = {Nobody, Ann}, series = {Glasgow Edition}, keywords = {theme:value}}
@book{marx, author = {Marx, Karl}, title = {Das Kapital}, date = {1962}, origdate = {1867},
  publisher = {Dietz}, langid = {german}, keywords = {theme:value, theme:labour}}
@article{benkler, author = {Benkler, Yochai}, title = {Coase's Penguin}, journaltitle = {Yale Law Journal},
  date = {2002}, volume = 112, doi = {10.2307/1562247}, langid = {english}, keywords = {theme:commons},
  abstract = {On peer production.}, annotation = {Mine alone.}}
@online{anon, title = {A Manifesto}, url = {https://example.org}, keywords = {theme:commons}}
";

pub(crate) fn env() -> TestEnvironment {
    TestEnvironment::with(WORKS)
}

/// The groups and keys that a list prints, in order.
pub(crate) fn printed(env: &TestEnvironment, line: &str) -> Vec<String> {
    let entries = env.json(&format!("{line} --to json"));
    let of_entry = |entry: &serde_json::Value| {
        let key = entry["key"].as_str().unwrap();
        match entry["group"].as_str() {
            Some(group) => format!("{group}: {key}"),
            None => key.to_owned(),
        }
    };
    entries.as_array().unwrap().iter().map(of_entry).collect()
}

#[test]
fn a_list_runs_its_query_whenever_it_is_printed() {
    let env = env();
    let message = env.runs("list new commons --query theme:commons").stderr;
    assert!(
        message.contains("created commons with 2 works"),
        "{message}"
    );
    assert_eq!(printed(&env, "list show commons"), ["anon", "benkler"]);
    env.runs("tag theme:commons marx");
    assert_eq!(
        printed(&env, "list show commons"),
        ["anon", "benkler", "marx"]
    );
}

#[test]
fn all_lists_are_shown_with_their_counts() {
    let env = env();
    assert!(env.runs("list").stderr.contains("no reading lists"));
    env.runs("list new commons --query theme:commons --title 'The commons'");
    env.runs("list new by-hand marx smith benkler --style ieee");
    insta::assert_snapshot!(env.runs("list").stdout);
    let lists = env.json("list --json");
    assert_eq!(lists[0]["name"], "by-hand");
    assert_eq!(lists[0]["works"], 3);
    assert_eq!(lists[1]["query"], "theme:commons");
}

#[test]
fn a_list_that_cannot_be_printed_is_not_stored() {
    let env = env();
    for (line, what) in [
        ("list new x --query 'theme:comons'", "theme:commons"),
        ("list new x --query '(a'", "invalid query"),
        ("list new x --style apaa", "apa"),
        ("list new x --locale xx-YY", "locale"),
        ("list new x --group-by movment", "group by"),
        ("list new x --order colour", "unknown order"),
        ("list new x --annotate poem", "poem"),
        ("list new 'a b'", "cannot be the name"),
        ("list new x nothing", "no work has the key"),
    ] {
        let run = env.peerbib(&crate::test_env::words(line), "");
        assert!(matches!(run.code, Some(1 | 2)), "{line}: {run:?}");
        assert!(run.stderr.contains(what), "{line}: {}", run.stderr);
    }
    assert_eq!(env.json("list --json"), serde_json::json!([]));
    env.runs("list new x");
    let message = env.refuses(1, "list new X");
    assert!(message.contains("already"), "{message}");
    let message = env.refuses(1, "list show xx");
    assert!(
        message.contains("did you mean x?") || message.contains("the lists are: x"),
        "{message}"
    );
}

#[test]
fn works_are_pinned_and_excluded_and_go_back_to_the_query() {
    let env = env();
    env.runs("list new l --query theme:commons");
    let message = env.runs("list add l marx benkler").stderr;
    assert_eq!(
        message,
        "marx was added to l\nbenkler is already in l; its query matches it\n"
    );
    assert_eq!(printed(&env, "list show l"), ["anon", "benkler", "marx"]);
    let message = env.runs("list remove l marx benkler").stderr;
    assert_eq!(
        message,
        "unpinned marx\n\
         excluded benkler, which the query still matches\n"
    );
    assert_eq!(printed(&env, "list show l"), ["anon"]);
    let message = env.runs("list add l benkler").stderr;
    assert!(
        message.contains("is no longer excluded from l"),
        "{message}"
    );
    assert_eq!(printed(&env, "list show l"), ["anon", "benkler"]);
    // A pinned work stays, even where the query finds it no longer.
    env.runs("list pin l benkler");
    env.runs("untag theme:commons benkler");
    assert_eq!(printed(&env, "list show l"), ["anon", "benkler"]);
    env.runs("list exclude l --find title:manifesto");
    assert_eq!(printed(&env, "list show l"), ["benkler"]);
    let message = env.runs("list remove l marx").stderr;
    assert_eq!(message, "marx is not in the list\n");
    env.refuses(1, "list add l marks");
    env.refuses(2, "list add l");
}

#[test]
fn a_dry_run_changes_nothing() {
    let env = env();
    env.runs("list new l --query theme:commons");
    let would = env.runs("list add l marx benkler --dry-run").stdout;
    assert_eq!(
        would,
        "would pin marx\nbenkler is already in l; its query matches it\n"
    );
    let would = env.runs("list remove l benkler --dry-run").stdout;
    assert_eq!(would, "would exclude benkler\n");
    env.runs("list remove l --dry-run");
    assert_eq!(printed(&env, "list show l"), ["anon", "benkler"]);
    assert_eq!(env.json("log --json").as_array().unwrap().len(), 2);
}

#[test]
fn each_command_is_one_step_that_can_be_undone() {
    let env = env();
    env.runs("list new l --query theme:commons");
    let mut states = Vec::new();
    let steps = [
        "list add l marx smith",
        "list annotate l marx -m 'Read *this*.'",
        "list section add l --title Value --query theme:value",
        "list move l smith --first",
        "list exclude l anon",
        "list snapshot l --name one",
        "list edit l --title T --order -year",
        "list rename l m",
        "list remove m",
    ];
    for step in steps {
        states.push(env.json("list --json").to_string() + &state(&env));
        env.runs(step);
    }
    assert_eq!(env.json("list --json"), serde_json::json!([]));
    for before in states.iter().rev() {
        env.runs("undo");
        assert_eq!(env.json("list --json").to_string() + &state(&env), *before);
    }
    for _ in steps {
        env.runs("redo");
    }
    assert_eq!(env.json("list --json"), serde_json::json!([]));
}

/// All that there is to know of the list `l` or `m`.
fn state(env: &TestEnvironment) -> String {
    let name = env.json("list --json")[0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    env.runs(&format!("list export {name}")).stdout
}

#[test]
fn an_annotation_belongs_to_its_list() {
    let env = env();
    env.runs("list new one --query theme:commons");
    env.runs("list copy one two");
    env.runs("list annotate one benkler -m 'Begin *here*.' -m '- Then go on.'");
    let shown = env.json("list describe one --json");
    assert_eq!(shown["annotated"][0], "benkler");
    assert_eq!(
        env.json("list describe two --json")["annotated"],
        serde_json::json!([])
    );
    let message = env.runs("list annotate two marx -m x").stderr;
    assert!(message.contains("marx is not in the list"), "{message}");
    assert_eq!(
        env.json("list describe two --json")["unattached"][0]["key"],
        "marx"
    );
    env.runs("list annotate one benkler --remove");
    assert_eq!(
        env.json("list describe one --json")["annotated"],
        serde_json::json!([])
    );
    let message = env.refuses(2, "list annotate one benkler");
    assert!(message.contains("-m"), "{message}");
    let run = env.peerbib(
        &["list", "annotate", "one", "anon", "-m", "-"],
        "From *elsewhere*.\n",
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        env.runs("list export one")
            .stdout
            .contains("annotation = \"From *elsewhere*.\"")
    );
}

#[test]
fn the_order_is_the_style_s_or_one_of_its_own() {
    let env = env();
    env.runs("list new l --query ''");
    let order = |order: &str| printed(&env, &format!("list show l --order={order}"));
    assert_eq!(order("style"), ["anon", "benkler", "marx", "smith"]);
    assert_eq!(order("-style"), ["smith", "marx", "benkler", "anon"]);
    // By the year in which a work first appeared; a work without a date is last in either direction.
    assert_eq!(order("year"), ["smith", "marx", "benkler", "anon"]);
    assert_eq!(order("-year"), ["benkler", "marx", "smith", "anon"]);
    assert_eq!(order("author"), ["benkler", "marx", "smith", "anon"]);
    assert_eq!(order("title"), ["benkler", "marx", "anon", "smith"]);
    assert_eq!(order("added"), ["smith", "marx", "benkler", "anon"]);
}

#[test]
fn works_are_put_into_an_order_by_hand() {
    let env = env();
    env.runs("list new l --query ''");
    let message = env.runs("list move l smith benkler --first").stderr;
    assert!(message.contains("sorted manually"), "{message}");
    assert_eq!(
        printed(&env, "list show l"),
        ["smith", "benkler", "anon", "marx"]
    );
    env.runs("list move l marx --before benkler");
    env.runs("list move l smith --after anon");
    assert_eq!(
        printed(&env, "list show l"),
        ["marx", "benkler", "anon", "smith"]
    );
    env.put(
        "late.bib",
        "@book{aaa, author={Aaa, B}, title={Late}, year=2020}",
    );
    env.runs("import late.bib");
    assert_eq!(
        printed(&env, "list show l"),
        ["marx", "benkler", "anon", "smith", "aaa"]
    );
    env.refuses(2, "list move l marx");
    env.runs("list exclude l anon");
    let message = env.refuses(1, "list move l anon --first");
    assert!(message.contains("is not in l"), "{message}");
    let message = env.refuses(1, "list move l marx --after anon");
    assert!(message.contains("is not in l"), "{message}");
    env.runs("list edit l --order style");
    assert_eq!(
        printed(&env, "list show l"),
        ["aaa", "benkler", "marx", "smith"]
    );
}

#[test]
fn a_style_that_numbers_works_numbers_them_as_they_are_printed() {
    let env = env();
    env.runs("list new l --query '' --style ieee --order year --group-by language");
    let entries = env.json("list show l --to json");
    let starts: Vec<&str> = entries
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["text"].as_str().unwrap()[..3])
        .collect();
    assert_eq!(starts, ["[1]", "[2]", "[3]", "[4]"]);
}

#[test]
fn a_list_follows_works_that_are_renamed_merged_removed_and_imported_again() {
    let env = env();
    env.runs("list new l smith marx benkler");
    env.runs("list annotate l marx -m 'On Marx.'");
    env.runs("list annotate l smith -m 'On Smith.'");
    env.runs("rename marx marx1867");
    assert_eq!(
        printed(&env, "list show l"),
        ["benkler", "marx1867", "smith"]
    );
    env.runs("remove marx1867");
    let run = env.ends(1, "list show l");
    assert!(run.stderr.contains("marx1867 is pinned"), "{}", run.stderr);
    let shown = env.json("list describe l --json");
    assert_eq!(shown["missing"][0], "marx1867");
    assert_eq!(shown["unattached"][0]["annotation"], "On Marx.");
    assert_eq!(shown["unattached"][0]["in_library"], false);
    env.put(
        "again.bib",
        "@book{marx1867, author = {Marx, Karl}, title = {Capital}, year = 1990}",
    );
    env.runs("import again.bib");
    assert_eq!(
        printed(&env, "list show l"),
        ["benkler", "marx1867", "smith"]
    );
    assert_eq!(
        env.json("list describe l --json")["annotated"],
        serde_json::json!(["marx1867", "smith"])
    );
    // What the list says of both is said of the one that they are now.
    env.runs("dedupe merge smith marx1867");
    assert_eq!(printed(&env, "list show l"), ["benkler", "smith"]);
    let file = env.runs("list export l").stdout;
    assert!(
        file.contains("On Smith.") && file.contains("On Marx."),
        "{file}"
    );
    for _ in 0..4 {
        env.runs("undo");
    }
    assert_eq!(printed(&env, "list show l"), ["benkler", "marx", "smith"]);
}

#[test]
fn a_pinned_work_that_is_gone_can_be_taken_off() {
    let env = env();
    env.runs("list new l marx smith");
    env.runs("list annotate l marx -m Gone");
    env.runs("remove marx");
    env.ends(1, "list show l");
    let message = env.runs("list remove l marx").stderr;
    assert_eq!(message, "unpinned marx\n");
    env.runs("list show l");
    assert_eq!(
        env.json("list describe l --json")["unattached"][0]["key"],
        "marx"
    );
    env.runs("list annotate l marx --remove");
    assert_eq!(
        env.json("list describe l --json")["unattached"],
        serde_json::json!([])
    );
    env.refuses(1, "list remove l marx");
}

#[test]
fn a_style_is_chosen_by_what_it_leaves_out() {
    let env = env();
    env.runs("list new l --query 'smith OR benkler'");
    insta::assert_snapshot!(env.runs("list fit l --style apa --style ieee").stdout);
    let fits = env.json("list fit l --style apa --style ieee --json");
    let left_out = |style: usize, key: &str| -> Vec<String> {
        let works = fits[style]["works"].as_array().unwrap();
        let work = works.iter().find(|work| work["key"] == key).unwrap();
        work["left_out"]
            .as_array()
            .unwrap()
            .iter()
            .map(|left_out| left_out["field"].as_str().unwrap().to_owned())
            .collect()
    };
    // APA prints the original date and the translator, but no place; IEEE the place, but no original date.
    assert!(!left_out(0, "smith").contains(&"original date".to_owned()));
    assert!(left_out(0, "smith").contains(&"place".to_owned()));
    assert!(left_out(1, "smith").contains(&"original date".to_owned()));
    assert!(!left_out(1, "smith").contains(&"place".to_owned()));
    for style in [0, 1] {
        for always in ["title", "author", "date"] {
            assert!(!left_out(style, "benkler").contains(&always.to_owned()));
        }
    }
}

#[test]
fn a_list_can_be_part_of_another_but_not_of_itself() {
    let env = env();
    env.runs("list new one --query theme:value");
    env.runs("list pin one benkler");
    env.runs("list exclude one smith");
    env.runs("list new two --query 'list:one OR manifesto'");
    assert_eq!(printed(&env, "list show two"), ["anon", "benkler", "marx"]);
    let message = env.refuses(1, "list edit one --query list:two");
    assert!(message.contains("refers to itself"), "{message}");
    assert_eq!(printed(&env, "list show one"), ["benkler", "marx"]);
}

#[test]
fn annotations_are_printed_once_in_any_style() {
    let env = env();
    env.runs("list new l benkler --annotate annotation,abstract,tags");
    env.runs("list annotate l benkler -m 'Begin here.'");
    for style in ["apa", "ieee", "annotated-reading-list"] {
        let text = env
            .runs(&format!("list show l --style {style} --to markdown"))
            .stdout;
        for what in ["Begin here.", "On peer production.", "Tags: commons"] {
            assert_eq!(text.matches(what).count(), 1, "{style}: {what}\n{text}");
        }
        assert!(!text.contains("Mine alone."), "{style}\n{text}");
    }
    let text = env.runs("list show l --annotate note --to markdown").stdout;
    assert_eq!(text.matches("Mine alone.").count(), 1, "{text}");
    assert!(!text.contains("Begin here."), "{text}");
    let text = env.runs("list show l --annotate none --to markdown").stdout;
    assert!(!text.contains("On peer production."), "{text}");
}

#[test]
fn why_says_in_sentences_why_a_work_has_its_tags() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new l merten2000 --annotate why");
    let text = env.runs("list show l --to markdown").stdout;
    assert!(
        text.contains("Oekonux: Founder\u{2019}s early text, listed for Oekonux theories.")
            || text.contains("Oekonux: Founder's early text, listed for Oekonux theories."),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_list_is_edited_until_it_can_be_read() {
    let env = env();
    env.runs("list new l --query theme:value --title Value");
    // The first time the query is broken; the second time it is mended, below what was said of it.
    let run = with_editor(
        &env,
        "list edit l",
        "if grep -q '^# peerbib: ' \"$1\"; then sed -i 's/(theme:value/theme:labour/' \"$1\"; \
         else sed -i 's/^title = .*/title = \"Labour\"/; s/theme:value/(theme:value/' \"$1\"; fi",
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stderr, "edited l\n");
    assert_eq!(printed(&env, "list show l"), ["marx"]);
    assert_eq!(env.json("list describe l --json")["title"], "Labour");
    // One that is left as it is changes nothing, and what was written is kept.
    let run = with_editor(&env, "list edit l", "echo 'title = 1' > \"$1\"");
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("your text is saved"), "{}", run.stderr);
    assert_eq!(env.json("list describe l --json")["title"], "Labour");
    let run = with_editor(&env, "list edit l", ":");
    assert_eq!(run.stderr, "nothing was changed\n");
    let message = env.refuses(2, "list edit l");
    assert!(message.contains("--title"), "{message}");
}

#[cfg(unix)]
#[test]
fn an_annotation_is_written_in_the_editor() {
    let env = env();
    env.runs("list new l benkler");
    let run = with_editor(
        &env,
        "list annotate l benkler",
        "printf '\\nBegin *here*.\\n\\nThen go on.\\n\\n' >> \"$1\"",
    );
    assert_eq!(run.stderr, "annotated benkler in l\n");
    let file = env.runs("list export l").stdout;
    let annotation = toml::from_str::<toml::Table>(&file).unwrap();
    let annotation = annotation["work"][0]["annotation"].as_str().unwrap();
    assert_eq!(annotation, "Begin *here*.\n\nThen go on.");
    let run = with_editor(&env, "list annotate l benkler", ":");
    assert_eq!(run.stderr, "nothing was changed\n");
    let run = with_editor(
        &env,
        "list annotate l benkler",
        "sed -i 's/here/there/' \"$1\"",
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(env.runs("list export l").stdout.contains("Begin *there*."));
}
