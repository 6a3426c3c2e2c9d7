//! A test environment: a temporary directory in which peerbib runs as for a user.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// A temporary home directory with a library.
pub(crate) struct TestEnvironment {
    directory: TempDir,
}

/// The exit code and output of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestEnvironment {
    /// Creates an environment without a library.
    pub(crate) fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// Creates an environment with an empty library, without the bundled vocabulary and rules.
    pub(crate) fn bare() -> Self {
        static BARE: OnceLock<Vec<u8>> = OnceLock::new();
        let env = Self::empty();
        env.put_library(BARE.get_or_init(|| {
            let env = Self::empty();
            env.runs("init --bare");
            env.library_as_file()
        }));
        env
    }

    /// Creates an environment whose library contains the works of the chapter with their tags. They are
    /// imported once for all tests, and each test gets a copy.
    pub(crate) fn with_chapter() -> Self {
        static CHAPTER: OnceLock<Vec<u8>> = OnceLock::new();
        let env = Self::empty();
        env.put_library(CHAPTER.get_or_init(|| {
            let env = Self::bare();
            env.runs("import peerbib:chapter");
            env.library_as_file()
        }));
        env
    }

    /// Returns the library as a file that can be copied to another environment.
    pub(crate) fn library_as_file(&self) -> Vec<u8> {
        // The last process to close a library merges the write-ahead log.
        assert!(!self.path("data/peerbib/library.db-wal").exists());
        std::fs::read(self.library()).unwrap()
    }

    /// Creates an environment whose library contains the works of `bibliography`, which is also in
    /// `refs.bib`. It has no other tags and no rules.
    pub(crate) fn with(bibliography: &str) -> Self {
        let env = Self::bare();
        env.put("refs.bib", bibliography);
        env.runs("import refs.bib");
        env
    }

    /// Returns the path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns the path of the library.
    pub(crate) fn library(&self) -> PathBuf {
        self.path("data/peerbib/library.db")
    }

    /// Writes a file.
    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Replaces the library by one created elsewhere.
    pub(crate) fn put_library(&self, content: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.library().parent().unwrap()).unwrap();
        std::fs::write(self.library(), content).unwrap();
    }

    /// Returns a command that runs in the environment and depends on nothing else on the machine.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let peerbib = Path::new(env!("CARGO_BIN_EXE_peerbib")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(
            std::iter::once(peerbib.to_path_buf()).chain(std::env::split_paths(&path)),
        );
        command
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", path.unwrap())
            .env("HOME", self.directory.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("USER", "ada")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs peerbib with arguments and standard input.
    pub(crate) fn peerbib(&self, arguments: &[impl AsRef<std::ffi::OsStr>], input: &str) -> Run {
        self.peerbib_with(arguments, input, &[])
    }

    /// Runs peerbib with arguments, standard input and environment variables.
    pub(crate) fn peerbib_with(
        &self,
        arguments: &[impl AsRef<std::ffi::OsStr>],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Run {
        let mut child = self
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may have exited without reading its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let run = Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for sign in ["panicked at", "stack backtrace", "RUST_BACKTRACE"] {
            assert!(!run.stderr.contains(sign), "{}", run.stderr);
        }
        run
    }

    /// Runs peerbib with the arguments that a shell would make of `line`. It must succeed.
    #[track_caller]
    pub(crate) fn runs(&self, line: &str) -> Run {
        self.ends(0, line)
    }

    /// Runs peerbib, which must exit with `code`.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32, line: &str) -> Run {
        let run = self.peerbib(&words(line), "");
        assert_eq!(
            run.code,
            Some(code),
            "peerbib {line}\n{}\n{}",
            run.stdout,
            run.stderr
        );
        run
    }

    /// Runs peerbib, which must exit with `code`, print nothing to stdout and report one error. Returns the
    /// message, with the environment's directory as `$TEST_ENV`.
    #[track_caller]
    pub(crate) fn refuses(&self, code: i32, line: &str) -> String {
        let run = self.ends(code, line);
        assert_eq!(run.stdout, "", "peerbib {line} printed data");
        assert_eq!(
            run.stderr.matches("error:").count(),
            1,
            "peerbib {line} gives one error:\n{}",
            run.stderr
        );
        self.redact_paths(&run.stderr)
    }

    /// Runs peerbib and parses its output as JSON.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.runs(line).stdout).unwrap()
    }

    /// Returns the keys of the works that match a query, in order.
    #[track_caller]
    pub(crate) fn keys(&self, query: &str) -> Vec<String> {
        let run = self.runs(&format!("find {query} --keys"));
        run.stdout.lines().map(str::to_owned).collect()
    }

    /// Replaces the environment's directory by `$TEST_ENV`.
    pub(crate) fn redact_paths(&self, text: &str) -> String {
        let path = self.directory.path();
        let canonical = path.canonicalize().unwrap();
        text.replace(canonical.to_str().unwrap(), "$TEST_ENV")
            .replace(path.to_str().unwrap(), "$TEST_ENV")
    }

    /// Returns the library's complete contents as reported by its commands: entries, works, tags and their
    /// origins.
    pub(crate) fn state(&self) -> String {
        let keys: Vec<String> = self.keys("");
        let mut state = String::new();
        for line in ["export", "find --json", "tags --json"] {
            state.push_str(&self.runs(line).stdout);
        }
        let tags = self.json("tags --json");
        for tag in tags.as_array().unwrap() {
            let line = format!("tags show {} --json", tag["tag"].as_str().unwrap());
            state.push_str(&self.runs(&line).stdout);
        }
        if !keys.is_empty() {
            state.push_str(&self.runs(&format!("why {} --json", keys.join(" "))).stdout);
            let mut shown = self.json(&format!("show {} --json", keys.join(" ")));
            // The history also contains undone steps.
            for work in shown.as_array_mut().unwrap() {
                work.as_object_mut().unwrap().remove("history");
            }
            state.push_str(&shown.to_string());
        }
        state
    }
}

/// Splits a command line into words like a shell.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in line.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => word.get_or_insert_default().push(character),
            None if character == '\'' || character == '"' => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// Replaces each timestamp by `TIME`.
pub(crate) fn redact_times(text: &str) -> String {
    let pattern = "dddd-dd-dd?dd:dd:dd";
    let characters: Vec<char> = text.chars().collect();
    let mut plain = String::new();
    let mut index = 0;
    while index < characters.len() {
        let here = characters[index..].iter().zip(pattern.chars());
        let is_time = characters.len() - index >= pattern.len()
            && here.clone().all(|(found, expected)| match expected {
                'd' => found.is_ascii_digit(),
                '?' => matches!(found, 'T' | ' '),
                other => *found == other,
            });
        if is_time {
            plain.push_str("TIME");
            index += pattern.len();
        } else {
            plain.push(characters[index]);
            index += 1;
        }
    }
    plain
}
