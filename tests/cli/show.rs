//! `peerbib show`

use crate::test_env::{TestEnvironment, redact_times};

const ENTRY: &str = "@Book{nests,\n  Author = \"Wren, Ada\",\n  TITLE  = {{Nests} \\& twigs},\n  year=2015,\n  mystery = {kept},\n}";

#[test]
fn the_source_is_the_entry_byte_for_byte() {
    let env = TestEnvironment::with(&format!("% a comment\n{ENTRY}\n"));
    assert_eq!(env.runs("show nests --source").stdout, format!("{ENTRY}\n"));
}

#[test]
fn fields_are_shown_as_written_with_the_tags() {
    let env = TestEnvironment::with(ENTRY);
    env.runs("tag theme:birds nests --new");
    env.runs("rename nests twigs");
    let shown = redact_times(&env.redact_paths(&env.runs("show nests").stdout));
    insta::assert_snapshot!(shown);
}

#[test]
fn the_variables_of_csl_are_shown_on_request() {
    let env = TestEnvironment::with(ENTRY);
    let shown = env.runs("show nests --csl").stdout;
    assert!(shown.contains("CSL type"), "{shown}");
    assert!(shown.contains("Nests & twigs"), "{shown}");
    assert!(!env.runs("show nests").stdout.contains("CSL type"));
}

#[test]
fn json_has_the_csl_variables_and_the_source() {
    let env = TestEnvironment::with(ENTRY);
    let shown = env.json("show nests --json");
    assert_eq!(shown[0]["key"], "nests");
    assert_eq!(shown[0]["csl"]["type"], "book");
    assert_eq!(shown[0]["csl"]["author"][0]["family"], "Wren");
    assert_eq!(shown[0]["source"], ENTRY);
    assert_eq!(
        shown[0]["fields"][3],
        serde_json::json!({"name": "mystery", "value": "kept"})
    );
    assert_eq!(
        shown[0]["came_from"][0]["path"]
            .as_str()
            .map(|path| path.ends_with("refs.bib")),
        Some(true)
    );
    assert_eq!(shown[0]["history"][0]["command"], "peerbib import refs.bib");
    for name in [
        "assignments",
        "vetoed",
        "lists",
        "aliases",
        "files",
        "inherits_from",
    ] {
        assert_eq!(shown[0][name], serde_json::json!([]), "{name}");
    }
}

#[test]
fn several_works_are_shown_in_the_order_asked_for() {
    let env = TestEnvironment::with_chapter();
    let shown = env.json("show merten2009 benkler2006wealth --json");
    assert_eq!(shown[0]["key"], "merten2009");
    assert_eq!(shown[1]["key"], "benkler2006wealth");
}

#[test]
fn inheritance_is_shown_for_the_parent_and_the_child() {
    let env = TestEnvironment::with(
        "@collection{reader, title = {Reader}}\n@incollection{part, title = {Part}, crossref = {reader}}\n",
    );
    let shown = env.json("show part reader --json");
    assert_eq!(shown[0]["inherits_from"], serde_json::json!(["reader"]));
    assert_eq!(shown[1]["inherited_by"], serde_json::json!(["part"]));
}

#[test]
fn values_are_shown_as_a_person_reads_them_with_what_a_work_inherits() {
    let env = TestEnvironment::with(
        "@incollection{part, author = {Wren, Ada and {Nest Society} and others}, title = {{The {GPL}}: {\\\"O}kologie \\& \\emph{Commons}},\n  \
         crossref = {whole}, url = {https://example.org/a\\_b}, note = {}, abstract = {{}}, pages = {12--34}, month = jan}\n\
         @collection{whole, editor = {Finch, Bo}, title = {Birds \\& Bees}, publisher = {{Harbour} Press}, date = {2001}}\n",
    );
    let shown = env.runs("show part").stdout;
    for line in [
        "author         Ada Wren, Nest Society et al.",
        "title          The GPL: Ökologie & Commons",
        "url            https://example.org/a_b",
        "pages          12–34",
        "booktitle      Birds & Bees (from whole)",
        "publisher      Harbour Press (from whole)",
        "editor         Bo Finch (from whole)",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains(['{', '}', '\\']), "{shown}");
    assert!(
        !shown.contains("note") && !shown.contains("abstract"),
        "{shown}"
    );
    let raw = env.runs("show part --raw").stdout;
    assert!(
        raw.contains("Wren, Ada and {Nest Society} and others"),
        "{raw}"
    );
    assert!(!raw.contains("(from whole)"), "{raw}");
    let json = env.json("show part --json");
    assert_eq!(
        json[0]["fields"][0]["value"],
        "Wren, Ada and {Nest Society} and others"
    );
}
