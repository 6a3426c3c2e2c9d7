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
@book{german, author = {Finch, Bo}, title = {Das Ende der Welt}, date = {2001}, publisher = {Nest Press}}
@book{fine, author = {Finch, Bo}, title = {Fine}, date = {2001}, isbn = {978-0-300-11056-2}, publisher = {Nest Press}}
@book{typeset,
  author = {Finch, Bo; Wren, Ada},
  title = {BIRDS OF THE CITY PARK},
  subtitle = {A Study.},
  note = {Research &amp; development in caf\u{c3}\u{a9}s},
  publisher = {The Nest press},
  date = {2001},
}
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
    assert_eq!(
        rules_of(&found, "typeset"),
        [
            "capitals",
            "full-stop",
            "html",
            "mojibake",
            "name",
            "spelling"
        ]
    );
    let mut all: Vec<_> = ["shouted", "typo", "page", "unsure", "german", "typeset"]
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
fn a_finding_says_what_and_how_to_fix_it() {
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
    let message = env.redact_paths(&env.ends(1, "check --file refs.bib --rule doi").stdout);
    assert!(
        message.contains("\n  $TEST_ENV/refs.bib:4: shouted, doi: note:"),
        "{message}"
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
fn safe_fixes_are_one_step_that_one_undo_reverts() {
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
fn a_dry_run_says_what_would_be_fixed_and_changes_nothing() {
    let env = TestEnvironment::with(FAULTY);
    let state = env.state();
    let message = env.ends(1, "check --fix --dry-run --rule doi").stderr;
    assert!(message.contains("would become 10.1000/nests"), "{message}");
    assert!(message.contains("nothing was changed"), "{message}");
    assert!(!message.contains("12--34"), "only this rule: {message}");
    assert_eq!(state, env.state());
}

#[test]
fn text_is_fixed_in_the_way_that_the_library_writes_it() {
    let env = TestEnvironment::with(FAULTY);
    env.ends(1, "check --fix");
    assert_eq!(
        env.runs("show typeset --source").stdout,
        "@book{typeset,
  author = {Finch, Bo and Wren, Ada},
  title = {Birds of the City Park},
  subtitle = {A Study},
  note = {Research \\& development in cafés},
  publisher = {Nest Press},
  date = {2001},
}
"
    );
    env.runs("check key:typeset");
    env.runs("undo");
    let found = findings(&env, "check key:typeset --json");
    assert_eq!(rules_of(&found, "typeset").len(), 6, "{found}");
}

#[test]
fn findings_are_counted_by_rule_and_only_some_of_each_are_printed() {
    let refs: String = (0..30)
        .map(|number| {
            format!(
                "@misc{{w{number}, title = {{Title {number}.}}, author = {{A}}, date = {{2001}}}}\n"
            )
        })
        .collect();
    let env = TestEnvironment::with(&refs);
    let run = env.ends(1, "check");
    assert_eq!(run.stdout.matches("ends with a full stop").count(), 5);
    assert_eq!(run.stdout.matches("styles add their own").count(), 1);
    assert!(run.stdout.contains("… and 25 more"), "{}", run.stdout);
    assert!(run.stderr.contains("--limit 0"), "{}", run.stderr);
    let summary = env.ends(1, "check --summary");
    assert_eq!(
        summary.stdout,
        "             errors  warnings     notes   fixable\nfull-stop                            30        30\n"
    );
    assert!(run.stdout.ends_with(&summary.stdout));
    for line in ["check --limit 0", "check --rule full-stop"] {
        let all = env.ends(1, line).stdout;
        assert_eq!(all.matches("ends with a full stop").count(), 30, "{line}");
    }
    assert_eq!(findings(&env, "check --json").as_array().unwrap().len(), 30);
}

#[test]
fn findings_are_wrapped_to_the_terminal_between_words() {
    let env = TestEnvironment::with(FAULTY);
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .arg("check")
        .env("COLUMNS", "60")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().all(|line| line.chars().count() <= 60),
        "{text}"
    );
    assert!(text.contains("misspelt"), "{text}");
}

#[test]
fn no_suggestion_has_a_date_of_its_own() {
    let env = TestEnvironment::with(FAULTY);
    let found = findings(&env, "check --rule access-date --json");
    let help = found[0]["help"].as_str().unwrap();
    assert!(!help.contains("20"), "{help}");
}

#[test]
fn two_isbns_and_extended_names_are_fine() {
    let env = TestEnvironment::with(
        "@book{a, author = {family=University, given=Ada, prefix=of and given=Bo, family=Finch, given-i=B}, \
         title = {Title}, date = {2001}, isbn = {978-0-300-11056-2 0-300-11056-1}}\n\
         @book{b, author = {family={Institute for Nests}}, title = {Other}, date = {2001}, \
         isbn = {978-0-300-11056-2 (print), 0-300-11056-1 (online)}}\n\
         @book{c, author = {Wren, Ada}, title = {Third}, date = {2001}, isbn = {9780300110562; 0300110561}}\n",
    );
    env.runs("check");
}

/// What peerbib itself writes when it imports other formats needs no fix.
#[test]
fn check_accepts_what_an_import_of_another_format_writes() {
    let formatting = [
        "unknown-type",
        "unknown-field",
        "duplicate-field",
        "name",
        "white-space",
        "html",
        "capitals",
        "pages",
        "url",
        "doi",
    ];
    let rules: String = formatting
        .iter()
        .map(|rule| format!(" --rule {rule}"))
        .collect();
    let env = TestEnvironment::bare();
    env.put(
        "refs.ris",
        "TY  - JOUR\nAU  - van der Wren, Ada\nAU  - Nest Institute\nTI  - The \\\"R&D\\\" of Nests < 3\nJO  - Birds & Co\nPY  - 2001\n\
         SP  - 12\nEP  - 34\nDO  - 10.5555/x_y\nUR  - https://example.org/a_b?c=d&e=f\nSN  - 2213-5316\nER  - \n",
    );
    env.put(
        "refs.json",
        r#"[{"id": "a", "type": "article-journal", "title": "The <i>Homo</i> & H<sub>2</sub>O", "container-title": "Birds",
            "author": [{"family": "Wren", "given": "Ada", "non-dropping-particle": "van"}, {"literal": "Nest, Bird & Co"}],
            "issued": {"date-parts": [[2001, 3]]}, "page": "12-34", "URL": "https://example.org/~a_b", "note": "a: b"}]"#,
    );
    for file in ["refs.ris", "refs.json"] {
        env.runs(&format!("import {file}"));
    }
    let run = env.peerbib(&crate::test_env::words(&format!("check{rules}")), "");
    assert_eq!(run.code, Some(0), "{}", run.stdout);
}

