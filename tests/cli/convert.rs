//! `peerbib convert`: any format to any other, without a library.

use crate::test_env::TestEnvironment;

const RIS: &str = "TY  - JOUR\nID  - benkler2002\nAU  - Benkler, Yochai\nTI  - Coase's Penguin\n\
                   T2  - Yale Law Journal\nPY  - 2002\nC4  - odd\nER  - \n";

/// EndNote writes entries without labels.
#[test]
fn entries_without_a_citation_key_get_one() {
    let env = TestEnvironment::empty();
    let bib = "@string{j = {Journal}}\n@article{\n   author = {Berg, Ada},\n   title = {Nests},\n   journal = j,\n   year = {2001}\n}\n\n\
               @book{, author = {Berg, Ada}, title = {Nests}, year = 2001}\n@book{,}\n";
    env.put("endnote.bib", bib);
    let run = env.peerbib(&["convert", "endnote.bib", "--to", "biblatex"], "");
    assert_eq!(run.code, Some(1));
    assert_eq!(
        run.stdout,
        "@string{j = {Journal}}\n@article{berg2001nests,\n   author = {Berg, Ada},\n   title = {Nests},\n   journal = j,\n   year = {2001}\n}\n\n\
         @book{berg2001nests-2, author = {Berg, Ada}, title = {Nests}, year = 2001}\n@book{,}\n"
    );
    assert!(
        run.stderr.contains(
            "endnote.bib:2: note: berg2001nests: the entry has no citation key, and gets this one"
        ),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("endnote.bib:10: error: rejected: the entry has no citation key"),
        "{}",
        run.stderr
    );
    let run = env.peerbib(&["format", "--input", "endnote.bib", "--to", "text"], "");
    assert!(run.stdout.contains("Nests. Journal."), "{}", run.stdout);
    // What a library holds comes out as it went in.
    let run = env.ends(1, "import endnote.bib");
    assert!(
        run.stderr
            .contains("`peerbib convert FILE --to biblatex` gives keys to entries that have none"),
        "{}",
        run.stderr
    );
}

#[test]
fn references_are_converted_without_a_library() {
    let env = TestEnvironment::empty();
    env.put("refs.ris", RIS);
    let run = env.runs("convert refs.ris --to biblatex");
    assert!(
        run.stdout.starts_with("@article{benkler2002,"),
        "{}",
        run.stdout
    );
    assert!(!env.library().exists());
    // The extension of the output decides.
    env.runs("convert refs.ris -o refs.json");
    let items: serde_json::Value =
        serde_json::from_slice(&std::fs::read(env.path("refs.json")).unwrap()).unwrap();
    assert_eq!(items[0]["id"], "benkler2002");
    // A dash is standard output.
    let run = env.runs("convert refs.ris --to enw -o -");
    assert!(
        run.stdout.starts_with("%0 Journal Article"),
        "{}",
        run.stdout
    );
    assert!(!env.path("-").exists());
    // Standard input is the default.
    let run = env.peerbib(&["convert", "--to", "bibtex"], RIS);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.contains("journal = {Yale Law Journal}"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_bibliography_comes_out_as_it_is() {
    let bib =
        "% mine\n@string{ylj = {Yale Law Journal}}\n\n@Article{b,\n  journal = ylj, title={T}}\n";
    let env = TestEnvironment::empty();
    env.put("refs.bib", bib);
    assert_eq!(env.runs("convert refs.bib --to biblatex").stdout, bib);
    let ris = env.runs("convert refs.bib --to ris").stdout;
    assert!(ris.contains("T2  - Yale Law Journal\r\n"), "{ris}");
}

#[test]
fn inherited_fields_are_written() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@incollection{a, title = {A}, crossref = {b}}\n@collection{b, title = {Whole}, date = 2001}\n",
    );
    let ris = env.runs("convert refs.bib --to ris").stdout;
    assert!(ris.contains("T2  - Whole\r\n"), "{ris}");
}

