//! `peerbib cite` with the works of a document, and with `--watch`

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::test_env::TestEnvironment;

/// A test environment with the chapter's works and a LaTeX run of two files.
fn latex() -> TestEnvironment {
    let env = TestEnvironment::with_chapter();
    std::fs::create_dir(env.path("out")).unwrap();
    env.put(
        "out/main.aux",
        "\\relax\n\\citation{victor2003free}\n\\@input{chapter.aux}\n\\citation{merten2000,victor2003free}\n",
    );
    env.put(
        "out/chapter.aux",
        "\\abx@aux@cite{0}{benkler2006wealth}\n\\abx@aux@cite{0}{benkler2006welth}\n",
    );
    env
}

#[test]
fn the_works_of_a_latex_document_come_in_the_order_of_their_citation() {
    let env = latex();
    let run = env.ends(1, "cite --aux out/main.aux --to keys");
    assert_eq!(
        run.stdout,
        "victor2003free\nbenkler2006wealth\nmerten2000\n"
    );
    assert_eq!(
        run.stderr.lines().next().unwrap(),
        "out/chapter.aux:2: error: no work has the key “benkler2006welth”; did you mean benkler2006wealth?"
    );
    let run = env.ends(1, "cite --aux out/main.aux --to keys --order key");
    assert_eq!(
        run.stdout,
        "benkler2006wealth\nmerten2000\nvictor2003free\n"
    );
}

