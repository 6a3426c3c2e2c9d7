//! Input that is made to exhaust memory or the stack, and damaged files: each costs one entry or one style.

use crate::test_env::TestEnvironment;

/// `count` openings around a word, and the closings.
fn nested(open: &str, close: &str, count: usize) -> String {
    format!("{}x{}", open.repeat(count), close.repeat(count))
}

/// Imports `bad.FORMAT`, in which only the entry `good` can be kept, and returns the report.
#[track_caller]
fn costs_one_entry(extension: &str, content: &str) -> String {
    let env = TestEnvironment::bare();
    let name = format!("bad.{extension}");
    env.put(&name, content);
    let report = env.ends(1, &format!("import {name}")).stderr;
    assert_eq!(env.keys(""), ["good"], "{report}");
    for output in ["html", "markdown", "json", "text"] {
        let run = env.ends(0, &format!("format --style apa --to {output}"));
        assert!(run.stdout.contains("Fine"), "{}", run.stdout);
        let run = env.peerbib(
            &["format", "--input", &name, "--style", "apa", "--to", output],
            "",
        );
        assert!(run.stdout.contains("Fine"), "{}", run.stderr);
    }
    report
}

const GOOD: &str = "\n@book{good, title = {Fine}}\n";

#[test]
fn abbreviations_that_double_each_other_cost_the_entry_that_uses_them() {
    let mut bib = "@string{a0 = \"xxxxxxxxxx\"}\n".to_owned();
    for level in 1..60 {
        let below = level - 1;
        bib += &format!("@string{{a{level} = a{below} # a{below}}}\n");
    }
    let report = costs_one_entry("bib", &format!("{bib}@book{{bad, title = a59}}{GOOD}"));
    assert!(
        report.contains("abbreviation a13 expands to too much text"),
        "{report}"
    );
    assert!(
        report.contains("bad") && report.contains("64 KiB"),
        "{report}"
    );
    // Many short values make a long entry, too.
    let note = ["a12"; 100].join(" # ");
    costs_one_entry("bib", &format!("{bib}@book{{bad, note = {note}}}{GOOD}"));
}

#[test]
fn entries_may_not_repeat_a_long_abbreviation_without_limit() {
    let mut bib = format!("@string{{a = {{{}}}}}\n", "x".repeat(60_000));
    for number in 0..1000 {
        bib += &format!("@book{{k{number}, title = {{T}}, note = a}}\n");
    }
    let env = TestEnvironment::bare();
    env.put("a.bib", bib);
    let report = env.ends(1, "import a.bib").stderr;
    assert!(report.contains("expand to too much text"), "{report}");
    let kept = env.keys("").len();
    assert!((200..400).contains(&kept), "{kept}");
}

#[test]
fn deep_braces_and_markup_cost_one_entry() {
    for title in [
        nested("\\emph{", "}", 30_000),
        nested("{", "}", 30_000),
        nested("<i>", "</i>", 30_000),
        nested("\\textbf{<b>", "</b>}", 150),
    ] {
        let report = costs_one_entry("bib", &format!("@book{{bad, title = {{{title}}}}}{GOOD}"));
        assert!(report.contains("bad"), "{report}");
        assert!(report.contains("deep in title"), "{report}");
    }
}

#[test]
fn markup_that_is_just_allowed_is_printed_in_every_format() {
    let env = TestEnvironment::bare();
    let title = nested("\\emph{", "}", 190);
    let marks = format!(
        "{}x{}",
        "\u{201c}".repeat(30_000),
        "\u{201d}".repeat(30_000)
    );
    let declarations = "\\it\\bf ".repeat(30_000);
    env.put(
        "a.bib",
        format!(
            "@book{{a, title = {{{title}}}}}\n@book{{b, title = {{{marks}}}}}\n\
             @book{{c, title = {{{declarations} x}}}}\n@book{{good, title = {{Fine}}}}"
        ),
    );
    env.runs("import a.bib");
    env.put("marks.md", "[@a; @b; @c; @good]\n");
    env.runs("list new l");
    env.runs("list add l a b c good");
    for command in [
        "format --style apa --to html",
        "list show l",
        "cite --document marks.md",
    ] {
        let run = env.peerbib(&crate::test_env::words(command), "");
        assert!(run.code.is_some(), "{command} is aborted: {}", run.stderr);
    }
    for name in [
        "a.docx", "a.html", "a.rtf", "a.odt", "a.tex", "a.typ", "a.md", "a.txt",
    ] {
        let run = env.peerbib(&["format", "--style", "apa", "-o", name], "");
        assert!(run.code.is_some(), "{name} is aborted: {}", run.stderr);
    }
    for format in ["csl-json", "ris", "hayagriva", "bibtex"] {
        let run = env.peerbib(&["export", "--to", format], "");
        assert!(run.code.is_some(), "{format} is aborted: {}", run.stderr);
    }
}

