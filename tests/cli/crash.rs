//! What is left of a library when a command is killed, when the disk is full, when two programs work at
//! once, or when the file is damaged: always a library, or a clear error and a file as it was.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::backup::version_1;
use crate::desk::{Desk, words};

/// Starts peerbib and lets it run.
fn start(desk: &Desk, line: &str) -> Child {
    let mut command: Command = desk.command(env!("CARGO_BIN_EXE_peerbib"));
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

/// All that the library holds and history knows, but for times.
fn held(desk: &Desk) -> String {
    let steps = desk.json("log --json");
    let states: Vec<String> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| format!("{} {}", step["command"], step["state"]))
        .collect();
    let export = desk.runs("export").stdout;
    format!(
        "{export}\n{}\n{}",
        desk.runs("tags --json").stdout,
        states.join("\n")
    )
}

/// Kills `line` at many moments of its run. Each time the library holds all of what it does, or nothing,
/// and doctor is silent.
#[track_caller]
fn survives(prepare: &dyn Fn() -> Desk, line: &str, rounds: u32) {
    let desk = prepare();
    let before = held(&desk);
    let started = Instant::now();
    assert!(start(&desk, line).wait().unwrap().success(), "{line}");
    let whole = started.elapsed();
    let after = held(&desk);
    let (mut nothing, mut all) = (0, 0);
    for round in 0..rounds {
        let desk = prepare();
        let mut child = start(&desk, line);
        std::thread::sleep(whole * round / rounds);
        child.kill().unwrap();
        child.wait().unwrap();
        let run = desk.runs("doctor");
        assert_eq!(run.stdout, "", "{line}, killed in round {round}");
        let state = held(&desk);
        if state == before {
            nothing += 1;
        } else {
            assert_eq!(state, after, "{line}, killed in round {round}");
            all += 1;
        }
    }
    assert!(
        nothing > 0,
        "{line} was never killed in time ({all} rounds)"
    );
}

/// A desk whose library is a copy of one that was prepared once.
fn copies_of(desk: &Desk) -> impl Fn() -> Desk + use<> {
    let library = std::fs::read(desk.library()).unwrap();
    let files: Vec<(String, Vec<u8>)> = ["more.bib"]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), std::fs::read(desk.path(name)).ok()?)))
        .collect();
    move || {
        let desk = Desk::empty();
        desk.put_library(&library);
        for (name, content) in &files {
            desk.put(name, content);
        }
        desk
    }
}

#[test]
fn an_import_that_is_killed_is_there_whole_or_not_at_all() {
    let desk = Desk::with_chapter();
    desk.put("more.bib", bibliography(300, "On the nests of birds"));
    survives(&copies_of(&desk), "import more.bib", 30);
}

#[test]
fn an_edit_that_is_killed_is_there_whole_or_not_at_all() {
    let desk = Desk::with(&bibliography(100, "On the nests of birds"));
    let copies = copies_of(&desk);
    survives(
        &copies,
        "edit --find birds --set 'publisher=The Aviary'",
        20,
    );
    survives(&copies, "undo", 20);
}

#[test]
fn a_migration_that_is_killed_is_done_by_the_next_command() {
    let desk = Desk::empty();
    version_1(&desk);
    let old = std::fs::read(desk.library()).unwrap();
    desk.runs("find");
    let after = held(&desk);
    let started = Instant::now();
    let timed = Desk::empty();
    timed.put_library(&old);
    assert!(start(&timed, "find").wait().unwrap().success());
    let whole = started.elapsed();
    for round in 0..30 {
        let desk = Desk::empty();
        desk.put_library(&old);
        let mut child = start(&desk, "find");
        std::thread::sleep(whole * round / 30);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(desk.runs("doctor").stdout, "", "killed in round {round}");
        assert_eq!(held(&desk), after, "killed in round {round}");
        let copy = desk.path("data/peerbib/library.version-1.db");
        let copy = rusqlite::Connection::open(copy).unwrap();
        let works: i64 = copy
            .query_row("SELECT count(*) FROM work", [], |row| row.get(0))
            .unwrap();
        assert_eq!(works, 2);
    }
}

