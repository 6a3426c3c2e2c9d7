//! What a person may rely on who brings references in, again and again, and puts them in order: matching,
//! reports, duplicates, keys, edits, and the way back from each.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has to stop"
)]

use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value as Json;
use tempfile::TempDir;

const BENKLER: &str = "@article{benkler2002,\n  title = {Coase's Penguin},\n  \
    author = {Benkler, Yochai},\n  year = 2002,\n  doi = {10.2307/1562247}\n}\n";

/// A library in a directory of its own, with files beside it.
struct TestEnvironment {
    directory: TempDir,
}

struct Said {
    out: String,
    err: String,
    code: i32,
}

impl TestEnvironment {
    fn new() -> Self {
        let env = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        env.done(&["init", "--bare"]);
        env
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::cargo_bin("peerbib")
            .unwrap()
            .current_dir(self.directory.path())
            .env("PEERBIB_LIBRARY", self.path("library.db"))
            .env_remove("COLUMNS")
            .args(arguments)
            .output()
            .unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    /// Runs a command that must succeed, and gives what it prints.
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        said.out
    }

    fn import(&self, name: &str, text: &str) -> Json {
        self.file(name, text);
        serde_json::from_str(&self.run(&["import", name, "--json"]).out).unwrap()
    }

    fn keys(&self) -> Vec<String> {
        let keys = self.done(&["find", "--keys"]);
        keys.lines().map(str::to_owned).collect()
    }

    fn steps(&self) -> usize {
        self.done(&["log"]).lines().count()
    }

    /// That `arguments` change what `peerbib export` prints, and that undo and redo go both ways.
    fn changes_and_can_be_undone(&self, arguments: &[&str]) {
        let before = (
            self.done(&["export"]),
            self.keys(),
            self.done(&["tags", "--json"]),
        );
        self.done(arguments);
        let after = (
            self.done(&["export"]),
            self.keys(),
            self.done(&["tags", "--json"]),
        );
        assert_ne!(before, after, "{arguments:?}");
        self.done(&["undo"]);
        let undone = (
            self.done(&["export"]),
            self.keys(),
            self.done(&["tags", "--json"]),
        );
        assert_eq!(undone, before, "{arguments:?}");
        self.done(&["redo"]);
        let redone = (
            self.done(&["export"]),
            self.keys(),
            self.done(&["tags", "--json"]),
        );
        assert_eq!(redone, after, "{arguments:?}");
    }
}

#[test]
fn a_file_that_is_imported_again_changes_nothing() {
    let env = TestEnvironment::new();
    let text = format!(
        "@string{{fm = {{First Monday}}}}\n{BENKLER}\n@article{{b, title={{T}}, journal=fm}}\n"
    );
    env.import("a.bib", &text);
    let report = env.import("a.bib", &text);
    assert_eq!(report["unchanged"], 2);
    assert_eq!(report["imported"], 0);
    assert_eq!(env.steps(), 1);
    assert_eq!(env.done(&["export"]), text);
}

#[test]
fn an_entry_is_known_by_its_doi_under_another_key_and_its_file_stays_as_it_is() {
    let env = TestEnvironment::new();
    env.import("a.bib", BENKLER);
    let other = "@article{Penguin,\n  title = {Coase's penguin, or, {Linux}},\n  year = {2002},\n  \
        doi = {https://doi.org/10.2307/1562247},\n  volume = {112}\n}\n";
    let report = env.import("b.bib", other);
    assert_eq!(
        (&report["updated"], &report["imported"]),
        (&1.into(), &0.into())
    );
    assert_eq!(env.keys(), ["benkler2002"]);
    assert!(env.done(&["show", "Penguin"]).contains("112"));
    let report = env.import("b.bib", other);
    assert_eq!(report["unchanged"], 1);
    assert_eq!(report["files"][0]["problems"].as_array().unwrap().len(), 0);
    assert_eq!(env.steps(), 2);
}

#[test]
fn two_chapters_and_two_editions_are_never_one_work() {
    let env = TestEnvironment::new();
    env.import(
        "a.bib",
        "@incollection{one, title={One}, author={A}, isbn={9780300110562}, year=2006}
         @book{first, title={Governing the Commons}, author={Ostrom}, year=1990, edition=1, isbn={0521405998}}",
    );
    let report = env.import(
        "b.bib",
        "@incollection{two, title={Two}, author={A}, isbn={9780300110562}, year=2006}
         @book{second, title={Governing the Commons}, author={Ostrom}, year=2015, edition=2, isbn={0521405998}}",
    );
    assert_eq!(report["imported"], 2);
    assert_eq!(env.run(&["dedupe"]).code, 0);
}

