//! Reading lists as files.

use crate::list::{env, printed};
use crate::test_env::TestEnvironment;

/// A test environment with a list that has something of everything.
fn full() -> TestEnvironment {
    let env = env();
    env.runs(
        "list new l --title 'Commons \u{201c}101\u{201d}' --introduction 'One *line*.' --query theme:value \
         --style chicago-author-date --locale de-DE --group-by decade --repeat first \
         --annotate annotation,why --rest 'Und mehr'",
    );
    env.runs("list section add l --title Classics --introduction 'Old.' --query title:wealth --order -year --date 2026-10-12");
    env.runs("list section add l --title Picked");
    env.runs("list pin l benkler");
    env.runs("list exclude l anon");
    env.runs("list move l benkler --section Picked");
    env.runs("list move l marx --first");
    let markdown = "First \"paragraph\" with '''quotes'''.\n\n- a\n- b \\ c\n\n    code\n\n\u{3b1}\u{3b2} \u{1f4da}\t.";
    let run = env.peerbib(&["list", "annotate", "l", "marx", "-m", "-"], markdown);
    assert_eq!(run.code, Some(0), "{run:?}");
    env.runs("list snapshot l --name spring");
    env.runs("list annotate l smith -m 'Long *ago*.'");
    env.runs("list snapshot l --name autumn");
    env
}

#[test]
fn a_round_trip_loses_nothing() {
    let env = full();
    let text = env.runs("list export l --to toml").stdout;
    env.runs("list export l -o l.toml");
    assert_eq!(std::fs::read_to_string(env.path("l.toml")).unwrap(), text);
    let shown = env.runs("list show l --to markdown").stdout;
    let edition = env
        .runs("list show l --snapshot spring --to markdown")
        .stdout;
    env.runs("list remove l");
    env.runs("list import l.toml");
    assert_eq!(env.runs("list export l").stdout, text);
    assert_eq!(env.runs("list show l --to markdown").stdout, shown);
    assert_eq!(
        env.runs("list show l --snapshot spring --to markdown")
            .stdout,
        edition
    );
    env.runs("list diff l autumn");
    // Over itself, and under another name.
    env.runs("list import l.toml --replace");
    assert_eq!(env.runs("list export l").stdout, text);
    env.runs("list import l.toml --name m");
    let copy = env.runs("list export m").stdout;
    assert_eq!(copy.replace("name = \"m\"", "name = \"l\""), text);
    env.runs("undo");
    env.runs("undo");
    assert_eq!(env.runs("list export l").stdout, text);
    let without = env.runs("list export l --without-snapshots").stdout;
    assert!(!without.contains("snapshot"), "{without}");
}

#[test]
fn a_list_goes_from_one_library_to_another() {
    let env = full();
    let text = env.runs("list export l").stdout;
    let other = TestEnvironment::with(
        "@book{marks, author={Marx}, title={Other}, year=1900}\n@book{smith, title={S}}",
    );
    other.put("l.toml", &text);
    let run = other.ends(1, "list import l.toml");
    for message in [
        "there is no tag \u{201c}theme:value\u{201d}",
        "no work has the key marx; did you mean marks?",
        "no work has the key benkler",
    ] {
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
    }
    let line = text
        .lines()
        .position(|line| line == "key = \"marx\"")
        .unwrap()
        + 1;
    assert!(
        run.stderr.contains(&format!("l.toml:{line}: ")),
        "{}",
        run.stderr
    );
    // Nothing is lost, and the works appear in the list as soon as they are in the library.
    assert_eq!(other.runs("list export l").stdout, text);
    other.put("works.bib", crate::list::WORKS);
    other.runs("import works.bib --on-conflict replace");
    assert_eq!(printed(&other, "list show l"), printed(&env, "list show l"));
    assert_eq!(other.runs("list export l").stdout, text);
}

#[test]
fn a_file_that_is_no_list_changes_nothing() {
    let env = full();
    let good = env.runs("list export l").stdout;
    let before = env.runs("list export l").stdout;
    for (name, text, message) in [
        ("a.toml", "name = ".to_owned(), "line 1"),
        (
            "b.toml",
            good.replace("order = \"hand\"", "order = \"colour\""),
            "colour",
        ),
        ("c.toml", good.replace("title = ", "titel = "), "titel"),
        (
            "d.toml",
            good.replace("theme:value\"", "(theme:value\""),
            "d.toml:",
        ),
        (
            "e.toml",
            good.replace("format = 1", "format = 9"),
            "format 9",
        ),
        (
            "f.toml",
            good.replace("date = \"2026-10-12\"", "date = \"soon\""),
            "soon",
        ),
        ("g.toml", String::new(), "format"),
        (
            "h.toml",
            good.replace("membership = \"pinned\"", "membership = \"pind\""),
            "pind",
        ),
    ] {
        env.put(name, &text);
        let run = env.peerbib(&["list", "import", name, "--replace"], "");
        assert!(matches!(run.code, Some(1 | 2)), "{name}: {run:?}");
        assert!(run.stderr.contains(message), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
    }
    env.refuses(1, "list import missing.toml");
    env.put("l.toml", &good);
    let message = env.refuses(1, "list import l.toml");
    assert!(message.contains("--replace"), "{message}");
    env.runs("list import l.toml --replace --dry-run");
    assert_eq!(env.runs("list export l").stdout, before);
}

#[test]
fn a_file_written_by_hand_needs_little() {
    let env = env();
    env.put(
        "small.toml",
        "format = 1\nname = \"small\"\nstyle = \"apa\"\n\n[[work]]\nkey = \"marx\"\nmembership = \"pinned\"\n\
         annotation = '''\nLong,\n\n*long*.\n'''\n",
    );
    env.runs("list import small.toml");
    assert_eq!(printed(&env, "list show small"), ["marx"]);
    let run = env.peerbib(
        &["list", "import", "-", "--name", "other"],
        "format = 1\nname = \"x\"\nstyle = \"apa\"\nquery = \"theme:value\"\n",
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(printed(&env, "list show other"), ["marx", "smith"]);
}

#[test]
fn a_list_is_never_written_under_the_name_of_another_format() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new l merten2000");
    for (line, usual) in [
        ("list export l -o l.docx", ".toml"),
        ("list export l -o l.md", ".toml"),
        ("list changelog l -o CHANGES.html", ".md"),
        ("list changelog l -o l.toml", ".md"),
        ("tags export vocabulary.csv", ".toml"),
        ("rules export rules.json", ".toml"),
    ] {
        let error = env.refuses(2, line);
        assert!(error.contains("unsupported output format"), "{error}");
        assert!(error.contains(&format!("use {usual}")), "{error}");
    }
    assert!(!env.path("l.docx").exists() && !env.path("CHANGES.html").exists());
    for line in [
        "list export l -o L.TOML",
        "list export l -o list",
        "list changelog l -o c.markdown",
        "list changelog l -o -",
    ] {
        env.runs(line);
    }
}
