//! `peerbib file`

use crate::test_env::TestEnvironment;

fn env() -> TestEnvironment {
    let env = TestEnvironment::with(
        "@book{a, title = {Apples}}\n\
         @book{b, title = {Bread}, file = {Full Text:papers/b\\; 1.pdf:application/pdf;:gone.pdf:PDF}}\n\
         @book{c, title = {Cake}, file = {papers/c.pdf}}\n",
    );
    std::fs::create_dir(env.path("papers")).unwrap();
    for name in ["papers/a 1: ü.pdf", "papers/b; 1.pdf", "papers/c.pdf"] {
        env.put(name, "%PDF");
    }
    env
}

#[test]
fn files_are_linked_listed_and_unlinked() {
    let env = env();
    let message = env
        .runs("file add a 'papers/a 1: ü.pdf' --description 'an offprint'")
        .stderr;
    // The root is the directory of the library, so that this file is outside of it.
    assert_eq!(
        env.redact_paths(&message),
        "linked $TEST_ENV/papers/a 1: ü.pdf to a\n"
    );
    assert!(
        env.runs("file add a 'papers/a 1: ü.pdf'")
            .stderr
            .starts_with("nothing to do")
    );
    let listed = env.runs("file list a").stdout;
    assert_eq!(
        env.redact_paths(&listed),
        "a\n  1  $TEST_ENV/papers/a 1: ü.pdf  (an offprint)\n"
    );
    env.runs("file remove a 'a 1: ü.pdf'");
    assert_eq!(env.runs("file list a").stderr, "no files\n");
    env.runs("undo");
    env.runs("file remove a 1");
    let message = env.refuses(1, "file remove a 1");
    assert!(message.contains("a has no files"), "{message}");
    assert!(env.path("papers/a 1: ü.pdf").exists());
}

#[test]
fn a_file_that_is_not_there_is_not_linked() {
    let env = env();
    let message = env.refuses(1, "file add a papers/nothing.pdf");
    assert!(
        message.contains("papers/nothing.pdf: no such file"),
        "{message}"
    );
    env.refuses(1, "file add nothing papers/c.pdf");
}

#[test]
fn files_of_entries_are_understood_as_jabref_and_zotero_write_them() {
    let env = env();
    let run = env.ends(1, "file list");
    assert_eq!(
        env.redact_paths(&run.stdout),
        "b\n  1  papers/b; 1.pdf  (Full Text)\n  2  gone.pdf  missing: $TEST_ENV/data/peerbib/gone.pdf\n\
         c\n  1  papers/c.pdf\n"
    );
    let files: serde_json::Value =
        serde_json::from_str(&env.ends(1, "file list b --json").stdout).unwrap();
    assert_eq!(files[0]["missing"], false);
    assert_eq!(files[0]["in_entry"], true);
    assert_eq!(files[1]["missing"], true);
    let message = env.refuses(1, "file remove b gone.pdf");
    assert!(message.contains("the field file of the entry"), "{message}");
    assert!(message.contains("edit b --unset file"), "{message}");
}

#[test]
fn paths_are_kept_from_the_root_and_move_with_it() {
    let env = env();
    let message = env.runs("file root papers").stderr;
    assert!(message.contains("papers"), "{message}");
    env.runs("file add a 'papers/a 1: ü.pdf' papers/c.pdf");
    let paths = |line: &str| -> Vec<String> {
        let files = env.json(line);
        let files = files.as_array().unwrap();
        files
            .iter()
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(paths("file list a --json"), ["a 1: ü.pdf", "c.pdf"]);
    assert_eq!(
        env.redact_paths(&env.runs("file root").stdout),
        "$TEST_ENV/papers\n"
    );
    // The files are moved, and the root follows.
    std::fs::rename(env.path("papers"), env.path("texts")).unwrap();
    let run = env.ends(1, "file check a");
    assert!(
        run.stderr.contains("2 of 2 files are missing"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.contains("a: a 1: ü.pdf  missing"),
        "{}",
        run.stdout
    );
    env.runs("file check a --root texts");
    let message = env.ends(1, "doctor").stdout;
    assert!(message.contains("2 linked files are missing"), "{message}");
    // A new root keeps the links on the files that they are on.
    std::fs::rename(env.path("texts"), env.path("papers")).unwrap();
    env.runs("file root .");
    assert_eq!(
        paths("file list a --json"),
        ["papers/a 1: ü.pdf", "papers/c.pdf"]
    );
    env.runs("undo");
    assert_eq!(paths("file list a --json"), ["a 1: ü.pdf", "c.pdf"]);
    env.runs("file check a");
    let message = env.refuses(1, "file root papers/c.pdf");
    assert!(message.contains("is not a directory"), "{message}");
}

#[test]
fn the_root_of_a_library_goes_before_that_of_the_configuration() {
    let env = env();
    let root = || {
        let run = env.runs("file root");
        (env.redact_paths(&run.stdout), run.stderr)
    };
    assert_eq!(root().0, "$TEST_ENV/data/peerbib\n");
    env.runs("config set files .");
    assert_eq!(
        root(),
        (
            "$TEST_ENV\n".to_owned(),
            "set by `files` in your configuration\n".to_owned()
        )
    );
    env.runs("file add a papers/c.pdf");
    let path = || {
        env.json("file list a --json")[0]["path"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(path(), "papers/c.pdf");
    env.runs("file root papers");
    assert_eq!(root().1, "set for this library\n");
    assert_eq!(path(), "c.pdf");
    let message = env.redact_paths(&env.runs("config set files papers").stderr);
    assert!(
        message.contains("own root $TEST_ENV/papers takes precedence"),
        "{message}"
    );
    env.runs("config set files .");
    let message = env.redact_paths(&env.runs("file root --unset").stderr);
    assert_eq!(
        message,
        "set the root of linked files to $TEST_ENV; rewrote 1 path\n"
    );
    assert_eq!(path(), "papers/c.pdf");
    env.runs("file check a");
    env.runs("undo");
    assert_eq!(root().0, "$TEST_ENV/papers\n");
    assert_eq!(path(), "c.pdf");
}

#[test]
#[cfg(unix)]
fn a_file_is_opened_with_the_program_that_is_named() {
    let env = env();
    env.put("opener", "#!/bin/sh\nprintf '%s' \"$2\" > opened\n");
    env.runs("file add a 'papers/a 1: ü.pdf'");
    let open = |line: &str, opener: &str| {
        env.command("sh")
            .args(["-c", line])
            .env("PEERBIB_OPENER", opener)
            .output()
            .unwrap()
    };
    let output = open("peerbib file open a", "sh opener --");
    assert!(output.status.success(), "{output:?}");
    let opened = std::fs::read_to_string(env.path("opened")).unwrap();
    assert_eq!(env.redact_paths(&opened), "$TEST_ENV/papers/a 1: ü.pdf");
    // Of several, the first that is there.
    assert!(open("peerbib file open b", "sh opener --").status.success());
    let opened = std::fs::read_to_string(env.path("opened")).unwrap();
    assert_eq!(env.redact_paths(&opened), "$TEST_ENV/papers/b; 1.pdf");
    for (line, opener, reason) in [
        (
            "peerbib file open b gone.pdf",
            "true",
            "gone.pdf of b is missing",
        ),
        ("peerbib file open a", "false", "false failed"),
        (
            "peerbib file open a",
            "no-such-program",
            "cannot be started",
        ),
        ("peerbib file open a apples", "true", "a has no file"),
    ] {
        let output = open(line, opener);
        assert_eq!(output.status.code(), Some(1), "{line}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains(reason) && message.contains("help:"),
            "{message}"
        );
    }
}
