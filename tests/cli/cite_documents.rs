//! `peerbib cite essay.md -o …`: complete documents.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use crate::test_env::TestEnvironment;

/// A document with everything that the formats have to print.
const ESSAY: &str = "\
---
title: Commons & *peers*
author: Ada Lovelace
lang: en-US
---

# Introduction {#intro}

Peer production [see @benkler2006wealth, pp. 12-14] is **new**, says @bauwens2005political.^[A note, [@merten2000].]
It has 10 % of { and \\ and <b>raw</b> and a [link to *us*](https://example.org/a?b=c&d), see [there](#intro).[^1]

[^1]: A footnote.

3. three
4. four
   - nested

> Quoted words

![A *picture*](pictures/dot.png){width=50%}

| Name | Year |
|------|-----:|
| Oekonux | 1999 |

```
code  with | signs
```

Water is H~2~O, and ~~wrong~~ is struck.

# References

::: {#refs}
:::
";

/// A PNG of two by one pixels.
const DOT: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0xd1, 0x49, 0x20,
    0x56, 0x00, 0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x68, 0x00, 0x00,
    0x00, 0x83, 0x00, 0x81, 0x87, 0xcf, 0xec, 0xa4, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44,
    0xae, 0x42, 0x60, 0x82,
];

fn env() -> TestEnvironment {
    let env = TestEnvironment::with_chapter();
    env.put("essay.md", ESSAY);
    std::fs::create_dir(env.path("pictures")).unwrap();
    env.put("pictures/dot.png", DOT);
    env
}

/// Returns a part of an archive, which must be well-formed XML.
#[track_caller]
fn part(env: &TestEnvironment, file: &str, part: &str) -> String {
    let file = std::fs::File::open(env.path(file)).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut xml = String::new();
    archive
        .by_name(part)
        .unwrap()
        .read_to_string(&mut xml)
        .unwrap();
    roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{part}: {error}"));
    xml
}

/// Returns the text of the paragraphs of a part in document order, each with its style.
fn paragraphs(xml: &str) -> Vec<(String, String)> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let name = |node: &roxmltree::Node<'_, '_>| node.tag_name().name().to_owned();
    document
        .descendants()
        .filter(|node| matches!(name(node).as_str(), "p" | "h") && node.is_element())
        .map(|node| {
            let style = node
                .descendants()
                .find(|node| name(node) == "pStyle")
                .unwrap_or(node);
            let style = style
                .attributes()
                .find(|attribute| matches!(attribute.name(), "val" | "style-name"));
            let style = style.map_or("", |attribute| attribute.value()).to_owned();
            let text = node
                .descendants()
                .filter(|text| text.is_text())
                .filter(|text| text.ancestors().all(|node| name(&node) != "instrText"))
                .filter_map(|text| text.text())
                .collect::<String>();
            (style, text)
        })
        .collect()
}

#[track_caller]
fn holds(paragraphs: &[(String, String)], style: &str, text: &str) {
    let found = paragraphs
        .iter()
        .any(|(of, words)| of == style && words.contains(text));
    assert!(found, "no {style} with {text:?} in {paragraphs:#?}");
}

#[test]
fn a_word_document_has_the_structure_of_the_markdown() {
    let env = env();
    let message = env.runs("cite essay.md -o essay.docx").stderr;
    assert!(message.contains("3 citations of 3 works"), "{message}");
    let xml = part(&env, "essay.docx", "word/document.xml");
    let found = paragraphs(&xml);
    holds(&found, "Title", "Commons & peers");
    holds(&found, "Author", "Ada Lovelace");
    holds(&found, "Heading1", "Introduction");
    holds(
        &found,
        "BodyText",
        "(see Benkler, 2006, pp. 12–14) is new, says Bauwens (2005).",
    );
    holds(
        &found,
        "BodyText",
        "10 % of { and \\ and <b>raw</b> and a link to us",
    );
    holds(&found, "Quote", "Quoted words");
    holds(&found, "Caption", "A picture");
    holds(&found, "TableText", "Oekonux");
    holds(&found, "SourceCode", "code  with | signs");
    holds(&found, "BodyText", "H2O");
    holds(&found, "Bibliography", "Benkler, Y. (2006).");
    // The list goes on from its own number, and a nested one has bullets.
    let numbering = part(&env, "essay.docx", "word/numbering.xml");
    assert!(
        numbering.contains("<w:startOverride w:val=\"3\" />"),
        "{numbering}"
    );
    assert!(xml.contains("<w:ilvl w:val=\"1\" />"), "{xml}");
    assert!(xml.contains("<w:hyperlink w:anchor=\"intro\">") && xml.contains("w:name=\"intro\""));
    let links = part(&env, "essay.docx", "word/_rels/document.xml.rels");
    assert!(
        links.contains("Target=\"https://example.org/a?b=c&amp;d\""),
        "{links}"
    );
    assert!(xml.contains("<w:strike />") && xml.contains("w:val=\"subscript\""));
    // The notes of the document are notes, and the image is in the archive.
    let notes = paragraphs(&part(&env, "essay.docx", "word/footnotes.xml"));
    holds(&notes, "FootnoteText", "A note, (Merten, 2000).");
    holds(&notes, "FootnoteText", "A footnote.");
    let file = std::fs::File::open(env.path("essay.docx")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut image = Vec::new();
    archive
        .by_name("word/media/image1.png")
        .unwrap()
        .read_to_end(&mut image)
        .unwrap();
    assert_eq!(image, DOT);
}

#[test]
fn an_opendocument_text_has_the_structure_of_the_markdown() {
    let env = env();
    env.runs("cite essay.md -o essay.odt");
    let bytes = std::fs::read(env.path("essay.odt")).unwrap();
    // Programs recognize the file by its first part, which is not compressed.
    assert_eq!(&bytes[30..38], b"mimetype");
    assert_eq!(&bytes[38..77], b"application/vnd.oasis.opendocument.text");
    let xml = part(&env, "essay.odt", "content.xml");
    let found = paragraphs(&xml);
    holds(&found, "Title", "Commons & peers");
    holds(&found, "Heading_20_1", "Introduction");
    holds(&found, "Text_20_body", "(see Benkler, 2006, pp. 12–14)");
    let quoted = found
        .iter()
        .find(|(_, words)| words == "Quoted words")
        .unwrap();
    let style = format!(
        "style:name=\"{}\" style:family=\"paragraph\" style:parent-style-name=\"Quotations\"",
        quoted.0
    );
    assert!(xml.contains(&style), "{xml}");
    holds(&found, "Footnote", "A footnote.");
    holds(&found, "Bibliography_20_1", "Benkler, Y. (2006).");
    assert!(
        xml.contains("<text:list-item text:start-value=\"3\">"),
        "{xml}"
    );
    assert!(xml.contains("<table:table-header-rows>") && xml.contains("Pictures/image1.png"));
    assert!(xml.contains("code <text:s/>with | signs"), "{xml}");
    for name in ["styles.xml", "meta.xml", "META-INF/manifest.xml"] {
        part(&env, "essay.odt", name);
    }
}

#[test]
fn in_note_styles_citations_are_footnotes_and_keep_their_italics() {
    let env = env();
    env.runs("cite essay.md -o essay.docx --style chicago-notes");
    let notes = part(&env, "essay.docx", "word/footnotes.xml");
    holds(
        &paragraphs(&notes),
        "FootnoteText",
        "See Yochai Benkler, The Wealth of Networks",
    );
    assert!(
        notes
            .contains("<w:i /><w:iCs /></w:rPr><w:t xml:space=\"preserve\">The Wealth of Networks"),
        "{notes}"
    );
    let text = part(&env, "essay.docx", "word/document.xml");
    assert_eq!(text.matches("<w:footnoteReference ").count(), 4, "{text}");
}

#[test]
fn a_link_with_italics_in_it_is_one_link() {
    let env = TestEnvironment::with(
        "@book{b, author = {Bird, Ann}, title = {Nests}, date = {2001}, doi = {10.1/x}}\n",
    );
    env.put(
        "linked.csl",
        "<style xmlns=\"http://purl.org/net/xbiblio/csl\" class=\"note\" version=\"1.0\"><info><title>L</title><id>l</id>\
         <updated>2026-01-01T00:00:00Z</updated></info><citation><layout suffix=\".\"><group delimiter=\", \">\
         <names variable=\"author\"/><text variable=\"title\" font-style=\"italic\"/><date variable=\"issued\" form=\"text\"/>\
         <text variable=\"DOI\" prefix=\"https://doi.org/\"/></group></layout></citation></style>",
    );
    env.put("draft.md", "---\nlink-citations: true\n---\nOne [@b].\n");
    let text = env.runs("cite draft.md --style ./linked.csl").stdout;
    assert!(
        text.contains(": Ann Bird, *Nests*, 2001, <https://doi.org/10.1/x>."),
        "{text}"
    );
    env.put("list.md", "A [*whole* title](https://e.org/x) here [@b].\n");
    for (format, link) in [
        ("tex", "\\href{https://e.org/x}{\\textit{whole} title}"),
        ("typ", "#link(\"https://e.org/x\")[#emph[whole] title]"),
        ("html", "<a href=\"https://e.org/x\"><i>whole</i> title</a>"),
    ] {
        env.runs(&format!("cite list.md -o list.{format} --style apa"));
        let text = std::fs::read_to_string(env.path(&format!("list.{format}"))).unwrap();
        assert!(text.contains(link), "{text}");
    }
}

#[test]
fn live_citations_are_fields_that_come_back_as_works() {
    let env = env();
    for (file, style) in [
        ("live.docx", "apa"),
        ("live.odt", "apa"),
        ("notes.docx", "chicago-notes"),
        ("notes.odt", "chicago-notes"),
    ] {
        env.runs(&format!("cite essay.md -o {file} --live --style {style}"));
        let back = env.runs(&format!("convert {file} --to csl-json")).stdout;
        let items: Vec<serde_json::Value> = serde_json::from_str(&back).unwrap();
        let mut keys: Vec<&str> = items
            .iter()
            .filter_map(|item| item["id"].as_str())
            .collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            ["bauwens2005political", "benkler2006wealth", "merten2000"],
            "{file}"
        );
        let wealth = items
            .iter()
            .find(|item| item["id"] == "benkler2006wealth")
            .unwrap();
        assert_eq!(wealth["author"][0]["family"], "Benkler", "{file}");
    }
    let xml = part(&env, "live.docx", "word/document.xml");
    let codes = xml.matches(" ADDIN ZOTERO_ITEM CSL_CITATION {").count();
    assert_eq!(codes, 2, "{xml}");
    assert_eq!(xml.matches(" ADDIN ZOTERO_BIBL {").count(), 1);
    let ends = xml.matches("w:fldCharType=\"end\"").count();
    assert_eq!(xml.matches("w:fldCharType=\"begin\"").count(), ends);
    assert!(
        xml.contains("&quot;locator&quot;:&quot;12-14&quot;")
            || xml.contains("&quot;locator&quot;:&quot;12–14&quot;"),
        "{xml}"
    );
    assert!(
        part(&env, "live.docx", "docProps/custom.xml").contains("http://www.zotero.org/styles/apa")
    );
    let odt = part(&env, "live.odt", "content.xml");
    let starts = odt.matches("<text:reference-mark-start ").count();
    assert_eq!(
        (starts, odt.matches("<text:reference-mark-end ").count()),
        (3, 3)
    );
    assert!(odt.contains("text:name=\"ZOTERO_BIBL {"), "{odt}");
    let message = env.refuses(2, "cite essay.md -o essay.html --live");
    assert!(message.contains("docx and odt"), "{message}");
}

#[test]
fn html_latex_and_typst_are_complete_documents_in_which_text_stays_text() {
    let env = env();
    env.put("hostile.md", "# \\# $ & % <script>\n\nText \\\\input{x} #eval(\"1\") `\\end{x}` <img src=x onerror=y> [go](javascript:x) @benkler2006wealth\n\n[x]: y\n");
    for (file, wanted, forbidden) in [
        (
            "h.html",
            vec!["&#60;script&#62;", "&#60;img src=x"],
            vec!["<script>", "<img", "javascript:"],
        ),
        (
            "h.tex",
            vec![
                "\\textbackslash{}input\\{x\\}",
                "\\texttt{\\textbackslash{}end\\{x\\}}",
            ],
            vec!["\\input{x}", "javascript:"],
        ),
        ("h.typ", vec!["\\#eval"], vec![" #eval", "javascript:"]),
    ] {
        env.runs(&format!("cite hostile.md -o {file}"));
        let text = std::fs::read_to_string(env.path(file)).unwrap();
        for wanted in wanted {
            assert!(text.contains(wanted), "{file} lacks {wanted}: {text}");
        }
        for forbidden in forbidden {
            assert!(!text.contains(forbidden), "{file} has {forbidden}: {text}");
        }
    }
    std::fs::create_dir(env.path("out")).unwrap();
    env.runs("cite essay.md -o out/essay.html --style chicago-notes");
    let html = std::fs::read_to_string(env.path("out/essay.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>"));
    assert_eq!(html.matches("role=\"doc-noteref\"").count(), 4, "{html}");
    assert!(
        html.contains("<th>Name</th><th style=\"text-align:right\">Year</th>"),
        "{html}"
    );
    assert!(
        html.contains("<img src=\"../pictures/dot.png\" alt=\"A picture\">"),
        "{html}"
    );
    assert!(
        html.contains("<ol start=\"3\">")
            && html.contains("<sub>2</sub>")
            && html.contains("<s>wrong</s>")
    );
    env.runs("cite essay.md -o essay.tex");
    let tex = std::fs::read_to_string(env.path("essay.tex")).unwrap();
    assert!(
        tex.contains("\\detokenize{pictures/dot.png}") && tex.contains("\\begin{longtable}"),
        "{tex}"
    );
    env.runs("cite essay.md -o essay.typ");
    let typ = std::fs::read_to_string(env.path("essay.typ")).unwrap();
    assert!(
        typ.contains("image(\"pictures/dot.png\"") && typ.contains("#footnote["),
        "{typ}"
    );
}

#[test]
fn an_image_that_cannot_be_read_is_reported_and_its_text_stays() {
    let env = TestEnvironment::with_chapter();
    env.put("pictures.txt", "no picture");
    env.put("essay.md", "![One](missing.png)\n\n![Two](pictures.txt) and @merten2000\n\n![Three](https://example.org/x.png)\n");
    let run = env.ends(1, "cite essay.md -o essay.docx");
    assert!(
        run.stderr.contains("missing.png") && run.stderr.contains("not PNG, JPEG, GIF or SVG"),
        "{}",
        run.stderr
    );
    let found = paragraphs(&part(&env, "essay.docx", "word/document.xml"));
    holds(&found, "Caption", "One");
    holds(&found, "BodyText", "Two and Merten (2000)");
}

/// Writes an executable script.
#[cfg(unix)]
fn script(env: &TestEnvironment, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let path = env.put(name, format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(all(unix, not(feature = "pdf")))]
#[test]
fn pdf_is_made_by_typst_where_it_is_installed() {
    let env = env();
    std::fs::create_dir(env.path("programs")).unwrap();
    let programs = env.path("programs");
    let path = [("PATH", programs.to_str().unwrap())];
    let run = env.peerbib_with(&["cite", "essay.md", "-o", "essay.pdf"], "", &path);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("Typst, which is not installed"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("github.com/typst/typst"),
        "{}",
        run.stderr
    );
    // Stands in for Typst: `typst compile --root DIRECTORY DOCUMENT OUTPUT`.
    script(
        &env,
        "programs/typst",
        "test -f \"$3/image1.png\" || exit 3\n/bin/cat \"$4\" > \"$5\"",
    );
    for line in [
        "cite essay.md -o essay.pdf",
        "format author:benkler -o list.pdf --title Works",
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        if line.starts_with("format") {
            script(&env, "programs/typst", "/bin/cat \"$4\" > \"$5\"");
        }
        let run = env.peerbib_with(&arguments, "", &path);
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
    }
    let essay = std::fs::read_to_string(env.path("essay.pdf")).unwrap();
    assert!(
        essay.contains("image(\"image1.png\"") && essay.contains("Bauwens"),
        "{essay}"
    );
    assert!(
        std::fs::read_to_string(env.path("list.pdf"))
            .unwrap()
            .contains("Works")
    );
    script(
        &env,
        "programs/typst",
        "echo 'error: no such font' >&2; exit 1",
    );
    let run = env.peerbib_with(&["cite", "essay.md", "-o", "essay.pdf"], "", &path);
    assert!(
        run.stderr.contains("Typst failed: error: no such font"),
        "{}",
        run.stderr
    );
    assert!(
        std::fs::read_to_string(env.path("essay.pdf"))
            .unwrap()
            .contains("image1"),
        "the old file is lost"
    );
}

#[test]
fn pdf_is_made_without_other_programs_if_typst_is_built_in() {
    if cfg!(not(feature = "pdf")) {
        eprintln!("skipped: Typst is not built in; test with --features pdf");
        return;
    }
    let env = env();
    env.runs("list new l --title Benkler --query author:benkler");
    for (line, words) in [
        (
            "cite essay.md -o list.pdf --style chicago-notes",
            ["Commons & peers", "A footnote", "Oekonux"],
        ),
        (
            "format author:benkler -o list.pdf --title Works",
            ["Works", "Benkler, Y. (2002)", "Yale Law Journal"],
        ),
        (
            "list show l -o list.pdf",
            ["Benkler", "Benkler, Y. (2006)", "Yale University Press"],
        ),
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let run = env.peerbib_with(&arguments, "", &[("PATH", "")]);
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
        let pdf = std::fs::read(env.path("list.pdf")).unwrap();
        assert!(pdf.starts_with(b"%PDF-1."), "{line}");
        let again = env.peerbib_with(&arguments, "", &[("PATH", "")]);
        assert_eq!(again.code, Some(0), "{line}: {}", again.stderr);
        assert!(
            pdf == std::fs::read(env.path("list.pdf")).unwrap(),
            "{line}: other bytes the second time"
        );
        let Ok(output) = Command::new("pdftotext")
            .args(["-layout", &env.path("list.pdf").display().to_string(), "-"])
            .output()
        else {
            eprintln!("skipped: pdftotext is not installed");
            continue;
        };
        let text = String::from_utf8_lossy(&output.stdout);
        // Each page ends with a form feed.
        assert_eq!(text.matches('\u{c}').count(), 1, "{line}: {text}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "{line} lacks {word}: {text}");
        }
    }
    // An image with the head of a picture and nothing more.
    env.put("pictures/dot.png", &DOT[..40]);
    let run = env.peerbib_with(&["cite", "essay.md", "-o", "list.pdf"], "", &[]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("Typst failed: error: ") && run.stderr.contains("document.typ:"),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn pandoc_converts_to_other_formats_where_it_is_installed() {
    let env = env();
    std::fs::create_dir(env.path("programs")).unwrap();
    let programs = env.path("programs");
    let path = [("PATH", programs.to_str().unwrap())];
    let arguments = ["cite", "essay.md", "-o", "essay.epub", "--via", "pandoc"];
    let run = env.peerbib_with(&arguments, "", &path);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("pandoc is not installed"),
        "{}",
        run.stderr
    );
    script(
        &env,
        "programs/pandoc",
        "while [ \"$1\" != --output ]; do shift; done; /bin/cat > \"$2\"",
    );
    let run = env.peerbib_with(&arguments, "", &path);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let essay = std::fs::read_to_string(env.path("essay.epub")).unwrap();
    assert!(
        essay.contains("(see Benkler, 2006, pp. 12–14) is **new**"),
        "{essay}"
    );
}

#[test]
fn the_files_of_latex_and_typst_need_no_option() {
    let env = TestEnvironment::with_chapter();
    env.put("main.tex", "\\cite{benkler2006wealth}");
    let message = env.refuses(1, "cite main.tex -o refs.bib");
    assert!(
        message.contains("main.aux") && message.contains("run LaTeX first"),
        "{message}"
    );
    env.put("main.aux", "\\citation{benkler2006wealth}\n");
    env.put("paper.typ", "See @merten2000.");
    for (source, key) in [
        ("main.tex", "benkler2006wealth"),
        ("main.aux", "benkler2006wealth"),
        ("paper.typ", "merten2000"),
    ] {
        env.runs(&format!("cite {source} -o refs.bib"));
        let refs = std::fs::read_to_string(env.path("refs.bib")).unwrap();
        assert!(refs.contains(key), "{source}: {refs}");
    }
}

#[test]
fn cross_references_of_quarto_and_pandoc_crossref_are_no_citations() {
    let env = TestEnvironment::with_chapter();
    let text = "See @fig-commons, @sec-methods, [@tbl-one; @tbl-two], @eq:one and -@fig:two; but @benkler2006wealth.\n";
    env.put("draft.qmd", text);
    let run = env.runs("cite draft.qmd");
    assert!(run.stdout.starts_with("See @fig-commons, @sec-methods, [@tbl-one; @tbl-two], @eq:one and -@fig:two; but Benkler (2006)."), "{}", run.stdout);
    assert_eq!(run.stderr, "");
    // A work of this name is cited.
    let env = TestEnvironment::with(
        "@book{fig-newton, author = {Newton, Ida}, title = {Figs}, date = {1999}}\n",
    );
    env.put("draft.md", "See @fig-newton.\n");
    assert!(
        env.runs("cite draft.md")
            .stdout
            .starts_with("See Newton (1999).")
    );
}

#[test]
fn unsupported_extensions_are_refused_by_every_command() {
    let env = env();
    env.runs("list new l --query author:benkler");
    for line in [
        "cite essay.md -o x.epub",
        "cite --markdown essay.md -o x.svg",
        "cite benkler2006wealth -o x.svg",
        "format -o x.png",
        "list show l -o x.epub",
        "timeline -o x.pdf",
        "stats -o x.docx",
        "export -o x.docx",
        "convert essay.md -o x.png",
    ] {
        let message = env.refuses(2, line);
        let extension = line.rsplit_once('.').unwrap().1;
        assert!(
            message.contains(&format!("unsupported output format: .{extension}")),
            "{line}: {message}"
        );
        assert!(message.contains("use one of ."), "{line}: {message}");
        assert!(!env.path(&format!("x.{extension}")).exists(), "{line}");
    }
    env.runs("export author:benkler -o out.ris");
    assert!(
        std::fs::read_to_string(env.path("out.ris"))
            .unwrap()
            .starts_with("TY  - ")
    );
    env.runs("format author:benkler -o out.md --title 'Works of Benkler' --heading-level 3");
    assert!(
        std::fs::read_to_string(env.path("out.md"))
            .unwrap()
            .starts_with("### Works of Benkler\n")
    );
    env.runs("format author:benkler --group-by year -o out.rtf --heading-level 4");
    let rtf = std::fs::read_to_string(env.path("out.rtf")).unwrap();
    assert!(rtf.contains("\\s4\\outlinelevel3"), "{rtf}");
    env.put("one.md", "See @benkler2006wealth.\n");
    let cited = env.runs("cite one.md --to markdown --title Works --heading-level 3");
    assert!(cited.stdout.contains("\n### Works\n"), "{}", cited.stdout);
    env.runs("format author:benkler -o out.odt --title 'Works of Benkler'");
    holds(
        &paragraphs(&part(&env, "out.odt", "content.xml")),
        "Title",
        "Works of Benkler",
    );
}

#[test]
fn the_texts_of_a_list_cite_works_and_keep_links_of_the_wiki() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new l --query author:benkler --style apa");
    env.runs("list edit l --introduction 'Begin with [@benkler2006wealth, p. 3] and @merten2000, see [[Peer production|P2P]] and [[Category:X]]; mail me@example.org or @nobody.'");
    env.runs("list annotate l benkler2006wealth -m 'Against [@nothing2000].'");
    let run = env.runs("list show l --to mediawiki");
    assert!(run.stdout.contains("Begin with (Benkler, 2006, p. 3) and Merten (2000), see [[Peer production|P2P]] and [[:Category:X]]; mail me@example.org or @nobody."), "{}", run.stdout);
    assert!(run.stderr.contains("@nothing2000"), "{}", run.stderr);
    let html = env.runs("list show l --to html").stdout;
    assert!(
        html.contains("(Benkler, 2006, p. 3)") && html.contains("[[Peer production|P2P]]"),
        "{html}"
    );
}

#[test]
fn latex_engines_compile_the_documents() {
    for engine in ["pdflatex", "xelatex", "lualatex"] {
        if Command::new(engine).arg("--version").output().is_err() {
            eprintln!("skipped: {engine} is not installed");
            continue;
        }
        let env = env();
        env.runs("cite essay.md -o essay.tex --style chicago-notes");
        let output = env
            .command(engine)
            .args(["-interaction=nonstopmode", "-halt-on-error", "essay.tex"])
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stdout);
        if log.contains("module 'luaotfload-main' not found") {
            eprintln!("skipped: {engine} lacks luaotfload");
            continue;
        }
        assert!(output.status.success(), "{engine}: {log}");
    }
}

#[test]
fn word_processors_open_the_documents() {
    let installed = Command::new("soffice").arg("--version").output().is_ok();
    if !installed {
        eprintln!("skipped: LibreOffice is not installed");
        return;
    }
    let env = env();
    for file in ["essay.docx", "essay.odt"] {
        env.runs(&format!(
            "cite essay.md -o {file} --style chicago-notes --live"
        ));
        let status = Command::new("soffice")
            .arg(format!(
                "-env:UserInstallation=file://{}",
                env.path("office").display()
            ))
            .args([
                "--headless",
                "--convert-to",
                "txt:Text (encoded):UTF8",
                "--outdir",
            ])
            .arg(env.path("converted"))
            .arg(env.path(file))
            .output()
            .unwrap();
        let text = Path::new(&env.path("converted")).join("essay.txt");
        let text = std::fs::read_to_string(text).unwrap_or_else(|_| panic!("{file}: {status:?}"));
        for words in [
            "Commons & peers",
            "Introduction",
            "Quoted words",
            "Oekonux",
            "Benkler, Yochai. The Wealth of Networks",
        ] {
            assert!(text.contains(words), "{file} lacks {words}: {text}");
        }
        std::fs::remove_dir_all(env.path("converted")).unwrap();
    }
}

#[test]
fn a_formula_in_a_citation_is_printed_as_in_the_bibliography() {
    let env = TestEnvironment::bare();
    env.put(
        "works.bib",
        r"@book{k, title = {Spaces $\mathbb{R}^n$ and Costs of $5}, date = 2011}",
    );
    env.put("essay.md", "See [@k].\n");
    for style in ["apa", "chicago-notes-bibliography"] {
        for (file, xml) in [
            ("essay.docx", ["word/document.xml", "word/footnotes.xml"]),
            ("essay.odt", ["content.xml", "content.xml"]),
        ] {
            env.runs(&format!(
                "cite essay.md --input works.bib --style {style} -o {file}"
            ));
            let texts = xml.map(|name| {
                let text = paragraphs(&part(&env, file, name)).into_iter();
                text.map(|(_, text)| text).collect::<String>()
            });
            assert!(
                texts.iter().any(|text| text.contains("Spaces ℝn")),
                "{file}"
            );
            for text in texts {
                assert!(!text.contains("mathbb"), "{style} {file}: {text}");
            }
        }
        let text_of = |file: &str| {
            env.runs(&format!(
                "cite essay.md --input works.bib --style {style} -o {file}"
            ));
            std::fs::read_to_string(env.path(file)).unwrap()
        };
        let typst = text_of("essay.typ");
        assert!(
            typst.contains("#super[n]") && !typst.contains("mathbb"),
            "{typst}"
        );
        let tex = text_of("essay.tex");
        assert_eq!(tex.matches(r"$\mathbb{R}^n$").count(), 2, "{tex}");
        let markdown = text_of("essay.out.md");
        assert_eq!(markdown.matches(r"$\mathbb{R}^n$").count(), 2, "{markdown}");
        assert_eq!(markdown.matches(r"of \$5").count(), 2, "{markdown}");
    }
}
