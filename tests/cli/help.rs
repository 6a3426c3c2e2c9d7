//! The help: read as a whole, and its examples run.

use crate::foreign_formats;
use crate::metadata_server::{MetadataServer, Reply};
use crate::test_env::{TestEnvironment, words};
use crate::zotero_database::{OWN, ZoteroDatabase};

/// Returns the commands that `peerbib … --help` lists, with their subcommands.
fn commands(env: &TestEnvironment, parent: &str) -> Vec<String> {
    let help = env.runs(&format!("{parent} --help")).stdout;
    let mut commands = Vec::new();
    // `peerbib --help` groups the commands; other help texts have a single list.
    let lists = help.split("\n\n").filter(|part| {
        let heading = part.lines().next().unwrap_or_default();
        let is_options = heading.contains("ptions:") || heading.contains("Arguments:");
        heading.ends_with(':')
            && !is_options
            && (parent.is_empty() || heading == "Commands:")
            && !heading.starts_with("Example")
    });
    for line in lists.flat_map(|list| list.lines().skip(1)) {
        let Some(name) = line
            .strip_prefix("  ")
            .and_then(|line| line.split(' ').next())
            .filter(|name| !name.is_empty())
        else {
            continue;
        };
        let command = format!("{parent} {name}").trim().to_owned();
        let below = self::commands(env, &command);
        commands.push(command);
        commands.extend(below);
    }
    commands
}

/// Returns the lines of the examples at the end of a help text.
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
    let commands = commands(&env, "");
    assert!(commands.len() > 20, "{commands:?}");
    let whole = env.runs("--help").stdout;
    insta::assert_snapshot!("peerbib", whole);
    let common = running(global_options(&whole));
    for command in commands {
        let help = env.runs(&format!("{command} --help")).stdout;
        // Every command has them, and one snapshot of them is enough.
        let here = global_options(&help);
        assert_eq!(running(here), common, "{command}");
        let help = help.replace(here, " (global options)");
        let name = format!("peerbib {command}").trim().replace(' ', "_");
        insta::assert_snapshot!(name, help);
    }
}

/// The part of a help text that is the same for every command, with its heading.
fn global_options(help: &str) -> &str {
    let (_, from_heading) = help.split_once("\nGlobal options:").unwrap();
    let end = from_heading
        .find("\n\nExample")
        .or(from_heading.find("\n\nExamples"));
    let options = &from_heading[..end.unwrap()];
    // `peerbib --help` lists its own options with them.
    options.split("-h, --help").next().unwrap()
}

