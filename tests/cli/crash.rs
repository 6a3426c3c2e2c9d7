//! What is left of a library when a command is killed, when the disk is full, when two programs work at
//! once, or when the file is damaged: always a library, or a clear error and a file as it was.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::history::rows;
use crate::metadata_server::{MetadataServer, Reply};
use crate::test_env::{Run, TestEnvironment, redact_times, words};

/// Starts peerbib and lets it run.
fn start(env: &TestEnvironment, line: &str) -> Child {
    let mut command: Command = env.command(env!("CARGO_BIN_EXE_peerbib"));
    command
        .args(words(line))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A bibliography of many works.
fn bibliography(works: usize, title: &str) -> String {
    (0..works)
        .map(|n| format!("@book{{w{n}, author = {{Wren, Ada and Finch, Bo{n}}}, title = {{{title} {n}}}, date = {{20{:02}}}, keywords = {{theme:birds}}}}\n", n % 100))
        .collect()
}

/// Every row of the library, and what history knows, but for times.
fn held(env: &TestEnvironment) -> String {
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    let mut steps = connection
        .prepare("SELECT command || ' ' || state FROM step ORDER BY id")
        .unwrap();
    let steps: Vec<String> = steps
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    redact_times(&env.redact_paths(&format!("{}{}", rows(env), steps.join("\n"))))
}

/// Asserts that two libraries hold the same, and reports the first row in which they differ.
#[track_caller]
fn assert_same(one: &str, other: &str, when: &str) {
    let differing = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    assert_eq!(differing, None, "{when}");
    assert_eq!(one.len(), other.len(), "{when}");
}

/// Kills `line` at many moments of its run, the more the longer it lasts. Each time the library holds all of
/// what it does, or nothing, and doctor is silent; what is there can be taken back and done again.
#[track_caller]
fn survives(prepare: &dyn Fn() -> TestEnvironment, line: &str, rounds: u32) {
    let env = prepare();
    let before = held(&env);
    let mut whole = Duration::MAX;
    let mut after = String::new();
    // The first run of all waits for the disk.
    for _ in 0..2 {
        let env = prepare();
        let started = Instant::now();
        assert!(start(&env, line).wait().unwrap().success(), "{line}");
        whole = whole.min(started.elapsed());
        after = held(&env);
    }
    // A rebuild writes the same rows again.
    assert!(
        line == "rebuild" || before != after,
        "{line} changes something"
    );
    let (mut nothing, mut all) = (0, 0);
    for round in 0..rounds {
        let env = prepare();
        let mut child = start(&env, line);
        std::thread::sleep(whole * round / rounds);
        child.kill().unwrap();
        child.wait().unwrap();
        let run = env.runs("doctor");
        assert_eq!(run.stdout, "", "{line}, killed in round {round}");
        let state = held(&env);
        if state == before {
            nothing += 1;
            // What was not done can be done now.
            if nothing % 10 == 0 {
                env.runs(line);
                assert_same(&held(&env), &after, &format!("{line}, after round {round}"));
            }
        } else {
            assert_same(&state, &after, &format!("{line}, killed in round {round}"));
            all += 1;
            // Undoing a restore is restoring the backup that it made.
            if all % 5 == 1 && !line.starts_with("backup") {
                let (back, forth) = match line {
                    "undo" => ("redo", "undo"),
                    _ => ("undo", "redo"),
                };
                env.runs(back);
                env.runs(forth);
                assert_same(
                    &held(&env),
                    &after,
                    &format!("{line}, turned after round {round}"),
                );
            }
        }
    }
    assert!(
        nothing > 0,
        "{line} was never killed in time ({all} rounds)"
    );
}

/// A test environment whose library is a copy of one that was prepared once.
fn copies_of(env: &TestEnvironment) -> impl Fn() -> TestEnvironment + use<> {
    let library = env.library_as_file();
    let files = ["more.bib", "copy.db"].map(|name| (name, std::fs::read(env.path(name)).ok()));
    move || {
        let env = TestEnvironment::empty();
        env.put_library(&library);
        for (name, content) in &files {
            if let Some(content) = content {
                env.put(name, content);
            }
        }
        env
    }
}

/// A small library with some of everything that commands change.
fn small_library() -> TestEnvironment {
    let env = TestEnvironment::with(&bibliography(30, "On the nests of birds"));
    env.runs("tags add course:one");
    env.runs("rules add Finches --when author:finch1 --then course:one --apply");
    env.runs("note w1 -m 'read again'");
    env.runs("list new nests --query birds");
    env.put("more.bib", bibliography(60, "On the feathers of birds"));
    env
}

#[test]
fn an_import_that_is_killed_is_complete_or_absent() {
    let copies = copies_of(&small_library());
    survives(&copies, "import more.bib --on-conflict replace", 60);
}

#[test]
fn an_edit_that_is_killed_is_complete_or_absent() {
    let copies = copies_of(&small_library());
    survives(
        &copies,
        "edit --find birds --set 'publisher=The Aviary'",
        40,
    );
    survives(&copies, "list pin nests w1 w2", 10);
    survives(&copies, "note w1 --append -m 'and again'", 10);
}

#[test]
fn a_bulk_change_of_tags_that_is_killed_is_complete_or_absent() {
    let copies = copies_of(&small_library());
    survives(&copies, "tag birds +hand:seen -theme:birds --create", 30);
    survives(&copies, "rules remove Finches", 10);
}

#[test]
fn a_merge_or_rename_that_is_killed_is_complete_or_absent() {
    let copies = copies_of(&small_library());
    survives(&copies, "dedupe merge w1 w2", 15);
    survives(&copies, "tags merge theme:birds course:one", 15);
    survives(&copies, "rename --pattern '[title:lower]'", 20);
    let twice = small_library();
    twice.put(
        "twice.bib",
        "@book{one, author = {Wren, Ada}, title = {Nests in the City}, date = {2001}}\n\
         @book{two, author = {Wren, Ada}, title = {Nests in the City}, date = {2001}}\n",
    );
    twice.runs("import twice.bib");
    survives(&copies_of(&twice), "dedupe --auto", 15);
}

#[test]
fn a_restore_or_rebuild_that_is_killed_leaves_a_whole_library() {
    let env = small_library();
    env.runs("backup copy.db");
    env.runs("remove w1 w2");
    let copies = copies_of(&env);
    survives(&copies, "backup --restore copy.db --yes", 20);
    survives(&copies, "rebuild", 15);
}

#[test]
fn an_undo_that_is_killed_is_complete_or_absent() {
    let env = small_library();
    env.runs("import more.bib --on-conflict replace");
    survives(&copies_of(&env), "undo", 30);
    env.runs("undo");
    survives(&copies_of(&env), "redo", 30);
}

#[test]
fn a_lookup_that_is_killed_is_complete_or_absent() {
    let env = small_library();
    env.runs("edit w1 --set doi=10.1000/1");
    env.runs("tag status:unverified w1 --create");
    let copies = copies_of(&env);
    let server = MetadataServer::start();
    let work = r#"{"type": "book", "title": "On the nests of birds 1", "DOI": "10.1000/1", "publisher": "The Aviary",
        "author": [{"given": "Ada", "family": "Wren"}, {"given": "Bo1", "family": "Finch"}], "issued": {"date-parts": [[2001]]}}"#;
    let other = r#"{"type": "book", "title": "Twigs", "DOI": "10.1000/2", "issued": {"date-parts": [[2002]]}}"#;
    server
        .on("/doi.org/10.1000/2", [Reply::json(other)])
        .on("/doi.org/10.1000/", [Reply::json(work)])
        .on(
            "/api.crossref.org/works/10.1000",
            [Reply::json(&format!(r#"{{"message": {work}}}"#).replace(
                r#""title": "On the nests of birds 1""#,
                r#""title": ["On the nests of birds 1"]"#,
            ))],
        )
        .on(
            "/api.crossref.org/works?",
            [Reply::json(r#"{"message": {"items": []}}"#)],
        );
    let base = server.base();
    let prepare = || {
        let env = copies();
        env.runs(&format!("config set lookup.base {base}"));
        env
    };
    survives(&prepare, "lookup key:w1 --apply --yes", 20);
    survives(&prepare, "check --online key:w1", 20);
    survives(&prepare, "add 10.1000/2", 20);
}

#[test]
fn two_programs_at_once_both_finish_and_lose_nothing() {
    let env = TestEnvironment::with(&bibliography(60, "On the nests of birds"));
    let imports: Vec<String> = (0..3)
        .map(|n| {
            let entries = bibliography(40, "Feathers").replace("{w", &format!("{{f{n}x"));
            env.put(&format!("more{n}.bib"), entries);
            format!("import more{n}.bib")
        })
        .collect();
    let mut lines = imports;
    for n in 0..4 {
        lines.push(format!("tag hand:t{n} --new --find title:nests"));
        lines.push(format!("edit w{n} --set note={n}"));
        lines.push(format!("note w{n} -m 'note {n}'"));
        lines.push("note w50 --append -m word".to_owned());
    }
    env.runs("note w50 -m word");
    let children: Vec<(String, Child)> = lines
        .iter()
        .map(|line| (line.clone(), start(&env, line)))
        .collect();
    for (line, child) in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(env.runs("doctor").stdout, "");
    assert_eq!(
        env.json("log --json").as_array().unwrap().len(),
        2 + lines.len()
    );
    for n in 0..4 {
        assert_eq!(env.keys(&format!("hand:t{n}")).len(), 60);
        assert!(
            env.runs(&format!("show w{n} --source"))
                .stdout
                .contains("note = ")
        );
        assert_eq!(
            env.runs(&format!("note w{n} --show")).stdout,
            format!("note {n}\n")
        );
    }
    let note = env.runs("note w50 --show").stdout;
    assert_eq!(note.matches("word").count(), 5, "{note}");
    // Each of them can be taken back.
    for _ in &lines {
        env.runs("undo");
    }
    assert_eq!(env.keys("feathers"), [""; 0]);
    assert!(!env.runs("tags").stdout.contains("hand"));
    assert_eq!(env.runs("doctor").stdout, "");
}

/// What a command reads before it changes the library is still so when it does, however many do the same.
#[test]
fn programs_that_change_one_thing_at_once_lose_nothing_of_each_other() {
    const TIMES: usize = 10;
    let env = TestEnvironment::with(&bibliography(TIMES, "On the nests of birds"));
    env.runs("tags add hand:seen");
    env.runs("list new birds --title Birds");
    env.runs("rules add Finches --when author:finch --then theme:birds");
    let mut children = Vec::new();
    for n in 0..TIMES {
        for line in [
            format!("tag hand:new{} w{n} --create", n % 2),
            format!("tag author:wren title:{n} +hand:bulk --create --yes"),
            format!("tags edit hand:seen --alias seen{n}"),
            format!("list pin birds w{n}"),
            format!("list section add birds --title 'Section {n}' --before 1"),
            format!("list annotate birds w{n} -m 'A word of {n}'"),
            format!("rules edit Finches --must w{n}"),
        ] {
            let is_first = n == 0 && line.starts_with("list section");
            let line = line.replace(if is_first { " --before 1" } else { "" }, "");
            let child = start(&env, &line);
            if is_first {
                // The others are before one that exists.
                assert!(child.wait_with_output().unwrap().status.success());
            } else {
                children.push((line, child));
            }
        }
    }
    for (line, child) in children {
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line}: {message}");
    }
    let tagged = env.keys("hand:new0").len() + env.keys("hand:new1").len();
    assert_eq!(tagged, TIMES);
    assert_eq!(env.keys("hand:bulk").len(), TIMES);
    let tag = env.json("tags show hand:seen --json");
    assert_eq!(tag["aliases"].as_array().unwrap().len(), TIMES, "{tag}");
    let list = env.runs("list export birds").stdout;
    for said in [
        "[[section]]",
        "membership = \"pinned\"",
        "annotation = \"A word",
    ] {
        assert_eq!(list.matches(said).count(), TIMES, "{said}: {list}");
    }
    assert_eq!(env.runs("doctor").stdout, "");
    // Each is a step of its own, and all of them can be taken back.
    for _ in 0..TIMES {
        env.runs("undo");
    }
    assert_eq!(env.runs("doctor").stdout, "");
}

#[test]
fn two_programs_make_one_library() {
    let env = TestEnvironment::empty();
    let children: Vec<Child> = (0..4)
        .map(|_| start(&env, "import peerbib:chapter"))
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(env.keys("").len(), 69);
    assert_eq!(env.runs("doctor").stdout, "");
}

#[test]
fn waiting_for_a_busy_library_is_reported() {
    let env = TestEnvironment::with_chapter();
    let connection = rusqlite::Connection::open(env.library()).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = start(&env, "tag theme:law merten2000");
    std::thread::sleep(Duration::from_millis(2_500));
    connection.execute_batch("COMMIT").unwrap();
    let output = waiting.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{message}");
    assert!(
        message.starts_with("waiting for another program that is changing the library"),
        "{message}"
    );
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(["untag", "theme:law", "merten2000"])
        .env("PEERBIB_WAIT", "0")
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("in use by another program"), "{message}");
    assert!(message.contains("PEERBIB_WAIT=300"), "{message}");
    // Reading need not wait.
    env.runs("find merten");
}

