//! `peerbib format`

use crate::test_env::TestEnvironment;

const WORKS: &str = "\
@book{wren, author = {Wren, Ada}, title = {Nests}, publisher = {Circle Press}, date = {2015},
  keywords = {theme:birds}, annotation = {My own private remark.}}
@article{finch, author = {Finch, Bo}, title = {Twigs \\& feathers}, journaltitle = {Journal of Nests}, volume = {4},
  number = {2}, pages = {10--20}, date = {2001}, keywords = {theme:wood, theme:birds}}
@online{circle, author = {{Reading Circle}}, title = {A page}, url = {https://example.org/page}}
";

/// Asserts that the output contains the texts in this order.
#[track_caller]
fn in_order(output: &str, texts: &[&str]) {
    let mut from = 0;
    for text in texts {
        match output[from..].find(text) {
            Some(place) => from += place + text.len(),
            None => panic!("no {text} where it should be:\n{output}"),
        }
    }
}

#[test]
fn a_list_is_sorted_as_the_style_says() {
    let env = TestEnvironment::with(WORKS);
    let list = env.runs("format").stdout;
    in_order(
        &list,
        &["Finch, B. (2001)", "Reading Circle", "Wren, A. (2015)"],
    );
}

#[test]
fn a_query_chooses_the_works() {
    let env = TestEnvironment::with(WORKS);
    let list = env
        .runs("format theme:birds -author:finch --style apa --to text")
        .stdout;
    assert!(list.starts_with("Wren, A. (2015)"), "{list}");
    assert!(!list.contains("Finch"), "{list}");
    assert_eq!(env.runs("format title:nothing").stdout.trim(), "");
}

#[test]
fn sections_follow_the_tags_of_a_facet() {
    let env = TestEnvironment::with(WORKS);
    env.runs("tags add theme:birds --label 'On birds'");
    let list = env.runs("format --group-by theme").stdout;
    in_order(
        &list,
        &[
            "On birds\n",
            "Finch",
            "Wren",
            "wood\n",
            "Finch",
            "Without a theme\n",
            "Reading Circle",
        ],
    );
}

#[test]
fn sections_follow_movements_with_child_tags_below() {
    let env = TestEnvironment::with_chapter();
    let list = env
        .runs("format -key:jopp --group-by movement --to markdown")
        .stdout;
    in_order(
        &list,
        &[
            "# Berkman Klein Center circle\n",
            "# Oekonux\n",
            "# P2P Foundation\n",
        ],
    );
}

#[test]
fn sections_follow_years_types_and_authors() {
    let env = TestEnvironment::with(WORKS);
    in_order(
        &env.runs("format --group-by year").stdout,
        &[
            "2001\n",
            "Finch",
            "2015\n",
            "Wren",
            "No date\n",
            "Reading Circle",
        ],
    );
    in_order(
        &env.runs("format --group-by type").stdout,
        &[
            "Articles\n",
            "Finch",
            "Books\n",
            "Wren",
            "Online texts\n",
            "Reading Circle",
        ],
    );
    in_order(
        &env.runs("format --group-by author").stdout,
        &[
            "Bo Finch\n",
            "Finch",
            "Reading Circle\n",
            "Ada Wren\n",
            "Wren",
        ],
    );
}

#[test]
fn every_target_writes_its_own_markup() {
    let env = TestEnvironment::with(WORKS);
    let to = |target: &str| {
        env.runs(&format!("format author:finch --to {target}"))
            .stdout
    };
    assert!(
        to("text").contains("Twigs & feathers. Journal of Nests, 4(2), 10\u{2013}20"),
        "{}",
        to("text")
    );
    assert!(to("ansi").contains("\u{1b}[3m"), "{}", to("ansi"));
    assert!(
        to("html").contains("<i>Journal of Nests</i>"),
        "{}",
        to("html")
    );
    assert!(
        to("html").contains("Twigs &#38; feathers"),
        "{}",
        to("html")
    );
    assert!(
        to("markdown").contains("*Journal of Nests*"),
        "{}",
        to("markdown")
    );
}

#[test]
fn text_has_no_escape_sequences_where_nobody_sees_them() {
    let env = TestEnvironment::with(WORKS);
    assert!(!env.runs("format").stdout.contains('\u{1b}'));
    assert!(env.runs("format --color always").stdout.contains('\u{1b}'));
}

#[test]
fn json_keeps_its_contract() {
    let env = TestEnvironment::with(WORKS);
    let entries = env.json("format --to json");
    let entries = entries.as_array().unwrap();
    let keys: Vec<_> = entries
        .iter()
        .map(|entry| entry["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        ["finch", "circle", "wren"],
        "in the order of the bibliography"
    );
    for entry in entries {
        let fields: Vec<_> = entry.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["html", "key", "text"]);
        let html = entry["html"].as_str().unwrap();
        assert!(
            html.trim_start().starts_with("<div class=\"csl-entry\">"),
            "{html}"
        );
        assert!(html.trim_end().ends_with("</div>"), "{html}");
    }
    assert!(
        entries[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("Finch, B. (2001). Twigs & feathers.")
    );
    assert!(
        entries[0]["html"]
            .as_str()
            .unwrap()
            .contains("<i>Journal of Nests</i>")
    );
    let grouped = env.json("format --to json --group-by year");
    assert_eq!(grouped[0]["group"], "2001");
}

#[test]
fn files_are_formatted_without_a_library() {
    let env = TestEnvironment::empty();
    env.put("works.bib", WORKS);
    env.put(
        "more.bib",
        "@book{swift, author = {Swift, Di}, title = {Eggs}, date = {1999}}",
    );
    let list = env
        .runs("format --input works.bib --input more.bib --group-by theme")
        .stdout;
    in_order(
        &list,
        &[
            "birds\n",
            "Finch",
            "Wren",
            "wood\n",
            "Finch",
            "Without a theme\n",
            "Swift",
        ],
    );
    let run = env.peerbib(&["format", "--input", "-", "--to", "json"], WORKS);
    assert_eq!(run.stdout.matches("\"key\"").count(), 3, "{}", run.stderr);
    assert!(!env.path("data").exists(), "no library is made");
}

#[test]
fn a_bad_entry_of_a_file_is_reported_and_the_others_are_formatted() {
    let env = TestEnvironment::empty();
    env.put("works.bib", format!("{WORKS}@book{{bad, title = {{Open\n"));
    let run = env.ends(1, "format --input works.bib");
    assert!(
        run.stderr.contains("works.bib:6: error: bad:"),
        "{}",
        run.stderr
    );
    assert_eq!(
        run.stdout.lines().filter(|line| !line.is_empty()).count(),
        3
    );
}

#[test]
fn private_annotations_are_printed_only_where_they_are_asked_for() {
    let env = TestEnvironment::with(WORKS);
    let list = |more: &str| {
        env.runs(&format!("format --style annotated-reading-list {more}"))
            .stdout
    };
    assert!(!list("").contains("private remark"));
    assert!(list("--annotations").contains("My own private remark."));
}

#[test]
fn a_locale_translates_the_terms() {
    let env = TestEnvironment::with(
        "@incollection{a, author = {Wren, Ada}, editor = {Finch, Bo}, title = {Nests}, booktitle = {Birds}, date = {2001}}\n",
    );
    assert!(env.runs("format --locale de-DE").stdout.contains("(Hrsg.)"));
    assert!(env.runs("format --locale de").stdout.contains("(Hrsg.)"));
    assert!(env.runs("format --locale en-US").stdout.contains("(Ed.)"));
}

#[test]
fn a_style_file_is_used_by_its_path() {
    let env = TestEnvironment::with(WORKS);
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/styles/compact-syllabus.csl");
    std::fs::copy(own, env.path("house.csl")).unwrap();
    let by_path = env.runs("format --style house.csl").stdout;
    assert_eq!(by_path, env.runs("format --style compact-syllabus").stdout);
    assert_eq!(by_path, env.runs("format --style ./house.csl").stdout);
}

#[test]
fn the_references_themselves_are_handed_on_in_the_order_of_the_list() {
    let env = TestEnvironment::with(WORKS);
    let keys = |more: &str| -> Vec<String> {
        let items = env.json(&format!("format --to csl-json {more}"));
        let ids = items.as_array().unwrap().iter();
        ids.map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys(""), ["finch", "circle", "wren"]);
    assert_eq!(
        keys("--group-by theme"),
        ["finch", "wren", "circle"],
        "a work with two themes is handed on once"
    );
    for form in ["biblatex", "bibtex", "hayagriva", "ris"] {
        let from_library = env.runs(&format!("format --to {form}")).stdout;
        in_order(&from_library, &["Twigs", "A page", "Nests"]);
        let from_file = env.runs(&format!("format --input refs.bib --to {form}"));
        assert_eq!(from_file.stdout, from_library, "{form}");
    }
}

#[test]
fn private_annotations_stay_out_of_references_that_are_handed_on() {
    let env = TestEnvironment::with(WORKS);
    for form in ["biblatex", "bibtex", "csl-json", "hayagriva", "ris"] {
        let references = env.runs(&format!("format --to {form}")).stdout;
        assert!(
            !references.contains("private remark"),
            "{form}: {references}"
        );
    }
    for form in ["biblatex", "bibtex", "csl-json"] {
        let references = env
            .runs(&format!("format --annotations --to {form}"))
            .stdout;
        assert!(
            references.contains("private remark"),
            "{form}: {references}"
        );
    }
}

#[test]
fn a_file_gets_the_format_of_its_extension() {
    let env = TestEnvironment::with(WORKS);
    for (file, form) in [
        ("list.txt", "text"),
        ("list.html", "html"),
        ("list.md", "markdown"),
        ("list.tex", "latex"),
        ("list.typ", "typst"),
        ("list.wiki", "mediawiki"),
        ("list.rtf", "rtf"),
        ("list.json", "json"),
        ("list.bib", "biblatex"),
        ("list.yml", "hayagriva"),
        ("list.ris", "ris"),
    ] {
        let run = env.runs(&format!("format --output {file}"));
        assert_eq!(run.stdout, "");
        // Who opens it would miss the rest of the page.
        let is_part = matches!(form, "html" | "latex");
        assert_eq!(
            run.stderr.contains("--standalone"),
            is_part,
            "{}",
            run.stderr
        );
        let written = std::fs::read_to_string(env.path(file)).unwrap();
        let printed = env.runs(&format!("format --to {form}")).stdout;
        assert_eq!(written, printed, "{file}");
    }
    env.runs("format --output list.docx");
    assert!(
        std::fs::read(env.path("list.docx"))
            .unwrap()
            .starts_with(b"PK")
    );
    env.runs("format --output list.text --to html");
    let whole = env.runs("format --output list.html --standalone");
    assert_eq!(whole.stderr, "");
    let message = env.refuses(2, "format --output list.epub");
    assert!(message.contains("choose the format with --to"), "{message}");
    let message = env.refuses(1, "format --output no/such/place.html");
    assert!(
        message.contains("cannot write no/such/place.html"),
        "{message}"
    );
}

/// A work without a title, beside one that has one.
const UNTITLED: &str = "\
@article{bare, author = {Finch, Bo}, journaltitle = {Nests}, date = {2003}}
@book{whole, author = {Wren, Ada}, title = {Twigs}, date = {2001}}
";

#[test]
fn works_without_a_title_are_printed_as_far_as_known_and_reported() {
    let env = TestEnvironment::with(UNTITLED);
    let list = env.runs("format");
    assert!(
        list.stdout.contains("Finch, B. (2003). Nests."),
        "{}",
        list.stdout
    );
    assert!(
        list.stderr.contains("1 work has no title") && list.stderr.contains("find missing:title"),
        "{}",
        list.stderr
    );
    assert_eq!(env.keys("missing:title"), ["bare"]);
    let quiet = env.runs("format --quiet");
    assert!(
        quiet.stderr.contains("1 work has no title"),
        "{}",
        quiet.stderr
    );
    assert_eq!(env.runs("format key:whole").stderr, "");
    env.put("bare.bib", UNTITLED);
    let message = env.runs("format --input bare.bib").stderr;
    assert!(message.contains("prints what is known (bare)"), "{message}");
}

#[test]
fn no_template_is_written_for_a_work_without_a_title() {
    let env = TestEnvironment::with(UNTITLED);
    let wiki = env.runs("format --to mediawiki --templates");
    let lines: Vec<_> = wiki.stdout.lines().collect();
    assert!(
        lines[0].starts_with("* Finch, B. (2003)"),
        "{}",
        wiki.stdout
    );
    assert!(
        lines[1].starts_with("* {{cite book |last1=Wren"),
        "{}",
        wiki.stdout
    );
    assert!(
        wiki.stderr.contains("1 work has no title"),
        "{}",
        wiki.stderr
    );
}
