//! `peerbib import`

use serde_json::json;

use crate::test_env::TestEnvironment;

/// Each line has its own fault but the first and the last.
const HALF_READABLE: &str = "\
@string{jot = {Journal of Things}}
@article{good, author = {Wren, Ada}, title = {Nests}, journal = jot, year = 2001}
@article{undefined, author = {Wren, Ada}, title = {Twigs}, journal = nope, year = 2002}
@article{undated, author = {Wren, Ada}, title = {Eggs}, year = {n.d.}}
@article{broken, author = {Wren, Ada, title = {Feathers}
@article{dup, title = {One}}
@article{dup, title = {Two}}
@article{dup, title = {One}}
@article{, title = {No key}}
@book{last, title = {Last}, year = 2003}
";

#[test]
fn a_bad_entry_costs_one_entry() {
    let env = TestEnvironment::bare();
    env.put("half.bib", HALF_READABLE);
    let run = env.ends(1, "import half.bib");
    let message = env.redact_paths(&run.stderr);
    assert!(
        message.contains("$TEST_ENV/half.bib:5: error: broken: rejected: the entry is not closed"),
        "{message}"
    );
    assert!(
        message.contains("$TEST_ENV/half.bib:9: error: rejected: the entry has no citation key")
    );
    let mut keys = env.keys("");
    keys.sort();
    assert_eq!(
        keys,
        ["dup", "dup-2", "good", "last", "undated", "undefined"]
    );
}

#[test]
fn the_report_says_file_line_key_field_and_reason() {
    let env = TestEnvironment::bare();
    env.put("half.bib", HALF_READABLE);
    let run = env.ends(1, "import half.bib");
    let message = env.redact_paths(&format!("{}{}", run.stderr, run.stdout));
    // The width of the table hangs on the length of the path.
    let message: Vec<_> = message
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    insta::assert_snapshot!(message.join("\n"));
}

#[test]
fn the_report_as_json_keeps_its_contract() {
    let env = TestEnvironment::bare();
    env.put("half.bib", HALF_READABLE);
    env.put("fine.bib", "@book{fine, title = {Fine}}\n");
    let run = env.ends(1, "import half.bib fine.bib --json");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let counts = |of: &serde_json::Value| {
        ["entries", "imported", "updated", "unchanged", "rejected"]
            .map(|name| of[name].as_u64().unwrap())
    };
    assert_eq!(counts(&report["files"][0]), [9, 6, 0, 1, 2]);
    assert_eq!(counts(&report["files"][1]), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&report), [10, 7, 0, 1, 2]);
    assert!(
        report["files"][0]["path"]
            .as_str()
            .unwrap()
            .ends_with("/half.bib")
    );
    let problems = report["files"][0]["problems"].as_array().unwrap();
    let lines: Vec<_> = problems.iter().map(|problem| &problem["line"]).collect();
    assert_eq!(lines, [3, 4, 5, 7, 8, 9], "by line");
    assert_eq!(
        problems[0],
        json!({
            "line": 3, "key": "undefined", "field": "journal", "severity": "warning",
            "message": "undefined abbreviation nope; its name is kept",
        })
    );
    assert_eq!(problems[1]["field"], "year");
    assert_eq!(problems[2]["key"], "broken");
    assert_eq!(problems[2]["severity"], "error");
    assert_eq!(report["files"][1]["problems"], json!([]));
}

#[test]
fn an_undefined_abbreviation_keeps_its_name() {
    let env = TestEnvironment::with(HALF_READABLE.lines().nth(2).unwrap());
    assert_eq!(
        env.json("show undefined --json")[0]["csl"]["container-title"],
        "nope"
    );
}

#[test]
fn an_abbreviation_of_the_file_is_resolved() {
    let env = TestEnvironment::bare();
    env.put("half.bib", HALF_READABLE);
    env.ends(1, "import half.bib");
    let shown = env.json("show good --json");
    assert_eq!(shown[0]["csl"]["container-title"], "Journal of Things");
}

#[test]
fn an_invalid_year_is_kept_and_shown() {
    let env =
        TestEnvironment::with("@book{eggs, author = {Wren, Ada}, title = {Eggs}, year = {n.d.}}\n");
    assert!(env.runs("show eggs").stdout.contains("n.d."));
    assert!(env.runs("format").stdout.contains("n.d."));
}

#[test]
fn rejects_come_back_with_their_reason_and_can_be_fixed() {
    let env = TestEnvironment::bare();
    env.put("half.bib", HALF_READABLE);
    env.ends(1, "import half.bib --rejects rejects.bib");
    let rejects = std::fs::read_to_string(env.path("rejects.bib")).unwrap();
    assert_eq!(
        env.redact_paths(&rejects),
        "% $TEST_ENV/half.bib:5: the entry is not closed: a closing brace, parenthesis or quotation mark is \
         missing\n@article{broken, author = {Wren, Ada, title = {Feathers}\n\n\
         % $TEST_ENV/half.bib:9: the entry has no citation key\n@article{, title = {No key}}\n\n"
    );
    env.put(
        "rejects.bib",
        rejects
            .replace("Ada, title = {Feathers}", "Ada}, title = {Feathers}}")
            .replace("{,", "{named,"),
    );
    env.runs("import rejects.bib");
    assert_eq!(env.keys("title:feathers OR title:key"), ["broken", "named"]);
}

#[test]
fn the_same_file_again_changes_nothing() {
    let env = TestEnvironment::with("@book{a, title = {A}, keywords = {theme:law}}\n% end\n");
    let state = env.state();
    let log = env.runs("log --json").stdout;
    let again = env.runs("import refs.bib").stdout;
    assert_eq!(
        again.split_whitespace().rev().take(5).collect::<Vec<_>>(),
        ["0", "1", "0", "0", "1"]
    );
    assert_eq!(state, env.state());
    assert_eq!(log, env.runs("log --json").stdout);
}

#[test]
fn a_changed_entry_is_merged_and_what_differs_stays_and_is_reported() {
    let env = TestEnvironment::with("@book{a, title = {Nests}, publisher = {Old}}\n");
    env.put(
        "other.bib",
        "@book{a, title = {Nests}, publisher = {New}, year = 2001}\n",
    );
    let message = env.runs("import other.bib").stderr;
    assert!(message.contains("publisher"), "{message}");
    let source = env.runs("show a --source").stdout;
    assert!(
        source.contains("publisher = {Old}") && source.contains("2001"),
        "{source}"
    );
}

#[test]
fn the_policy_says_what_a_changed_entry_does() {
    let changed = "@book{a, title = {Twigs}}";
    for (policy, title) in [("keep", "Nests"), ("replace", "Twigs"), ("merge", "Nests")] {
        let env = TestEnvironment::with("@book{a, title = {Nests}}\n");
        env.put("changed.bib", changed);
        env.runs(&format!("import changed.bib --on-conflict {policy}"));
        assert_eq!(env.json("show a --json")[0]["title"], title, "{policy}");
    }
}

#[test]
fn a_dry_run_changes_nothing_and_says_so() {
    let env = TestEnvironment::with("@book{a, title = {Nests}}\n");
    let state = env.state();
    env.put(
        "more.bib",
        "@book{b, title = {Twigs}, keywords = {theme:law}}",
    );
    let run = env.runs("import more.bib --dry-run");
    assert!(run.stdout.contains("more.bib"), "{}", run.stdout);
    assert!(run.stderr.contains("nothing was changed"), "{}", run.stderr);
    assert_eq!(state, env.state());
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let env = TestEnvironment::bare();
    let run = env.peerbib(&["import", "-"], "@book{a, title = {Nests}}\n");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(env.keys(""), ["a"]);
}

#[test]
fn keywords_with_a_facet_become_tags() {
    let env = TestEnvironment::with(
        "@book{a, title = {A}, keywords = {plain, theme:law, course:week-3}}\n",
    );
    let why = env.json("why a --json");
    let tags: Vec<_> = why[0]["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["tag"])
        .collect();
    assert_eq!(tags, ["theme:law", "course:week-3"]);
    assert_eq!(why[0]["tags"][0]["origin"], "import");
    assert_eq!(env.keys("plain"), ["a"], "other keywords are words");
}

#[test]
fn every_encoding_is_read() {
    let env = TestEnvironment::bare();
    let text = "@book{a, author = {M\u{fc}ller, J\u{f6}rg}, title = {Caf\u{e9}}}\n";
    env.put("utf8.bib", text);
    env.put(
        "latin1.bib",
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect::<Vec<_>>(),
    );
    let utf16: Vec<u8> = "\u{feff}"
        .chars()
        .chain(text.chars())
        .flat_map(|c| (c as u16).to_le_bytes())
        .collect();
    env.put("utf16.bib", utf16);
    for file in ["utf8", "latin1", "utf16"] {
        let run = env.ends(0, &format!("--library {file}.db import {file}.bib"));
        assert_eq!(
            run.stderr.contains("Windows-1252"),
            file == "latin1",
            "{}",
            run.stderr
        );
        let found = env.json(&format!("--library {file}.db find author:müller --json"));
        assert_eq!(found[0]["title"], "Café", "{file}");
    }
}

#[test]
fn a_removed_tag_does_not_come_back_with_its_file() {
    let env = TestEnvironment::with("@book{a, title = {A}, keywords = {theme:law}}\n");
    env.runs("untag theme:law a");
    env.put(
        "refs.bib",
        "@book{a, title = {A}, keywords = {theme:law}, year = 2001}\n",
    );
    env.runs("import refs.bib");
    env.runs("import refs.bib --on-conflict replace");
    assert_eq!(env.keys("theme:law"), [""; 0]);
    assert!(
        env.runs("why a")
            .stdout
            .contains("not theme:law: removed by hand")
    );
}

#[test]
fn a_dry_run_reports_which_tags_the_rules_would_add() {
    let env = TestEnvironment::with("@book{a, title = {Apples}, keywords = {theme:fruit}}\n");
    env.runs("tags add theme:cider");
    env.runs("rules add Fruit --when 'title:pears OR title:quinces' --then theme:fruit");
    env.runs("rules add Cider --when title:cider --then theme:cider");
    env.put(
        "more.bib",
        "@book{b, title = {Pears}}\n@book{c, title = {Quinces}}\n@book{d, title = {Cider}}\n",
    );
    let state = env.state();
    let message = env.runs("import more.bib --dry-run").stderr;
    assert_eq!(
        message,
        "tags that rules would add (+) or remove (\u{2212}):\n  +theme:cider  1 work\n  \
         +theme:fruit  2 works\ndry run: nothing was changed\n"
    );
    assert_eq!(state, env.state());
    let message = env.runs("import more.bib").stderr;
    assert!(
        message.contains("rules added or removed 3 tags"),
        "{message}"
    );
    assert_eq!(env.keys("theme:fruit origin:rule").len(), 2);
}

#[test]
fn a_dry_run_creates_no_library() {
    let env = TestEnvironment::empty();
    env.put("more.bib", "@book{b, title = {Pears}}\n");
    let report = env.json("import more.bib --dry-run --json");
    assert_eq!(report["imported"], 1);
    assert!(!env.path("data").exists());
}

#[test]
fn a_shipped_bibliography_brings_its_tags_along_by_its_name_and_as_a_file() {
    let by_name = TestEnvironment::bare();
    let message = by_name.runs("import peerbib:commons").stderr;
    let as_file = TestEnvironment::bare();
    // A checkout may have changed the line ends.
    let text = include_str!("../../bib/commons.bib").replace('\n', "\r\n");
    as_file.put("mine.bib", &text);
    let told_of_file = as_file.runs("import mine.bib").stderr;
    let tags = |env: &TestEnvironment| env.json("tags --json");
    assert_eq!(tags(&by_name), tags(&as_file));
    let count = by_name
        .json("find --json")
        .as_array()
        .unwrap()
        .iter()
        .map(|work| work["tags"].as_array().unwrap().len())
        .sum::<usize>();
    let said = format!("{count} hand-made tags added");
    assert!(message.contains(&said), "{message}");
    assert!(told_of_file.contains(&said), "{told_of_file}");
    let again = by_name.json("import peerbib:commons --json");
    assert_eq!(again["tags"], 0);
}

#[test]
fn other_files_say_nothing_of_hand_made_tags() {
    let env = TestEnvironment::empty();
    env.put("a.bib", "@book{a, title = {A}, keywords = {theme:law}}\n");
    assert_eq!(env.json("import a.bib --json").get("tags"), None);
}

#[test]
fn references_without_a_key_get_one_by_the_configured_pattern() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.ris",
        "TY  - BOOK\nAU  - Ostrom, Elinor\nPY  - 1990\nTI  - Governing the Commons\nER  -\n\n\
         TY  - BOOK\nAU  - Ostrom, Elinor\nPY  - 1990\nTI  - Understanding Knowledge\nER  -\n",
    );
    env.runs("config set key-pattern [entrytype]:[auth][shortyear]");
    env.runs("import refs.ris");
    assert_eq!(env.keys(""), ["book:Ostrom90", "book:Ostrom90-2"]);
}