/// A disk that is full: no file may grow beyond a size.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported_and_nothing_is_lost() {
    let env = TestEnvironment::with_chapter();
    env.put("more.bib", bibliography(400, "On the nests of birds"));
    let state = env.state();
    let limited = |blocks: u32, line: &str| {
        env.command("sh")
            .args([
                "-c",
                &format!("trap '' XFSZ; ulimit -f {blocks}; exec peerbib {line}"),
            ])
            .output()
            .unwrap()
    };
    for blocks in [0, 1, 20, 200] {
        for line in [
            "import more.bib",
            "edit --find author:merten --set note=x",
            "undo",
            "backup c.db",
        ] {
            let output = limited(blocks, line);
            let message = String::from_utf8(output.stderr).unwrap();
            if output.status.success() {
                // It had room enough.
                assert_ne!(line, "import more.bib", "{blocks}");
                if line != "backup c.db" {
                    env.runs(if line == "undo" { "redo" } else { "undo" });
                }
                continue;
            }
            assert_eq!(output.status.code(), Some(1), "{blocks}, {line}: {message}");
            assert!(
                message.contains("error:") && message.contains("help:"),
                "{line}: {message}"
            );
            assert!(message.contains("nothing was changed"), "{line}: {message}");
            assert!(!message.contains("panicked"), "{message}");
            assert!(!env.path("c.db").exists() || line != "backup c.db");
        }
    }
    assert_eq!(state, env.state());
    assert_eq!(env.runs("doctor").stdout, "");
    env.runs("import more.bib");
}

