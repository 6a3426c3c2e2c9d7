//! `peerbib check`

use serde_json::{Value, json};

use crate::desk::Desk;

/// A fault for every rule.
const FAULTY: &str = "\
@article{shouted,
  author = {WREN, ADA et al.},
  title  = { Nests },
  doi    = {https://doi.org/10.1000/nests},
  issn   = {2213-5317},
  pages  = {12-34},
  date   = {March 2006},
}
@bok{typo, author = {University of Ghent}, title = {Twigs}, isbn = {978-0-300-11056-3}, date = {2006}}
@online{page,
  author = {Ada Wren & Bo Finch},
  title = {A page},
  url = {www.example.org},
  note = {TODO: when was this?},
  publsiher = {P},
  Title = {Another},
}
@misc{unsure, author = {Finch, Bo}, date = {2001}, identification = {unresolved}}
@book{fine, author = {Finch, Bo}, title = {Fine}, date = {2001}, isbn = {978-0-300-11056-2}}
";

fn rules_of(findings: &Value, key: &str) -> Vec<String> {
    let findings = findings.as_array().unwrap().iter();
    let mut rules: Vec<_> = findings
        .filter(|finding| finding["key"] == key)
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect();
    rules.sort();
    rules
}

fn findings(desk: &Desk, line: &str) -> Value {
    serde_json::from_str(&desk.ends(1, line).stdout).unwrap()
}

#[test]
fn works_of_which_it_is_not_certain_which_is_meant_are_counted() {
    let desk = Desk::with_chapter();
    let run = desk.ends(1, "check");
    let counts: Vec<_> = ["certain", "probable", "unresolved"]
        .map(|kind| desk.keys(&format!("identification:{kind}")).len())
        .into();
    assert_eq!(counts.iter().sum::<usize>(), 43);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(
        run.stderr.contains(&format!(
            "43 works checked: {} certain, {} probable, {} unresolved",
            counts[0], counts[1], counts[2]
        )),
        "{}",
        run.stderr
    );
}

#[test]
fn the_shipped_works_lack_only_what_is_not_known() {
    let desk = Desk::with_chapter();
    desk.runs("import peerbib:commons");
    let findings = findings(&desk, "check --json");
    for finding in findings.as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        let known = ["identification", "access-date", "missing-field"];
        assert!(known.contains(&rule), "{finding}");
    }
    assert_eq!(
        rules_of(&findings, "bauwens2002"),
        ["identification"],
        "what it lacks is told once"
    );
}

#[test]
fn every_rule_finds_what_it_is_there_for() {
    let desk = Desk::with(FAULTY);
    let found = findings(&desk, "check --json");
    assert_eq!(
        rules_of(&found, "shouted"),
        [
            "date",
            "doi",
            "issn",
            "missing-field",
            "name",
            "pages",
            "white-space"
        ]
    );
    assert_eq!(
        rules_of(&found, "typo"),
        ["isbn", "organisation", "unknown-type"]
    );
    assert_eq!(
        rules_of(&found, "page"),
        [
            "access-date",
            "duplicate-field",
            "name",
            "private-note",
            "unknown-field",
            "url"
        ]
    );
    assert_eq!(rules_of(&found, "unsure"), ["identification"]);
    assert_eq!(rules_of(&found, "fine"), [""; 0]);
    let mut all: Vec<_> = ["shouted", "typo", "page", "unsure"]
        .iter()
        .flat_map(|key| rules_of(&found, key))
        .collect();
    all.sort();
    all.dedup();
    let rules = desk.json("check --rules --json");
    let mut names: Vec<_> = rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(all, names, "no rule is left out");
}

#[test]
fn a_finding_says_what_and_how_to_mend_it() {
    let desk = Desk::with(FAULTY);
    let run = desk.ends(1, "check");
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
}

#[test]
fn json_has_a_contract() {
    let desk = Desk::with(FAULTY);
    assert_eq!(
        findings(&desk, "check key:typo --rule isbn --json"),
        json!([{
            "key": "typo", "field": "isbn", "rule": "isbn", "severity": "error", "fixable": false,
            "message": "wrong check digit: 978-0-300-11056-3",
            "help": "compare it with the source: a digit is wrong, or two are swapped",
        }])
    );
    assert_eq!(desk.json("check key:fine --json"), json!([]));
}

