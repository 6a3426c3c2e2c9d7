//! `peerbib timeline`

use crate::test_env::{Run, TestEnvironment};

/// Runs peerbib in a terminal's width.
fn in_columns(env: &TestEnvironment, columns: usize, line: &str) -> Run {
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(crate::test_env::words(line))
        .env("COLUMNS", columns.to_string())
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn widest(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

#[test]
fn the_chapter_at_a_glance_in_80_columns() {
    let run = in_columns(&TestEnvironment::with_chapter(), 80, "timeline");
    assert!(widest(&run.stdout) <= 80, "{}", run.stdout);
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
}

#[test]
fn the_chapter_at_a_glance_in_140_columns() {
    let run = in_columns(
        &TestEnvironment::with_chapter(),
        140,
        "timeline --no-events",
    );
    assert!(widest(&run.stdout) <= 140, "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn plain_characters_where_there_are_no_others() {
    let env = TestEnvironment::with_chapter();
    let run = in_columns(&env, 80, "timeline movement:oekonux --ascii --no-events");
    insta::assert_snapshot!(run.stdout);
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(["timeline", "movement:oekonux", "--no-events"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), run.stdout);
}

#[test]
fn a_query_leaves_the_lanes_that_its_works_stand_on() {
    let env = TestEnvironment::with_chapter();
    let lanes = |line: &str| -> Vec<String> {
        let timeline = env.json(line);
        let lanes = timeline["lanes"].as_array().unwrap().iter();
        lanes
            .map(|lane| lane["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        lanes("timeline author:benkler --json"),
        ["Berkman Klein Center circle"]
    );
    // A narrower movement says of which wider one it is a case.
    assert_eq!(
        lanes("timeline key:calafati2017local --json"),
        ["P2P Foundation", "Commons Transition", "New municipalism"]
    );
    // Without a query, all movements are drawn.
    let all = lanes("timeline --json");
    assert!(all.contains(&"Syriza working groups".to_owned()), "{all:?}");
}

#[test]
fn a_work_of_two_movements_is_on_both_lanes_and_one_of_none_on_the_last() {
    let env = TestEnvironment::with(
        "@book{a, title = {A}, date = {1990}, keywords = {course:one, course:two}}\n\
         @book{b, title = {B}, origdate = {1867}, date = {1990}, keywords = {course:two}}\n\
         @book{c, title = {C}, date = {2001}}\n@book{d, title = {D}, keywords = {course:one}}\n",
    );
    let timeline = env.json("timeline --by course --json");
    let keys = |lane: usize| -> Vec<String> {
        let works = timeline["lanes"][lane]["works"].as_array().unwrap().iter();
        works
            .map(|work| work["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (keys(0), keys(1), keys(2)),
        (
            vec!["a".into()],
            vec!["b".into(), "a".into()],
            vec!["c".into()]
        )
    );
    assert_eq!(timeline["lanes"][2]["label"], "Without a course");
    assert_eq!(timeline["lanes"][1]["works"][0]["year"], 1867);
    assert_eq!(timeline["undated"], serde_json::json!(["d"]));
    assert_eq!(
        (&timeline["first_year"], &timeline["last_year"]),
        (&1867.into(), &2001.into())
    );
    let message = env.runs("timeline --by course").stderr;
    assert_eq!(message, "1 work without a known year is not shown: d\n");
}

#[test]
fn works_of_one_label_are_distinguished() {
    let env = TestEnvironment::with(
        "@book{a, author = {Wren, Ada}, title = {A}, date = {1990}}\n\
         @book{b, author = {Wren, Ada}, title = {B}, date = {1990}}\n",
    );
    let timeline = env.json("timeline --json");
    let works = &timeline["lanes"][0]["works"];
    assert_eq!(
        (&works[0]["label"], &works[1]["label"]),
        (&"Wren 1990a".into(), &"Wren 1990b".into())
    );
}

#[test]
fn movements_without_a_work_of_the_library_tell_nothing() {
    let env = TestEnvironment::bare();
    env.runs("init");
    env.put("refs.bib", "@book{a, title = {A}, date = {1990}}");
    env.runs("import refs.bib");
    let timeline = env.json("timeline --json");
    assert_eq!(timeline["lanes"].as_array().unwrap().len(), 1);
    assert_eq!(timeline["lanes"][0]["label"], "Works");
    assert_eq!(timeline["title"], "Works by year");
}

#[test]
fn nothing_to_draw_is_reported() {
    let env = TestEnvironment::with("@book{a, title = {A}}\n@book{b, title = {B}}\n");
    for form in ["text", "svg", "html"] {
        let run = env.runs(&format!("timeline author:nobody --to {form}"));
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", "no works found\n")
        );
        let run = env.runs(&format!("timeline --to {form}"));
        assert_eq!(run.stdout, "");
        assert!(
            run.stderr.contains("2 works without a known year"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("nothing to draw"), "{}", run.stderr);
    }
}

#[test]
fn a_facet_that_is_not_there_is_refused_with_those_that_are() {
    let env = TestEnvironment::with_chapter();
    let message = env.refuses(1, "timeline --by colour");
    insta::assert_snapshot!(message, @r"
    error: no tag has the facet “colour”
    help: the facets are: movement, theme, status, cited-by
    ");
}

#[test]
fn the_extension_of_an_output_file_decides_its_format() {
    let env = TestEnvironment::with_chapter();
    for (name, beginning) in [
        ("a.svg", "<svg "),
        ("a.html", "<!DOCTYPE html>"),
        ("a.txt", "Works by year and movement\n"),
    ] {
        let run = env.runs(&format!("timeline -o {name}"));
        assert_eq!(run.stdout, "");
        let written = std::fs::read_to_string(env.path(name)).unwrap();
        assert!(written.starts_with(beginning), "{name}: {written}");
    }
    env.runs("timeline --json -o a.json");
    let written = std::fs::read_to_string(env.path("a.json")).unwrap();
    assert_eq!(written, env.runs("timeline --json").stdout);
    let message = env.refuses(1, "timeline movement:oekonux -o nowhere/a.svg");
    assert!(message.contains("cannot write nowhere/a.svg"), "{message}");
    env.ends(2, "timeline --to svg --width 10");
}

#[test]
fn a_work_on_a_page_leads_to_its_doi_or_to_its_row() {
    let env = TestEnvironment::with(
        "@article{a, author = {Hardin, G.}, title = {The <Tragedy>}, date = {1968}, doi = {10.1126/science.162#1}}\n\
         @book{b, author = {Wren, Ada}, title = {Nuts & \"bolts\"}, date = {1990}}\n\
         @book{c, author = {Mal, L.}, title = {C}, date = {1991}, url = {javascript:alert(1)}}\n",
    );
    let page = env.runs("timeline --to html").stdout;
    for part in [
        "<a href=\"https://doi.org/10.1126/science.162%231\">",
        "<title>Hardin 1968: The &lt;Tragedy&gt;</title>",
        "<a href=\"#b\">",
        "<tr id=\"b\">",
        "Nuts &amp; &quot;bolts&quot;",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("javascript:"));
    // A picture alone has no rows to lead to.
    assert!(!env.runs("timeline --to svg").stdout.contains("href=\"#"));
}

#[test]
fn a_stored_list_is_drawn_with_its_title_and_no_more_works_than_it_holds() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new early --title 'Early days' --query 'movement:oekonux year:..2004'");
    env.runs("list new three --query 'movement:oekonux sort:year limit:3'");
    env.runs("list exclude early merten2000");
    env.runs("list pin early benkler2006wealth");
    let held = |name: &str| {
        let list = env.json(&format!("list show {name} --group-by none --to json"));
        let keys = list.as_array().unwrap().iter();
        keys.map(|entry| entry["key"].as_str().unwrap().to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let drawn = |line: &str| {
        let timeline = env.json(line);
        let lanes = timeline["lanes"].as_array().unwrap().iter();
        lanes
            .flat_map(|lane| lane["works"].as_array().unwrap())
            .map(|work| work["key"].as_str().unwrap().to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let early = held("early");
    assert!(early.contains("benkler2006wealth") && !early.contains("merten2000"));
    for line in ["timeline early --json", "timeline --list early --json"] {
        assert_eq!(drawn(line), early, "{line}");
    }
    assert_eq!(held("three").len(), 3);
    assert_eq!(drawn("timeline --list three --json"), held("three"));
    assert_eq!(
        drawn("timeline --list early author:benkler --json"),
        std::iter::once("benkler2006wealth".to_owned()).collect()
    );
    assert!(env.runs("timeline early").stdout.starts_with("Early days"));
    let message = env.refuses(1, "timeline --list erly");
    assert!(message.contains("early"), "{message}");
}

#[test]
fn a_page_has_the_same_works_in_drawings_list_and_table() {
    let env = TestEnvironment::with_chapter();
    let json = env.json("timeline --json");
    env.runs("timeline -o timeline.html");
    env.runs("timeline -o timeline.csv");
    let page = std::fs::read_to_string(env.path("timeline.html")).unwrap();
    let table = std::fs::read_to_string(env.path("timeline.csv")).unwrap();
    for id in ["wide", "narrow"] {
        assert!(
            page.contains(&format!("aria-labelledby=\"{id}-title {id}-description\"")),
            "{id}"
        );
    }
    let (_, phone) = page.split_once("<div class=\"phone\">").unwrap();
    let (phone, _) = phone.split_once("<details>").unwrap();
    let lanes = json["lanes"].as_array().unwrap();
    let works: usize = lanes
        .iter()
        .map(|lane| lane["works"].as_array().unwrap().len())
        .sum();
    let events: usize = lanes
        .iter()
        .map(|lane| lane["events"].as_array().unwrap().len())
        .sum();
    let undated: usize = lanes
        .iter()
        .map(|lane| lane["undated"].as_array().unwrap().len())
        .sum();
    assert_eq!(phone.matches("<li><a href=").count(), works);
    assert_eq!(phone.matches("<li class=\"event\">").count(), events);
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(rows.records().count(), works + events + undated);
}

#[test]
fn a_drawing_has_the_words_of_the_configured_locale() {
    let env = TestEnvironment::with_chapter();
    env.runs("config set locale de-DE");
    env.runs("timeline -o chapter.svg");
    let drawing = std::fs::read_to_string(env.path("chapter.svg")).unwrap();
    assert!(
        drawing.contains("19 Werke") && drawing.contains("seit 2005"),
        "{drawing}"
    );
    assert!(!drawing.contains(" works"), "{drawing}");
    // What the terminal shows is English, as all messages are.
    let shown = env.runs("timeline").stdout;
    assert!(shown.starts_with("Works by year and movement"), "{shown}");
}
