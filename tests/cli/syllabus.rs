//! Reading lists as syllabi: sections for weeks, readings in several of them, dates and calendars.

use crate::test_env::TestEnvironment;

const WORKS: &str = "\
@book{wealth, author = {Benkler, Yochai}, title = {The Wealth of Networks}, date = {2006}, keywords = {theme:commons}}
@article{coase, author = {Benkler, Yochai}, title = {Coase's Penguin}, journaltitle = {Yale Law Journal}, volume = {112}, pages = {369--446}, date = {2002}}
@book{ostrom, author = {Ostrom, Elinor}, title = {Governing the Commons}, date = {1990}, keywords = {theme:commons}}
@book{smith, author = {Smith, Adam}, title = {The Wealth of Nations}, date = {1776}}
";

fn course() -> TestEnvironment {
    let env = TestEnvironment::with(WORKS);
    env.runs("list new course --title 'Peer Production' --style compact-syllabus");
    env
}

/// Returns the sections of a list with the keys of their works.
fn outline(env: &TestEnvironment, list: &str) -> Vec<(String, Vec<String>)> {
    let sections = env.json(&format!("list show {list} --outline --json"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    sections
        .as_array()
        .unwrap()
        .iter()
        .map(|section| {
            let works = section["works"].as_array().unwrap().iter();
            (
                text(&section["title"]),
                works.map(|work| text(&work["key"])).collect(),
            )
        })
        .collect()
}

fn section(title: &str, keys: &[&str]) -> (String, Vec<String>) {
    (
        title.to_owned(),
        keys.iter().map(|key| (*key).to_owned()).collect(),
    )
}

#[test]
fn the_query_of_a_section_brings_its_works_into_the_list() {
    let env = course();
    env.runs("list section add course --title Commons --query theme:commons");
    env.runs("list section add course --title Old --query year:..1999");
    assert_eq!(
        outline(&env, "course"),
        [
            section("Commons", &["wealth", "ostrom"]),
            section("Old", &["smith"])
        ]
    );
    assert_eq!(
        env.keys("list:course sort:key"),
        ["ostrom", "smith", "wealth"]
    );
    env.runs("list exclude course smith");
    assert_eq!(env.keys("list:course sort:key"), ["ostrom", "wealth"]);
    // Within the list, the query only selects among its works.
    env.runs("list section edit course Commons --within");
    assert_eq!(
        outline(&env, "course"),
        [section("Commons", &["ostrom"]), section("Old", &[])]
    );
}

#[test]
fn works_are_added_to_a_section_that_is_created_for_them() {
    let env = course();
    let said = env
        .runs("list add course wealth coase --section 'Week 10: Networks'")
        .stderr;
    assert!(
        said.contains("added the section \u{201c}Week 10: Networks\u{201d}"),
        "{said}"
    );
    env.runs("list add course ostrom --section 'Week 1'");
    env.runs("list add course smith --section 'week 10'");
    assert_eq!(
        outline(&env, "course"),
        [
            section("Week 10: Networks", &["coase", "wealth", "smith"]),
            section("Week 1", &["ostrom"])
        ],
        "the beginning of a title is enough if it is that of one section"
    );
    let message = env.refuses(1, "list add course smith --section 7");
    assert!(message.contains("no section"), "{message}");
    let said = env
        .runs("list add course smith --section New --dry-run")
        .stdout;
    assert!(
        said.contains("would put smith into the section \u{201c}New\u{201d}"),
        "{said}"
    );
    assert_eq!(outline(&env, "course").len(), 2);
    env.runs("undo");
    assert_eq!(outline(&env, "course")[0].1.len(), 2);
}

#[test]
fn a_work_is_read_in_several_weeks_with_pages_and_annotations_of_their_own() {
    let env = course();
    env.runs("list add course wealth --section 'Week 2' --pages 1-90 --note 'skim chapter 2'");
    env.runs("list add course wealth --section 'Week 5' --pages 'chapter 4'");
    env.runs("list annotate course wealth --section 'Week 2' -m 'The *argument*.'");
    env.runs("list annotate course wealth --section 'Week 5' -m 'The evidence.'");
    let text = env.runs("list show course --to markdown").stdout;
    let weeks: Vec<&str> = text.split("## ").collect();
    assert!(
        weeks[1].contains("pp.\u{a0}1\u{2013}90; skim chapter 2"),
        "{text}"
    );
    assert!(
        weeks[1].contains("The *argument*.") && !weeks[1].contains("evidence"),
        "{text}"
    );
    assert!(
        weeks[2].contains("chapter 4") && weeks[2].contains("The evidence."),
        "{text}"
    );
    for form in [
        "text",
        "html",
        "latex",
        "typst",
        "mediawiki",
        "rtf",
        "pandoc",
    ] {
        let text = env.runs(&format!("list show course --to {form}")).stdout;
        for what in ["argument", "evidence", "skim chapter 2", "chapter 4"] {
            assert!(text.contains(what), "{form} lacks {what}: {text}");
        }
    }
    let before = env.runs("list show course --to html").stdout;
    env.runs("list export course -o course.toml");
    env.runs("list remove course --yes");
    env.runs("list import course.toml");
    assert_eq!(env.runs("list show course --to html").stdout, before);
    env.runs("list remove course wealth --section 'Week 2'");
    assert_eq!(
        outline(&env, "course"),
        [section("Week 2", &[]), section("Week 5", &["wealth"])]
    );
    env.runs("list annotate course wealth --section 'Week 5' --pages ''");
    let outline = env.json("list show course --outline --json");
    assert_eq!(outline[1]["works"][0]["pages"], serde_json::Value::Null);
    assert_eq!(outline[1]["works"][0]["annotation"], "The evidence.");
}

#[test]
fn pages_and_notes_of_a_section_survive_merging_and_removing_its_work() {
    let env = course();
    env.runs("list add course wealth --section Networks --pages 1-2");
    env.runs("list add course smith --section Networks --note old");
    env.runs("dedupe merge wealth smith");
    let work = &env.json("list show course --outline --json")[0]["works"][0];
    assert_eq!(work["key"], "wealth");
    assert_eq!(work["pages"], "1-2");
    assert_eq!(work["note"], "old");
    env.runs("remove wealth --yes");
    assert_eq!(outline(&env, "course"), [section("Networks", &[])]);
    env.runs("undo");
    env.runs("rename wealth benkler2006");
    assert_eq!(
        outline(&env, "course"),
        [section("Networks", &["benkler2006"])]
    );
}

#[test]
fn the_outline_shows_dates_and_sections_without_works() {
    let env = course();
    env.runs("list section add course --title 'Week 1' --date 2026-10-12");
    env.runs("list section add course --title 'Week 2' --date 2026-10-19T14:15/16:00");
    env.runs("list add course wealth --section 2 --pages 1-28");
    env.runs("list add course ostrom");
    insta::assert_snapshot!(env.runs("list show course --outline").stdout);
    let text = env.runs("list show course --to text").stdout;
    assert!(text.contains("Week 1 (2026-10-12)\n"), "{text}");
    let message = env.refuses(2, "list section edit course 1 --date 12.10.2026");
    assert!(message.contains("2026-10-12T14:15/16:00"), "{message}");
}

#[test]
fn a_calendar_has_an_event_for_each_dated_section() {
    let env = course();
    let message = env.refuses(1, "list show course --to ics");
    assert!(message.contains("--date"), "{message}");
    env.runs("list section add course --title 'Week 1; \u{201c}Why, how?\u{201d}' --date 2026-10-12/2026-12-31 --introduction 'Bring your books.'");
    env.runs("list section add course --title 'Week 2' --date 2026-10-19T14:15/16:00");
    env.runs("list section add course --title Later");
    env.runs("list add course coase --section 'Week 2' --pages 369-381");
    env.runs("list show course -o course.ics");
    let calendar = std::fs::read_to_string(env.path("course.ics")).unwrap();
    assert_eq!(
        calendar.matches("\r\n").count(),
        calendar.matches('\n').count()
    );
    assert!(calendar.lines().all(|line| line.len() <= 75), "{calendar}");
    let unfolded = calendar.replace("\r\n ", "");
    let stamp = unfolded.split_once("DTSTAMP:").unwrap().1;
    let uid = unfolded
        .split_once("UID:")
        .unwrap()
        .1
        .split_once("\r\n")
        .unwrap()
        .0
        .to_owned();
    let made = uid.split_once("list-1-").unwrap().1;
    insta::assert_snapshot!(
        unfolded
            .replace(made, "MADE@peerbib")
            .replace(&stamp[..16], "NOW")
            .replace("\r\n", "\n")
    );
    // A calendar program recognizes the event when its title and date change.
    env.runs("list section edit course 1 --title Beginnings --date 2026-10-13");
    env.runs("list rename course seminar");
    let again = env.runs("list show seminar --to ics").stdout;
    assert!(again.contains(&uid), "{again}");
    assert!(
        again.contains("DTSTART;VALUE=DATE:20261013\r\nDTEND;VALUE=DATE:20261014\r\n"),
        "{again}"
    );
}

#[test]
fn an_annotation_that_the_list_hides_is_warned_about() {
    let env = course();
    env.runs("list add course wealth");
    let said = env.runs("list annotate course wealth -m Read").stderr;
    assert!(!said.contains("warning"), "{said}");
    env.runs("list edit course --annotate abstract");
    let said = env.runs("list annotate course wealth -m 'Read it'").stderr;
    assert!(
        said.contains("warning: course does not print annotations; `peerbib list edit course --annotate annotation,abstract`"),
        "{said}"
    );
    env.runs("list edit course --annotate annotation,abstract");
    assert!(
        env.runs("list show course --to text")
            .stdout
            .contains("Read it")
    );
}

#[test]
fn the_syllabus_style_prints_pages() {
    let env = course();
    env.runs("list add course coase");
    let text = env.runs("list show course --to text").stdout;
    assert!(
        text.contains("Yale Law Journal 112, pp. 369\u{2013}446"),
        "{text}"
    );
}
