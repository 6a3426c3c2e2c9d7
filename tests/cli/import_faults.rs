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
fn an_abbreviation_means_what_it_meant_where_the_entry_stands() {
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
fn a_formula_is_the_same_in_every_output() {
    let env = TestEnvironment::bare();
    imported(
        &env,
        "a.bib",
        r"@article{a, author = {Lee, Kim}, title = {{Bounds on $O(n \log n)$} for $\alpha$-helix and H$_2$O in C:\temp},
           journaltitle = {Journal of $x^2$ things}, date = 2020}",
    );
    for style in ["apa", "ieee", "modern-language-association"] {
        let text = ok(&env, &format!("format --style {style} --to text"));
        for part in [r"$O(n \log n)$", r"$\alpha$", "$x^2$", r"C:\temp"] {
            assert!(text.contains(part), "{style}: {text}");
        }
        for format in ["latex", "markdown", "pandoc"] {
            let text = ok(&env, &format!("format --style {style} --to {format}"));
            assert!(text.contains(r"$O(n \log n)$"), "{format}: {text}");
        }
    }
    assert!(ok(&env, "format --style apa --to html").contains("H<sub>2</sub>O"));
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
fn verify_tells_what_was_dropped() {
    let env = TestEnvironment::bare();
    env.put(
        "a.ris",
        "TY  - JOUR\nTI  - A\nT2  - J\nXX  - lost\nER  - \n",
    );
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