#[test]
fn a_file_is_checked_without_a_library_and_its_lines_are_named() {
    let desk = Desk::empty();
    desk.put("refs.bib", FAULTY);
    let found = findings(
        &desk,
        "check --file refs.bib --rule doi --rule isbn --rule unknown-field --json",
    );
    let places: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            assert!(finding["file"].as_str().unwrap().ends_with("/refs.bib"));
            (
                finding["rule"].as_str().unwrap(),
                finding["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(places, [("doi", 4), ("isbn", 9), ("unknown-field", 15)]);
    let told = desk.without_place(&desk.ends(1, "check --file refs.bib --rule doi").stdout);
    assert!(
        told.starts_with("DESK/refs.bib:4: shouted, doi: note:"),
        "{told}"
    );
    assert!(!desk.path("data").exists());
    let run = desk.peerbib(&["check", "--file", "-", "--rule", "doi"], FAULTY);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_file_with_an_entry_that_cannot_be_read_has_a_finding() {
    let desk = Desk::empty();
    desk.put("refs.bib", "@misc{a, title = {A}}\n@misc{b, title = {B}\n");
    let run = desk.ends(1, "check --file refs.bib");
    assert!(
        run.stderr.contains("refs.bib:2: error: b:"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_value_inherited_from_another_entry_is_not_missing() {
    let desk = Desk::with(
        "@inbook{a, author = {Wren, Ada}, title = {A}, crossref = {b}}\n@book{b, author = {Finch, Bo}, title = {B}, date = {2001}}\n",
    );
    desk.runs("check");
    desk.put("refs.bib", desk.runs("export").stdout);
    desk.runs("check --file refs.bib");
}

#[test]
fn what_is_certain_is_mended_in_one_step_and_taken_back_in_one() {
    let desk = Desk::with(FAULTY);
    let before = desk.state();
    let run = desk.ends(1, "check --fix --json");
    let left: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        rules_of(&left, "shouted"),
        ["date", "issn", "missing-field", "name"]
    );
    assert!(
        left.as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["fixable"] == false)
    );
    assert!(
        run.stderr
            .contains("shouted, doi: https://doi.org/10.1000/nests is now 10.1000/nests"),
        "{}",
        run.stderr
    );
    assert_eq!(
        desk.runs("show shouted --source").stdout,
        "@article{shouted,
  author = {WREN, ADA and others},
  title  = {Nests},
  doi    = {10.1000/nests},
  issn   = {2213-5317},
  pages  = {12--34},
  date   = {March 2006},
}
"
    );
    let after = desk.state();
    assert_ne!(before, after);
    assert_eq!(
        desk.json("find shouted --json").as_array().unwrap().len(),
        1,
        "it is found as before"
    );
    desk.runs("undo");
    assert_eq!(before, desk.state());
    desk.runs("redo");
    assert_eq!(after, desk.state());
    let log = desk.runs("log --json").stdout;
    desk.ends(1, "check --fix");
    assert_eq!(after, desk.state());
    assert_eq!(
        log,
        desk.runs("log --json").stdout,
        "there was nothing left to mend"
    );
}

#[test]
fn a_rehearsal_says_what_would_be_mended_and_changes_nothing() {
    let desk = Desk::with(FAULTY);
    let state = desk.state();
    let told = desk.ends(1, "check --fix --dry-run --rule doi").stderr;
    assert!(told.contains("would become 10.1000/nests"), "{told}");
    assert!(told.contains("nothing was changed"), "{told}");
    assert!(!told.contains("12--34"), "only this rule: {told}");
    assert_eq!(state, desk.state());
}

#[test]
fn what_was_mended_leaves_with_the_file_and_nothing_else_is_changed() {
    let desk = Desk::with(&format!(
        "% before\n@string{{x = {{X}}}}\n{FAULTY}% behind\n"
    ));
    desk.runs("check --fix --rule pages");
    assert_eq!(
        desk.runs("export").stdout,
        format!("% before\n@string{{x = {{X}}}}\n{FAULTY}% behind\n").replace("12-34", "12--34")
    );
}

#[test]
fn an_unknown_rule_suggests_another() {
    let desk = Desk::with(FAULTY);
    let told = desk.refuses(2, "check --rule isbm");
    assert!(
        told.contains("\u{201c}isbm\u{201d}") && told.contains("did you mean isbn?"),
        "{told}"
    );
    let told = desk.refuses(2, "check --rule zzz");
    assert!(told.contains("peerbib check --rules"), "{told}");
    desk.refuses(2, "check --file refs.bib --fix");
    desk.refuses(2, "check --dry-run");
}

#[test]
fn what_typst_refuses_drops_or_prints_otherwise_is_reported() {
    let desk = Desk::empty();
    desk.put(
        "refs.bib",
        "@book{fine, author = {Wren, Ada}, title = {Nests}, date = {2001}}\n\
         @article{sub,\n  author = {Wren, Ada},\n  title = {Nests},\n  subtitle = {A Study},\n  journaltitle = {J},\n  date = {2001}}\n\
         @book{range, author = {Wren, Ada}, title = {Nests}, date = {2001/2003}}\n\
         @book{bad, title = {Nests}, publisher = nowhere}\n\
         @book{fine, author = {Finch, Bo}, title = {Twigs}, date = {2002}}\n",
    );
    let run = desk.ends(1, "check --file refs.bib --for typst");
    insta::assert_snapshot!(desk.without_place(&run.stdout));
    let json = findings(&desk, "check --file refs.bib --for typst --json");
    assert_eq!(json[0]["rule"], "typst-dropped");
    assert_eq!(json[0]["field"], "subtitle");
    assert_eq!(json[0]["line"], 5);
    desk.put(
        "good.bib",
        "@book{a, author = {Wren, Ada}, title = {Nests}, date = {2001}}\n",
    );
    desk.runs("check --file good.bib --for typst");
}

#[test]
fn works_of_the_library_are_checked_for_typst_with_what_they_inherit() {
    let desk = Desk::with(
        "@incollection{part, author = {Wren, Ada}, title = {Nests}, crossref = {whole}}\n\
         @collection{whole, editor = {Finch, Bo}, title = {Birds}, subtitle = {All}, publisher = {P}, date = {2001}}\n\
         @inbook{one, title = {One}, crossref = {two}}\n@inbook{two, title = {Two}, crossref = {one}}\n",
    );
    let json = findings(&desk, "check key:part --for typst --json");
    assert_eq!(json.as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json[0]["field"], "booksubtitle");
    let json = findings(&desk, "check key:one --for typst --json");
    assert_eq!(json[0]["rule"], "typst-refused");
    assert_eq!(
        json[0]["message"],
        "Typst crashes on a cycle of crossref or xdata"
    );
}