#[test]
fn entries_that_hold_data_for_others_are_not_written() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@xdata{pub, publisher = {Verso}}\n@set{s, entryset = {a,b}}\n\
         @book{a, title = {A}, date = 2001, xdata = {pub}}\n\
         @book{b, title = {B \\unknown}, date = 2002, publisher = {xdata=pub-publisher}}\n",
    );
    for to in ["ris", "csl-json", "bibtex", "mods", "csv", "endnote-xml"] {
        let run = env.runs(&format!("convert refs.bib --to {to}"));
        assert_eq!(
            run.stdout.matches("Verso").count(),
            2,
            "{to}: {}",
            run.stdout
        );
        assert!(!run.stdout.contains("entryset"), "{to}: {}", run.stdout);
    }
    // What is doubtful in an entry is reported as it is by import.
    let run = env.runs("convert refs.bib --to ris");
    assert!(
        run.stderr
            .contains("refs.bib:4: warning: b, title: unknown TeX command \\unknown"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_large_file_is_written_in_parts_that_join() {
    let env = TestEnvironment::empty();
    let records: String = (0..2_100)
        .map(|number| {
            format!("TY  - BOOK\nID  - k{number}\nTI  - Title {number}\nPY  - 2001\nER  - \n\n")
        })
        .collect();
    env.put("refs.ris", &records);
    for to in ["biblatex", "mods", "endnote-xml", "enw", "csv", "csl-json"] {
        env.runs(&format!(
            "convert refs.ris --to {to} -o part.{to} --from ris"
        ));
        let again = env.json(&format!(
            "convert part.{to} --from {to} --to csl-json -o all.json --json"
        ));
        assert_eq!(again["converted"], 2_100, "{to}");
        assert_eq!(again["rejected"], 0, "{to}");
    }
    let items: serde_json::Value =
        serde_json::from_slice(&std::fs::read(env.path("all.json")).unwrap()).unwrap();
    assert_eq!(items.as_array().unwrap().len(), 2_100);
}

#[test]
fn a_report_says_what_was_lost() {
    let env = TestEnvironment::empty();
    env.put("refs.ris", RIS);
    let report = env.json("convert refs.ris -o refs.json --json");
    assert_eq!(report["to"], "csl-json");
    assert_eq!(report["converted"], 1);
    assert_eq!(report["files"][0]["format"], "ris");
    assert_eq!(report["files"][0]["problems"][0]["field"], "C4");
    env.put(
        "refs.bib",
        "@misc{a, title = {A}, pagination = {section}}\n@misc{b, title = {B}",
    );
    let run = env.ends(1, "convert refs.bib --to ris --json");
    assert!(run.stdout.starts_with("TY  - "));
    let report: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(report["rejected"], 1);
    assert_eq!(report["losses"][0]["field"], "pagination");
}

#[test]
fn files_that_share_keys_are_kept_apart() {
    let env = TestEnvironment::empty();
    env.put(
        "a.bib",
        "@book{k, title = {One}}\n@book{same, title = {S}}\n",
    );
    env.put(
        "b.bib",
        "@book{k, title = {Two}}\n@book{same, title = {S}}\n",
    );
    for to in ["biblatex", "bibtex", "csl-json", "ris"] {
        let run = env.runs(&format!("convert a.bib b.bib --to {to}"));
        assert!(run.stdout.contains("k-2"), "{to}\n{}", run.stdout);
        let count = run.stdout.matches("same").count();
        assert_eq!(count, 1, "{to}\n{}", run.stdout);
        assert!(run.stderr.contains("duplicate key"), "{}", run.stderr);
    }
}

#[test]
fn bad_requests_are_refused() {
    let env = TestEnvironment::empty();
    env.put("refs.ris", RIS);
    env.put("letter.txt", "Dear Ada, all is well.\n");
    env.put("empty.bib", "");
    env.refuses(2, "convert refs.ris");
    env.refuses(2, "convert refs.ris -o refs.pdf");
    env.refuses(2, "convert refs.ris --to biblatex -o refs.ris");
    let error = env.refuses(1, "convert letter.txt --to biblatex");
    assert!(
        error.contains("RIS") && error.contains("Hayagriva"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(env.path("refs.ris")).unwrap(), RIS);
    assert_eq!(env.runs("convert empty.bib --to csl-json").stdout, "[]\n");
}

#[test]
fn what_bibtex_cannot_say_is_reported() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@book{circa, title = {A}, publisher = {X}, date = {1867~}}\n\
         @book{list, title = {B}, publisher = {X and Y}, date = {2001}}\n\
         @online{days, title = {C}, url = {http://c.org}, date = {2001-05-03/2002}}\n\
         @periodical{run, title = {D}, date = {1998/..}}\n\
         @newsarticle{news, title = {E}, journaltitle = {Times}, date = {-0043/-0029}}\n\
         @mvbook{whole, maintitle = {F}, title = {G}, date = {0098}}\n\
         @thesis{thesis, title = {H}, institution = {I}, date = {2001-05?}}\n\
         @report{report, title = {J}, institution = {I}, type = {techreport}, date = {2001}}\n\
         @book{press, title = {K}, pubstate = {inpress}}\n",
    );
    let run = env.runs("convert refs.bib --to bibtex -o out.bib --json");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let losses: Vec<String> = report["losses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|loss| {
            let part = |name: &str| loss[name].as_str().unwrap().to_owned();
            format!("{}: {} {}", part("key"), part("field"), part("reason"))
        })
        .collect();
    assert_eq!(
        losses,
        [
            "circa: issued becomes \u{201c}c. 1867\u{201d}",
            "list: publisher becomes \u{201c}X and Y\u{201d}",
            "days: issued becomes \u{201c}2001/2002\u{201d}",
            "whole: title becomes \u{201c}F: G\u{201d}",
            "whole: volume-title is not supported by BibTeX",
        ]
    );
    let written = std::fs::read_to_string(env.path("out.bib")).unwrap();
    for line in [
        "year = {1998--}",
        "entrysubtype = {periodical}",
        "year = {44--30 BC}",
        "entrysubtype = {article-newspaper}",
        "year = {AD 98}",
        // The degree is not known.
        "type = {Thesis}",
        "year = {2001?}",
    ] {
        let spaced = written.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(spaced.contains(line), "{line}: {written}");
    }
}

#[test]
fn a_month_beside_a_year_in_words_is_printed() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@book{a, title = {A}, year = {c. 2015}, month = may}\n\
         @book{b, title = {B}, year = {forthcoming}, month = {5}}\n\
         @book{c, title = {C}, year = {2015?}, month = may # {~3}}\n\
         @book{d, title = {D}, year = {2015--2016}, month = may}\n",
    );
    let run = env.runs("format --input refs.bib --style apa --to text");
    for printed in ["A. (May c. 2015).", "B. (May forthcoming)."] {
        assert!(run.stdout.contains(printed), "{printed}: {}", run.stdout);
    }
    let run = env.runs("convert refs.bib --to csl-json");
    let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        items[2]["issued"],
        serde_json::json!({"date-parts": [[2015, 5, 3]], "circa": true})
    );
    // A month that fits nowhere is reported.
    assert!(
        run.stderr
            .contains("is not a month of \"2015\u{2013}2016\"; it is not printed"),
        "{}",
        run.stderr
    );
}
