//! The time of every reader, writer and bulk command grows in proportion to its input.
//!
//! Each case runs the program on inputs of n, 2n and 4n pieces and compares the processor time. Quadratic work takes
//! sixteen times as long for 4n as for n; linear work takes four times as long.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// An input and the commands that deal with it.
struct Case {
    name: &'static str,
    /// The number of pieces in the smallest input.
    pieces: usize,
    /// The name of the input file.
    file: &'static str,
    input: fn(usize) -> String,
    /// Commands that prepare the library, without their time.
    before: &'static [&'static str],
    /// The measured command.
    command: &'static str,
}

const IMPORT: &[&str] = &["import in.bib"];

/// Returns one piece after another.
fn repeated(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        text.push_str(&piece(index));
        text
    })
}

fn books(count: usize) -> String {
    repeated(count, |n| {
        format!(
            "@book{{w{n}, title = {{Nests {n}}}, author = {{Wren, Ada}}, year = 2001, month = jan}}\n"
        )
    })
}

fn journals(count: usize) -> String {
    let mut text = repeated(count, |n| format!("@string{{j{n} = {{Journal {n}}}}}\n"));
    for n in 0..count {
        let _ = writeln!(
            text,
            "@article{{w{n}, title = {{Nests {n}}}, journaltitle = j{n}, year = 2001}}"
        );
    }
    text
}

fn same_keys(count: usize) -> String {
    repeated(count, |n| format!("@book{{w, title = {{Nests {n}}}}}\n"))
}

fn keyword_tags(count: usize) -> String {
    repeated(count, |n| {
        format!("@book{{w{n}, title = {{Nests {n}}}, keywords = {{theme:t{n}}}}}\n")
    })
}

fn jabref_groups(count: usize) -> String {
    let mut text = repeated(count, |n| {
        format!("@book{{w{n}, title = {{Nests {n}}}, groups = {{g{n}}}}}\n")
    });
    text.push_str("@Comment{jabref-meta: grouping:\n0 AllEntriesGroup:;\n");
    for n in 0..count {
        let _ = writeln!(text, "1 StaticGroup:g{n}\\;0\\;1\\;\\;\\;\\;;");
    }
    text + "}\n"
}

fn in_field(field: &str, value: String) -> String {
    format!("@book{{w, title = {{Nests}}, {field} = {{{value}}}}}\n")
}

fn records(count: usize) -> String {
    let record = |n| {
        format!(
            "{{\"type\":\"book\",\"title\":\"Nests\",\"author\":[{{\"family\":\"Wren\"}}],\"note\":\"{n}\"}}"
        )
    };
    let records: Vec<String> = (0..count).map(record).collect();
    format!("[{}]", records.join(","))
}

fn ris(count: usize) -> String {
    repeated(count, |n| {
        format!("TY  - BOOK\nTI  - Nests {n}\nAU  - Wren, Ada\nPY  - 2001\nER  - \n")
    })
}

fn vocabulary(count: usize) -> String {
    repeated(count, |n| {
        format!("[[tag]]\nfacet = \"theme\"\ntag = \"t{n}\"\nlabel = \"Nest {n}\"\n")
    })
}

