//! Formats in and out, as a person meets them: the built program on files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A library of its own for a test, with a place for files.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name).to_string_lossy().into_owned()
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Output {
        Command::cargo_bin("peerbib")
            .unwrap()
            .env("PEERBIB_LIBRARY", self.path("library.db"))
            .env("NO_COLOR", "1")
            .current_dir(self.directory.path())
            .args(arguments)
            .write_stdin(input)
            .output()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, b"")
    }

    /// Runs the program, which must succeed, and gives its standard output.
    fn out(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn sample(name: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    tests.join(name).to_string_lossy().into_owned()
}

fn items(json: &str) -> Vec<serde_json::Value> {
    serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap()
}

#[test]
fn every_format_is_imported_by_ending_by_look_and_by_name() {
    for (name, key) in [
        ("zotero.json", "benkler2006"),
        ("publishers.ris", "ostrom1990"),
        ("typst.yaml", "bauwens"),
    ] {
        let bytes = std::fs::read(sample(name)).unwrap();
        let place = Place::new();
        place.out(&["import", &sample(name)]);
        assert!(place.out(&["find", "--json"]).contains(key), "{name}");
        // The same on standard input, which has no ending.
        let place = Place::new();
        let output = place.run_with(&["import", "-"], &bytes);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        assert!(place.out(&["find", "--json"]).contains(key), "{name}");
    }
    let place = Place::new();
    let file = place.write("odd.txt", "[{\"id\": \"a\", \"type\": \"book\"}]");
    place.out(&["import", "--from", "csl-json", &file]);
    assert!(place.out(&["export"]).starts_with("@book{a,"));
}

#[test]
fn importing_another_format_twice_changes_nothing() {
    for name in ["zotero.json", "publishers.ris", "typst.yaml"] {
        let place = Place::new();
        let first = place.out(&["import", "--json", &sample(name)]);
        let first: serde_json::Value = serde_json::from_str(&first).unwrap();
        assert_eq!(first["imported"], first["entries"], "{name}");
        let again = place.out(&["import", "--json", &sample(name)]);
        let again: serde_json::Value = serde_json::from_str(&again).unwrap();
        assert_eq!(again["unchanged"], again["entries"], "{name}");
    }
}

#[test]
fn a_bad_reference_costs_one_and_is_kept_for_correction() {
    let place = Place::new();
    let file = place.write(
        "refs.json",
        "[\n  {\"id\": \"a\", \"type\": \"book\", \"title\": \"One\"},\n  {\"id\": \"b\", \"title\": oops},\n  \
         {\"id\": \"c\", \"type\": \"book\", \"title\": \"Three\"}\n]\n",
    );
    let rejects = place.path("rejects.txt");
    let output = place.run(&[
        "import",
        &file,
        "--json",
        "--rejects",
        rejects.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["imported"], 2);
    assert_eq!(report["rejected"], 1);
    assert_eq!(report["entries"], 3);
    let problem = &report["files"][0]["problems"][0];
    assert_eq!(
        (&problem["line"], &problem["key"]),
        (&3.into(), &"b".into())
    );
    assert!(
        problem["message"]
            .as_str()
            .unwrap()
            .contains("line 3, column 24")
    );
    let kept = std::fs::read_to_string(rejects).unwrap();
    assert!(kept.contains("{\"id\": \"b\", \"title\": oops}"), "{kept}");
}

/// The chapter's bibliography to every format and back: what differs is what the report said.
#[test]
fn a_round_trip_changes_only_what_the_report_said() {
    let place = Place::new();
    place.out(&["import", "peerbib:chapter"]);
    let before = items(&place.out(&["export", "--to", "csl-json"]));
    for (format, ending) in [("csl-json", "json"), ("ris", "ris"), ("hayagriva", "yaml")] {
        let losses = place.path("losses.json");
        let text = place.out(&[
            "export",
            "--to",
            format,
            "--losses",
            losses.to_str().unwrap(),
        ]);
        let message = items(&std::fs::read_to_string(losses).unwrap());
        let message: Vec<(String, String)> = message
            .iter()
            .map(|loss| {
                let text = |name: &str| loss[name].as_str().unwrap().to_owned();
                (text("key"), text("field"))
            })
            .collect();
        let other = Place::new();
        let file = other.write(&format!("refs.{ending}"), text);
        other.out(&["import", &file]);
        let after = items(&other.out(&["export", "--to", "csl-json"]));
        assert_eq!(after.len(), before.len(), "{format}");
        for one in &before {
            let key = one["id"].as_str().unwrap();
            let back = after.iter().find(|item| item["id"] == one["id"]);
            let back = back.unwrap_or_else(|| panic!("{format}: {key} is gone"));
            for (variable, value) in one.as_object().unwrap() {
                let is_told = message.contains(&(key.to_owned(), variable.clone()));
                let is_same = normal(value) == normal(&back[variable.as_str()])
                    // A host without a path is the same address with and without a slash.
                    || (variable == "URL"
                        && back["URL"].as_str() == Some(&format!("{}/", value.as_str().unwrap())));
                assert!(
                    is_same || is_told,
                    "{format}: {key}, {variable}: {value} became {}",
                    back[variable.as_str()]
                );
                assert!(
                    !(is_same && is_told),
                    "{format}: {key}, {variable} is the same, but the report says it is lost"
                );
            }
        }
    }
}

/// A value in one of the ways in which it may be written.
fn normal(value: &serde_json::Value) -> String {
    let mut value = value.clone();
    for name in value.as_array_mut().into_iter().flatten() {
        let Some(parts) = name.as_object_mut() else {
            continue;
        };
        // RIS has the particle with the family name.
        if let Some(particle) = parts.remove("non-dropping-particle") {
            let family = parts["family"].as_str().unwrap();
            let family = format!("{} {family}", particle.as_str().unwrap());
            parts.insert("family".to_owned(), family.into());
        }
        // A name of one part is a literal one.
        if parts.len() == 1
            && let Some(family) = parts.remove("family")
        {
            parts.insert("literal".to_owned(), family);
        }
    }
    value
        .to_string()
        .replace("<span class=\\\"nocase\\\">", "")
        .replace("</span>", "")
        .replace('\u{2013}', "-")
        .replace("\\n", " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn losses_are_reported_on_standard_error_and_are_no_failure() {
    let place = Place::new();
    let file = place.write(
        "a.bib",
        "@interview{a, title = {T}, scale = {1:2}, file = {a.pdf}, date = {2001/2003}}\n",
    );
    place.out(&["import", &file]);
    let output = place.run(&["export", "--to", "ris"]);
    assert_eq!(output.status.code(), Some(0));
    let message = stderr(&output);
    for field in ["type", "scale", "issued"] {
        assert!(
            message.contains(&format!("note: {field} ")),
            "{field}: {message}"
        );
    }
    assert!(
        message.contains("RIS cannot hold 3 fields of 1 work"),
        "{message}"
    );
}

#[test]
fn tags_leave_as_keywords_and_come_back_without_doubling() {
    let place = Place::new();
    let file = place.write(
        "a.bib",
        "@book{a,\n  title = {One},\n  keywords = {software, movement:oekonux},\n}\n\n@book{b,\n  title = {Two},\n}\n",
    );
    place.out(&["import", &file]);
    place.out(&["tag", "--new", "theme:germ-form", "a", "b"]);
    let plain = place.out(&["export"]);
    assert_eq!(plain, std::fs::read_to_string(&file).unwrap());
    let tagged = place.out(&["export", "--tags"]);
    assert_eq!(
        tagged,
        "@book{a,\n  title = {One},\n  keywords = {software, movement:oekonux, theme:germ-form},\n}\n\n\
         @book{b,\n  title = {Two},\n  keywords = {theme:germ-form},\n}\n"
    );
    for (format, ending) in [("biblatex", "bib"), ("csl-json", "json"), ("ris", "ris")] {
        let other = Place::new();
        let text = place.out(&["export", "--tags", "--to", format]);
        let file = other.write(&format!("b.{ending}"), text);
        other.out(&["import", &file]);
        let found: serde_json::Value =
            serde_json::from_str(&other.out(&["find", "--json", "key:a"])).unwrap();
        assert_eq!(
            found[0]["tags"],
            serde_json::json!(["movement:oekonux", "theme:germ-form"]),
            "{format}"
        );
        let again = other.out(&["export", "--tags", "--to", format]);
        assert_eq!(again.matches("germ-form").count(), 2, "{format}: {again}");
    }
}

#[test]
fn groups_of_jabref_are_tags_of_the_facet_group() {
    let place = Place::new();
    // Without rules, which would tag the works, too.
    place.out(&["init", "--bare"]);
    place.out(&["import", &sample("jabref.bib")]);
    let found: serde_json::Value = serde_json::from_str(&place.out(&["find", "--json"])).unwrap();
    let tags = |key: &str| {
        let works = found.as_array().unwrap().iter();
        let work = works.clone().find(|work| work["key"] == key).unwrap();
        work["tags"].to_string()
    };
    assert_eq!(tags("ostrom1990"), "[\"group:commons\"]");
    assert_eq!(
        tags("benkler2006"),
        "[\"group:peer-production\",\"group:reading-course\"]"
    );
    let tree = place.out(&["tags", "--json"]);
    assert!(tree.contains("Peer Production"), "{tree}");
    // The file comes out as it went in, and its groups once.
    let bytes = std::fs::read(sample("jabref.bib")).unwrap();
    assert_eq!(place.run(&["export"]).stdout, bytes);
    assert_eq!(place.run(&["export", "--tags"]).stdout, bytes);
}

#[test]
fn files_in_other_encodings_come_back_byte_for_byte() {
    let latin = b"% Encoding: ISO8859_1\r\n@book{a,\r\n  title = {Caf\xE9},\r\n}\r\n".to_vec();
    let marked = "\u{feff}@book{b,\n  title = {Über},\n}\n"
        .as_bytes()
        .to_vec();
    let utf16: Vec<u8> = "\u{feff}@book{c, title = {é}}\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let place = Place::new();
    for (name, bytes) in [
        ("latin.bib", &latin),
        ("marked.bib", &marked),
        ("wide.bib", &utf16),
    ] {
        let alone = Place::new();
        let file = alone.write(name, bytes);
        assert_eq!(
            alone.run(&["verify", &file]).status.code(),
            Some(0),
            "{name}"
        );
        alone.out(&["import", &file]);
        assert_eq!(&alone.run(&["export"]).stdout, bytes, "{name}");
        let file = place.write(name, bytes);
        place.run(&["import", &file]);
    }
    for (name, bytes) in [
        ("latin.bib", &latin),
        ("marked.bib", &marked),
        ("wide.bib", &utf16),
    ] {
        assert_eq!(
            &place.run(&["export", "--file", name]).stdout,
            bytes,
            "{name}"
        );
        assert_eq!(
            place.run(&["verify", name]).status.code(),
            Some(0),
            "{name}"
        );
    }
    let missing = place.run(&["export", "--file", "latin2.bib"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        stderr(&missing).contains("did you mean"),
        "{}",
        stderr(&missing)
    );
}

#[test]
fn verify_shows_what_the_library_would_export_otherwise() {
    let place = Place::new();
    let file = place.write("a.bib", "@book{a,\n  title = {One},\n}\n");
    assert_eq!(place.run(&["verify", &file]).status.code(), Some(0));
    assert!(!place.path("library.db").exists());
    place.out(&["import", &file]);
    place.write("a.bib", "@book{a,\n  title = {One},\n  year = 2001,\n}\n");
    let output = place.run(&["verify", &file]);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("@@ -1,4 +1,3 @@"), "{shown}");
    assert!(shown.contains("-  year = 2001,"), "{shown}");
}

#[test]
fn verify_knows_the_other_formats() {
    let place = Place::new();
    for name in ["zotero.json", "publishers.ris", "typst.yaml"] {
        let output = place.run(&["verify", &sample(name)]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{name}: {shown}");
    }
    let file = place.write(
        "a.json",
        "[{\"id\": \"a\", \"type\": \"book\", \"custom\": {\"x\": 1}}]",
    );
    assert_eq!(place.run(&["verify", &file]).status.code(), Some(1));
}

#[test]
fn entries_are_tidied_when_asked() {
    let place = Place::new();
    let file = place.write("a.bib", "@Book{a, Title=\"One\",\n\n YEAR = 2001}\n");
    place.out(&["import", &file]);
    let tidy = place.out(&["export", "--tidy"]);
    assert!(tidy.starts_with("@book{a,\n"), "{tidy}");
    assert_eq!(
        place
            .run(&["export", "--tidy", "--to", "ris"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn files_of_other_formats_are_formatted_without_a_library() {
    let place = Place::new();
    for name in ["zotero.json", "publishers.ris", "typst.yaml"] {
        let list = place.out(&["format", "--input", &sample(name), "--to", "text"]);
        assert!(!list.trim().is_empty(), "{name}");
    }
    let list = place.out(&["format", "--input", &sample("typst.yaml"), "--to", "text"]);
    assert!(
        list.contains("Foundation for Peer to Peer Alternatives"),
        "{list}"
    );
}
