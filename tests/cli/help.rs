//! The help: read as a whole, and its examples run.

use crate::test_env::{TestEnvironment, words};

/// The verbs that `peerbib … --help` lists, with those below them.
fn verbs(env: &TestEnvironment, above: &str) -> Vec<String> {
    let help = env.runs(&format!("{above} --help")).stdout;
    let mut verbs = Vec::new();
    let listed = ["\nVerbs:\n", "\nCommands:\n"];
    if let Some((_, commands)) = listed.iter().find_map(|heading| help.split_once(heading)) {
        for line in commands.lines().take_while(|line| !line.is_empty()) {
            let Some(verb) = line
                .strip_prefix("  ")
                .and_then(|line| line.split(' ').next())
            else {
                continue;
            };
            if !verb.is_empty() {
                let verb = format!("{above} {verb}").trim().to_owned();
                let narrower = self::verbs(env, &verb);
                verbs.push(verb);
                verbs.extend(narrower);
            }
        }
    }
    verbs
}

/// What stands behind `Example:` or `Examples:` at the end of a help text, line by line.
fn examples(help: &str) -> Vec<String> {
    let Some((_, examples)) = help.split_once("\nExample") else {
        return Vec::new();
    };
    examples
        .lines()
        .skip(1)
        .map_while(|line| line.strip_prefix("  "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_whole_help() {
    let env = TestEnvironment::empty();
    let verbs = verbs(&env, "");
    assert!(verbs.len() > 20, "{verbs:?}");
    let whole = env.runs("--help").stdout;
    insta::assert_snapshot!("peerbib", whole);
    let common = running(options_of_every_verb(&whole));
    for verb in verbs {
        let help = env.runs(&format!("{verb} --help")).stdout;
        // Every verb tells them, and one snapshot of them is enough.
        let here = options_of_every_verb(&help);
        assert_eq!(running(here), common, "{verb}");
        let help = help.replace(here, " as ever");
        let name = format!("peerbib {verb}").trim().replace(' ', "_");
        insta::assert_snapshot!(name, help);
    }
}

/// The part of a help text that is the same for every verb, with its heading.
fn options_of_every_verb(help: &str) -> &str {
    let (_, from_heading) = help.split_once("\nOptions of every verb:").unwrap();
    let end = from_heading
        .find("\n\nExample")
        .or(from_heading.find("\n\nStart here"));
    &from_heading[..end.unwrap()]
}

/// Text without the manner in which it is laid out.
fn running(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_verb_shows_an_example() {
    let env = TestEnvironment::empty();
    for verb in verbs(&env, "") {
        let help = env.runs(&format!("{verb} --help")).stdout;
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{verb}:\n{help}");
        let named = format!("peerbib {verb}");
        let own = |line: &String| line.contains(&named) || line.contains(&format!(" {verb}"));
        assert!(examples.iter().any(own), "{verb}: {examples:?}");
    }
}

#[test]
#[cfg(unix)]
fn the_examples_run() {
    let first = TestEnvironment::with_chapter();
    first.runs("tag course:week-3 merten2000 --new");
    let library = first.library_as_file();
    for verb in std::iter::once(String::new()).chain(verbs(&first, "")) {
        let help = first.runs(&format!("{verb} --help")).stdout;
        for example in examples(&help).iter().chain(&start_here(&help)) {
            // What an example takes for granted.
            let env = TestEnvironment::empty();
            env.put_library(&library);
            env.put(
                "refs.bib",
                "@book{wren, author = {Wren, Ada}, title = {Nests}}\n",
            );
            env.put("draft.md", "One [@merten2000, p. 3].\n");
            env.put("paper.typ", "One @merten2000[p. 3].\n");
            env.put("thesis.aux", "\\citation{merten2000}\n");
            let own = concat!(env!("CARGO_MANIFEST_DIR"), "/styles/compact-syllabus.csl");
            for folder in ["styles", "Downloads"] {
                std::fs::create_dir(env.path(folder)).unwrap();
            }
            for name in [
                "house.csl",
                "nature.csl",
                "Downloads/nature.csl",
                "styles/own.csl",
            ] {
                std::fs::copy(own, env.path(name)).unwrap();
            }
            std::fs::create_dir_all(env.path(".local/share/bash-completion/completions")).unwrap();
            if example.starts_with("peerbib file") {
                env.runs("file add merten2000 refs.bib");
            }
            if example.contains("--file refs.bib") {
                env.runs("import refs.bib");
            }
            if example.starts_with("peerbib undo") || example.starts_with("peerbib redo") {
                env.runs("tag theme:law merten2000");
            }
            if example.starts_with("peerbib redo") {
                env.runs("undo");
            }
            if example.starts_with("peerbib list ") && !example.contains("list new") {
                lists(&env, example);
            }
            // Not every machine has a reader of manual pages.
            let line = example.replace(" | man -l -", "");
            let output = env
                .command("sh")
                .args(["-c", &line])
                .env("PEERBIB_OPENER", "true")
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            if told.contains("there is no terminal to open an editor in") {
                // The example is right, and nobody sits here.
                continue;
            }
            // 1: there are findings, or not every work could be rendered.
            assert!(
                matches!(output.status.code(), Some(0 | 1)),
                "{line}:\n{told}"
            );
            assert!(!told.contains("error:"), "{line}:\n{told}");
        }
    }
}

/// The lists that an example of `peerbib list` takes for granted.
fn lists(env: &TestEnvironment, example: &str) {
    env.runs("list new syllabus --query theme:commons");
    env.runs("list export syllabus --output syllabus.toml");
    if !example.contains("--replace") {
        env.runs("list remove syllabus");
    }
    env.runs(
        "list new commons-101 --query 'movement:p2p-foundation OR movement:oekonux' \
         --annotate annotation,why",
    );
    if !example.contains("section add") {
        env.runs("list section add commons-101 --title Beginnings --query year:..2005");
    }
    if !example.contains("list freeze") {
        env.runs("list freeze commons-101 --name 2026-spring");
        env.runs("list freeze commons-101 --name 2026-autumn");
    }
    if example.contains("--remove") {
        env.runs("list annotate commons-101 benkler2006wealth -m first");
    }
}

/// The examples at the end of `peerbib --help`.
fn start_here(help: &str) -> Vec<String> {
    let Some((_, lines)) = help.split_once("Start here:\n") else {
        return Vec::new();
    };
    lines
        .lines()
        .map_while(|line| line.strip_prefix("  "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn help_is_short_and_long() {
    let env = TestEnvironment::empty();
    for verb in verbs(&env, "") {
        let short = env.runs(&format!("{verb} -h")).stdout;
        assert!(short.contains("Usage: peerbib"), "{verb}: {short}");
    }
    assert!(env.runs("--version").stdout.starts_with("peerbib "));
    assert!(env.runs("find -V").stdout.starts_with("peerbib"));
    let bare = env.ends(2, "");
    assert!(
        bare.stderr.contains("peerbib quickstart"),
        "{}",
        bare.stderr
    );
}

#[test]
fn there_is_a_manual_page_for_every_verb_and_completions_for_every_shell() {
    let env = TestEnvironment::empty();
    assert!(env.runs("man").stdout.contains(".TH peerbib"));
    for verb in verbs(&env, "").iter().filter(|verb| !verb.contains(' ')) {
        let page = env.runs(&format!("man {verb}")).stdout;
        assert!(
            page.contains(&format!("peerbib\\-{verb}"))
                || page.contains(&format!("peerbib-{verb}")),
            "{verb}: {page}"
        );
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = env.runs(&format!("completions {shell}")).stdout;
        assert!(script.contains("PEERBIB_COMPLETE"), "{shell}");
    }
}

#[test]
fn words_are_cut_as_a_shell_cuts_them() {
    assert_eq!(words("a 'b c' d\"e f\"  ''"), ["a", "b c", "de f", ""]);
}
