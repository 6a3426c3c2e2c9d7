//! `peerbib check`

use serde_json::{Value, json};

use crate::test_env::TestEnvironment;

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
@misc{unsure, author = {Finch, Bo}, title = {Perhaps}, date = {2001}, keywords = {status:unverified}}
@book{german, author = {Finch, Bo}, title = {Das Ende der Welt}, date = {2001}}
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

fn findings(env: &TestEnvironment, line: &str) -> Value {
    serde_json::from_str(&env.ends(1, line).stdout).unwrap()
}

#[test]
fn unverified_works_are_counted_and_reported_with_the_reason() {
    let env = TestEnvironment::with_chapter();
    let unverified = env.keys("status:unverified");
    assert!(!unverified.is_empty());
    let run = env.ends(1, "check --rule unverified");
    assert!(
        run.stderr.contains(&format!(
            "69 works checked, {} of them unverified",
            unverified.len()
        )),
        "{}",
        run.stderr
    );
    for key in unverified {
        assert!(
            run.stdout.contains(&format!("{key}: note: unverified: ")),
            "{key}"
        );
    }
    assert!(
        run.stdout.contains(
            "stallman1985gnu: note: unverified: No source confirms: volume, number, date"
        ),
        "{}",
        run.stdout
    );
}

#[test]
fn a_work_that_was_verified_is_no_longer_reported() {
    let env = TestEnvironment::with_chapter();
    env.runs("tag status:verified stallman1985gnu");
    assert_eq!(env.keys("key:stallman1985gnu status:unverified"), [""; 0]);
    assert_eq!(
        env.keys("key:stallman1985gnu status:verified"),
        ["stallman1985gnu"]
    );
    env.runs("check stallman1985gnu --rule unverified");
    env.runs("quickstart");
    assert_eq!(env.keys("key:stallman1985gnu status:unverified"), [""; 0]);
}

#[test]
fn the_shipped_works_have_neither_errors_nor_warnings() {
    let env = TestEnvironment::with_chapter();
    let chapter = findings(&env, "check --json");
    for finding in chapter.as_array().unwrap() {
        assert_eq!(finding["severity"], "notice", "{finding}");
    }
    env.runs("import peerbib:commons");
    let all = findings(&env, "check --json");
    for finding in all.as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        // Who published two reports is not known.
        let known = ["unverified", "access-date", "missing-field"];
        assert!(known.contains(&rule), "{finding}");
    }
}

#[test]
fn every_rule_finds_what_it_is_there_for() {
    let env = TestEnvironment::with(FAULTY);
    let found = findings(&env, "check --json");
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
    assert_eq!(rules_of(&found, "unsure"), ["unverified"]);
    assert_eq!(rules_of(&found, "german"), ["language"]);
    assert_eq!(rules_of(&found, "fine"), [""; 0]);
    let mut all: Vec<_> = ["shouted", "typo", "page", "unsure", "german"]
        .iter()
        .flat_map(|key| rules_of(&found, key))
        .collect();
    all.sort();
    all.dedup();
    let rules = env.json("check --rules --json");
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
    let env = TestEnvironment::with(FAULTY);
    let run = env.ends(1, "check");
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
}

#[test]
fn json_has_a_contract() {
    let env = TestEnvironment::with(FAULTY);
    assert_eq!(
        findings(&env, "check key:typo --rule isbn --json"),
        json!([{
            "key": "typo", "field": "isbn", "rule": "isbn", "severity": "error", "fixable": false,
            "message": "wrong check digit: 978-0-300-11056-3",
            "help": "compare it with the source: a digit is wrong, or two are swapped",
        }])
    );
    assert_eq!(env.json("check key:fine --json"), json!([]));
}

