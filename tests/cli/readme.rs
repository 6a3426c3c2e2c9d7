//! The tour in README.md: its commands run in their order, starting with an empty library, and print what it shows.
//!
//! A block that begins with `$` contains commands, each followed by its output, in which a line `…` represents any
//! lines. A block that begins with an entry is the file `refs.bib`. In all other blocks, the lines that start peerbib
//! run, too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::foreign_formats;
use crate::help::services;
use crate::test_env::{TestEnvironment, redact_times};

const README: &str = include_str!("../../README.md");

/// A step of the tour.
#[derive(Debug)]
enum Step<'r> {
    /// A command and the output that the tour shows, if any.
    Command {
        line: usize,
        command: String,
        shown: Vec<&'r str>,
    },
    /// A bibliography.
    Bibliography(String),
}

/// Returns the lines of each indented block, with the number of its first line.
fn blocks() -> Vec<(usize, Vec<&'static str>)> {
    let mut blocks: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut is_open = false;
    for (number, line) in README.lines().enumerate() {
        match line.strip_prefix("    ") {
            Some(text) if is_open => blocks.last_mut().unwrap().1.push(text),
            Some(text) => {
                blocks.push((number + 1, vec![text]));
                is_open = true;
            }
            None if line.trim().is_empty() && is_open => blocks.last_mut().unwrap().1.push(""),
            None => is_open = false,
        }
    }
    for (_, lines) in &mut blocks {
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
    }
    blocks
}

fn steps() -> Vec<Step<'static>> {
    let mut steps = Vec::new();
    for (first, lines) in blocks() {
        let start = lines[0];
        if start.starts_with('@') {
            steps.push(Step::Bibliography(lines.join("\n") + "\n"));
            continue;
        }
        let has_prompts = start.starts_with("$ ");
        for (at, text) in lines.iter().enumerate() {
            let line = first + at;
            if let Some(command) = text.strip_prefix("$ ") {
                let command = command.to_owned();
                let shown = Vec::new();
                steps.push(Step::Command {
                    line,
                    command,
                    shown,
                });
            } else if has_prompts {
                if let Some(Step::Command { shown, .. }) = steps.last_mut() {
                    shown.push(text);
                }
            } else if let Some(command) = as_installed(text) {
                let shown = Vec::new();
                steps.push(Step::Command {
                    line,
                    command,
                    shown,
                });
            }
        }
    }
    for step in &mut steps {
        if let Step::Command { shown, .. } = step {
            while shown.last().is_some_and(|line| line.is_empty()) {
                shown.pop();
            }
        }
    }
    steps
}

/// Returns a command line that runs peerbib as it is for an installed program.
fn as_installed(line: &str) -> Option<String> {
    if let Some(arguments) = line.strip_prefix("cargo run --release -- ") {
        return Some(format!("peerbib {arguments}"));
    }
    line.starts_with("peerbib ").then(|| line.to_owned())
}

/// Replaces everything in a text that depends on the day, the machine or the environment.
fn redacted(env: &TestEnvironment, text: &str) -> String {
    let text = redact_times(&env.redact_paths(text));
    let mut redacted = String::new();
    let mut rest = text.as_str();
    // A day, such as 2026-11-25.
    while let Some(at) = rest.find("20") {
        let (before, after) = rest.split_at(at);
        redacted.push_str(before);
        let is_day = after.len() >= 10
            && after
                .bytes()
                .take(10)
                .enumerate()
                .all(|(at, byte)| match at {
                    4 | 7 => byte == b'-',
                    _ => byte.is_ascii_digit(),
                });
        let (shown, taken) = if is_day { ("DAY", 10) } else { ("20", 2) };
        redacted.push_str(shown);
        rest = &after[taken..];
    }
    redacted.push_str(rest);
    redacted
}

