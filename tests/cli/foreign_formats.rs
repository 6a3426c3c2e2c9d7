//! The formats other than BibTeX, CSL-JSON, RIS and Hayagriva, as a person meets them: import, convert and export.

use std::io::{Cursor, Write as _};
use std::path::Path;

use crate::test_env::TestEnvironment;

/// A file of `tests/data/formats`, its format, how many entries it has, how many of them cannot be read, and the key
/// of one.
const FILES: &[(&str, &str, usize, usize, &str)] = &[
    ("pubmed.nbib", "nbib", 2, 0, "sondergard2019open"),
    ("endnote.xml", "endnote-xml", 2, 0, "palsson1998"),
    ("endnote.enw", "enw", 2, 0, "omahony2007"),
    ("mods.xml", "mods", 2, 0, "schlager1992"),
    ("marc.xml", "marcxml", 2, 0, "maeland2012shared"),
    ("CITATION.cff", "cff", 2, 0, "mullerludenscheidt2021commons"),
    ("zotero.csv", "csv", 2, 0, "AB12"),
    ("commons.wiki", "mediawiki", 4, 1, "coriat2015retour"),
    ("biber.bbl", "bbl", 1, 0, "soederberg2008"),
    ("plain.bbl", "bbl", 2, 0, "weber2000"),
    ("page.html", "coins", 1, 0, "kelty2008two"),
];

/// The formats that can be written.
const WRITABLE: &[&str] = &[
    "biblatex",
    "bibtex",
    "csl-json",
    "hayagriva",
    "ris",
    "nbib",
    "endnote-xml",
    "enw",
    "mods",
    "cff",
    "csv",
    "tsv",
];

/// Returns a file of `tests/data/formats`.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    std::fs::read(directory.join(name)).unwrap()
}