const CASES: &[Case] = &[
    Case {
        name: "a file that is imported again",
        pieces: 2000,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "import in.bib",
    },
    Case {
        name: "@strings",
        pieces: 1000,
        file: "in.bib",
        input: journals,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "@strings in one entry after another",
        pieces: 500,
        file: "in.bib",
        input: journals,
        before: IMPORT,
        command: "export --to csl-json",
    },
    Case {
        name: "@strings of a selection",
        pieces: 500,
        file: "in.bib",
        input: journals,
        before: IMPORT,
        command: "export year:2001 --to biblatex",
    },
    Case {
        name: "@strings of a snapshot",
        pieces: 300,
        file: "in.bib",
        input: journals,
        before: &["import in.bib", "list new nests --query year:2001"],
        command: "list snapshot nests --name first",
    },
    Case {
        name: "a chain of @strings",
        pieces: 2000,
        file: "in.bib",
        input: |n| repeated(n, |n| format!("@string{{j{} = j{n}}}\n", n + 1)),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "keywords of an entry",
        pieces: 3000,
        file: "in.bib",
        input: |n| in_field("keywords", repeated(n, |n| format!("k{n}, "))),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "keywords that are tags",
        pieces: 500,
        file: "in.bib",
        input: keyword_tags,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "authors of an entry",
        pieces: 1000,
        file: "in.bib",
        input: |n| in_field("author", vec!["Wren, Ada"; n].join(" and ")),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "xdata of an entry",
        pieces: 3000,
        file: "in.bib",
        input: |n| in_field("xdata", repeated(n, |n| format!("x{n},"))),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "fields of an entry",
        pieces: 10_000,
        file: "in.bib",
        input: |n| {
            format!(
                "@book{{w, title = {{Nests}}{}}}\n",
                repeated(n, |n| format!(", f{n} = {{x}}"))
            )
        },
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "JabRef groups",
        pieces: 300,
        file: "in.bib",
        input: jabref_groups,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "equal keys",
        pieces: 1000,
        file: "in.bib",
        input: same_keys,
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "entries that are not closed",
        pieces: 1000,
        file: "in.bib",
        input: |n| repeated(n, |n| format!("@book{{w{n}, title = {{Nests\n")),
        before: &[],
        command: "import in.bib",
    },
    Case {
        name: "keys from a pattern",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "rename --pattern [auth][year]",
    },
    Case {
        name: "records without ids",
        pieces: 500,
        file: "in.json",
        input: records,
        before: &[],
        command: "import in.json",
    },
    Case {
        name: "unclosed JSON",
        pieces: 3000,
        file: "in.json",
        input: |n| format!("[{}", "{\"id\":\"w\",\"title\":\"Nests\",\n".repeat(n)),
        before: &[],
        command: "import in.json",
    },
    Case {
        name: "unclosed lists in JSON",
        pieces: 3000,
        file: "in.json",
        input: |n| {
            format!(
                "[{}",
                repeated(n, |n| format!("{{\"id\":\"w{n}\",\"title\":["))
            )
        },
        before: &[],
        command: "import in.json",
    },
    Case {
        name: "unclosed YAML",
        pieces: 500,
        file: "in.yml",
        input: |n| {
            repeated(n, |n| {
                format!("w{n}:\n  type: book\n  title: \"Nests {n}\n")
            })
        },
        before: &[],
        command: "import in.yml",
    },
    Case {
        name: "Hayagriva",
        pieces: 300,
        file: "in.yml",
        input: |n| {
            repeated(n, |n| {
                format!("w{n}:\n  type: book\n  title: Nests {n}\n  date: 2001\n")
            })
        },
        before: &[],
        command: "import in.yml",
    },
    Case {
        name: "RIS records",
        pieces: 500,
        file: "in.ris",
        input: ris,
        before: &[],
        command: "import in.ris",
    },
    Case {
        name: "RIS tags of a record",
        pieces: 3000,
        file: "in.ris",
        input: |n| {
            format!(
                "TY  - BOOK\nTI  - Nests\n{}ER  - \n",
                repeated(n, |n| format!(
                    "KW  - k{n}\nN1  - n{n}\nAU  - Wren{n}, Ada\n"
                ))
            )
        },
        before: &[],
        command: "import in.ris",
    },
    Case {
        name: "BibLaTeX export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export year:2001 --to biblatex",
    },
    Case {
        name: "BibTeX export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to bibtex",
    },
    Case {
        name: "CSL-JSON export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to csl-json",
    },
    Case {
        name: "Hayagriva export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to hayagriva",
    },
    Case {
        name: "RIS export",
        pieces: 300,
        file: "in.bib",
        input: books,
        before: IMPORT,
        command: "export --to ris",
    },
    Case {
        name: "vocabulary",
        pieces: 500,
        file: "in.toml",
        input: vocabulary,
        before: &[],
        command: "tags import in.toml",
    },
    Case {
        name: "open citations in a document",
        pieces: 1000,
        file: "in.md",
        input: |n| "[@a ".repeat(n),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
    Case {
        name: "citations in a document",
        pieces: 100,
        file: "in.md",
        input: |n| repeated(n, |n| format!("Text [@w, p. {n}].\n\n")),
        before: &[],
        command: "cite in.md --input refs.bib",
    },
];

/// Returns the processor time of the child processes that have ended. Unlike the elapsed time, it hardly depends on
/// what else the machine does.
fn time_of_children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    // Linux reports hundredths of a second.
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

/// Returns the time of the measured command.
fn measure(case: &Case, pieces: usize) -> Duration {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(case.file), (case.input)(pieces)).unwrap();
    std::fs::write(
        directory.path().join("refs.bib"),
        "@book{w, title = {Nests}}\n",
    )
    .unwrap();
    let run = |line: &str| {
        let status = Command::new(env!("CARGO_BIN_EXE_peerbib"))
            .args(line.split(' '))
            .current_dir(directory.path())
            .env("HOME", directory.path())
            .env("XDG_CONFIG_HOME", directory.path())
            .env("PEERBIB_LIBRARY", directory.path().join("library.db"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        // 1 reports findings; a usage error would make the case meaningless.
        assert!(matches!(status.code(), Some(0 | 1)), "{line}: {status}");
    };
    case.before.iter().for_each(|line| run(line));
    let (started, before) = (Instant::now(), time_of_children());
    run(case.command);
    match (before, time_of_children()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => started.elapsed(),
    }
}

#[test]
fn time_grows_in_proportion_to_the_input() {
    let mut failures = Vec::new();
    for case in CASES {
        let times = [1, 2, 4].map(|factor| measure(case, factor * case.pieces));
        let [first, _, last] = times;
        eprintln!("{}: {times:?}", case.name);
        if last > 8 * first + Duration::from_millis(300) {
            failures.push(format!("{}: {times:?}", case.name));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