#[test]
fn different_works_under_one_key_are_both_kept_and_stay_so() {
    let env = TestEnvironment::new();
    env.import(
        "a.bib",
        "@book{smith, title={Wealth}, author={Smith}, year=1776}\n",
    );
    let other = "@article{smith, title={Licences}, author={Smythe}, year=2001}\n";
    for (imported, unchanged) in [(1, 0), (0, 1)] {
        let report = env.import("b.bib", other);
        assert_eq!(report["imported"], imported);
        assert_eq!(report["unchanged"], unchanged);
    }
    assert_eq!(env.keys(), ["smith", "smith-2"]);
}

#[test]
fn a_changed_entry_updates_by_policy() {
    for (policy, year, has_volume) in [
        ("keep", "2002", false),
        ("merge", "2003", true),
        ("replace", "2003", true),
    ] {
        let env = TestEnvironment::new();
        env.import("a.bib", BENKLER);
        let changed = BENKLER.replace("year = 2002", "year = 2003,\n  volume = 112");
        env.file("a.bib", &changed);
        env.done(&["import", "a.bib", "--on-conflict", policy]);
        let source = env.done(&["show", "--source", "benkler2002"]);
        assert!(source.contains(year), "{policy}: {source}");
        assert_eq!(source.contains("112"), has_volume, "{policy}: {source}");
    }
}

#[test]
fn asking_needs_a_terminal() {
    let env = TestEnvironment::new();
    env.import("a.bib", BENKLER);
    let said = env.run(&["import", "a.bib", "--on-conflict", "ask"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("terminal"));
}

#[test]
fn every_problem_of_a_report_has_the_same_members() {
    let env = TestEnvironment::new();
    let report = env.import(
        "a.bib",
        "@book{, title={T}}\n@book{b, title={T}\n year=1999}\n@odd{c, note={n}}",
    );
    let problems = report["files"][0]["problems"].as_array().unwrap();
    assert!(problems.len() >= 3);
    for problem in problems {
        let members: Vec<_> = problem.as_object().unwrap().keys().collect();
        for member in ["line", "key", "field", "message", "severity"] {
            assert!(members.iter().any(|found| *found == member), "{problem}");
        }
    }
    assert_eq!(problems[0]["key"], Json::Null);
}

#[test]
fn rejected_entries_can_be_fixed_and_imported_again() {
    let env = TestEnvironment::new();
    env.file("a.bib", &format!("@book{{, title={{No Key}}}}\n{BENKLER}"));
    let said = env.run(&["import", "a.bib", "--rejects", "rejects.bib"]);
    assert_eq!(said.code, 1);
    let rejects = std::fs::read_to_string(env.path("rejects.bib")).unwrap();
    assert!(rejects.starts_with("% ") && rejects.contains("has no citation key"));
    let report = env.import("mended.bib", &rejects.replace("@book{,", "@book{nokey,"));
    assert_eq!(report["imported"], 1);
}

#[test]
fn an_import_is_undone_and_redone_exactly() {
    let env = TestEnvironment::new();
    env.import("a.bib", BENKLER);
    let second =
        "% notes\n@book{b, title={Other Things Altogether}, keywords={movement:oekonux}}\n";
    env.file("b.bib", second);
    env.changes_and_can_be_undone(&["import", "b.bib"]);
    let redone = env.done(&["export"]);
    env.done(&["undo"]);
    assert_eq!(env.done(&["export"]), BENKLER);
    env.done(&["redo"]);
    assert_eq!(env.done(&["export"]), redone);
}

const TWICE: &str =
    "@book{wealth, title={The Wealth of Networks}, author={Benkler, Yochai}, year=2006,
    isbn={0-300-11056-1}, keywords={theme:commons}}
@book{other, title={Governing the Commons}, author={Ostrom, Elinor}, year=1990}
% a comment before the second
@book{Wealth06, title={The Wealth of Networks: How}, author={Yochai Benkler}, date={2006},
    isbn={9780300110562}, publisher={Yale}, keywords={movement:p2p}}
";