#[test]
fn a_file_is_checked_without_a_library_and_its_lines_are_named() {
    let env = TestEnvironment::empty();
    env.put("refs.bib", FAULTY);
    let found = findings(
        &env,
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
    let told = env.redact_paths(&env.ends(1, "check --file refs.bib --rule doi").stdout);
    assert!(
        told.starts_with("$TEST_ENV/refs.bib:4: shouted, doi: note:"),
        "{told}"
    );
    assert!(!env.path("data").exists());
    let run = env.peerbib(&["check", "--file", "-", "--rule", "doi"], FAULTY);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_file_with_an_entry_that_cannot_be_read_has_a_finding() {
    let env = TestEnvironment::empty();
    env.put("refs.bib", "@misc{a, title = {A}}\n@misc{b, title = {B}\n");
    let run = env.ends(1, "check --file refs.bib");
    assert!(
        run.stderr.contains("refs.bib:2: error: b:"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_value_inherited_from_another_entry_is_not_missing() {
    let env = TestEnvironment::with(
        "@inbook{a, author = {Wren, Ada}, title = {A}, crossref = {b}}\n@book{b, author = {Finch, Bo}, title = {B}, date = {2001}}\n",
    );
    env.runs("check");
    env.put("refs.bib", env.runs("export").stdout);
    env.runs("check --file refs.bib");
}

#[test]
fn what_is_certain_is_mended_in_one_step_and_taken_back_in_one() {
    let env = TestEnvironment::with(FAULTY);
    let before = env.state();
    let run = env.ends(1, "check --fix --json");
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
        env.runs("show shouted --source").stdout,
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
    let after = env.state();
    assert_ne!(before, after);
    assert_eq!(
        env.json("find shouted --json").as_array().unwrap().len(),
        1,
        "it is found as before"
    );
    env.runs("undo");
    assert_eq!(before, env.state());
    env.runs("redo");
    assert_eq!(after, env.state());
    let log = env.runs("log --json").stdout;
    env.ends(1, "check --fix");
    assert_eq!(after, env.state());
    assert_eq!(
        log,
        env.runs("log --json").stdout,
        "there was nothing left to mend"
    );
}

#[test]
fn a_rehearsal_says_what_would_be_mended_and_changes_nothing() {
    let env = TestEnvironment::with(FAULTY);
    let state = env.state();
    let told = env.ends(1, "check --fix --dry-run --rule doi").stderr;
    assert!(told.contains("would become 10.1000/nests"), "{told}");
    assert!(told.contains("nothing was changed"), "{told}");
    assert!(!told.contains("12--34"), "only this rule: {told}");
    assert_eq!(state, env.state());
}

#[test]
fn what_was_mended_leaves_with_the_file_and_nothing_else_is_changed() {
    let env = TestEnvironment::with(&format!(
        "% before\n@string{{x = {{X}}}}\n{FAULTY}% behind\n"
    ));
    env.runs("check --fix --rule pages");
    assert_eq!(
        env.runs("export").stdout,
        format!("% before\n@string{{x = {{X}}}}\n{FAULTY}% behind\n").replace("12-34", "12--34")
    );
}

#[test]
fn an_unknown_rule_suggests_another() {
    let env = TestEnvironment::with(FAULTY);
    let told = env.refuses(2, "check --rule isbm");
    assert!(
        told.contains("\u{201c}isbm\u{201d}") && told.contains("did you mean isbn?"),
        "{told}"
    );
    let told = env.refuses(2, "check --rule zzz");
    assert!(told.contains("peerbib check --rules"), "{told}");
    env.refuses(2, "check --file refs.bib --fix");
    env.refuses(2, "check --dry-run");
}

#[test]
fn what_typst_refuses_drops_or_prints_otherwise_is_reported() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@book{fine, author = {Wren, Ada}, title = {Nests}, date = {2001}}\n\
         @article{sub,\n  author = {Wren, Ada},\n  title = {Nests},\n  subtitle = {A Study},\n  journaltitle = {J},\n  date = {2001}}\n\
         @book{range, author = {Wren, Ada}, title = {Nests}, date = {2001/2003}}\n\
         @book{bad, title = {Nests}, publisher = nowhere}\n\
         @book{fine, author = {Finch, Bo}, title = {Twigs}, date = {2002}}\n",
    );
    let run = env.ends(1, "check --file refs.bib --for typst");
    insta::assert_snapshot!(env.redact_paths(&run.stdout));
    let json = findings(&env, "check --file refs.bib --for typst --json");
    assert_eq!(json[0]["rule"], "typst-dropped");
    assert_eq!(json[0]["field"], "subtitle");
    assert_eq!(json[0]["line"], 5);
    env.put(
        "good.bib",
        "@book{a, author = {Wren, Ada}, title = {Nests}, date = {2001}}\n",
    );
    env.runs("check --file good.bib --for typst");
}

#[test]
fn works_of_the_library_are_checked_for_typst_with_what_they_inherit() {
    let env = TestEnvironment::with(
        "@incollection{part, author = {Wren, Ada}, title = {Nests}, crossref = {whole}}\n\
         @collection{whole, editor = {Finch, Bo}, title = {Birds}, subtitle = {All}, publisher = {P}, date = {2001}}\n\
         @inbook{one, title = {One}, crossref = {two}}\n@inbook{two, title = {Two}, crossref = {one}}\n",
    );
    let json = findings(&env, "check key:part --for typst --json");
    assert_eq!(json.as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json[0]["field"], "booksubtitle");
    let json = findings(&env, "check key:one --for typst --json");
    assert_eq!(json[0]["rule"], "typst-refused");
    assert_eq!(
        json[0]["message"],
        "Typst crashes on a cycle of crossref or xdata"
    );
}
