//! `peerbib config`, and what is set by it.

use crate::test_env::{Run, TestEnvironment, words};

const FILE: &str = ".config/peerbib/config.toml";

fn configured(text: &str) -> TestEnvironment {
    let env = TestEnvironment::with(
        "@book{b, author = {Benkler, Yochai}, title = {Wealth}, year = {2006}}\n",
    );
    std::fs::create_dir_all(env.path(".config/peerbib")).unwrap();
    env.put(FILE, text);
    env
}

fn file(env: &TestEnvironment) -> String {
    std::fs::read_to_string(env.path(FILE)).unwrap()
}

fn with_variable(env: &TestEnvironment, variable: &str, value: &str, line: &str) -> Run {
    let output = env
        .command(env!("CARGO_BIN_EXE_peerbib"))
        .args(words(line))
        .env(variable, value)
        .output()
        .unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn every_setting_is_shown_with_where_it_comes_from() {
    let env = configured("# mine\nstyle = \"chicago-author-date\"\n");
    let shown = with_variable(&env, "PEERBIB_LOCALE", "de-DE", "config --library x.db").stdout;
    insta::assert_snapshot!(env.redact_paths(&shown));
    let json = env.json("config show --json");
    let style = json
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "style")
        .unwrap();
    assert_eq!(style["value"], "chicago-author-date");
    assert_eq!(style["from"], "file");
    assert!(
        style["where"].as_str().unwrap().ends_with("config.toml:2"),
        "{style}"
    );
}

#[test]
fn the_help_names_every_setting() {
    let env = TestEnvironment::empty();
    let help = env.runs("config --help").stdout;
    for setting in env.json("config --json").as_array().unwrap() {
        let name = setting["name"].as_str().unwrap();
        assert!(help.contains(&format!("\n  {name}  ")), "{name}: {help}");
    }
}

#[test]
fn setting_a_value_keeps_comments_and_order() {
    let before =
        "# What I like\nstyle = \"apa\" # for the journal\n\n# Mine\nname = \"Ada\"\n# the end\n";
    let env = configured(before);
    env.runs("config set style chicago-author-date");
    env.runs("config set locale de-de");
    assert_eq!(
        file(&env),
        before
            .replace("\"apa\"", "\"chicago-author-date\"")
            .replace("\"Ada\"\n", "\"Ada\"\nlocale = \"de-DE\"\n")
    );
    env.runs("config unset locale");
    env.runs("config set style apa");
    assert_eq!(file(&env), before);
    env.runs("config unset style");
    assert!(file(&env).starts_with("# What I like\n"), "{}", file(&env));
    assert!(
        env.runs("config unset style")
            .stderr
            .starts_with("nothing to do")
    );
}

#[test]
fn the_first_setting_makes_the_file() {
    let env = TestEnvironment::empty();
    assert_eq!(
        env.runs("config path").stdout.trim(),
        env.path(FILE).to_str().unwrap()
    );
    assert!(!env.path(FILE).exists());
    env.runs("config set name Ada Lovelace");
    env.runs("config set columns key,year title");
    env.runs("config set editor code --wait");
    let file = file(&env);
    assert!(file.starts_with("# "), "{file}");
    assert!(file.contains("name = \"Ada Lovelace\"\n"), "{file}");
    assert!(
        file.contains("columns = [\"key\", \"year\", \"title\"]\n"),
        "{file}"
    );
    assert_eq!(env.runs("config get editor").stdout, "code --wait\n");
}

#[test]
fn a_value_is_checked_before_it_is_set() {
    let env = TestEnvironment::empty();
    for (line, expected) in [
        ("config set style apaa", "did you mean apa?"),
        ("config set locale de-XX", "unknown locale"),
        ("config set key-pattern [aut]", "unknown marker [aut]"),
        (
            "config set color green",
            "expected one of: auto, always, never",
        ),
        ("config set styl apa", "did you mean style?"),
        ("config set columns ' '", "at least one word"),
        ("config set columns key,yaer", "did you mean year?"),
        ("config get pattern", "did you mean key-pattern?"),
    ] {
        let run = env.peerbib(&words(line), "");
        assert!(matches!(run.code, Some(1 | 2)), "{line}: {run:?}");
        assert!(run.stderr.contains(expected), "{line}: {}", run.stderr);
    }
    assert!(!env.path(FILE).exists());
}