#[test]
fn the_extension_of_the_output_decides_what_is_written() {
    let env = latex();
    for (file, sign) in [
        ("refs.bib", "@book{benkler2006wealth,"),
        ("refs.yaml", "benkler2006wealth:"),
        ("refs.json", "\"id\": \"benkler2006wealth\""),
        ("refs.ris", "TY  - BOOK"),
        ("refs.md", "*The wealth of networks"),
        ("refs.html", "<i>The wealth of networks"),
        ("refs.txt", "Benkler, Y. (2006). The wealth of networks"),
    ] {
        let run = env.ends(1, &format!("cite --aux out/main.aux -o {file}"));
        assert_eq!(run.stdout, "");
        let text = std::fs::read_to_string(env.path(file)).unwrap();
        assert!(text.contains(sign), "{file}: {text}");
    }
    let run = env.ends(1, "cite --aux out/main.aux --to text --style mla");
    assert!(
        run.stdout.starts_with("Benkler, Yochai. "),
        "{}",
        run.stdout
    );
    let run = env.ends(1, "cite --aux out/main.aux --to list");
    assert!(
        run.stdout.contains("victor2003free  Raoul Victor: Free Software and Market Relations (2003)  out/main.aux:2, 4\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_document_of_bibtex_gets_the_fields_that_bibtex_knows() {
    let env = TestEnvironment::with_chapter();
    env.put(
        "main.aux",
        "\\citation{benkler2006wealth}\n\\bibstyle{plain}\n",
    );
    env.runs("cite --aux main.aux -o refs.bib");
    let text = std::fs::read_to_string(env.path("refs.bib")).unwrap();
    assert!(text.contains("year") && !text.contains("  date "), "{text}");
    let text = env.runs("cite --aux main.aux --to biblatex").stdout;
    assert!(text.contains("  date "), "{text}");
}

#[test]
fn a_missing_chapter_is_reported_and_the_rest_is_written() {
    let env = latex();
    std::fs::remove_file(env.path("out/chapter.aux")).unwrap();
    let run = env.ends(1, "cite --aux out/main.aux --to keys");
    assert_eq!(run.stdout, "victor2003free\nmerten2000\n");
    assert!(
        run.stderr
            .contains("out/main.aux:3: cannot read out/chapter.aux"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_control_file_of_biber_names_works_or_asks_for_all() {
    let env = TestEnvironment::with("@book{a, title = {Apples}}\n@book{b, title = {Bread}}\n");
    let control = |keys: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<bcf:controlfile version=\"3.10\" \
             xmlns:bcf=\"https://sourceforge.net/projects/biblatex\">\n<bcf:section number=\"0\">\n{keys}\
             </bcf:section>\n</bcf:controlfile>\n"
        )
    };
    env.put(
        "main.bcf",
        control("<bcf:citekey order=\"1\">b</bcf:citekey>\n"),
    );
    assert_eq!(env.runs("cite --bcf main.bcf --to keys").stdout, "b\n");
    env.put(
        "main.bcf",
        control("<bcf:citekey nocite=\"1\">*</bcf:citekey>\n"),
    );
    assert_eq!(
        env.runs("cite --bcf main.bcf --to keys --order key").stdout,
        "a\nb\n"
    );
    env.put("main.bcf", "<bcf");
    let message = env.refuses(1, "cite --bcf main.bcf");
    assert!(message.contains("main.bcf:1: "), "{message}");
}

#[test]
fn a_typst_document_is_followed_into_the_files_it_includes() {
    let env = TestEnvironment::with_chapter();
    std::fs::create_dir(env.path("chapters")).unwrap();
    env.put(
        "paper.typ",
        "= Intro <intro>\nSee @intro and @fig:one. @merten2000[p. 3]\n#include \"chapters/one.typ\"\n\
         #cite(<victor2003free>)\n#include \"chapters/none.typ\"\n",
    );
    env.put(
        "chapters/one.typ",
        "#figure(rect()) <fig:one>\n@benkler2006wealth, @merten2000 and @nothing.\n",
    );
    let run = env.ends(1, "cite --typst paper.typ --to keys");
    assert_eq!(
        run.stdout,
        "merten2000\nbenkler2006wealth\nvictor2003free\n"
    );
    assert!(
        run.stderr
            .contains("chapters/one.typ:2: error: no work has the key “nothing”"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("paper.typ:5: cannot read chapters/none.typ"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("fig:one"), "{}", run.stderr);
}

#[test]
fn a_work_takes_the_work_along_that_it_is_part_of() {
    let bib = "@collection{book, title = {The Book}, editor = {Wren, Ada}, date = {2001}}\n\n\
               @incollection{part, author = {Owl, Bo}, title = {The Part}, crossref = {book}}\n\n\
               @book{other, title = {Other}}\n";
    for env in [TestEnvironment::with(bib), TestEnvironment::empty()] {
        env.put("refs.bib", bib);
        env.put("draft.md", "[@part] and [@book], [@other]\n");
        let line = if env.library().exists() {
            "cite --markdown draft.md"
        } else {
            "cite --markdown draft.md --input refs.bib"
        };
        let text = env.runs(line).stdout;
        let place = |key: &str| text.find(&format!("{{{key},")).unwrap();
        assert!(place("part") < place("book"), "{text}");
        assert_eq!(text.matches("@collection").count(), 1, "{text}");
        env.put("draft.md", "[@part]\n");
        assert!(env.runs(line).stdout.contains("@collection{book"));
        let yaml = env.runs(&format!("{line} --to yaml")).stdout;
        assert!(!yaml.contains("\nbook:"), "{yaml}");
    }
}

#[test]
fn the_places_where_each_work_is_cited_are_printed_as_json() {
    let env = TestEnvironment::with_chapter();
    env.put(
        "draft.md",
        "[@merten2000] and @victor2003fre\n\n@merten2000 again\n",
    );
    let run = env.ends(1, "cite --markdown draft.md --json");
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json[0]["key"], "merten2000");
    assert_eq!(json[0]["work"]["year"], 2000);
    assert_eq!(json[0]["places"][1]["line"], 3);
    assert!(json[1]["work"].is_null());
    assert_eq!(json[1]["suggestion"], "victor2003free");
}

/// Waits until `is_so`, or fails.
#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_watched_document_is_written_again_when_it_or_the_library_changes() {
    let env =
        TestEnvironment::with("@book{a, author = {Ash, A.}, title = {Apples}, date = {2001}}\n");
    env.put("draft.md", "One [@a].\n");
    let mut child = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(["cite", "draft.md", "-o", "cited.md", "--watch"])
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(env.path("stderr")).unwrap())
        .spawn()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(env.path(name)).unwrap_or_default();
    wait_until("it is written at once", || {
        read("cited.md").starts_with("One (Ash, 2001).")
    });
    wait_until("it says that it watches", || {
        read("stderr").contains("Ctrl-C")
    });
    // The document changes.
    env.put("draft.md", "Two [@a] and [@b].\n");
    wait_until("the document is followed", || {
        read("cited.md").starts_with("Two (Ash, 2001) and (**b?**).")
    });
    // The library changes.
    env.put(
        "more.bib",
        "@book{b, author = {Birch, B.}, title = {Bread}, date = {2002}}\n",
    );
    env.runs("import more.bib");
    wait_until("the library is followed", || {
        read("cited.md").starts_with("Two (Ash, 2001) and (Birch, 2002).")
    });
    // The document is gone for a moment, as some editors have it, and is no text for another.
    std::fs::remove_file(env.path("draft.md")).unwrap();
    wait_until("the missing file is reported", || {
        read("stderr").contains("no such file")
    });
    env.put("draft.md", b"\xff\xff");
    wait_until("the file that is no text is reported", || {
        read("stderr").contains("UTF-8")
    });
    env.put("draft.md", "Three [@b].\n");
    wait_until("it is followed again", || {
        read("cited.md").starts_with("Three (Birch, 2002).")
    });
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        read("stderr").contains("cited.md: 1 citation of 1 work"),
        "{}",
        read("stderr")
    );
}

#[test]
fn a_watched_bibliography_follows_the_files_of_latex() {
    let env = latex();
    let mut child = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args([
            "cite",
            "--aux",
            "out/main.aux",
            "-o",
            "refs.bib",
            "--watch",
            "--quiet",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let read = || std::fs::read_to_string(env.path("refs.bib")).unwrap_or_default();
    wait_until("it is written", || read().contains("merten2000"));
    env.put("out/chapter.aux", "\\citation{bollier2013wealth}\n");
    wait_until("the chapter is followed", || {
        read().contains("bollier2013wealth")
    });
    assert!(!read().contains("benkler2006wealth"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_control_file_of_a_real_run_of_biblatex_is_read() {
    let env = TestEnvironment::with(
        "@book{a, author = {Ada}, title = {Apples}, date = 2001}\n\
         @book{b, author = {Bea}, title = {Bread}, date = 2002}\n",
    );
    env.put(
        "main.tex",
        "\\documentclass{article}\n\\usepackage[style=authoryear]{biblatex}\n\\addbibresource{out.bib}\n\
         \\begin{document}\n\\textcite{b} and \\parencite[12]{a}, as \\autocites{a}{b} say.\n\
         \\printbibliography\n\\end{document}\n",
    );
    let run = env
        .command("pdflatex")
        .args(["-interaction=nonstopmode", "main.tex"])
        .output();
    if run.is_err() || !env.path("main.bcf").exists() {
        eprintln!("skipped: pdflatex with biblatex is not installed");
        return;
    }
    assert_eq!(env.runs("cite --bcf main.bcf --to keys").stdout, "b\na\n");
    env.runs("cite --bcf main.bcf -o out.bib");
    let written = std::fs::read_to_string(env.path("out.bib")).unwrap();
    assert!(
        written.contains("{a,") && written.contains("{b,"),
        "{written}"
    );
}