/// A file in which bytes were flipped is refused, or works; it never panics, and reading changes nothing.
#[test]
fn a_damaged_library_is_never_a_panic() {
    let env = TestEnvironment::with_chapter();
    let whole = std::fs::read(env.library()).unwrap();
    let rounds = 25;
    let mut found = 0;
    for round in 0..rounds {
        let mut bytes = whole.clone();
        // A hundred bytes at places all over the file.
        let mut place = round * 7_919 + 13;
        for _ in 0..100 {
            place = (place * 1_103_515_245 + 12_345) % bytes.len();
            bytes[place] ^= 0x55;
        }
        // The head of the file is looked at by other tests.
        bytes[..100].copy_from_slice(&whole[..100]);
        env.put_library(&bytes);
        for line in ["find --json", "export", "log", "tags", "doctor"] {
            // The environment itself sees to it that nothing panics.
            let run = env.peerbib(&words(line), "");
            assert!(matches!(run.code, Some(0 | 1)), "{line}: {run:?}");
            if run.code == Some(1) && line == "doctor" {
                found += 1;
            } else if run.code == Some(1) && run.stdout.is_empty() {
                assert!(run.stderr.contains("error:"), "{line}: {run:?}");
            }
            assert!(
                std::fs::read(env.library()).unwrap() == bytes,
                "{line} changed the file"
            );
        }
        for line in ["undo", "edit --find merten --set note=x", "rebuild"] {
            env.put_library(&bytes);
            let run = env.peerbib(&words(line), "");
            assert!(matches!(run.code, Some(0 | 1)), "{line}: {run:?}");
        }
        // What a command leaves beside the library belongs to the library that is replaced now.
        for beside in ["library.db-wal", "library.db-shm"] {
            let _ = std::fs::remove_file(env.path(&format!("data/peerbib/{beside}")));
        }
    }
    assert!(found > rounds / 2, "doctor found {found} of {rounds}");
}

