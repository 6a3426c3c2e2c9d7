//! `peerbib cite`

use std::path::{Path, PathBuf};

use crate::test_env::TestEnvironment;

/// Where the documents lie, and how they are to come out.
fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents")
}

fn document(name: &str) -> String {
    std::fs::read_to_string(documents().join(name)).unwrap()
}

/// A test environment with the chapter's works and a document.
fn env(text: &str) -> TestEnvironment {
    let env = TestEnvironment::with_chapter();
    env.put("draft.md", text);
    env
}

/// What a document becomes in a style.
#[track_caller]
fn cited(text: &str, style: &str) -> String {
    env(text)
        .runs(&format!("cite draft.md --style {style}"))
        .stdout
}

#[test]
fn documents_come_out_as_written_down_in_each_style() {
    let env = TestEnvironment::with_chapter();
    let mut seen = 0;
    for entry in std::fs::read_dir(documents()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let [source, style, "md"] = name.split('.').collect::<Vec<_>>()[..] else {
            continue;
        };
        seen += 1;
        env.put("draft.md", document(&format!("{source}.md")));
        let run = env.runs(&format!("cite draft.md --style {style}"));
        let expected = document(&name);
        if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
            std::fs::write(documents().join(&name), &run.stdout).unwrap();
        } else {
            assert_eq!(run.stdout, expected, "{name}");
        }
        assert_eq!(run.stderr, "", "{name}");
    }
    assert_eq!(seen, 6);
}

#[test]
fn a_citation_for_the_clipboard_is_one_line() {
    let env = TestEnvironment::with_chapter();
    let cite = |arguments: &str| env.runs(&format!("cite {arguments}")).stdout;
    assert_eq!(cite("benkler2006wealth"), "(Benkler, 2006)\n");
    assert_eq!(
        cite("benkler2006wealth --locator 'p. 12' --style chicago-notes"),
        "Yochai Benkler, The Wealth of Networks: How Social Production Transforms Markets and Freedom \
         (Yale University Press, 2006), 12, http://www.benkler.org/Benkler_Wealth_Of_Networks.pdf.\n"
    );
    assert_eq!(
        cite("benkler2006wealth --locator 'ch. iv' --locale de-DE"),
        "(Benkler, 2006, Kapitel iv)\n"
    );
    assert_eq!(
        cite("benkler2006wealth --locator iv"),
        "(Benkler, 2006, p. iv)\n"
    );
    assert_eq!(
        cite("benkler2006wealth bauwens2005political --prefix 'see *also*' --to markdown"),
        "(see *also* Benkler, 2006; Bauwens, 2005)\n"
    );
    assert_eq!(
        cite("benkler2006wealth --suffix 'and passim' --to html"),
        "(Benkler, 2006, and passim)\n"
    );
    assert_eq!(cite("benkler2006wealth --suppress-author"), "(2006)\n");
    assert_eq!(cite("benkler2006wealth --author-only"), "Benkler\n");
    assert_eq!(cite("benkler2006wealth --style ieee --to latex"), "{}[1]\n");
    assert_eq!(
        cite("benkler2006wealth --style ieee --to typst"),
        "\\[1\\]\n"
    );
}

#[test]
fn a_citation_may_be_written_as_in_pandoc() {
    let env = TestEnvironment::with_chapter();
    let cite = |citation: &str| env.peerbib(&["cite", citation], "").stdout;
    assert_eq!(
        cite("[@benkler2006wealth, pp. 12-14; see also @bauwens2005political]"),
        "(Benkler, 2006, pp. 12–14; see also Bauwens, 2005)\n"
    );
    assert_eq!(cite("@benkler2006wealth [p. 3]"), "Benkler (2006, p. 3)\n");
    assert_eq!(cite("[-@benkler2006wealth]"), "(2006)\n");
    let message = env.refuses(2, "cite 'see @benkler2006wealth and @merten2000'");
    assert!(message.contains("is not a single citation"), "{message}");
}

