//! What files of scholars, publishers and other programs hold, and what becomes of it in the outputs.

use serde_json::Value;

use crate::test_env::TestEnvironment;

/// Runs a command that succeeds and returns what it prints.
fn ok(env: &TestEnvironment, line: &str) -> String {
    env.ends(0, line).stdout
}

/// Imports a file and returns its works in CSL-JSON, by key.
fn imported(env: &TestEnvironment, name: &str, text: &str) -> Value {
    env.put(name, text);
    ok(env, &format!("import {name}"));
    let items: Value = serde_json::from_str(&ok(env, "export --to csl-json")).unwrap();
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| (item["id"].as_str().unwrap().to_owned(), item.clone()))
        .collect()
}

#[test]
fn an_abbreviation_keeps_the_meaning_that_it_had_at_the_entry() {
    let env = TestEnvironment::bare();
    env.put(
        "one.bib",
        "@string{j = {Journal of Alpha}}\n@article{s1, title = {One}, journal = j}\n",
    );
    env.put(
        "two.bib",
        "@string{j = {Journal of Beta}}\n@article{s2, title = {Two}, journal = j}\n\
         @STRING(J = {Journal of Gamma})\n@article{s3, title = {Three}, journal = J}\n",
    );
    ok(&env, "import one.bib two.bib");
    let check = |env: &TestEnvironment| {
        for (key, journal) in [("s1", "Alpha"), ("s2", "Beta"), ("s3", "Gamma")] {
            let json = ok(env, &format!("export --to csl-json key:{key}"));
            assert!(
                json.contains(&format!("Journal of {journal}")),
                "{key}: {json}"
            );
        }
    };
    check(&env);
    ok(&env, "rebuild");
    check(&env);
    for export in [
        "export",
        "export title:One,Two,Three",
        "export --to bibtex",
        "export --tidy",
    ] {
        let text = ok(&env, export);
        let again = TestEnvironment::bare();
        again.put("again.bib", &text);
        ok(&again, "import again.bib");
        check(&again);
    }
}

#[test]
fn a_formula_is_mathematics_or_readable_text_in_every_output() {
    let env = TestEnvironment::bare();
    imported(
        &env,
        "a.bib",
        r"@article{a, author = {Lee, Kim}, title = {{Bounds on $O(n \log n)$} for $\alpha$-helix and H$_2$O in C:\temp},
           journaltitle = {Journal of $x^2$ things}, date = 2020}",
    );
    for style in ["apa", "ieee", "modern-language-association"] {
        let text = ok(&env, &format!("format --style {style} --to text"));
        for part in ["O(n log n)", "α-", "Journal of x² ", "H₂O", r"C:\temp"] {
            assert!(text.contains(part), "{style}: {text}");
        }
        for format in ["latex", "markdown", "pandoc"] {
            let text = ok(&env, &format!("format --style {style} --to {format}"));
            assert!(text.contains(r"$O(n \log n)$"), "{format}: {text}");
        }
    }
    let html = ok(&env, "format --style apa --to html");
    for part in ["H<sub>2</sub>O", "O(n log n)", "x<sup>2</sup>"] {
        assert!(html.contains(part), "{html}");
    }
    let typst = ok(&env, "format --style apa --to typst");
    assert!(typst.contains("#super[2]"), "{typst}");
    assert!(ok(&env, "find").contains("O(n log n) for α-helix"));
    // Formats for data keep it.
    for format in ["csl-json", "biblatex", "ris"] {
        assert!(
            ok(&env, &format!("export --to {format}")).contains(r"O(n \"),
            "{format}"
        );
    }
}

#[test]
fn a_formula_with_letters_of_a_package_is_typeset_without_it() {
    let env = TestEnvironment::bare();
    imported(
        &env,
        "a.bib",
        r"@book{a, title = {On $\mathbb{R}^n$}, date = 2020}",
    );
    let latex = ok(&env, "format --to latex");
    assert!(latex.contains(r"$\mathbb{R}^n$"), "{latex}");
    assert!(latex.contains(r"\providecommand{\mathbb}"), "{latex}");
    assert!(ok(&env, "format --to text").contains("ℝⁿ"));
}

