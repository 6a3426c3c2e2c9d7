//! `peerbib style`, and that every style prints the chapter's list.

use std::path::Path;

use rayon::prelude::*;

use crate::test_env::TestEnvironment;

/// Prints the chapter's list in these styles, each in a run of its own.
fn print_the_list_in(env: &TestEnvironment, styles: &[String]) {
    let failed: Vec<String> = styles
        .par_iter()
        .filter_map(|style| {
            let run = env.peerbib(&["format", "--style", style, "--to", "text"], "");
            // A work that cannot be rendered is reported and printed plainly; the others are printed, too.
            let ended_well = matches!(run.code, Some(0 | 1));
            let list = run.stdout.to_lowercase();
            let whole = list.contains("benkler") && list.contains("dafermos");
            let told_well = !run.stderr.contains("error:");
            // A few styles are for citations alone, and say so.
            let has_no_list = run.stderr.contains("the style has no bibliography");
            let is_fine = ended_well && (whole && told_well || has_no_list);
            (!is_fine).then(|| format!("{style}: {run:?}"))
        })
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        styles.len(),
        failed.join("\n")
    );
}

#[test]
fn every_bundled_style_prints_the_list() {
    let env = TestEnvironment::with_chapter();
    let styles = env.json("style list --json");
    let styles: Vec<String> = styles
        .as_array()
        .unwrap()
        .iter()
        .map(|style| style["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(styles.len() > 50, "{styles:?}");
    print_the_list_in(&env, &styles);
}

/// The styles lie beside the checkout, where there are any.
#[test]
fn every_style_of_the_conformance_suite_prints_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/csl/styles");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("passed over: there is no folder {}", folder.display());
        return;
    };
    let mut styles: Vec<String> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "csl"))
        .map(|path| path.to_str().unwrap().to_owned())
        .collect();
    styles.sort();
    assert!(!styles.is_empty());
    print_the_list_in(&TestEnvironment::with_chapter(), &styles);
}

#[test]
fn styles_are_listed_with_their_titles_and_narrowed_by_a_word() {
    let env = TestEnvironment::empty();
    let all = env.runs("style list").stdout;
    assert!(
        all.contains("apa")
            && all.contains("compact-syllabus")
            && all.contains("annotated-reading-list")
    );
    let some = env.runs("style list chicago").stdout;
    assert!(some.contains("chicago-author-date"), "{some}");
    assert!(!some.contains("apa\n"), "{some}");
    let none = env.runs("style list zzzz");
    assert_eq!(none.stdout, "");
    assert!(none.stderr.contains("any .csl file"), "{}", none.stderr);
}

#[test]
fn style_check_reports_what_csl_does_not_have_with_its_place() {
    let env = TestEnvironment::empty();
    let style = |layout: &str| {
        format!(
            "<style xmlns=\"http://purl.org/net/xbiblio/csl\" class=\"in-text\" version=\"1.0\">\n\
             <info><title>House</title><id>house</id><updated>2026-01-01T00:00:00Z</updated></info>\n\
             <citation><layout>\n{layout}\n</layout></citation>\n</style>"
        )
    };
    env.put("good.csl", style("<text variable=\"title\"/>"));
    assert_eq!(env.runs("style check good.csl").stdout, "good.csl: valid\n");
    let json = env.json("style check good.csl --json");
    assert_eq!(
        json,
        serde_json::json!([{"path": "good.csl", "valid": true, "findings": []}])
    );
    env.put(
        "odd.csl",
        style("<date variable=\"issued\" form=\"text\" font-style=\"italic\"/>"),
    );
    let odd = env.runs("style check odd.csl").stdout;
    assert!(
        odd.starts_with("odd.csl: valid\nodd.csl: line 4, column 1: warning: citeproc-js ignores"),
        "{odd}"
    );
    env.put(
        "bad.csl",
        style("<text variable=\"titel\" text-case=\"upper\"/>"),
    );
    let sample = env.json("style show good.csl --json");
    assert_eq!(sample["title"], "House");
    assert!(sample["citations"][0].is_string());
    assert!(sample["bibliography"].is_null());
    let bad = env.ends(1, "style check bad.csl").stdout;
    assert!(
        bad.contains("bad.csl: line 4, column 1: error: CSL has no variable `titel`\n")
            && bad.contains("error: `text-case` is `upper`, but must be `lowercase`"),
        "{bad}"
    );
}