#[test]
fn a_citation_comes_with_its_entry_and_as_json() {
    let env = TestEnvironment::with_chapter();
    let run = env.runs("cite merten2000 bollier2013wealth --bibliography");
    assert_eq!(run.stdout.lines().count(), 3, "{}", run.stdout);
    let json = env.json("cite benkler2006wealth --json");
    assert_eq!(json["text"], "(Benkler, 2006)");
    assert_eq!(json["bibliography"][0]["key"], "benkler2006wealth");
}

#[test]
fn an_unknown_key_is_reported_with_suggestions() {
    let env = TestEnvironment::with_chapter();
    let run = env.ends(1, "cite benkler2006welth");
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.contains("did you mean benkler2006wealth?"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_key_that_was_renamed_is_still_cited() {
    let env = env("[@benkler2006wealth] and [@wealth].\n");
    env.runs("rename benkler2006wealth wealth");
    let text = env.runs("cite draft.md").stdout;
    assert!(
        text.starts_with("(Benkler, 2006) and (Benkler, 2006).\n"),
        "{text}"
    );
    assert_eq!(text.matches("*The wealth of networks").count(), 1, "{text}");
}

#[test]
fn unknown_keys_stay_visible_and_are_reported_with_their_lines() {
    let env = env(
        "One [see @bauwens2005politcal, p. 3; @merten2000].\n\nTwo @bauwens2005politcal, [@nothing].\n",
    );
    let run = env.ends(1, "cite draft.md");
    assert!(
        run.stdout.starts_with(
            "One (see **bauwens2005politcal?**, p. 3; Merten, 2000).\n\nTwo **bauwens2005politcal?**, \
             (**nothing?**).\n"
        ),
        "{}",
        run.stdout
    );
    assert_eq!(
        run.stderr.lines().collect::<Vec<_>>(),
        [
            "draft.md:1, 3: error: no work has the key “bauwens2005politcal”; did you mean bauwens2005political?",
            "draft.md:3: error: no work has the key “nothing”",
            "2 keys are not in the library; add them with `peerbib import` or `peerbib add`",
        ]
    );
}

#[test]
fn a_missing_semicolon_is_reported() {
    let env = env("[@merten2000 and @victor2003free]\n");
    let run = env.ends(1, "cite draft.md");
    assert!(
        run.stderr
            .contains("draft.md:1: warning: ignored @victor2003free"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_document_that_cites_nothing_comes_out_as_it_is() {
    for text in [
        "",
        "# Title\n\nNo citation, a@b.example.\n\n::: {#refs}\n:::\n",
        "\u{feff}x\r\n",
    ] {
        let env = TestEnvironment::empty();
        env.put("draft.md", text);
        let run = env.runs("cite draft.md -o cited.md");
        assert_eq!(std::fs::read_to_string(env.path("cited.md")).unwrap(), text);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn line_ends_of_windows_are_kept() {
    let text = cited(
        "---\r\nnocite: '@victor2003free'\r\n---\r\nOne [@merten2000,\r\np. 3].\r\n\r\n::: {#refs}\r\n:::\r\n",
        "apa",
    );
    assert!(
        text.contains("\r\nOne (Merten, 2000, p. 3).\r\n\r\n::: {#refs}\r\n\r\nMerten"),
        "{text}"
    );
    assert_eq!(
        text.matches('\n').count(),
        text.matches("\r\n").count(),
        "{text}"
    );
}

#[test]
fn the_bibliography_is_at_the_end_under_its_heading() {
    let text = cited("One [@weber2004success].", "apa --title Sources");
    assert_eq!(
        text,
        "One (Weber, 2004).\n\n# Sources\n\nWeber, S. (2004). *The success of open source*. Harvard University Press.\n"
    );
    let text = cited(
        "---\nreference-section-title: References\n---\n[@weber2004success]\n",
        "apa",
    );
    assert!(
        text.contains("\n\n# References\n\nWeber, S. (2004)."),
        "{text}"
    );
    let text = cited(
        "---\nsuppress-bibliography: true\n---\n[@merten2000]\n",
        "apa",
    );
    assert!(text.ends_with("(Merten, 2000)\n"), "{text}");
}

#[test]
fn the_metadata_of_the_document_choose_style_language_and_works() {
    let env = TestEnvironment::empty();
    env.put(
        "own.bib",
        "@book{wren, author = {Wren, Ada}, title = {Nests}, date = {1999}, publisher = {Hedge}}\n",
    );
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/styles/compact-syllabus.csl");
    std::fs::copy(own, env.path("house.csl")).unwrap();
    env.put(
        "draft.md",
        "---\nbibliography: own.bib\nlang: de\ncsl: https://www.zotero.org/styles/apa\n---\n[@wren, S. 3; @wren, Kap. 4]\n",
    );
    let text = env.runs("cite draft.md").stdout;
    assert!(
        text.contains("\n(Wren, 1999, S. 3, 1999, Kapitel 4)\n"),
        "{text}"
    );
    let text = env.runs("cite draft.md --style mla --locale en-US").stdout;
    assert!(text.contains("\n(Wren 3; Wren, ch. 4)\n"), "{text}");
    env.put(
        "draft.md",
        "---\nreferences:\n- id: owl\n  type: book\n  title: Owls\n  author: {family: Owl, given: Bo}\n  \
         issued: {year: 2001}\ncsl: house.csl\n---\n[@owl]\n",
    );
    let text = env.runs("cite draft.md").stdout;
    assert!(text.contains("Owl"), "{text}");
    assert!(text.contains("2001"), "{text}");
}

#[test]
fn works_that_are_not_cited_are_listed_when_the_metadata_say_so() {
    let text = cited(
        "---\nnocite: |\n  @merten2000, @victor2003free\n---\nNothing.\n",
        "apa",
    );
    assert!(
        text.contains("Nothing.\n\nMerten, S. (2000). *GNU/Linux:")
            && text.contains("\n\nVictor, R. (2003)."),
        "{text}"
    );
    let env = TestEnvironment::with("@book{a, title = {Apples}}\n@book{b, title = {Bread}}\n");
    env.put("draft.md", "---\nnocite: '@*'\n---\n");
    let text = env.runs("cite draft.md").stdout;
    assert!(
        text.contains("*Apples*") && text.contains("*Bread*"),
        "{text}"
    );
}

#[test]
fn works_of_one_year_are_distinguished_over_the_whole_document() {
    let text = cited("[@bauwens2017b]\n\nLater [@bauwens2017a].\n", "apa");
    assert!(
        text.starts_with("(Bauwens & Onzia, 2017b)\n\nLater (Bauwens & Onzia, 2017a).\n"),
        "{text}"
    );
    let text = cited(
        "[@merten2000; @victor2003free; @bollier2013wealth]\n",
        "ieee",
    );
    assert!(
        text.starts_with("\\[1\\], \\[2\\], \\[3\\]\n") || text.starts_with("\\[1\\]–\\[3\\]\n"),
        "{text}"
    );
}

#[test]
fn notes_can_stay_before_the_punctuation() {
    let text = cited(
        "---\nnotes-after-punctuation: false\n---\nOne [@merten2000].\n",
        "chicago-notes",
    );
    assert!(text.contains("\nOne[^fn1].\n"), "{text}");
}

#[test]
fn a_document_is_never_written_over_by_accident() {
    let env = env("One [@merten2000].\n");
    let message = env.refuses(2, "cite draft.md -o draft.md");
    assert!(message.contains("--in-place"), "{message}");
    env.refuses(2, "cite draft.md -o ./draft.md");
    env.put("refs.bib", "");
    env.refuses(2, "cite --markdown draft.md --input refs.bib -o refs.bib");
    assert_eq!(
        std::fs::read_to_string(env.path("draft.md")).unwrap(),
        "One [@merten2000].\n"
    );
    env.runs("cite draft.md --in-place");
    let text = std::fs::read_to_string(env.path("draft.md")).unwrap();
    assert!(text.starts_with("One (Merten, 2000).\n"), "{text}");
}

#[test]
fn a_document_comes_from_standard_input() {
    let env = TestEnvironment::with_chapter();
    let run = env.peerbib(&["cite", "-"], "One [@weber2004success].\n");
    assert_eq!(
        run.stdout,
        "One (Weber, 2004).\n\nWeber, S. (2004). *The success of open source*. Harvard University Press.\n"
    );
}

#[test]
fn the_report_on_a_document_is_printed_as_json() {
    let env = env("One [@merten2000] and @nothing.\n");
    let run = env.ends(1, "cite draft.md -o cited.md --json");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["citations"], 2);
    assert_eq!(json["works"][0], "merten2000");
    assert_eq!(json["missing"][0]["places"][0]["line"], 1);
    env.refuses(2, "cite draft.md --json");
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let env = env("x\n");
    for line in [
        "cite",
        "cite draft.md --locator 3",
        "cite merten2000 --title x",
        "cite merten2000 victor2003free --locator 3",
        "cite draft.md --to ris",
        "cite draft.md merten2000",
        "cite merten2000 --to biblatex",
        "cite --aux a.aux merten2000",
        "cite draft.md --watch",
    ] {
        env.refuses(2, line);
    }
    let message = env.refuses(1, "cite missing.md");
    assert!(message.contains("no such file"), "{message}");
    env.put("latin.md", b"one\ntw\xf6\n");
    let message = env.refuses(1, "cite latin.md");
    assert!(message.contains("latin.md:2: "), "{message}");
}

#[test]
fn broken_metadata_are_reported_with_their_line() {
    let env = env("---\ntitle: [\n---\nOne [@merten2000].\n");
    let run = env.ends(1, "cite draft.md");
    assert!(
        run.stderr
            .contains("draft.md:3: warning: ignored invalid metadata")
            || run
                .stderr
                .contains("draft.md:2: warning: ignored invalid metadata"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("One (Merten, 2000)."), "{}", run.stdout);
}

#[test]
fn citations_lead_to_their_entries_where_the_document_asks_for_it() {
    let env = TestEnvironment::with(
        "@book{a, author = {Doe, Ada}, title = {Apples}, date = 2001}\n\
         @book{b, author = {Roe, Bea}, title = {Bread}, date = 2002, url = {https://example.org/b}}\n\
         @book{x/y, author = {Poe, Cy}, title = {Cake}, date = 2003}\n",
    );
    let text = "One [see @a, p. 3; @b], two @a [p. 4], three [-@a], four [@x/y].\n";
    let cited = |style: &str| {
        env.put("d.md", format!("---\nlink-citations: true\n---\n{text}"));
        env.runs(&format!("cite d.md --style {style}")).stdout
    };
    let apa = cited("apa");
    assert!(
        apa.contains("(see [Doe, 2001, p. 3](#ref-a); [Roe, 2002](#ref-b))"),
        "{apa}"
    );
    assert!(apa.contains("two Doe ([2001, p. 4](#ref-a))"), "{apa}");
    assert!(
        apa.contains("three ([2001](#ref-a)), four (Poe, 2003)."),
        "{apa}"
    );
    assert!(
        apa.contains("\n::: {#ref-a .csl-entry}\nDoe, A. (2001). *Apples*.\n:::\n"),
        "{apa}"
    );
    let ieee = cited("ieee");
    assert!(
        ieee.contains("One see [\\[1, p. 3\\]](#ref-a), [\\[2\\]](#ref-b)"),
        "{ieee}"
    );
    let notes = cited("chicago-notes");
    assert!(notes.contains("](#ref-a)"), "{notes}");
    env.put("d.md", text);
    let plain = env.runs("cite d.md").stdout;
    assert!(!plain.contains("#ref") && !plain.contains(":::"), "{plain}");
}

#[test]
fn a_cite_in_a_sentence_prints_its_suffix_once() {
    let env =
        TestEnvironment::with("@book{a, author = {Doe, Ada}, title = {Apples}, date = 2001}\n");
    env.put("d.md", "One @a [and others], two [@a, p.\\ 12].\n");
    let cited = env.runs("cite d.md --style apa").stdout;
    assert!(cited.contains("One Doe (2001, and others)"), "{cited}");
    assert!(cited.contains("two (Doe, 2001, p. 12)"), "{cited}");
}
