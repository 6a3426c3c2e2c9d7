//! What bad input gets: one clear error that names the thing and the way out, and a library as it was.

use std::path::Path;
use std::process::Stdio;

use crate::test_env::TestEnvironment;

/// What is refused says `names` and `way_out`, and leaves the file as it was.
#[track_caller]
fn is_refused(
    env: &TestEnvironment,
    file: &Path,
    code: i32,
    line: &str,
    names: &str,
    way_out: &str,
) {
    let before = std::fs::read(file).unwrap();
    let message = env.refuses(code, line);
    assert!(
        message.contains(names),
        "{line} does not name {names}:\n{message}"
    );
    assert!(
        message.contains(way_out),
        "{line} does not say {way_out}:\n{message}"
    );
    assert_eq!(
        before,
        std::fs::read(file).unwrap(),
        "{line} changed the file"
    );
}

/// The same for a command that reads the library, which stays as it was.
#[track_caller]
fn refused_at_library(env: &TestEnvironment, code: i32, line: &str, names: &str, way_out: &str) {
    is_refused(env, &env.library(), code, line, names, way_out);
}

mod files {
    use super::*;

    #[test]
    fn a_missing_file_is_named() {
        let env = TestEnvironment::with_chapter();
        refused_at_library(&env, 1, "import nothing.bib", "nothing.bib", "no such file");
        refused_at_library(
            &env,
            1,
            "format --input nothing.bib",
            "nothing.bib",
            "no such file",
        );
    }

    #[test]
    fn one_missing_file_of_several_keeps_the_others_out() {
        let env = TestEnvironment::with_chapter();
        env.put("good.bib", "@book{good, title = {Eggs}}");
        refused_at_library(
            &env,
            1,
            "import good.bib nothing.bib",
            "nothing.bib",
            "no such file",
        );
        assert_eq!(env.keys("title:eggs"), [""; 0]);
    }

    #[test]
    fn a_directory_in_the_place_of_a_file_is_named() {
        let env = TestEnvironment::with_chapter();
        std::fs::create_dir(env.path("folder")).unwrap();
        refused_at_library(
            &env,
            1,
            "import folder",
            "folder is a directory",
            "folder/*.bib",
        );
    }

    #[test]
    fn a_binary_file_is_no_bibliography() {
        let env = TestEnvironment::with_chapter();
        let bytes: Vec<u8> = (0..4000_u32).map(|n| (n * n % 251) as u8).collect();
        env.put("picture.png", bytes);
        refused_at_library(&env, 1, "import picture.png", "picture.png", "BibLaTeX");
        refused_at_library(
            &env,
            1,
            "format --input picture.png",
            "binary data",
            "BibLaTeX",
        );
    }

    #[test]
    fn a_file_without_entries_is_noticed() {
        let env = TestEnvironment::empty();
        env.put("letter.bib", "Dear Ada, here is the list.\n");
        let message = env.runs("import letter.bib").stderr;
        assert!(message.contains("letter.bib"), "{message}");
        assert!(message.contains("no entries found"), "{message}");
    }

    #[test]
    fn a_bibliography_that_does_not_ship_is_named_with_those_that_do() {
        let env = TestEnvironment::with_chapter();
        let line = "import peerbib:chaptr";
        refused_at_library(&env, 1, line, "chaptr", "peerbib:chapter");
    }
}

mod libraries {
    use super::*;

    const COMMANDS: [&str; 5] = [
        "find",
        "quickstart",
        "import peerbib:chapter",
        "undo",
        "check",
    ];

    #[test]
    fn a_missing_library_is_not_made_by_looking_for_it() {
        let env = TestEnvironment::empty();
        for line in [
            "find",
            "tags",
            "log",
            "undo",
            "export",
            "check",
            "format",
            "tag a:b c",
        ] {
            let message = env.refuses(1, line);
            assert!(
                message.contains("no library at $TEST_ENV/data/peerbib/library.db"),
                "{message}"
            );
            assert!(message.contains("peerbib quickstart"), "{message}");
        }
        assert!(!env.path("data").exists());
    }