#[test]
fn fixes_are_exported_with_the_file_and_nothing_else_is_changed() {
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
    let message = env.refuses(2, "check --rule isbm");
    assert!(
        message.contains("\u{201c}isbm\u{201d}") && message.contains("did you mean isbn?"),
        "{message}"
    );
    let message = env.refuses(2, "check --rule zzz");
    assert!(message.contains("peerbib check --rules"), "{message}");
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
fn a_crash_of_typst_is_a_finding_without_the_message_of_the_panic() {
    let env = TestEnvironment::empty();
    env.put(
        "odd.bib",
        "@book{a, author = {Wren, Ada}, title = {Nests}, year = {2001}, month = {May 999}}\n",
    );
    let run = env.ends(1, "check --file odd.bib --for typst");
    assert!(run.stdout.contains("Typst crashes"), "{}", run.stdout);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
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

#[test]
fn equally_frequent_spellings_are_reported_with_the_command_that_chooses_one() {
    let env = TestEnvironment::with(
        "@book{a, title = {A}, author = {Wren, Ada}, publisher = {M.I.T. Press}, date = {2001}}
         @book{b, title = {B}, author = {Wren, Ada}, publisher = {MIT Press}, date = {2001}}
         @article{c, title = {C}, author = {Wren, Ada}, journaltitle = {Nests and Twigs}, date = {2001}}
         @article{d, title = {D}, author = {Wren, Ada}, journal = {Nests & Twigs}, year = {2001}}\n",
    );
    let message = env.ends(1, "check --fix --rule spelling").stderr;
    assert!(message.contains("are equally frequent"), "{message}");
    assert!(message.contains("nothing can be fixed safely"), "{message}");
    // The advice works.
    let command = message
        .split('`')
        .find(|part| part.starts_with("peerbib edit"))
        .unwrap();
    env.runs(&format!(
        "{} --yes",
        command.trim_start_matches("peerbib ").replace("\n", " ")
    ));
    let message = env.ends(1, "check --fix --rule spelling").stderr;
    let command = message
        .split('`')
        .find(|part| part.starts_with("peerbib edit"))
        .unwrap();
    env.runs(&format!(
        "{} --yes",
        command.trim_start_matches("peerbib ").replace("\n", " ")
    ));
    env.runs("check --rule spelling");
}
