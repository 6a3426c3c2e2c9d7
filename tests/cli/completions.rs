//! `peerbib completions`, and what the tab key offers.

use crate::test_env::{Run, TestEnvironment, words};

/// What is offered to a shell behind the words of a command line; the last is being written.
#[track_caller]
fn asked(env: &TestEnvironment, shell: &str, line: &str) -> Run {
    let mut words = words(line);
    if line.ends_with(' ') {
        words.push(String::new());
    }
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .env("PEERBIB_COMPLETE", shell)
        .arg("--")
        .arg("peerbib")
        .args(words)
        .output()
        .unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The words that are offered.
#[track_caller]
fn offered(env: &TestEnvironment, line: &str) -> Vec<String> {
    let run = asked(env, "fish", line);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}");
    let lines = run.stdout.lines();
    lines
        .map(|line| line.split('\t').next().unwrap().to_owned())
        .collect()
}

fn env() -> TestEnvironment {
    let env = TestEnvironment::with(
        "@book{benkler2006, author = {Benkler, Yochai}, title = {The Wealth of Networks}, year = {2006},
           keywords = {movement:oekonux, theme:commons}}\n\
         @article{bauwens2005, author = {Bauwens, Michel}, title = {The Political Economy}, year = {2005},
           keywords = {movement:p2p, theme:political-economy}}\n",
    );
    env.runs("tags add movement:oekonux --label 'Project Oekonux'");
    env
}

#[test]
fn commands_and_options_are_completed_with_what_they_do() {
    let env = TestEnvironment::empty();
    let message = asked(&env, "fish", "qui").stdout;
    assert!(
        message.starts_with("quickstart\tStart with an example"),
        "{message}"
    );
    assert_eq!(offered(&env, "tags rem"), ["remove"]);
    assert_eq!(offered(&env, "find --js"), ["--json"]);
    assert_eq!(offered(&env, "find --color ne"), ["never"]);
    assert!(offered(&env, "format --to ").contains(&"docx".to_owned()));
}

#[test]
fn keys_are_completed_with_author_year_and_title() {
    let env = env();
    let message = asked(&env, "fish", "show ben").stdout;
    assert_eq!(
        message,
        "benkler2006\tYochai Benkler 2006: The Wealth of Networks\n"
    );
    assert_eq!(
        offered(&env, "show benkler2006 b"),
        ["bauwens2005", "benkler2006"]
    );
    assert_eq!(
        offered(&env, "dedupe merge b"),
        ["bauwens2005", "benkler2006"]
    );
    assert!(offered(&env, "show nothing").is_empty());
}

#[test]
fn tags_are_completed_with_or_without_their_facet_and_after_a_comma() {
    let env = env();
    let message = asked(&env, "fish", "tag movement:o").stdout;
    assert_eq!(message, "movement:oekonux\tProject Oekonux\n");
    assert_eq!(offered(&env, "tag oek"), ["oekonux"]);
    assert_eq!(
        offered(&env, "untag movement:p2p,theme:p"),
        ["movement:p2p,theme:political-economy"]
    );
    assert_eq!(offered(&env, "tag theme:commons bau"), ["bauwens2005"]);
    assert_eq!(offered(&env, "tags mov"), ["move", "movement"]);
    assert!(offered(&env, "format --group-by ").contains(&"theme".to_owned()));
}

#[test]
fn fields_of_queries_and_their_values_are_completed() {
    let env = env();
    assert_eq!(offered(&env, "find autho"), ["author:"]);
    assert!(offered(&env, "find ").contains(&"movement:".to_owned()));
    assert_eq!(
        offered(&env, "find movement:"),
        ["movement:oekonux", "movement:p2p"]
    );
    assert_eq!(
        offered(&env, "find movement:oekonux,p"),
        ["movement:oekonux,p2p"]
    );
    assert_eq!(offered(&env, "find movement:=o"), ["movement:=oekonux"]);
    assert_eq!(offered(&env, "find benkler -theme:c"), ["-theme:commons"]);
    assert_eq!(
        offered(&env, "find '(author:benkler OR type:bo"),
        [
            "(author:benkler OR type:book",
            "(author:benkler OR type:bookinbook",
            "(author:benkler OR type:booklet",
        ]
    );
    assert_eq!(offered(&env, "find 'title:\"wealth of"), [""; 0]);
    assert_eq!(offered(&env, "find sort:-ye"), ["sort:-year"]);
    assert_eq!(
        offered(&env, "tag theme:commons --find key:ben"),
        ["key:benkler2006"]
    );
    assert_eq!(offered(&env, "export origin:r"), ["origin:rule"]);
}