#[test]
fn an_address_of_the_work_is_not_printed_with_its_note() {
    let env = TestEnvironment::bare();
    let items = imported(
        &env,
        "a.bib",
        r"@misc{a, title = {A}, howpublished = {Online at \url{http://x.org/9}}, url = {http://x.org/9}}
          @misc{b, title = {B}, howpublished = {Available from: \url{http://x.org/b}}}
          @article{c, title = {C}, note = {Available at http://x.org/8/ (visited 2009)}, url = {http://x.org/8}}
          @article{d, title = {D}, note = {Translated. See https://doi.org/10.1000/d}, doi = {10.1000/d}}
          @article{e, title = {E}, note = {See http://x.org/80}, url = {http://x.org/8}}
          @misc{g, title = {G}, organization = {Debian}, howpublished = {Web page, \url{http://x.org/g_h}}}
          @inproceedings{h, title = {On {Wikis}}, booktitle = {Proc. 3rd Symp. on {Wikis}, Montréal, Canada}}
          @article{f, title = {F}, url = {http{\%}3A{\%}2F{\%}2Fx.org{\%}2Fa}}",
    );
    assert_eq!(items["a"]["publisher"], Value::Null);
    assert_eq!(items["b"]["publisher"], Value::Null);
    assert_eq!(items["b"]["URL"], "http://x.org/b");
    assert_eq!(items["c"]["note"], "visited 2009");
    assert_eq!(items["d"]["note"], "Translated");
    assert_eq!(items["e"]["note"], "See http://x.org/80");
    assert_eq!(items["f"]["URL"], "http://x.org/a");
    assert_eq!(items["g"]["URL"], "http://x.org/g_h");
    assert_eq!(items["g"]["publisher"], "Debian; Web page");
    assert_eq!(
        items["h"]["container-title"],
        "Proc. 3rd Symp. on Wikis, Montréal, Canada"
    );
    // The entry keeps what it says.
    assert!(ok(&env, "export").contains("(visited 2009)"));
}

#[test]
fn several_names_on_one_line_are_several_names() {
    let env = TestEnvironment::bare();
    let items = imported(
        &env,
        "a.ris",
        "TY  - JOUR\nID  - a\nTI  - T\nAU  - Smith, J. & Jones, K.\nAU  - King, Martin, Jr.\nL1  - a.pdf\nER  - \n",
    );
    let families: Vec<&str> = items["a"]["author"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name["family"].as_str().unwrap())
        .collect();
    assert_eq!(families, ["Smith", "Jones", "King"]);
    // A linked file comes back as a link.
    let run = env.ends(0, "export --to ris");
    assert!(run.stdout.contains("L1  - a.pdf"), "{}", run.stdout);
    assert!(!run.stderr.contains("file"), "{}", run.stderr);
}

#[test]
fn names_with_an_apostrophe_are_no_loss() {
    let env = TestEnvironment::bare();
    env.put(
        "a.json",
        r#"[{"id":"a","type":"book","title":"T","author":[{"family":"O'Neil","given":"Cathy"}]}]"#,
    );
    let run = env.ends(0, "import a.json");
    assert!(!run.stderr.contains("author"), "{}", run.stderr);
}

#[test]
fn a_formula_cannot_run_commands_of_latex() {
    let env = TestEnvironment::bare();
    imported(
        &env,
        "a.bib",
        r"@book{a, title = {A $\input{/etc/passwd}$ B}, date = 2020}",
    );
    let text = ok(&env, "format --style apa --to latex");
    assert!(!text.contains(r"\input{"), "{text}");
}

#[test]
fn a_truncated_list_ends_in_et_al() {
    let env = TestEnvironment::bare();
    let items = imported(
        &env,
        "a.bib",
        "@book{a, author = {Lee, Kim and others}, title = {A}, date = 2020}\n\
         @book{b, author = {Moe, Kim and {et al.}}, title = {B}, date = 2020}\n",
    );
    assert_eq!(items["a"]["author"].as_array().unwrap().len(), 1);
    for style in ["apa", "ieee", "chicago-author-date", "vancouver"] {
        let text = ok(&env, &format!("format --style {style} --to text"));
        assert_eq!(text.matches("et al").count(), 2, "{style}: {text}");
    }
    let ris = ok(&env, "export --to ris");
    assert_eq!(ris.matches("AU  -").count(), 2, "{ris}");
}

#[test]
fn data_for_other_entries_is_no_work() {
    let env = TestEnvironment::bare();
    let text = "@xdata{base, location = {Paris}}\n@xdata{pub, publisher = {Hachette}, xdata = {base}}\n\
                @book{a, title = {A}, date = 2011, xdata = {pub}}\n@set{s, entryset = {a}}\n";
    let items = imported(&env, "a.bib", text);
    assert_eq!(items.as_object().unwrap().len(), 1);
    assert_eq!(items["a"]["publisher-place"], "Paris");
    assert_eq!(env.keys(""), ["a"]);
    assert_eq!(ok(&env, "export"), text);
    assert!(ok(&env, "export --to bibtex").contains("address   = {Paris}"));
    ok(&env, "rebuild");
    ok(&env, "doctor");
    assert_eq!(env.keys(""), ["a"]);
    env.ends(1, "show pub");
    assert!(
        env.ends(0, "import a.bib").stdout.contains('4'),
        "nothing is new"
    );
    assert_eq!(ok(&env, "export"), text);
}

#[test]
fn verify_reports_what_was_dropped() {
    let env = TestEnvironment::bare();
    env.put(
        "a.ris",
        "TY  - JOUR\nTI  - A\nT2  - J\nXX  - lost\nER  - \n",
    );
    let json = env.ends(1, "verify a.ris --json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["path"], "a.ris");
    assert_ne!(json[0]["differences"], serde_json::json!([]));
    let run = env.ends(1, "verify a.ris");
    assert!(
        run.stdout.contains("a.ris:4: XX: ignored \"lost\""),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("identical"), "{}", run.stdout);
}

#[test]
fn quotation_marks_of_json_are_those_of_the_style_with_and_without_a_library() {
    let env = TestEnvironment::bare();
    let text = r#"[{"id":"a","type":"article-journal","title":"The 'one' and \"two\" of Coase's 6'2\"","container-title":"J"}]"#;
    imported(&env, "a.json", text);
    for style in ["apa", "modern-language-association"] {
        for locale in ["en-US", "de-DE"] {
            let options = format!("--style {style} --locale {locale} --to text");
            assert_eq!(
                ok(&env, &format!("format {options}")),
                ok(&env, &format!("format --input a.json {options}"))
            );
        }
    }
}

#[test]
fn import_writes_what_check_accepts() {
    let env = TestEnvironment::bare();
    imported(
        &env,
        "a.json",
        r#"[{"id":"a","type":"chapter","title":"Ferries","language":"en-US","author":[{"family":"Reed","given":"Ann"}],
            "contributor":[{"family":"Poe"}],"container-title":"Boats","page":"12-19",
            "issued":{"date-parts":[[2003]]},"section":"B","archive_location":"Box 4","publisher":"Hazel",
            "ISBN":"978-0-19-533664-1 978-0-19-533665-8","custom":{"x":1}},
           {"id":"b","type":"legal_case","title":"Reed v. Hazel","language":"en-US","authority":"8th Cir.","container-title":"F.3d",
            "volume":"12","page":"345","issued":{"date-parts":[[2018]]}}]"#,
    );
    // Findings would end in another exit code.
    ok(&env, "check");
    let bibtex = ok(&env, "export --to bibtex");
    let again = TestEnvironment::bare();
    let items = imported(&again, "a.bib", &bibtex);
    assert_eq!(items["b"]["type"], "legal_case");
    assert_eq!(items["b"]["container-title"], "F.3d");
}

/// Returns the entry of a work in a style, as text.
fn printed(bib: &str, style: &str) -> String {
    let env = TestEnvironment::bare();
    env.put("a.bib", bib);
    let text = ok(
        &env,
        &format!("format --input a.bib --style {style} --to text"),
    );
    text.trim().to_owned()
}

#[test]
fn et_al_is_known_in_several_languages_and_in_italics() {
    for end in [
        r"\emph{et al.}",
        "{et al.}",
        "et alii",
        "u.a.",
        "...",
        "y otros",
        "[et al.]",
    ] {
        let bib = format!("@book{{k, author = {{Roe, Jo and {end}}}, title = {{T}}, date = 2001}}");
        assert_eq!(printed(&bib, "apa"), "Roe, J. et al. (2001). T.", "{end}");
    }
}

#[test]
fn a_suffix_after_the_last_comma_is_no_given_name() {
    for name in [
        "King, Jr., Martin Luther",
        "Martin Luther King, Jr.",
        "King, Martin Luther, Jr.",
    ] {
        let bib = format!("@book{{k, author = {{{name}}}, title = {{T}}, date = 2001}}");
        assert_eq!(
            printed(&bib, "apa"),
            "King, M. L., Jr. (2001). T.",
            "{name}"
        );
    }
}

#[test]
fn names_from_other_formats_are_written_plainly() {
    let env = TestEnvironment::bare();
    env.put(
        "a.ris",
        "TY  - BOOK\nAU  - O'Neil, Mathieu\nAU  - van den Berg, J., Jr.\nTI  - T\nER  - \n",
    );
    let bib = ok(&env, "convert a.ris --to biblatex");
    assert!(
        bib.contains("author = {O'Neil, Mathieu and {van den Berg}, Jr., J.}"),
        "{bib}"
    );
}

#[test]
fn a_doi_is_found_among_tex_html_and_remarks_and_nothing_else_is_one() {
    for (written, doi) in [
        (
            r"10.1002/(SICI)1097(1998)49:8{\textless}693::AID-ASI4{\textgreater}3.0.CO;2-O",
            "10.1002/(SICI)1097(1998)49:8<693::AID-ASI4>3.0.CO;2-O",
        ),
        (
            "<a href='https://doi.org/10.1000/xyz'>10.1000/xyz</a>",
            "10.1000/xyz",
        ),
        ("n/a", ""),
    ] {
        let env = TestEnvironment::bare();
        let bib = format!("@book{{k, title = {{T}}, doi = {{{written}}}}}");
        let items = imported(&env, "a.bib", &bib);
        assert_eq!(
            items["k"]["DOI"].as_str().unwrap_or_default(),
            doi,
            "{written}"
        );
        if !doi.is_empty() {
            ok(&env, "check --fix --yes --rule doi");
            let fixed = ok(&env, "export");
            assert!(fixed.contains(&format!("doi = {{{doi}}}")), "{fixed}");
        }
    }
}

#[test]
fn an_address_is_read_without_the_marks_around_it_and_printed_once() {
    for (field, url) in [
        ("url = {<http://x.example/a>}", "http://x.example/a"),
        (
            r#"url = {<a href="http://x.example/?a=1&amp;b=2">here</a>}"#,
            "http://x.example/?a=1&b=2",
        ),
        (
            "eprint = {arXiv:1234.5678}, eprinttype = {arxiv}",
            "https://arxiv.org/abs/1234.5678",
        ),
        (
            r"howpublished = {Available at \url{http://x.example/a\_b}}",
            "http://x.example/a_b",
        ),
        ("doi = {10.1/x1}, url = {https://doi.org/10.1/X1}", ""),
    ] {
        let env = TestEnvironment::bare();
        let bib = format!("@misc{{k, title = {{T}}, {field}}}");
        let items = imported(&env, "a.bib", &bib);
        assert_eq!(
            items["k"]["URL"].as_str().unwrap_or_default(),
            url,
            "{field}"
        );
        assert!(items["k"]["publisher"].is_null(), "{field}");
    }
}

#[test]
fn settings_of_styles_are_no_works_and_a_missing_reference_is_no_author() {
    let env = TestEnvironment::bare();
    let text = "@control{REVTEX41Control}\n@IEEEtranBSTCTL{ctl, CTLuse_forced_etal = \"yes\"}\n\
                @book{k, author = {xdata=nobody-author}, title = {Real}, date = 2001}\n";
    env.put("a.bib", text);
    ok(&env, "import a.bib");
    assert_eq!(env.keys(""), ["k"]);
    assert_eq!(ok(&env, "export"), text);
    assert!(!ok(&env, "format --style apa --to text").contains("xdata"));
}

#[test]
fn backslashes_of_paths_and_escapes_of_json_are_what_they_mean() {
    let text = printed(
        r"@misc{k, title = {Files on \\server\share, Caf\u00e9 and \u{a}}, date = 2001}",
        "apa",
    );
    assert_eq!(text, r"Files on \\server\share, café and ă. (2001).");
}

#[test]
fn marks_of_quotation_are_distinguished_from_feet_and_apostrophes() {
    let env = TestEnvironment::bare();
    env.put(
        "a.json",
        r#"[{"id":"a","type":"book","title":"A 6' man of 5'2\" and rock 'n' roll: \"one\"—\"two\" [\"three\"]","language":"en"},
            {"id":"b","type":"book","title":"L'\"Univers\" et d'\"autres\" choses","language":"fr"}]"#,
    );
    let text = ok(&env, "format --input a.json --style apa --to text");
    for title in [
        "A 6' man of 5'2\" and rock ’n’ roll: “one”—“two” [“three”]",
        "L’“Univers” et d’“autres” choses",
    ] {
        assert!(text.contains(title), "{text}");
    }
}

#[test]
fn dates_with_slashes_are_dates_and_a_decade_stays_one() {
    for (date, text) in [
        ("date = {2004/05/03}", "(2004, May 3)"),
        ("year = {1920s}", "(1920s)"),
    ] {
        let bib = format!(
            "@article{{k, title = {{T}}, journaltitle = {{J}}, entrysubtype = {{newspaper}}, {date}}}"
        );
        let printed = printed(&bib, "apa");
        assert!(printed.contains(text), "{printed}");
    }
}

#[test]
fn a_subtitle_after_a_question_has_no_colon_in_bibtex() {
    let env = TestEnvironment::bare();
    env.put(
        "a.bib",
        "@book{k, title = {Cave or Community?}, subtitle = {An Examination}, date = 2002}",
    );
    let bibtex = ok(&env, "convert a.bib --to bibtex");
    assert!(
        bibtex.contains("{Cave or Community? An Examination}"),
        "{bibtex}"
    );
}
