//! `peerbib note`

use crate::test_env::TestEnvironment;

fn env() -> TestEnvironment {
    TestEnvironment::with(
        "@book{a, title = {Apples}}\n@book{b, title = {Bread}, note = {Printed note}}\n",
    )
}

#[test]
fn a_note_is_written_extended_printed_and_removed() {
    let env = env();
    assert_eq!(env.runs("note a --show").stderr, "no note on a\n");
    let message = env.runs("note a -m 'A *first* thought'").stderr;
    assert_eq!(message, "saved the note on a\n");
    env.runs("note a --append -m '- and a second'");
    assert_eq!(
        env.runs("note a --show").stdout,
        "A *first* thought\n\n- and a second\n"
    );
    let message = env
        .runs("note a -m 'A *first* thought\n\n- and a second'")
        .stderr;
    assert!(message.starts_with("nothing to do"), "{message}");
    let note = env.json("note a --json");
    assert_eq!(note["key"], "a");
    assert_eq!(note["text"], "A *first* thought\n\n- and a second");
    let message = env.runs("note a --remove").stderr;
    assert!(message.contains("`peerbib undo` restores it"), "{message}");
    assert_eq!(env.json("note a --json"), serde_json::Value::Null);
    env.runs("undo");
    assert!(env.runs("note a --show").stdout.contains("second"));
}

#[test]
fn a_note_comes_from_standard_input() {
    let env = env();
    let run = env.peerbib(&["note", "a", "-m", "-"], "# Read\n\nagain\n");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(env.runs("note a --show").stdout, "# Read\n\nagain\n");
    let message = env.peerbib(&["note", "a", "-m", "-"], " \n");
    assert_eq!(message.code, Some(2));
    assert!(
        message.stderr.contains("the note is empty"),
        "{}",
        message.stderr
    );
}

#[test]
fn a_note_stays_with_its_work_through_renaming_and_merging() {
    let env = env();
    env.runs("note a -m one");
    env.runs("note b -m two");
    env.runs("rename a apples");
    assert_eq!(env.runs("note apples --show").stdout, "one\n");
    env.runs("dedupe merge apples b");
    assert_eq!(env.runs("note apples --show").stdout, "one\n\ntwo\n");
    env.runs("undo");
    assert_eq!(env.runs("note b --show").stdout, "two\n");
    assert_eq!(env.runs("note apples --show").stdout, "one\n");
}

#[test]
fn a_note_is_printed_by_no_style_and_exported_only_when_asked() {
    let env = env();
    let before = env.runs("export").stdout;
    env.runs("note a -m 'Lent to {Ada} & never #returned'");
    assert_eq!(env.runs("export").stdout, before);
    for line in [
        "format",
        "format --annotations",
        "format --to json",
        "export --to csl-json",
        "export --to hayagriva",
        "export --to ris",
        "export title:apples",
    ] {
        let printed = env.runs(line).stdout;
        assert!(!printed.contains("Lent"), "{line}: {printed}");
    }
    for line in ["export --notes", "export --notes title:apples"] {
        let exported = env.runs(line).stdout;
        assert!(exported.contains("Lent to"), "{exported}");
        // The entry can be read again, and the printed note of the other one is as it was.
        env.put("again.bib", &exported);
        env.runs("--library again.db import again.bib");
        let note = env.runs("--library again.db show a --source").stdout;
        assert!(note.contains("Lent"), "{note}");
    }
    assert!(
        env.runs("export --notes")
            .stdout
            .contains("note = {Printed note}")
    );
}

#[cfg(unix)]
mod editing {
    use super::*;
    use crate::edit::with_editor;

    #[test]
    fn the_editor_opens_on_the_note_and_an_emptied_one_stays() {
        let env = env();
        let run = with_editor(
            &env,
            "note a",
            "grep -q 'a note on a: Apples' \"$1\" && printf '\\nWritten *here*.\\n' >> \"$1\"",
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(env.runs("note a --show").stdout, "Written *here*.\n");
        let run = with_editor(&env, "note a", "grep -q 'Written' \"$1\" && : > \"$1\"");
        assert_eq!(run.stderr, "nothing was changed\n");
        let run = with_editor(&env, "note a", "exit 3");
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("failed"), "{}", run.stderr);
        assert_eq!(env.runs("note a --show").stdout, "Written *here*.\n");
    }
}