#[test]
fn bundled_and_added_styles_and_style_files_are_completed() {
    let env = env();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/styles/compact-syllabus.csl");
    std::fs::copy(own, env.path("house.csl")).unwrap();
    assert_eq!(offered(&env, "format --style ./ho"), ["./house.csl"]);
    assert_eq!(offered(&env, "format --style hou"), ["house.csl"]);
    env.runs("style add house.csl");
    assert_eq!(offered(&env, "format --style hou"), ["house"]);
    assert_eq!(
        offered(&env, "format --style=chicago-a"),
        [
            "--style=chicago-author-date",
            "--style=chicago-author-date-17th-edition"
        ]
    );
    assert_eq!(offered(&env, "format --locale de-D"), ["de-DE"]);
    assert_eq!(offered(&env, "config set style hou"), ["house"]);
    assert_eq!(offered(&env, "config set loc"), ["locale"]);
    assert_eq!(offered(&env, "config set color a"), ["auto", "always"]);
}

#[test]
fn files_and_bundled_bibliographies_are_completed_for_import() {
    let env = env();
    std::fs::create_dir(env.path("papers")).unwrap();
    env.put("papers/more.bib", "");
    assert_eq!(offered(&env, "import re"), ["refs.bib"]);
    assert_eq!(offered(&env, "import pa"), ["papers/"]);
    assert_eq!(offered(&env, "import papers/m"), ["papers/more.bib"]);
    assert_eq!(offered(&env, "import peerbib:ch"), ["peerbib:chapter"]);
}

#[test]
fn the_library_that_the_command_line_names_is_asked() {
    let env = env();
    env.put(
        "other.bib",
        "@book{ostrom1990, title = {Governing the Commons}}",
    );
    env.runs("--library other.db import other.bib");
    assert_eq!(offered(&env, "--library other.db show "), ["ostrom1990"]);
    assert_eq!(offered(&env, "show --library=other.db os"), ["ostrom1990"]);
}

#[test]
fn without_a_library_or_with_a_broken_one_nothing_is_said_or_made() {
    let env = TestEnvironment::empty();
    assert!(offered(&env, "show b").is_empty());
    assert!(!env.library().exists());
    for broken in [&b""[..], b"no library", &[0; 20_000]] {
        env.put_library(broken);
        assert!(offered(&env, "find movement:x").is_empty());
        assert_eq!(std::fs::read(env.library()).unwrap(), broken);
    }
    std::fs::create_dir_all(env.path(".config/peerbib")).unwrap();
    env.put(".config/peerbib/config.toml", "styl = 3");
    assert!(offered(&env, "show b").is_empty());
    assert_eq!(offered(&env, "config se"), ["set"]);
    let run = asked(&env, "tcsh", "show b");
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (Some(0), "", "")
    );
}

#[test]
fn each_shell_is_answered_in_its_own_format() {
    let env = env();
    assert_eq!(
        asked(&env, "bash", "tag movement:o").stdout,
        "movement:oekonux\n"
    );
    assert_eq!(
        asked(&env, "zsh", "tag movement:o").stdout,
        "movement\\:oekonux:Project Oekonux\n"
    );
    for shell in ["elvish", "powershell"] {
        let message = asked(&env, shell, "show ben").stdout;
        assert!(message.contains("benkler2006"), "{shell}: {message}");
    }
}

/// What a shell prints that has read peerbib's script for it; `None` where it is not on this machine.
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
fn shell(env: &TestEnvironment, shell: &str, flags: &[&str], script: &str) -> Option<String> {
    let completions = env.runs(&format!("completions {shell}")).stdout;
    env.put("completions", completions);
    let output = env
        .command(shell)
        .args(flags)
        .arg("-c")
        .arg(script)
        .output();
    match output {
        Ok(output) => {
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{shell}: {message}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            eprintln!("{shell} is not on this machine, and its script is not tried: {error}");
            None
        }
    }
}

