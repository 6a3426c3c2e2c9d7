//! A library that follows a file: three-way merging, renamed and removed entries.

use crate::test_env::TestEnvironment;

const REFS: &str = "\
@book{nests, title = {Nests}, publisher = {Twig}, year = 1999}
@article{eggs, title = {On Eggs and Their Shells}, author = {Wren, Ada}, journal = {Oology}, date = {2001}}
@misc{straw, title = {Straw}, note = {by hand}}
";

fn source(env: &TestEnvironment, key: &str) -> String {
    env.runs(&format!("show {key} --source")).stdout
}

/// Returns how many entries of a report have which fate.
fn counts(report: &serde_json::Value) -> [u64; 3] {
    ["imported", "updated", "unchanged"].map(|name| report[name].as_u64().unwrap())
}

#[test]
fn a_field_changed_only_in_the_file_arrives_without_an_option() {
    let env = TestEnvironment::with(REFS);
    let changed = REFS
        .replace("{Nests}", "{Nests, Corrected}")
        .replace(", publisher = {Twig}", "");
    env.put("refs.bib", &changed);
    let report = env.json("import refs.bib --json");
    assert_eq!(counts(&report), [0, 1, 2]);
    assert_eq!(report["files"][0]["problems"].as_array().unwrap().len(), 0);
    assert_eq!(
        env.runs("export").stdout,
        changed,
        "and the file is exported as it is"
    );
    env.runs("undo");
    assert_eq!(env.runs("export").stdout, REFS);
}

#[test]
fn edits_on_both_sides_meet_in_one_entry() {
    let env = TestEnvironment::with(REFS);
    env.runs("edit nests --set publisher=Feather --set isbn=1");
    env.put(
        "refs.bib",
        REFS.replace("year = 1999", "year = 2000, pages = {9}"),
    );
    let report = env.json("import refs.bib --sync --json");
    assert_eq!(counts(&report), [0, 1, 2]);
    assert_eq!(
        source(&env, "nests").trim(),
        "@book{nests, title = {Nests}, publisher = {Feather}, year = 2000, isbn = {1}, pages = {9}}"
    );
    let state = env.state();
    assert_eq!(
        counts(&env.json("import refs.bib --sync --json")),
        [0, 0, 3]
    );
    assert_eq!(env.state(), state, "the same file again changes nothing");
    assert_eq!(env.json("log --json").as_array().unwrap().len(), 3);
}

#[test]
fn an_edit_survives_every_later_import() {
    let env = TestEnvironment::with(REFS);
    env.runs("edit nests --unset publisher --set title=Burrows");
    for year in ["2000", "2001", "2002"] {
        env.put(
            "refs.bib",
            REFS.replace("year = 1999", &format!("year = {year}")),
        );
        let run = env.runs("import refs.bib");
        assert!(!run.stderr.contains("warning"), "{}", run.stderr);
        assert_eq!(
            source(&env, "nests").trim(),
            format!("@book{{nests, title = {{Burrows}}, year = {year}}}")
        );
    }
}