#[test]
fn a_broken_file_is_reported_with_its_place_and_can_be_shown_and_fixed() {
    let env = configured("name = \"Ada\"\nstyl = \"apa\"\ncolor = 3\n");
    let message = env.refuses(1, "find");
    assert!(
        message.contains("config.toml:2:1: unknown setting \u{201c}styl\u{201d}"),
        "{message}"
    );
    assert!(message.contains("did you mean style?"), "{message}");
    let shown = env.ends(1, "config");
    assert!(shown.stdout.contains("Ada"), "{}", shown.stdout);
    assert!(
        shown
            .stderr
            .contains("config.toml:3:9: invalid value for color"),
        "{}",
        shown.stderr
    );
    env.runs("config path");
    env.runs("config set color never");
    assert!(file(&env).contains("color = \"never\""));

    env.put(FILE, "style = apa\n");
    let message = env.refuses(1, "find");
    assert!(message.contains("config.toml:1:9:"), "{message}");
    assert!(
        env.refuses(1, "config set name Ada")
            .contains("config edit")
    );
    env.ends(1, "config");
    env.runs("config path");

    env.put(FILE, b"\xff\xfe");
    assert!(env.refuses(1, "find").contains("not UTF-8 text"));
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_file() {
    let env = configured("style = \"chicago-author-date\"\n");
    let apa = env.runs("format --style apa").stdout;
    let chicago = env.runs("format").stdout;
    let ieee = with_variable(&env, "PEERBIB_STYLE", "ieee", "format").stdout;
    assert!(
        apa.contains("(2006)") && !chicago.contains("(2006)"),
        "{apa}{chicago}"
    );
    assert!(ieee.starts_with("[1]"), "{ieee}");
    assert_eq!(
        with_variable(&env, "PEERBIB_STYLE", "ieee", "format --style apa").stdout,
        apa
    );
    let message = with_variable(&env, "PEERBIB_COLOR", "green", "find").stderr;
    assert!(
        message.contains("invalid value for the environment variable PEERBIB_COLOR"),
        "{message}"
    );
}

#[test]
fn what_is_set_holds_for_the_commands() {
    let env = configured(
        "library = \"../../mine.db\"\nname = \"Ada Lovelace\"\nkey-pattern = \"[auth][year]\"\n\
         color = \"always\"\n",
    );
    env.runs("add --type book --set author='Ostrom, Elinor' --set year=1990 --set title=Commons");
    assert!(env.path("mine.db").is_file());
    assert_eq!(env.keys(""), ["Ostrom1990"]);
    env.runs("tag theme:commons Ostrom1990 --new");
    assert!(env.runs("why Ostrom1990").stdout.contains("Ada Lovelace"));
    assert!(env.runs("why Ostrom1990").stdout.contains('\u{1b}'));
    assert!(
        !env.runs("why Ostrom1990 --color never")
            .stdout
            .contains('\u{1b}')
    );
    env.runs("config set key-pattern [year][auth]");
    env.runs("rename --pattern");
    assert_eq!(env.keys(""), ["1990Ostrom"]);
}

#[test]
fn peerbib_config_names_another_file() {
    let env = TestEnvironment::empty();
    let other = env.path("other.toml");
    let run = with_variable(
        &env,
        "PEERBIB_CONFIG",
        other.to_str().unwrap(),
        "config set style ieee",
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(std::fs::read_to_string(other).unwrap().contains("ieee"));
    assert!(!env.path(FILE).exists());
}

#[test]
#[cfg(unix)]
fn a_file_that_is_linked_here_stays_where_it_is() {
    let env = configured("");
    std::fs::remove_file(env.path(FILE)).unwrap();
    env.put("dotfiles.toml", "style = \"apa\"\n");
    std::os::unix::fs::symlink(env.path("dotfiles.toml"), env.path(FILE)).unwrap();
    env.runs("config set style ieee");
    assert!(env.path(FILE).is_symlink());
    assert!(
        std::fs::read_to_string(env.path("dotfiles.toml"))
            .unwrap()
            .contains("ieee")
    );
}

#[test]
fn columns_that_are_set_are_those_that_find_prints() {
    let env =
        TestEnvironment::with("@book{a, title = {Apples}, shelf = {Cellar}, doi = {10.1000/1}}\n");
    env.runs("config set columns key,doi,shelf");
    let table = env.runs("find").stdout;
    let words: Vec<&str> = table.split_whitespace().collect();
    assert_eq!(words, ["a", "10.1000/1", "Cellar"]);
    // A field of one's own is known by the library that has it.
    env.refuses(2, "--library other.db config set columns shelf");
    env.runs("config unset columns");
    assert!(env.runs("find").stdout.contains("Apples"));
}