#[test]
#[cfg(unix)]
fn bash_completes_words_that_it_cuts_at_colons() {
    let env = env();
    let complete = |line: &str, cut: &str| {
        let script = format!(
            "source ./completions
             COMP_LINE=\"{line}\"; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({cut})
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_TYPE=9
             _peerbib; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        shell(&env, "bash", &["--norc"], &script)
    };
    for (line, cut, expected) in [
        ("peerbib qui", "peerbib qui", "quickstart"),
        (
            "peerbib show ",
            "peerbib show ''",
            "bauwens2005 benkler2006",
        ),
        (
            "peerbib find movement:oek",
            "peerbib find movement : oek",
            "oekonux",
        ),
        (
            "peerbib find movement:",
            "peerbib find movement :",
            "oekonux p2p",
        ),
        (
            "peerbib find -theme:c",
            "peerbib find -theme : c",
            "commons",
        ),
        (
            "peerbib format --style=chicago-a",
            "peerbib format --style = chicago-a",
            "chicago-author-date chicago-author-date-17th-edition",
        ),
        (
            "peerbib tag movement:p2p,theme:p",
            "peerbib tag movement : p2p,theme : p",
            "political-economy",
        ),
        (
            "peerbib --library=none.db find movement:p",
            "peerbib --library = none.db find movement : p",
            "",
        ),
        (
            "peerbib find 'movement:oek",
            "peerbib find \"'movement:oek\"",
            "movement:oekonux",
        ),
    ] {
        let Some(message) = complete(line, cut) else {
            return;
        };
        let words: Vec<&str> = message.split_whitespace().collect();
        assert_eq!(words.join(" "), expected, "{line}");
    }
}

#[test]
#[cfg(unix)]
fn fish_completes_with_descriptions() {
    let env = env();
    let script =
        "source ./completions; complete -C 'peerbib show ben'; complete -C 'peerbib find -theme:c'";
    if let Some(message) = shell(&env, "fish", &["--no-config"], script) {
        assert_eq!(
            message,
            "benkler2006\tYochai Benkler 2006: The Wealth of Networks\n-theme:commons\n"
        );
    }
}

#[test]
#[cfg(unix)]
fn zsh_completes_with_descriptions() {
    let env = env();
    // What the completion system does with them is its own; it is given the right things.
    let script = "compdef() { : }; _files() { : }; _describe() { print -rl -- \"${(@P)3}\" }
                  source ./completions
                  words=(peerbib show ben); CURRENT=3; PREFIX=ben; _peerbib
                  words=(peerbib find \"'movement:oek\"); CURRENT=3; PREFIX=movement:oek; _peerbib";
    if let Some(message) = shell(&env, "zsh", &["-f"], script) {
        assert_eq!(
            message,
            "benkler2006:Yochai Benkler 2006: The Wealth of Networks\n\
             movement\\:oekonux:Project Oekonux\n"
        );
    }
}

#[test]
fn every_command_completes_its_arguments() {
    let env = env();
    env.put("scan.pdf", "");
    for line in [
        "file add benkler2006 scan.pdf --description Scan",
        "list new commons-101 benkler2006",
        "list section add commons-101 --title Beginnings --query year:2005",
        "list snapshot commons-101 --name spring",
        "rules add Benkler --when author:benkler --then theme:commons",
        "undo",
    ] {
        env.runs(line);
    }
    let keys = ["bauwens2005", "benkler2006"];
    for line in [
        "cite b",
        "edit b",
        "note b",
        "why b",
        "show b",
        "log b",
        "rename b",
        "remove b",
        "untag theme:commons b",
        "file add b",
        "file list b",
        "file open b",
        "file remove b",
        "file check b",
        "list pin commons-101 b",
        "list exclude commons-101 b",
        "list annotate commons-101 b",
        "rules edit Benkler --must b",
    ] {
        let offers = offered(&env, line);
        assert!(
            keys.iter().all(|key| offers.contains(&(*key).to_owned())),
            "{line}: {offers:?}"
        );
    }
    for (line, expected) in [
        ("find --columns key,do", "key,doi"),
        ("find --sort -ye", "-year"),
        ("config set columns key,ye", "key,year"),
        ("edit author:benkler -theme:c", "-theme:commons"),
        ("file open benkler2006 s", "scan.pdf"),
        ("file remove benkler2006 s", "scan.pdf"),
        ("list show com", "commons-101"),
        ("list section edit commons-101 Beg", "Beginnings"),
        (
            "list move commons-101 benkler2006 --section Beg",
            "Beginnings",
        ),
        ("list show commons-101 --snapshot spr", "spring"),
        ("list edit commons-101 --order ha", "hand"),
        ("find list:com", "list:commons-101"),
        ("undo 5", "5"),
        ("log --show 5", "5"),
        ("tags edit oek", "oekonux"),
        ("tags merge theme:commons mov", "movement:oekonux"),
        ("tags matrix mov", "movement"),
        ("rules add X --then theme:c", "theme:commons"),
        ("export --file $TEST_ENV", "$TEST_ENV/refs.bib"),
        ("doctor --js", "--json"),
        ("man fin", "find"),
    ] {
        let place = env.path("").canonicalize().unwrap();
        let place = place.to_str().unwrap().trim_end_matches('/');
        let (line, expected) = (
            line.replace("$TEST_ENV", place),
            expected.replace("$TEST_ENV", place),
        );
        let offers = offered(&env, &line);
        assert!(offers.contains(&expected), "{line}: {offers:?}");
    }
    let rules = offered(&env, "rules show ");
    assert!(
        !rules.contains(&"Benkler".to_owned()),
        "its step was undone"
    );
    let message = asked(&env, "fish", "redo ").stdout;
    assert!(message.contains("\tpeerbib rules add Benkler"), "{message}");
}