#[test]
fn a_conflict_is_reported_until_it_is_decided() {
    let there = REFS.replace("{Nests}", "{Nests There}");
    let conflict = || {
        let env = TestEnvironment::with(REFS);
        env.runs("edit nests --set title='Nests Here'");
        env.put("refs.bib", &there);
        env
    };
    let warning = "nests, title: changed on both sides: \u{201c}Nests There\u{201d} here and \
                   \u{201c}Nests Here\u{201d} in the library, which stays";
    for option in ["", "--sync"] {
        let env = conflict();
        for _ in 0..2 {
            let run = env.runs(&format!("import refs.bib {option}"));
            assert!(run.stderr.contains(warning), "{}", run.stderr);
            assert!(source(&env, "nests").contains("Nests Here"));
        }
        env.runs("import refs.bib --sync --on-conflict replace");
        assert!(source(&env, "nests").contains("Nests There"), "{option}");
        let run = env.runs("import refs.bib --sync");
        assert!(
            !run.stderr.contains("changed on both sides"),
            "{}",
            run.stderr
        );
    }
    let env = conflict();
    let run = env.runs("import refs.bib --sync --on-conflict keep");
    assert!(run.stderr.contains(warning), "{}", run.stderr);
    assert!(source(&env, "nests").contains("Nests Here"));
    let run = env.runs("import refs.bib --sync");
    assert!(
        !run.stderr.contains("changed on both sides"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    let env = TestEnvironment::with(REFS);
    env.runs("edit nests --set title='New Nests' --set publisher=Feather");
    env.put("refs.bib", REFS.replace("{Nests}", "{New  Nests}"));
    let run = env.runs("import refs.bib --sync");
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    assert!(source(&env, "nests").contains("publisher = {Feather}"));
}

#[test]
fn entries_gone_from_the_file_are_reported_and_pruned_on_request() {
    let env = TestEnvironment::with(REFS);
    env.runs("note eggs -m 'read it'");
    let nests = REFS.lines().next().unwrap();
    env.put("refs.bib", format!("{nests}\n"));
    for _ in 0..2 {
        let run = env.runs("import refs.bib --sync");
        assert!(
            env.redact_paths(&run.stderr).contains(
                "refs.bib: 2 entries are not in it any more, kept (--prune removes): eggs, straw"
            ),
            "{}",
            run.stderr
        );
    }
    assert_eq!(env.keys("sort:key"), ["eggs", "nests", "straw"]);
    assert_eq!(env.runs("export").stdout.matches("@").count(), 3);
    let report = env.json("import refs.bib --sync --prune --json");
    let gone = &report["files"][0]["gone"];
    assert_eq!(gone[0]["key"], "eggs");
    assert_eq!(gone[0]["kept_because"], "note");
    assert_eq!(gone[1]["key"], "straw");
    assert_eq!(gone[1]["removed"], true);
    assert_eq!(env.keys("sort:key"), ["eggs", "nests"]);
    env.runs("undo");
    assert_eq!(env.keys("sort:key"), ["eggs", "nests", "straw"]);
}

#[test]
fn what_another_file_has_or_a_person_edited_is_not_pruned() {
    let env = TestEnvironment::with(REFS);
    env.put("other.bib", REFS.lines().nth(1).unwrap());
    env.runs("import other.bib");
    env.runs("edit straw --set note=Hay");
    let nests = REFS.lines().next().unwrap();
    env.put("refs.bib", nests);
    let run = env.runs("import refs.bib --sync --prune");
    assert!(
        run.stderr
            .contains("kept because it was imported from another file, too: eggs"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("kept because it was edited here: straw"),
        "{}",
        run.stderr
    );
    assert_eq!(env.keys("").len(), 3);
    env.runs("import refs.bib --sync --prune --on-conflict replace");
    assert_eq!(env.keys("sort:key"), ["eggs", "nests"]);
}

#[test]
fn a_damaged_file_prunes_nothing() {
    let env = TestEnvironment::with(REFS);
    env.put(
        "refs.bib",
        REFS.replace("title = {Nests}", "title = {Nests"),
    );
    env.ends(1, "import refs.bib --sync --prune");
    env.put("refs.bib", "\n");
    env.runs("import refs.bib --sync --prune");
    assert_eq!(env.keys("").len(), 3);
    env.put("refs.bib", REFS);
    env.runs("import refs.bib --sync --prune");
    assert_eq!(env.runs("export").stdout, REFS);
}

#[test]
fn an_entry_with_a_new_key_is_the_same_work() {
    let env = TestEnvironment::with(REFS);
    env.runs("note eggs -m 'read it'");
    // Better BibTeX makes the key of the title, which was corrected, too.
    env.put(
        "refs.bib",
        REFS.replace(
            "{eggs, title = {On Eggs",
            "{wrenEggs2001, title = {On the Eggs",
        ),
    );
    let report = env.json("import refs.bib --sync --prune --json");
    assert_eq!(counts(&report), [0, 1, 2]);
    assert_eq!(env.keys("sort:key"), ["nests", "straw", "wrenEggs2001"]);
    assert!(source(&env, "eggs").contains("{wrenEggs2001, title = {On the Eggs"));
    assert!(env.runs("note eggs").stdout.contains("read it"));
    env.runs("edit wrenEggs2001 --set pages=1");
    env.put("refs.bib", REFS.replace("{eggs,", "{wren2001,"));
    let run = env.runs("import refs.bib");
    assert!(
        run.stderr
            .contains("wren2001: the key was wrenEggs2001 at the last import"),
        "{}",
        run.stderr
    );
    let text = source(&env, "wren2001");
    assert!(
        text.contains("{wren2001,") && text.contains("{On Eggs") && text.contains("pages"),
        "{text}"
    );
    env.runs("rename wren2001 mine");
    env.put("refs.bib", REFS.replace("{eggs,", "{other,"));
    env.runs("import refs.bib --sync");
    assert_eq!(env.json("show other --json")[0]["key"], "mine");
    assert_eq!(
        env.keys("sort:key"),
        ["mine", "nests", "straw"],
        "a key of one's own stays"
    );
}

#[test]
fn a_key_that_passes_to_another_work_does_not_overwrite_the_first() {
    let env = TestEnvironment::with(REFS);
    env.put(
        "refs.bib",
        REFS.replace(
            "@book{nests, title = {Nests}, publisher = {Twig}, year = 1999}",
            "@book{nests, title = {An Atlas of Hives}, author = {Bee, B.}, year = 2011}",
        ),
    );
    let report = env.json("import refs.bib --sync --json");
    assert_eq!(counts(&report), [1, 0, 2]);
    assert!(source(&env, "nests").contains("Twig"));
    assert!(source(&env, "nests-2").contains("Hives"));
}

#[test]
fn a_file_is_exported_with_the_edits_made_here() {
    let env = TestEnvironment::with("@book{a, title = {Nests}, year = 1999}\n");
    // The work has another text than this file.
    env.put(
        "two.bib",
        "@book{a, title = {Nests}, year = {1999}, pages = {1}}\n",
    );
    env.runs("import two.bib");
    env.runs("edit a --set pages=2");
    env.put(
        "two.bib",
        "@book{a, title = {Nests}, year = {1999}, pages = {1}, note = {n}}\n",
    );
    let run = env.runs("import two.bib");
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    assert!(
        source(&env, "a").contains("pages = {2}, note = {n}"),
        "{}",
        source(&env, "a")
    );
}

#[test]
fn a_work_that_was_removed_here_does_not_come_back_with_sync() {
    let env = TestEnvironment::with(REFS);
    env.runs("remove eggs --yes");
    env.put(
        "refs.bib",
        REFS.replace("{2001}", "{2002}")
            .replace("{Straw}", "{Straws}"),
    );
    for updated in [1, 0] {
        let report = env.json("import refs.bib --sync --json");
        assert_eq!(counts(&report), [0, updated, 3 - updated]);
        let message = &report["files"][0]["problems"][0]["message"];
        assert_eq!(
            message,
            "its work was removed from the library, and stays removed"
        );
    }
    assert_eq!(env.keys("sort:key"), ["nests", "straw"]);
    env.runs("import refs.bib");
    assert_eq!(
        env.keys("sort:key"),
        ["eggs", "nests", "straw"],
        "without --sync it does"
    );
    env.put("refs.bib", REFS);
    let report = env.json("import refs.bib --sync --json");
    assert_eq!(counts(&report), [0, 2, 1]);
}

#[test]
fn an_entry_that_was_merged_into_another_of_its_file_changes_nothing_there() {
    const TWICE: &str = "\
@article{short, title = {On Eggs}, author = {Wren, Ada}, doi = {10.1/eggs}, date = {2001}}
@article{eggs, title = {On Eggs}, author = {Wren, Ada and Finch, Bo}, doi = {10.1/eggs}, date = {2001}, pages = {1--9}}
";
    for (mode, text) in [
        ("--sync", TWICE.to_owned()),
        ("", TWICE.to_owned()),
        (
            "--sync",
            TWICE.lines().rev().collect::<Vec<_>>().join("\n") + "\n",
        ),
        (
            "",
            TWICE.lines().rev().collect::<Vec<_>>().join("\n") + "\n",
        ),
    ] {
        let env = TestEnvironment::with(&text);
        env.runs("dedupe --auto --yes");
        let merged = source(&env, "eggs");
        assert!(merged.contains("Finch, Bo"), "{merged}");
        for _ in 0..2 {
            let report = env.json(&format!("import refs.bib {mode} --json"));
            assert_eq!(counts(&report)[..2], [0, 0], "{mode}: {report:#}");
            assert_eq!(source(&env, "eggs"), merged, "{mode}");
            assert_eq!(source(&env, "short"), merged, "the key is an alias");
        }
        env.runs("edit eggs --set pages=1--10");
        let edited = source(&env, "eggs");
        let report = env.json(&format!("import refs.bib {mode} --json"));
        assert_eq!(counts(&report)[..2], [0, 0], "{mode}: {report:#}");
        assert_eq!(source(&env, "eggs"), edited, "{mode}");
    }
}

#[test]
fn a_keyword_removed_in_the_file_takes_its_tag_along() {
    let with = |keywords: &str| format!("@book{{a, title = {{A}}, keywords = {{{keywords}}}}}\n");
    let env = TestEnvironment::with(&with("theme:law, theme:art, theme:sea"));
    env.runs("tag theme:sea a");
    env.put("refs.bib", with("theme:law, theme:new"));
    env.runs("import refs.bib");
    let tags = env.json("show a --json")[0]["tags"].clone();
    assert_eq!(
        tags,
        serde_json::json!(["theme:law", "theme:sea", "theme:new"]),
        "one's own tag stays"
    );
}

/// Writes the configuration.
fn configure(env: &TestEnvironment, text: &str) {
    std::fs::create_dir_all(env.path(".config/peerbib")).unwrap();
    env.put(".config/peerbib/config.toml", text);
}

#[test]
fn the_configuration_names_the_files_to_follow() {
    let env = TestEnvironment::with(REFS);
    env.put("more.bib", "@book{m, title = {More}}\n");
    configure(
        &env,
        "style = \"apa\"\n\n[[sync]]\nfile = \"../../refs.bib\"\nprune = true\non-conflict = \"replace\"\n\n\
         [[sync]]\nfile = \"~/more.bib\"\n",
    );
    env.runs("edit nests --set title=Here");
    env.put(
        "refs.bib",
        REFS.lines().next().unwrap().replace("{Nests}", "{There}"),
    );
    let report = env.json("import --sync --json");
    assert_eq!(counts(&report), [1, 1, 0]);
    assert_eq!(env.keys("sort:key"), ["m", "nests"]);
    assert!(source(&env, "nests").contains("There"));
    let shown = env.runs("config").stdout;
    assert_eq!(
        shown
            .lines()
            .filter(|line| line.starts_with("sync "))
            .count(),
        2,
        "{shown}"
    );
    env.runs("config set locale de-DE");
    assert_eq!(counts(&env.json("import --sync --json")), [0, 0, 2]);
}

#[test]
fn a_wrong_table_of_the_configuration_is_reported_with_its_line() {
    let env = TestEnvironment::with(REFS);
    assert!(env.refuses(2, "import --sync").contains("[[sync]]"));
    for (table, message) in [
        ("[[sync]]\nprune = true\n", ":2:1: invalid value for sync\n"),
        (
            "[[sync]]\nfile = \"a.bib\"\nprune = 1\n",
            ":3:9: invalid value for sync.prune\n",
        ),
        (
            "[[sync]]\nfile = \"a.bib\"\non-conflict = \"mine\"\n",
            "sync.on-conflict\n",
        ),
        (
            "[[sync]]\nfiles = \"a.bib\"\n",
            "unknown setting \u{201c}sync.files\u{201d}",
        ),
        ("sync = \"a.bib\"\n", ":1:8: invalid value for sync\n"),
    ] {
        configure(&env, table);
        let said = env.refuses(1, "import --sync");
        assert!(said.contains(message), "{table}: {said}");
    }
    assert!(env.refuses(2, "import refs.bib --prune").contains("--sync"));
}

/// A running `import --watch`, which is killed at the end.
struct Watch(std::process::Child);

impl Watch {
    fn start(env: &TestEnvironment, line: &str) -> Self {
        let mut command = env.command(env!("CARGO_BIN_EXE_peerbib"));
        command
            .args(crate::test_env::words(line))
            .stdout(std::fs::File::create(env.path("out")).unwrap())
            .stderr(std::fs::File::create(env.path("err")).unwrap());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until a test is true.
#[track_caller]
fn wait_until(env: &TestEnvironment, is_true: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !is_true() {
        if start.elapsed() > std::time::Duration::from_secs(60) {
            let read = |name: &str| std::fs::read_to_string(env.path(name)).unwrap();
            panic!("{}\n{}", read("out"), read("err"));
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn a_watched_file_is_imported_when_it_is_complete() {
    let env = TestEnvironment::with(REFS);
    let out = || std::fs::read_to_string(env.path("out")).unwrap();
    let mut watch = Watch::start(&env, "import refs.bib --watch --prune");
    wait_until(&env, || {
        out().contains("0 imported, 0 updated, 3 unchanged")
    });
    // A program that writes the file again under another name.
    env.put("refs.tmp", REFS.replace("{Nests}", "{Nests, Corrected}"));
    std::fs::rename(env.path("refs.tmp"), env.path("refs.bib")).unwrap();
    wait_until(&env, || {
        out().contains("0 imported, 1 updated, 2 unchanged")
    });
    // A program that writes slowly: until the file is whole, nothing is removed.
    let text = format!("{REFS}@book{{last, title = {{Last}}}}\n");
    let mut file = std::fs::File::create(env.path("refs.bib")).unwrap();
    for part in text.as_bytes().chunks(80) {
        std::io::Write::write_all(&mut file, part).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(900));
    }
    drop(file);
    wait_until(&env, || {
        out().contains("1 imported, 1 updated, 2 unchanged")
    });
    assert_eq!(out().lines().count(), 3, "{}", out());
    assert_eq!(
        env.json("log --json").as_array().unwrap().len(),
        3,
        "one step for each change"
    );
    env.runs("undo");
    assert_eq!(env.keys("sort:key"), ["eggs", "nests", "straw"]);
    assert!(watch.0.try_wait().unwrap().is_none());
}