    #[test]
    fn a_truncated_database_is_damaged_and_stays_as_it_is() {
        let env = TestEnvironment::with_chapter();
        let whole = std::fs::read(env.library()).unwrap();
        for length in [whole.len() / 2, 4096, 50] {
            env.put_library(&whole[..length]);
            for line in COMMANDS {
                refused_at_library(&env, 1, line, "is damaged", "restore a backup");
            }
        }
    }

    #[test]
    fn a_text_file_is_no_library() {
        let env = TestEnvironment::empty();
        env.put_library("These are my notes.\n");
        for line in COMMANDS {
            refused_at_library(&env, 1, line, "not an SQLite database", "--library PATH");
        }
    }

    #[test]
    fn the_database_of_another_program_is_left_alone() {
        let env = TestEnvironment::empty();
        let other = env.path("other.db");
        let connection = rusqlite::Connection::open(&other).unwrap();
        connection
            .execute_batch("CREATE TABLE recipe (name TEXT)")
            .unwrap();
        drop(connection);
        for line in COMMANDS {
            let line = format!("--library other.db {line}");
            is_refused(&env, &other, 1, &line, "another program", "--library PATH");
        }
    }

    #[test]
    fn a_library_of_a_newer_version_is_left_alone() {
        let env = TestEnvironment::with_chapter();
        let connection = rusqlite::Connection::open(env.library()).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        for line in COMMANDS {
            refused_at_library(&env, 1, line, "version 99", "install a newer peerbib");
        }
    }

    #[test]
    fn a_directory_is_no_library() {
        let env = TestEnvironment::empty();
        std::fs::create_dir(env.path("folder")).unwrap();
        for line in COMMANDS {
            let message = env.refuses(1, &format!("--library folder {line}"));
            assert!(
                message.contains("folder cannot hold a library: it is a directory"),
                "{message}"
            );
            assert!(message.contains("--library PATH"), "{message}");
        }
        assert_eq!(std::fs::read_dir(env.path("folder")).unwrap().count(), 0);
    }

    #[test]
    fn a_path_below_a_file_cannot_hold_a_library() {
        let env = TestEnvironment::empty();
        let file = env.put("file", "text");
        for line in ["quickstart", "init", "import peerbib:chapter", "find"] {
            let line = format!("--library file/library.db {line}");
            is_refused(&env, &file, 1, &line, "file/library.db", "--library PATH");
        }
    }

    /// Whoever runs the tests as root may write everywhere but there.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_read_only_place_cannot_hold_a_library() {
        let env = TestEnvironment::empty();
        for line in ["quickstart", "init", "import peerbib:chapter"] {
            let message = env.refuses(1, &format!("--library /proc/peerbib/library.db {line}"));
            assert!(message.contains("/proc/peerbib"), "{message}");
            assert!(message.contains("--library PATH"), "{message}");
        }
    }

    #[test]
    fn a_library_in_use_by_another_program_says_so() {
        let env = TestEnvironment::with_chapter();
        let connection = rusqlite::Connection::open(env.library()).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let message = env.refuses(1, "tag theme:law merten2000");
        assert!(message.contains("in use by another program"), "{message}");
        assert!(message.contains("try again"), "{message}");
    }
}

mod names {
    use super::*;

    #[test]
    fn an_unknown_style_suggests_another() {
        let env = TestEnvironment::with_chapter();
        refused_at_library(
            &env,
            1,
            "format --style appa",
            "\u{201c}appa\u{201d}",
            "did you mean apa?",
        );
        refused_at_library(
            &env,
            1,
            "format --style zzzz",
            "\u{201c}zzzz\u{201d}",
            "peerbib style list",
        );
        refused_at_library(
            &env,
            1,
            "format --style ./no.csl",
            "./no.csl",
            "peerbib style list",
        );
    }

    #[test]
    fn an_invalid_style_is_reported_with_the_position() {
        let env = TestEnvironment::with_chapter();
        env.put("broken.csl", "<style><unclosed></style>");
        refused_at_library(&env, 1, "format --style broken.csl", "broken.csl", "help:");
    }

    #[test]
    fn an_unknown_locale_suggests_another() {
        let env = TestEnvironment::with_chapter();
        refused_at_library(
            &env,
            1,
            "format --locale de-DX",
            "\u{201c}de-DX\u{201d}",
            "did you mean de-DE?",
        );
        refused_at_library(
            &env,
            1,
            "format --locale xx-YY",
            "\u{201c}xx-YY\u{201d}",
            "en-GB",
        );
    }

