//! Reading lists as files.

use crate::desk::Desk;
use crate::list::{desk, printed};

/// A desk with a list that has something of everything.
fn full() -> Desk {
    let desk = desk();
    desk.runs(
        "list new l --title 'Commons \u{201c}101\u{201d}' --introduction 'One *line*.' --query theme:value \
         --style chicago-author-date --locale de-DE --group-by decade --repeat first \
         --annotate annotation,why --rest 'Und mehr'",
    );
    desk.runs("list section add l --title Classics --introduction 'Old.' --query title:wealth --order -year");
    desk.runs("list section add l --title Picked");
    desk.runs("list pin l benkler");
    desk.runs("list exclude l anon");
    desk.runs("list move l benkler --section Picked");
    desk.runs("list move l marx --first");
    let markdown = "First \"paragraph\" with '''quotes'''.\n\n- a\n- b \\ c\n\n    code\n\n\u{3b1}\u{3b2} \u{1f4da}\t.";
    let run = desk.peerbib(&["list", "annotate", "l", "marx", "-m", "-"], markdown);
    assert_eq!(run.code, Some(0), "{run:?}");
    desk.runs("list snapshot l --name spring");
    desk.runs("list annotate l smith -m 'Long *ago*.'");
    desk.runs("list snapshot l --name autumn");
    desk
}

#[test]
fn a_round_trip_loses_nothing() {
    let desk = full();
    let text = desk.runs("list export l --to toml").stdout;
    desk.runs("list export l -o l.toml");
    assert_eq!(std::fs::read_to_string(desk.path("l.toml")).unwrap(), text);
    let shown = desk.runs("list show l --to markdown").stdout;
    let edition = desk
        .runs("list show l --snapshot spring --to markdown")
        .stdout;
    desk.runs("list remove l");
    desk.runs("list import l.toml");
    assert_eq!(desk.runs("list export l").stdout, text);
    assert_eq!(desk.runs("list show l --to markdown").stdout, shown);
    assert_eq!(
        desk.runs("list show l --snapshot spring --to markdown")
            .stdout,
        edition
    );
    desk.runs("list diff l autumn");
    // Over itself, and under another name.
    desk.runs("list import l.toml --replace");
    assert_eq!(desk.runs("list export l").stdout, text);
    desk.runs("list import l.toml --name m");
    let copy = desk.runs("list export m").stdout;
    assert_eq!(copy.replace("name = \"m\"", "name = \"l\""), text);
    desk.runs("undo");
    desk.runs("undo");
    assert_eq!(desk.runs("list export l").stdout, text);
    let without = desk.runs("list export l --without-snapshots").stdout;
    assert!(!without.contains("snapshot"), "{without}");
}

#[test]
fn a_list_goes_from_one_library_to_another() {
    let desk = full();
    let text = desk.runs("list export l").stdout;
    let other = Desk::with(
        "@book{marks, author={Marx}, title={Other}, year=1900}\n@book{smith, title={S}}",
    );
    other.put("l.toml", &text);
    let run = other.ends(1, "list import l.toml");
    for told in [
        "there is no tag \u{201c}theme:value\u{201d}",
        "no work has the key marx; did you mean marks?",
        "no work has the key benkler",
    ] {
        assert!(run.stderr.contains(told), "{told}: {}", run.stderr);
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
    // Nothing is lost, and the works stand in the list as soon as they are there.
    assert_eq!(other.runs("list export l").stdout, text);
    other.put("works.bib", crate::list::WORKS);
    other.runs("import works.bib --on-conflict replace");
    assert_eq!(
        printed(&other, "list show l"),
        printed(&desk, "list show l")
    );
    assert_eq!(other.runs("list export l").stdout, text);
}

#[test]
fn a_file_that_is_no_list_changes_nothing() {
    let desk = full();
    let good = desk.runs("list export l").stdout;
    let before = desk.runs("list export l").stdout;
    for (name, text, told) in [
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
            good.replace("section = 2", "section = 7"),
            "section 7",
        ),
        ("g.toml", String::new(), "format"),
        (
            "h.toml",
            good.replace("standing = \"pinned\"", "standing = \"pind\""),
            "pind",
        ),
    ] {
        desk.put(name, &text);
        let run = desk.peerbib(&["list", "import", name, "--replace"], "");
        assert!(matches!(run.code, Some(1 | 2)), "{name}: {run:?}");
        assert!(run.stderr.contains(told), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
    }
    desk.refuses(1, "list import missing.toml");
    desk.put("l.toml", &good);
    let told = desk.refuses(1, "list import l.toml");
    assert!(told.contains("--replace"), "{told}");
    desk.runs("list import l.toml --replace --dry-run");
    assert_eq!(desk.runs("list export l").stdout, before);
}

#[test]
fn a_file_written_by_hand_needs_little() {
    let desk = desk();
    desk.put(
        "small.toml",
        "format = 1\nname = \"small\"\nstyle = \"apa\"\n\n[[work]]\nkey = \"marx\"\nstanding = \"pinned\"\n\
         annotation = '''\nLong,\n\n*long*.\n'''\n",
    );
    desk.runs("list import small.toml");
    assert_eq!(printed(&desk, "list show small"), ["marx"]);
    let run = desk.peerbib(
        &["list", "import", "-", "--name", "other"],
        "format = 1\nname = \"x\"\nstyle = \"apa\"\nquery = \"theme:value\"\n",
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(printed(&desk, "list show other"), ["marx", "smith"]);
}
