//! Plain reference lists: `import`, `convert --from references` and `add -`.

#[cfg(unix)]
use crate::terminal::session;
use crate::test_env::TestEnvironment;

const LIST: &str = "References\n\n\
    Benkler, Y. (2002). Coase's Penguin, or, Linux and The Nature of the Firm. Yale Law\nJournal, 112(3), 369-446.\n\n\
    Ostrom, E. (1990). Governing the Commons. Cambridge: Cambridge University Press.\n";

#[test]
fn a_reference_list_becomes_works_that_nobody_has_verified() {
    let env = TestEnvironment::bare();
    env.put("list.txt", LIST);
    let run = env.runs("import list.txt");
    assert!(
        run.stderr.contains("not a reference: “References”"),
        "{}",
        run.stderr
    );
    let keys = env.keys("tag:status:unverified");
    assert_eq!(keys, ["benkler2002coase", "ostrom1990governing"]);
    let works = env.json("find benkler --json");
    assert_eq!(works[0]["type"], "article");
    assert_eq!(works[0]["year"], 2002);
    // The text that the list had stays with the work, and `why` says what the tag means.
    let original = env.runs("show benkler2002coase --original").stdout;
    assert!(
        original.contains("Yale Law Journal, 112(3), 369-446."),
        "{original}"
    );
    let why = env.runs("why benkler2002coase").stdout;
    assert!(
        why.contains("parsed from a reference list, confidence"),
        "{why}"
    );
    // Again, it changes nothing.
    let before = env.state();
    let report = env.json("import list.txt --json");
    assert_eq!(report["unchanged"], 2, "{report}");
    assert_eq!(env.state(), before);
}

#[test]
fn references_are_compared_with_the_library_first() {
    let env = TestEnvironment::with_chapter();
    let before = env.keys("");
    // A misprint, a lost subtitle and another punctuation; and a work that the library lacks.
    env.put(
        "list.txt",
        "Benkler, Y. (2002). Coases Penguin or Linux and the Nature of the Firm. Yale Law Journal, 112(3), 369-446.\n\n\
         Schneider, N. (2018). Everything For Everyone. New York: Nation Books.\n\n\
         Unheard, A. (2011). A Book about Nothing in Particular. Lisbon: Orfeu Press.\n",
    );
    let run = env.runs("import list.txt");
    assert!(
        run.stderr.contains("already there as benkler2002coase"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("already there as schneider2018"),
        "{}",
        run.stderr
    );
    let after = env.keys("");
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(
        env.keys("tag:status:unverified author:unheard"),
        ["unheard2011book"]
    );
}

#[test]
fn convert_keeps_the_text_and_the_confidence() {
    let env = TestEnvironment::bare();
    env.put("list.txt", LIST);
    let items = env.json("convert list.txt --from references --to csl-json");
    assert_eq!(items.as_array().unwrap().len(), 2);
    let own = &items[1]["custom"]["peerbib"];
    assert_eq!(
        own["source"],
        "Ostrom, E. (1990). Governing the Commons. Cambridge: Cambridge University Press."
    );
    assert!(own["confidence"].as_f64().unwrap() > 0.5, "{own}");
    let bib = env.runs("convert list.txt --to biblatex").stdout;
    assert!(bib.contains("location  = {Cambridge}"), "{bib}");
    assert!(!bib.contains("custom"), "{bib}");
}

#[test]
fn add_takes_a_reference() {
    let env = TestEnvironment::bare();
    let reference =
        "Weber, S. (2004). The Success of Open Source. Cambridge, MA: Harvard University Press.";
    let run = env.peerbib(&["add", "-"], reference);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("added 1 work"), "{}", run.stderr);
    assert_eq!(env.keys("tag:status:unverified"), ["weber2004success"]);
}

#[test]
fn text_without_references_adds_nothing() {
    let env = TestEnvironment::bare();
    let prose = "It was the best of times, it was the worst of times.\n".repeat(40);
    env.put("novel.txt", &prose);
    let run = env.runs("import novel.txt --from references");
    assert!(run.stderr.contains("no references found"), "{}", run.stderr);
    assert!(env.keys("").is_empty());
    let message = env.refuses(1, "import novel.txt");
    assert!(message.contains("is not a bibliography"), "{message}");
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let env = TestEnvironment::bare();
    env.put("list.txt", LIST);
    let run = env.runs("import list.txt --interactive");
    assert!(!run.stderr.contains("[a]ccept"), "{}", run.stderr);
    assert_eq!(env.keys("").len(), 2);
}

#[cfg(unix)]
#[test]
fn a_person_accepts_skips_and_corrects_references_at_a_terminal() {
    let env = TestEnvironment::bare();
    env.put(
        "list.txt",
        format!(
            "{LIST}\nWeber, S. (2004). The Success of Open Source. Cambridge, MA: Harvard University Press.\n"
        ),
    );
    // The second reference is skipped. In the third, "Open Source." is no part of the title.
    let steps = [
        ("the rest? ", "a\r"),
        ("the rest? ", "s\r"),
        ("the rest? ", "l\r"),
        ("when done: ", "7-8 note\r"),
        ("when done: ", "\r"),
        ("the rest? ", "a\r"),
    ];
    let line = "peerbib import list.txt --interactive --color always";
    let Some((code, shown)) = session(&env, line, &steps) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("reference 3 of 3"), "{shown}");
    assert!(shown.contains("\u{1b}[32mBenkler, Y."), "{shown}");
    let titles: Vec<String> = env
        .json("find --json")
        .as_array()
        .unwrap()
        .iter()
        .map(|work| work["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles.len(), 2, "{titles:?}\n{shown}");
    assert!(titles.contains(&"The Success of".to_owned()), "{titles:?}");
}

#[test]
fn no_reading_is_certain_but_one_with_labels_set_by_hand() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.txt",
        "Ostrom, Elinor. \u{201c}Coping with Tragedies of the Commons.\u{201d} Annual Review of Political Science 2 (1999): 493-535.\n\n\
         Hess, Charlotte, and Elinor Ostrom. \u{201c}Ideas, Artifacts, and Facilities.\u{201d} Law and Contemporary Problems 66 (2003): 111-145.\n",
    );
    env.runs("import refs.txt");
    let why = env.runs("why author:hess").stdout;
    assert!(
        why.contains("parsed from a reference list, confidence 0.99"),
        "{why}"
    );
}