/// Root may write everywhere: it is taken the right to, where the system has the program for it.
#[cfg(target_os = "linux")]
const BOUND: [&str; 2] = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_library_is_read_and_not_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnvironment::with_chapter();
    let directory = env.library().parent().unwrap().to_path_buf();
    let permit = |directory_mode: u32, file_mode: u32| {
        let mode = std::fs::Permissions::from_mode;
        std::fs::set_permissions(&directory, mode(0o755)).unwrap();
        std::fs::set_permissions(env.library(), mode(file_mode)).unwrap();
        std::fs::set_permissions(&directory, mode(directory_mode)).unwrap();
    };
    let command = |bound: bool, program: &str, words: &[String]| {
        let mut line: Vec<&str> = if bound { BOUND.to_vec() } else { Vec::new() };
        line.push(program);
        line.extend(words.iter().map(String::as_str));
        env.command(line[0]).args(&line[1..]).output()
    };
    let can_write = |bound: bool| {
        let probe = directory.join("probe").display().to_string();
        let touched = command(bound, "touch", &[probe]);
        touched.map_or(true, |output| {
            output.status.success() || output.status.code() == Some(127)
        })
    };
    permit(0o555, 0o444);
    let bound = can_write(false);
    if bound && can_write(true) {
        permit(0o755, 0o644);
        eprintln!(
            "skipped: whoever runs the tests may write everywhere, and setpriv cannot take that"
        );
        return;
    }
    let ends = |code: i32, line: &str| {
        let output = command(bound, "peerbib", &words(line)).unwrap();
        let run = Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert_eq!(run.code, Some(code), "{line}: {run:?}");
        run
    };
    for (directory_mode, file_mode) in [(0o555, 0o444), (0o755, 0o444), (0o555, 0o644)] {
        permit(directory_mode, file_mode);
        let before = std::fs::read(env.library()).unwrap();
        for line in [
            "find merten",
            "doctor",
            "untag theme:law merten2000 --dry-run",
        ] {
            ends(0, line);
        }
        for line in [
            "tag theme:law merten2000",
            "import peerbib:commons",
            "edit merten2000 --set note=x",
            "undo",
            "note merten2000 -m x",
            "list new x",
            "rules import peerbib:rules",
        ] {
            let message = ends(1, line).stderr;
            assert!(
                message.contains("cannot be written to"),
                "{line}: {message}"
            );
            assert_eq!(message.matches("error:").count(), 1, "{line}: {message}");
        }
        assert_eq!(before, std::fs::read(env.library()).unwrap());
    }
    // Where nobody may look into the file, that is said.
    permit(0o755, 0o000);
    let message = ends(1, "find merten").stderr;
    assert!(
        message.contains("permission") && message.contains("help:"),
        "{message}"
    );
    permit(0o755, 0o644);
}

/// A device on which nothing can be written: what is printed there fails, and says why.
#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_reported() {
    let env = TestEnvironment::with_chapter();
    env.runs("list new x --query year:2000");
    for line in [
        "find",
        "find --json",
        "export",
        "export --to csl-json",
        "format",
        "list show x",
        "log",
        "tags export /dev/full",
        "list export x -o /dev/full",
        "--help",
        "--version",
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(words(line))
            .stdout(full)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {message}");
        assert!(message.contains("cannot write "), "{line}: {message}");
    }
}