    #[test]
    fn an_unknown_tag_suggests_another() {
        let env = TestEnvironment::with_chapter();
        for line in [
            "tag theme:germ-frm merten2000",
            "untag theme:germ-frm merten2000",
            "find theme:germ-frm",
            "format theme:germ-frm",
            "tags show theme:germ-frm",
            "tags remove theme:germ-frm",
        ] {
            refused_at_library(
                &env,
                1,
                line,
                "\u{201c}theme:germ-frm\u{201d}",
                "did you mean theme:germ-form?",
            );
        }
        refused_at_library(
            &env,
            1,
            "tag theme:xyz merten2000",
            "theme:xyz",
            "peerbib tags",
        );
        refused_at_library(&env, 1, "tag theme:xyz merten2000", "theme:xyz", "--create");
        refused_at_library(&env, 1, "tags moovement", "moovement", "movement, theme");
        refused_at_library(
            &env,
            2,
            "format --group-by moovement",
            "moovement",
            "movement, theme",
        );
    }

    #[test]
    fn a_word_that_is_no_tag_shows_how_one_is_written() {
        let env = TestEnvironment::with_chapter();
        for line in [
            "tag 'theme:two words' merten2000 --new",
            "tag reading merten2000 --new",
            "tags add reading",
        ] {
            refused_at_library(&env, 1, line, "is not a tag", "FACET:NAME");
        }
        refused_at_library(&env, 2, "tag , merten2000", "no tag given", "FACET:NAME");
    }

    #[test]
    fn an_unknown_key_suggests_another() {
        let env = TestEnvironment::with_chapter();
        for line in [
            "show benkler2002cose",
            "why benkler2002cose",
            "tag theme:law benkler2002cose",
            "untag theme:law merten2000 benkler2002cose",
        ] {
            refused_at_library(
                &env,
                1,
                line,
                "\u{201c}benkler2002cose\u{201d}",
                "did you mean benkler2002coase?",
            );
        }
        refused_at_library(&env, 1, "show zzz", "\u{201c}zzz\u{201d}", "peerbib find");
    }

    #[test]
    fn an_unknown_command_or_option_is_wrong_usage() {
        let env = TestEnvironment::with_chapter();
        refused_at_library(&env, 2, "frmat", "'frmat'", "'format'");
        refused_at_library(&env, 2, "find commons --kesy", "'--kesy'", "'--keys'");
        refused_at_library(&env, 2, "export --to foo", "'foo'", "biblatex");
        refused_at_library(&env, 2, "man frmat", "frmat", "peerbib --help");
        refused_at_library(&env, 2, "tag theme:law", "no works given", "a query");
    }

    #[test]
    fn a_query_and_files_do_not_go_together() {
        let env = TestEnvironment::with_chapter();
        env.put("a.bib", "@book{a, title = {A}}");
        let line = "format movement:oekonux --input a.bib";
        refused_at_library(&env, 2, line, "--input", "omit the query");
    }

    #[test]
    fn nothing_to_undo_or_redo_says_so() {
        let env = TestEnvironment::with_chapter();
        refused_at_library(&env, 1, "redo", "nothing to redo", "peerbib log");
        env.runs("undo");
        refused_at_library(&env, 1, "undo", "nothing to undo", "peerbib log");
    }
}

mod queries {
    use super::*;

