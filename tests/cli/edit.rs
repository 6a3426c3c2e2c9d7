//! `peerbib edit`

use crate::test_env::{Run, TestEnvironment, words};

fn env() -> TestEnvironment {
    TestEnvironment::with(
        "% mine\n@book{a,\n  Title = {Apples},   % as I like it\n  publisher = {Orchard}\n}\n\
         @book{b, title = {Bread}, publisher = {Oven}}\n@book{c, title = {Cake}, publisher = {Oven}}\n",
    )
}

/// Runs peerbib with an editor that is a shell script, which has the draft as `$1`.
pub(crate) fn with_editor(env: &TestEnvironment, line: &str, script: &str) -> Run {
    env.put("an editor", script);
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(words(line))
        .env("EDITOR", "sh 'an editor'")
        .env("TMPDIR", env.path(""))
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr,
    }
}

/// The drafts that lie about.
#[cfg(unix)]
fn drafts(env: &TestEnvironment) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(env.path(""))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("peerbib-")
        })
        .collect()
}

#[test]
fn fields_are_set_and_removed_and_the_rest_stays_as_it_was_written() {
    let env = env();
    let message = env
        .runs("edit a --set title=Pears --unset publisher")
        .stderr;
    assert_eq!(message, "edited 1 work\n");
    let source = env.runs("show a --source").stdout;
    assert!(source.ends_with("Title = {Pears}\n}\n"), "{source}");
    assert!(!source.contains("Orchard"), "{source}");
    assert!(env.runs("export").stdout.starts_with("% mine\n@book{a,\n"));
    let message = env.runs("edit a --set title=Pears").stderr;
    assert!(message.starts_with("nothing to do"), "{message}");
    env.refuses(2, "edit a --set title");
}

#[test]
fn works_that_a_query_finds_are_edited_once_that_is_confirmed() {
    let env = env();
    let state = env.state();
    let message = env
        .ends(2, "edit publisher:oven --set publisher=Stove")
        .stderr;
    assert!(
        message.contains("b: publisher {Oven} \u{2192} {Stove}"),
        "{message}"
    );
    assert!(message.contains("Edit 2 works?"), "{message}");
    assert!(message.contains("--yes"), "{message}");
    let would = env
        .runs("edit publisher:oven --set publisher=Stove --dry-run")
        .stdout;
    assert_eq!(would.matches("publisher = {Stove}").count(), 2, "{would}");
    assert_eq!(state, env.state());
    let message = env
        .runs("edit publisher:oven --set publisher=Stove --yes")
        .stderr;
    assert!(message.ends_with("edited 2 works\n"), "{message}");
    assert_eq!(env.keys("publisher:stove"), ["b", "c"]);
    env.runs("undo");
    assert_eq!(state, env.state());
    env.runs("edit --find 'cake OR bread' --set note=Baked");
    assert_eq!(
        env.runs("export").stdout.matches("note = {Baked}").count(),
        2
    );
    let message = env.runs("edit title:nothing --set note=x --yes").stderr;
    assert_eq!(message, "no works found\n");
}

#[test]
fn a_mistyped_key_is_no_search() {
    let env = TestEnvironment::with_chapter();
    let message = env.refuses(1, "edit benkler2006welth --set year=2006 --yes");
    assert!(
        message.contains("did you mean benkler2006wealth?"),
        "{message}"
    );
    let message = env.refuses(1, "edit merten2000 merten --set year=2006 --yes");
    assert!(message.contains("no work has the key"), "{message}");
}

#[cfg(unix)]
mod by_hand {
    use super::*;

