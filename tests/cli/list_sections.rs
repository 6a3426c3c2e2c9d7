//! The sections of reading lists: by a facet, by year, by hand.

use crate::list::{env, printed};
use crate::test_env::TestEnvironment;

#[test]
fn works_are_grouped_by_what_a_reader_looks_for() {
    let env = env();
    env.runs("list new l --query ''");
    let by = |group: &str| printed(&env, &format!("list show l --group-by {group}"));
    assert_eq!(
        by("year"),
        [
            "1776: smith",
            "1867: marx",
            "2002: benkler",
            "No date: anon"
        ]
    );
    assert_eq!(
        by("decade"),
        [
            "1770s: smith",
            "1860s: marx",
            "2000s: benkler",
            "No date: anon"
        ]
    );
    assert_eq!(
        by("language"),
        [
            "English: benkler",
            "English: smith",
            "German: marx",
            "Language not stated: anon"
        ]
    );
    assert_eq!(
        by("type"),
        [
            "Articles: benkler",
            "Books: marx",
            "Books: smith",
            "Online texts: anon"
        ]
    );
    assert_eq!(
        by("author"),
        [
            "Yochai Benkler: benkler",
            "Karl Marx: marx",
            "Adam Smith: smith",
            "No author: anon"
        ]
    );
    assert_eq!(by("none"), ["anon", "benkler", "marx", "smith"]);
}

#[test]
fn a_work_with_two_tags_is_listed_under_each_or_under_the_first() {
    let env = env();
    env.runs("list new l --query '' --group-by theme");
    assert_eq!(
        printed(&env, "list show l"),
        [
            "value: marx",
            "value: smith",
            "labour: marx",
            "commons: anon",
            "commons: benkler"
        ]
    );
    let first = [
        "value: marx",
        "value: smith",
        "commons: anon",
        "commons: benkler",
    ];
    assert_eq!(printed(&env, "list show l --repeat first"), first);
    env.runs("list edit l --repeat first");
    assert_eq!(printed(&env, "list show l"), first);
    assert_eq!(
        printed(&env, "format --group-by theme --repeat first"),
        first
    );
}

#[test]
fn child_tags_are_headings_below_their_parents() {
    let env = env();
    env.runs("tags add theme:economy --label Economy");
    env.runs("tags add theme:value --label Value --parent theme:economy");
    env.runs("tag theme:economy smith benkler");
    env.runs("list new l --query '' --group-by theme");
    insta::assert_snapshot!(env.runs("list show l --to markdown").stdout);
    // A wider tag without works of its own is a heading all the same.
    env.runs("untag theme:economy smith benkler");
    let text = env.runs("list show l --to markdown").stdout;
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(
        headings,
        ["## labour", "## commons", "## Economy", "### Value"]
    );
}

#[test]
fn sections_written_by_hand_take_the_works_that_their_queries_find_first() {
    let env = env();
    env.runs("list new l --query ''");
    env.runs(
        "list section add l --title 'The classics' --introduction 'Read *slowly*.' \
         --query theme:value --order -year",
    );
    env.runs("list section add l --title German --query title:kapital");
    env.runs("list section add l --title Picked");
    assert_eq!(
        printed(&env, "list show l"),
        [
            "The classics: marx",
            "The classics: smith",
            "Further reading: anon",
            "Further reading: benkler"
        ]
    );
    env.runs("list section move l German --first");
    env.runs("list move l anon --section picked");
    env.runs("list edit l --rest 'And also'");
    assert_eq!(
        printed(&env, "list show l"),
        [
            "German: marx",
            "The classics: smith",
            "Picked: anon",
            "And also: benkler"
        ]
    );
    env.runs("list edit l --no-rest");
    assert_eq!(
        printed(&env, "list show l"),
        ["German: marx", "The classics: smith", "Picked: anon"]
    );
    env.runs("list section edit l 1 --title 'In German' --query ''");
    env.runs("list section remove l Picked");
    assert_eq!(
        printed(&env, "list show l"),
        ["The classics: marx", "The classics: smith"]
    );
    let message = env.refuses(1, "list section edit l Clasics --order year");
    assert!(message.contains("The classics"), "{message}");
    env.refuses(1, "list section add l --title X --query theme:nothing");
    env.refuses(1, "list section add l --title 'The classics'");
    insta::assert_snapshot!(env.runs("list describe l").stdout);
}