/// Text without the manner in which it is laid out.
fn running(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_shows_an_example() {
    let env = TestEnvironment::empty();
    for command in commands(&env, "") {
        let help = env.runs(&format!("{command} --help")).stdout;
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{command}:\n{help}");
        let named = format!("peerbib {command}");
        let own = |line: &String| line.contains(&named) || line.contains(&format!(" {command}"));
        assert!(examples.iter().any(own), "{command}: {examples:?}");
    }
}

#[test]
#[cfg(unix)]
fn the_examples_run() {
    let first = TestEnvironment::with_chapter();
    first.runs("tag course:week-3 merten2000 --new");
    let library = first.library_as_file();
    let server = services();
    for command in std::iter::once(String::new()).chain(commands(&first, "")) {
        let help = first.runs(&format!("{command} --help")).stdout;
        for example in examples(&help).iter() {
            // It ends when it is interrupted, as in the tests of its own.
            if example.starts_with("peerbib listen") {
                continue;
            }
            // What an example takes for granted.
            let env = TestEnvironment::empty();
            env.put_library(&library);
            env.put(
                "refs.bib",
                "@book{wren, author = {Wren, Ada}, title = {Nests}}\n",
            );
            env.put("refs.ris", "TY  - BOOK\nTI  - Nests\nER  - \n");
            env.put("books.csv", "Werk,Year\nNests,2001\n");
            env.put("catalogue.xml", foreign_formats::sample("marc.xml"));
            env.put("manuscript.docx", foreign_formats::word_document());
            if example.contains("zotero:") {
                let zotero = ZoteroDatabase::create(&env.path("Zotero"), 129);
                let commons = zotero.collection(OWN, "COLLAAAA", "Commons", None);
                let book = zotero.book("BOOKAAAA", "Governing the Commons", "ostrom1990");
                zotero.put_into(commons, book);
            }
            env.put("draft.md", "One [@merten2000, p. 3].\n");
            env.put("essay.md", "One [@merten2000, p. 3].\n");
            env.put("paper.typ", "One @merten2000[p. 3].\n");
            env.put("thesis.aux", "\\citation{merten2000}\n");
            let own = concat!(env!("CARGO_MANIFEST_DIR"), "/styles/compact-syllabus.csl");
            for folder in ["styles", "Downloads", "papers"] {
                std::fs::create_dir(env.path(folder)).unwrap();
            }
            for name in [
                "house.csl",
                "nature.csl",
                "Downloads/house.csl",
                "styles/own.csl",
            ] {
                std::fs::copy(own, env.path(name)).unwrap();
            }
            std::fs::create_dir_all(env.path(".local/share/bash-completion/completions")).unwrap();
            env.put("merten2000.pdf", "%PDF-1.4\n");
            if example.starts_with("peerbib file") {
                env.runs("file add merten2000 merten2000.pdf");
            }
            if ["rules edit ", "rules remove ", "rules show "]
                .iter()
                .any(|command| example.contains(command))
            {
                env.runs("rules import peerbib:rules");
            }
            if example.contains("import rules.toml") {
                env.runs("rules export rules.toml");
            }
            if example.contains("import tags.toml") {
                env.runs("tags export tags.toml");
            }
            if example.contains("--restore") {
                env.runs("backup commons-copy.db");
            }
            if example.contains("--file refs.bib") {
                env.runs("import refs.bib");
            }
            if example.contains("style update") {
                server.run(&env, &["style", "add", "apa-6th-edition"]);
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
                .env("PEERBIB_LOOKUP_BASE", server.base())
                .output()
                .unwrap();
            let message = String::from_utf8_lossy(&output.stderr);
            if message.contains("without a terminal") {
                // The example is right, and nobody sits here.
                continue;
            }
            // 1: there are findings, or not every work could be rendered.
            assert!(
                matches!(output.status.code(), Some(0 | 1)),
                "{line}:\n{message}"
            );
            assert!(!message.contains("error:"), "{line}:\n{message}");
        }
    }
}

/// A server that knows the works and styles of the examples.
pub(crate) fn services() -> MetadataServer {
    let server = MetadataServer::start();
    let style = include_str!("../../styles/compact-syllabus.csl");
    server
        .on(
            "/openlibrary.org/api/books",
            [Reply::json(
                r#"{"ISBN:1": {"title": "The Wealth of Networks", "authors": [{"name": "Yochai Benkler"}], "publish_date": "2006"}}"#,
            )],
        )
        .on(
            "/en.wikipedia.org/api/rest_v1/data/citation/zotero/",
            [Reply::json(r#"[{"itemType": "webpage", "title": "Oekonux"}]"#)],
        )
        .on(
            "/api.crossref.org/works?query",
            [Reply::json(
                r#"{"message": {"items": [{"type": "book", "title": ["The Wealth of Networks"], "DOI": "10.12987/9780300127232",
                    "author": [{"given": "Yochai", "family": "Benkler"}], "issued": {"date-parts": [[2006]]}}]}}"#,
            )],
        )
        .on(
            "/raw.githubusercontent.com/citation-style-language/styles/master/",
            [Reply::typed("text/plain", style)],
        );
    server
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
    if !example.contains("list snapshot ") {
        env.runs("list snapshot commons-101 --name 2026-spring");
        env.runs("list snapshot commons-101 --name 2026-autumn");
    }
    if example.contains("--remove") {
        env.runs("list annotate commons-101 benkler2006wealth -m first");
    }
}

#[test]
fn help_is_short_and_long() {
    let env = TestEnvironment::empty();
    for command in commands(&env, "") {
        let short = env.runs(&format!("{command} -h")).stdout;
        assert!(short.contains("Usage: peerbib"), "{command}: {short}");
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
fn there_is_a_manual_page_for_every_command_and_completions_for_every_shell() {
    let env = TestEnvironment::empty();
    assert!(env.runs("man").stdout.contains(".TH peerbib"));
    for command in commands(&env, "")
        .iter()
        .filter(|command| !command.contains(' '))
    {
        let page = env.runs(&format!("man {command}")).stdout;
        assert!(
            page.contains(&format!("peerbib\\-{command}"))
                || page.contains(&format!("peerbib-{command}")),
            "{command}: {page}"
        );
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = env.runs(&format!("completions {shell}")).stdout;
        assert!(script.contains("PEERBIB_COMPLETE"), "{shell}");
    }
}

#[test]
fn words_are_split_as_a_shell_splits_them() {
    assert_eq!(words("a 'b c' d\"e f\"  ''"), ["a", "b c", "de f", ""]);
}