    /// The caret is below the character at which the query goes wrong.
    #[track_caller]
    fn points_at(query: &str, position: usize, expected: &str) {
        let env = TestEnvironment::with("@book{a, title = {A}}");
        let before = std::fs::read(env.library()).unwrap();
        let message = env.refuses(2, &format!("find '{query}'"));
        let lines: Vec<_> = message.lines().collect();
        let line = lines
            .iter()
            .position(|line| line.trim() == query)
            .unwrap_or_else(|| panic!("{message}"));
        let column = |text: &str| text.chars().take_while(|c| *c == ' ').count();
        assert_eq!(lines[line + 1].trim().trim_matches('^'), "", "{message}");
        assert_eq!(
            column(lines[line + 1]),
            column(lines[line]) + position,
            "{message}"
        );
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("help: "), "{message}");
        assert_eq!(before, std::fs::read(env.library()).unwrap());
    }

    #[test]
    fn a_malformed_query_is_shown_with_a_caret() {
        points_at("law (author:merten", 4, "unclosed parenthesis");
        points_at("law)", 3, "unmatched closing parenthesis");
        points_at("author:", 0, "has no value");
        points_at("law year:20x", 9, "\u{201c}20x\u{201d} is not a year");
        points_at("year:2006..2002", 5, "after its end");
        points_at("law OR", 4, "OR needs a term on both sides");
        points_at("OR law", 0, "OR needs a term on both sides");
        points_at("law \"open phrase", 4, "unclosed quotation mark");
        points_at("law ...", 4, "no word to search for");
        points_at("law AND", 4, "AND needs a term on both sides");
        points_at("title:/^the", 6, "unclosed pattern");
        points_at("title:/(/", 6, "invalid regular expression: unclosed group");
        points_at("law origin:robot", 11, "is not a tag\u{2019}s origin");
        points_at("added:soon", 6, "is not a time");
        points_at("law sort:yaer", 9, "cannot sort by");
        points_at("limit:few", 6, "is not a number");
        points_at("(law limit:3)", 5, "apply to the whole query");
        points_at("-sort:year", 1, "apply to the whole query");
        points_at("étude )", 6, "unmatched closing parenthesis");
    }

    /// What is not known is marked, and the nearest thing that is known is named.
    #[test]
    fn a_misspelt_name_is_marked_and_gets_a_suggestion() {
        let env = TestEnvironment::with(
            "@book{ostrom1990, title = {A}, shelfmark = {X 12}, keywords = {theme:commons}}\n",
        );
        for (query, marked, suggestion) in [
            ("law autor:ostrom", "autor", "did you mean author?"),
            ("publsher:x", "publsher", "did you mean publisher?"),
            ("them:commons", "them", "did you mean theme?"),
            (
                "theme:comons",
                "theme:comons",
                "did you mean theme:commons?",
            ),
            (
                "theme:commons,comon",
                "comon",
                "did you mean theme:commons?",
            ),
            ("tag:comons", "tag:comons", "did you mean theme:commons?"),
            (
                "key:ostrom1991",
                "key:ostrom1991",
                "did you mean ostrom1990?",
            ),
            ("type:boook", "type:boook", "did you mean book?"),
            ("has:abstrct", "abstrct", "did you mean abstract?"),
            ("law missing:isnb", "isnb", "did you mean isbn?"),
            ("xyzzy:green", "xyzzy", "the fields are author, editor"),
        ] {
            let message = env.refuses(1, &format!("find '{query}'"));
            let lines: Vec<&str> = message.lines().collect();
            assert_eq!(lines[2].trim(), query, "{message}");
            let mark = &lines[3][lines[3].find('^').unwrap()..];
            assert_eq!(mark.len(), marked.len(), "{message}");
            assert_eq!(lines[3].find('^'), lines[2].rfind(marked), "{message}");
            assert!(message.contains(suggestion), "{message}");
        }
        assert_eq!(env.keys("shelfmark:x"), ["ostrom1990"]);
    }

    #[test]
    fn brackets_without_end_are_refused() {
        let env = TestEnvironment::with("@book{a, title = {A}}");
        let message = env.refuses(2, &format!("find '{}'", "(".repeat(100_000)));
        assert!(
            message.contains("too many nested parentheses"),
            "{}",
            &message[..200]
        );
        let message = env.refuses(2, &format!("find '{}a'", "-(".repeat(5_000)));
        assert!(
            message.contains("too many nested parentheses"),
            "{}",
            &message[..200]
        );
    }

    #[test]
    fn a_word_that_full_text_search_would_read_as_an_operator_is_a_word() {
        let env = TestEnvironment::with("@book{a, title = {Near and far: NOT here}}");
        for query in [
            "NOT",
            "NEAR",
            "'near*'",
            "title:near",
            "'{near}'",
            "'a+b OR near'",
        ] {
            let run = env.runs(&format!("find {query} --keys"));
            assert_eq!(run.stdout, "a\n", "{query}");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_ends_quietly() {
    let env = TestEnvironment::with_chapter();
    for line in [
        "export",
        "find",
        "format --to html",
        "find --json",
        "tags",
        "completions bash",
        "man",
        "--help",
    ] {
        let mut child = env
            .command(env!("CARGO_BIN_EXE_peerbib"))
            .args(crate::test_env::words(line))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Nobody reads from here on.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(!message.contains("error"), "{line}: {message}");
        assert!(!message.contains("panicked"), "{line}: {message}");
        assert_eq!(output.status.code(), Some(0), "{line}: {message}");
    }
}

mod mistakes {
    use super::*;

    #[test]
    fn the_help_for_a_typical_mistake_says_what_to_do() {
        let env = TestEnvironment::with_chapter();
        std::fs::create_dir(env.path("folder")).unwrap();
        env.put("notes.txt", "These are my notes.\n");
        for (code, line, names, way_out) in [
            (
                1,
                "find has:dio",
                "\u{201c}dio\u{201d}",
                "did you mean doi?",
            ),
            (
                1,
                "tag merten2000 theme:commons",
                "there is no tag \u{201c}merten2000\u{201d}",
                "the tag comes first",
            ),
            (1, "untag theme:lwa merten2000", "theme:lwa", "theme:law"),
            (1, "format --style my.csl", "my.csl", "no such file"),
            (1, "format --style notes.txt", "notes.txt", "line 1"),
            (2, "format -o folder", "folder", "is a directory"),
            (
                1,
                "format -o none/a.html",
                "none/a.html",
                "no directory none",
            ),
            (1, "backup folder", "folder", "folder/library.db"),
            (
                1,
                "import https://example.org/a.bib",
                "https://example.org/a.bib",
                "download the file first",
            ),
            (2, "find --limit few", "--limit", "expected a whole number"),
            (2, "find --limit -3", "'-3'", "expected a whole number"),
            (2, "undo last", "'last'", "expected a whole number"),
            (2, "export --to marcxml", "MARCXML", "can only be read"),
            (
                2,
                "list seminar",
                "'seminar'",
                "`peerbib list show seminar`",
            ),
            (
                1,
                "tags import notes.txt",
                "line 1",
                "`peerbib tags export`",
            ),
            (
                1,
                "rules import notes.txt",
                "line 1",
                "`peerbib rules export`",
            ),
        ] {
            refused_at_library(&env, code, line, names, way_out);
        }
    }

    #[test]
    fn keys_in_the_place_of_a_query_are_recognized() {
        let env = TestEnvironment::with_chapter();
        for command in ["find", "format", "export"] {
            let run = env.runs(&format!("{command} merten2000 benkler2006wealth"));
            assert!(
                run.stderr.contains("key:merten2000,benkler2006wealth"),
                "{command}: {}",
                run.stderr
            );
        }
        let keys = env.keys("key:merten2000,benkler2006wealth");
        assert_eq!(keys.len(), 2);
    }

    #[test]
    fn an_empty_library_says_so() {
        let env = TestEnvironment::bare();
        for command in ["find", "format", "stats", "timeline"] {
            let message = env.runs(command).stderr;
            assert!(
                message.contains("the library is empty"),
                "{command}: {message}"
            );
        }
    }

    #[test]
    fn a_misspelt_field_or_type_is_reported_when_it_is_set() {
        let env = TestEnvironment::with_chapter();
        let run = env.runs("edit merten2000 --set publsher=X");
        assert!(run.stderr.contains("did you mean publisher?"), "{run:?}");
        let run = env.runs("add --type bok --set titel=Eggs");
        assert!(run.stderr.contains("did you mean book?"), "{run:?}");
        assert!(run.stderr.contains("did you mean title?"), "{run:?}");
    }

    #[test]
    fn a_file_that_is_cited_like_a_key_is_explained() {
        let env = TestEnvironment::with_chapter();
        env.put("refs.bib", "@book{a, title = {Eggs}}");
        let message = env.refuses(1, "cite refs.bib");
        assert!(message.contains("give a file of Markdown"), "{message}");
        env.put("empty.aux", "");
        let message = env.runs("cite empty.aux").stderr;
        assert!(message.contains("no citations found"), "{message}");
    }
}