/// An import that brings nothing is no step, and creates no library.
#[test]
fn a_failed_import_leaves_no_step() {
    let env = TestEnvironment::empty();
    env.put("bad.bib", "@book{a, title = {A\n");
    env.put("blank.bib", "\n\n");
    env.put(
        "prose.txt",
        "This is prose, and no list of references at all.\n",
    );
    env.ends(1, "import bad.bib");
    env.runs("import blank.bib");
    assert!(!env.library().exists());
    env.put("good.bib", "@book{a, title = {A}}\n");
    env.runs("import good.bib");
    let log = env.runs("log").stdout;
    assert_eq!(log.lines().count(), 2, "{log}");
    env.ends(1, "import bad.bib");
    env.runs("import blank.bib");
    let message = env.refuses(1, "import prose.txt");
    assert!(message.contains("not a bibliography"), "{message}");
    env.refuses(1, "import missing.bib");
    assert_eq!(log, env.runs("log").stdout);
    // What is read of a file is imported, whatever else is wrong with it.
    env.put("half.bib", "@book{b, title = {B}}\n@book{c, title = {C\n");
    env.ends(1, "import half.bib");
    assert_eq!(env.runs("log").stdout.lines().count(), 3);
}

#[test]
fn probable_duplicates_among_new_works_are_reported() {
    let env = TestEnvironment::with(
        "@article{a, author = {Wren, Ada}, title = {Nests in the City}, date = {2001}, journaltitle = {Birds}}\n",
    );
    env.put(
        "more.bib",
        "@article{b, author = {Wren, Ada}, title = {Nests in the Citty}, date = {2001}, journaltitle = {Birds}}\n\
         @book{c, author = {Finch, Bo}, title = {The Orchard Economy}, date = {1999}}\n\
         @book{d, author = {Finch, Bo}, title = {The Orchard Economy}, date = {1999}}\n",
    );
    let message = env.runs("import more.bib").stderr;
    assert!(
        message.contains("2 groups of likely duplicates with new works, 1 of them certain; `peerbib dedupe added:today`"),
        "{message}"
    );
    env.put(
        "other.bib",
        "@book{e, author = {Dunn, Cy}, title = {Licences}, date = {2010}}\n",
    );
    let message = env.runs("import other.bib").stderr;
    assert!(!message.contains("duplicates"), "{message}");
}

#[test]
fn many_warnings_of_one_kind_are_one_line_with_a_count() {
    let env = TestEnvironment::bare();
    let refs: String = (0..459)
        .map(|number| {
            format!(
                "@book{{w{number}, title = {{Title {number}}}, title = {{Again {number}}}, date = {{March {number}}}, \
                 crossref = {{none{number}}}, publisher = abbreviation{number}}}\n"
            )
        })
        .collect();
    env.put("refs.bib", refs);
    let message = env.runs("import refs.bib").stderr;
    assert!(message.lines().count() < 20, "{message}");
    assert!(message.contains("and 458 more"), "{message}");
}
