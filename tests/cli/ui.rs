//! What holds for all verbs: closed pipes, colour, and how much is said.

use std::process::Stdio;

use crate::test_env::{TestEnvironment, words};

#[test]
fn a_closed_pipe_is_no_error_whatever_is_printed() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new commons-101 --query theme:commons --group-by decade");
    env.runs("list snapshot commons-101 --name one");
    env.runs("list exclude commons-101 benkler2006wealth");
    for line in [
        "list",
        "list --json",
        "list show commons-101",
        "list show commons-101 --to html --standalone",
        "list show commons-101 --to docx",
        "list show commons-101 --to json",
        "list describe commons-101",
        "list snapshots commons-101",
        "list diff commons-101",
        "list changelog commons-101",
        "list fit commons-101",
        "list fit commons-101 --json",
        "list export commons-101",
        "cite benkler2006wealth",
        "cite benkler2006wealth --json",
        "rules",
        "rules --json",
        "rules test",
        "timeline",
        "timeline --to svg",
        "timeline --json",
        "stats",
        "stats --to svg",
        "stats --json",
        "tags matrix movement theme",
        "find",
        "find --json",
        "find --keys",
        "show benkler2006wealth",
        "show benkler2006wealth --json",
        "tags",
        "tags --json",
        "why benkler2002coase",
        "export",
        "export --to csl-json",
        "format",
        "format --to html",
        "format --to docx",
        "format --to json",
        "check",
        "check --json",
        "dedupe --json",
        "log",
        "log --json",
        "style list",
        "style show apa",
        "config",
        "config --json",
        "completions bash",
        "man",
        "man find",
        "--help",
        "find --help",
        "--version",
    ] {
        let mut child = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(words(line))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Nobody reads.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{line}: {:?} {message}",
            output.status
        );
        assert!(
            !message.contains("error") && !message.contains("panicked"),
            "{line}: {message}"
        );
    }
}

#[test]
#[cfg(unix)]
fn the_first_line_of_many_can_be_taken() {
    let env = TestEnvironment::with_chapter();
    let output = env
        .command("sh")
        .args(["-c", "peerbib find --quiet | head -1"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn colour_is_used_where_it_is_asked_for() {
    let env = TestEnvironment::with_chapter();
    let coloured = |variables: &[(&str, &str)], line: &str| {
        let output = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(words(line))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).contains('\u{1b}')
    };
    assert!(!coloured(&[], "tags"));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")], "tags"));
    assert!(coloured(&[], "tags --color always"));
    assert!(coloured(&[("NO_COLOR", "1")], "tags --color always"));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1")], "tags --color never"));
    assert!(!coloured(
        &[("CLICOLOR_FORCE", "1"), ("PEERBIB_COLOR", "never")],
        "tags"
    ));
    assert!(!coloured(&[("NO_COLOR", "1")], "tags"));
}

#[test]
fn quiet_says_nothing_but_errors_and_verbose_says_which_files_are_used() {
    let env = TestEnvironment::with("@book{a, title = {Apples}}\n");
    assert_eq!(env.runs("find --quiet").stderr, "");
    assert_eq!(env.runs("tag theme:fruit a --new --quiet").stderr, "");
    assert!(
        env.ends(1, "show nothing --quiet")
            .stderr
            .contains("error:")
    );
    let message = env.redact_paths(&env.runs("find --verbose").stderr);
    assert!(
        message.contains("library: $TEST_ENV/data/peerbib/library.db"),
        "{message}"
    );
    for phase in [" s  opened\n", " s  1 work found\n", " s  done\n"] {
        assert!(message.contains(phase), "{phase}: {message}");
    }
    let message = env.runs("format --verbose").stderr;
    assert!(message.contains(" s  formatted 1 work\n"), "{message}");
    env.ends(2, "find --quiet --verbose");
}

#[test]
fn a_table_fits_into_the_columns_that_are_named() {
    let env = TestEnvironment::with_chapter();
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .arg("find")
        .env("COLUMNS", "60")
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let widest = table
        .lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap();
    assert!(widest <= 60, "{widest}: {table}");
}
