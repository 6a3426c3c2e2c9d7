//! Files that a stranger made or a failure left behind: devices, pipes, damaged and foreign databases, names that are
//! not UTF-8

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::test_env::TestEnvironment;

const REFERENCES: &str = "@book{a, title = {Apples}, author = {Ada Wren}, date = {2001}}\n";

/// Changes a database and leaves the change in its write-ahead log.
fn leave_wal(path: &std::path::Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Keeps SQLite from creating its index of the write-ahead log, as in a directory that is not writable.
#[cfg(unix)]
fn block_index(library: &std::path::Path) -> std::path::PathBuf {
    let mut index = library.as_os_str().to_owned();
    index.push("-shm");
    let index = std::path::PathBuf::from(index);
    let _ = std::fs::remove_file(&index);
    // SQLite does not follow symbolic links here.
    std::os::unix::fs::symlink("nowhere", &index).unwrap();
    index
}

#[test]
#[cfg(unix)]
fn a_library_whose_latest_changes_cannot_be_read_is_refused() {
    let env = TestEnvironment::with(REFERENCES);
    leave_wal(&env.library(), "PRAGMA user_version = 1; DELETE FROM work");
    let index = block_index(&env.library());
    for line in ["find", "backup copy.db", "export"] {
        let message = env.refuses(1, line);
        assert!(
            message.contains("its latest changes are in"),
            "{line}: {message}"
        );
        assert!(message.contains("library.db-wal"), "{line}: {message}");
        assert!(message.contains("help:"), "{line}: {message}");
    }
    for name in ["copy.db", "copy.part.db"] {
        assert!(!env.path(name).exists(), "{name}");
    }
    std::fs::remove_file(&index).unwrap();
    assert_eq!(env.keys(""), [""; 0], "with the log, the library is read");
}

#[test]
#[cfg(unix)]
fn a_stale_copy_of_a_library_is_not_restored() {
    let env = TestEnvironment::with(REFERENCES);
    std::fs::copy(env.library(), env.path("copy.db")).unwrap();
    leave_wal(&env.path("copy.db"), "DELETE FROM work");
    block_index(&env.path("copy.db"));
    let message = env.refuses(1, "backup --restore copy.db --yes");
    assert!(message.contains("copy.db-wal"), "{message}");
    assert_eq!(env.keys(""), ["a"]);
}

#[test]
fn the_log_of_another_database_is_named_and_never_written_to_the_library() {
    for page_size in [4096, 8192] {
        let env = TestEnvironment::with(REFERENCES);
        let before = env.library_as_file();
        let other = env.path("other.db");
        leave_wal(
            &other,
            &format!(
                "PRAGMA page_size = {page_size}; CREATE TABLE other (x); INSERT INTO other VALUES (1)"
            ),
        );
        let log = env.path("data/peerbib/library.db-wal");
        std::fs::copy(env.path("other.db-wal"), &log).unwrap();
        let message = env.refuses(1, "find");
        assert!(message.contains("library.db-wal"), "{page_size}: {message}");
        assert!(message.contains("help:"), "{page_size}: {message}");
        assert_eq!(std::fs::read(env.library()).unwrap(), before, "{page_size}");
        std::fs::remove_file(&log).unwrap();
        assert_eq!(env.keys(""), ["a"]);
    }
}

#[test]
fn a_schema_version_that_no_peerbib_writes_is_named_with_the_file() {
    let env = TestEnvironment::with(REFERENCES);
    for (version, reason) in [
        (i32::MIN, "is damaged: its schema version"),
        (-5, "is damaged: its schema version (user_version) is -5"),
        (0, "is damaged: its schema version"),
        (i32::MAX, "has schema version 2147483647"),
    ] {
        let connection = Connection::open(env.library()).unwrap();
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
        connection.close().unwrap();
        for line in ["find", "import refs.bib", "undo"] {
            let message = env.refuses(1, line);
            assert!(message.contains(reason), "{line}: {message}");
            assert!(message.contains("library.db"), "{line}: {message}");
            assert!(
                message.contains("help: nothing was changed"),
                "{line}: {message}"
            );
        }
    }
}

#[test]
fn a_backup_removes_the_files_of_a_killed_one() {
    let env = TestEnvironment::with(REFERENCES);
    let left = ["copy.part.db", "copy.part.db-journal", "copy.part.db-wal"];
    for name in left {
        env.put(name, "left behind");
    }
    env.runs("backup copy.db");
    for name in left {
        assert!(!env.path(name).exists(), "{name}");
    }
    env.runs("doctor --library copy.db");
}

#[cfg(target_os = "linux")]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::process::{Command, Stdio};

    use super::*;

    fn make_pipe(env: &TestEnvironment, name: &str) {
        let made = Command::new("mkfifo").arg(env.path(name)).status().unwrap();
        assert!(made.success());
    }

    #[test]
    fn a_document_cannot_name_a_device_or_a_pipe() {
        let env = TestEnvironment::with(REFERENCES);
        make_pipe(&env, "pipe");
        for named in ["/dev/zero", "pipe"] {
            env.put(
                "main.aux",
                format!("\\@input{{{named}}}\n\\citation{{a}}\n"),
            );
            let run = env.ends(1, "cite --aux main.aux");
            assert!(
                run.stderr.contains(&format!(
                    "main.aux:1: cannot read {named}: it is not a file"
                )),
                "{}",
                run.stderr
            );
            env.put(
                "essay.md",
                format!("---\nbibliography: {named}\n---\n\nSee [@a].\n"),
            );
            let message = env.refuses(1, "cite essay.md");
            assert!(message.contains("it is not a file"), "{message}");
        }
    }

    #[test]
    fn endless_and_huge_files_are_refused() {
        let env = TestEnvironment::bare();
        let huge = std::fs::File::create(env.path("huge.bib")).unwrap();
        huge.set_len(1 << 40).unwrap();
        env.put(
            "essay.md",
            "---\nbibliography: huge.bib\n---\n\nSee [@a].\n",
        );
        for (line, reason) in [
            (
                "import /dev/zero",
                "cannot read /dev/zero: it is larger than 1 MiB",
            ),
            ("cite --markdown /dev/zero", "it is larger than 1 MiB"),
            ("style check /dev/zero", "it is larger than 1 MiB"),
            ("list import /dev/zero", "it is larger than 1 MiB"),
            ("tags import /dev/zero", "it is larger than 1 MiB"),
            ("rules import /dev/zero", "it is larger than 1 MiB"),
            ("import huge.bib", "it is larger than 1024 MiB"),
            ("cite essay.md", "it is larger than 1024 MiB"),
        ] {
            let message = env.refuses(1, line);
            assert!(message.contains(reason), "{line}: {message}");
        }
        let endless = std::fs::File::open("/dev/zero").unwrap();
        let output = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(["import", "-"])
            .stdin(endless)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains("cannot read standard input: it is larger than 1 MiB"),
            "{message}"
        );
    }

    #[test]
    fn a_pipe_that_a_person_names_is_read() {
        let env = TestEnvironment::bare();
        make_pipe(&env, "pipe.bib");
        let import = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(["import", "pipe.bib"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::fs::write(env.path("pipe.bib"), REFERENCES).unwrap();
        assert!(import.wait_with_output().unwrap().status.success());
        assert_eq!(env.keys(""), ["a"]);
        let run = env.peerbib(&["format", "--input", "/dev/stdin"], REFERENCES);
        assert!(run.stdout.contains("Apples"), "{run:?}");
        env.runs("import /dev/null");
    }

    #[test]
    fn a_file_name_that_is_not_utf_8_is_refused_with_the_reason() {
        let env = TestEnvironment::with(REFERENCES);
        let before = env.state();
        let named = |ending: &str| [b"caf\xe9", ending.as_bytes()].concat();
        let style = "<style xmlns=\"http://purl.org/net/xbiblio/csl\"/>";
        for (ending, content) in [(".bib", REFERENCES), (".pdf", "%PDF"), (".csl", style)] {
            let name = named(ending);
            std::fs::write(env.path("").join(OsStr::from_bytes(&name)), content).unwrap();
        }
        for (words, ending) in [
            (&["import"][..], ".bib"),
            (&["file", "add", "a"], ".pdf"),
            (&["style", "add"], ".csl"),
            (&["style", "check"], ".csl"),
        ] {
            let name = named(ending);
            let mut arguments: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
            arguments.push(OsStr::from_bytes(&name));
            let run = env.peerbib(&arguments, "");
            assert!(matches!(run.code, Some(1 | 2)), "{words:?}: {run:?}");
            assert_eq!(run.stdout, "", "{words:?}");
            assert!(run.stderr.contains("UTF-8"), "{words:?}: {run:?}");
            assert_eq!(run.stderr.matches("error:").count(), 1, "{run:?}");
        }
        assert_eq!(env.state(), before);
    }

    #[test]
    fn a_library_in_a_directory_whose_name_is_not_utf_8_works() {
        let env = TestEnvironment::bare();
        env.put("refs.bib", REFERENCES);
        let directory = env.path("").join(OsStr::from_bytes(b"caf\xe9"));
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("paper.pdf"), "%PDF").unwrap();
        let library = directory.join("100% ?#.db");
        let runs = |words: &[&OsStr]| {
            let mut arguments = vec![OsStr::new("--library"), library.as_os_str()];
            arguments.extend(words);
            let run = env.peerbib(&arguments, "");
            assert_eq!(run.code, Some(0), "{words:?}: {run:?}");
            run.stdout
        };
        let words = |line: &'static str| line.split(' ').map(OsStr::new).collect::<Vec<_>>();
        runs(&words("import refs.bib"));
        let paper = directory.join("paper.pdf");
        runs(&[words("file add a"), vec![paper.as_os_str()]].concat());
        runs(&words("file check"));
        runs(&words("backup"));
        let copies = std::fs::read_dir(&directory).unwrap().count();
        assert_eq!(copies, 3, "the library, its backup and the paper");
        // The library is read as an immutable file.
        block_index(&library);
        assert_eq!(runs(&words("find --keys")), "a\n");
    }
}