#[test]
fn deep_markup_in_other_formats_costs_one_entry() {
    let title = nested("<i>", "</i>", 30_000);
    for (extension, content) in [
        (
            "json",
            format!(
                r#"[{{"id":"bad","type":"book","title":"{title}"}},{{"id":"good","type":"book","title":"Fine"}}]"#
            ),
        ),
        (
            "ris",
            format!(
                "TY  - BOOK\nID  - bad\nTI  - {title}\nER  - \nTY  - BOOK\nID  - good\nTI  - Fine\nER  - \n"
            ),
        ),
        (
            "yaml",
            format!(
                "bad:\n  type: book\n  title: \"{title}\"\ngood:\n  type: book\n  title: Fine\n"
            ),
        ),
    ] {
        let report = costs_one_entry(extension, &content);
        assert!(
            report.contains("bad") && report.contains("deep in title"),
            "{report}"
        );
    }
}

#[test]
fn formulas_with_deep_braces_are_read_again() {
    let env = TestEnvironment::bare();
    let title = format!("$x^{}$ Fine", nested("{", "}", 10_000));
    let json = serde_json::json!([{"id": "a", "type": "book", "title": title}]);
    env.put("a.json", json.to_string());
    env.runs("import a.json");
    env.runs("rebuild");
    env.put("b.bib", env.runs("export").stdout);
    let run = env.runs("format --input b.bib --style apa");
    assert!(run.stdout.contains("Fine"), "{}", run.stderr);
}

#[test]
fn yaml_aliases_that_repeat_a_long_text_cost_one_entry() {
    let good = "good:\n  type: book\n  title: Fine\n";
    let aliases = "*t, ".repeat(20_000);
    let long = format!(
        "bad:\n  type: book\n  title: &t {}\n  note: [{aliases}]\n{good}",
        "x".repeat(100_000)
    );
    let report = costs_one_entry("yaml", &long);
    assert!(
        report.contains("bad") && report.contains("expand to too much text"),
        "{report}"
    );
}

#[test]
fn a_nul_byte_costs_one_entry() {
    for (extension, content) in [
        ("bib", format!("@book{{bad, title = {{x\0y}}}}{GOOD}")),
        ("bib", format!("@string{{bad = {{x\0y}}}}{GOOD}")),
        (
            "json",
            r#"[{"id":"bad","type":"book","title":"x\u0000y"},{"id":"good","type":"book","title":"Fine"}]"#
                .to_owned(),
        ),
        (
            "json",
            "[{\"id\":\"bad\",\"title\":\"x\0y\"},{\"id\":\"good\",\"type\":\"book\",\"title\":\"Fine\"}]"
                .to_owned(),
        ),
        (
            "json",
            r#"[{"id":"bad","author":[{"family":"x\u0000y"}]},{"id":"good","type":"book","title":"Fine"}]"#
                .to_owned(),
        ),
        (
            "ris",
            "TY  - BOOK\nID  - bad\nTI  - x\0y\nER  - \nTY  - BOOK\nID  - good\nTI  - Fine\nER  - \n"
                .to_owned(),
        ),
        (
            "yaml",
            "bad:\n  type: book\n  title: \"x\0y\"\ngood:\n  type: book\n  title: Fine\n".to_owned(),
        ),
    ] {
        let report = costs_one_entry(extension, &content);
        assert!(report.contains("rejected") && report.contains("bad"), "{extension}: {report}");
    }
}

/// A style with `macros`, whose bibliography prints `layout`.
fn style(macros: &str, layout: &str) -> String {
    format!(
        "<style xmlns=\"http://purl.org/net/xbiblio/csl\" class=\"in-text\" version=\"1.0\">\
         <info><title>T</title><id>t</id><updated>2020-01-01T00:00:00Z</updated></info>{macros}\
         <citation><layout><text variable=\"title\"/></layout></citation>\
         <bibliography><layout>{layout}</layout></bibliography></style>"
    )
}

#[test]
fn styles_that_double_their_work_are_rejected() {
    let env = TestEnvironment::with_chapter();
    let doubling = |call: &dyn Fn(usize) -> String| {
        let mut macros = "<macro name=\"m0\"><text variable=\"title\"/></macro>".to_owned();
        for level in 1..40 {
            macros += &format!("<macro name=\"m{level}\">{}</macro>", call(level - 1));
        }
        style(&macros, "<text macro=\"m39\"/>")
    };
    let twice = doubling(&|below| format!("<text macro=\"m{below}\"/>").repeat(2));
    let substitutes = doubling(&|below| {
        let call = format!("<text macro=\"m{below}\"/>").repeat(2);
        format!("<names variable=\"editor\"><substitute>{call}</substitute></names>")
    });
    for bomb in [twice, substitutes] {
        env.put("bomb.csl", bomb);
        for command in ["style check bomb.csl", "format --style bomb.csl"] {
            let run = env.ends(1, command);
            let message = run.stdout + &run.stderr;
            assert!(
                message.contains("more than 100000 elements"),
                "{command}: {message}"
            );
        }
    }
}

#[test]
fn a_style_with_entities_is_rejected() {
    let env = TestEnvironment::with_chapter();
    let long = format!("<!DOCTYPE style [<!ENTITY a \"{}\">]>", "x".repeat(10_000));
    let value = format!("<text value=\"{}\"/>", "&a;".repeat(10_000));
    env.put("bomb.csl", long + &style("", &value));
    let run = env.ends(1, "style check bomb.csl");
    let message = run.stdout + &run.stderr;
    assert!(message.contains("DTD"), "{message}");
}
