//! Editions of reading lists, and what changed since.

use crate::list::{env, printed};
use crate::test_env::{TestEnvironment, redact_times};

/// A env with a list of three works and its edition `spring`.
fn frozen() -> TestEnvironment {
    let env = env();
    env.runs("list new l --query 'theme:value OR theme:commons' --title Commons --group-by theme --repeat first");
    env.runs("list annotate l marx -m 'On *Marx*.'");
    let message = env.runs("list snapshot l --name spring").stderr;
    assert_eq!(message, "saved a snapshot of l as spring: 4 works\n");
    env
}

#[test]
fn a_snapshot_is_printed_as_it_was() {
    let env = frozen();
    let before = env.runs("list show l --to markdown").stdout;
    env.runs("edit marx --set title=Capital");
    env.runs("rename smith smith1776");
    env.runs("remove benkler");
    env.runs("untag theme:value marx");
    env.runs("list edit l --title Other --style ieee --group-by none");
    let after = env
        .runs("list show l --snapshot spring --to markdown")
        .stdout;
    assert_eq!(before, after);
    let bib = env
        .runs("list show l --snapshot spring --to biblatex")
        .stdout;
    assert!(
        bib.contains("Das Kapital") && bib.contains("Penguin"),
        "{bib}"
    );
    assert!(!bib.contains("Mine alone."), "{bib}");
    let ieee = env
        .runs("list show l --snapshot spring --style ieee")
        .stdout;
    assert!(ieee.contains("[1]"), "{ieee}");
    env.refuses(2, "list show l --snapshot spring --order year");
    let message = env.refuses(1, "list show l --snapshot sprung");
    assert!(message.contains("did you mean spring?"), "{message}");
}

#[test]
fn a_diff_says_which_works_came_went_and_changed() {
    let env = frozen();
    assert!(
        env.runs("list diff l")
            .stderr
            .contains("no changes since spring")
    );
    env.put(
        "new.bib",
        "@book{ostrom, author={Ostrom, Elinor}, title={Governing the Commons}, year=1990, keywords={theme:commons}}",
    );
    env.runs("import new.bib");
    env.runs("edit smith --set location=London --unset series");
    env.runs("rename benkler benkler2002");
    env.runs("list annotate l anon -m 'Not signed.'");
    env.runs("remove marx");
    let run = env.ends(1, "list diff l");
    insta::assert_snapshot!(run.stdout);
    let changes: serde_json::Value =
        serde_json::from_str(&env.ends(1, "list diff l spring --json").stdout).unwrap();
    assert_eq!(changes["from"], "spring");
    assert_eq!(changes["added"][0]["key"], "ostrom");
    assert_eq!(changes["removed"][0]["key"], "marx");
    assert_eq!(changes["unattached"][0]["key"], "marx");
    assert_eq!(changes["unattached"][0]["annotation"], "On *Marx*.");
    let changed = changes["changed"].as_array().unwrap();
    let smith = changed.iter().find(|work| work["key"] == "smith").unwrap();
    let fields: Vec<&str> = smith["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["location", "series"]);
}

#[test]
fn a_private_note_is_no_change_of_a_list() {
    let env = frozen();
    env.runs("edit benkler --set 'annotation=Something else' --set owner=ada");
    env.runs("list diff l");
}

#[test]
fn a_work_that_left_the_query_and_one_that_was_merged_are_distinguished() {
    let env = frozen();
    env.runs("untag theme:commons anon");
    env.runs("dedupe merge smith marx");
    let changes: serde_json::Value =
        serde_json::from_str(&env.ends(1, "list diff l --json").stdout).unwrap();
    let went: Vec<(&str, &str)> = changes["removed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|work| {
            (
                work["key"].as_str().unwrap(),
                work["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        went,
        [
            ("marx", "merged into smith"),
            ("anon", "no longer in the list")
        ]
    );
}

#[test]
fn snapshots_are_listed_compared_and_removed() {
    let env = frozen();
    let message = env.refuses(1, "list snapshot l --name spring");
    assert!(message.contains("already"), "{message}");
    env.runs("list exclude l anon");
    env.runs("list snapshot l --name autumn");
    let editions = env.json("list snapshots l --json");
    assert_eq!(editions[0]["name"], "spring");
    assert_eq!(editions[0]["works"], 4);
    assert_eq!(editions[1]["works"], 3);
    let run = env.ends(1, "list diff l spring autumn");
    assert!(run.stdout.contains("- anon"), "{}", run.stdout);
    env.runs("list diff l autumn");
    let run = env.ends(1, "list diff l autumn spring");
    assert!(run.stdout.contains("+ anon"), "{}", run.stdout);
    env.runs("list snapshots l --remove spring");
    assert_eq!(
        env.json("list snapshots l --json")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    env.runs("undo");
    assert_eq!(env.json("list snapshots l --json")[0]["name"], "spring");
}

#[test]
fn a_list_without_snapshots_has_nothing_to_compare_with() {
    let env = env();
    env.runs("list new l marx");
    let message = env.refuses(1, "list diff l");
    assert!(message.contains("peerbib list snapshot l"), "{message}");
    assert!(
        env.runs("list snapshots l")
            .stderr
            .contains("has no snapshots")
    );
}

#[test]
fn the_changelog_covers_all_snapshots() {
    let env = frozen();
    env.runs("list exclude l anon");
    env.runs("edit marx --set title=Capital");
    env.runs("list snapshot l --name autumn");
    env.runs("list add l anon");
    let log = redact_times(&env.runs("list changelog l").stdout);
    let day = env.json("list snapshots l --json")[0]["saved_at"]
        .as_str()
        .unwrap()
        .split('T')
        .next()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(log.replace(&day, "DAY"));
    env.runs("list changelog l -o CHANGES.md");
    assert!(env.path("CHANGES.md").exists());
}

#[test]
fn snapshots_survive_undo_and_redo() {
    let env = frozen();
    env.runs("undo");
    env.refuses(1, "list show l --snapshot spring");
    env.runs("redo");
    assert_eq!(
        printed(&env, "list show l --snapshot spring"),
        printed(&env, "list show l")
    );
}
