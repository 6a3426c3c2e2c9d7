//! `peerbib export`

use crate::test_env::TestEnvironment;

const FILE: &str = "% Encoding: UTF-8\n\n@STRING{jot = \"Journal of Things\"}\n@preamble{\"\\newcommand\"}\n\nSome words between.\n@Article{b, AUTHOR = {Wren, Ada},\n\ttitle={B}, journal = jot # { A}, }\n@comment{jabref-meta: x}\n@book(a, title = \"A {\"}q{\"}\", mystery = {kept})\n% the end";

#[test]
fn a_file_comes_out_byte_for_byte() {
    let env = TestEnvironment::with(FILE);
    assert_eq!(env.runs("export").stdout, FILE);
}

#[test]
fn the_chapter_comes_out_byte_for_byte() {
    let env = TestEnvironment::with_chapter();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/bib/chapter.bib");
    assert_eq!(
        env.runs("export").stdout,
        std::fs::read_to_string(shipped).unwrap()
    );
}

#[test]
fn a_file_with_bad_entries_comes_out_byte_for_byte() {
    let file = "@book{a, title = {A}}\n@book{b, title = {B}\n@book{c, title = {C}}\n";
    let env = TestEnvironment::bare();
    env.put("refs.bib", file);
    env.ends(1, "import refs.bib");
    assert_eq!(env.runs("export").stdout, file);
}

#[test]
fn a_whole_library_keeps_the_order_of_its_files_in_other_formats() {
    let env = TestEnvironment::with(FILE);
    let keys = |command: &str| -> Vec<String> {
        let items: serde_json::Value = serde_json::from_str(&env.runs(command).stdout).unwrap();
        let items = items.as_array().unwrap().iter();
        items
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys("export --to csl-json"), ["b", "a"]);
    assert_eq!(keys("export --to csl-json sort:key"), ["a", "b"]);
}

#[test]
fn a_query_exports_the_works_that_it_finds_with_their_abbreviations() {
    let env = TestEnvironment::with(FILE);
    assert_eq!(
        env.runs("export author:wren").stdout,
        "@STRING{jot = \"Journal of Things\"}\n\n@Article{b, AUTHOR = {Wren, Ada},\n\ttitle={B}, journal = jot # { A}, }\n"
    );
    assert_eq!(
        env.runs("export -author:wren --to csl-json")
            .stdout
            .matches("\"id\"")
            .count(),
        1
    );
}

#[test]
fn csl_json_has_the_variables_of_csl() {
    let env = TestEnvironment::with(FILE);
    let items = env.json("export author:wren --to csl-json");
    assert_eq!(items[0]["id"], "b");
    assert_eq!(items[0]["type"], "article-journal");
    assert_eq!(items[0]["container-title"], "Journal of Things A");
    assert_eq!(items[0]["author"][0]["family"], "Wren");
}

#[test]
fn an_export_is_imported_unchanged() {
    let env = TestEnvironment::with_chapter();
    env.put("again.bib", env.runs("export").stdout);
    let report = env.json("import again.bib --json");
    assert_eq!(report["unchanged"], 69);
    assert_eq!(report["rejected"], 0);
    assert_eq!(env.keys("").len(), 69);
}

#[test]
fn an_export_that_finds_nothing_says_so() {
    let run = TestEnvironment::with(FILE).runs("export nothing-of-the-kind");
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr, "no works found\n");
}

#[test]
fn notes_tags_and_a_tidy_form_go_together() {
    let env = TestEnvironment::with("@Book{a, Title={Apples}}\n@book{b, title = {Bread}}\n");
    env.runs("tag theme:fruit a --create");
    env.runs("note a -m 'see } and {there'");
    let text = env.runs("export --notes --tags --tidy").stdout;
    assert!(
        text.contains("theme:fruit") && text.contains("textbraceright"),
        "{text}"
    );
    env.put("again.bib", &text);
    env.runs("--library again.db import again.bib");
    let comment = env
        .runs("--library again.db find key:a --format '{comment}'")
        .stdout;
    assert_eq!(comment, "see } and {there\n");
}

#[test]
fn the_extension_of_the_output_file_is_its_format() {
    let env = TestEnvironment::with("@book{a, title = {A}, date = {2001}}\n");
    env.runs("export -o out.bib");
    assert_eq!(
        std::fs::read_to_string(env.path("out.bib")).unwrap(),
        "@book{a, title = {A}, date = {2001}}\n"
    );
    env.runs("export key:a --output out.json");
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(env.path("out.json")).unwrap()).unwrap();
    assert_eq!(json[0]["title"], "A");
    env.runs("export -o out.csv");
    let table = std::fs::read_to_string(env.path("out.csv")).unwrap();
    assert!(table.starts_with("id,type,issued,title"), "{table}");
    env.runs("export --to ris -o strange.xyz");
    for line in [
        "export -o out.xyz",
        "format -o out.xyz",
        "convert refs.bib -o out.xyz",
        "timeline -o out.xyz",
        "stats -o out.xyz",
        "stats -o out",
    ] {
        let message = env.refuses(2, line);
        assert!(
            message.contains("unsupported output format"),
            "{line}: {message}"
        );
    }
    assert!(!env.path("out.xyz").exists());
}

#[test]
fn a_table_of_many_works_has_one_header_with_the_columns_of_all() {
    // More than are read at a time.
    let mut bib: String = (0..4200)
        .map(|number| format!("@book{{k{number}, title = {{T{number}}}, date = {{2001}}}}\n"))
        .collect();
    bib.push_str("@book{last, title = {T}, date = {2001}, location = {Porto}}\n");
    let env = TestEnvironment::empty();
    env.put("many.bib", &bib);
    env.runs("import many.bib");
    let table = env.runs("export --to csv").stdout;
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 4202);
    assert_eq!(rows[0], "id,type,issued,title,publisher-place");
    assert_eq!(rows[4151], "k4150,book,2001,T4150,");
    assert_eq!(rows[4201], "last,book,2001,T,Porto");
}

#[test]
fn a_selection_has_the_preambles_that_it_uses() {
    let bib = "@preamble{\"\\newcommand{\\noopsort}[1]{} \"}\n@preamble{\"\\def\\mine{M}\"}\n\
               @book{a, title = {A}, year = {{\\noopsort{1}2001}}}\n\n@book{b, title = {B}, year = {2002}}\n";
    let env = TestEnvironment::with(bib);
    let with = "@preamble{\"\\newcommand{\\noopsort}[1]{} \"}\n\n@book{a,";
    for command in [
        "export key:a",
        "export key:a --to bibtex",
        "export --to bibtex",
        "format key:a --to biblatex",
    ] {
        let written = env.runs(command).stdout;
        assert!(written.starts_with(with), "{command}: {written}");
        assert!(!written.contains("\\mine"), "{command}: {written}");
    }
    assert!(env.runs("export key:b").stdout.starts_with("@book{b,"));
    env.put("refs.bib", bib);
    let written = env.runs("convert refs.bib --to bibtex").stdout;
    assert!(written.starts_with(with), "{written}");
}