#[test]
fn two_programs_at_once_both_finish_and_lose_nothing() {
    let desk = Desk::with(&bibliography(60, "On the nests of birds"));
    let imports: Vec<String> = (0..3)
        .map(|n| {
            let entries = bibliography(40, "Feathers").replace("{w", &format!("{{f{n}x"));
            desk.put(&format!("more{n}.bib"), entries);
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
    desk.runs("note w50 -m word");
    let children: Vec<(String, Child)> = lines
        .iter()
        .map(|line| (line.clone(), start(&desk, line)))
        .collect();
    for (line, child) in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(desk.runs("doctor").stdout, "");
    assert_eq!(
        desk.json("log --json").as_array().unwrap().len(),
        2 + lines.len()
    );
    for n in 0..4 {
        assert_eq!(desk.keys(&format!("hand:t{n}")).len(), 60);
        assert!(
            desk.runs(&format!("show w{n} --source"))
                .stdout
                .contains("note = ")
        );
        assert_eq!(
            desk.runs(&format!("note w{n} --show")).stdout,
            format!("note {n}\n")
        );
    }
    let note = desk.runs("note w50 --show").stdout;
    assert_eq!(note.matches("word").count(), 5, "{note}");
    // Each of them can be taken back.
    for _ in &lines {
        desk.runs("undo");
    }
    assert_eq!(desk.keys("hand:t1").len() + desk.keys("feathers").len(), 0);
    assert_eq!(desk.runs("doctor").stdout, "");
}

/// What a command reads before it changes the library is still so when it does, however many do the same.
#[test]
fn programs_that_change_one_thing_at_once_lose_nothing_of_each_other() {
    const TIMES: usize = 10;
    let desk = Desk::with(&bibliography(TIMES, "On the nests of birds"));
    desk.runs("tags add hand:seen");
    desk.runs("list new birds --title Birds");
    desk.runs("rules add Finches --when author:finch --then theme:birds");
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
            let child = start(&desk, &line);
            if is_first {
                // The others stand before one that is there.
                assert!(child.wait_with_output().unwrap().status.success());
            } else {
                children.push((line, child));
            }
        }
    }
    for (line, child) in children {
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line}: {told}");
    }
    let tagged = desk.keys("hand:new0").len() + desk.keys("hand:new1").len();
    assert_eq!(tagged, TIMES);
    assert_eq!(desk.keys("hand:bulk").len(), TIMES);
    let tag = desk.json("tags show hand:seen --json");
    assert_eq!(tag["aliases"].as_array().unwrap().len(), TIMES, "{tag}");
    let list = desk.runs("list export birds").stdout;
    for said in [
        "[[section]]",
        "standing = \"pinned\"",
        "annotation = \"A word",
    ] {
        assert_eq!(list.matches(said).count(), TIMES, "{said}: {list}");
    }
    assert_eq!(desk.runs("doctor").stdout, "");
    // Each is a step of its own, and all of them can be taken back.
    for _ in 0..TIMES {
        desk.runs("undo");
    }
    assert_eq!(desk.runs("doctor").stdout, "");
}

#[test]
fn two_programs_make_one_library() {
    let desk = Desk::empty();
    let children: Vec<Child> = (0..4)
        .map(|_| start(&desk, "import peerbib:chapter"))
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(desk.keys("").len(), 43);
    assert_eq!(desk.runs("doctor").stdout, "");
}

#[test]
fn a_busy_library_is_waited_for_and_the_wait_is_told() {
    let desk = Desk::with_chapter();
    let connection = rusqlite::Connection::open(desk.library()).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = start(&desk, "tag theme:law merten2000");
    std::thread::sleep(Duration::from_millis(2_500));
    connection.execute_batch("COMMIT").unwrap();
    let output = waiting.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(
        told.starts_with("waiting for another program that is changing the library"),
        "{told}"
    );
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let output = desk
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(["untag", "theme:law", "merten2000"])
        .env("PEERBIB_WAIT", "0")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("in use by another program"), "{told}");
    assert!(told.contains("PEERBIB_WAIT=300"), "{told}");
    // Reading need not wait.
    desk.runs("find merten");
}