/// Returns a Word document with a citation of Zotero in a footnote, whose field code is split into two runs.
pub(crate) fn word_document() -> Vec<u8> {
    let citation = r#"{"citationItems":[{"id":1,"uris":["http://zotero.org/users/1/items/A"],"itemData":{"id":1,
        "type":"book","title":"Råvaror & Öl","author":[{"family":"Åkesson","given":"Märta"}],
        "issued":{"date-parts":[["2014"]]}}}]}"#;
    let code = format!(" ADDIN ZOTERO_ITEM CSL_CITATION {citation}");
    let (first, second) = code.split_at(120);
    let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
    let notes = format!(
        "<w:footnotes xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:p>\
         <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>{}</w:instrText></w:r>\
         <w:r><w:instrText>{}</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>\
         <w:r><w:t>(Åkesson 2014)</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p></w:footnotes>",
        escaped(first),
        escaped(second)
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("word/footnotes.xml", options).unwrap();
    archive.write_all(notes.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn every_format_is_recognized_by_its_content() {
    for (name, format, entries, rejected, key) in FILES {
        let env = TestEnvironment::bare();
        // The extension says nothing.
        env.put("file.txt", sample(name));
        let code = i32::from(*rejected > 0);
        let run = env.ends(code, "convert file.txt -o out.json --json");
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(report["files"][0]["format"], *format, "{name}");
        assert_eq!(report["entries"], *entries, "{name} {report:#}");
        assert_eq!(report["rejected"], *rejected, "{name}");
        env.ends(code, "import file.txt");
        let keys = env.keys("");
        assert!(keys.contains(&(*key).to_owned()), "{name}: {keys:?}");
        // A second import changes nothing.
        env.ends(code, "import file.txt");
        assert_eq!(env.keys(""), keys, "{name}");
        assert_eq!(
            env.json("log --json").as_array().unwrap().len(),
            1,
            "{name}"
        );
    }
}

#[test]
fn a_damaged_file_is_recognized_by_its_extension() {
    let env = TestEnvironment::bare();
    for name in [
        "a.nbib",
        "a.enw",
        "a.mods",
        "a.marcxml",
        "a.cff",
        "a.bbl",
        "a.docx",
        "a.wiki",
    ] {
        env.put(name, "nothing of the kind\n");
        let run = env.peerbib(&["import", name], "");
        assert!(
            !run.stderr.contains("format is not known"),
            "{name}: {}",
            run.stderr
        );
    }
}

#[test]
fn an_unknown_file_is_refused_with_the_list_of_formats() {
    let env = TestEnvironment::with_chapter();
    let steps = env.json("log --json");
    env.put(
        "letter.txt",
        "Dear Ada,\n\nwrite to ada@peer.example. All is well, and so on.\n",
    );
    env.put("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    for name in ["letter.txt", "image.png"] {
        let error = env.refuses(1, &format!("import {name}"));
        for format in [
            "BibLaTeX",
            "RIS",
            "MARCXML",
            "Word",
            "MediaWiki",
            "CITATION.cff",
        ] {
            assert!(error.contains(format), "{error}");
        }
    }
    assert_eq!(env.json("log --json"), steps);
}

#[test]
fn the_text_of_a_foreign_record_stays_with_the_work() {
    let env = TestEnvironment::bare();
    env.put("a.nbib", sample("pubmed.nbib"));
    env.put("b.xml", sample("marc.xml"));
    env.put("c.wiki", sample("commons.wiki"));
    env.ends(1, "import a.nbib b.xml c.wiki");
    let original = env.runs("show sondergard2019open --original").stdout;
    assert!(original.starts_with("PMID- 31000001\n"), "{original}");
    assert!(original.contains("GR  - R01 GM000001"), "{original}");
    let original = env.runs("show maeland2012shared --original").stdout;
    assert!(
        original.starts_with("<marc:record>") && original.contains("24 cm."),
        "{original}"
    );
    assert!(
        env.runs("show coriat2015retour --original")
            .stdout
            .starts_with("{{Ouvrage |langue=fr")
    );
    let shown = env.json("show coriat2015retour --json");
    assert!(
        shown[0]["came_from"][0]["original"]
            .as_str()
            .unwrap()
            .contains("Coriat")
    );
    // Undo takes the text away, and redo brings it back.
    env.runs("undo");
    assert_eq!(env.keys(""), [""; 0]);
    env.runs("redo");
    assert!(
        env.runs("show coriat2015retour --original")
            .stdout
            .contains("Coriat")
    );
    env.put("d.bib", "@book{own, title = {Own}}\n");
    env.runs("import d.bib");
    let run = env.runs("show own --original");
    assert!(
        run.stdout.is_empty() && run.stderr.contains("own"),
        "{}",
        run.stderr
    );
}

#[test]
fn everything_becomes_everything() {
    let mut files: Vec<(&str, Vec<u8>, i32, usize)> = FILES
        .iter()
        .map(|(name, _, entries, rejected, _)| {
            (
                *name,
                sample(name),
                i32::from(*rejected > 0),
                entries - rejected,
            )
        })
        .collect();
    files.push(("word.docx", word_document(), 0, 1));
    for (name, content, code, count) in files {
        let env = TestEnvironment::bare();
        env.put(name, content);
        for to in WRITABLE {
            env.ends(code, &format!("convert {name} --to {to} -o out.{to}"));
            // What was written is read again, and nothing is missing.
            let run = env.ends(
                0,
                &format!("convert out.{to} --from {to} -o back.json --json"),
            );
            let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(report["converted"], count, "{name} to {to}: {report:#}");
            let back: serde_json::Value =
                serde_json::from_slice(&std::fs::read(env.path("back.json")).unwrap()).unwrap();
            for item in back.as_array().unwrap() {
                assert!(item["title"].is_string(), "{name} to {to}: {item:#}");
            }
            // The content shows what it is.
            if !matches!(*to, "bibtex" | "tsv") {
                let run = env.ends(0, &format!("convert out.{to} -o back.json --json"));
                let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
                assert_eq!(report["files"][0]["format"], *to, "{name}");
            }
        }
    }
}

#[test]
fn whatever_is_written_is_recognized_when_it_is_read() {
    let works = [
        (
            "article",
            "@article{k, author = {Benkler, Yochai}, title = {Coase}, journaltitle = {Law}, date = 2002}",
        ),
        (
            "book",
            "@book{k, author = {Ostrom, Elinor}, title = {Governing}, publisher = {CUP}, date = 1990}",
        ),
        (
            "chapter",
            "@incollection{k, author = {Bollier, D.}, title = {Growth}, booktitle = {Knowledge}, date = 2007}",
        ),
        (
            "thesis",
            "@thesis{k, author = {Kostakis, V.}, title = {Peers}, type = {phdthesis}, institution = {Tartu}, date = 2011}",
        ),
        (
            "online",
            "@online{k, title = {Wiki}, url = {https://wiki.example}, date = 2005}",
        ),
        ("title only", "@misc{k, title = {Only a Title}}"),
        (
            "long abstract",
            "@article{k, title = {T}, abstract = {@a{b, c} {{cite book|title=x}}\n\nTY  - BOOK\n\n%0 Book}}",
        ),
        ("only editors", "@book{k, editor = {Roe, Jo}, title = {T}}"),
    ];
    for (kind, work) in works {
        let env = TestEnvironment::bare();
        env.put("work.bib", work);
        for to in WRITABLE {
            let name = match *to {
                "biblatex" | "bibtex" => "out.bib",
                "csl-json" => "out.json",
                "hayagriva" => "out.yml",
                "endnote-xml" | "mods" => "out.xml",
                to => &format!("out.{to}"),
            };
            env.runs(&format!("convert work.bib --to {to} -o {name}"));
            // The name does not matter.
            std::fs::copy(env.path(name), env.path("file")).unwrap();
            for name in [name, "file"] {
                let report = env.json(&format!("convert {name} -o back.json --json"));
                let found = report["files"][0]["format"].as_str().unwrap();
                let is_same = match *to {
                    "bibtex" => found == "biblatex",
                    "tsv" => matches!(found, "csv" | "tsv"),
                    to => found == to,
                };
                assert!(is_same, "{kind}: {name} in {to} is read as {found}");
                assert_eq!(report["converted"], 1, "{kind} in {to}");
            }
        }
    }
}

#[test]
fn files_of_old_macintosh_programs_have_line_feeds_in_values() {
    let env = TestEnvironment::bare();
    env.put(
        "old.enw",
        "%0 Journal Article\r%A Roe, Jo\r%T One\r%X First line\nand more\r%D 2001\r\r%0 Book\r%T Two\r%D 2002\r",
    );
    env.put(
        "old.nbib",
        "PMID- 1\rTI  - One\r      of two\rAB  - First line\n      and more\rFAU - Roe, Jo\r\rPMID- 2\rTI  - Two\r",
    );
    for (name, title) in [("old.enw", "One"), ("old.nbib", "One of two")] {
        let json = env.runs(&format!("convert {name} --to csl-json")).stdout;
        let items: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(items[0]["title"], title);
        let summary = items[0]["abstract"].as_str().unwrap();
        assert!(summary.starts_with("First line") && summary.ends_with("and more"));
        assert_eq!(items[0]["author"][0]["family"], "Roe");
        assert_eq!(items[1]["title"], "Two");
    }
}

#[test]
fn et_al_is_no_person_in_any_format() {
    let env = TestEnvironment::bare();
    for (name, text) in [
        (
            "a.ris",
            "TY  - BOOK\nAU  - Roe, Jo\nAU  - et al.\nTI  - T\nER  - \n",
        ),
        (
            "b.ris",
            "TY  - BOOK\nAU  - Roe, Jo et al.\nTI  - T\nER  - \n",
        ),
        ("a.enw", "%0 Book\n%A Roe, Jo\n%A others\n%T T\n"),
        (
            "a.nbib",
            "PMID- 1\nFAU - Roe, Jo\nAU  - Roe J\nFAU - et al\nTI  - T\n",
        ),
        ("a.csv", "title,author\nT,\"Roe, Jo; et al.\"\n"),
        (
            "a.json",
            r#"[{"id":"k","type":"book","title":"T","author":[{"family":"Roe","given":"Jo"},{"literal":"u. a."}]}]"#,
        ),
    ] {
        env.put(name, text);
        let json = env.runs(&format!("convert {name} --to csl-json")).stdout;
        let items: serde_json::Value = serde_json::from_str(&json).unwrap();
        let author = serde_json::json!([{"family": "Roe", "given": "Jo", "truncated": true}]);
        assert_eq!(items[0]["author"], author, "{name}");
    }
    // What a format cannot say is reported.
    let report = env.json("convert a.json -o out.ris --json");
    let losses = report["losses"].as_array().unwrap();
    assert!(
        losses.iter().any(|loss| loss["field"] == "author"),
        "{report:#}"
    );
}

#[test]
fn particles_initials_and_organizations_are_read_as_they_are_printed() {
    let env = TestEnvironment::bare();
    for (name, text, author) in [
        (
            "a.enw",
            "%0 Book\n%A de Vries, Jan\n%A Elinor Ostrom\n%A United Nations\n%T T\n",
            "de Vries, Jan and Ostrom, Elinor and {United Nations}",
        ),
        (
            "a.nbib",
            "PMID- 1\nTI  - T\nAU  - van der Berg AB 3rd\nAU  - Poe J\n",
            "van der Berg, 3rd, A. B. and Poe, J.",
        ),
        (
            "a.wiki",
            "{{cite book |title=T |vauthors=Smith AB, Poe C}}",
            "Smith, A. B. and Poe, C.",
        ),
        (
            "a.cff",
            "cff-version: 1.2.0\nmessage: m\ntitle: T\nauthors:\n- {family-names: Berg, name-particle: van der, given-names: J.}\n",
            "van der Berg, J.",
        ),
    ] {
        env.put(name, text);
        let bib = env.runs(&format!("convert {name} --to biblatex")).stdout;
        let line = bib.lines().find(|line| line.contains("author")).unwrap();
        assert!(line.contains(&format!("{{{author}}}")), "{name}: {line}");
        assert!(!bib.contains("useprefix"), "{bib}");
    }
}

#[test]
fn a_truncated_list_stays_one_where_a_format_can_say_so() {
    let env = TestEnvironment::bare();
    env.put(
        "a.bib",
        "@book{k, title = {T}, author = {Roe, Jo and others}, editor = {Poe, C. and others}}",
    );
    for (to, keeps) in [
        ("mods", true),
        ("csv", true),
        ("csl-json", true),
        ("ris", false),
        ("nbib", false),
        ("cff", false),
    ] {
        let report = env.json(&format!("convert a.bib --to {to} -o out.{to} --json"));
        let losses = report["losses"].as_array().unwrap();
        let is_lost = losses.iter().any(|loss| {
            loss["field"] == "author" && loss["reason"].as_str().unwrap().contains("et al.")
        });
        assert_eq!(is_lost, !keeps, "{to}: {report:#}");
        let back = env
            .runs(&format!("convert out.{to} --from {to} --to biblatex"))
            .stdout;
        assert_eq!(
            back.matches("and others").count(),
            if keeps { 2 } else { 0 },
            "{to}: {back}"
        );
    }
}

#[test]
fn bibliographies_of_latex_without_blocks_are_read_like_reference_lists() {
    let env = TestEnvironment::bare();
    env.put(
        "a.bbl",
        r"\begin{thebibliography}{9}
\bibitem{m2000} M{\'u}ller, K. (2000). {\it Titel der Arbeit}. PhD thesis, Uni Wien.
\bibitem[Doe(2001)]{doe2001}
J.~Doe.
\newblock A study of H$_2$O.
\newblock {\em J. Foo}, 5\penalty0 (2):\penalty0 12--19, May 2001.
\end{thebibliography}
",
    );
    let bib = env.runs("convert a.bbl --to biblatex").stdout;
    for part in [
        "@thesis{m2000,",
        "title       = {Titel der Arbeit}",
        "pages        = {12--19}",
        "number       = {2}",
    ] {
        assert!(bib.contains(part), "{part}: {bib}");
    }
    env.put(
        "b.bbl",
        r"\entry{k}{book}{}
  \name{author}{1}{}{%
    {{hash=x}{family={Hoven}, given={Jan\bibnamedelima Piet}, prefix={van\bibnamedelima den}, suffix={Jr\adddot}}}%
  }
  \field{title}{T}
\endentry
\entry{s}{set}{}
  \set{k}
\endentry
\entry{x}{xdata}{}
  \field{location}{L}
\endentry
",
    );
    let bib = env.runs("convert b.bbl --to biblatex").stdout;
    assert!(
        bib.contains("author = {van den Hoven, Jr., Jan Piet}"),
        "{bib}"
    );
    assert_eq!(bib.matches('@').count(), 1, "{bib}");
}

#[test]
fn a_person_of_a_catalogue_may_have_several_roles() {
    let env = TestEnvironment::bare();
    env.put(
        "a.xml",
        "<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00000cam a2200000 a 4500</leader>\
         <datafield tag=\"245\" ind1=\"0\" ind2=\"0\"><subfield code=\"a\">T</subfield></datafield>\
         <datafield tag=\"700\" ind1=\"1\" ind2=\" \"><subfield code=\"a\">Rand, Ted,</subfield>\
         <subfield code=\"e\">editor,</subfield><subfield code=\"e\">translator.</subfield></datafield></record>",
    );
    let bib = env.runs("convert a.xml --to biblatex").stdout;
    for role in ["editor", "translator"] {
        let line = bib.lines().find(|line| line.trim().starts_with(role));
        assert!(
            line.is_some_and(|line| line.contains("{Rand, Ted}")),
            "{bib}"
        );
    }
}

#[test]
fn numbers_that_a_spreadsheet_made_of_years_and_volumes_are_whole() {
    let env = TestEnvironment::bare();
    env.put("a.csv", "title,year,volume,doi\nT,2001.0,5.0,10.1000/1.0\n");
    let bib = env.runs("convert a.csv --to biblatex").stdout;
    for part in ["date   = {2001}", "volume = {5}", "doi    = {10.1000/1.0}"] {
        assert!(bib.contains(part), "{bib}");
    }
}

#[test]
fn hayagriva_keeps_the_running_time_of_a_film_and_the_number_in_a_series() {
    let env = TestEnvironment::bare();
    env.put(
        "a.yml",
        "film:\n  type: video\n  title: V\n  runtime: \"01:10:00\"\n  serial-number:\n    doi: https://doi.org/10.1000/x\n\
         chapter:\n  type: chapter\n  title: C\n  parent:\n    type: anthology\n    title: B\n    parent:\n      \
         type: anthology\n      title: S\n      issue: 4\n",
    );
    let yaml = env.runs("convert a.yml --to hayagriva").stdout;
    assert!(yaml.contains("runtime: 01:10:00"), "{yaml}");
    let bib = env.runs("convert a.yml --to biblatex").stdout;
    assert!(
        bib.contains("{10.1000/x}") && bib.contains("number    = {4}"),
        "{bib}"
    );
}

#[test]
fn cases_and_programs_in_ris_have_a_court_a_reporter_and_a_version() {
    let env = TestEnvironment::bare();
    env.put(
        "a.ris",
        "TY  - CASE\nTI  - Roe v. Wade\nA2  - U.S.\nVL  - 410\nSP  - 113\nPB  - Supreme Court\nPY  - 1973\nER  - \n\
         TY  - COMP\nTI  - Prog\nET  - 1.2\nER  - \n",
    );
    let text = env
        .runs("format --input a.ris --style apa --to text")
        .stdout;
    assert!(
        text.contains("Roe v. Wade, 410 U.S. 113 (Supreme Court 1973)."),
        "{text}"
    );
    assert!(text.contains("Prog (Version 1.2)"), "{text}");
    let ris = env.runs("convert a.ris --to ris").stdout;
    assert!(
        ris.contains("ET  - 1.2") && ris.contains("PB  - Supreme Court"),
        "{ris}"
    );
}

#[test]
fn a_page_may_encode_its_references_as_latin_1() {
    let env = TestEnvironment::bare();
    env.put(
        "a.html",
        "<span class='Z3988' title='ctx_ver=Z39.88-2004&rft_val_fmt=info:ofi/fmt:kev:mtx:book&rft.btitle=Caf%E9&rft.au=United+Nations'></span>",
    );
    let bib = env.runs("convert a.html --to biblatex").stdout;
    assert!(
        bib.contains("Café") && bib.contains("{{United Nations}}"),
        "{bib}"
    );
}

#[test]
fn a_work_by_others_alone_is_a_work_without_authors() {
    let env = TestEnvironment::bare();
    for (name, text) in [
        (
            "a.bib",
            "@book{k, author = {others}, title = {Alone}, date = 2001}",
        ),
        (
            "a.ris",
            "TY  - BOOK\nAU  - others\nTI  - Alone\nPY  - 2001\nER  - \n",
        ),
        ("a.enw", "%0 Book\n%A et al.\n%T Alone\n%D 2001\n"),
        (
            "a.json",
            r#"[{"id":"k","type":"book","title":"Alone","author":[{"literal":"others"}],"issued":{"date-parts":[[2001]]}}]"#,
        ),
    ] {
        env.put(name, text);
        let text = env
            .runs(&format!("format --input {name} --style apa --to text"))
            .stdout;
        assert_eq!(text.trim(), "Alone. (2001).", "{name}");
    }
}

#[test]
fn a_library_is_exported_to_every_format() {
    let env = TestEnvironment::with_chapter();
    let count = env.keys("").len();
    for to in WRITABLE {
        let text = env.runs(&format!("export --to {to}")).stdout;
        let env = TestEnvironment::bare();
        env.put("file", text);
        let report = env.json(&format!("convert file --from {to} -o out.json --json"));
        assert_eq!(report["converted"], count, "{to}");
    }
    for to in ["marcxml", "bbl", "docx", "coins"] {
        let error = env.refuses(2, &format!("export --to {to}"));
        assert!(error.contains("can only be read"), "{error}");
    }
}

#[test]
fn templates_of_mediawiki_are_written_from_files() {
    let env = TestEnvironment::bare();
    env.put(
        "refs.ris",
        "TY  - BOOK\nID  - k\nAU  - Kelty, Chris\nTI  - Two Bits\nPY  - 2008\nER  - \n",
    );
    let text = env.runs("convert refs.ris -o refs.wiki").stdout;
    assert_eq!(text, "");
    let text = std::fs::read_to_string(env.path("refs.wiki")).unwrap();
    assert!(text.starts_with("* {{cite book"), "{text}");
    let back = env.runs("convert refs.wiki --to csl-json").stdout;
    assert!(
        back.contains("\"Two Bits\"") && back.contains("\"Kelty\""),
        "{back}"
    );
    let error = env.refuses(2, "convert refs.ris --to marcxml");
    assert!(error.contains("can only be read"), "{error}");
}

#[test]
fn citations_of_a_manuscript_are_imported() {
    let env = TestEnvironment::bare();
    env.put("manuscript.docx", word_document());
    env.runs("import manuscript.docx");
    assert_eq!(env.keys(""), ["akesson2014ravaror"]);
    let entry = env.runs("export").stdout;
    assert!(entry.contains("{Råvaror \\& Öl}"), "{entry}");
}

#[test]
fn columns_of_a_table_may_be_mapped() {
    let env = TestEnvironment::bare();
    env.put(
        "books.csv",
        "Werk;Wer;Wann;Regal\nDie Allmende;Groß, Jürgen;2009;7\n",
    );
    env.refuses(2, "import books.csv --map nonsense");
    let run = env.runs("import books.csv --map Werk=title --map Wer=author --map Wann=year");
    assert!(run.stderr.contains("Regal"), "{}", run.stderr);
    assert_eq!(env.keys(""), ["gross2009allmende"]);
    let run = env.runs(
        "convert books.csv --map Werk=title --map Wer=author --map Wann=year --map Regal=call-number --to csl-json",
    );
    assert!(
        run.stderr.is_empty() && run.stdout.contains("\"call-number\": \"7\""),
        "{}",
        run.stdout
    );
    let error = env.refuses(2, "convert books.csv --map Werk=nonsense --to csl-json");
    assert!(error.contains("nonsense"), "{error}");
}

#[test]
fn a_spreadsheet_runs_nothing() {
    let env = TestEnvironment::with(
        "@book{k, title = {=HYPERLINK(\"x\")}, author = {{@all}}, note = {+1}}\n",
    );
    let csv = env.runs("export --to csv").stdout;
    assert!(
        csv.contains("\"'=HYPERLINK(\"\"x\"\")\"") && csv.contains("'@all"),
        "{csv}"
    );
}

#[test]
fn a_bomb_in_a_document_is_refused() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("word/document.xml", options).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..300 {
        archive.write_all(&block).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let env = TestEnvironment::bare();
    env.put("bomb.docx", bytes);
    let run = env.ends(1, "import bomb.docx");
    assert!(run.stderr.contains("larger than"), "{}", run.stderr);
}

#[test]
fn titles_in_other_languages_are_reported_where_csl_has_no_place_for_them() {
    let env = TestEnvironment::empty();
    env.put(
        "parallel.xml",
        r#"<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>
        <datafield tag="245"><subfield code="a">Le commun =</subfield>
        <subfield code="b">The common : a history = Das Gemeinsame /</subfield></datafield>
        <datafield tag="246" ind1="3" ind2="1"><subfield code="a">The common :</subfield>
        <subfield code="b">a history</subfield></datafield>
        <datafield tag="246" ind1="3" ind2="1"><subfield code="a">Lo comun</subfield></datafield></record>"#,
    );
    env.put(
        "parallel.mods",
        r#"<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>Le commun</title></titleInfo>
        <titleInfo type="alternative"><title>Lo comun</title></titleInfo></mods>"#,
    );
    for (file, message) in [
        (
            "parallel.xml",
            "245: ignored titles in other languages: “The common: a history”, “Das Gemeinsame”, “Lo comun”",
        ),
        (
            "parallel.mods",
            "titleInfo: ignored “Lo comun”: the title is set already",
        ),
    ] {
        let run = env.runs(&format!("convert {file} --to csl-json"));
        assert!(run.stdout.contains("\"Le commun\""), "{}", run.stdout);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn names_in_two_columns_of_a_table_are_joined() {
    let env = TestEnvironment::empty();
    for (header, row, authors) in [
        (
            "Title,First Name,Last Name,Year",
            "T,Jane,van Doe,2001",
            r#"[{"family":"Doe","given":"Jane","non-dropping-particle":"van"}]"#,
        ),
        (
            "Titel;Nachname;Vorname;Jahr",
            "T;\"Doe; Roe\";\"Jane; Jo\";2001",
            r#"[{"family":"Doe","given":"Jane"},{"family":"Roe","given":"Jo"}]"#,
        ),
        (
            "Author 1 First,Author 1 Last,Author 2 First,Author 2 Last,Title",
            "Jane,Doe,Jo,Roe,T",
            r#"[{"family":"Doe","given":"Jane"},{"family":"Roe","given":"Jo"}]"#,
        ),
        (
            "Author 1,Author 2,Title",
            "\"Doe, Jane\",\"Roe, Jo\",T",
            r#"[{"family":"Doe","given":"Jane"},{"family":"Roe","given":"Jo"}]"#,
        ),
        (
            "Last Name,Title,Year",
            "Plato,T,2001",
            r#"[{"literal":"Plato"}]"#,
        ),
    ] {
        env.put("t.csv", format!("{header}\n{row}\n"));
        let run = env.runs("convert t.csv --to csl-json");
        let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let authors: serde_json::Value = serde_json::from_str(authors).unwrap();
        assert_eq!(items[0]["author"], authors, "{header}");
        assert_eq!(run.stderr, "", "{header}");
    }
}

#[test]
fn files_of_databases_are_read_as_they_write_them() {
    let env = TestEnvironment::empty();
    env.put(
        "ieee.ris",
        "TY  - CONF\nTI  - T\nAU  - A. Roe\nAU  - R. S. van Poe\nAU  - Free Group\nPY  - 2011\nER  - \n",
    );
    env.put(
        "wos.ris",
        "TY  - JOUR\nAU  - Roe, A\nTI  - T\nPY  - 2006\nER  - \nEF  - \n",
    );
    env.put(
        "scopus.csv",
        "Authors,Author full names,Title,Year\n\"Roe A.; Poe R.\",\"Roe, Ann (66021); Poe, Rick (66022)\",T,2006\n",
    );
    for (file, authors) in [
        (
            "ieee.ris",
            r#"[{"family":"Roe","given":"A."},{"family":"Poe","given":"R. S.","non-dropping-particle":"van"},{"literal":"Free Group"}]"#,
        ),
        ("wos.ris", r#"[{"family":"Roe","given":"A"}]"#),
        (
            "scopus.csv",
            r#"[{"family":"Roe","given":"Ann"},{"family":"Poe","given":"Rick"}]"#,
        ),
    ] {
        let run = env.runs(&format!("convert {file} --to csl-json"));
        let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let authors: serde_json::Value = serde_json::from_str(authors).unwrap();
        assert_eq!(items[0]["author"], authors, "{file}");
        assert_eq!(run.stderr, "", "{file}");
    }
    env.put(
        "scopus.bib",
        "@article{a, author = {Roe, Ann}, title = {T}, journal = {J}, year = 2006, type = {Article}, publication_stage = {Final}}\n",
    );
    let text = env
        .runs("format --input scopus.bib --style apa --to text")
        .stdout;
    assert_eq!(text.trim(), "Roe, A. (2006). T. J.");
    env.runs("check --file scopus.bib --rule unknown-field");
}

#[test]
fn answers_of_crossref_are_read_and_json_of_other_services_is_refused() {
    let env = TestEnvironment::empty();
    let work = r#"{"DOI":"10.1/x","type":"journal-article","title":["T"],"container-title":["J"],
        "author":[{"given":"Jo","family":"Roe"}],"issued":{"date-parts":[[2002]]}}"#;
    env.put(
        "work.json",
        format!(r#"{{"status":"ok","message-type":"work","message":{work}}}"#),
    );
    env.put(
        "list.json",
        format!(r#"{{"status":"ok","message-type":"work-list","message":{{"total-results":1,"items":[{work}]}}}}"#),
    );
    for file in ["work.json", "list.json"] {
        let run = env.runs(&format!("convert {file} --to csl-json"));
        let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(items[0]["author"][0]["family"], "Roe", "{file}");
        assert_eq!(items[0]["type"], "article-journal", "{file}");
    }
    for (file, json) in [
        (
            "openalex.json",
            r#"{"id":"https://openalex.org/W1","title":"T","display_name":"T","publication_year":2002,"type":"article","authorships":[],"biblio":{},"doi":"x"}"#,
        ),
        (
            "datacite.json",
            r#"{"data":{"id":"10.5281/zenodo.1","type":"dois","attributes":{"titles":[{"title":"T"}]}}}"#,
        ),
        (
            "zotero.json",
            r#"[{"itemType":"book","title":"T","creators":[],"date":"2001","key":"ABCD2345"}]"#,
        ),
    ] {
        env.put(file, json);
        let error = env.ends(1, &format!("import {file}")).stderr;
        assert!(error.contains("is not a bibliography"), "{error}");
        assert!(error.contains("CSL-JSON, Hayagriva, RIS"), "{error}");
    }
    assert!(!env.library().exists());
}

#[test]
fn tables_of_zotero_and_of_catalogues_keep_kinds_subtitles_and_dates() {
    let env = TestEnvironment::empty();
    env.put(
        "zotero.csv",
        "Key,Item Type,Author,Title,Date,Access Date,Type,Series Text\nA1,thesis,\"Roe, Jo\",T,2012,2020-01-02 11:00:00,Doctorat,\n",
    );
    env.put(
        "koha.csv",
        "Title|Subtitle|Author|Publication place|Publication date\nCommons|a history|\"Roe, Jo\"|Cambridge|1990\n",
    );
    let run = env.runs("convert zotero.csv koha.csv --to csl-json");
    let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(items[0]["genre"], "Doctorat");
    assert_eq!(
        items[0]["accessed"]["date-parts"],
        serde_json::json!([[2020, 1, 2]])
    );
    assert_eq!(items[1]["title"], "Commons: a history");
    assert_eq!(items[1]["publisher-place"], "Cambridge");
    assert_eq!(run.stderr, "");
}

#[test]
fn roles_after_names_are_roles() {
    let env = TestEnvironment::empty();
    for (file, text) in [
        (
            "a.ris",
            "TY  - BOOK\nAU  - Roe, Jo (Hrsg.)\nA2  - Poe, Xu (\u{dc}bers.)\nTI  - T\nPY  - 2001\nER  - \n",
        ),
        (
            "a.wiki",
            "{{Literatur |Autor=Jo Roe (Hrsg.) |\u{dc}bersetzer=Xu Poe |Titel=T |Datum=2001}}\n",
        ),
        (
            "a.csv",
            "Author,Translator,Title,Year\n\"Roe, Jo (ed.)\",\"Poe, Xu\",T,2001\n",
        ),
        (
            "a.enw",
            "%0 Book\n%A Roe, Jo (dir.)\n%? Poe, Xu\n%T T\n%D 2001\n",
        ),
    ] {
        env.put(file, text);
        let run = env.runs(&format!("convert {file} --to csl-json"));
        let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let person =
            |family: &str, given: &str| serde_json::json!([{"family": family, "given": given}]);
        assert_eq!(items[0]["editor"], person("Roe", "Jo"), "{file}");
        assert!(items[0].get("author").is_none(), "{file}");
        assert_eq!(items[0]["translator"], person("Poe", "Xu"), "{file}");
    }
}

#[test]
fn text_in_templates_within_templates_is_kept_and_unimarc_is_refused() {
    let env = TestEnvironment::empty();
    env.put(
        "a.wiki",
        "{{Ouvrage |auteur1=Jo Roe |titre=Histoire au {{s-|XXI}} et {{inconnu|apr\u{e8}s}}{{efn|note}} |ann\u{e9}e=2014}}\n\
         {{Cita pubblicazione|autore=Jo Roe|titolo=U|rivista=R|volume=3|numero=2|pp=1-9|data=maggio 2001}}\n",
    );
    let run = env.runs("convert a.wiki --to csl-json");
    let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        items[0]["title"],
        "Histoire au XXIe si\u{e8}cle et apr\u{e8}s"
    );
    assert_eq!(items[1]["issue"], "2");
    assert_eq!(items[1]["page"], "1-9");
    env.put(
        "bnf.xml",
        r#"<record xmlns="info:lc/xmlns/marcxchange-v2" format="Unimarc"><leader/><datafield tag="200"><subfield code="a">T</subfield></datafield></record>"#,
    );
    let error = env.ends(1, "import bnf.xml").stderr;
    assert!(error.contains("is not a bibliography"), "{error}");
}