/// Returns whether the output is the one shown, in which `…` represents any lines.
fn agrees(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == "…" => {
            (0..=printed.len()).any(|skipped| agrees(rest, &printed[skipped..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| first == line && agrees(rest, others)),
    }
}

/// Returns lines without trailing space. If a line contains a path, whose length decides the width of columns, only the
/// words are kept.
fn comparable(text: &str, has_path: bool) -> Vec<String> {
    text.lines()
        .map(|line| {
            if has_path {
                line.split_whitespace().collect::<Vec<_>>().join(" ")
            } else {
                line.trim_end().to_owned()
            }
        })
        .collect()
}

/// Returns the files in the environment except the library, with their contents.
fn files(env: &TestEnvironment) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(env.path("")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// How many lines of a file the snapshot shows. The tests of the output formats check the rest.
const LONG: usize = 100;

/// Returns a file as the snapshot shows it: text as it is, anything else by its approximate size.
fn shown_file(env: &TestEnvironment, path: &Path, content: &[u8]) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    match std::str::from_utf8(content) {
        Ok(text) => {
            let text = redacted(env, text);
            let lines: Vec<&str> = text.lines().collect();
            match lines.len() {
                0..=LONG => format!("({name}:)\n{text}"),
                all => format!(
                    "({name}:)\n{}\n({} lines more)\n",
                    lines[..LONG].join("\n"),
                    all - LONG
                ),
            }
        }
        Err(_) => {
            let size = match content.len() {
                0..1_000 => "less than 1 kB",
                1_000..10_000 => "1 to 10 kB",
                10_000..100_000 => "10 to 100 kB",
                _ => "more than 100 kB",
            };
            format!("({name}: {size})\n")
        }
    }
}

#[cfg(unix)]
#[test]
fn every_command_of_the_tour_runs_and_prints_what_the_tour_shows() {
    let env = TestEnvironment::empty();
    let server = services();
    env.put("refs.ris", "TY  - BOOK\nTI  - Nests\nER  - \n");
    env.put("manuscript.docx", foreign_formats::word_document());
    env.put(
        "list.txt",
        "Benkler, Y. (2006). The Wealth of Networks. New Haven: Yale University Press.\n\n\
         Wren, A. (2001). Nests and how to build them. Journal of Small Birds, 12(3), 45-67.\n\n\
         Finch, B. and Hazel, C. (2014). Hedges. London: Hazel Press.\n",
    );
    let mut message = String::new();
    let mut differing = String::new();
    let mut before = files(&env);
    let mut commands = 0;
    for step in steps() {
        let (line, command, shown) = match step {
            Step::Bibliography(text) => {
                env.put("refs.bib", text);
                before = files(&env);
                continue;
            }
            Step::Command {
                line,
                command,
                shown,
            } => (line, command, shown),
        };
        commands += 1;
        // A shell runs the line, as for a person, and both streams are mixed, as in a terminal.
        let output = env
            .command("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .env("PEERBIB_LOOKUP_BASE", server.base())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed = redacted(&env, &printed);
        let code = output.status.code();
        let _ = write!(message, "$ {command}\n{printed}");
        if code != Some(0) {
            let _ = writeln!(message, "[exit code {}]", code.unwrap_or(-1));
        }
        let after = files(&env);
        for (path, content) in &after {
            if before.get(path) != Some(content) {
                message.push_str(&shown_file(&env, path, content));
            }
        }
        before = after;
        message.push('\n');
        assert!(
            matches!(code, Some(0 | 1)) && !printed.contains("panicked"),
            "README.md:{line}: {command}\n{printed}"
        );
        if !shown.is_empty() {
            let shown = redacted(&env, &shown.join("\n")).replace("/home/ines", "$TEST_ENV");
            let has_path = printed.contains("$TEST_ENV");
            if !agrees(
                &comparable(&shown, has_path),
                &comparable(&printed, has_path),
            ) {
                let _ = write!(
                    differing,
                    "README.md:{line}: {command}\nshown:\n{shown}\nprinted:\n{printed}\n"
                );
            }
        }
    }
    assert!(commands > 15, "the tour has {commands} commands");
    assert!(differing.is_empty(), "{differing}");
    insta::assert_snapshot!(message);
}

/// `--help` is parsed after everything before it, so the commands need not run.
#[test]
fn every_command_that_the_text_mentions_can_be_parsed() {
    let env = TestEnvironment::empty();
    let commands: Vec<String> = README
        .split("\n\n")
        .filter(|paragraph| !paragraph.starts_with("    ") && !paragraph.starts_with("```"))
        .flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2))
        .filter(|code| code.starts_with("peerbib ") && !code.contains("--help"))
        .map(|code| code.replace('\n', " "))
        .collect();
    assert!(commands.len() > 20, "README.md mentions {commands:?}");
    for command in commands {
        let output = env
            .command("sh")
            .args(["-c", &format!("{command} --help")])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {errors}");
    }
}

#[test]
fn omitted_lines_of_the_tour_match_any_lines() {
    let lines = |text: &str| comparable(text, false);
    let agrees = |shown: &str, printed: &str| super::readme::agrees(&lines(shown), &lines(printed));
    assert!(agrees("a\n  …\nd", "a\nb\nc\nd"));
    assert!(agrees("a\n…", "a"));
    assert!(!agrees("a\n…\nc", "a\nb"));
    assert!(!agrees("a", "a\nb"));
}