#[test]
fn the_rest_is_grouped_below_its_heading() {
    let env = env();
    env.runs("list new l --query '' --group-by decade");
    env.runs("list section add l --title Manifestos --query manifesto");
    let text = env.runs("list show l --to markdown").stdout;
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("##")).collect();
    assert_eq!(
        headings,
        [
            "## Manifestos",
            "## Further reading",
            "### 1770s",
            "### 1860s",
            "### 2000s"
        ]
    );
}

#[test]
fn works_are_put_into_an_order_within_their_section() {
    let env = env();
    env.runs("list new l --query ''");
    env.runs("list section add l --title Value --query theme:value --order year");
    assert_eq!(
        printed(&env, "list show l")[..2],
        ["Value: smith", "Value: marx"]
    );
    env.runs("list move l marx --before smith");
    assert_eq!(
        printed(&env, "list show l")[..2],
        ["Value: marx", "Value: smith"]
    );
}

#[test]
fn a_section_without_works_leaves_no_blank_line() {
    let env = env();
    env.runs("list new l");
    env.runs("list section add l --title Later --introduction 'To be written.'");
    assert_eq!(
        env.runs("list show l --to text").stdout,
        "Later\n-----\n\nTo be written.\n"
    );
    assert_eq!(
        env.runs("list show l --to markdown").stdout,
        "## Later\n\nTo be written.\n"
    );
}

#[test]
fn a_list_with_its_prose_is_printed_in_every_format() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new l --title 'Peer production' --query theme:germ-form --introduction 'A *short* list.'");
    env.runs("list section add l --title Beginnings --introduction 'Where it began.' --query year:..2005");
    env.runs("list annotate l meretz2012ten -m 'The **peerconomy**.'");
    for form in [
        "text",
        "markdown",
        "html",
        "latex",
        "typst",
        "mediawiki",
        "rtf",
    ] {
        let text = env.runs(&format!("list show l --to {form}")).stdout;
        for what in [
            "short",
            "Where it began.",
            "peerconomy",
            "Beginnings",
            "Further reading",
        ] {
            assert!(text.contains(what), "{form} lacks {what}:\n{text}");
        }
    }
    env.runs("list show l --output list.docx");
    assert!(env.path("list.docx").exists());
}

#[test]
fn headings_are_in_the_language_of_the_list() {
    let env = env();
    env.runs("list new l --query '' --locale de-DE");
    let headings = |line: &str| -> Vec<String> {
        let text = env.runs(&format!("{line} --to markdown")).stdout;
        let lines = text.lines().filter_map(|line| line.strip_prefix("## "));
        lines.map(str::to_owned).collect()
    };
    let decades = ["1770er Jahre", "1860er Jahre", "2000er Jahre", "Ohne Jahr"];
    assert_eq!(headings("list show l --group-by decade"), decades);
    assert_eq!(
        headings("list show l --group-by language"),
        ["Deutsch", "Englisch", "Ohne Angabe der Sprache"]
    );
    assert_eq!(
        headings("list show l --group-by type --locale fr-FR"),
        ["Articles", "Livres", "Textes en ligne"]
    );
    // The language of a style is that of its lists; one without headings of its own has the English ones.
    assert_eq!(
        headings("format --group-by decade --locale fi-FI")[0],
        "1770s"
    );
    let xml = include_str!("../../styles/compact-syllabus.csl");
    env.put(
        "haus.csl",
        xml.replace(
            "class=\"in-text\"",
            "class=\"in-text\" default-locale=\"de-DE\"",
        ),
    );
    assert_eq!(
        headings("format --group-by decade --style haus.csl"),
        decades
    );
    env.runs("list edit l --locale ''");
    assert_eq!(
        headings("list show l --group-by decade --style haus.csl"),
        decades
    );
    // What a person wrote stays as it is; what nobody wrote is said in the language of the list.
    env.runs("list section add l --title Value --query theme:value");
    assert_eq!(headings("list show l"), ["Value", "Further reading"]);
    assert_eq!(
        headings("list show l --locale nl"),
        ["Value", "Verder lezen"]
    );
    env.runs("list edit l --rest 'And also'");
    assert_eq!(headings("list show l --locale nl"), ["Value", "And also"]);
}