    #[test]
    fn what_comes_back_from_the_editor_takes_the_place_of_the_entry() {
        let env = env();
        let run = with_editor(
            &env,
            "edit a",
            "sed -i 's/Apples/Pears/; s/{a,/{pears,/' \"$1\"",
        );
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), "edited 1 work\n")
        );
        assert_eq!(env.keys("title:pears"), ["pears"]);
        let source = env.runs("show a --source").stdout;
        assert!(
            source.contains("% as I like it"),
            "the old key is an alias: {source}"
        );
        let run = with_editor(&env, "edit pears", "true");
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), "nothing was changed\n")
        );
        assert_eq!(drafts(&env), [""; 0].map(std::path::PathBuf::from));
    }

    #[test]
    fn the_editor_opens_again_with_the_reason_until_the_entry_can_be_read() {
        let env = env();
        let script = "if grep -q '% peerbib:' \"$1\"; then
                cp \"$1\" second
                sed -i 's/{Pears/{Pears}/' \"$1\"
            else
                sed -i 's/{Apples}/{Pears/' \"$1\"
            fi";
        let run = with_editor(&env, "edit a", script);
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), "edited 1 work\n")
        );
        let second = std::fs::read_to_string(env.path("second")).unwrap();
        assert!(
            second.starts_with("% peerbib: the entry is not closed"),
            "{second}"
        );
        assert!(
            second.contains("% peerbib: Correct it and save"),
            "{second}"
        );
        let source = env.runs("show a --source").stdout;
        assert!(
            source.contains("{Pears}") && !source.contains("peerbib:"),
            "{source}"
        );
    }

    #[test]
    fn an_abandoned_draft_is_kept_at_the_path_in_the_error() {
        let env = env();
        let state = env.state();
        let run = with_editor(
            &env,
            "edit a",
            "grep -q '% peerbib:' \"$1\" || sed -i 's/{a,/{b,/; s/Apples/Pears/' \"$1\"",
        );
        assert_eq!(run.code, Some(1));
        assert!(
            run.stderr
                .contains("the key \u{201c}b\u{201d} belongs to another work"),
            "{}",
            run.stderr
        );
        let draft = run
            .stderr
            .split("your text is saved in ")
            .nth(1)
            .unwrap()
            .trim();
        let draft = std::fs::read_to_string(draft).unwrap();
        assert!(
            draft.starts_with("@book{b,") && draft.contains("Pears"),
            "{draft}"
        );
        assert_eq!(state, env.state());
        // An editor that fails has no say.
        let run = with_editor(&env, "edit a", "sed -i 's/Apples/Pears/' \"$1\"; exit 1");
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("your text is saved"), "{}", run.stderr);
        assert_eq!(state, env.state());
    }

    #[test]
    fn what_another_program_changed_meanwhile_is_not_written_over() {
        let env = env();
        let run = with_editor(
            &env,
            "edit a",
            "peerbib edit a --set title=Quinces; sed -i 's/Apples/Pears/' \"$1\"",
        );
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(
            run.stderr
                .contains("the entry of a was changed by another program while"),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.contains("your text is saved in"),
            "{}",
            run.stderr
        );
        assert!(env.runs("show a").stdout.contains("Quinces"));
    }

    #[test]
    fn what_was_guessed_in_an_edited_entry_is_reported() {
        let env = env();
        let run = with_editor(
            &env,
            "edit b",
            "sed -i 's/{Oven}/{Oven}, date = {199x-77}/' \"$1\"",
        );
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains("warning: b, date:"), "{}", run.stderr);
    }

    #[test]
    fn without_a_terminal_and_an_editor_the_error_says_what_to_do() {
        let env = env();
        let message = env.refuses(2, "edit a");
        assert!(
            message.contains("cannot open an editor without a terminal"),
            "{message}"
        );
        assert!(message.contains("$EDITOR"), "{message}");
        let message = env.refuses(2, "edit a b");
        assert!(
            message.contains("one work at a time, but 2 are selected"),
            "{message}"
        );
    }
}

#[test]
fn braces_that_do_not_match_are_reported_with_their_field() {
    let env = TestEnvironment::with("@book{a, title = {Apples}}\n");
    for line in [
        "edit a --set 'title=Pe{ars'",
        "edit a --set year=2001 --set 'title=Pe}a{rs'",
        "add --type book --set 'title=Pe{ars'",
    ] {
        let message = env.refuses(1, line);
        assert!(
            message.contains("the braces in the value for title do not match: \u{201c}Pe"),
            "{message}"
        );
        assert!(message.contains("\\textbraceleft{}"), "{message}");
    }
    assert_eq!(env.runs("export").stdout, "@book{a, title = {Apples}}\n");
    env.runs("edit a --set 'title=Pe{\\\"a}rs \\textbraceleft{}'");
}
