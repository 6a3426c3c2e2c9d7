//! `peerbib quickstart`, and that the chapter's works arrive whole.

use std::collections::BTreeMap;

use crate::facts::{Value, chapter_facts, entries};
use crate::test_env::{TestEnvironment, words};

#[test]
fn a_second_quickstart_adds_nothing_and_prints_the_same_list() {
    let env = TestEnvironment::empty();
    let first = env.runs("quickstart");
    let state = env.state();
    let log = env.runs("log --json").stdout;
    let second = env.runs("quickstart");
    assert!(first.stderr.contains("69 works, 69 of them new"));
    assert!(second.stderr.contains("69 works, 0 of them new"));
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(state, env.state());
    assert_eq!(log, env.runs("log --json").stdout, "it is no step, either");
}

#[test]
fn quickstart_prints_the_works_by_movement_in_the_order_of_the_vocabulary() {
    let list = TestEnvironment::empty().runs("quickstart").stdout;
    let place = |text: &str| {
        list.find(text)
            .unwrap_or_else(|| panic!("no {text}: {list}"))
    };
    let headings = [
        "Berkman Klein Center circle\n",
        "\nOekonux\n",
        "\nP2P Foundation\n",
    ];
    assert!(headings.map(place).is_sorted(), "{list}");
    assert!(place("Benkler, Y. (2006). The wealth of networks") < place("\nOekonux\n"));
    assert!(place("Siefkes, C. (2007). From exchange to contributions") > place("\nOekonux\n"));
}

#[test]
fn quickstart_prints_every_work_of_the_list_of_references_and_no_other() {
    let env = TestEnvironment::empty();
    let list = env.runs("quickstart").stdout;
    let references = env.keys("cited-by:dafermos2021prophets");
    let listed: Vec<_> = chapter_facts()
        .into_iter()
        .filter(|fact| fact.in_reference_list)
        .collect();
    assert_eq!(references.len(), listed.len());
    let in_list = |title: &str| list.to_lowercase().contains(&title.to_lowercase());
    for fact in &listed {
        assert!(references.contains(&fact.key), "{}", fact.key);
        let Some(Value::Text(title)) = fact.fields.get("title") else {
            panic!("{} has no title", fact.key);
        };
        let title = title.replace('"', "\u{201c}");
        let (start, _) = title.split_once('\u{201c}').unwrap_or((&title, ""));
        let start = start.replace('\'', "\u{2019}");
        assert!(in_list(start.trim()), "{}: {start}", fact.key);
    }
    assert!(!in_list("prophets and advocates"), "{list}");
}

#[test]
fn no_movement_and_no_theme_is_empty_after_quickstart() {
    let env = TestEnvironment::with_chapter();
    for facet in ["movement", "theme"] {
        let tags = env.json(&format!("tags {facet} --json"));
        for tag in tags.as_array().unwrap() {
            assert!(tag["works"].as_i64().unwrap() > 0, "{tag}");
        }
    }
}

#[test]
fn what_quickstart_says_to_try_next_works() {
    let env = TestEnvironment::empty();
    let message = env.runs("quickstart").stderr;
    let (_, next) = message.split_once("Try next:").unwrap();
    let lines: Vec<_> = next.trim().lines().map(str::trim).collect();
    assert_eq!(lines.len(), 3, "{message}");
    for line in lines {
        let run = env.peerbib(&words(line.strip_prefix("peerbib ").unwrap()), "");
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
        assert_ne!(run.stdout, "", "{line}");
    }
}

#[test]
fn quickstart_makes_the_default_library() {
    let env = TestEnvironment::empty();
    let message = env.runs("quickstart").stderr;
    assert!(env.library().is_file());
    assert!(
        message.contains(env.library().to_str().unwrap()),
        "it says where the library is: {message}"
    );
}

#[test]
fn quickstart_leaves_the_works_alone_that_are_there() {
    let env = TestEnvironment::with(
        "@book{mine, author = {Wren, Ada}, title = {Nests}, date = {2015}}\n",
    );
    let list = env.runs("quickstart");
    assert!(
        list.stderr.contains("70 works, 69 of them new"),
        "{}",
        list.stderr
    );
    assert!(!list.stdout.contains("Wren, A. (2015)"), "{}", list.stdout);
    assert_eq!(env.keys("author:wren"), ["mine"]);
}

#[test]
fn every_work_of_the_facts_is_in_the_library_field_by_field() {
    let env = TestEnvironment::empty();
    env.runs("quickstart");
    let exported = env.runs("export").stdout;
    let facts = chapter_facts();
    let library = entries(&exported);
    assert_eq!(
        facts
            .iter()
            .map(|fact| fact.key.as_str())
            .collect::<Vec<_>>(),
        library.iter().map(|entry| entry.key).collect::<Vec<_>>()
    );
    assert_eq!(facts.len(), 69);
    assert!(!exported.contains("annotation") && !exported.contains("identification"));
    for (fact, entry) in facts.iter().zip(&library) {
        assert_eq!(fact.entry_type, entry.entry_type, "{}", fact.key);
        fact.is_wholly_in(entry);
        fact.accounts_for(entry);
    }
}

#[test]
fn show_has_every_work_of_the_facts_as_it_was_written() {
    let env = TestEnvironment::with_chapter();
    for fact in chapter_facts() {
        let shown = env.json(&format!("show {} --json", fact.key));
        let source = shown[0]["source"].as_str().unwrap();
        let [entry] = entries(source).try_into().unwrap();
        assert_eq!(entry.key, fact.key);
        for (field, value) in &fact.fields {
            let found = entry.value(field);
            assert_eq!(Some(value), found.as_ref(), "{field} of {}", fact.key);
        }
        assert_eq!(shown[0]["type"], fact.entry_type.as_str(), "{}", fact.key);
        let year = fact.fields.get("date").map(|date| match date {
            Value::Text(date) => date[..4].parse::<i64>().unwrap(),
            Value::Names(_) => panic!("a date is no name"),
        });
        assert_eq!(shown[0]["year"].as_i64(), year, "{}", fact.key);
    }
}

#[test]
fn every_tag_of_the_facts_is_on_its_work_with_its_reason() {
    let mut beyond = 0;
    let env = TestEnvironment::empty();
    env.runs("quickstart");
    for fact in chapter_facts() {
        let mut expected = BTreeMap::new();
        let tagged = [("movement", &fact.movement), ("theme", &fact.theme)];
        for (facet, reasons) in tagged {
            for reason in reasons {
                expected.insert(format!("{facet}:{}", reason.tag), reason.why.clone());
            }
        }
        for reason in &fact.tags_from_the_work {
            let facet = reason.facet.as_deref().unwrap();
            expected.insert(format!("{facet}:{}", reason.tag), reason.why.clone());
        }
        let why = env.json(&format!("why {} --json", fact.key));
        let found: BTreeMap<_, _> = why[0]["tags"]
            .as_array()
            .unwrap()
            .iter()
            // A rule may lead to the same tag; see `the_shipped_rules_are_true`.
            .filter(|tag| tag["origin"] == "import")
            .filter(|tag| {
                let name = tag["tag"].as_str().unwrap();
                name.starts_with("movement:") || name.starts_with("theme:")
            })
            .map(|tag| {
                let text = |name: &str| tag[name].as_str().unwrap().to_owned();
                (text("tag"), text("reason"))
            })
            .collect();
        // The vocabulary has some tags beyond those of the facts.
        for (tag, why) in &expected {
            assert_eq!(found.get(tag), Some(why), "{tag} of {}", fact.key);
        }
        beyond += found.len() - expected.len();
    }
    assert_eq!(beyond, 5);
}