/// A disk that is full: no file may grow beyond a size.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let desk = Desk::with_chapter();
    desk.put("more.bib", bibliography(400, "On the nests of birds"));
    let state = desk.state();
    let limited = |blocks: u32, line: &str| {
        desk.command("sh")
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
            let told = String::from_utf8(output.stderr).unwrap();
            if output.status.success() {
                // It had room enough.
                assert_ne!(line, "import more.bib", "{blocks}");
                if line != "backup c.db" {
                    desk.runs(if line == "undo" { "redo" } else { "undo" });
                }
                continue;
            }
            assert_eq!(output.status.code(), Some(1), "{blocks}, {line}: {told}");
            assert!(
                told.contains("error:") && told.contains("help:"),
                "{line}: {told}"
            );
            assert!(told.contains("nothing was changed"), "{line}: {told}");
            assert!(!told.contains("panicked"), "{told}");
            assert!(!desk.path("c.db").exists() || line != "backup c.db");
        }
    }
    assert_eq!(state, desk.state());
    assert_eq!(desk.runs("doctor").stdout, "");
    desk.runs("import more.bib");
}

/// A file in which bytes were flipped is refused, or works; it never panics, and reading changes nothing.
#[test]
fn a_damaged_library_is_never_a_panic() {
    let desk = Desk::with_chapter();
    let whole = std::fs::read(desk.library()).unwrap();
    let rounds = 40;
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
        desk.put_library(&bytes);
        for line in ["find --json", "export", "log", "tags", "doctor"] {
            // The desk itself sees to it that nothing panics.
            let run = desk.peerbib(&words(line), "");
            assert!(matches!(run.code, Some(0 | 1)), "{line}: {run:?}");
            if run.code == Some(1) && line == "doctor" {
                found += 1;
            } else if run.code == Some(1) && run.stdout.is_empty() {
                assert!(run.stderr.contains("error:"), "{line}: {run:?}");
            }
            assert!(
                std::fs::read(desk.library()).unwrap() == bytes,
                "{line} changed the file"
            );
        }
        for line in ["undo", "edit --find merten --set note=x", "rebuild"] {
            desk.put_library(&bytes);
            let run = desk.peerbib(&words(line), "");
            assert!(matches!(run.code, Some(0 | 1)), "{line}: {run:?}");
        }
        // What a command leaves beside the library belongs to the library that is replaced now.
        for beside in ["library.db-wal", "library.db-shm"] {
            let _ = std::fs::remove_file(desk.path(&format!("data/peerbib/{beside}")));
        }
    }
    assert!(found > rounds / 2, "doctor found {found} of {rounds}");
}

#[test]
#[cfg(unix)]
fn a_read_only_library_is_read_and_not_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::with_chapter();
    let directory = desk.library().parent().unwrap().to_path_buf();
    let permit = |directory_mode: u32, file_mode: u32| {
        let mode = std::fs::Permissions::from_mode;
        std::fs::set_permissions(&directory, mode(0o755)).unwrap();
        std::fs::set_permissions(desk.library(), mode(file_mode)).unwrap();
        std::fs::set_permissions(&directory, mode(directory_mode)).unwrap();
    };
    let is_root = {
        permit(0o555, 0o444);
        std::fs::write(directory.join("probe"), "").is_ok()
    };
    if is_root {
        // Root may write everywhere.
        permit(0o755, 0o644);
        return;
    }
    for (directory_mode, file_mode) in [(0o555, 0o444), (0o755, 0o444), (0o555, 0o644)] {
        permit(directory_mode, file_mode);
        let before = std::fs::read(desk.library()).unwrap();
        desk.runs("find merten");
        desk.runs("doctor");
        let told = desk.refuses(1, "tag theme:law merten2000");
        assert!(told.contains("cannot be written to"), "{told}");
        assert_eq!(before, std::fs::read(desk.library()).unwrap());
    }
    permit(0o755, 0o644);
}