#[test]
fn duplicates_are_listed_with_the_reason_and_side_by_side() {
    let env = TestEnvironment::new();
    env.import("a.bib", TWICE);
    let said = env.run(&["dedupe"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("the same ISBN, 9780300110562"),
        "{}",
        said.out
    );
    assert!(
        said.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        said.out
    );
    let clusters: Json = serde_json::from_str(&env.run(&["dedupe", "--json"]).out).unwrap();
    assert_eq!(
        clusters[0]["keys"],
        serde_json::json!(["Wealth06", "wealth"])
    );
    assert_eq!(clusters[0]["reasons"][0]["certain"], true);
}

#[test]
fn merged_works_keep_fields_tags_and_keys() {
    let env = TestEnvironment::new();
    env.import("a.bib", TWICE);
    env.changes_and_can_be_undone(&["dedupe", "merge", "wealth", "Wealth06"]);
    assert_eq!(env.keys(), ["wealth", "other"]);
    let shown = env.done(&["show", "Wealth06", "--raw"]);
    for part in [
        "Yale",
        "theme:commons",
        "movement:p2p",
        "Benkler, Yochai",
        "ids",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    let exported = env.done(&["export"]);
    assert!(exported.contains("% a comment before the second"));
    assert_eq!(exported.matches("9780300110562").count(), 0);
    assert_eq!(env.run(&["dedupe"]).code, 0);
}

#[test]
fn works_that_were_kept_apart_are_not_asked_about_again() {
    let env = TestEnvironment::new();
    env.import("a.bib", TWICE);
    env.done(&["dedupe", "keep-apart", "wealth", "Wealth06"]);
    assert_eq!(env.run(&["dedupe"]).code, 0);
    env.done(&["undo"]);
    assert_eq!(env.run(&["dedupe"]).code, 1);
}

#[test]
fn a_renamed_work_is_found_by_its_old_key_and_its_heirs_follow() {
    let env = TestEnvironment::new();
    env.import(
        "a.bib",
        "@incollection{part, title={Part}, crossref={whole}}\n@collection{whole, title={Whole}, year=2001}\n",
    );
    env.changes_and_can_be_undone(&["rename", "whole", "berg2001"]);
    assert_eq!(
        env.done(&["export"]),
        "@incollection{part, title={Part}, crossref={berg2001}}\n@collection{berg2001, title={Whole}, year=2001}\n"
    );
    assert!(env.done(&["show", "whole"]).contains("Whole"));
    assert_eq!(
        env.done(&["find", "--keys", "year:2001"]).lines().count(),
        2
    );
    let said = env.run(&["rename", "part", "berg2001"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("belongs to another work"));
}

#[test]
fn keys_made_by_a_pattern_are_unique_and_stay() {
    let env = TestEnvironment::new();
    env.import(
        "a.bib",
        "@book{x, title={One}, author={S{\\o}derberg, J}, year=2002}\n@book{y, title={Two}, author={S{\\o}derberg, J}, year=2002}\n",
    );
    let pattern = ["rename", "--pattern", "[auth:lower][year]"];
    let planned = env.done(&[pattern.as_slice(), &["--dry-run"]].concat());
    assert_eq!(
        planned,
        "would rename x to soderberg2002\nwould rename y to soderberg2002a\n"
    );
    assert_eq!(env.keys(), ["x", "y"]);
    env.changes_and_can_be_undone(&pattern);
    assert_eq!(env.keys(), ["soderberg2002", "soderberg2002a"]);
    env.done(&pattern);
    assert_eq!(env.keys(), ["soderberg2002", "soderberg2002a"]);
    assert_eq!(env.run(&["rename", "--pattern", "[author_x]"]).code, 2);
}

#[test]
fn an_edit_keeps_the_manner_of_the_entry() {
    let env = TestEnvironment::new();
    env.import("a.bib", BENKLER);
    env.changes_and_can_be_undone(&[
        "edit",
        "benkler2002",
        "--set",
        "volume=112",
        "--unset",
        "doi",
    ]);
    assert_eq!(
        env.done(&["export"]),
        BENKLER.replace("doi = {10.2307/1562247}", "volume = {112}")
    );
    let said = env.run(&["edit", "benkler2002", "--set", "note=open {brace"]);
    assert_eq!(said.code, 1);
    assert!(!env.done(&["export"]).contains("brace"));
}

#[test]
fn a_removed_work_leaves_the_comments_around_it() {
    let env = TestEnvironment::new();
    env.import("a.bib", TWICE);
    env.changes_and_can_be_undone(&["remove", "Wealth06"]);
    assert!(
        env.done(&["export"])
            .contains("% a comment before the second")
    );
    assert_eq!(
        env.done(&["remove", "other", "--dry-run"]),
        "would remove other\n"
    );
    assert_eq!(env.keys().len(), 2);
}

#[test]
fn a_reference_is_added_as_an_entry_or_field_by_field() {
    let env = TestEnvironment::new();
    env.import("a.bib", BENKLER);
    env.changes_and_can_be_undone(&["add", "@book{ostrom, title={Governing}}"]);
    env.changes_and_can_be_undone(&[
        "add",
        "--type",
        "book",
        "--set",
        "title=The Wealth of Networks",
        "--set",
        "author=Benkler, Yochai",
        "--set",
        "year=2006",
    ]);
    assert!(env.keys().contains(&"benkler2006wealth".to_owned()));
    assert_eq!(env.run(&["add", "@book{open"]).code, 1);
    assert_eq!(env.run(&["add", "@book{ostrom, title={Other}}"]).code, 1);
}

#[test]
fn rebuilding_changes_nothing_that_can_be_seen() {
    let env = TestEnvironment::new();
    env.import("a.bib", TWICE);
    let before = (env.done(&["find", "--json"]), env.run(&["dedupe"]).out);
    env.done(&["rebuild"]);
    assert_eq!(
        (env.done(&["find", "--json"]), env.run(&["dedupe"]).out),
        before
    );
}
