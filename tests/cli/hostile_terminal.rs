//! What strangers write cannot command a terminal.

use crate::test_env::TestEnvironment;

/// Entries with escape sequences, C1 controls and bidirectional overrides in every part.
const HOSTILE: &str = "\
@book{esc1,
  author = {Esc, \u{1b}]0;PWNED\u{7}Evil},
  title = {A\u{1b}[2J\u{1b}[31mRED\u{1b}]8;;http://evil/\u{7}link\u{1b}]8;;\u{7} \u{9b}31m \u{8} \r over \u{7f}},
  publisher = {\u{1b}[6n\u{1b}P+q544e\u{1b}\\},
  date = {2010},
  keywords = {a\u{1b}[31mb},
  file = {x\u{1b}[31my.pdf},
  foo\u{1b}[31mbar = {x},
  url = {https://e.org/\u{1b}]8;;evil\u{7}}
}
@book{k\u{1b}[31mey, title = {Esc key}, author = {A}, date = {not\u{1b}]0;PWN\u{7}date}, crossref = {no\u{1b}[2Jne}}
@book{bidi, title = {abc \u{202e}gnp.exe}, date = {2012}}
@book{marks, title = {\u{fdd3}not ours}, date = {2012}}
@strange\u{1b}[31mtype{t, title = {x}}
@book{bad\u{1b}[2J, title = {x} author
";

/// A tag with escape sequences in every part.
const TAGS: &str = r#"
[[tag]]
facet = "movement"
tag = "evil"
label = "Evil \u001b[2J\u0007"
description = "\u001b]0;PWN\u0007 description \u009b31m"
place = "\u001b[31mplace"
active = "2000/2005"
people = ["\u001b[2JMan"]
events = [{ date = "2001", what = "event\u0001\u001b[2J \u202egnp" }]
"#;

/// Runs a command in a pseudo-terminal and returns what it shows, or `None` if there is no Python to make one.
#[cfg(unix)]
fn shown_on_terminal(env: &TestEnvironment, line: &str) -> Option<String> {
    const RUN: &str = "import os, pty, sys\n\
        def read(fd):\n    \
            data = os.read(fd, 65536)\n    \
            return data\n\
        pty.spawn(['sh', '-c', sys.argv[1]], read, lambda fd: b'')\n";
    let output = env
        .command("python3")
        .args(["-c", RUN, line])
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .output()
        .ok()?;
    // A shim for Python may need more of the environment than a test gives it.
    output.status.success().then(|| {
        let shown = String::from_utf8_lossy(&output.stdout);
        // The terminal puts a carriage return before every line feed, even where there is one.
        shown.replace("\r\r\n", "\n").replace("\r\n", "\n")
    })
}

/// Removes the escape codes that peerbib itself writes: styles, and links that are safe.
fn without_own_codes(shown: &str) -> String {
    let mut text = shown.to_owned();
    for style in ["0", "1", "2", "3", "4", "31", "32", "33", "34", "35"] {
        text = text.replace(&format!("\u{1b}[{style}m"), "\u{fffc}");
    }
    let mut result = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}]8;;") {
        let Some((address, behind)) = after.split_once("\u{1b}\\") else {
            break;
        };
        assert!(
            address.is_empty() || address.starts_with("https://e.org/"),
            "{address:?}"
        );
        result.push_str(before);
        rest = behind;
    }
    result + rest
}

#[test]
#[cfg(unix)]
fn nothing_that_a_stranger_wrote_commands_a_terminal() {
    let env = TestEnvironment::bare();
    env.put("hostile.bib", HOSTILE);
    env.put(
        "doc.md",
        "See [@no\u{1b}[2Jne] and @{bad\u{1b}]0;X\u{7}} and @esc1.\n",
    );
    if shown_on_terminal(&env, "true").is_none() {
        eprintln!("skipped: no pseudo-terminal without python3");
        return;
    }
    env.peerbib(&["import", "hostile.bib"], "");
    let key = "'k\u{1b}[31mey'";
    env.put("tags.toml", TAGS);
    env.runs("tags import tags.toml");
    env.runs("tag movement:evil esc1 bidi");
    let name = "f\u{1b}[2J.bib";
    env.put(name, HOSTILE);
    for line in [
        "peerbib import 'no\u{1b}[2Jsuch.bib'",
        &format!("peerbib import '{name}' --dry-run"),
        "peerbib import hostile.bib --dry-run --rejects -",
        "peerbib import hostile.bib --dry-run --json",
        "peerbib find",
        "peerbib find --columns key,title,publisher",
        "peerbib find --keys",
        "peerbib find --json",
        "peerbib find --format '{key} {title}\n'",
        "peerbib show esc1",
        "peerbib show esc1 --source",
        "peerbib show esc1 --json",
        "peerbib show esc1 bidi marks --csl",
        &format!("peerbib show {key}"),
        "peerbib show 'no\u{1b}[2Jne'",
        "peerbib check",
        "peerbib check --file hostile.bib",
        "peerbib check --json",
        "peerbib tags",
        "peerbib tags show movement:evil",
        "peerbib tags matrix movement movement",
        "peerbib tags --json",
        "peerbib tags export -",
        "peerbib why esc1",
        "peerbib stats",
        "peerbib timeline",
        "peerbib timeline --to svg",
        "peerbib dedupe",
        "peerbib file list",
        "peerbib file check",
        "peerbib export",
        "peerbib export --to csl-json",
        "peerbib export --to ris",
        "peerbib export --tidy",
        "peerbib format",
        "peerbib format --to text",
        "peerbib format --to html",
        "peerbib format --to json",
        "peerbib format --color never",
        "peerbib format --input hostile.bib",
        "peerbib cite esc1",
        &format!("peerbib cite {key} bidi"),
        "peerbib cite doc.md",
        "peerbib cite --markdown doc.md",
        "peerbib log",
        "peerbib 'no\u{1b}[2Jne'",
        "peerbib --no\u{1b}[2Jne",
        "peerbib remove esc1 bidi --dry-run",
    ] {
        let Some(shown) = shown_on_terminal(&env, line) else {
            panic!("no pseudo-terminal for {line}");
        };
        assert!(!shown.is_empty(), "{line} shows nothing");
        let data = without_own_codes(&shown);
        let obeyed = data.find(|c: char| {
            c.is_control() && !matches!(c, '\n' | '\t')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(obeyed, None, "{line}: {shown:?}");
        // A style that a stranger asks for would be one of ours.
        assert!(
            !data.contains("A\u{fffc}") && !data.contains("a\u{fffc}b"),
            "{line}: {shown:?}"
        );
    }
    let shown = shown_on_terminal(&env, "peerbib show bidi --source").unwrap();
    assert!(shown.contains("abc <U+202E>gnp.exe"), "{shown:?}");
    let shown = shown_on_terminal(&env, "peerbib show bidi").unwrap();
    assert!(
        shown.starts_with("\u{1b}[1mbidi\u{1b}[0m \u{1b}[2m@book\u{1b}[0m\n"),
        "{shown:?}"
    );
}

#[test]
fn pipes_get_data_unchanged() {
    let env = TestEnvironment::bare();
    let entry = "@book{a, title = {A\u{1b}[31m \u{202e}b \u{fdd1}c}}\n";
    env.put("a.bib", entry);
    env.runs("import a.bib");
    assert_eq!(env.runs("export").stdout, entry);
    assert_eq!(env.runs("show a --source").stdout, entry);
}

#[test]
#[cfg(unix)]
fn an_editor_takes_no_file_for_an_option() {
    let env = TestEnvironment::bare();
    env.put("editor", "#!/bin/sh\nprintf '%s' \"$1\" > edited\n");
    let line = "PEERBIB_CONFIG=-c.toml EDITOR='sh editor' peerbib config edit";
    if shown_on_terminal(&env, line).is_none() {
        eprintln!("skipped: no pseudo-terminal without python3");
        return;
    }
    let edited = std::fs::read_to_string(env.path("edited")).unwrap();
    assert_eq!(edited, "./-c.toml");
}
